import CohortTables
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A malformed file with the one line that is said about it.
struct Malformed: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let code: TableError.Code
  let line: Int?
  let column: String?
  let message: String

  init(_ text: String, _ code: TableError.Code, _ line: Int?, _ column: String?, _ message: String) {
    self.init(bytes: Array(text.utf8), code, line, column, message)
  }

  init(bytes: [UInt8], _ code: TableError.Code, _ line: Int?, _ column: String?, _ message: String) {
    self.bytes = bytes
    self.code = code
    self.line = line
    self.column = column
    self.message = message
  }

  var testDescription: String { message }
}

@Suite("Malformed files, by hand")
struct MalformedByHandTests {
  static let structure: [Malformed] = [
    Malformed(
      "id,week,phq9\n1,0,9\n1,2\n", .raggedRow, 3, "phq9",
      "t.csv:3: column 'phq9': the row stops before this column, after 2 fields; "
        + "expected 3 fields, as in the header"),
    Malformed(
      "id,week,phq9\n1\n", .raggedRow, 2, "week",
      "t.csv:2: column 'week': the row stops before this column, after 1 field; "
        + "expected 3 fields, as in the header"),
    Malformed(
      "id,\"we\nek\"\n\n1,\"a\nb\"\n1,2,3,4\n", .raggedRow, 6, "we\nek",
      "t.csv:6: column 'we\\nek': the row goes on after this last column with '3', to 4 fields; "
        + "expected 2 fields, as in the header"),
    Malformed(
      "a,b\n1,2,\n", .raggedRow, 2, "b",
      "t.csv:2: column 'b': the row goes on after this last column with an empty field, to 3 fields; "
        + "expected 2 fields, as in the header"),
    Malformed(
      "a,b\n1,\"x\n2,y\n3,z\n", .unclosedQuote, 2, "b",
      "t.csv:2: column 'b': the quote that opens here is never closed; "
        + "expected a closing quote before the file ends"),
    Malformed(
      "a,\"b\n1,2\n", .unclosedQuote, 1, "2",
      "t.csv:1: column 2: the quote that opens here is never closed; "
        + "expected a closing quote before the file ends"),
    Malformed(
      "a,b\n1,\"x\"y\n", .textAfterQuote, 2, "b",
      "t.csv:2: column 'b': 'y' follows the closing quote of a field; "
        + "expected a delimiter or the end of the line"),
    Malformed(
      "a,b\n\"x\" ,1\n", .textAfterQuote, 2, "a",
      "t.csv:2: column 'a': ' ' follows the closing quote of a field; "
        + "expected a delimiter or the end of the line"),
    Malformed(
      "a,b\n1,5\" tall\n", .quoteInUnquotedField, 2, "b",
      "t.csv:2: column 'b': a quote inside the unquoted field '5\" tall'; "
        + "expected the whole field in quotes, with every quote inside it doubled"),
    Malformed(
      "a,b\n1, \"x\"\n", .quoteInUnquotedField, 2, "b",
      "t.csv:2: column 'b': a quote inside the unquoted field ' \"x\"'; "
        + "expected the whole field in quotes, with every quote inside it doubled"),
    Malformed(
      "a,b\n1,2\r3,4\r", .loneCarriageReturn, 2, "b",
      "t.csv:2: column 'b': a carriage return without a line feed, as in old Macintosh files; "
        + "expected lines that end in LF or CRLF"),
    Malformed(
      "a,b\r1,2", .loneCarriageReturn, 1, "2",
      "t.csv:1: column 2: a carriage return without a line feed, as in old Macintosh files; "
        + "expected lines that end in LF or CRLF"),
  ]

  static let headers: [Malformed] = [
    Malformed(
      "", .emptyFile, 1, nil,
      "t.csv:1: the file is empty; expected a header with the columns' names"),
    Malformed(
      "\u{FEFF}", .emptyFile, 1, nil,
      "t.csv:1: the file is empty; expected a header with the columns' names"),
    Malformed(
      "\nid,week\n", .blankHeaderName, 1, "1",
      "t.csv:1: column 1: the first line is blank; expected a header with the columns' names"),
    Malformed(
      "id,,phq9\n1,2,3\n", .blankHeaderName, 1, "2",
      "t.csv:1: column 2: the header has no name here; expected a name for every column"),
    Malformed(
      "id,phq9,\" \"\n", .blankHeaderName, 1, "3",
      "t.csv:1: column 3: the header has no name here; expected a name for every column"),
    Malformed(
      "id,phq9,week,phq9 \n1,2,3,4\n", .duplicateColumn, 1, "phq9",
      "t.csv:1: column 'phq9': columns 2 and 4 of the header have this name; expected different names"),
  ]

  static let encodings: [Malformed] = [
    Malformed(
      bytes: [0xFF, 0xFE, 0x61, 0x00], .wrongEncoding, 1, nil,
      "t.csv:1: the file is in UTF-16; expected UTF-8; save it as \"CSV UTF-8\""),
    Malformed(
      bytes: [0xFE, 0xFF, 0x00, 0x61], .wrongEncoding, 1, nil,
      "t.csv:1: the file is in UTF-16; expected UTF-8; save it as \"CSV UTF-8\""),
    Malformed(
      bytes: [0x1F, 0x8B, 0x08], .damagedCompression, nil, nil,
      "t.csv: the gzip compression ends in the middle; expected a whole gzip file; copy or make it again"),
    Malformed(
      bytes: [0x28, 0xB5, 0x2F, 0xFD, 0x04], .damagedCompression, nil, nil,
      "t.csv: the zstd compression ends in the middle; expected a whole zstd file; copy or make it again"),
    Malformed(
      bytes: Array("BZh91AY&SY".utf8) + [0x10, 0xE2], .compressed, 1, nil,
      "t.csv:1: the file is compressed with bzip2; "
        + "expected CSV text, plain or once compressed with gzip or zstd"),
    Malformed(
      bytes: [0x50, 0x4B, 0x03, 0x04, 0x14], .notText, 1, nil,
      "t.csv:1: not a text file but a ZIP archive or an Excel workbook; "
        + "expected CSV text; export it as CSV first"),
    Malformed(
      bytes: Array("a,b\n1,2\n".utf8) + [0x33, 0x00, 0x34], .notText, 3, nil,
      "t.csv:3: not a text file: byte 10 is NUL; expected CSV text in UTF-8"),
    Malformed(
      bytes: Array("id,name\n1,x\n2,Ren".utf8) + [0xE9] + Array("e\n".utf8), .invalidUTF8, 3, "name",
      "t.csv:3: column 'name': byte 0xE9 at offset 17 is not UTF-8 (in 'R**\u{FFFD}*'); "
        + "expected UTF-8 text; save the file as \"CSV UTF-8\""),
    // An overlong slash, a surrogate and a sequence cut off by the end of the file.
    Malformed(
      bytes: Array("a\n".utf8) + [0xC0, 0xAF], .invalidUTF8, 2, "a",
      "t.csv:2: column 'a': byte 0xC0 at offset 2 is not UTF-8 (in '\u{FFFD}\u{FFFD}'); "
        + "expected UTF-8 text; save the file as \"CSV UTF-8\""),
    Malformed(
      bytes: Array("a\n\"x\ny".utf8) + [0xE2, 0x82] + Array("\"".utf8), .invalidUTF8, 3, "a",
      "t.csv:3: column 'a': byte 0xE2 at offset 6 is not UTF-8 (in '\"x\\ny\u{FFFD}\"'); "
        + "expected UTF-8 text; save the file as \"CSV UTF-8\""),
  ]

  @Test("Exact messages", arguments: structure + headers + encodings)
  func message(_ malformed: Malformed) throws {
    let error = try #require(failure(malformed.bytes))
    #expect(error.description == malformed.message)
    #expect(error.code == malformed.code)
    #expect(error.line == malformed.line)
    #expect(error.column == malformed.column)
    #expect(error.file == "t.csv")
    #expect(!error.expected.isEmpty)
  }

  @Test("A code can be matched in a catch clause")
  func catchByCode() {
    do {
      _ = try read("a,b\n1\n")
      Issue.record("a ragged row was read")
    } catch let error as TableError where error.code == .raggedRow {
      #expect(error.offendingText == "1")
    } catch {
      Issue.record("another error: \(error)")
    }
  }

  @Test("Offending text is cut to 40 characters, control characters escaped")
  func offendingText() {
    let long = String(repeating: "x", count: 60)
    #expect(failure(Array("a,b\n1,2,\(long)\n".utf8))?.offendingText == String(long.prefix(40)) + "...")
    let control = failure(Array("a,b\n1,\"\t\u{7}\u{200B}\u{1F600}\n".utf8))
    #expect(control?.offendingText == "\"\\t\\u{7}\\u{200B}\u{1F600}\\n")
  }

  @Test("Paths that are no readable file")
  func paths() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("none.csv")
    #expect(
      failure { _ = try Table(csv: missing) }?.description
        == "\(missing): no such file; expected a CSV file")
    #expect(
      failure { _ = try Table(csv: folder.root) }?.description
        == "\(folder.root): this is a directory; expected a CSV file")
    #expect(failure { _ = try Table(csv: "") }?.code == .noSuchFile)
    #expect(failure { _ = try Table(csv: missing) }?.code == .noSuchFile)
    #expect(failure { _ = try Table(csv: folder.root) }?.code == .isDirectory)
  }

  @Test(
    "A file that this user may not read",
    .enabled(if: geteuid() != 0, "the superuser may read every file"))
  func permission() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("secret.csv")
    try AtomicFile.write(Array("a\n".utf8), to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(
      failure { _ = try Table(csv: path) }?.description
        == "\(path): the file may not be read (permission denied); expected a file that this user may read")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.root)
    let other = folder.path("out.csv")
    #expect(failure { try AtomicFile.write([1], to: other) }?.code == .permissionDenied)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.root)
  }

  @Test("A missing column: what there is, and what was probably meant")
  func missingColumn() throws {
    let table = try read("subject_id,week,phq9\n1,0,9\n")
    let error = failure { _ = try table.requireColumn("PHQ-9") }
    #expect(error?.code == .missingColumn)
    #expect(
      error?.description
        == "t.csv:1: column 'PHQ-9': there is no such column (did you mean 'phq9'?); "
        + "expected one of 'subject_id', 'week', 'phq9'")
    let other = failure { _ = try table.requireColumn("modality") }
    #expect(
      other?.description
        == "t.csv:1: column 'modality': there is no such column; "
        + "expected one of 'subject_id', 'week', 'phq9'")
    let oneColumn = failure { _ = try read("id;week\n1;0\n").requireColumn("week") }
    #expect(
      oneColumn?.description
        == "t.csv:1: column 'week': there is no such column "
        + "(the header may be delimited by semicolons); expected one of 'id;week'")
  }
}
