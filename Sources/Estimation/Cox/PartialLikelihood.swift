import LinearAlgebra

/// The log partial likelihood at some coefficients, and what its derivatives and residuals need.
///
/// Sums over risk sets run over the leaves twice: each leaf adds up its own rows, a scan over the leaves tells what
/// comes from later ones, then each leaf goes through its keys. With r a row's risk,
/// ```
/// score       = sum over rows of x (event weight - r [H(exit) - H(entry)])
/// information = sum over rows of r [H(exit) - H(entry)] x x' - sum over events of m m'
/// ```
/// H the cumulative hazard and m the mean covariate of a risk set: one weighted cross-product over the rows and one over the
/// distinct times with events, however many are at risk. An event's own H is less by Efron's reduction.
///
/// - Complexity: O(rows x columns^2) time, O(rows) numbers beside the rows.
struct PartialLikelihood: Sendable {
  let rows: RiskRows
  let ties: TieMethod
  let beta: [Double]
  let logLikelihood: Double
  let parts: [LeafRisk]
  /// What each leaf's risk set has from later leaves.
  let carried: [CarriedRisk]
  /// The events of each leaf's keys, in the leaf's unit; keys without events are passed over.
  let events: [[TiedEvents]]
  /// For each leaf's entries their risks.
  let entryRisks: [[Double]]

  /// How far above a unit predictors may be, and the widest range of them that needs no units.
  static let room = 100.0

  /// What a leaf's rows add up to.
  struct LeafRisk: Sendable {
    /// Each row's weight times `exp(predictor - unit)`.
    let risk: [Double]
    let least: Double
    let largest: Double
    /// `sum weight x (predictor - unit)` over events.
    let eventPredictor: Double
    /// Sums over the rows of the leaf's first stratum, which earlier leaves may share.
    var total: CarriedRisk
  }

  /// Sums over a risk set.
  struct CarriedRisk: Sendable {
    var risk = RunningSum()
    var covariates: [RunningSum]
    /// How many rows are at risk.
    var count = 0

    init(columns: Int) { covariates = [RunningSum](repeating: RunningSum(), count: columns) }

    mutating func add(_ other: CarriedRisk, fading: Double) {
      count += other.count
      risk.add(other.risk.scaled(by: fading))
      for j in covariates.indices { covariates[j].add(other.covariates[j].scaled(by: fading)) }
    }
  }

  /// The likelihood at some coefficients; nil where the risks of people who enter late span too wide a range to be added.
  init?(_ given: RiskRows, _ beta: [Double], _ ties: TieMethod, _ executor: some FoldExecutor) {
    var rows = given
    var parts = Self.sums(rows, beta, executor)
    let (least, largest) = (
      parts.reduce(Double.infinity) { min($0, $1.least) },
      parts.reduce(-Double.infinity) { max($0, $1.largest) }
    )
    guard least.isFinite, largest.isFinite else { return nil }
    if max(abs(least), abs(largest)) > Self.room {
      guard rows.entries == nil else { return nil }
      rows = rows.withUnits(rows.predictor(beta, executor), room: Self.room)
      parts = Self.sums(rows, beta, executor)
    }
    self.rows = rows
    self.ties = ties
    self.beta = beta
    let entryRisks = Self.entryRisks(rows, &parts, executor)
    let carried = Self.carried(rows, parts)
    let (settledRows, settledParts) = (rows, parts)
    let steps = executor.gather(rows.leaves.count) { leaf in
      Self.events(
        settledRows, leaf, settledParts[leaf].risk, entryRisks.isEmpty ? [] : entryRisks[leaf], carried[leaf],
        ties)
    }
    events = steps.map(\.events)
    self.parts = parts
    self.carried = carried
    self.entryRisks = entryRisks
    var logLikelihood = 0.0
    for (part, step) in zip(parts, steps) { logLikelihood += part.eventPredictor - step.logarithms }
    guard !logLikelihood.isNaN else { return nil }
    self.logLikelihood = logLikelihood
  }

  // MARK: - Sums

  private static func sums(
    _ rows: RiskRows, _ beta: [Double], _ executor: some FoldExecutor
  ) -> [LeafRisk] {
    executor.gather(rows.leaves.count) { index -> LeafRisk in
      let leaf = rows.leaves[index]
      let range = rows.rows(ofLeaf: index)
      var eta = rows.predictor(beta, ofLeaf: index)
      var (least, largest) = (Double.infinity, -Double.infinity)
      for value in eta {
        least = min(least, value)
        largest = max(largest, value)
      }
      if leaf.unit != 0 { for i in eta.indices { eta[i] -= leaf.unit } }
      var eventPredictor = 0.0
      for key in leaf.keys where rows.eventCounts[key] > 0 {
        for row in rows.events(ofKey: key) {
          eventPredictor += (rows.weights?[row] ?? 1) * eta[row - range.lowerBound]
        }
      }
      RowKernels.exponentials(of: &eta)
      if let weights = rows.weights {
        for i in eta.indices { eta[i] *= weights[range.lowerBound + i] }
      }
      // Rows of the stratum that goes on in the leaf before.
      let end = rows.stratumStarts[rows.stratum(ofKey: leaf.keys.lowerBound) + 1]
      let shared = Int(rows.keyStarts[min(end, leaf.keys.upperBound)]) - range.lowerBound
      var total = CarriedRisk(columns: rows.columnCount)
      total.count = shared
      var risk = 0.0
      for i in 0..<shared { risk += eta[i] }
      total.risk.add(risk)
      let counted = shared == range.count ? eta : eta.enumerated().map { $0 < shared ? $1 : 0 }
      for (j, sum) in rows.blocks[index].transposeTimes(counted).enumerated() { total.covariates[j].add(sum) }
      return LeafRisk(
        risk: eta, least: least, largest: largest, eventPredictor: eventPredictor, total: total)
    }
  }

  /// The risks of each leaf's entries, which are taken off its sums.
  private static func entryRisks(
    _ rows: RiskRows, _ parts: inout [LeafRisk], _ executor: some FoldExecutor
  ) -> [[Double]] {
    guard let entries = rows.entries else { return [] }
    let all = parts.flatMap(\.risk)
    let risks = executor.gather(rows.leaves.count) { leaf -> [Double] in
      let keys = rows.leaves[leaf].keys
      return (Int(entries.keyStarts[keys.lowerBound])..<Int(entries.keyStarts[keys.upperBound])).map {
        all[Int(entries.rows[$0])]
      }
    }
    for leaf in parts.indices {
      let keys = rows.leaves[leaf].keys
      let end = min(rows.stratumStarts[rows.stratum(ofKey: keys.lowerBound) + 1], keys.upperBound)
      let shared = Int(entries.keyStarts[end]) - Int(entries.keyStarts[keys.lowerBound])
      let block = entries.blocks[leaf]
      parts[leaf].total.count -= shared
      for i in 0..<shared {
        parts[leaf].total.risk.add(-risks[leaf][i])
        for j in 0..<rows.columnCount {
          parts[leaf].total.covariates[j].add(-risks[leaf][i] * block[i, j])
        }
      }
    }
    return risks
  }

  /// What comes to each leaf from later ones of its last stratum.
  private static func carried(_ rows: RiskRows, _ parts: [LeafRisk]) -> [CarriedRisk] {
    let empty = CarriedRisk(columns: rows.columnCount)
    var result = [CarriedRisk](repeating: empty, count: rows.leaves.count)
    var outgoing = empty
    for leaf in rows.leaves.indices.reversed() {
      let keys = rows.leaves[leaf].keys
      let goesOn = !rows.isStratumStart(keys.upperBound)
      if goesOn {
        result[leaf].add(
          outgoing, fading: Self.fading(rows.leaves[leaf + 1].unit - rows.leaves[leaf].unit))
      }
      outgoing = parts[leaf].total
      // Where the leaf holds one stratum alone, later sums pass through it.
      let isOne = rows.stratum(ofKey: keys.lowerBound) == rows.stratum(ofKey: keys.upperBound - 1)
      if goesOn, isOne { outgoing.add(result[leaf], fading: 1) }
      if outgoing.count == 0 { outgoing = empty }
    }
    return result
  }

  static func fading(_ difference: Double) -> Double { difference == 0 ? 1 : exponential(difference) }

  /// Goes through a leaf's keys from the last to the first, as the risk set grows.
  private static func events(
    _ rows: RiskRows, _ leaf: Int, _ risk: [Double], _ entryRisk: [Double], _ carried: CarriedRisk,
    _ ties: TieMethod
  ) -> (events: [TiedEvents], logarithms: Double) {
    var result: [TiedEvents] = []
    var logarithms = 0.0
    let keys = rows.leaves[leaf].keys
    result.reserveCapacity(keys.count)
    guard rows.entries != nil || rows.weights != nil || rows.stratumStarts.count > 2 else {
      plainEvents(rows, keys, risk, carried.risk.value, ties, &result, &logarithms)
      return (result, logarithms)
    }
    let base = Int(rows.keyStarts[keys.lowerBound])
    let entryBase = rows.entries.map { Int($0.keyStarts[keys.lowerBound]) } ?? 0
    var sum = carried.risk
    var count = carried.count
    for key in keys.reversed() {
      if rows.isStratumStart(key + 1) { (sum, count) = (RunningSum(), 0) }
      let own = rows.rows(ofKey: key)
      for row in own { sum.add(risk[row - base]) }
      count += own.count
      if let entries = rows.entries {
        let leaving = entries.entries(ofKey: key)
        for entry in leaving { sum.add(-entryRisk[entry - entryBase]) }
        count -= leaving.count
        if count == 0 { sum = RunningSum() }
      }
      let events = rows.events(ofKey: key)
      guard !events.isEmpty else { continue }
      var (weight, eventRisk) = (0.0, 0.0)
      for row in events {
        weight += rows.weights?[row] ?? 1
        eventRisk += risk[row - base]
      }
      result.append(
        TiedEvents(
          rows: events.count, weight: weight, risk: sum.value, eventRisk: eventRisk,
          copies: rows.weightsAreCopies, ties: ties, logarithms: &logarithms))
    }
    result.reverse()
    return (result, logarithms)
  }

  /// The same for one stratum whose rows are all there from the start and count once.
  private static func plainEvents(
    _ rows: RiskRows, _ keys: Range<Int>, _ risks: [Double], _ carried: Double, _ ties: TieMethod,
    _ result: inout [TiedEvents], _ logarithms: inout Double
  ) {
    let (keyStarts, eventCounts) = (rows.keyStarts, rows.eventCounts)
    let (starts, counts, risk) = (keyStarts.span, eventCounts.span, risks.span)
    let base = Int(starts[keys.lowerBound])
    var sum = carried
    for key in keys.reversed() {
      let (start, end) = (Int(starts[key]) - base, Int(starts[key + 1]) - base)
      var own = 0.0
      for row in start..<end { own += risk[row] }
      sum += own
      let events = Int(counts[key])
      guard events > 0 else { continue }
      var eventRisk = 0.0
      for row in start..<start + events { eventRisk += risk[row] }
      result.append(
        TiedEvents(
          rows: events, weight: Double(events), risk: sum, eventRisk: eventRisk, copies: false, ties: ties,
          logarithms: &logarithms))
    }
    result.reverse()
  }
}

extension RiskRows {
  /// Whether a stratum begins at a key, or all have ended before it.
  func isStratumStart(_ key: Int) -> Bool {
    guard stratumStarts.count > 2 else { return key == 0 || key == keyCount }
    return key == keyCount || stratumStarts[stratum(ofKey: key)] == key
  }
}
