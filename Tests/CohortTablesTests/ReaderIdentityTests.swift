import CohortTables
import Testing

/// The reader against a naive one, on seeded random files.
@Suite("The reader equals a naive reader")
struct ReaderIdentityTests {
  /// Compares every cell, name and line number; nil if all agree.
  func difference(_ text: String, _ delimiter: CSVOptions.Delimiter) -> String? {
    let scalar = delimiter.rawValue.unicodeScalars.first ?? ","
    let naive = try? NaiveReader(text, delimiter: scalar)
    let header = naive?.rows.first?.map(trimmedName)
    let isAcceptable =
      header.map { names in
        Set(names).count == names.count && names.allSatisfy { !$0.allSatisfy(\.isWhitespace) }
      } ?? false
    var types: [String: CSVOptions.ColumnType] = [:]
    if let header, isAcceptable { for name in header { types[name] = .category } }
    let options = CSVOptions(delimiter: delimiter, missingCodes: [], columnTypes: types)
    guard let table = try? read(text, options) else {
      return isAcceptable ? "refused: \(String(describing: failure(Array(text.utf8), options)))" : nil
    }
    guard let naive, let header, isAcceptable else { return "accepted what the naive reader refuses" }
    guard table.columnNames == header else { return "names \(table.columnNames), \(header)" }
    guard table.lineNumbers == Array(naive.lines.dropFirst()) else { return "line numbers" }
    for (row, cells) in naive.rows.dropFirst().enumerated() {
      for (column, cell) in cells.enumerated() {
        let text = table.columns[column].text(row: row) ?? ""
        // A field of nothing but unquoted spaces is missing; the naive reader does not know.
        let isBlank = text.isEmpty && cell.allSatisfy { $0 == " " || $0 == "\t" }
        if text != cell && !isBlank { return "row \(row) column \(column): '\(text)', '\(cell)'" }
      }
    }
    return nil
  }

  /// Names lose the spaces around them; the files here have no quoted name with such spaces.
  private func trimmedName(_ name: String) -> String {
    String(name.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }

  @Test("Soup of structural characters: the same files are refused, the same cells read")
  func soup() {
    let pieces = [
      "a", "b", "1", ",", ",", ";", "\t", "\"", "\"", "\"\"", "\n", "\n", "\r\n", "\r", "é", "😀", " ",
      "\",\"", "\"\n",
    ]
    var generator = SeededGenerator(seed: 1)
    var accepted = 0
    var problems: [String] = []
    for count in 0..<20_000 {
      let names = ["x,y", "x", "x,y,z", "\"x\",y", "x;y", "x\ty", ""].randomElement(using: &generator) ?? ""
      var text = names + "\n"
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        text += pieces.randomElement(using: &generator) ?? ""
      }
      let delimiter = CSVOptions.Delimiter.allCases[count % 3]
      if let problem = difference(text, delimiter) { problems.append("\(text.debugDescription): \(problem)") }
      if (try? read(text, CSVOptions(delimiter: delimiter))) != nil { accepted += 1 }
    }
    #expect(problems.isEmpty, "\(problems.prefix(3))")
    // The soup is worth something only if both outcomes are common.
    #expect(accepted > 2000 && accepted < 18_000)
  }

  @Test("Well-formed files in random dialects read back as the cells they were made of")
  func dialects() throws {
    let words = [
      "combined", "a,b", "x;y", "say \"hi\"", "two\nlines", "cr\r\nlf", "\r", "é", "日本", "😀", "", "0", "12.5",
      "tab\there", "\"",
    ]
    var generator = SeededGenerator(seed: 2)
    var problems: [String] = []
    for count in 0..<3000 {
      let delimiter = CSVOptions.Delimiter.allCases[count % 3]
      let columns = Int.random(in: 1...5, using: &generator)
      let names = (0..<columns).map { "c\($0)" }
      var text = Bool.random(using: &generator) ? "\u{FEFF}" : ""
      text += names.joined(separator: delimiter.rawValue)
      var truth: [[String]] = []
      for _ in 0..<Int.random(in: 0...8, using: &generator) {
        let cells = names.map { _ in words.randomElement(using: &generator) ?? "" }
        text += Bool.random(using: &generator) ? "\n" : "\r\n"
        if columns > 1, Int.random(in: 0..<5, using: &generator) == 0 { text += "\n" }
        let rendered = cells.map { render($0, &generator) }
        text += rendered.joined(separator: delimiter.rawValue)
        truth.append(cells)
      }
      // A last record that is one empty unquoted field exists only with its line ending.
      if truth.last == [""] || Bool.random(using: &generator) { text += "\n" }
      let types = Dictionary(uniqueKeysWithValues: names.map { ($0, CSVOptions.ColumnType.category) })
      let options = CSVOptions(delimiter: delimiter, missingCodes: [], columnTypes: types)
      let table = try read(text, options)
      let cells = (0..<table.rowCount).map { row in table.columns.map { $0.text(row: row) ?? "" } }
      if cells != truth { problems.append(text.debugDescription) }
      if let problem = difference(text, delimiter) { problems.append("\(text.debugDescription): \(problem)") }
    }
    #expect(problems.isEmpty, "\(problems.prefix(3))")
  }

  private func render(_ cell: String, _ generator: inout SeededGenerator) -> String {
    let structural: Set<Unicode.Scalar> = [",", ";", "\t", "\"", "\n", "\r"]
    let needsQuotes = cell.unicodeScalars.contains { structural.contains($0) }
    guard needsQuotes || Int.random(in: 0..<3, using: &generator) == 0 else { return cell }
    var quoted = "\""
    for scalar in cell.unicodeScalars { quoted += scalar == "\"" ? "\"\"" : String(scalar) }
    return quoted + "\""
  }
}
