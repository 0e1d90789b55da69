import CohortTables
import Estimation

/// Counts that are not small, but that give a hidden one by subtraction.
///
/// Where a part of a sum is hidden its total is hidden too, and so on upwards: the rows read are the used and the
/// excluded ones, the used ones those of the arms, and who had no event are the used less the
/// events. Totals stand in many places of a result; they are known by their value there.
struct HiddenTotals: Equatable {
  /// Totals, hidden wherever they stand.
  private(set) var values: Set<Int> = []
  /// People of an arm, hidden where the people of arms stand.
  private(set) var people: Set<Int> = []
  /// Rows used, from which degrees of freedom are counted.
  private var used: Set<Int> = []

  init() {}

  init(_ all: [HiddenTotals]) {
    for one in all {
      values.formUnion(one.values)
      people.formUnion(one.people)
      used.formUnion(one.used)
    }
  }

  init(_ accounting: [RowAccounting], gate: DisclosureGate) {
    guard gate.isOn else { return }
    for rows in accounting { add(rows, gate) }
  }

  /// Counts of the accounting and of tables: where the people of a row are hidden beside those followed up, they are hidden
  /// in the accounting as well, and so is the whole that they are part of.
  init(_ accounting: [RowAccounting], _ tables: [TidyTable], gate: DisclosureGate) {
    self.init(accounting, gate: gate)
    guard gate.isOn else { return }
    for table in tables where !table.holdsPersons {
      for row in table.rows {
        let hidden = GatedRecord(table.numbers(row), people: nil, gate: gate).nested
        for (index, column) in table.columns.enumerated() where hidden.contains(column) {
          if case .integer(let count) = row[index], !gate.hides(count) { people.insert(count) }
          if table.lastRowIsWhole, let whole = table.rows.last { note(whole[index], gate) }
        }
      }
    }
  }

  private mutating func note(_ cell: CSVCell, _ gate: DisclosureGate) {
    if case .integer(let count) = cell { note(count, gate) }
  }

  private mutating func add(_ rows: RowAccounting, _ gate: DisclosureGate) {
    func hides(_ count: Int?) -> Bool { count.map { gate.hides($0) } ?? false }
    let arms = rows.byArm ?? []
    var (used, subjects) = (false, false)
    var events = hides(rows.events.map { rows.used - $0 })
    for arm in arms {
      let isSmall = hides(arm.rows) || hides(arm.subjects)
      used = used || isSmall
      subjects = subjects || hides(arm.subjects) || hides(arm.rows) && rows.subjects != nil
      let few = isSmall || hides(arm.events) || hides(arm.events.map { arm.rows - $0 })
      events = events || few && arm.events != nil
    }
    var (read, subjectsRead) = (used, subjects)
    for reason in rows.excluded {
      let isSmall = hides(reason.rows) || (reason.byArm ?? []).contains { hides($0.rows) }
      if isSmall { note(reason.rows, gate) }
      read = read || isSmall
      subjectsRead = subjectsRead || hides(reason.subjects)
    }
    if used {
      note(rows.used, gate)
      self.used.insert(rows.used)
    }
    if subjects { note(rows.subjects, gate) }
    if events { note(rows.events, gate) }
    if read {
      note(rows.read, gate)
      note(rows.read - rows.used, gate)
    }
    if subjectsRead { note(rows.subjectsRead, gate) }
  }

  private mutating func note(_ count: Int?, _ gate: DisclosureGate) {
    if let count, count > 0, !gate.hides(count) { values.insert(count) }
  }

  /// Whether a count is such a total.
  func holds(_ count: Double) -> Bool { Int(exactly: count).map(values.contains) ?? false }

  /// Whether a count in a column or member of some name is such a total.
  func holds(_ count: Double, name: String) -> Bool {
    if holds(count) { return !Self.parts.contains(name) }
    return Self.wholes.contains(name) && Int(exactly: count).map(people.contains) ?? false
  }

  /// Whether degrees of freedom are such a total less some coefficients.
  func tells(degreesOfFreedom: Double) -> Bool {
    used.contains { degreesOfFreedom <= Double($0) && degreesOfFreedom > Double($0) / 2 }
  }

  /// Counts of some of an arm's people, which are judged beside each other.
  private static let parts: Set<String> = [
    "followed_up", "with_slope", "response_base", "remission_base", "reliable_base",
  ]
  private static let wholes: Set<String> = ["people", "subjects", "subjects_read", "People"]
}
