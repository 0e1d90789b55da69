import CohortTables
import LinearAlgebra

/// The rows of a proportional-hazards model in the order in which they leave the risk set.
///
/// A key is a stratum with one of its times. Rows are sorted by key, those with the event first within a key, and cut into
/// leaves of whole keys; where data need several strata a leaf may hold more than one. Sums over a risk set run from a
/// stratum's last key to its first; rows that enter late are taken out again at the key of their entry, so that
/// the risk set of a key is what left then or later less what entered then or later.
package struct RiskRows: Sendable {
  /// Rows of the table, sorted.
  package let rows: [Int]
  /// Where each key's rows begin; one more than there are keys.
  let keyStarts: [Int32]
  /// How many rows of each key have the event.
  let eventCounts: [Int32]
  /// The time of each key.
  let times: [Double]
  /// The first key of each stratum; one more than there are strata.
  let stratumStarts: [Int]
  /// The strata's names; a single empty one without `strata( )`.
  let strata: [String]
  /// How often each sorted row counts.
  let weights: [Double]?
  /// Whether a weight stands for so many rows, which are tied with each other.
  let weightsAreCopies: Bool
  /// What enters the linear predictor of each sorted row with coefficient 1.
  let offset: [Double]?
  /// The rows that enter after a stratum's first event; nil when all are there from the start.
  let entries: RiskEntries?
  /// When each sorted row enters; nil when all are there from 0.
  let entryTimes: [Double]?
  /// Whole keys that are worked on together.
  let leaves: [RiskLeaf]
  /// The covariates of each leaf's rows, told from `means`.
  let blocks: [Matrix]
  /// What the covariates are told from: means over some of the rows.
  let means: [Double]

  var rowCount: Int { rows.count }
  var keyCount: Int { eventCounts.count }
  var columnCount: Int { means.count }

  /// The sorted rows of a key.
  func rows(ofKey key: Int) -> Range<Int> { Int(keyStarts[key])..<Int(keyStarts[key + 1]) }
  /// The sorted rows of a key that have the event.
  func events(ofKey key: Int) -> Range<Int> {
    Int(keyStarts[key])..<Int(keyStarts[key]) + Int(eventCounts[key])
  }
  /// The sorted rows of a leaf.
  func rows(ofLeaf leaf: Int) -> Range<Int> {
    let keys = leaves[leaf].keys
    return Int(keyStarts[keys.lowerBound])..<Int(keyStarts[keys.upperBound])
  }
  /// The stratum of a key.
  func stratum(ofKey key: Int) -> Int {
    var (low, high) = (0, stratumStarts.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if stratumStarts[middle] <= key { low = middle } else { high = middle }
    }
    return low
  }

  /// The events, copies counted.
  var eventTotal: Double {
    var total = 0.0
    for key in 0..<keyCount {
      for row in events(ofKey: key) { total += weights?[row] ?? 1 }
    }
    return total
  }

  /// How many rows have the event.
  var eventRows: Int { eventCounts.reduce(0) { $0 + Int($1) } }

  /// Sorts the used rows of a frame.
  ///
  /// - Throws: `EstimationError` for a response that is no survival time, and for weights of a kind that has no meaning here.
  /// - Complexity: O(rows x columns).
  package init(_ frame: ModelFrame, executor: some FoldExecutor) throws {
    guard case .survival(let time, let event, let labels) = frame.response else {
      throw EstimationError(.unsupported, "a survival model needs Surv(time, status) as response")
    }
    if frame.options.weights?.kind == .precision {
      throw EstimationError(
        .unsupported,
        "precision weights have no meaning for survival times: weights are frequency (copies of a row) or sampling"
      )
    }
    let used = Array(frame.usedRows)
    let order = RiskOrder(
      time: used.map { time[$0] }, event: used.map { event[$0] == 1 },
      entry: labels.entry.map { all in used.map { all[$0] } },
      stratum: frame.strata.map { strata in used.map { strata.codes[$0] } },
      strata: frame.strata.map { Array($0.levels) })
    let sorted = order.rows.map { used[Int($0)] }
    rows = sorted
    keyStarts = order.keyStarts
    eventCounts = order.eventCounts
    times = order.times
    stratumStarts = order.stratumStarts
    strata = order.strata
    weights = frame.weights.map { all in sorted.map { all[$0] } }
    entryTimes = order.entryTimes
    weightsAreCopies = frame.options.countsCopies
    offset = frame.formula.offsets.isEmpty ? nil : frame.design.offset(rows: sorted)
    let columns = frame.plan.columnCount
    let means = Self.middles(frame, used, columns)
    self.means = means
    let leaves = RiskLeaf.cut(
      keyStarts: order.keyStarts, stratumStarts: order.stratumStarts,
      rows: max(512, min(4096, 65_536 / max(columns, 1))))
    self.leaves = leaves
    let starts = order.keyStarts
    blocks = executor.gather(leaves.count) { leaf -> Matrix in
      let keys = leaves[leaf].keys
      let own = Array(sorted[Int(starts[keys.lowerBound])..<Int(starts[keys.upperBound])])
      return frame.design.matrix(RowRun(own), shifts: means)
    }
    entries = order.entryKeys.map { keys in
      RiskEntries(keys, keyCount: order.eventCounts.count, leaves: leaves) {
        frame.design.matrix(RowRun($0.map { sorted[Int($0)] }), shifts: means)
      }
    }
  }

  /// Means of the design's columns over rows that lie evenly: predictors are told from there, which keeps them small.
  private static func middles(_ frame: ModelFrame, _ used: [Int], _ columns: Int) -> [Double] {
    let chosen = stride(from: 0, to: used.count, by: max(1, used.count / 4096)).map { used[$0] }
    let block = frame.design.matrix(rows: chosen)
    let sums = block.transposeTimes([Double](repeating: 1, count: block.rowCount))
    // A mean that is not a number would hide which column is too large.
    return sums.map { $0.isFinite ? $0 / Double(max(chosen.count, 1)) : 0 }
  }

  private init(
    _ other: RiskRows, leaves: [RiskLeaf], blocks: [Matrix], means: [Double], entries: RiskEntries?
  ) {
    rows = other.rows
    keyStarts = other.keyStarts
    eventCounts = other.eventCounts
    times = other.times
    stratumStarts = other.stratumStarts
    strata = other.strata
    weights = other.weights
    entryTimes = other.entryTimes
    weightsAreCopies = other.weightsAreCopies
    offset = other.offset
    self.entries = entries
    self.leaves = leaves
    self.blocks = blocks
    self.means = means
  }

  /// The same rows with some of the covariates.
  func keeping(_ columns: [Int]) -> RiskRows {
    guard columns.count < columnCount else { return self }
    return RiskRows(
      self, leaves: leaves, blocks: blocks.map { $0.selecting(columns: columns) },
      means: columns.map { means[$0] }, entries: entries?.keeping(columns))
  }

  /// The same rows cut so that each leaf has its own unit of risk, in which no sum of it vanishes.
  ///
  /// From a stratum's last key to its first a unit holds until a predictor is `room` above it: then sums over later keys
  /// are small beside what comes, and are brought to the new unit.
  func withUnits(_ predictor: [Double], room: Double) -> RiskRows {
    var cuts: [RiskLeaf] = []
    for leaf in leaves {
      var pieces: [RiskLeaf] = []
      var end = leaf.keys.upperBound
      var unit: Double?
      for key in leaf.keys.reversed() {
        let isLastOfStratum = stratumStarts[stratum(ofKey: key) + 1] == key + 1
        let largest = rows(ofKey: key).reduce(-Double.infinity) { max($0, predictor[$1]) }
        guard let current = unit else {
          unit = largest
          continue
        }
        guard isLastOfStratum || largest > current + room else { continue }
        pieces.append(RiskLeaf(keys: key + 1..<end, unit: current))
        end = key + 1
        unit = largest
      }
      pieces.append(RiskLeaf(keys: leaf.keys.lowerBound..<end, unit: unit ?? 0))
      cuts += pieces.reversed()
    }
    // Over later leaves of the same stratum a unit never falls.
    for index in cuts.indices.dropLast().reversed()
    where !stratumStarts.contains(cuts[index].keys.upperBound) {
      cuts[index].unit = max(cuts[index].unit, cuts[index + 1].unit)
    }
    var blocks: [Matrix] = []
    var leaf = 0
    for cut in cuts {
      while leaves[leaf].keys.upperBound <= cut.keys.lowerBound { leaf += 1 }
      let base = Int(keyStarts[leaves[leaf].keys.lowerBound])
      let own = Int(keyStarts[cut.keys.lowerBound]) - base..<Int(keyStarts[cut.keys.upperBound]) - base
      blocks.append(self.blocks[leaf].selecting(rows: Array(own)))
    }
    return RiskRows(self, leaves: cuts, blocks: blocks, means: means, entries: entries)
  }

  /// The linear predictor of each sorted row, from the means.
  package func predictor(_ beta: [Double], _ executor: some FoldExecutor) -> [Double] {
    executor.gather(leaves.count) { predictor(beta, ofLeaf: $0) }.flatMap { $0 }
  }

  /// The linear predictor of a leaf's rows.
  func predictor(_ beta: [Double], ofLeaf leaf: Int) -> [Double] {
    Self.predictor(beta, blocks[leaf], offset.map { $0[rows(ofLeaf: leaf)] })
  }

  static func predictor(_ beta: [Double], _ block: Matrix, _ offset: ArraySlice<Double>?) -> [Double] {
    var eta = block.columnCount == 0 ? [Double](repeating: 0, count: block.rowCount) : block * beta
    if let offset { for (i, value) in offset.enumerated() { eta[i] += value } }
    return eta
  }
}

/// Consecutive keys that are worked on together.
struct RiskLeaf: Sendable {
  let keys: Range<Int>
  /// The predictor at which a risk counts 1.
  var unit = 0.0

  /// Cuts keys where so many rows have come together.
  ///
  /// A stratum that would fill most of a leaf alone begins a new one.
  static func cut(keyStarts: [Int32], stratumStarts: [Int], rows: Int) -> [RiskLeaf] {
    var leaves: [RiskLeaf] = []
    var start = 0
    for key in 0..<(keyStarts.count - 1) where Int(keyStarts[key + 1]) - Int(keyStarts[start]) >= rows {
      leaves.append(RiskLeaf(keys: start..<key + 1))
      start = key + 1
    }
    if start < keyStarts.count - 1 { leaves.append(RiskLeaf(keys: start..<keyStarts.count - 1)) }
    return leaves
  }
}

/// Rows that are not at risk from the start, in the order in which they enter.
struct RiskEntries: Sendable {
  /// For each sorted row, the key at and before which it is not at risk; -1 when it is there from the start.
  let keys: [Int32]
  /// Sorted rows by key of entry, those that are there from the start left out.
  let rows: [Int32]
  /// Where each key's entries begin.
  let keyStarts: [Int32]
  /// The covariates of each leaf's entries.
  let blocks: [Matrix]

  init(_ keys: [Int32], keyCount: Int, leaves: [RiskLeaf], _ block: ([Int32]) -> Matrix) {
    self.keys = keys
    var starts = [Int32](repeating: 0, count: keyCount + 1)
    for key in keys where key >= 0 { starts[Int(key) + 1] += 1 }
    for key in 0..<keyCount { starts[key + 1] += starts[key] }
    var next = starts
    var rows = [Int32](repeating: 0, count: Int(starts[keyCount]))
    for (row, key) in keys.enumerated() where key >= 0 {
      rows[Int(next[Int(key)])] = Int32(row)
      next[Int(key)] += 1
    }
    self.rows = rows
    keyStarts = starts
    blocks = leaves.map { leaf in
      block(Array(rows[Int(starts[leaf.keys.lowerBound])..<Int(starts[leaf.keys.upperBound])]))
    }
  }

  private init(_ other: RiskEntries, blocks: [Matrix]) {
    keys = other.keys
    rows = other.rows
    keyStarts = other.keyStarts
    self.blocks = blocks
  }

  func keeping(_ columns: [Int]) -> RiskEntries {
    RiskEntries(self, blocks: blocks.map { $0.selecting(columns: columns) })
  }

  /// The entries of a key.
  func entries(ofKey key: Int) -> Range<Int> { Int(keyStarts[key])..<Int(keyStarts[key + 1]) }
}
