import CohortTables

extension DisclosureGate {
  /// A table without small counts and what is computed from them.
  ///
  /// Rows of persons, which are written only where they were asked for, pass.
  ///
  /// - Parameter table: The table.
  /// - Returns: The table with the hidden cells marked.
  /// - Complexity: O(cells).
  public func pass(_ table: TidyTable) -> TidyTable {
    var log = DisclosureLog()
    return gated(table, HiddenTotals(), log: &log)
  }

  func gated(_ table: TidyTable, _ totals: HiddenTotals, log: inout DisclosureLog) -> TidyTable {
    guard isOn, !table.holdsPersons else { return table }
    var counts = 0
    var values = 0
    var result = table.empty
    for (index, row) in table.rows.enumerated() {
      let record = GatedRecord(
        table.numbers(row), people: table.people[index], gate: self, totals: totals)
      counts += record.counts.count
      values += record.values.count
      result.append(
        zip(row, table.columns).map { cell, column in
          if case .number = cell, table.labels.contains(column) {
            return record.hidesStatistics ? .withheld : cell
          }
          if record.counts.contains(column) { return .below(threshold) }
          if record.hidesStatistics, case .text = cell, DisclosureCatalog.kind(column) == .statistic {
            return .withheld
          }
          return record.values.contains(column) ? .withheld : cell
        }, people: table.people[index])
    }
    let more = result.smallStepRisks + result.wholesOfHiddenParts
    values += more.count
    log.add(table.name, counts: counts, values: values)
    return more.isEmpty ? result : result.withholding(more)
  }
}

extension TidyTable {
  /// The numbers of a row by column; a hidden count still hides what rests on it, so that a table may pass twice.
  func numbers(_ row: [CSVCell]) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for (cell, column) in zip(row, columns) {
      switch cell {
      case .integer(let value): numbers[column] = Double(value)
      case .number(let value): if !labels.contains(column) { numbers[column] = value }
      case .below(let threshold):
        if DisclosureCatalog.kind(column) == .base { numbers[column] = min(1, Double(threshold)) }
      case .text, .missing, .withheld: break
      }
    }
    return numbers
  }

  /// The places of the numbers at risk of curves with a hidden step: their differences would tell it.
  fileprivate var smallStepRisks: [(row: Int, column: Int)] {
    guard let risk = columns.firstIndex(of: "n_risk"), let event = columns.firstIndex(of: "n_event"),
      let censoring = columns.firstIndex(of: "n_censor")
    else { return [] }
    func group(_ row: [CSVCell]) -> String {
      if case .text(let text) = row[0] { text } else { "" }
    }
    let hidden = Set(rows.filter { $0[event].isHidden || $0[censoring].isHidden }.map(group))
    return rows.indices.filter { hidden.contains(group(rows[$0])) && !rows[$0][risk].isHidden }
      .map { ($0, risk) }
  }

  /// The places of the counts of all people together, in columns where those of an arm are hidden.
  fileprivate var wholesOfHiddenParts: [(row: Int, column: Int)] {
    guard lastRowIsWhole, rows.count > 1 else { return [] }
    let whole = rows.count - 1
    return columns.indices.filter { column in
      guard !rows[whole][column].isHidden, rows[whole][column] != .missing else { return false }
      return rows[..<whole].contains { $0[column].isHidden }
    }.map { (whole, $0) }
  }

  /// The table with some cells withheld.
  func withholding(_ places: [(row: Int, column: Int)]) -> TidyTable {
    var result = empty
    for (index, row) in rows.enumerated() {
      var row = row
      for place in places where place.row == index { row[place.column] = .withheld }
      result.append(row, people: people[index])
    }
    return result
  }
}

extension CSVCell {
  /// Whether a gate has hidden the cell.
  var isHidden: Bool {
    switch self {
    case .below, .withheld: true
    case .text, .number, .integer, .missing: false
    }
  }
}
