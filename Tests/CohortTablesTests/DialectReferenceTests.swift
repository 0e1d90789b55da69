import CohortTables
import TestSupport
import Testing

/// A file in some dialect, with the cells that other readers find in it.
struct DialectFile: Sendable, CustomStringConvertible {
  /// The files of `Tests/Reference/CohortTables/dialects.json`; empty when it cannot be read.
  static let all: [DialectFile] = {
    guard let reference = try? Fixture("Tests/Reference/CohortTables/dialects.json") else { return [] }
    return reference["files"].list.compactMap { DialectFile($0) }
  }()

  let name: String
  let bytes: [UInt8]
  let delimiter: CSVOptions.Delimiter
  /// The header and the rows.
  let cells: [[String]]

  private init?(_ fixture: Fixture) {
    guard let name = fixture["name"].text, let text = fixture["text"].text,
      let delimiter = fixture["delimiter"].text.flatMap(CSVOptions.Delimiter.init(rawValue:))
    else { return nil }
    self.name = name
    self.bytes = Array(text.utf8)
    self.delimiter = delimiter
    self.cells = fixture["cells"].list.map { $0.list.map { $0.text ?? "" } }
  }

  var description: String { name }
}

/// 200 generated files against the cells that Python 3.11 `csv` and DuckDB 2.0.0 both read from them.
///
/// The generator and the readers' versions and calls are in `Tests/Reference/CohortTables/dialects.py`.
@Suite("Dialects against Python's csv and DuckDB: reference")
struct DialectReferenceTests {
  /// Reads every column as text, with the empty field alone as missing.
  private func texts(_ file: DialectFile, _ delimiter: CSVOptions.Delimiter?) throws -> [[String]] {
    var options = CSVOptions(delimiter: delimiter, missingCodes: [])
    for name in file.cells.first ?? [] { options.columnTypes[name] = .category }
    let table = try Table(csvBytes: file.bytes, name: file.name, options: options)
    let rows = (0..<table.rowCount).map { row in table.columns.map { $0.text(row: row) ?? "" } }
    return [table.columnNames] + rows
  }

  private func bytes(_ cells: [[String]]) -> [[[UInt8]]] { cells.map { $0.map { Array($0.utf8) } } }

  @Test("There are 200 files, in every dialect")
  func files() {
    #expect(DialectFile.all.count == 200)
    for delimiter in CSVOptions.Delimiter.allCases {
      #expect(DialectFile.all.count { $0.delimiter == delimiter } > 60)
    }
    #expect(DialectFile.all.count { $0.bytes.starts(with: [0xEF, 0xBB, 0xBF]) } > 20)
    #expect(DialectFile.all.count { $0.cells.count > 1 && $0.cells[0].count > 1 } > 100)
  }

  @Test("The same cells, byte for byte", arguments: DialectFile.all)
  func cells(_ file: DialectFile) throws {
    #expect(try bytes(texts(file, file.delimiter)) == bytes(file.cells))
  }

  @Test("The delimiter is found", arguments: DialectFile.all.filter { $0.cells[0].count > 1 })
  func delimiter(_ file: DialectFile) throws {
    let table = try Table(csvBytes: file.bytes, name: file.name, options: CSVOptions(delimiter: nil))
    #expect(table.source.delimiter == file.delimiter)
  }
}
