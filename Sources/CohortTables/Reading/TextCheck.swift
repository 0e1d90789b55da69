/// Refuses what is not a UTF-8 text file, by name where the kind of file can be told.
enum TextCheck {
  private static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Encodings whose byte-order mark begins the file; the longer marks come first.
  private static let otherEncodings: [(mark: [UInt8], name: String)] = [
    ([0xFF, 0xFE, 0x00, 0x00], "UTF-32"), ([0x00, 0x00, 0xFE, 0xFF], "UTF-32"),
    ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
  ]

  private static let compressed: [(mark: [UInt8], name: String)] = [
    ([0x1F, 0x8B], "gzip, twice"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd, twice"), (Array("BZh".utf8), "bzip2"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
  ]

  /// Other programs' files; a mark that is text by itself tells only if bytes that no text has follow.
  private static let binary: [(mark: [UInt8], name: String, isText: Bool)] = [
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an Excel workbook", false),
    ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook", false),
    (Array("%PDF-".utf8), "a PDF", true), (Array("PAR1".utf8), "a Parquet file", false),
    (Array("$FL2".utf8), "an SPSS file", false), (Array("<stata_dta>".utf8), "a Stata file", true),
    (Array("SQLite format 3".utf8), "an SQLite database", false),
    (Array("ARROW1".utf8), "an Arrow file", false),
    (Array("FEA1".utf8), "a Feather file", false),
    (Array("HEADER RECORD*******".utf8), "a SAS transport file", true),
    ([0x58, 0x0A, 0x00, 0x00], "an R object", false), (Array("RDX".utf8), "an R workspace", false),
    ([UInt8](repeating: 0, count: 12) + [0xC2, 0xEA, 0x81, 0x60], "a SAS data set", false),
  ]

  /// Whether the beginning holds bytes that no text has: NUL, controls but for spacing, wrong UTF-8.
  private static func isBinary(_ bytes: [UInt8]) -> Bool {
    let beginning = bytes.prefix(1000)
    if beginning.contains(where: { $0 < 9 || (14..<32).contains($0) }) { return true }
    // The cut may go through a character.
    let invalid = firstInvalidByte(bytes.span, 0..<beginning.count)
    return invalid.map { $0 < beginning.count - 4 || beginning.count == bytes.count } ?? false
  }

  /// Whether one byte of every pair is NUL at the beginning, as in Western text in UTF-16.
  private static func isUnmarkedUTF16(_ bytes: [UInt8]) -> Bool {
    let pairs = bytes.prefix(64).count / 2
    guard pairs >= 4 else { return false }
    return [0, 1].contains { side in
      (0..<pairs).allSatisfy { bytes[2 * $0 + side] == 0 && bytes[2 * $0 + 1 - side] != 0 }
    }
  }

  /// Text that is no table, by how it begins.
  private static func refuseOtherText(_ text: ArraySlice<UInt8>, file: String) throws {
    let beginning = String(decoding: text.prefix(200), as: UTF8.self).lowercased()
    let first = beginning.drop { $0.isWhitespace }
    let kind: String?
    if first.hasPrefix("<!doctype html") || first.hasPrefix("<html") {
      kind = "a web page (a log-in page, perhaps)"
    } else if first.hasPrefix("<?xml") {
      kind = "XML"
    } else if first.hasPrefix("{"), first.dropFirst().drop(while: { $0.isWhitespace }).hasPrefix("\"") {
      kind = "JSON"
    } else if first.hasPrefix("["), first.dropFirst().drop(while: { $0.isWhitespace }).hasPrefix("{") {
      kind = "JSON"
    } else {
      kind = nil
    }
    if let kind {
      throw TableError(
        .notText, file: file, line: 1, found: "not a table of text but \(kind)",
        expected: "CSV text; export it as CSV first")
    }
    let line = first.prefix { !$0.isNewline }
    let note = line.filter { $0 != "\"" }
    if note.hasPrefix("sep="), note.count <= 5 {
      throw TableError(
        .notText, file: file, line: 1, text: TableError.excerpt(line),
        found: "the first line is '\(TableError.excerpt(line))', which tells a spreadsheet the delimiter",
        expected: "a header with the columns' names; delete the first line")
    }
  }

  /// Checks the file's beginning and returns where its text starts, after a UTF-8 mark.
  static func start(of bytes: [UInt8], file: String) throws -> Int {
    if let kind = otherEncodings.first(where: { bytes.starts(with: $0.mark) }) {
      throw TableError(
        .wrongEncoding, file: file, line: 1, found: "the file is in \(kind.name)",
        expected: "UTF-8; save it as \"CSV UTF-8\"")
    }
    let isBinary = isBinary(bytes)
    if isBinary, let kind = compressed.first(where: { bytes.starts(with: $0.mark) }) {
      throw TableError(
        .compressed, file: file, line: 1, found: "the file is compressed with \(kind.name)",
        expected: "CSV text, plain or once compressed with gzip or zstd")
    }
    if isUnmarkedUTF16(bytes) {
      throw TableError(
        .wrongEncoding, file: file, line: 1, found: "the file seems to be in UTF-16, without a mark",
        expected: "UTF-8; save it as \"CSV UTF-8\"")
    }
    if let kind = binary.first(where: { bytes.starts(with: $0.mark) }), isBinary || kind.isText {
      throw TableError(
        .notText, file: file, line: 1, found: "not a text file but \(kind.name)",
        expected: "CSV text; export it as CSV first")
    }
    // Programs that join files may write the mark more than once.
    var start = 0
    while bytes[start...].starts(with: utf8Mark) { start += utf8Mark.count }
    guard bytes.count > start else {
      throw TableError(
        .emptyFile, file: file, line: 1, found: "the file is empty",
        expected: "a header with the columns' names")
    }
    try refuseOtherText(bytes[start...], file: file)
    return start
  }

  /// The error for a NUL byte at an offset of the file, which no text has.
  static func nulError(file: String, line: Int, offset: Int) -> TableError {
    TableError(
      .notText, file: file, line: line,
      found: "not a text file: byte \(offset + 1) is NUL", expected: "CSV text in UTF-8")
  }

  /// The first byte of a range that is not part of valid UTF-8, or nil.
  static func firstInvalidByte(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.extracting(range))
      return nil
    } catch {
      return range.lowerBound + error.byteOffsets.lowerBound
    }
  }

  /// The error for a byte that is not UTF-8, in a cell at `bytes` whose place in the file is given.
  static func invalidUTF8Error(
    _ bytes: Span<UInt8>, at position: Int, cell: Range<Int>, column: String, file: String, line: Int,
    offset: Int
  ) -> TableError {
    let hexadecimal = String(bytes[position], radix: 16, uppercase: true)
    // What stands before the byte shows best where it is.
    var start = max(cell.lowerBound, position - 24)
    while start > cell.lowerBound, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    let shown = (start > cell.lowerBound ? "..." : "") + CellText.excerpt(bytes, start..<cell.upperBound)
    return TableError(
      .invalidUTF8, file: file, line: line, column: .name(column), text: shown,
      found: "byte 0x\(hexadecimal) at offset \(offset) is not UTF-8 (in '\(shown)')",
      expected: "UTF-8 text; save the file as \"CSV UTF-8\"")
  }
}
