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
    return gated(table, log: &log)
  }

  func gated(_ table: TidyTable, log: inout DisclosureLog) -> TidyTable {
    guard isOn, !table.holdsPersons else { return table }
    var counts = 0
    var values = 0
    var result = table.empty
    for (index, row) in table.rows.enumerated() {
      let record = GatedRecord(numbers(row, table.columns), people: table.people[index], gate: self)
      counts += record.counts.count
      values += record.values.count
      result.append(
        zip(row, table.columns).map { cell, column in
          if record.counts.contains(column) { return .below(threshold) }
          if record.hidesStatistics, case .text = cell, DisclosureCatalog.kind(column) == .statistic {
            return .withheld
          }
          return record.values.contains(column) ? .withheld : cell
        }, people: table.people[index])
    }
    log.add(table.name, counts: counts, values: values)
    return result
  }

  /// A hidden count still hides what rests on it, so that a table may pass twice.
  private func numbers(_ row: [CSVCell], _ columns: [String]) -> [String: Double] {
    var numbers: [String: Double] = [:]
    for (cell, column) in zip(row, columns) {
      switch cell {
      case .integer(let value): numbers[column] = Double(value)
      case .number(let value): numbers[column] = value
      case .below(let threshold):
        if DisclosureCatalog.kind(column) == .base { numbers[column] = min(1, Double(threshold)) }
      case .text, .missing, .withheld: break
      }
    }
    return numbers
  }
}
