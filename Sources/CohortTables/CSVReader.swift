internal import Crypto

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Reads a CSV file's bytes into a table: check, scan, type each column.
struct CSVReader {
  let bytes: [UInt8]
  let name: String
  let options: CSVOptions

  private var file: String { name == "-" ? "standard input" : name }

  func table() throws -> Table {
    let start = try TextCheck.start(of: bytes, file: file)
    try TextCheck.refuseNUL(bytes, file: file)
    let delimiter = options.delimiter ?? sniffedDelimiter(from: start)
    var scanner = CSVScanner(file: file, delimiter: delimiter)
    try scanner.scan(bytes.span, from: start)
    try checkUTF8(scanner)
    try checkColumnTypes(scanner)
    let columns = try scanner.names.indices.map { column in
      try ColumnReader(
        file: file, name: scanner.names[column], column: column,
        requested: options.columnTypes[scanner.names[column]],
        missing: MissingCodeMatcher(options.missingCodes)
      ).read(bytes.span, scanner.index)
    }
    let rowCount = scanner.index.recordLines.count - 1
    let source = TableSource(
      fileName: name, sha256: CSVReader.sha256(bytes), byteCount: bytes.count, delimiter: delimiter,
      rowCount: rowCount, skippedBlankLines: scanner.index.blankLines)
    return try Table(
      columns: columns, source: source, lineNumbers: Array(scanner.index.recordLines.dropFirst()),
      rowCount: rowCount)
  }

  /// The delimiter that occurs most often outside quotes in the header line; comma if none does.
  private func sniffedDelimiter(from start: Int) -> CSVOptions.Delimiter {
    var counts: [CSVOptions.Delimiter: Int] = [:]
    var isQuoted = false
    for byte in bytes[start...] {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == UInt8(ascii: "\n") { break }
      for delimiter in CSVOptions.Delimiter.allCases where delimiter.byte == byte {
        counts[delimiter, default: 0] += 1
      }
    }
    var best = CSVOptions.Delimiter.comma
    for delimiter in CSVOptions.Delimiter.allCases
    where counts[delimiter, default: 0] > counts[best, default: 0] {
      best = delimiter
    }
    return best
  }

  private func checkUTF8(_ scanner: CSVScanner) throws {
    guard let position = TextCheck.firstInvalidByte(bytes) else { return }
    let place = scanner.index.place(ofByte: position)
    let hexadecimal = String(bytes[position], radix: 16, uppercase: true)
    let shown = place.map { place in
      let cell = scanner.index.cell(record: place.record, column: place.column)
      return TableError.excerpt(
        CellText.raw(bytes.span, cell.lowerBound..<min(cell.upperBound, cell.lowerBound + 200)))
    }
    throw TableError(
      .invalidUTF8, file: file, line: TextCheck.lineNumber(ofByte: position, in: bytes),
      column: place.map { .name(scanner.names[$0.column]) }, text: shown,
      found: "byte 0x\(hexadecimal) at offset \(position) is not UTF-8"
        + (shown.map { " (in '\($0)')" } ?? ""),
      expected: "UTF-8 text; save the file as \"CSV UTF-8\"")
  }

  /// A type fixed for a column that does not exist is a slip that must not pass unseen.
  private func checkColumnTypes(_ scanner: CSVScanner) throws {
    let names = Set(scanner.names)
    for wanted in options.columnTypes.keys.sorted() where !names.contains(wanted) {
      let listed = scanner.names.prefix(20).map { "'\(TableError.excerpt($0))'" }
      throw TableError(
        .missingColumn, file: file, line: 1, column: .name(wanted),
        found: "a type is given for this column, but there is no such column",
        expected: "one of \(listed.joined(separator: ", "))")
    }
  }

  private static func sha256(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
