public import CohortTables

/// Which columns of a file play which part.
///
/// What is not named is recognised by the names that cohort files usually use, and what was taken is
/// kept so that it can be said.
public struct ColumnRoles: Sendable, Equatable {
  /// The column that identifies people.
  public var subject: String?
  /// The column that holds the time of a visit.
  public var time: String?
  /// The column that holds the score.
  public var outcome: String?
  /// The column that holds the treatment arm.
  public var arm: String?
  /// The column with the date of each person's index event, from which dates are counted; nil for the first
  /// visit.
  public var indexDate: String?

  /// Names in place of recognition.
  public init(
    subject: String? = nil, time: String? = nil, outcome: String? = nil, arm: String? = nil,
    indexDate: String? = nil
  ) {
    self.subject = subject
    self.time = time
    self.outcome = outcome
    self.arm = arm
    self.indexDate = indexDate
  }

  /// Names that are recognised for people, in order of preference.
  public static let subjectNames = [
    "subject_id", "patient_id", "person_id", "participant_id", "subject", "patient", "id",
  ]
  /// Names that are recognised for the time of a visit; dates come last.
  public static let timeNames = [
    "week", "weeks", "day", "days", "month", "months", "year", "years", "visit_week", "visit_day", "time",
    "wave", "date", "visit_date", "date_of_visit", "assessment_date", "datetime", "timestamp",
  ]
  /// Names that are recognised for the score.
  public static let outcomeNames = [
    "phq9", "phq_9", "gad7", "gad_7", "hamd17", "hamd", "madrs", "bdi", "bdi2", "bdi_ii", "qids", "pcl5",
    "ybocs",
    "ymrs", "panss", "cesd", "score", "outcome",
  ]
  /// Names that are recognised for the arm.
  public static let armNames = ["modality", "treatment", "arm", "group", "treat"]

  /// Fills the parts that are not named from the names of a table's columns.
  ///
  /// - Returns: The roles, and for each part taken by recognition a pair of part and column.
  public func recognised(in table: Table) -> (roles: ColumnRoles, taken: [(part: String, column: String)]) {
    recognised(among: table.columnNames)
  }

  /// Fills the parts that are not named from the names in a header.
  ///
  /// - Returns: The roles, and for each part taken by recognition a pair of part and column.
  public func recognised(
    among columnNames: [String]
  ) -> (roles: ColumnRoles, taken: [(part: String, column: String)]) {
    var roles = self
    var taken: [(part: String, column: String)] = []
    func fill(_ part: String, _ current: String?, _ names: [String]) -> String? {
      if let current { return current }
      let byLowercase = Dictionary(columnNames.map { ($0.lowercased(), $0) }) { first, _ in first }
      guard let found = names.compactMap({ byLowercase[$0] }).first else { return nil }
      taken.append((part, found))
      return found
    }
    roles.subject = fill("person", subject, Self.subjectNames)
    roles.time = fill("time", time, Self.timeNames)
    roles.outcome = fill("score", outcome, Self.outcomeNames)
    roles.arm = fill("arm", arm, Self.armNames)
    return (roles, taken)
  }
}

/// The unit in which a file gives time.
public enum TimeUnit: String, Sendable, CaseIterable, Codable {
  /// Days.
  case day
  /// Weeks of 7 days.
  case week
  /// Months of 365.25 / 12 days.
  case month
  /// Years of 365.25 days.
  case year
  /// Visits counted one by one, without a known distance.
  case visit

  /// How many days a unit is; nil for counted visits.
  public var days: Double? {
    switch self {
    case .day: 1
    case .week: 7
    case .month: 365.25 / 12
    case .year: 365.25
    case .visit: nil
    }
  }

  /// How many weeks a unit is; nil for counted visits.
  public var weeks: Double? {
    switch self {
    case .day: 1 / 7.0
    case .week: 1
    case .month: 365.25 / 12 / 7
    case .year: 365.25 / 7
    case .visit: nil
    }
  }

  /// The unit that a column's name tells, if it tells one.
  public static func recognised(from column: String) -> TimeUnit? {
    let name = column.lowercased()
    if name.contains("week") { return .week }
    if name.contains("day") { return .day }
    if name.contains("month") { return .month }
    if name.contains("year") { return .year }
    if name.contains("wave") || name.contains("visit") { return .visit }
    return nil
  }

  /// The unit for a count: `1 week`, `12 weeks`.
  public func name(for count: Double) -> String { count == 1 ? rawValue : rawValue + "s" }
}
