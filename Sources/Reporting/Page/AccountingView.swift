import CohortTables
import Estimation

/// The rows of one analysis: a sentence, and tables by reason and arm that add up.
struct AccountingView {
  let analysis: String
  /// What was read, used and left out, in one sentence.
  let line: String
  /// The sum that proves it.
  let sum: String
  let isUnreconciled: Bool
  let byReason: TableView
  let byArm: TableView?

  init(_ entry: Report.AccountingEntry, _ gate: DisclosureGate, _ known: HiddenTotals, id: String) {
    let rows = entry.rows
    let totals = HiddenTotals([HiddenTotals([rows], gate: gate), known])
    analysis = PageText.clean(entry.analysis)
    line = Self.line(rows, gate, totals)
    sum =
      rows.hasCount { gate.hides($0) || totals.holds(Double($0)) }
      ? "The full counts \(rows.isReconciled ? "add up" : "do not add up"); those that are hidden are left out of the sum."
      : Self.sum(rows)
    isUnreconciled = !rows.isReconciled
    byReason = Self.reasons(rows, gate, totals, id: "\(id)-reasons", analysis: entry.analysis)
    byArm = Self.arms(rows, gate, totals, id: "\(id)-arms", analysis: entry.analysis)
  }

  // MARK: - Sentences

  private static func line(
    _ rows: RowAccounting, _ gate: DisclosureGate, _ totals: HiddenTotals
  ) -> String {
    func count(_ number: Int, _ one: String, _ many: String) -> String {
      if gate.hides(number) { return "\(gate.mark) \(many)" }
      return totals.holds(Double(number)) ? "* \(many)" : PageText.count(number, one, many)
    }
    func amount(_ rowCount: Int, _ people: Int?) -> String {
      let text = count(rowCount, "row", "rows")
      return people.map { "\(text) of \(count($0, "person", "people"))" } ?? text
    }
    let leftOut = rows.excluded.reduce(0) { $0 + $1.rows }
    var text = "Read \(amount(rows.read, rows.subjectsRead)); used \(amount(rows.used, rows.subjects)); "
    text += leftOut == 0 ? "nothing left out" : "left out \(count(leftOut, "row", "rows"))"
    if let events = rows.events { text += "; \(count(events, "event", "events"))" }
    return text + "."
  }

  private static func sum(_ rows: RowAccounting) -> String {
    func sum(_ unit: String, read: Int, used: Int, parts: [Int]) -> String {
      let terms = ([used] + parts).map(PageText.grouped).joined(separator: " + ")
      let total = used + parts.reduce(0, +)
      let sign = total == read ? "=" : "\u{2260}"
      return "\(unit): \(terms) \(sign) \(PageText.grouped(read)) read"
    }
    var sums = [sum("Rows", read: rows.read, used: rows.used, parts: rows.excluded.map(\.rows))]
    if let read = rows.subjectsRead, let used = rows.subjects {
      sums.append(sum("People", read: read, used: used, parts: rows.excluded.map { $0.subjects ?? 0 }))
    }
    return sums.joined(separator: ". ") + "."
  }

  // MARK: - Tables

  private static func reasons(
    _ rows: RowAccounting, _ gate: DisclosureGate, _ hidden: HiddenTotals, id: String, analysis: String
  ) -> TableView {
    let arms = armNames(rows)
    let hasPeople = rows.subjectsRead != nil
    let used = (rows.byArm ?? []).map { ($0.arm, $0.rows) }
    var table = TidyTable(
      name: "rows", title: "\(analysis): rows by reason" + (arms.isEmpty ? "" : " and arm"),
      columns: ["Status", "Rows"] + (hasPeople ? ["People"] : []) + arms)

    func append(_ name: String, _ rowCount: Int, _ people: Int?, _ counts: [(String, Int)]?) {
      let people: [CSVCell] = hasPeople ? [people.map(CSVCell.integer) ?? .missing] : []
      let byArm = arms.map { arm -> CSVCell in
        guard let counts else { return .missing }
        return .integer(counts.reduce(0) { $0 + ($1.0 == arm ? $1.1 : 0) })
      }
      table.append([.text(name), .integer(rowCount)] + people + byArm)
    }

    let excluded = rows.excluded.map { reason in reason.byArm?.map { ($0.arm, $0.rows) } }
    let read = excluded.contains { $0 == nil } ? nil : used + excluded.flatMap { $0 ?? [] }
    append("Read", rows.read, rows.subjectsRead, read)
    for (reason, counts) in zip(rows.excluded, excluded) {
      append("Left out: \(reason.reason)", reason.rows, reason.subjects, counts)
    }
    append("Used", rows.used, rows.subjects, used)
    let totals: Set = [0, table.rows.count - 1]
    var log = DisclosureLog()
    let gated = gate.gated(table, hidden, log: &log)
    // What was read of an arm is the sum of its column.
    let sums = gated.columns.indices.filter { column in
      gated.rows[1...].contains { $0[column].isHidden } && !gated.rows[0][column].isHidden
    }
    return TableView(verbatim: gated.withholding(sums.map { (0, $0) }), id: id, totals: totals)
  }

  private static func arms(
    _ rows: RowAccounting, _ gate: DisclosureGate, _ hidden: HiddenTotals, id: String, analysis: String
  ) -> TableView? {
    guard let arms = rows.byArm, !arms.isEmpty else { return nil }
    let optional: [(String, (RowAccounting.Arm) -> CSVCell)] = [
      ("People", { $0.subjects.map(CSVCell.integer) ?? .missing }),
      ("Events", { $0.events.map(CSVCell.integer) ?? .missing }),
      ("Time at risk", { .optional($0.timeAtRisk) }),
    ]
    let shown = optional.filter { column in arms.contains { column.1($0) != .missing } }
    guard !shown.isEmpty else { return nil }
    var table = TidyTable(
      name: "arms", title: "\(analysis): what was used, by arm", columns: ["Arm", "Rows"] + shown.map(\.0))
    for arm in arms {
      table.append(
        [.text(arm.arm), .integer(arm.rows)] + shown.map { $0.1(arm) }, people: arm.subjects ?? arm.rows)
    }
    var log = DisclosureLog()
    return TableView(verbatim: gate.gated(table, hidden, log: &log), id: id)
  }

  /// Arms in the order in which they first appear.
  private static func armNames(_ rows: RowAccounting) -> [String] {
    let names = (rows.byArm ?? []).map(\.arm) + rows.excluded.flatMap { ($0.byArm ?? []).map(\.arm) }
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
