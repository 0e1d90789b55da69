import CohortTables
import Foundation
import Testing

@Suite("Several files as one table, by hand")
struct JoinedFilesByHandTests {
  /// Files in a folder of their own, read as one table.
  private final class Files {
    private let folder: TemporaryFolder
    private var paths: [String] = []

    init(_ files: [(name: String, text: String)]) throws {
      folder = try TemporaryFolder()
      for (name, text) in files { try add(name, Array(text.utf8)) }
    }

    func add(_ name: String, _ bytes: [UInt8]) throws {
      paths.append(folder.path(name))
      try Data(bytes).write(to: URL(filePath: folder.path(name)))
    }

    func table(_ options: CSVOptions = CSVOptions()) throws -> Table {
      try Table(csv: paths, options: options)
    }

    /// What is said about the files, without their folder.
    func message(_ options: CSVOptions = CSVOptions(), _ action: (Table) throws -> Void = { _ in }) -> String?
    {
      failure { try action(table(options)) }.map { bare($0.description) }
    }

    func bare(_ text: String) -> String { text.replacingOccurrences(of: folder.root + "/", with: "") }
  }

  private static let leeds = ("leeds.csv", "id,week,phq9\nL1,0,15\n\nL2,4,9\n")
  private static let york = ("york.csv", "phq9,id,week\r\n12,\"Y\n1\",0\r\n,Y2,8\r\n")

  @Test("Columns in another order, line numbers and names of the files")
  func twoFiles() throws {
    let files = try Files([JoinedFilesByHandTests.leeds, JoinedFilesByHandTests.york])
    for threads in [1, 2, 8] {
      var options = CSVOptions()
      options.threads = threads
      let table = try files.table(options)
      #expect(table.columnNames == ["id", "week", "phq9"])
      #expect(try texts(table, "id") == ["L1", "L2", "Y\n1", "Y2"])
      #expect(try table.requireColumn("week").numericValues() == [0, 4, 0, 8])
      #expect(try texts(table, "phq9") == ["15", "9", "12", nil])
      #expect(table.lineNumbers == [2, 4, 2, 4])
      #expect(
        (0..<4).map { files.bare(table.fileName(ofRow: $0)) }
          == ["leeds.csv", "leeds.csv", "york.csv", "york.csv"])
    }
  }

  @Test("What is kept of each file")
  func source() throws {
    let files = try Files([JoinedFilesByHandTests.leeds, JoinedFilesByHandTests.york])
    let table = try files.table()
    #expect(files.bare(table.source.fileName) == "leeds.csv and 1 more file")
    #expect(table.source.sha256 == nil)
    #expect(table.source.rowCount == 4 && table.source.skippedBlankLines == 1)
    #expect(table.source.files.map { files.bare($0.fileName) } == ["leeds.csv", "york.csv"])
    #expect(table.source.files.map(\.rowCount) == [2, 2])
    #expect(table.source.files.map(\.skippedBlankLines) == [1, 0])
    #expect(
      table.source.files.map(\.byteCount)
        == [JoinedFilesByHandTests.leeds.1.utf8.count, JoinedFilesByHandTests.york.1.utf8.count])
    #expect(table.source.files.allSatisfy { $0.sha256?.count == 64 && $0.parts.isEmpty })
    #expect(Set(table.source.files.map(\.sha256)).count == 2)
    #expect(table.source.byteCount == table.source.files.reduce(0) { $0 + ($1.byteCount ?? 0) })
  }

  @Test("Rows that are chosen keep their file and line")
  func selection() throws {
    let files = try Files([JoinedFilesByHandTests.leeds, JoinedFilesByHandTests.york])
    let rows = try files.table().selecting(rows: [3, 0, 2])
    #expect(rows.lineNumbers == [4, 2, 2])
    #expect((0..<3).map { files.bare(rows.fileName(ofRow: $0)) } == ["york.csv", "leeds.csv", "york.csv"])
    let error = rows.invalidValue(row: 2, column: "phq9", expected: "a score of at most 9")
    #expect(
      files.bare(error.description)
        == "york.csv:2: column 'phq9': '12' is not allowed; expected a score of at most 9")
  }

  @Test("A compressed file among them; each file with its own delimiter and mark")
  func mixedForms() throws {
    let files = try Files([JoinedFilesByHandTests.leeds])
    try files.add("york.csv.gz", PackedText.gzip(Array("\u{FEFF}week;phq9;id\n0;12;Y1\n".utf8)))
    try files.add(
      "hull.csv.zst", PackedText.zstandard(Array("id\tweek\tphq9\nH1\t8\t3.5\n".utf8), frameBytes: 5))
    let table = try files.table(CSVOptions(delimiter: nil))
    #expect(try texts(table, "id") == ["L1", "L2", "Y1", "H1"])
    #expect(try table.requireColumn("phq9").numericValues() == [15, 9, 12, 3.5])
    #expect(table.lineNumbers == [2, 4, 2, 2])
    #expect(files.bare(table.source.fileName) == "leeds.csv and 2 more files")
    #expect(table.source.files.map(\.delimiter) == [.comma, .semicolon, .tab])
  }

  @Test("A file without rows, a file without a last line ending, the same file twice")
  func edges() throws {
    let empty = try Files([("a.csv", "x,y\n"), ("b.csv", "y,x\n1,2"), ("c.csv", "x,y")])
    #expect(try empty.table().requireColumn("x").numericValues() == [2])
    #expect(try empty.table().source.files.map(\.rowCount) == [0, 1, 0])
    let twice = try Files([("a.csv", "x\n1\n"), ("b.csv", "x\n1\n")])
    #expect(
      twice.message { _ in } == "b.csv: the file holds the same bytes as a.csv; expected each file once")
  }

  @Test("A type that a later file decides: cells of the first keep their spelling")
  func lateType() throws {
    let files = try Files([("a.csv", "x,y\n1.50,1\n 2,1\n"), ("b.csv", "y,x\n1,3\n1,n/a\n")])
    let table = try files.table()
    #expect(try texts(table, "x") == ["1.50", " 2", "3", "n/a"])
    let offender = table.column("x")?.inference?.firstOffender
    #expect(offender?.row == 3 && offender?.line == 3 && offender?.text == "n/a")
    // The line is one of the second file.
    #expect(
      files.message { _ = try $0.requireColumn("x").numericValues() }
        == "b.csv:3: column 'x': 'n/a' is not a number; "
        + "expected a number or a missing code (3 of 4 values are numbers)")
  }

  @Test("Columns that differ")
  func differentColumns() throws {
    let missing = try Files([("a.csv", "id,week,phq9\nP1,0,15\n"), ("b.csv", "id,phq9\nP2,9\n")])
    #expect(
      missing.message()
        == "b.csv:1: column 'week': there is no such column, which \(missing.bare("a.csv")) has; "
        + "expected files that are read together to have the same columns")
    let extra = try Files([("a.csv", "id,week\nP1,0\n"), ("b.csv", "week,id,site\n0,P2,Leeds\n")])
    #expect(
      extra.message()
        == "b.csv:1: column 'site': a.csv does not have this column; "
        + "expected files that are read together to have the same columns")
    // Columns that are not read must be there too: a file of another kind is a slip.
    var options = CSVOptions()
    options.columns = ["id"]
    #expect(missing.message(options)?.hasPrefix("b.csv:1: column 'week': there is no such column") == true)
  }

  @Test("Trouble in the second file is given with its name and line")
  func trouble() throws {
    let good = ("a.csv", "id,x\nP1,1\nP2,2\n")
    #expect(
      try Files([good, ("b.csv", "x,id\n3,P3\n4\n")]).message()
        == "b.csv:3: column 'id': the row stops before this column, after 1 field; "
        + "expected 2 fields, as in the header")
    #expect(
      try Files([good, ("b.csv", "x,id\nabc,P3\n")]).message(CSVOptions(columnTypes: ["x": .numeric]))
        == "b.csv:2: column 'x': 'abc' is not a number; expected a number or a missing code, "
        + "because the column's type is given as numeric")
    #expect(
      try Files([good, ("b.csv", "")]).message()
        == "b.csv:1: the file is empty; expected a header with the columns' names")
    // A quote that the first file leaves open does not reach into the second.
    #expect(
      try Files([("a.csv", "id,x\nP1,\"1\n"), ("b.csv", "id,x\nP2,\"2\n")]).message()
        == "a.csv:2: column 'x': the quote that opens here is never closed; "
        + "expected a closing quote before the file ends")
    #expect(
      try Files([good, ("b.csv", "id,x\nP3,3\n")]).message { _ = try $0.requireColumn("y") }
        == "a.csv and 1 more file: column 'y': there is no such column; expected one of 'id', 'x'")
    let folder = try TemporaryFolder()
    #expect(
      failure { _ = try Table(csv: [folder.path("none.csv"), folder.path("nor.csv")]) }?.code == .noSuchFile)
  }

  @Test("Parts of a file, each with the header, read as the whole", arguments: [1, 2, 3, 8])
  func parts(_ threads: Int) throws {
    let rows = (0..<4000).map { row in
      row == 3999
        ? "P\(row),word,é\(row % 300)"
        : "P\(row),\(row % 60).50,\(row % 11 == 0 ? "\"a\nb\"" : "c\(row % 280)")"
    }
    let header = "id,x,level\n"
    let files = try Files([])
    for (number, start) in stride(from: 0, to: 4000, by: 900).enumerated() {
      let part = rows[start..<min(start + 900, 4000)].joined(separator: "\n")
      try files.add("part\(number).csv", Array((header + part + (number % 2 == 0 ? "\n" : "")).utf8))
    }
    let whole = try read(header + rows.joined(separator: "\n"))
    for chunkBytes in [40, 1000, 20_000, nil] {
      var options = CSVOptions()
      options.threads = threads
      options.chunkBytes = chunkBytes
      let table = try files.table(options)
      for name in whole.columnNames {
        #expect(try texts(table, name) == texts(whole, name))
        let (joined, single) = (try table.requireColumn(name), try whole.requireColumn(name))
        #expect(joined.asCategories() == single.asCategories())
        #expect(joined.inference?.reason == single.inference?.reason)
        #expect(joined.inference?.firstOffender?.row == single.inference?.firstOffender?.row)
      }
      let file = try #require(table.source.files.first)
      #expect(table.source.files.count == 5 && file.rowCount == 900)
    }
  }
}
