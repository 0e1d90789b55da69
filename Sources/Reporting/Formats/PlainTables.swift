import CohortTables

extension TidyTable {
  /// Aligned columns for a terminal: text to the left, numbers to the right.
  public var text: String {
    let cells = rows.map { row in zip(row, columns).map { CellText.text($0, column: $1) } }
    let widths = columns.indices.map { index in
      max(columns[index].count, cells.map { $0[index].count }.max() ?? 0)
    }
    let isNumeric = columns.indices.map { index in
      rows.contains { row in if case .text = row[index] { false } else { true } }
        && !rows.contains { row in if case .text = row[index] { true } else { false } }
    }
    func line(_ row: [String]) -> String {
      let padded = row.indices.map { index -> String in
        let space = String(repeating: " ", count: widths[index] - row[index].count)
        return isNumeric[index] ? space + row[index] : row[index] + space
      }
      var text = padded.joined(separator: "  ")
      while text.last == " " { text.removeLast() }
      return text
    }
    return ([line(columns)] + cells.map(line)).joined(separator: "\n") + "\n"
  }

  /// A Markdown table.
  public var markdown: String {
    func line(_ row: [String]) -> String {
      "| "
        + row.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
        .joined(separator: " | ") + " |"
    }
    let rule = "|" + columns.map { _ in "---|" }.joined()
    let body = rows.map { row in line(zip(row, columns).map { CellText.text($0, column: $1) }) }
    return ([line(columns), rule] + body).joined(separator: "\n") + "\n"
  }
}
