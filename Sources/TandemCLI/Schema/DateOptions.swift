import ArgumentParser
import Tandem

/// The time that a single model derives from dates.
struct FitTimeOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "A column of dates, from which a column 'day' (or by --time-unit 'week', 'month', 'year') is derived.")
  var time: String?

  @Option(
    name: .long,
    help: "The column with the date from which each person's time is counted; otherwise their first date.")
  var indexDate: String?

  @Option(name: .long, help: "The unit of the derived time: day, week, month or year.")
  var timeUnit: TimeUnit?

  func check() throws {
    if time == nil, indexDate != nil {
      throw ValidationError("--index-date needs --time COL, a column of dates")
    }
    if time == nil, timeUnit != nil {
      throw ValidationError("--time-unit needs --time COL, a column of dates")
    }
  }

  /// The table with the derived time, if one is asked for.
  func derive(_ table: Table, subject: String?, _ status: StatusLine?) throws -> (Table, TimeAxis?) {
    guard let time else { return (table, nil) }
    let (derived, axis) = try DerivedTime(column: time, indexDate: indexDate, unit: timeUnit).added(
      to: table, subject: subject)
    status?.say("derived: \(axis.unit.rawValue); \(axis.statement)")
    return (derived, axis)
  }
}

/// A time that is derived from dates for a model's formula.
struct DerivedTime {
  var column: String
  var indexDate: String?
  var unit: TimeUnit?

  func added(to table: Table, subject: String?) throws -> (Table, TimeAxis) {
    guard !(try table.requireColumn(column).isNumeric) else {
      throw OutcomesError(
        "\(table.source.displayName): column '\(column)' holds numbers: name it in the formula as it is, without a time to derive"
      )
    }
    guard let subject = ColumnRoles(subject: subject).recognised(in: table).roles.subject else {
      throw OutcomesError(
        "\(table.source.displayName):1: no column was recognised that identifies people; name it with --subject; there are "
          + table.columnNames.joined(separator: ", "))
    }
    let (derived, axis) = try table.addingTime(
      from: column, subject: subject, index: indexDate, unit: unit ?? .day)
    return (derived, axis)
  }
}
