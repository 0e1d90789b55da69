import CohortTables
import Estimation

/// Counts that are not small, but that give a hidden one by subtraction.
///
/// Where a part of a sum is hidden its total is hidden too, and so on upwards: the rows read are the used and the
/// excluded ones, the used ones those of the arms, and who had no event are the used less the
/// events. Totals stand in many places of a result; they are known by their value there.
struct HiddenTotals: Equatable {
  private(set) var values: Set<Int> = []

  init() {}

  init(_ all: [HiddenTotals]) { values = all.reduce(into: []) { $0.formUnion($1.values) } }

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
          note(row[index], gate)
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
    if used { note(rows.used, gate) }
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

  /// Whether degrees of freedom are such a total less some coefficients.
  func tells(degreesOfFreedom: Double) -> Bool {
    values.contains { degreesOfFreedom <= Double($0) && degreesOfFreedom > Double($0) / 2 }
  }
}
