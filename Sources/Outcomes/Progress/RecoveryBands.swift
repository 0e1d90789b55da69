public import CohortTables
public import Estimation

/// Expected-recovery bands by baseline severity, and with them who is not on track.
///
/// The baseline is a person's first usable visit. A visit is not on track when its score is worse than that of a stated share
/// of people with the same first score, so long after it; only the first score and the visit itself are used, so that a flag
/// does not change with what comes later (Lambert, Whipple, Bishop et al. 2002, Clinical Psychology & Psychotherapy 9, 91-103; Finch, Lambert and Schaalje 2001, ibid. 8, 231-242).
///
/// A cohort that is its own norm is cross-fitted: people fall into groups by their identifier, and each group's bands come from a
/// mixed model of all others, so that nobody's scores shape the band they are judged by. Models are fitted to at most about a
/// million visits, of people drawn by their identifier.
public struct RecoveryBands: Sendable {
  /// Where the bands come from.
  private enum Source: Sendable {
    case models([CourseModel])
    case table(CourseTable)
  }

  /// The share of scores that the band leaves on track; nil where the bands were supplied.
  public let level: Double?
  /// Which way the score runs.
  public let direction: ScoreDirection
  /// The limits that divide visits into thirds by first score and by week, for calibration.
  let thirds: (starts: [Double], weeks: [Double])
  private let source: Source

  private static let mostVisits = 1_000_000.0

  /// Estimates the bands of a cohort, cross-fitted.
  ///
  /// - Parameters:
  ///   - visits: The cohort.
  ///   - level: The share of people that is on track.
  ///   - groups: How many groups people fall into.
  ///   - executor: What the fits run on; the bands do not depend on it.
  /// - Throws: `OutcomesError` where too few people come back, and what the mixed model throws.
  /// - Complexity: `groups` passes over at most about a million visits.
  public init(
    _ visits: VisitTable, level: Double = 0.9, groups: Int = 5, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    precondition(level > 0.5 && level < 1 && groups > 1, "a level above a half, and two groups or more")
    let direction = visits.instrument?.direction ?? .lowerIsBetter
    let share = Self.share(of: visits)
    self.level = level
    self.direction = direction
    source = .models(
      try (0..<groups).map { group in
        let others = FollowUps(visits, executor: executor) { id in
          let hash = IdentifierHash(id)
          return hash.group(of: groups) != group && hash.share < share
        }
        return try CourseModel(others, level: level, direction: direction, executor: executor)
      })
    thirds = Self.thirds(visits, share, executor)
  }

  /// Takes bands that were estimated elsewhere.
  ///
  /// - Parameters:
  ///   - norm: A table with the columns `baseline_from, baseline_to, week, expected, limit`: ranges of the first score, and rising
  ///     weeks within each; scores between weeks are interpolated.
  ///   - visits: The cohort to which they are put.
  /// - Throws: `TableError` naming the line and column that does not fit.
  public init(norm: Table, for visits: VisitTable) throws {
    level = nil
    direction = visits.instrument?.direction ?? .lowerIsBetter
    source = .table(try CourseTable(norm))
    thirds = Self.thirds(visits, Self.share(of: visits), SerialExecutor())
  }

  /// The share of people whose visits are about as many as a model takes.
  private static func share(of visits: VisitTable) -> Double {
    min(1, mostVisits / Double(max(1, visits.people.visitCount)))
  }

  private static func thirds(_ visits: VisitTable, _ share: Double, _ executor: some FoldExecutor)
    -> (starts: [Double], weeks: [Double])
  {
    let all = FollowUps(visits, executor: executor) { IdentifierHash($0).share < share }
    guard !all.weeks.isEmpty else { return ([], []) }
    let (starts, weeks) = (SortedValues(all.baselines), SortedValues(all.weeks))
    return ([1.0 / 3, 2.0 / 3].map(starts.quantile), [1.0 / 3, 2.0 / 3].map(weeks.quantile))
  }

  /// The bands of one person.
  func bands(of identifier: String) -> PersonBands {
    switch source {
    case .models(let models): .model(models[IdentifierHash(identifier).group(of: models.count)])
    case .table(let table): .table(table)
    }
  }

  /// The band that a person's visit is judged by.
  ///
  /// - Parameters:
  ///   - identifier: Who.
  ///   - week: Weeks since the first visit.
  ///   - baseline: The first score.
  /// - Returns: The band; nil where nothing is known of such a start or so late a visit.
  public func band(of identifier: String, week: Double, baseline: Double) -> RecoveryBand? {
    bands(of: identifier).band(week: week, baseline: baseline)
  }

  /// What a reader must know of the bands.
  public var note: String {
    let share =
      level.map { "of \(PlainNumber.percent($0)) of people with the same first score" }
      ?? "the supplied limit"
    let origin =
      level == nil
      ? "the bands were supplied"
      : "each person's band is estimated from other people of this cohort, so that it tells who lags behind them, not whether they do well"
    return
      "not on track: a score worse than \(level == nil ? share : "that " + share), by first score and time since; \(origin)"
  }
}

/// The bands that one person is judged by.
enum PersonBands: Sendable {
  case model(CourseModel)
  case table(CourseTable)

  func band(week: Double, baseline: Double) -> RecoveryBand? {
    switch self {
    case .model(let model): model.band(week: week, baseline: baseline)
    case .table(let table): table.band(week: week, baseline: baseline)
    }
  }
}

/// A norm that other cohorts can be judged by.
public struct RecoveryNorm: Sendable {
  /// A row: a range of first scores, the week, and the band.
  public let rows: [(baselineFrom: Double, baselineTo: Double, week: Double, band: RecoveryBand)]

  /// Tabulates the expected course of a whole cohort.
  ///
  /// First scores fall into up to ten ranges of about as many people, each judged by the scores' middle; weeks are whole, at most
  /// 105 of them.
  ///
  /// - Throws: What ``RecoveryBands`` throws.
  public init(
    _ visits: VisitTable, level: Double = 0.9, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    let direction = visits.instrument?.direction ?? .lowerIsBetter
    let share = min(1, 1_000_000 / Double(max(1, visits.people.visitCount)))
    let all = FollowUps(visits, executor: executor) { IdentifierHash($0).share < share }
    let model = try CourseModel(all, level: level, direction: direction, executor: executor)
    let starts = SortedValues(all.starts)
    var edges = (0...10).map { starts.values[min(starts.values.count - 1, $0 * starts.values.count / 10)] }
    edges = edges.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    let step = max(1, (model.range.lastWeek / 104).rounded(.up))
    var rows: [(baselineFrom: Double, baselineTo: Double, week: Double, band: RecoveryBand)] = []
    let last = edges.count - 1
    for range in 0..<max(1, last) {
      let isLast = range >= last - 1
      let members = starts.values.filter { $0 >= edges[range] && (isLast || $0 < edges[range + 1]) }
      guard let low = members.first, let high = members.last else { continue }
      let middle = SortedValues(members).quantile(0.5)
      for week in stride(from: 0, through: model.range.lastWeek, by: step) {
        guard let band = model.band(week: week, baseline: middle) else { continue }
        rows.append((low, high, week, band))
      }
    }
    self.rows = rows
  }
}
