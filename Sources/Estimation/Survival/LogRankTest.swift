public import CohortTables
internal import Distributions
internal import LinearAlgebra

/// The log-rank test that groups have the same hazard.
///
/// At each event time with n at risk and d events, group g with n_g at risk expects `d n_g / n`
/// events, with covariance `d (n - d) / (n - 1) (n_g / n) (1[g = h] - n_h / n)`. The statistic is
/// `(O - E)' V^- (O - E)` on as many degrees of freedom as V has rank: one fewer than there
/// are groups, when all of them are compared with each other. With `strata( )` the sums run over strata.
///
/// ## References
/// Mantel (1966), Cancer Chemother. Rep. 50:163-170; Peto and Peto (1972), JRSS A 135:185-207.
public struct LogRankTest: Sendable {
  /// One group's events.
  public struct Group: Sendable, Equatable {
    /// The columns and levels that define the group.
    public let group: [GridCoordinate]
    /// How many are in it.
    public let count: Double
    /// Events that happened.
    public let observed: Double
    /// Events expected if all groups had the same hazard.
    public let expected: Double
  }

  /// The formula.
  public let formula: Formula
  /// The options.
  public let options: ModelOptions
  /// The groups.
  public let groups: [Group]
  /// The chi-squared statistic; nil when no two groups are at risk together at an event.
  public let statistic: Double?
  /// Degrees of freedom.
  public let df: Double
  /// The upper tail probability.
  public let pValue: Double?
  /// The covariance of observed less expected.
  public let covariance: [[Double]]
  /// What was read, used and left out.
  public let rows: RowAccounting

  /// Tests the groups of a formula `Surv(time, status) ~ groups [+ strata(x)]`.
  ///
  /// - Throws: `FormulaError`, `TableError`, `EstimationError`.
  public init(
    _ formula: String, _ table: Table, options: ModelOptions = ModelOptions(),
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    self.formula = try Formula(formula)
    self.options = options
    guard !self.formula.terms.isEmpty else {
      throw EstimationError(.unsupported, "the log-rank test needs groups to compare, such as ~ modality")
    }
    let frame = try ModelFrame(self.formula, table: table, options: options, design: .groups)
    let rows = try SurvivalRows(frame)
    let groups = try SurvivalGroups(self.formula, rows: rows, table: table)
    guard groups.labels.count > 1 else {
      throw EstimationError(.unsupported, "the log-rank test needs two groups; the used rows have one")
    }
    let counts = try executor.run(
      EventCounts(rows: rows, groups: groups.codes, groupCount: groups.labels.count),
      over: SurvivalSource(rows))
    let sums = LogRankSums(counts, groupCount: groups.labels.count, rows: rows)
    self.groups = groups.labels.indices.map {
      Group(
        group: groups.labels[$0], count: sums.count[$0], observed: sums.observed[$0],
        expected: sums.expected[$0])
    }
    covariance = (0..<groups.labels.count).map { sums.covariance.row($0) }
    self.rows = frame.accounting
    (statistic, df) = try Self.statistic(sums)
    pValue = statistic.map { [df] in ChiSquared(degreesOfFreedom: df).upperTail($0) }
  }

  /// The covariance loses one rank for every set of groups that are at risk together: of each the last
  /// group is determined by the others and left out, which gives the generalised inverse's value.
  private static func statistic(_ sums: LogRankSums) throws -> (Double?, Double) {
    let able = try OrderedCholesky(sums.covariance, tolerance: 1e-10).kept
    guard !able.isEmpty else { return (nil, 0) }
    let difference = able.map { sums.observed[$0] - sums.expected[$0] }
    let part = sums.covariance.selecting(rows: able, columns: able)
    let solved = try CholeskyFactor(part).solve(difference)
    return (zip(difference, solved).reduce(0) { $0 + $1.0 * $1.1 }, Double(able.count))
  }
}

/// Observed and expected events and their covariance, summed over times and strata.
private struct LogRankSums {
  var count: [Double]
  var observed: [Double]
  var expected: [Double]
  var covariance: Matrix

  init(_ counts: KeyedSums, groupCount: Int, rows: SurvivalRows) {
    count = [Double](repeating: 0, count: groupCount)
    observed = count
    expected = count
    covariance = Matrix(rowCount: groupCount, columnCount: groupCount)
    for stratum in rows.strata.indices {
      let keys = stratum * rows.times.count..<(stratum + 1) * rows.times.count
      var atRisk = [Double](repeating: 0, count: groupCount)
      for key in keys.reversed() {
        let events = (0..<groupCount).map { counts.value(key, 2 * $0) }
        for g in 0..<groupCount {
          let leaving = events[g] + counts.value(key, 2 * g + 1)
          atRisk[g] += leaving
          count[g] += leaving
          observed[g] += events[g]
        }
        add(events: events.reduce(0, +), atRisk: atRisk)
      }
    }
  }

  private mutating func add(events d: Double, atRisk: [Double]) {
    guard d > 0 else { return }
    let n = atRisk.reduce(0, +)
    let spread = n > 1 ? d * (n - d) / (n - 1) : 0
    for g in atRisk.indices {
      let share = atRisk[g] / n
      expected[g] += d * share
      for h in atRisk.indices {
        covariance[g, h] += spread * share * ((g == h ? 1 : 0) - atRisk[h] / n)
      }
    }
  }
}
