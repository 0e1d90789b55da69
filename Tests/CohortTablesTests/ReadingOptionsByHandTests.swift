import CohortTables
import Foundation
import Testing

@Suite("Chosen columns, missing codes by column, digests: by hand")
struct ReadingOptionsByHandTests {
  private let text = "id,week,phq9,note\nP1,0,-9,-9\nP2,4,12,none\nP3,-9,15,\"a\nb\"\n"

  // MARK: - Columns

  @Test("Only the columns that are asked for, in the file's order")
  func columns() throws {
    var options = CSVOptions()
    options.columns = ["phq9", "id"]
    let table = try read(text, options)
    #expect(table.columnNames == ["id", "phq9"])
    #expect(table.source.columnNames == ["id", "week", "phq9", "note"])
    #expect(try table.requireColumn("phq9").numericValues() == [-9, 12, 15])
    #expect(table.rowCount == 3 && table.lineNumbers == [2, 3, 4])
    options.columns = nil
    #expect(try read(text, options).columnNames == ["id", "week", "phq9", "note"])
  }

  @Test("Other columns' cells are not looked at, but their structure and encoding are")
  func columnsNotRead() throws {
    var options = CSVOptions(columnTypes: ["week": .numeric])
    options.columns = ["id"]
    // A type given for a column that is not read does no harm.
    #expect(try read("id,week\nP1,zero\n", options).columnNames == ["id"])
    #expect(failure(Array("id,week\nP1\n".utf8), options)?.code == .raggedRow)
    #expect(failure(Array("id,week\nP1,\"x\n".utf8), options)?.code == .unclosedQuote)
    #expect(failure(Array("id,week\nP1,".utf8) + [0xE9, 0x0A], options)?.column == "week")
    #expect(failure(Array("id,week\nP1,\u{0}\n".utf8), options)?.code == .notText)
  }

  @Test("A name that the file does not have is no error until it is asked for")
  func columnsMissing() throws {
    var options = CSVOptions()
    options.columns = ["id", "gad7"]
    let table = try read(text, options)
    #expect(table.columnNames == ["id"])
    #expect(failure { _ = try table.requireColumn("gad7") }?.code == .missingColumn)
    options.columns = []
    let none = try read(text, options)
    #expect(none.columns.isEmpty && none.rowCount == 3)
    #expect(none.source.rowCount == 3 && none.lineNumbers == [2, 3, 4])
  }

  @Test("Any choice of columns gives the columns of the whole table", arguments: [1, 2, 8])
  func columnsOfTheWhole(_ threads: Int) throws {
    let bytes = LateChangeFile().bytes()
    let whole = try Table(csvBytes: bytes, name: "t.csv")
    var options = CSVOptions()
    options.threads = threads
    options.chunkBytes = 10_007
    for step in [2, 3, 7] {
      let names = whole.columnNames.enumerated().filter { $0.offset % step == 1 }.map(\.element)
      options.columns = Set(names)
      let chosen = try Table(csvBytes: bytes, name: "t.csv", options: options)
      let reference = ReaderOutcome { try whole.selecting(columns: names) }
      #expect(chosen.columnNames == names)
      #expect(ReaderComparison.difference(.table(chosen), reference) == nil)
    }
  }

  // MARK: - Missing codes

  @Test("Codes for single columns stand in place of those of all")
  func missingCodes() throws {
    var options = CSVOptions()
    options.missingCodesByColumn = ["phq9": ["-9"], "note": ["none", "a\nb"]]
    let table = try read(text, options)
    #expect(try texts(table, "phq9") == [nil, "12", "15"])
    #expect(try table.requireColumn("week").numericValues() == [0, 4, -9])
    #expect(table.column("phq9")?.inference?.presentCount == 2)
    // What is left of the notes is a number.
    #expect(try texts(table, "note") == ["-9", nil, nil])
    #expect(table.column("note")?.isNumeric == true)
    let own = try read("x,y\nNA,NA\n?,?\n,\n", withCodes("x", ["?"]))
    #expect(try texts(own, "x") == ["NA", nil, nil])
    #expect(try texts(own, "y") == [nil, "?", nil])
    // Codes that are added are those of the other columns.
    let added = try read("x,y\n-1,-1\n2,2\n", withCodes("x", []).addingMissingCodes(["-1"]))
    #expect(try texts(added, "x") == ["-1", "2"])
    #expect(try texts(added, "y") == [nil, "2"])
  }

  @Test("A code is compared with the text, without unquoted spaces around it")
  func missingCodeText() throws {
    let options = withCodes("x", ["-9", "007", "n/a"])
    let cells = ["-9", " -9 ", "\"-9\"", "-9.0", "-09", "007", "n/a", "N/A"]
    let table = try read("x,y\n" + cells.map { "\($0),1\n" }.joined(), options)
    #expect(try texts(table, "x") == [nil, nil, nil, "-9.0", "-09", nil, nil, "N/A"])
    #expect(try read("x,y\n1,1\n007,1\n", options).column("x")?.isNumeric == true)
  }

  @Test("Codes with a type that is given, with chosen columns, in large files", arguments: [1, 2, 8])
  func missingCodesAndTypes(_ threads: Int) throws {
    var options = withCodes("x", ["refused"])
    options.columnTypes = ["x": .numeric]
    options.columns = ["x"]
    options.threads = threads
    options.chunkBytes = 100
    let cells = (0..<2000).map { $0 % 10 == 9 ? "refused" : "\($0)" }
    let table = try read("x,y\n" + cells.map { "\($0),refused\n" }.joined(), options)
    #expect(table.column("x")?.missingCount == 200)
    #expect(try table.requireColumn("x").numericValues()[1998] == 1998)
    options.columnTypes = ["x": .category]
    #expect(try texts(read("x,y\nrefused,1\n1.0,1\n", options), "x") == [nil, "1.0"])
  }

  @Test("Codes for a column that does not exist are no error")
  func missingCodesOfNoColumn() throws {
    #expect(try texts(read("x,y\nNA,2\n1,2\n", withCodes("z", ["-9"])), "x") == [nil, "1"])
  }

  private func withCodes(_ column: String, _ codes: Set<String>) -> CSVOptions {
    var options = CSVOptions()
    options.missingCodesByColumn = [column: codes]
    return options
  }

  // MARK: - Digests

  /// SHA-256 by Python 3.11.7 `hashlib` (OpenSSL), 2026-11-23.
  private static let digests: [(bytes: [UInt8], digest: String)] = {
    let text = Array(("id,x\n" + (0..<60_000).map { "P\($0),\($0 % 13)\n" }.joined()).utf8)
    return [
      (Array("id,x\nP1,2\n".utf8), "c73d985427ba3cb013644330247723b8e58b0d02b11ad25fc8f57415b06c9d5f"),
      (text, "bb8c4ded7caae4bc14aa57bd8767e072f1379c58c8765e7c9a4076c7adb57e00"),
      (PackedText.gzip(text), "12eb49817f100be23b0883d7136e8b681c798342ff4e0de7d72272f9864bf010"),
      (PackedText.zstandard(text), "a465535834dfe42c2f251e1148d3756dccd1e67e1c0820c56485b4b2e55e38e6"),
    ]
  }()

  @Test("SHA-256 is that of the file's bytes, packed or not", arguments: [1, 2, 3, 8])
  func digests(_ threads: Int) throws {
    let folder = try TemporaryFolder()
    for (bytes, digest) in ReadingOptionsByHandTests.digests {
      try Data(bytes).write(to: URL(filePath: folder.path("t.csv")))
      for chunkBytes in [nil, 5000, 300_000] {
        var options = CSVOptions()
        options.threads = threads
        options.chunkBytes = chunkBytes
        let table = try Table(csvBytes: bytes, name: "t.csv", options: options)
        #expect(table.source.sha256 == digest)
        #expect(table.source.byteCount == bytes.count)
        #expect(try Table(csv: folder.path("t.csv"), options: options).source.sha256 == digest)
        // A column that is read twice counts once.
        options.columnTypes = ["id": .category]
        #expect(try Table(csvBytes: bytes, name: "t.csv", options: options).source.sha256 == digest)
      }
    }
    // The stored file, by sha256sum of GNU coreutils as well.
    #expect(
      try Table(csv: CorpusFile.folder + "gzip.csv.gz").source.sha256
        == "b633a8445c1f729fcac2e54035166af357e74e6eae812a649ebf12fc49501cef")
  }

  @Test("A table whose columns are read a second time has the same digest")
  func digestOfSecondReading() throws {
    var options = CSVOptions()
    options.chunkBytes = 6
    // Python: hashlib.sha256(b"x,y\n1.50,1\n2,1\n3,1\nword,1\n")
    let table = try read("x,y\n1.50,1\n2,1\n3,1\nword,1\n", options)
    #expect(try texts(table, "x") == ["1.50", "2", "3", "word"])
    #expect(table.source.sha256 == "40aea4bcb4e4d46ea9a361cc2b425c2ade40d1f2ec2fa6693dc914083c15dd55")
  }

  @Test("Without a digest everything else is the same")
  func noDigest() throws {
    var options = CSVOptions()
    options.computesDigest = false
    let table = try read(text, options)
    #expect(table.source.sha256 == nil)
    #expect(table.source.byteCount == text.utf8.count)
    #expect(table.rowCount == 3)
    #expect(failure { _ = try table.requireColumn("gad7") }?.line == 1)
  }

  @Test(
    "Missing codes that are numbers are compared before they are taken",
    arguments: [CSVOptions.Scanner.automatic, .scalar])
  func numericMissingCodes(_ scanner: CSVOptions.Scanner) throws {
    var options = CSVOptions()
    options.scanner = scanner
    options.missingCodes = ["7", "99", "9999", "9.9", "12345678"]
    let text = "a,b,c\n7,9.9,1\n99,99.0,70000\n9999,0.5,12345678\n9,9.90,7\n"
    let table = try Table(csvBytes: Array(text.utf8), name: "t.csv", options: options)
    #expect(try texts(table, "a") == [nil, nil, nil, "9"])
    #expect(try texts(table, "b") == [nil, "99", "0.5", "9.9"])
    #expect(try texts(table, "c") == ["1", "70000", nil, nil])
  }
}
