import CohortTables
import Testing

@Suite("Tables, by hand")
struct TableByHandTests {
  private func example() throws -> Table {
    try Table(
      columns: [
        .numeric("week", [0, 2, .nan, 8]), .category("arm", ["b", "a", nil, "b"]),
        .numeric("score", [9, 7, 5, 3]),
      ], name: "visits")
  }

  @Test("Columns by name")
  func columns() throws {
    let table = try example()
    #expect(table.columnNames == ["week", "arm", "score"])
    #expect(table.rowCount == 4)
    #expect(table.column("score")?.count == 4)
    #expect(table.column("none") == nil)
    #expect(table.column("week")?.missingCount == 1)
    #expect(table.column("arm")?.missingCount == 1)
    #expect(try texts(table, "week") == ["0", "2", nil, "8"])
  }

  @Test("Rows chosen, repeated and reordered; levels stay")
  func rows() throws {
    let table = try example().selecting(rows: [3, 0, 3])
    #expect(table.rowCount == 3)
    #expect(try table.requireColumn("score").numericValues() == [3, 9, 3])
    let arms = try table.requireColumn("arm").asCategories()
    #expect(arms.levels == ["a", "b"])
    #expect(arms.codes == [1, 1, 1])
    #expect(arms.droppingUnusedLevels() == CategoryValues(codes: [0, 0, 0], levels: ["b"]))
    #expect(try example().selecting(rows: []).rowCount == 0)
  }

  @Test("Columns added, removed, renamed, chosen")
  func changes() throws {
    let table = try example()
    let wider = try table.adding(.numeric("x", [1, 2, 3, 4]))
    #expect(wider.columnNames == ["week", "arm", "score", "x"])
    #expect(try wider.removing("arm").columnNames == ["week", "score", "x"])
    #expect(try wider.renaming("x", to: "z").requireColumn("z").numericValues() == [1, 2, 3, 4])
    #expect(try wider.selecting(columns: ["x", "week"]).columnNames == ["x", "week"])
    let none = try table.selecting(columns: [])
    #expect(none.rowCount == 4)
    #expect(none.columnNames.isEmpty)
  }

  @Test("Refusals name the table")
  func refusals() throws {
    let table = try example()
    #expect(
      failure { _ = try table.adding(.numeric("arm", [1, 2, 3, 4])) }?.description
        == "visits: column 'arm': there are two columns of this name; expected different names")
    #expect(
      failure { _ = try table.adding(.numeric("x", [1])) }?.description
        == "visits: column 'x': the column has 1 row; expected 4 rows")
    #expect(failure { _ = try table.renaming("week", to: "arm") }?.code == .duplicateColumn)
    #expect(failure { _ = try table.removing("none") }?.code == .missingColumn)
    #expect(
      failure { _ = try table.requireColumn("arm").numericValues() }?.description
        == "visits: column 'arm': 'a' is not a number; expected a numeric column")
    #expect(
      failure { _ = try Table(columns: [.numeric("x", [1]), .numeric("y", [])]) }?.code == .unequalLengths)
  }

  @Test("The error for a value that is not allowed")
  func invalidValue() throws {
    let table = try read("id,w\n1,2\n\n2,-1.50\n3,\n")
    #expect(
      table.invalidValue(row: 1, column: "w", expected: "a weight of at least 0").description
        == "t.csv:4: column 'w': '-1.5' is not allowed; expected a weight of at least 0")
    let missing = table.selecting(rows: [2]).invalidValue(row: 0, column: "w", expected: "a weight")
    #expect(
      missing.description == "t.csv:5: column 'w': a missing value is not allowed; expected a weight")
    #expect(missing.code == .invalidValue)
  }
}
