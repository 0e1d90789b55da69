import CohortTables
public import Estimation

/// What can be said of a person's trend.
public enum TrendStatus: String, Sendable, CaseIterable, Codable {
  /// Slope with standard error.
  case fitted
  /// Two visits: a slope, but nothing to judge its error by.
  case twoVisits = "two_visits"
  /// One visit: no slope.
  case oneVisit = "one_visit"
  /// All visits at the same time: no slope.
  case noTimeSpread = "no_time_spread"
  /// The same score at every visit: slope 0, no test.
  case constantScores = "constant_scores"
  /// Scores exactly on a line: a slope, but no deviation to judge its error by.
  case exactLine = "exact_line"
}

/// One person's trend by ordinary least squares, and what it means clinically.
///
/// The slope is per week where the unit of time is known, otherwise per visit. Raw slopes of few
/// visits are imprecise and extreme ones mostly noise: read them with their limits.
public struct PersonTrend: Sendable, Equatable {
  /// The person's identifier.
  public let id: String
  /// The person's arm, if there are arms.
  public let arm: String?
  /// Usable visits.
  public let visits: Int
  /// From the first to the last visit, in the file's unit of time.
  public let span: Double
  /// The first score.
  public let first: Double
  /// The last score.
  public let last: Double
  /// The last score less the first.
  public let change: Double
  /// What can be said of the trend.
  public let status: TrendStatus
  /// Change of the score per week (or per visit).
  public let slope: Double?
  /// Its standard error.
  public let standardError: Double?
  /// Slope over standard error.
  public let statistic: Double?
  /// Visits less 2.
  public let degreesOfFreedom: Double?
  /// Two-sided.
  public let pValue: Double?
  /// Lower confidence limit.
  public let lower: Double?
  /// Upper confidence limit.
  public let upper: Double?
  /// Explained share of the scores' variation.
  public let rSquared: Double?
  /// The standard deviation about the line.
  public let residualStandardDeviation: Double?
  /// Improvement from first to last in per cent of the distance to the lowest score.
  public let percentageChange: Double?
  /// Whether the drop from first to last is a response by the instrument's rule.
  public let response: Bool?
  /// Whether the last score is remission by the instrument's rule.
  public let remission: Bool?
  /// Change beyond measurement error by the instrument's rule.
  public let reliableChange: ReliableChange?
}

/// The trends of all people of a visit table.
public struct PersonTrends: Sendable {
  /// One row a person, in order of their first row in the file.
  public let people: [PersonTrend]
  /// By arm (or all together), in sorted order.
  public let summaries: [TrendSummary]
  /// The unit in which slopes are given: week, or visit.
  public let slopeUnit: TimeUnit
  /// The questionnaire, if it is known.
  public let instrument: Instrument?
  /// Which columns were used.
  public let roles: ColumnRoles
  /// How the times were derived from dates; nil where the file gives times.
  public let timeAxis: TimeAxis?
  /// What was read, used and left out.
  public let rows: RowAccounting
  /// The level of confidence limits.
  public let confidenceLevel: Double

  /// Fits every person's trend.
  ///
  /// - Throws: `OutcomesError` when a person's arm changes over time.
  /// - Complexity: One fold over the rows; O(people) for the tests.
  public init(
    _ visits: VisitTable, confidenceLevel: Double = 0.95, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    slopeUnit = visits.unit.weeks == nil ? .visit : .week
    instrument = visits.instrument
    roles = visits.roles
    timeAxis = visits.timeAxis
    rows = visits.rows
    self.confidenceLevel = confidenceLevel
    let arms = try visits.armOfEachPerson()
    let source = TrendSource(visits)
    let moments = try executor.run(TrendFold(), over: source)
    let scale = visits.unit.weeks ?? 1
    let critical = CriticalValues(visits: Set(moments.map(\.count)), level: confidenceLevel)
    let criteria = visits.instrument.map { ClinicalCriteria($0) }
    people = visits.people.indices.map { index in
      PersonTrend(
        id: visits.people[index].id, arm: arms[index], moments: moments[index], weeksPerUnit: scale,
        criteria: criteria, critical: critical)
    }
    summaries = TrendSummary.byArm(people, level: confidenceLevel)
  }

  /// One line on how the trends were made.
  public var verdict: String {
    let fitted = people.count { $0.status == .fitted }
    let rest = people.count - fitted
    let others =
      rest == 0
      ? ""
      : "; \(rest) with too few visits, a single time, constant scores or an exact line have a status instead of "
        + "a test"
    return "Least-squares slope per \(slopeUnit.rawValue) of each person, t tests with visits - 2 df: "
      + "\(people.count) people, \(fitted) with a standard error\(others)."
  }
}
