import CohortTables
import Estimation

/// Checks of episodes: time at risk, event codes, several episodes of one person.
enum EpisodeChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    guard file.kind == .episodes, let column = file.parts.timeToEvent else { return [] }
    let codes = file.parts.event.flatMap(file.table.column).map(EventCodes.init)
    return [
      withoutEvent(file), negative(file, column), atZero(file, column, codes, hasEvent: true),
      atZero(file, column, codes, hasEvent: false), unknownCodes(file, codes), several(file),
      overlapping(file, column),
    ].compactMap { $0 }
  }

  /// What a model does about the time between two dates: nothing.
  private static let noTime = Consequence(
    .fit, .notAffected, "takes the columns of its formula, and no time between two dates")

  private static func withoutEvent(_ file: CheckedFile) -> Finding? {
    guard file.parts.event == nil else { return nil }
    return Finding(
      .noEventColumn, .note, file: file.name, rows: file.table.rowCount,
      message: "no column is recognised as the event, so events are not checked: name it with --event",
      consequences: [
        Consequence(.relapse, .refused, "ends with an error until --event names the column"), noTime,
      ])
  }

  // MARK: - Time at risk

  private static func negative(_ file: CheckedFile, _ column: String) -> Finding? {
    guard let duration = file.duration else { return nil }
    let rows = duration.indices.filter { duration[$0] < 0 }.map { Int32($0) }
    let refused = Consequence(.relapse, .refused, "refuses the file at the first of them")
    if file.parts.end != nil, let start = file.parts.start {
      return file.finding(
        .negativeDuration, .serious, column: column, rows: rows,
        "\(Words.count(rows.count, "episode ends", "episodes end")) before the start ('\(column)' before '\(start)')",
        [refused, noTime])
    }
    return file.finding(
      .negativeDuration, .serious, column: column, rows: rows,
      "\(Words.count(rows.count, "time is", "times are")) below 0",
      [
        refused,
        Consequence(
          .fit, .refused, "refuses the file for a model of Surv( ), and otherwise uses them as numbers"),
      ])
  }

  private static func atZero(
    _ file: CheckedFile, _ column: String, _ codes: EventCodes?, hasEvent: Bool
  ) -> Finding? {
    guard let duration = file.duration, let codes else { return nil }
    let rows = duration.indices.filter { duration[$0] == 0 && codes.isEvent[$0] == hasEvent }.map {
      Int32($0)
    }
    let use =
      hasEvent
      ? "counts the event at time 0, where everyone is at risk: the curve starts below 1"
      : "counts the row as present at time 0 and never after: it adds nothing to curves and hazard ratios"
    return file.finding(
      hasEvent ? .eventWithoutTimeAtRisk : .noTimeAtRisk, hasEvent ? .caution : .note, column: column,
      rows: rows,
      hasEvent
        ? "\(Words.count(rows.count, "event stands", "events stand")) at time 0, without time at risk before"
        : "\(Words.count(rows.count, "row is", "rows are")) censored at time 0",
      [Consequence(.relapse, .used, use), file.parts.end == nil ? Consequence(.fit, .used, use) : noTime])
  }

  // MARK: - Events

  private static func unknownCodes(_ file: CheckedFile, _ codes: EventCodes?) -> Finding? {
    guard let codes, let column = file.parts.event, let status = file.table.column(column) else { return nil }
    let texts = Set(codes.unknown.prefix(10_000).compactMap { status.text(row: Int($0)) }).sorted()
    return file.finding(
      .unknownEventCode, .serious, column: column, rows: codes.unknown,
      "\(Words.count(codes.unknown.count, "row has", "rows have")) a code that is neither an event nor its absence: "
        + Words.list(texts),
      [
        Consequence(
          .relapse, .refused, "refuses the file: expected 0 and 1, true and false, yes and no, or 1 and 2"),
        Consequence(
          .fit, .refused, "refuses the file unless the formula names the event: Surv(time, status == 2)"),
      ])
  }

  // MARK: - Several episodes

  private static func several(_ file: CheckedFile) -> Finding? {
    guard let people = file.people else { return nil }
    let rows = (0..<people.count).flatMap { people[$0].dropFirst() }
    let independent = "takes rows of one person as independent and says so: limits are too narrow"
    return file.finding(
      .severalEpisodes, .caution, column: file.parts.subject, rows: rows,
      "\(Words.count(rows.count, "row is", "rows are")) a further episode of a person seen before",
      [Consequence(.relapse, .used, independent), Consequence(.fit, .used, independent)])
  }

  private static func overlapping(_ file: CheckedFile, _ column: String) -> Finding? {
    guard let startColumn = file.parts.start, let duration = file.duration, let people = file.people,
      let subject = file.subject, let start = file.start
    else { return nil }
    // Start and duration may be in different units: weeks and days. Dates are counted in days.
    let perStart = file.parts.end == nil ? TimeUnit.recognised(from: startColumn)?.weeks : nil
    let scale = perStart.flatMap { per in file.unit?.weeks.map { $0 / per } } ?? 1
    let usable = PersonGroups(subject.codes, people: people.count) {
      !start[$0].isNaN && duration[$0] > 0
    }.sorted(by: start)
    var rows: [Int32] = []
    for person in 0..<usable.count {
      var end = -Double.infinity
      for row in usable[person] {
        let begin = start[Int(row)]
        if begin < end - 1e-9 * max(1, abs(end)) { rows.append(row) }
        end = max(end, begin + duration[Int(row)] * scale)
      }
    }
    let blind = "does not look at what overlaps: counts the shared time twice"
    return file.finding(
      .overlappingEpisodes, .caution, column: startColumn, rows: rows,
      "\(Words.count(rows.count, "episode begins", "episodes begin")) before an earlier one of the same person ends "
        + "('\(startColumn)' and '\(column)')",
      [Consequence(.relapse, .used, blind), file.parts.end == nil ? Consequence(.fit, .used, blind) : noTime])
  }
}
