import CohortTables
import Foundation
import TestSupport
import Testing

/// Every file of `Data/malformed`: the exact message, or the exact cells and types.
///
/// The index is written by hand (`Tests/Reference/CohortTables/malformed.py`), not by a reader.
@Suite("The malformed corpus, by hand")
struct MalformedCorpusByHandTests {
  @Test("The index names every file of the folder, and every name once")
  func index() throws {
    let stored = CorpusFile.all.filter { !$0.isGenerated }.map(\.name).sorted()
    let found = try FileManager.default.contentsOfDirectory(atPath: CorpusFile.folder)
      .filter { !["expected.json", "README.md", ".gitattributes"].contains($0) }.sorted()
    #expect(found == stored)
    #expect(Set(stored).count == stored.count)
    #expect(CorpusFile.all.count >= 60)
    #expect(CorpusFile.all.allSatisfy { ["refused", "read"].contains($0.outcome) })
  }

  @Test("Refused, with one exact line", arguments: CorpusFile.all.filter { $0.outcome == "refused" })
  func refused(_ file: CorpusFile) throws {
    let error = try #require(failure { _ = try file.table() })
    #expect(file.message(error) == file.expected["message"].text)
    #expect(error.code.description == file.expected["code"].text)
    #expect(error.line.map(Double.init) == file.expected["line"].number)
    #expect(error.column == file.expected["column"].text)
    #expect(!error.description.utf8.contains(UInt8(ascii: "\n")))
  }

  @Test("Read, with exact cells and types", arguments: CorpusFile.all.filter { $0.outcome == "read" })
  func read(_ file: CorpusFile) throws {
    try expectContents(of: file.table(), file.expected)
  }

  @Test("The same from memory as from the path", arguments: CorpusFile.all.filter { !$0.isGenerated })
  func memory(_ file: CorpusFile) throws {
    let options = CSVOptions(delimiter: nil)
    let path = CorpusFile.folder + file.name
    let fromPath = ReaderOutcome { try Table(csv: path, options: options) }
    let fromMemory = ReaderOutcome { try Table(csvBytes: file.bytes(), name: path, options: options) }
    #expect(ReaderComparison.difference(fromMemory, fromPath) == nil)
  }

  // MARK: - Contents

  private func expectContents(of table: Table, _ expected: Fixture) throws {
    let rows = Int(expected["rows"].number())
    #expect(table.rowCount == rows)
    if let delimiter = expected["delimiter"].text { #expect(table.source.delimiter?.rawValue == delimiter) }
    #expect(table.source.skippedBlankLines == Int(expected["blank_lines"].number ?? 0))
    if !expected["lines"].isNull {
      let lines = (0..<table.rowCount).map { table.lineNumber(ofRow: $0).map(Double.init) }
      #expect(lines == expected["lines"].numbers)
    }
    if let count = expected["column_count"].number {
      #expect(table.columns.count == Int(count))
    } else {
      #expect(
        table.columnNames.map { Array($0.utf8) }
          == expected["columns"].list.map { Array(($0["name"].text ?? "").utf8) })
    }
    for column in expected["columns"].list {
      try expectColumn(table.requireColumn(column["name"].text ?? ""), column, rows: rows)
    }
  }

  private func expectColumn(_ column: Column, _ expected: Fixture, rows: Int) throws {
    #expect((column.isNumeric ? "numeric" : "category") == expected["type"].text, "\(column.name)")
    if let missing = expected["missing"].number { #expect(column.missingCount == Int(missing)) }
    if let reason = expected["why"].text {
      #expect(column.inference.map { String(describing: $0.reason) } == reason)
    }
    if let numbers = expected["numbers"].number { #expect(column.inference?.numberCount == Int(numbers)) }
    let offender = expected["offender"]
    #expect(column.inference?.firstOffender?.line == offender["line"].number.map { Int($0) })
    #expect(column.inference?.firstOffender?.text == offender["text"].text)
    guard !expected["cells"].isNull else { return }
    let cells = expected["cells"].list
    #expect(cells.count == rows)
    if column.isNumeric {
      let values = try column.numericValues()
      for (value, cell) in zip(values, cells) {
        #expect(cell.number.map { $0 == value } ?? value.isNaN, "\(column.name): \(value)")
      }
    } else {
      for (row, cell) in cells.enumerated() {
        let wanted = cell.isNull ? nil : CorpusFile.bytes(of: [cell])
        let text = column.text(row: row)
        #expect(
          text.map { Array($0.utf8) } == wanted,
          "\(column.name), row \(row): \((text ?? "missing").prefix(80))")
      }
    }
  }
}
