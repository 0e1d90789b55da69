import LinearAlgebra

/// What each row adds to the score, its expected part taken off: the influence of single rows.
///
/// ```
/// U_i = event_i (x_i - m(t_i)) - exp(eta_i) sum over keys while at risk of (x_i - m) dH
/// ```
/// with m and dH at each of Efron's steps, of which an event sees its own share.
///
/// ## References
/// Therneau and Grambsch (2000), section 4.6; Lin and Wei (1989), JASA 84:1074-1078, eq. 2.3.
struct ScoreResiduals: Sendable {
  /// For each leaf, rows x columns; not weighted.
  let byLeaf: [Matrix]
  /// For each leaf, martingale residuals.
  let martingales: [[Double]]

  init(_ likelihood: PartialLikelihood, _ executor: some FoldExecutor) {
    let rows = likelihood.rows
    let columns = rows.columnCount
    let hazards = CumulativeHazards(likelihood, nil, executor)
    let means = CumulativeMeans(likelihood, executor)
    let atEntry = means.atEntry(rows)
    let all = executor.gather(rows.leaves.count) { leaf -> (Matrix, [Double]) in
      let keys = rows.leaves[leaf].keys
      let block = rows.blocks[leaf]
      let base = Int(rows.keyStarts[keys.lowerBound])
      var result = Matrix(rowCount: block.rowCount, columnCount: columns)
      var martingale = [Double](repeating: 0, count: block.rowCount)
      var event = -1
      for (place, key) in keys.enumerated() {
        let own = rows.rows(ofKey: key)
        let events = own.lowerBound + Int(rows.eventCounts[key])
        if events > own.lowerBound { event += 1 }
        for row in own {
          let i = row - base
          let isEvent = row < events
          let weight = rows.weights?[row] ?? 1
          let risk = weight > 0 ? likelihood.parts[leaf].risk[i] / weight : 0
          let entered = hazards.atEntry.isEmpty ? 0 : hazards.atEntry[leaf][i]
          let hazard = hazards.byLeaf[leaf][place] - entered - (isEvent ? hazards.reductions[leaf][place] : 0)
          martingale[i] = (isEvent ? 1 : 0) - risk * hazard
          for j in 0..<columns {
            let expected =
              means.cumulative[leaf][place, j] - (atEntry.isEmpty ? 0 : atEntry[leaf][i, j])
              - (isEvent ? means.reductions[leaf][event, j] : 0)
            var value = -risk * (block[i, j] * hazard - expected)
            if isEvent { value += block[i, j] - means.means[leaf][event, j] }
            result[i, j] = value
          }
        }
      }
      return (result, martingale)
    }
    byLeaf = all.map(\.0)
    martingales = all.map(\.1)
  }

  /// Sums of the weighted residuals by unit: units x columns.
  func sums(_ units: RobustUnits, _ rows: RiskRows) -> Matrix {
    let columns = rows.columnCount
    var result = Matrix(rowCount: units.count, columnCount: columns)
    for (leaf, own) in byLeaf.enumerated() {
      let range = rows.rows(ofLeaf: leaf)
      for row in range {
        let unit = Int(units.codes[row])
        let weight = rows.weights?[row] ?? 1
        for j in 0..<columns { result[unit, j] += weight * own[row - range.lowerBound, j] }
      }
    }
    return result
  }
}

/// Sums over keys of the risk sets' mean covariates times the hazard, within strata.
struct CumulativeMeans: Sendable {
  /// For each leaf, keys x columns.
  let cumulative: [Matrix]
  /// For each leaf, keys with events x columns: what the key's own events do not see.
  let reductions: [Matrix]
  /// For each leaf, keys with events x columns: the mean covariate of the risk set, over Efron's steps.
  let means: [Matrix]

  init(_ likelihood: PartialLikelihood, _ executor: some FoldExecutor) {
    let rows = likelihood.rows
    let columns = rows.columnCount
    let local = executor.gather(rows.leaves.count) { leaf -> (Matrix, Matrix, Matrix) in
      let keys = rows.leaves[leaf].keys
      let events = likelihood.events[leaf]
      let sums = RiskSetMeans(likelihood, leaf)
      var steps = Matrix(rowCount: events.count, columnCount: columns)
      var (reductions, means) = (steps, steps)
      for j in 0..<columns {
        sums.forEachEvent(keys, column: j) { place, total, own in
          let step = events[place]
          steps[place, j] = step.squares * total - step.mixed * own
          reductions[place, j] = step.mixed * total - step.own * own
          means[place, j] = step.mean * total - step.ownMean * own
        }
      }
      var cumulative = Matrix(rowCount: keys.count, columnCount: columns)
      for j in 0..<columns {
        var (sum, event) = (0.0, 0)
        for (place, key) in keys.enumerated() {
          if rows.isStratumStart(key) { sum = 0 }
          if rows.eventCounts[key] > 0 {
            sum += steps[event, j]
            event += 1
          }
          cumulative[place, j] = sum
        }
      }
      return (cumulative, reductions, means)
    }
    reductions = local.map(\.1)
    means = local.map(\.2)
    var settled = local.map(\.0)
    for leaf in settled.indices.dropFirst() {
      let keys = rows.leaves[leaf].keys
      guard !rows.isStratumStart(keys.lowerBound) else { continue }
      let fading = PartialLikelihood.fading(rows.leaves[leaf].unit - rows.leaves[leaf - 1].unit)
      let end = min(rows.stratumStarts[rows.stratum(ofKey: keys.lowerBound) + 1], keys.upperBound)
      for j in 0..<columns {
        let passed = settled[leaf - 1][settled[leaf - 1].rowCount - 1, j] * fading
        for place in 0..<(end - keys.lowerBound) { settled[leaf][place, j] += passed }
      }
    }
    cumulative = settled
  }

  /// For each leaf's rows what had come together when they entered; empty where all are there from the start.
  func atEntry(_ rows: RiskRows) -> [Matrix] {
    guard let entries = rows.entries else { return [] }
    let columns = rows.columnCount
    var leafOfKey = [Int32](repeating: 0, count: rows.keyCount)
    for (leaf, own) in rows.leaves.enumerated() {
      for key in own.keys { leafOfKey[key] = Int32(leaf) }
    }
    return rows.leaves.indices.map { leaf in
      let range = rows.rows(ofLeaf: leaf)
      var result = Matrix(rowCount: range.count, columnCount: columns)
      for row in range where entries.keys[row] >= 0 {
        let key = Int(entries.keys[row])
        let from = Int(leafOfKey[key])
        let place = key - rows.leaves[from].keys.lowerBound
        for j in 0..<columns { result[row - range.lowerBound, j] = cumulative[from][place, j] }
      }
      return result
    }
  }
}
