import CohortTables
import Testing

@Suite("Format, by hand")
struct FormatByHandTests {
  @Test("Plain rows, with and without a final line ending")
  func plainRows() throws {
    for text in ["a,b\n1,x\n2,y\n", "a,b\n1,x\n2,y", "a,b\r\n1,x\r\n2,y\r\n", "a,b\r\n1,x\n2,y"] {
      let table = try read(text)
      #expect(table.columnNames == ["a", "b"])
      #expect(table.rowCount == 2)
      #expect(try table.requireColumn("a").numericValues() == [1, 2])
      #expect(try texts(table, "b") == ["x", "y"])
      #expect(table.lineNumbers == [2, 3])
    }
  }

  @Test("Quoted fields hold delimiters, doubled quotes and line breaks")
  func quotedFields() throws {
    let table = try read("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"cr\r\nlf\"\n\"\"\"\",z\n")
    #expect(try texts(table, "a") == ["x,y", "two\nlines", "\""])
    #expect(try texts(table, "b") == ["say \"hi\"", "cr\r\nlf", "z"])
  }

  @Test("A row's line is the one on which its record starts")
  func lineNumbers() throws {
    let table = try read("id,\"no\nte\"\n1,a\n2,\"b\nb\nb\"\n\n3,c\r\n\r\n4,d")
    #expect(table.columnNames == ["id", "no\nte"])
    #expect((0..<4).map { table.lineNumber(ofRow: $0) } == [3, 4, 8, 10])
    #expect(table.source.skippedBlankLines == 2)
    let chosen = table.selecting(rows: [3, 1, 1])
    #expect(chosen.lineNumbers == [10, 4, 4])
    #expect(try chosen.adding(.numeric("x", [1, 2, 3])).lineNumber(ofRow: 0) == 10)
  }

  @Test("A wholly empty line is a missing value where there is one column")
  func blankLineInOneColumn() throws {
    let table = try read("a\n1\n\n3\n")
    #expect(table.rowCount == 3)
    #expect(try texts(table, "a") == ["1", nil, "3"])
    #expect(table.source.skippedBlankLines == 0)
  }

  @Test("A line of spaces is not blank")
  func lineOfSpaces() {
    #expect(failure(Array("a,b\n1,2\n  \n".utf8))?.code == .raggedRow)
  }

  @Test("A UTF-8 byte-order mark is skipped")
  func byteOrderMark() throws {
    #expect(try read("\u{FEFF}a,b\n1,2\n").columnNames == ["a", "b"])
    #expect(try read("\u{FEFF}\"a\",b\n1,2\n").columnNames == ["a", "b"])
  }

  @Test("A header alone is a table without rows, of numeric columns")
  func headerOnly() throws {
    for text in ["a,b", "a,b\n", "a,b\r\n"] {
      let table = try read(text)
      #expect(table.rowCount == 0)
      #expect(table.columns.map(\.isNumeric) == [true, true])
      #expect(table.columns.map(\.inference?.reason) == [.allMissing, .allMissing])
    }
  }

  @Test("Spaces: not part of a number, a missing code or a name; part of other text")
  func spaces() throws {
    let table = try read("id , arm,\" q\"\n 1,\ta \t,\" 5\"\n2\t, NA ,7\n")
    #expect(table.columnNames == ["id", "arm", " q"])
    #expect(try table.requireColumn("id").numericValues() == [1, 2])
    #expect(try texts(table, "arm") == ["\ta \t", nil])
    #expect(try texts(table, " q") == [" 5", "7"])
  }

  @Test("The delimiter is a comma unless another is named or sniffed")
  func delimiters() throws {
    #expect(try read("a;b\n1;2\n").columnNames == ["a;b"])
    #expect(try read("a;b\n1;2\n", CSVOptions(delimiter: .semicolon)).columnNames == ["a", "b"])
    #expect(try read("a\tb\n1\t\n", CSVOptions(delimiter: .tab)).columnNames == ["a", "b"])
    let sniffing = CSVOptions(delimiter: nil)
    #expect(try read("a;\"b,c,d\";e\n1;2;3\n", sniffing).source.delimiter == .semicolon)
    #expect(try read("a\tb\n1,5\t2,5\n", sniffing).source.delimiter == .tab)
    #expect(try read("a,b\n1,2\n", sniffing).source.delimiter == .comma)
    #expect(try read("a\n1\n", sniffing).source.delimiter == .comma)
    #expect(try read("a,b\n1,2\n").source.delimiter == .comma)
  }

  @Test("Source: name, size and digest of the bytes")
  func source() throws {
    // SHA-256 of the 8 bytes "a,b\n1,2\n", by sha256sum (GNU coreutils 9.1).
    let table = try read("a,b\n1,2\n")
    #expect(table.source.fileName == "t.csv")
    #expect(table.source.byteCount == 8)
    #expect(table.source.sha256 == "492d5ea496056f1a6a6592241032fab764c321596317930b4fa0e1e8bc3b7470")
    let memory = try Table(columns: [.numeric("x", [1])])
    #expect(memory.source.sha256 == nil)
    #expect(memory.source.byteCount == nil)
    #expect(memory.lineNumber(ofRow: 0) == nil)
  }

  @Test("A file on disk, a pipe-like device and an empty device")
  func files() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("visits.csv")
    try AtomicFile.write(Array("id,week\n1,0\n1,2\n".utf8), to: path)
    let table = try Table(csv: path)
    #expect(table.source.fileName == path)
    #expect(try table.requireColumn("week").numericValues() == [0, 2])
    let empty = failure { _ = try Table(csv: "/dev/null") }
    #expect(
      empty?.description == "/dev/null:1: the file is empty; expected a header with the columns' names")
  }

  @Test("A file longer than one read")
  func longFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("long.csv")
    var text = "row,arm\n"
    for row in 0..<60_000 { text += "\(row),\(row % 3 == 0 ? "combined" : "therapy")\n" }
    try AtomicFile.write(Array(text.utf8), to: path)
    let table = try Table(csv: path)
    #expect(try table.requireColumn("row").numericValues() == (0..<60_000).map(Double.init))
    #expect(table.lineNumber(ofRow: 59_999) == 60_001)
    #expect(table.source.byteCount == text.utf8.count)
  }
}
