public import CohortTables
internal import Distributions
internal import LinearAlgebra

/// The mean number of recurrent events a person has had by each time, by group.
///
/// ```
/// M(t) = sum over event times s <= t of d_s / n_s
/// ```
/// with n_s the people under observation. Its variance allows for any dependence between a person's events (Lawless and
/// Nadeau): the sum over people of `[sum over s <= t of (their events - d_s / n_s) / n_s]^2` while they are observed, which is R's
/// `survfit(Surv(start, stop, event) ~ 1, id = )` for the cumulative hazard. No stop of observation may depend on the
/// events; death is not allowed for.
///
/// - Complexity: O(rows).
///
/// ## References
/// Nelson (1995), Technometrics 37:147-157; Lawless and Nadeau (1995), Technometrics 37:158-168; Cook and Lawless (2007),
/// The Statistical Analysis of Recurrent Events, sec. 3.6.
public struct MeanCumulativeFunction: Sendable {
  /// The formula: `Surv(start, stop, status) ~ groups`.
  public let formula: Formula
  /// Options shared by all models; `subject` names the column that identifies people.
  public var options: ModelOptions
  /// The scale of the band: log or plain.
  public var transform: BandTransform

  /// An estimator of the mean number of events.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, transform: BandTransform = .log, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.transform = transform
    self.options = options
  }

  /// Estimates the curves.
  ///
  /// - Throws: `TableError`, `EstimationError`, also when no column identifies people.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> StepCurves {
    let history = try EventHistory(recurrent: formula, table, options: options, executor: executor)
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "curves are drawn by groups: write \(stratum) instead of strata(\(stratum))")
    }
    let band = try CountBand(
      transform: transform,
      critical: NormalDistribution().criticalValue(confidenceLevel: options.confidenceLevel))
    let records = SurvivalRecords(history)
    let clusters = SurvivalClusters(records)
    let curves = executor.gather(history.groups.count) { group in
      let table = LifeTable(records, block: group)
      let variances = StepCurve.meanVariances(records, clusters, block: group, table)
      var mean = 0.0
      let points = table.time.indices.map { k in
        mean += table.byCause[k] / table.atRisk[k]
        let error = variances[k].squareRoot()
        return StepCurve.point(
          records, table, k, events: table.byCause[k], estimate: mean, error: error,
          limits: band.limits(mean, error: error))
      }
      return StepCurve(
        kind: .meanCumulativeFunction, group: history.groups[group], points: points,
        confidenceLevel: options.confidenceLevel)
    }
    return StepCurves(
      formula: formula, options: options, transform: transform, variance: .infinitesimalJackknife,
      curves: curves,
      rows: history.accounting, diagnostics: history.diagnostics,
      estimator: "Mean cumulative function of recurrent events (Nelson; Lawless-Nadeau)")
  }
}

/// The test that groups have the same mean number of recurrent events.
///
/// The score is that of the log-rank test with people returning to risk; its covariance is the sum over people of their
/// squared contributions under the hypothesis, whatever the dependence between a person's events. It is the robust
/// score test of an Andersen-Gill model (`coxph(..., ties = "breslow", cluster = id)$rscore`).
///
/// - Complexity: O(rows x groups + times x groups).
///
/// ## References
/// Lawless and Nadeau (1995), Technometrics 37:158-168; Lin and Wei (1989), JASA 84:1074-1078.
public struct RecurrentEventsTest: Sendable {
  /// Events and those expected if groups were alike, by group.
  public let groups: [LogRankTest.Group]
  /// The chi-squared statistic; nil when nothing can be compared.
  public let statistic: Double?
  /// Degrees of freedom.
  public let df: Double
  /// The upper tail probability.
  public let pValue: Double?
  /// What was read, used and left out.
  public let rows: RowAccounting

  /// Tests the groups of a formula `Surv(start, stop, status) ~ groups [+ strata(x)]`.
  ///
  /// - Throws: `FormulaError`, `TableError`, `EstimationError`.
  public init(
    _ formula: String, _ table: Table, options: ModelOptions = ModelOptions(),
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    let formula = try Formula(formula)
    guard !formula.terms.isEmpty else {
      throw EstimationError(
        .unsupported, "the test of recurrent events needs groups to compare, such as ~ modality")
    }
    let history = try EventHistory(recurrent: formula, table, options: options, executor: executor)
    guard history.groups.count > 1 else {
      throw EstimationError(
        .unsupported, "the test of recurrent events needs two groups; the used rows have one")
    }
    rows = history.accounting
    let scores = RecurrentScores(history)
    groups = history.groups.indices.map { g in
      LogRankTest.Group(
        group: history.groups[g], count: scores.people[g], observed: scores.observed[g],
        events: scores.observed[g],
        expected: scores.expected[g])
    }
    let able = try OrderedCholesky(scores.covariance, tolerance: 1e-10).kept
      .filter { $0 < history.groups.count - 1 }
    df = Double(able.count)
    guard !able.isEmpty else {
      (statistic, pValue) = (nil, nil)
      return
    }
    let difference = able.map { scores.observed[$0] - scores.expected[$0] }
    let solved = try CholeskyFactor(scores.covariance.selecting(rows: able, columns: able)).solve(difference)
    let value = zip(difference, solved).reduce(0) { $0 + $1.0 * $1.1 }
    statistic = value
    pValue = ChiSquared(degreesOfFreedom: df).upperTail(value)
  }
}

extension EventHistory {
  /// The rows of recurrent events, people as clusters.
  fileprivate init(
    recurrent formula: Formula, _ table: Table, options: ModelOptions, executor: some FoldExecutor
  ) throws {
    guard let subject = options.subject else {
      throw EstimationError(
        .unsupported, "recurrent events need the column that identifies people: name it with --subject")
    }
    var options = options
    options.cluster = options.cluster ?? subject
    try self.init(formula, table, options: options, executor: executor)
  }
}

extension StepCurves {
  /// Differences and ratios of the curves' values at a time, each later group beside each earlier one.
  ///
  /// Groups are taken as independent. Of curves of several causes those of the same cause are compared.
  public func comparisons(at time: Double) -> [ArmComparison] {
    curves.indices.flatMap { second in
      curves.indices.filter { $0 > second && curves[$0].cause == curves[second].cause }.flatMap { first in
        let quantities = [first, second].compactMap { place -> ArmComparison.Quantity? in
          guard let point = curves[place].point(at: time) else { return nil }
          return ArmComparison.Quantity(
            name: curves[place].name, estimate: point.estimate, standardError: point.standardError ?? 0)
        }
        guard quantities.count == 2 else { return [ArmComparison]() }
        return [.difference, .ratio].map {
          ArmComparison($0, quantities[0], quantities[1], level: options.confidenceLevel)
        }
      }
    }
  }
}

/// Scores of groups and the sums of people's squared contributions to them.
private struct RecurrentScores {
  var people: [Double]
  var observed: [Double]
  var expected: [Double]
  var covariance: Matrix

  init(_ history: EventHistory) {
    let groupCount = history.groups.count
    people = [Double](repeating: 0, count: groupCount)
    observed = people
    expected = people
    covariance = Matrix(rowCount: groupCount, columnCount: groupCount)
    let records = SurvivalRecords(history, byStrata: true)
    let clusterCount = Int(history.cluster?.max() ?? 0) + 1
    var contributions = [Double](repeating: 0, count: clusterCount * groupCount)
    var seen = Set<Int64>()
    for row in history.group.indices {
      let person = Int64(history.cluster?[row] ?? 0)
      if seen.insert(person * Int64(groupCount) + Int64(history.group[row])).inserted {
        people[Int(history.group[row])] += 1
      }
    }
    for stratum in 0..<max(history.stratumCount, 1) {
      add(records, history, stratum, &contributions)
    }
    for person in 0..<clusterCount {
      let start = person * groupCount
      for g in 0..<groupCount {
        for h in 0..<groupCount { covariance[g, h] += contributions[start + g] * contributions[start + h] }
      }
    }
  }

  /// Contributions of a stratum: an event of a row in group c adds `1[c = g] - p_g`, being at risk takes
  /// `sum of (1[c = g] - p_g) d / n`, with p_g the share of those at risk that is in g.
  private mutating func add(
    _ records: SurvivalRecords, _ history: EventHistory, _ stratum: Int, _ contributions: inout [Double]
  ) {
    let groupCount = people.count
    let range = records.blocks[stratum]
    var atRisk = [Double](repeating: 0, count: groupCount)
    var (hazard, shares) = (0.0, atRisk)
    let hasEntries = !records.byEntry.isEmpty
    func contribute(_ row: Int, sign: Double) {
      let weight = records.weight(row) * sign
      let c = Int(history.group[row])
      let start = Int(history.cluster?[row] ?? Int32(row)) * groupCount
      for g in 0..<groupCount {
        contributions[start + g] += weight * ((c == g ? hazard : 0) - shares[g])
      }
    }
    if !hasEntries {
      for place in range {
        atRisk[Int(history.group[Int(records.byExit[place])])] += records.weight(Int(records.byExit[place]))
      }
    }
    var (place, next) = (range.lowerBound, range.lowerBound)
    while place < range.upperBound {
      let now = records.exit[Int(records.byExit[place])]
      while hasEntries, next < range.upperBound {
        let row = Int(records.byEntry[next])
        guard records.entry[row] < now else { break }
        atRisk[Int(history.group[row])] += records.weight(row)
        contribute(row, sign: 1)
        next += 1
      }
      var end = place
      var events = 0.0
      while end < range.upperBound, records.exit[Int(records.byExit[end])] == now {
        let row = Int(records.byExit[end])
        if records.cause[row] > 0 { events += records.weight(row) }
        end += 1
      }
      let n = atRisk.reduce(0, +)
      if events > 0 {
        hazard += events / n
        for g in 0..<groupCount {
          shares[g] += atRisk[g] / n * events / n
          expected[g] += events * atRisk[g] / n
        }
      }
      for at in place..<end {
        let row = Int(records.byExit[at])
        contribute(row, sign: -1)
        let (c, weight) = (Int(history.group[row]), records.weight(row))
        guard records.cause[row] > 0 else { continue }
        observed[c] += weight
        let start = Int(history.cluster?[row] ?? Int32(row)) * groupCount
        for g in 0..<groupCount { contributions[start + g] += weight * ((c == g ? 1 : 0) - atRisk[g] / n) }
      }
      for at in place..<end {
        let row = Int(records.byExit[at])
        atRisk[Int(history.group[row])] -= records.weight(row)
      }
      place = end
    }
  }
}
