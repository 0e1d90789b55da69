public import CohortTables
public import Estimation

/// The visits of a cohort, arranged by person and time.
///
/// Rows are taken in the order in which their reasons for being left out apply: missing person, missing time,
/// missing index date where one is named, missing score. What is left is sorted by time within each person.
public struct VisitTable: Sendable {
  /// One person's visits.
  public struct Person: Sendable {
    /// The person's identifier as it stands in the file.
    public let id: String
    /// Rows of the table, ascending in time; visits at the same time stay in file order.
    public let rows: [Int]
  }

  /// The table.
  public let table: Table
  /// Which columns play which part.
  public let roles: ColumnRoles
  /// The unit of time.
  public let unit: TimeUnit
  /// How the times were derived from dates; nil where the file gives times.
  public let timeAxis: TimeAxis?
  /// The questionnaire, if it is known.
  public let instrument: Instrument?
  /// The people with at least one usable visit, in order of their first row in the file.
  public let people: [Person]
  /// The people none of whose rows is usable, with all their rows: they are missing, not absent.
  public let withoutVisits: [Person]
  /// The time of each row of the table.
  public let times: [Double]
  /// The score of each row of the table.
  public let scores: [Double]
  /// The arm of each row of the table, if there are arms.
  public let arms: CategoryValues?
  /// What was read, used and left out.
  public let rows: RowAccounting

  /// Arranges a table's visits.
  ///
  /// A column of dates becomes days (or `unit`) since each person's first date, or since the index date that
  /// the roles name: see ``TimeAxis``. People without an index date are left out and counted.
  ///
  /// - Throws: `TableError` and `OutcomesError` when columns are missing or hold the wrong thing, and when a
  ///   score lies outside its instrument's range.
  /// - Complexity: O(rows log(visits per person)).
  public init(
    _ table: Table, roles given: ColumnRoles, unit: TimeUnit? = nil, instrument: Instrument? = nil
  ) throws {
    let roles = given.recognised(in: table).roles
    let subject = try Self.require(roles.subject, "identifies people", "--subject", table)
    let time = try Self.require(roles.time, "holds the time of the visits", "--time", table)
    let outcome = try Self.require(roles.outcome, "holds the score", "--outcome", table)
    let ids = try table.requireColumn(subject).asCategories()
    let dates = try Self.dates(table, time, ids: ids, index: roles.indexDate, unit: unit)
    times = try dates?.times ?? table.requireColumn(time).numericValues()
    scores = try table.requireColumn(outcome).numericValues()
    arms = try roles.arm.map { try table.requireColumn($0).asCategories() }
    timeAxis = dates?.axis
    guard let known = dates?.axis.unit ?? unit ?? TimeUnit.recognised(from: time) else {
      throw OutcomesError(
        "\(table.source.displayName): the unit of '\(time)' is not known; name it with --time-unit day, week, month, year or visit"
      )
    }
    self.table = table
    self.roles = roles
    self.unit = known
    self.instrument = instrument ?? Instrument.recognised(from: outcome)
    let screen = VisitScreen(
      ids: ids, times: times, scores: scores, names: (subject, time, outcome),
      lacksIndex: dates?.lacksIndex.map { (roles.indexDate ?? "", $0) })
    people = screen.people(ids, times: times)
    withoutVisits = screen.peopleWithoutVisits(ids)
    rows = screen.accounting(ids: ids, arms: arms)
    if let instrument = self.instrument { try Self.check(scores, instrument, outcome, table) }
    guard !people.isEmpty else {
      throw OutcomesError("\(table.source.displayName): no row has a person, a time and a score")
    }
  }

  private static func require(_ name: String?, _ what: String, _ option: String, _ table: Table) throws
    -> String
  {
    if let name {
      _ = try table.requireColumn(name)
      return name
    }
    throw OutcomesError(
      "\(table.source.displayName):1: no column was recognised that \(what); name it with \(option); there are "
        + table.columnNames.joined(separator: ", "))
  }

  private static func check(_ scores: [Double], _ instrument: Instrument, _ column: String, _ table: Table)
    throws
  {
    for (row, score) in scores.enumerated() where score < instrument.minimum || score > instrument.maximum {
      throw table.invalidValue(
        row: row, column: column,
        expected:
          "a score from \(NumberText.shortest(instrument.minimum)) to \(NumberText.shortest(instrument.maximum)) (\(instrument.name))"
      )
    }
  }

  /// The arm of each of some people; of `people` where none are given.
  ///
  /// - Throws: `OutcomesError` when a person's arm changes: arms that are defined by what happens later
  ///   need time-varying methods.
  public func armOfEachPerson(_ given: [Person]? = nil) throws -> [String?] {
    let people = given ?? self.people
    guard let arms, let name = roles.arm else { return people.map { _ in nil } }
    let codes = arms.codes.array()
    return try people.map { person in
      guard let first = person.rows.lazy.map({ codes[$0] }).first(where: { $0 >= 0 }) else { return nil }
      if let row = person.rows.first(where: { codes[$0] >= 0 && codes[$0] != first }) {
        throw table.invalidValue(
          row: row, column: name,
          expected:
            "'\(arms.levels[Int(first)])' as at the earlier visits of person \(person.id): an arm that changes over "
            + "time cannot be compared as if it had been chosen at the start")
      }
      return arms.levels[Int(first)]
    }
  }

  /// The value of a column for each of some people: that of their first row at which it is present.
  ///
  /// - Throws: `TableError` when the table has no such column.
  public func firstValues(of column: String, _ given: [Person]? = nil) throws -> Column {
    let people = given ?? self.people
    let column = try table.requireColumn(column)
    let rows = people.map { person in person.rows.first { !column.isMissing(row: $0) } }
    switch column.values {
    case .numeric(let values):
      return .numeric(column.name, rows.map { $0.map { values[$0] } ?? .nan })
    case .category(let values):
      let codes = rows.map { $0.map { values.codes[$0] } ?? CategoryValues.missingCode }
      return Column(
        name: column.name, values: .category(CategoryValues(codes: codes, levels: Array(values.levels))))
    }
  }
}

/// Which visit rows can be used, and why the others cannot.
private struct VisitScreen {
  private let reasons: [String]
  /// Index of the reason, or -1 for a usable row.
  private let verdicts: [Int]

  init(
    ids: CategoryValues, times: [Double], scores: [Double], names: (String, String, String),
    lacksIndex: (column: String, rows: [Bool])? = nil
  ) {
    let index = lacksIndex.map { ["missing \($0.column)"] } ?? []
    let reasons = ["missing \(names.0)", "missing \(names.1)"] + index + ["missing \(names.2)"]
    self.reasons = reasons
    let codes = ids.codes.array()
    verdicts = times.indices.map { row in
      if codes[row] < 0 { return 0 }
      if times[row].isNaN { return lacksIndex?.rows[row] == true ? 2 : 1 }
      return scores[row].isNaN ? reasons.count - 1 : -1
    }
  }

  func people(_ ids: CategoryValues, times: [Double]) -> [VisitTable.Person] {
    var rows = [[Int]](repeating: [], count: ids.levels.count)
    var order: [Int] = []
    let codes = ids.codes.array()
    for (row, verdict) in verdicts.enumerated() where verdict < 0 {
      let person = Int(codes[row])
      if rows[person].isEmpty { order.append(person) }
      rows[person].append(row)
    }
    return order.map { person in
      let sorted = rows[person].sorted { (times[$0], $0) < (times[$1], $1) }
      return VisitTable.Person(id: ids.levels[person], rows: sorted)
    }
  }

  func peopleWithoutVisits(_ ids: CategoryValues) -> [VisitTable.Person] {
    var isUsed = [Bool](repeating: false, count: ids.levels.count)
    let codes = ids.codes.array()
    for (row, verdict) in verdicts.enumerated() where verdict < 0 { isUsed[Int(codes[row])] = true }
    var rows: [Int32: [Int]] = [:]
    var order: [Int32] = []
    for (row, code) in codes.enumerated() where code >= 0 && !isUsed[Int(code)] {
      if rows[code] == nil { order.append(code) }
      rows[code, default: []].append(row)
    }
    return order.map { VisitTable.Person(id: ids.levels[Int($0)], rows: rows[$0] ?? []) }
  }

  func accounting(ids: CategoryValues, arms: CategoryValues?) -> RowAccounting {
    RowAccounting(verdicts: verdicts, reasons: reasons, subject: ids, arm: arms)
  }
}
