import CohortTables
import Testing

/// Where a record becomes too long is a matter of its bytes: not of the scanner, nor of where blocks are cut.
@Suite("Identities: the longest record") struct RecordLimitIdentityTests {
  private static let longest = 16 << 20

  /// A record of so many bytes, its line ending included.
  struct Case: Sendable {
    let bytes: Int
    let ending: String
    var isQuoted = false
    /// Bytes of rows before it, which move it against the blocks.
    var before = 0
    var isTooLong: Bool { bytes > RecordLimitIdentityTests.longest }

    var file: [UInt8] {
      let opening = isQuoted ? "1,\"" : "1,"
      let closing = (isQuoted ? "\"" : "") + ending
      var text = Array("a,b\n".utf8)
      for _ in 0..<before / 4 { text += Array("0,x\n".utf8) }
      text += Array(opening.utf8)
      text += [UInt8](repeating: UInt8(ascii: "y"), count: bytes - opening.utf8.count - closing.utf8.count)
      text += Array(closing.utf8)
      if !ending.isEmpty { text += Array("2,z\n".utf8) }
      return text
    }
  }

  private static func outcome(_ file: [UInt8], _ scanner: CSVOptions.Scanner, _ chunk: Int?) -> String {
    var options = CSVOptions()
    options.scanner = scanner
    options.chunkBytes = chunk
    options.threads = 2
    do {
      let table = try Table(csvBytes: file, name: "t.csv", options: options)
      return "\(table.rowCount) rows"
    } catch {
      return "\(error)"
    }
  }

  private static let cases: [Case] = [-1, 0, 1].flatMap { more in
    [
      Case(bytes: longest + more, ending: "\n"), Case(bytes: longest + more, ending: "\r\n", before: 40_000),
      Case(bytes: longest + more, ending: "", before: 300_000),
      Case(bytes: longest + more, ending: "\n", isQuoted: true, before: 123_456),
    ]
  }

  @Test(arguments: cases)
  func theLimitIsExact(_ one: Case) {
    let file = one.file
    let rows = one.before / 4 + (one.ending.isEmpty ? 1 : 2)
    let line = one.before / 4 + 2
    // The closing quote of the longest quoted record stands before the limit, that of a longer one may, too.
    let expected =
      one.isTooLong
      ? "t.csv:\(line): the row does not end within 16 MB; expected lines that end in LF or CRLF"
      : "\(rows) rows"
    for scanner in [CSVOptions.Scanner.automatic, .scalar] {
      for chunk in [5_000_003, 1 << 25] {
        #expect(Self.outcome(file, scanner, chunk) == expected, "\(scanner), blocks of \(chunk)")
      }
    }
    if one.before == 0 { #expect(Self.outcome(file, .automatic, nil) == expected) }
  }

  @Test func aQuoteThatStaysOpenIsTheTroubleWhereverItCloses() {
    var file = Array("a,b\n1,\"".utf8) + [UInt8](repeating: UInt8(ascii: "\n"), count: Self.longest)
    let expected =
      "t.csv:2: a quote that opens in this row is not closed within 16 MB; expected a closing quote"
    for ending in ["", "\"\n2,z\n"] {
      file += Array(ending.utf8)
      for scanner in [CSVOptions.Scanner.automatic, .scalar] {
        for chunk in [5_000_003, 1 << 25] {
          #expect(Self.outcome(file, scanner, chunk) == expected, "\(scanner), blocks of \(chunk)")
        }
      }
    }
  }

  @Test func troubleBeyondTheLimitIsNotReached() {
    let row = Array("1,".utf8) + [UInt8](repeating: UInt8(ascii: "y"), count: Self.longest)
    let expected =
      "t.csv:2: the row does not end within 16 MB; expected lines that end in LF or CRLF"
    for tail in ["\"\n", "\r2,z\n", "\0\n", ",z\n"] {
      let file = Array("a,b\n".utf8) + row + Array(tail.utf8)
      for scanner in [CSVOptions.Scanner.automatic, .scalar] {
        for chunk in [5_000_003, 1 << 25] {
          #expect(
            Self.outcome(file, scanner, chunk) == expected, "\(tail.debugDescription), \(scanner), \(chunk)")
        }
      }
    }
  }
}
