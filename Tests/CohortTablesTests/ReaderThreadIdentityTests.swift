import CohortTables
import Testing

/// One table from any number of threads and any cut of the file into blocks.
@Suite("Threads and blocks: one table, whatever their number")
struct ReaderThreadIdentityTests {
  private static let file = LateChangeFile()
  private static let bytes = file.bytes()
  /// What the plain scanner makes of the file in one block on one thread.
  private static let reference: ReaderOutcome = outcome(
    bytes, .scalar, threads: 1, chunkBytes: bytes.count + 1)

  private static func outcome(
    _ bytes: [UInt8], _ scanner: CSVOptions.Scanner, threads: Int, chunkBytes: Int?,
    types: [String: CSVOptions.ColumnType] = [:]
  ) -> ReaderOutcome {
    var options = CSVOptions(columnTypes: types)
    options.scanner = scanner
    options.threads = threads
    options.chunkBytes = chunkBytes
    return ReaderOutcome(bytes, options)
  }

  @Test("The reference itself: every cell as it was written, every type, every line")
  func reference() throws {
    guard case .table(let table) = ReaderThreadIdentityTests.reference else {
      Issue.record("the file was refused: \(ReaderThreadIdentityTests.reference)")
      return
    }
    #expect(table.rowCount == LateChangeFile.rowCount)
    for wanted in ReaderThreadIdentityTests.file.columns {
      let column = try table.requireColumn(wanted.name)
      #expect(column.isNumeric == wanted.isNumeric, "\(wanted.name)")
      #expect(column.missingCount == wanted.meant.count { $0 == nil }, "\(wanted.name)")
      if wanted.isNumeric {
        let values = try column.numericValues()
        let isRight = zip(values, wanted.meant).allSatisfy { value, cell in
          cell.flatMap { Double($0) }.map { $0.bitPattern == value.bitPattern } ?? value.isNaN
        }
        #expect(isRight, "\(wanted.name)")
      } else {
        let cells = (0..<column.count).map { column.text(row: $0).map { Array($0.utf8) } }
        #expect(cells == wanted.meant.map { $0.map { Array($0.utf8) } }, "\(wanted.name)")
      }
    }
    #expect(table.lineNumbers == lines())
  }

  /// The line of each row, counted in what was written.
  private func lines() -> [Int] {
    var line = 2
    return (0..<LateChangeFile.rowCount).map { row in
      if row % 111 == 50 { line += row % 2 == 0 ? 1 : 2 }
      defer {
        line += 1
        for column in ReaderThreadIdentityTests.file.columns {
          line += column.written[row].utf8.count { $0 == UInt8(ascii: "\n") }
        }
      }
      return line
    }
  }

  @Test(
    "The same table for every number of threads",
    arguments: [1, 2, 3, 8], [32, 257, 1000, 4096, 30_011, 65_536, 262_144, nil])
  func threads(_ threads: Int, _ chunkBytes: Int?) {
    for scanner in [CSVOptions.Scanner.automatic, .scalar] {
      let outcome = ReaderThreadIdentityTests.outcome(
        ReaderThreadIdentityTests.bytes, scanner, threads: threads, chunkBytes: chunkBytes)
      let difference = ReaderComparison.difference(outcome, ReaderThreadIdentityTests.reference)
      #expect(difference == nil, "\(scanner): \(difference?.prefix(300) ?? "")")
    }
  }

  @Test("Columns whose types are given break nowhere", arguments: [1, 2, 3, 8])
  func givenTypes(_ threads: Int) throws {
    let types: [String: CSVOptions.ColumnType] = [
      "late_zeros": .numeric, "late_long": .numeric, "short": .category, "late_decimal": .category,
      "missing_first_half": .category, "all_missing": .category, "beyond_integer": .category,
    ]
    let bytes = ReaderThreadIdentityTests.bytes
    let reference = ReaderThreadIdentityTests.outcome(
      bytes, .scalar, threads: 1, chunkBytes: bytes.count + 1, types: types)
    guard case .table(let table) = reference else {
      Issue.record("the file was refused: \(reference)")
      return
    }
    #expect(try table.requireColumn("late_zeros").numericValues().last == 7)
    #expect(table.column("late_decimal")?.text(row: LateChangeFile.rowCount - 1) == "0.1")
    for chunkBytes in [64, 1000, 40_009] {
      let outcome = ReaderThreadIdentityTests.outcome(
        bytes, .automatic, threads: threads, chunkBytes: chunkBytes, types: types)
      #expect(ReaderComparison.difference(outcome, reference) == nil)
    }
  }

  // MARK: - Refusals

  /// Rows of "Pn,n", some of them replaced.
  private func file(_ replaced: [Int: String]) -> [UInt8] {
    var text = "id,x\n"
    for row in 0..<3000 { text += (replaced[row] ?? "P\(row),\(row)") + "\n" }
    return Array(text.utf8)
  }

  @Test("Of several troubles the first in the file is named, whichever thread meets it first")
  func firstTrouble() {
    let files: [(bytes: [UInt8], message: String)] = [
      (
        file([1500: "P1500", 2500: "P2500"]),
        "t.csv:1502: column 'x': the row stops before this column, after 1 field"
      ),
      (file([1000: "P1000,abc", 1001: "P1001"]), "t.csv:1002: column 'x': 'abc' is not a number"),
      (file([1000: "P1000", 1001: "P1001,abc"]), "t.csv:1002: column 'x': the row stops"),
      (file([2000: "P2000,\"", 2900: "P2900,abc"]), "t.csv:2002: column 'x': the quote that opens here"),
      (file([100: "P100,abc", 2900: "P2900,\""]), "t.csv:102: column 'x': 'abc' is not a number"),
      (file([700: "P\u{0},1", 600: "P600,1,2"]), "t.csv:602: column 'x': the row goes on"),
      (file([700: "P\u{0},1", 800: "P800,1,2"]), "t.csv:702: not a text file: byte"),
      (
        file([2999: "P2999,1,"]),
        "t.csv:3001: column 'x': the row goes on after this last column with an empty field"
      ),
    ]
    var problems: [String] = []
    for (bytes, message) in files {
      for threads in [1, 2, 3, 8] {
        for chunkBytes in [33, 500, 5000, nil] {
          let outcome = ReaderThreadIdentityTests.outcome(
            bytes, .automatic, threads: threads, chunkBytes: chunkBytes, types: ["x": .numeric])
          guard case .refused(let error) = outcome, error.description.hasPrefix(message) else {
            problems.append("\(threads) threads, \(chunkBytes ?? 0) bytes: \(outcome), not \(message)")
            continue
          }
        }
      }
    }
    #expect(problems.isEmpty, "\(problems.count): \(problems.prefix(3))")
  }

  @Test("One reading after another gives the same table", arguments: [2, 8])
  func repeated(_ threads: Int) {
    for _ in 0..<20 {
      let outcome = ReaderThreadIdentityTests.outcome(
        ReaderThreadIdentityTests.bytes, .automatic, threads: threads, chunkBytes: 2048)
      let difference = ReaderComparison.difference(outcome, ReaderThreadIdentityTests.reference)
      #expect(difference == nil, "\(difference?.prefix(300) ?? "")")
    }
  }
}
