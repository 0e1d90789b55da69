/// Refuses what is not a UTF-8 text file, by name where the kind of file can be told.
enum TextCheck {
  private static let utf8Mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Encodings whose byte-order mark begins the file; the longer marks come first.
  private static let otherEncodings: [(mark: [UInt8], name: String)] = [
    ([0xFF, 0xFE, 0x00, 0x00], "UTF-32"), ([0x00, 0x00, 0xFE, 0xFF], "UTF-32"),
    ([0xFF, 0xFE], "UTF-16"), ([0xFE, 0xFF], "UTF-16"),
  ]

  private static let compressed: [(mark: [UInt8], name: String)] = [
    ([0x1F, 0x8B], "gzip"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), (Array("BZh".utf8), "bzip2"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz"),
  ]

  private static let binary: [(mark: [UInt8], name: String)] = [
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive or an Excel workbook"),
    ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"),
    (Array("%PDF-".utf8), "a PDF"), (Array("PAR1".utf8), "a Parquet file"),
    (Array("$FL2".utf8), "an SPSS file"), (Array("<stata_dta>".utf8), "a Stata file"),
  ]

  /// Checks the file's beginning and returns where its text starts, after a UTF-8 mark.
  static func start(of bytes: [UInt8], file: String) throws -> Int {
    if let kind = otherEncodings.first(where: { bytes.starts(with: $0.mark) }) {
      throw TableError(
        .wrongEncoding, file: file, line: 1, found: "the file is in \(kind.name)",
        expected: "UTF-8; save it as \"CSV UTF-8\"")
    }
    if let kind = compressed.first(where: { bytes.starts(with: $0.mark) }) {
      throw TableError(
        .compressed, file: file, line: 1, found: "the file is compressed with \(kind.name)",
        expected: "plain CSV text; decompress it first")
    }
    if let kind = binary.first(where: { bytes.starts(with: $0.mark) }) {
      throw TableError(
        .notText, file: file, line: 1, found: "not a text file but \(kind.name)",
        expected: "CSV text; export it as CSV first")
    }
    let start = bytes.starts(with: utf8Mark) ? utf8Mark.count : 0
    guard bytes.count > start else {
      throw TableError(
        .emptyFile, file: file, line: 1, found: "the file is empty",
        expected: "a header with the columns' names")
    }
    return start
  }

  /// Refuses NUL bytes, which no text has.
  static func refuseNUL(_ bytes: [UInt8], file: String) throws {
    guard let position = bytes.firstIndex(of: 0) else { return }
    throw TableError(
      .notText, file: file, line: lineNumber(ofByte: position, in: bytes),
      found: "not a text file: byte \(position + 1) is NUL", expected: "CSV text in UTF-8")
  }

  /// The 1-based number of the line that holds a byte.
  static func lineNumber(ofByte position: Int, in bytes: [UInt8]) -> Int {
    bytes[..<position].reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
  }

  /// The first byte that is not part of valid UTF-8, or nil.
  static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
      return nil
    } catch {
      return error.byteOffsets.lowerBound
    }
  }
}
