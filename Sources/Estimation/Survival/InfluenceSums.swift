/// Robust variances of curves: sums over clusters of squared influences, at every time, in one pass.
///
/// The influence of a row on a curve at time t has the form `P(t) - F(t) B(t)`. While the row is at risk P and B fall
/// by a drift that is the same for all; an event adds a jump. With `D_P` and `D_B` the cumulated drifts a cluster's P is
/// `p - b D_P(t)`, b the weight it has at risk and p a number that changes only when a row of it enters or leaves; the
/// same for B. The sum over clusters of `(P - F B)^2` then needs six sums of products of (p, q, b), which a row
/// entering or leaving changes in O(1).
///
/// This is the infinitesimal jackknife: `sum over clusters (sum over rows w_i dF/dw_i)^2`.
///
/// - Complexity: O(rows + times).
///
/// ## References
/// Therneau, survival vignette "Methods", robust variance; Lawless and Nadeau (1995), Technometrics 37:158-168, for means.
struct InfluenceSums {
  /// How a curve moves when rows are given more weight.
  struct Kernel {
    /// The drift of P at each time; empty where P is 0.
    var driftP: [Double] = []
    /// What an event of the cause adds to P.
    var jumpP: [Double] = []
    /// What an event of any cause adds to P; empty for nothing.
    var anyJumpP: [Double] = []
    /// The cause whose events add to P.
    var cause: Int32 = 1
    /// The drift of B at each time.
    var driftB: [Double] = []
    /// What an event of any cause adds to B.
    var jumpB: [Double] = []
    /// The factor F of B; empty for -1, where P is 0.
    var factor: [Double] = []
  }

  private var p: [Double]
  private var q: [Double]
  private var b: [Double]
  private var (pp, pq, qq, pb, qb, bb) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

  private init(clusters: Int) {
    p = [Double](repeating: 0, count: clusters)
    q = p
    b = p
  }

  /// The variance at each time of a life table.
  static func variances(
    _ records: SurvivalRecords, _ clusters: SurvivalClusters, block: Int, _ table: LifeTable, _ kernel: Kernel
  ) -> [Double] {
    let range = records.blocks[block]
    let codes = clusters.codes
    var sums = InfluenceSums(clusters: clusters.counts[block])
    var (driftP, driftB) = (0.0, 0.0)
    var (place, next) = (range.lowerBound, range.lowerBound)
    let hasEntries = !records.byEntry.isEmpty
    if !hasEntries {
      for at in range {
        sums.change(Int(codes[Int(records.byExit[at])]), by: 0, 0, records.weight(Int(records.byExit[at])))
      }
    }
    return table.time.indices.map { k in
      let now = table.time[k]
      while hasEntries, next < range.upperBound {
        let row = Int(records.byEntry[next])
        guard records.entry[row] < now else { break }
        let weight = records.weight(row)
        sums.change(Int(codes[row]), by: weight * driftP, weight * driftB, weight)
        next += 1
      }
      if !kernel.driftP.isEmpty { driftP += kernel.driftP[k] }
      driftB += kernel.driftB[k]
      while place < range.upperBound {
        let row = Int(records.byExit[place])
        guard records.exit[row] == now else { break }
        let weight = records.weight(row)
        let cause = records.cause[row]
        var jumpP = cause == kernel.cause && !kernel.jumpP.isEmpty ? kernel.jumpP[k] : 0
        if cause > 0, !kernel.anyJumpP.isEmpty { jumpP += kernel.anyJumpP[k] }
        let jumpB = cause > 0 ? kernel.jumpB[k] : 0
        sums.change(Int(codes[row]), by: weight * (jumpP - driftP), weight * (jumpB - driftB), -weight)
        place += 1
      }
      let factor = kernel.factor.isEmpty ? 1 : kernel.factor[k]
      return sums.squared(factor: factor, drift: driftP - factor * driftB)
    }
  }

  /// The sum over clusters of `(p - F q - b x)^2`.
  private func squared(factor f: Double, drift x: Double) -> Double {
    max(0, pp - 2 * f * pq + f * f * qq - 2 * x * (pb - f * qb) + x * x * bb)
  }

  private mutating func change(_ c: Int, by dp: Double, _ dq: Double, _ db: Double) {
    let (p0, q0, b0) = (p[c], q[c], b[c])
    let (p1, q1, b1) = (p0 + dp, q0 + dq, b0 + db)
    pp += p1 * p1 - p0 * p0
    pq += p1 * q1 - p0 * q0
    qq += q1 * q1 - q0 * q0
    pb += p1 * b1 - p0 * b0
    qb += q1 * b1 - q0 * b0
    bb += b1 * b1 - b0 * b0
    (p[c], q[c], b[c]) = (p1, q1, b1)
  }
}

/// The clusters of each block's rows, numbered from 0 within the block.
struct SurvivalClusters: Sendable {
  /// The number of each row's cluster within its block.
  let codes: [Int32]
  /// How many clusters each block has.
  let counts: [Int]

  /// Where no clusters are named, each row is one.
  init(_ records: SurvivalRecords) {
    var codes = [Int32](repeating: 0, count: records.exit.count)
    var counts: [Int] = []
    var seen = [Int32](repeating: -1, count: Int(records.cluster?.max() ?? -1) + 1)
    var local = [Int32](repeating: 0, count: seen.count)
    for (block, range) in records.blocks.enumerated() {
      var next: Int32 = 0
      for place in range {
        let row = Int(records.byExit[place])
        guard let cluster = records.cluster.map({ Int($0[row]) }) else {
          codes[row] = next
          next += 1
          continue
        }
        if seen[cluster] != Int32(block) {
          seen[cluster] = Int32(block)
          local[cluster] = next
          next += 1
        }
        codes[row] = local[cluster]
      }
      counts.append(Int(next))
    }
    self.codes = codes
    self.counts = counts
  }
}
