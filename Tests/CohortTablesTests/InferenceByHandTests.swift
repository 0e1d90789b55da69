import CohortTables
import Testing

@Suite("Inference, by hand")
struct InferenceByHandTests {
  private func column(_ cells: [String], _ options: CSVOptions = CSVOptions()) throws -> Column {
    try read("x,y\n" + cells.map { "\($0),1\n" }.joined(), options).requireColumn("x")
  }

  @Test("Numbers in all their spellings")
  func numbers() throws {
    let column = try column(["1", "-2.5", "+3", ".5", "5.", "1e3", "1E-3", "\"7\"", " 8 ", "0", "-0.0"])
    #expect(
      try column.numericValues() == [1, -2.5, 3, 0.5, 5, 1000, 0.001, 7, 8, 0, 0])
    #expect(column.inference?.reason == .numbers)
  }

  @Test(
    "Not numbers",
    arguments: [
      "0x1F", "inf", "Inf", "-inf", "nan", "infinity", "1e", "e5", "1e+", "-", "+", "1.2.3", "1 2",
      "--1", "1_000", "5%", "1e999", "-1e309", "\" 5\"", "1d3", "½", "٣",
    ])
  func notNumbers(_ cell: String) throws {
    let column = try column(["1", cell])
    #expect(!column.isNumeric)
    #expect(column.inference?.firstOffender?.line == 3)
  }

  @Test("Missing codes are exact and case-sensitive; an all-missing column is numeric")
  func missing() throws {
    let column = try column(["1", "", "NA", "NaN", "null", ".", " NA ", "\"NA\"", "\"\"", "  "])
    #expect(column.missingCount == 9)
    #expect(column.isMissing(row: 1))
    #expect(column.text(row: 1) == nil)
    #expect(try self.column(["NA", "", "."]).inference?.reason == .allMissing)
    #expect(try self.column(["NA", ""]).numericValues().allSatisfy(\.isNaN))
    #expect(try !self.column(["1", "na"]).isNumeric)
    #expect(try !self.column(["1", "NULL"]).isNumeric)
  }

  @Test("A list of missing codes replaces the default one or adds to it; empty is always missing")
  func missingCodes() throws {
    let replaced = CSVOptions(missingCodes: ["-99", "missing"])
    #expect(try column(["1", "-99", "missing", "", "-99.0"], replaced).missingCount == 3)
    #expect(try !column(["1", "NA"], replaced).isNumeric)
    let added = CSVOptions().addingMissingCodes(["-99", "a\"b"])
    #expect(try column(["1", "-99", "NA", "\"a\"\"b\""], added).missingCount == 3)
    #expect(try texts(read("x\nb\n-99\n", added), "x") == ["b", nil])
  }

  @Test("Identifiers: leading zeros, more than 15 digits")
  func identifiers() throws {
    let zeros = try column(["1", "007", "7"])
    #expect(try texts(read("x\n1\n007\n7\n"), "x") == ["1", "007", "7"])
    #expect(zeros.inference?.reason == .leadingZeros)
    #expect(
      failure { _ = try zeros.numericValues() }?.description
        == "t.csv:3: column 'x': '007' has leading zeros, so the column was read as identifiers; "
        + "expected a number, or the column's type given as numeric")
    let long = try column(["1", "1234567890123456"])
    #expect(long.inference?.reason == .longInteger)
    #expect(
      failure { _ = try long.numericValues() }?.description
        == "t.csv:3: column 'x': '1234567890123456' has more than 15 digits, so the column was read "
        + "as identifiers; expected a number, or the column's type given as numeric")
    #expect(try column(["123456789012345", "0", "0.5", "00.5", "-0", "1e20"]).isNumeric)
    #expect(try !column(["00", "1"]).isNumeric)
    #expect(try !column(["-07", "1"]).isNumeric)
    let asked = CSVOptions(columnTypes: ["x": .numeric])
    #expect(try column(["007", "9007199254740993"], asked).numericValues() == [7, 9_007_199_254_740_992])
  }

  @Test("A slip in a column of numbers is named when numbers are asked for")
  func nearlyNumeric() throws {
    var cells = (1...19).map(String.init)
    cells[7] = "NA"
    cells.insert("twelve", at: 7)
    let column = try column(cells)
    #expect(!column.isNumeric)
    #expect(column.inference?.isNearlyNumeric == true)
    #expect(column.inference?.numberCount == 18)
    #expect(column.inference?.presentCount == 19)
    #expect(column.inference?.firstOffender?.row == 7)
    #expect(column.inference?.firstOffender?.line == 9)
    #expect(column.inference?.firstOffender?.text == "twelve")
    let error = failure { _ = try column.numericValues() }
    #expect(error?.code == .notANumber)
    #expect(
      error?.description
        == "t.csv:9: column 'x': 'twelve' is not a number; "
        + "expected a number or a missing code (18 of 19 values are numbers)")
    let survivor = try read("x,y\n" + cells.map { "\($0),1\n" }.joined()).selecting(rows: [7])
    #expect(failure { _ = try survivor.requireColumn("x").numericValues() } == error)
  }

  @Test("Numbers with spaces around them, quoted or not, in a column of text")
  func paddedNumbers() throws {
    let column = try column(["a", " 1", "2", "\" 3\"", "\"4\""])
    #expect(column.inference?.presentCount == 5)
    #expect(column.inference?.numberCount == 4)
    #expect(try self.column(["1", "\"2,5\""]).inference?.isNearlyNumeric == false)
    #expect(
      failure { _ = try self.column(["1", "\"2,5\""]).numericValues() }?.description
        == "t.csv:3: column 'x': '2,5' is not a number; "
        + "expected a number with a decimal point or a missing code (1 of 2 values are numbers)")
  }

  @Test("Types that are given")
  func givenTypes() throws {
    let category = CSVOptions(columnTypes: ["x": .category])
    #expect(try column(["10", "2", "2.0"], category).asCategories().levels == ["2", "2.0", "10"])
    #expect(try column(["10", "2"], category).inference?.reason == .requested)
    #expect(
      failure { _ = try column(["10", "2"], category).numericValues() }?.description
        == "t.csv: column 'x': the column holds categories; expected a numeric column")
    let numeric = CSVOptions(columnTypes: ["x": .numeric])
    #expect(
      failure { _ = try column(["1", "abc"], numeric) }?.description
        == "t.csv:3: column 'x': 'abc' is not a number; expected a number or a missing code, "
        + "because the column's type is given as numeric")
    #expect(
      failure { _ = try column(["1", "2,5"].map { "\"\($0)\"" }, numeric) }?.description
        == "t.csv:3: column 'x': '2,5' is not a number; expected a number with a decimal point or a "
        + "missing code, because the column's type is given as numeric")
    #expect(
      failure { _ = try column(["1"], CSVOptions(columnTypes: ["z": .numeric])) }?.description
        == "t.csv:1: column 'z': a type is given for this column, but there is no such column; "
        + "expected one of 'x', 'y'")
  }

  @Test("Levels: by value if all are numbers, otherwise by Unicode scalars")
  func levels() throws {
    #expect(CategoryValues(strings: ["10", "9", nil, "1.0", "1"]).levels == ["1", "1.0", "9", "10"])
    #expect(
      CategoryValues(strings: ["b", "B", "a", "é", "10", "9"]).levels == ["10", "9", "B", "a", "b", "é"])
    #expect(CategoryValues(strings: ["b", nil, "a", "b"]).codes == [1, -1, 0, 1])
    let table = try read("arm,y\ntherapy,1\ncombined,1\n,1\nmedication,1\ncombined,1\n")
    let arms = try table.requireColumn("arm").asCategories()
    #expect(arms.levels == ["combined", "medication", "therapy"])
    #expect(arms.codes == [2, 0, -1, 1, 0])
    #expect(arms.levelCounts() == [2, 1, 1])
    // Unicode scalars, not UTF-16 units: U+FF5E comes before U+1F600.
    #expect(CategoryValues(strings: ["\u{1F600}", "\u{FF5E}"]).levels == ["\u{FF5E}", "\u{1F600}"])
  }

  @Test("Canonically equivalent spellings are one level, spelt as first met")
  func canonicalEquivalence() throws {
    let table = try read("x\ncafe\u{301}\ncaf\u{E9}\nb\n")
    let values = try table.requireColumn("x").asCategories()
    #expect(values.levels.map { $0.unicodeScalars.count } == [1, 5])
    #expect(values.codes == [1, 1, 0])
    #expect(values == CategoryValues(strings: ["cafe\u{301}", "caf\u{E9}", "b"]))
    #expect(failure(Array("e\u{301},\u{E9}\n1,2\n".utf8))?.code == .duplicateColumn)
  }

  @Test("Many levels keep their cells")
  func manyLevels() throws {
    let cells = (0..<5000).map { "p\(($0 * 7919) % 3001)" }
    let table = try read("x\n" + cells.joined(separator: "\n"))
    #expect(try texts(table, "x") == cells)
    #expect(try table.requireColumn("x").asCategories().levels.count == 3001)
  }

  @Test("A numeric column's values as categories")
  func numericAsCategories() {
    let values = Column.numeric("week", [10, 2, .nan, 0.1, 2, -0.0, 0, 1e15, 1e21]).asCategories()
    #expect(values.levels == ["0", "0.1", "2", "10", "1000000000000000.0", "1e+21"])
    #expect(values.codes == [3, 2, -1, 1, 2, 0, 0, 4, 5])
  }
}
