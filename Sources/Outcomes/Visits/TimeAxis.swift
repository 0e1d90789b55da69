/// How times were derived from dates: what time zero is, and in which unit time is counted.
///
/// Time is the difference of two calendar days, counted in days and divided by the unit's length: 7 days a
/// week, 30.4375 (365.25 / 12) a month, 365.25 a year. Days are those that the dates name
/// (`DateText`), so that changes of the clocks cannot move them.
public struct TimeAxis: Sendable, Equatable {
  /// What time zero is.
  public enum Origin: Sendable, Equatable {
    /// Each person's first visit: the earliest date in any of their rows, whether or not a score stands
    /// there.
    case firstVisit
    /// The date that a column gives for each person, such as the start of treatment.
    case indexDate(column: String)
    /// The date in a column of the same row, such as the start of an episode.
    case start(column: String)
  }

  /// The column of dates.
  public let column: String
  /// What time zero is.
  public let origin: Origin
  /// The unit.
  public let unit: TimeUnit
  /// The rows whose time is negative.
  public let rowsBeforeZero: Int
  /// The people who have such rows.
  public let peopleBeforeZero: Int
  /// Whether the dates are date-times in UTC, whose days near midnight may not be the local ones.
  public let isUTC: Bool

  /// The column that time zero comes from, where it is not the first visit.
  public var originColumn: String? {
    switch origin {
    case .firstVisit: nil
    case .indexDate(let column), .start(let column): column
    }
  }

  /// How time was derived, in one sentence without its stop.
  public var statement: String {
    let from: String =
      switch origin {
      case .firstVisit: "each person's first date"
      case .indexDate(let column): "each person's '\(column)'"
      case .start(let column): "'\(column)'"
      }
    return "time is the days from \(from) to '\(column)'" + Self.division(unit)
  }

  private static func division(_ unit: TimeUnit) -> String {
    switch unit {
    case .day, .visit: ""
    case .week: ", divided by 7 (weeks)"
    case .month: ", divided by 30.4375 (months of 365.25 / 12 days)"
    case .year: ", divided by 365.25 (years)"
    }
  }

  /// What a reader must know of it, in sentences: how time was derived, what lies before time zero, and UTC.
  public var notes: [String] {
    var notes = [statement]
    if rowsBeforeZero > 0 {
      notes.append(
        "\(rowsBeforeZero) \(rowsBeforeZero == 1 ? "row" : "rows") of \(peopleBeforeZero) "
          + "\(peopleBeforeZero == 1 ? "person lies" : "people lie") before time zero: trends and models take them as any other visit; comparisons take "
          + "the last score up to time zero as the baseline and never as follow-up")
    }
    if isUTC {
      notes.append(
        "the date-times of '\(column)' are in UTC: the days are UTC days, which near midnight may not be the local ones"
      )
    }
    return notes
  }
}
