public import CohortTables
public import Estimation

/// The visits of a cohort, arranged by person and time.
///
/// Rows are taken in the order in which their reasons for being left out apply: missing person, missing time,
/// missing index date where one is named, missing score. What is left is sorted by time within each person.
public struct VisitTable: Sendable {
  /// One person's visits.
  public typealias Person = VisitPeople.Person

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
  public let people: VisitPeople
  /// The people none of whose rows is usable, with all their rows: they are missing, not absent.
  public let withoutVisits: VisitPeople
  /// The time of each row of the table.
  public let times: NumericValues
  /// The score of each row of the table.
  public let scores: NumericValues
  /// The arm of each row of the table, if there are arms.
  public let arms: CategoryValues?
  /// What was read, used and left out.
  ///
  /// - Complexity: O(rows) when it is first asked for.
  public var rows: RowAccounting { accounting.value }
  private let accounting: Deferred<RowAccounting>

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
    times = try dates.map { NumericValues($0.times) } ?? table.requireColumn(time).numbers()
    scores = try table.requireColumn(outcome).numbers()
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
    people = screen.people
    withoutVisits = screen.peopleWithoutVisits
    accounting = Deferred { [arms] in screen.accounting(arms: arms) }
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
        + (table.source.columnNames.isEmpty ? table.columnNames : table.source.columnNames)
        .joined(separator: ", "))
  }

  private static func check(
    _ scores: NumericValues, _ instrument: Instrument, _ column: String, _ table: Table
  ) throws {
    let outside = scores.firstRow { $0 < instrument.minimum || $0 > instrument.maximum }
    guard let outside else { return }
    throw table.invalidValue(
      row: outside, column: column,
      expected:
        "a score from \(NumberText.shortest(instrument.minimum)) to \(NumberText.shortest(instrument.maximum)) (\(instrument.name))"
    )
  }

  /// The arm of each of some people; of `people` where none are given.
  ///
  /// - Throws: `OutcomesError` when a person's arm changes: arms that are defined by what happens later
  ///   need time-varying methods.
  public func armOfEachPerson(_ given: [Person]? = nil) throws -> [String?] {
    guard let arms else { return (given ?? Array(people)).map { _ in nil } }
    guard let given else {
      return try (armCodes() ?? []).map { $0 < 0 ? nil : arms.levels[Int($0)] }
    }
    return try given.map { person in
      let code = try constantArm(of: person.rows.map { arms.codes[$0] }, of: person)
      return code < 0 ? nil : arms.levels[Int(code)]
    }
  }

  /// The code of each person's arm, -1 where none of their rows has one; nil where there are no arms.
  func armCodes(executor: some FoldExecutor = SerialExecutor()) throws -> [Int32]? {
    guard let arms else { return nil }
    let (chunks, people) = (people.chunks, people)
    let found = executor.gather(chunks.count) { chunk in
      let starts = people.starts[chunks[chunk].lowerBound...chunks[chunk].upperBound]
      let places = (starts.first ?? 0)..<(starts.last ?? 0)
      let codes =
        people.order.map { $0[places].map { arms.codes[Int($0)] } } ?? arms.codes.array(of: places)
      return ConstantArms(codes.span, starts: starts.span)
    }
    for (people, arms) in zip(chunks, found) {
      if let change = arms.change {
        throw armChanges(of: self.people[people.lowerBound + change.person], at: change.visit)
      }
    }
    return found.flatMap(\.codes)
  }

  /// The arm that all of a person's rows have that have one.
  private func constantArm(of codes: [Int32], of person: Person) throws -> Int32 {
    let arms = ConstantArms(codes.span, starts: [0, codes.count].span)
    if let change = arms.change { throw armChanges(of: person, at: change.visit) }
    return arms.codes[0]
  }

  private func armChanges(of person: Person, at visit: Int) -> TableError {
    let first = person.rows.lazy.compactMap { arms?.text(row: $0) }.first ?? ""
    return table.invalidValue(
      row: person.rows[visit], column: roles.arm ?? "",
      expected:
        "'\(first)' as at the earlier visits of person \(person.id): an arm that changes over "
        + "time cannot be compared as if it had been chosen at the start")
  }

  /// The value of a column for each of some people: that of their first row at which it is present.
  ///
  /// - Throws: `TableError` when the table has no such column.
  public func firstValues(of column: String, _ given: [Person]? = nil) throws -> Column {
    let people = given ?? Array(self.people)
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

/// The one arm of each of some people, or who has several.
private struct ConstantArms: Sendable {
  /// One a person; -1 where no visit has one.
  private(set) var codes: [Int32] = []
  /// The first visit of a person whose arm is not that of the visits before.
  private(set) var change: (person: Int, visit: Int)?

  /// Looks through codes of visits; `starts` tells where each person's begin, and where the last one's end, counted
  /// from the first.
  init(_ arms: Span<Int32>, starts: Span<Int>) {
    codes.reserveCapacity(starts.count - 1)
    for person in 0..<starts.count - 1 {
      let first = starts[person] - starts[0]
      var arm = CategoryValues.missingCode
      for visit in first..<starts[person + 1] - starts[0] where arms[visit] != arm && arms[visit] >= 0 {
        guard arm < 0 else {
          change = (person, visit - first)
          return
        }
        arm = arms[visit]
      }
      codes.append(arm)
    }
  }
}
