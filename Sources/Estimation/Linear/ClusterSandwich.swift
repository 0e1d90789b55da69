internal import LinearAlgebra

/// Cluster-robust covariance and the degrees of freedom of what is tested with it.
///
/// With `X_g`, `W_g`, `e_g` the rows, weights and residuals of cluster g, `M = (X'WX)^-1` and
/// `H = X M X'W`,
/// ```
/// V = M [ sum_g X_g' W_g A_g e_g e_g' A_g' W_g X_g ] M
/// A_g = I (CR0),  sqrt(m / (m - 1)) I (CR1),  [(I - H)_g (I - H)_g']^(-1/2) (CR2),  (I - H_gg)^-1 (CR3)
/// ```
/// with the symmetric, generalised inverse root. The working model behind CR2 and the degrees of
/// freedom is equal variance and independence, weights or not, as clubSandwich has it. For a
/// linear function `c'b` the variance estimate is a sum of squares of `p_g'y`, so that under that model
/// ```
/// df = (sum_g P_gg)^2 / sum_gh P_gh^2,    P_gh = p_g'p_h
/// ```
/// Nothing has the order of a cluster, let alone of the data: all of `A_g` that is ever needed acts on
/// the columns of `[X_g, W_g X_g]`, and off the diagonal `P_gh = z_g' K z_h` with one matrix K for all
/// clusters, so that the double sum is `sum (...) + tr(KZKZ)` with `Z = sum_g z_g z_g'`.
///
/// - Complexity: O(clusters x columns^3) time once, O(clusters x columns^2) a function tested;
///   O(clusters x columns^2) numbers kept.
///
/// ## References
/// Pustejovsky and Tipton (2018), J. Bus. Econ. Stat. 36:672-683, eqs. 4-11; Bell and McCaffrey (2002),
/// Survey Methodology 28:169-181; Liang and Zeger (1986), Biometrika 73:13-22.
struct ClusterSandwich: Sendable {
  /// How many clusters there are.
  let clusterCount: Int
  /// Rows of the smallest and the largest cluster.
  let smallest: Int
  let largest: Int
  /// The middle of the sandwich in orthonormal coordinates.
  let meat: Matrix
  /// How many clusters determine a coefficient alone: the generalised inverse leaves that part out.
  let determiningClusters: Int
  /// The directions that single clusters determine.
  let sole: SoleDirections
  /// Maps coefficients of the orthonormal coordinates to `z_g`, clusters stacked.
  private let links: Matrix
  /// Maps them to vectors whose squared lengths are `a_g'a_g`, clusters stacked.
  private let lengths: Matrix
  /// The matrix K.
  private let kernel: Matrix

  /// Below this share of itself an eigenvalue of `1 - h` is a rounding error.
  static let tolerance = 1e-10

  init(
    _ kind: RobustCovariance, sums: ClusterSums, state: ClusterSums.State, column: String,
    executor: some FoldExecutor
  ) throws {
    try Self.requireTwo(state.codes.count, column)
    self.init(
      kind, try Self.adjusted(kind, sums, state, executor), rows: state.rows,
      kernel: sums.isWeighted
        ? Self.kernel(sums, state) : Matrix.identity(order: sums.rank).scaled(by: -1))
  }

  /// Puts adjusted clusters together; each must have the order of K in rows of its link.
  init(_ kind: RobustCovariance, _ adjusted: [AdjustedCluster], rows: [Int], kernel: Matrix) {
    let order = kernel.rowCount
    let rank = adjusted.first?.score.count ?? 0
    clusterCount = rows.count
    smallest = rows.min() ?? 0
    largest = rows.max() ?? 0
    var scores = Matrix(rowCount: clusterCount, columnCount: rank)
    var links = Matrix(rowCount: clusterCount * order, columnCount: rank)
    var lengths = links
    for (cluster, own) in adjusted.enumerated() {
      for j in 0..<rank {
        scores[cluster, j] = own.score[j]
        for i in 0..<order { links[cluster * order + i, j] = own.link[i, j] }
        for i in 0..<own.length.rowCount { lengths[cluster * order + i, j] = own.length[i, j] }
      }
    }
    let count = Double(clusterCount)
    meat = kind == .cr1 ? scores.crossProduct().scaled(by: count / (count - 1)) : scores.crossProduct()
    determiningClusters = adjusted.count { !$0.directions.isEmpty }
    sole = SoleDirections(adjusted.flatMap(\.directions))
    self.links = links
    self.lengths = lengths
    self.kernel = kernel
  }

  static func requireTwo(_ clusters: Int, _ column: String) throws {
    guard clusters < 2 else { return }
    throw EstimationError(
      .tooFewRows,
      "all used rows belong to one cluster of '\(column)': its error cannot be told from the coefficients")
  }

  /// K = [[sum w^2 x x', -I], [-I, 0]].
  private static func kernel(_ sums: ClusterSums, _ state: ClusterSums.State) -> Matrix {
    let rank = sums.rank
    var kernel = Matrix(rowCount: 2 * rank, columnCount: 2 * rank)
    for cluster in state.codes.indices {
      let squares = sums.matrix(2, ofCluster: cluster, in: state)
      for j in 0..<rank { for i in 0..<rank { kernel[i, j] += squares[i, j] } }
    }
    for i in 0..<rank {
      kernel[i, rank + i] = -1
      kernel[rank + i, i] = -1
    }
    return kernel
  }

  private static func adjusted(
    _ kind: RobustCovariance, _ sums: ClusterSums, _ state: ClusterSums.State, _ executor: some FoldExecutor
  ) throws -> [AdjustedCluster] {
    let kernel = sums.isWeighted ? kernel(sums, state) : Matrix(rowCount: 0, columnCount: 0)
    var total = Matrix(rowCount: sums.rank, columnCount: sums.rank)
    for cluster in state.codes.indices {
      total = total + sums.matrix(sums.isWeighted ? 1 : 0, ofCluster: cluster, in: state)
    }
    let whole = total
    let cut = LeafCut(rowCount: state.codes.count, leafRows: 64)
    return try executor.gather(cut.leafCount) { leaf in
      try cut.rows(ofLeaf: leaf).map { cluster in
        sums.isWeighted
          ? try AdjustedCluster(kind, cluster, sums, state, kernel: kernel, total: whole)
          : try AdjustedCluster(kind, cluster, sums, state, total: whole)
      }
    }.flatMap { $0 }
  }

  /// The degrees of freedom of a linear function; nil where its variance estimate is 0 whatever the data, or lacks
  /// a part.
  ///
  /// The weights are on the coefficients of the orthonormal coordinates.
  func degreesOfFreedom(of weights: [Double]) -> Double? {
    guard !sole.loses(weights) else { return nil }
    let order = kernel.rowCount
    let z = Matrix(rowCount: order, columnCount: clusterCount, columnMajor: links * weights)
    let length = lengths * weights
    let turned = kernel * z
    var (trace, squares, diagonal) = (0.0, 0.0, 0.0)
    for cluster in 0..<clusterCount {
      var (own, crossed) = (0.0, 0.0)
      for i in cluster * order..<(cluster + 1) * order {
        own += length[i] * length[i]
        crossed += z.columnMajor[i] * turned.columnMajor[i]
      }
      trace += own + crossed
      squares += (own + crossed) * (own + crossed)
      diagonal += crossed * crossed
    }
    let product = turned * z.transposed()
    var all = 0.0
    for j in 0..<order { for i in 0..<order { all += product[i, j] * product[j, i] } }
    let denominator = squares + (all - diagonal)
    guard trace > 0, denominator > 0 else { return nil }
    return trace * trace / denominator
  }
}

extension ClusterSandwich {
  /// The degrees of freedom of Hotelling's T-squared for several linear functions; nil where their covariance is
  /// singular under the working model.
  ///
  /// With the functions turned so that the expectation of their covariance estimate D is the identity, D is
  /// taken for a Wishart matrix with the same total variance,
  /// ```
  /// eta = q (q + 1) / sum_st Var(D_st),   Var(D_st) = sum_gh [P^ss_gh P^tt_gh + P^st_gh P^ts_gh]
  /// ```
  /// For one function it is Satterthwaite's (Pustejovsky and Tipton 2018, eqs. 13-15).
  ///
  /// The functions are given one a row, over the coefficients of the orthonormal coordinates.
  ///
  /// - Complexity: O(q^2 (clusters x columns^2 + columns^3)).
  func hotellingDegreesOfFreedom(of functions: Matrix) -> Double? {
    let count = functions.rowCount
    guard !(0..<count).contains(where: { sole.loses(functions.row($0)) }) else { return nil }
    var spread = Matrix(rowCount: count, columnCount: count)
    let raw = (0..<count).map { parts(of: functions.row($0)) }
    for s in 0..<count {
      for t in 0...s {
        let sum = products(raw[s], raw[t]).diagonal.reduce(0, +)
        spread[s, t] = sum
        spread[t, s] = sum
      }
    }
    guard let eigen = try? SymmetricEigen(spread), let smallest = eigen.values.first,
      let largest = eigen.values.last, smallest > 1e-12 * largest
    else { return nil }
    let turned = eigen.applying { 1 / $0.squareRoot() } * functions
    let own = (0..<count).map { parts(of: turned.row($0)) }
    var total = 0.0
    for s in 0..<count {
      for t in 0..<count { total += variance(own[s], own[t]) }
    }
    let q = Double(count)
    return total > 0 ? q * (q + 1) / total : nil
  }

  /// `z_g` as columns, K times them, and the vectors whose products are `a_sg'a_tg`, stacked.
  private struct FunctionParts {
    let z: Matrix
    let turned: Matrix
    let length: [Double]
  }

  private func parts(of weights: [Double]) -> FunctionParts {
    let z = Matrix(
      rowCount: kernel.rowCount, columnCount: clusterCount, columnMajor: links * weights)
    return FunctionParts(z: z, turned: kernel * z, length: lengths * weights)
  }

  /// For each cluster `P^st_gg` and its part off the own rows, `z_sg'K z_tg`.
  private func products(_ a: FunctionParts, _ b: FunctionParts) -> (diagonal: [Double], crossed: [Double]) {
    let order = kernel.rowCount
    var (diagonal, crossed) = ([Double](), [Double]())
    for cluster in 0..<clusterCount {
      var (own, other) = (0.0, 0.0)
      for i in cluster * order..<(cluster + 1) * order {
        own += a.length[i] * b.length[i]
        other += a.z.columnMajor[i] * b.turned.columnMajor[i]
      }
      diagonal.append(own + other)
      crossed.append(other)
    }
    return (diagonal, crossed)
  }

  /// The variance of one element of the covariance estimate under the working model.
  private func variance(_ s: FunctionParts, _ t: FunctionParts) -> Double {
    let (ss, tt, st) = (products(s, s), products(t, t), products(s, t))
    var sum = 0.0
    for g in 0..<clusterCount {
      sum += ss.diagonal[g] * tt.diagonal[g] + st.diagonal[g] * st.diagonal[g]
      sum -= ss.crossed[g] * tt.crossed[g] + st.crossed[g] * st.crossed[g]
    }
    // Over all pairs of clusters: tr(Z_ts K Z_st K) and tr(Z_ts K Z_ts K) with Z_ts = sum z_t z_s'.
    let left = t.turned * s.z.transposed()
    let right = s.turned * t.z.transposed()
    for j in 0..<left.rowCount {
      for i in 0..<left.rowCount { sum += left[i, j] * (right[j, i] + left[j, i]) }
    }
    return sum
  }
}

extension RowAccounting {
  mutating func noteClusters(_ found: ClusterSandwich?, of column: String?) {
    guard let found, let column else { return }
    clusters = Clusters(
      column: column, count: found.clusterCount, smallest: found.smallest, largest: found.largest)
  }
  mutating func noteClusters(_ rows: [Int32: Int], of column: String) {
    clusters = Clusters(
      column: column, count: rows.count, smallest: rows.values.min() ?? 0, largest: rows.values.max() ?? 0)
  }
}
