import CohortTables
import Estimation

/// What a file holds, as far as its columns tell.
public enum CohortFileKind: String, Sendable, CaseIterable {
  /// One row a visit.
  case visits
  /// One row an episode: a time to an event or to the end of follow-up.
  case episodes
  /// Anything else: only its columns and rows are checked.
  case other

  /// The analyses that read such a file.
  public var readers: [Consequence.Analysis] {
    switch self {
    case .visits: [.trends, .compare, .fit]
    case .episodes: [.relapse, .fit]
    case .other: [.fit]
    }
  }
}

/// A file with its columns found and its rows grouped by person: what every check starts from.
struct CheckedFile: Sendable {
  /// Which columns were taken, by part.
  struct Parts: Sendable, Equatable {
    var subject: String?
    var arm: String?
    var time: String?
    var outcome: String?
    var duration: String?
    var event: String?
    var start: String?
    /// The end of an episode whose time lies between two dates.
    var end: String?
    var indexDate: String?

    /// The columns that must hold dates for the part that they play.
    var dates: [String] { [indexDate, end == nil ? nil : start, end].compactMap { $0 } }
    /// The column in which a time to an event is found wanting: the duration, or the end date.
    var timeToEvent: String? { duration ?? end }

    /// The parts that are there, in a fixed order.
    var named: [(part: String, column: String)] {
      [
        ("person", subject), ("arm", arm), ("time", time), ("score", outcome), ("duration", duration),
        ("event", event), ("start", start), ("end", end), ("index_date", indexDate),
      ].compactMap { part, column in column.map { (part, $0) } }
    }
  }

  let table: Table
  let kind: CohortFileKind
  let parts: Parts
  /// The unit of visits' times or of durations, if it is known.
  let unit: TimeUnit?
  let subject: CodedColumn?
  let arm: CodedColumn?
  /// The numbers of the columns that need them; nil where there is no such column or it holds text.
  let time: [Double]?
  let score: [Double]?
  let duration: [Double]?
  /// The starts of episodes: numbers, or days where they are dates.
  let start: [Double]?
  /// The codes for missing values that columns of numbers seem to have.
  let missingCodes: [String: MissingCodes]
  /// The known scales of numeric columns, in the file's order.
  let scales: [(column: String, scale: Instrument)]
  /// All rows by person.
  let people: PersonGroups?
  /// The rows with a time, by person and time.
  let visits: PersonGroups?

  init(_ table: Table, _ options: CheckOptions) {
    self.table = table
    let found = Self.find(table, options)
    (kind, parts) = found
    let parts = found.parts
    func numbers(_ name: String?) -> [Double]? {
      guard let name, let column = table.column(name), column.isNumeric else { return nil }
      return try? column.numericValues()
    }
    subject = parts.subject.flatMap(table.column).map(CodedColumn.init)
    arm = parts.arm.flatMap(table.column).map(CodedColumn.init)
    func cells(_ name: String?) -> DatedCells? { name.flatMap(table.column).map { DatedCells($0) } }
    let days = Self.days(table, parts, subject)
    let isDisguised =
      parts.time.flatMap(table.column).map { Self.refusesNumbers($0, options.timeUnit) } ?? false
    time = isDisguised ? nil : numbers(parts.time) ?? days
    score = numbers(parts.outcome)
    if let from = parts.end == nil ? nil : cells(parts.start), let to = cells(parts.end) {
      start = from.days
      duration = zip(from.days, to.days).map { $1 - $0 }
    } else {
      start = numbers(parts.start)
      duration = numbers(parts.duration)
    }
    switch found.kind {
    case .visits:
      unit = options.timeUnit ?? (days == nil ? parts.time.flatMap(TimeUnit.recognised) : .day)
    case .episodes: unit = parts.end == nil ? parts.duration.flatMap(TimeUnit.recognised) : .day
    case .other: unit = nil
    }
    timeUnit = options.timeUnit
    scales = table.columns.filter(\.isNumeric).compactMap { column in
      let named = column.name == parts.outcome ? options.instrument : nil
      return (named ?? Instrument.recognised(from: column.name)).map { (column.name, $0) }
    }
    missingCodes = Self.missingCodes(table, parts, scales)
    people = subject.map { PersonGroups($0.codes, people: $0.levelCount) }
    if let subject, let time {
      visits = PersonGroups(subject.codes, people: subject.levelCount) { !time[$0].isNaN }.sorted(by: time)
    } else {
      visits = nil
    }
  }

  /// The unit of visits' times that was named.
  private let timeUnit: TimeUnit?

  /// Days since each person's first visit (or index date), where the time of visits is a date; cells that are none are
  /// left out.
  private static func days(_ table: Table, _ parts: Parts, _ subject: CodedColumn?) -> [Double]? {
    guard let column = parts.time.flatMap(table.column), let subject, DateColumn.isMeant(by: column)
    else { return nil }
    let index = parts.indexDate.flatMap(table.column).map { DatedCells($0) }
    return DatedCells.times(DatedCells(column), index: index, subject)
  }

  /// Whether the analyses of visits refuse a time column of numbers because they are dates in disguise.
  func refusesTimeNumbers(_ column: Column) -> Bool {
    column.name == parts.time && Self.refusesNumbers(column, timeUnit)
  }

  private static func refusesNumbers(_ column: Column, _ unit: TimeUnit?) -> Bool {
    guard column.isNumeric, let values = try? column.numericValues(), values.contains(where: { !$0.isNaN })
    else { return false }
    return VisitTable.refusesAsDates(values, name: column.name, unit: unit)
  }

  private static func missingCodes(
    _ table: Table, _ parts: Parts, _ scales: [(column: String, scale: Instrument)]
  ) -> [String: MissingCodes] {
    var codes: [String: MissingCodes] = [:]
    for column in table.columns where column.isNumeric && column.name != parts.subject {
      guard let values = try? column.numericValues() else { continue }
      let scale = scales.first { $0.column == column.name }?.scale
      codes[column.name] = MissingCodes(
        values, isTime: column.name == parts.time, range: scale.map { $0.minimum...$0.maximum })
    }
    return codes
  }

  /// The file's name in messages.
  var name: String { table.source.displayName }

  // MARK: - Recognition

  /// Names that are recognised for the start of an episode, in order of preference.
  static let startNames = [
    "start", "episode_start", "start_day", "start_week", "remission_day", "remission_week", "tstart", "entry",
  ]

  private static func find(_ table: Table, _ options: CheckOptions) -> (kind: CohortFileKind, parts: Parts) {
    func present(_ name: String?) -> String? { name.flatMap { table.column($0) == nil ? nil : $0 } }
    let given = options.roles
    let roles = ColumnRoles(
      subject: present(given.subject), time: present(given.time), outcome: present(given.outcome),
      arm: present(given.arm)
    ).recognised(in: table).roles
    var parts = Parts(subject: roles.subject, arm: roles.arm)
    let duration =
      present(options.duration) ?? RelapseAnalysis.timeNames.first { table.column($0) != nil }
    let event =
      present(options.event)
      ?? RelapseAnalysis.eventNames.first { table.column($0).map(EventCodes.areUsual) ?? false }
    let isNamed = present(options.event) != nil || present(options.duration) != nil
    let dates = EpisodeDates(
      present(options.start), present(options.end), in: table, hasTime: duration != nil)
    // Without an event two dates make episodes of a file that cannot be one of visits.
    if let dates, event != nil || roles.time == nil, isNamed || !isRepeated(table, roles) {
      (parts.start, parts.end, parts.event) = (dates.start, dates.end, event)
      return (.episodes, parts)
    }
    if let duration, let event, isNamed || !isRepeated(table, roles) {
      parts.duration = duration
      parts.event = event
      parts.start = present(options.start) ?? startNames.first { table.column($0)?.isNumeric ?? false }
      return (.episodes, parts)
    }
    guard roles.subject != nil, roles.time != nil else { return (.other, parts) }
    parts.time = roles.time
    parts.outcome = roles.outcome
    parts.indexDate = present(given.indexDate)
    return (.visits, parts)
  }

  /// Whether a file with a score has so many rows a person that they must be visits.
  private static func isRepeated(_ table: Table, _ roles: ColumnRoles) -> Bool {
    guard roles.outcome != nil, let subject = roles.subject.flatMap(table.column) else { return false }
    return table.rowCount * 2 > subject.asCategories().levels.count * 3
  }

  // MARK: - Findings

  /// A finding about rows of this file; nil when there are none.
  ///
  /// Consequences for analyses that do not read such a file are left out.
  ///
  /// - Complexity: O(people + rows concerned).
  func finding(
    _ kind: FindingKind, _ severity: Diagnostic.Severity, column: String? = nil, rows: [Int32],
    _ message: String, _ consequences: [Consequence]
  ) -> Finding? {
    guard !rows.isEmpty else { return nil }
    let readers = analyses
    let first = firstRows(rows)
    return Finding(
      kind, severity, file: name, column: column, rows: rows.count, people: peopleCount(rows),
      lines: first.compactMap { table.lineNumber(ofRow: $0) },
      lineFiles: table.source.parts.isEmpty ? [] : first.map { table.fileName(ofRow: $0) }, message: message,
      consequences: consequences.filter { readers.contains($0.analysis) })
  }

  /// The analyses that read such a file.
  var analyses: [Consequence.Analysis] {
    kind.readers
  }

  /// How many different people rows belong to; nil where no column identifies them.
  func peopleCount(_ rows: [Int32]) -> Int? {
    guard let subject else { return nil }
    var isSeen = [Bool](repeating: false, count: subject.levelCount)
    var count = 0
    for row in rows {
      let code = subject.codes[Int(row)]
      guard code >= 0, !isSeen[Int(code)] else { continue }
      isSeen[Int(code)] = true
      count += 1
    }
    return count
  }

  /// "line 7", with the file's name where there are several; nil for tables made in memory.
  func place(ofRow row: Int32) -> String? {
    table.lineNumber(ofRow: Int(row)).map { line in
      "line \(line)" + (table.source.parts.isEmpty ? "" : " of \(table.fileName(ofRow: Int(row)))")
    }
  }

  private func firstRows(_ rows: [Int32]) -> [Int] {
    var first: [Int32] = []
    for row in rows {
      if first.count == Finding.mostLines, let last = first.last, row > last { continue }
      first.insert(row, at: first.firstIndex { $0 > row } ?? first.count)
      if first.count > Finding.mostLines { first.removeLast() }
    }
    return first.map { Int($0) }
  }
}
