import CohortTables
import Testing

/// A schema with one rule of each kind.
private let visitSchema = TableSchema(
  columns: [
    TableSchema.ColumnRule("id", .identifier, allowsMissing: false),
    TableSchema.ColumnRule("week", .integer, limits: .numbers(from: 0, to: nil), unit: "weeks"),
    TableSchema.ColumnRule(
      "phq9", .integer, limits: .numbers(from: 0, to: 27), unit: "points", missingCodes: ["-99"]),
    TableSchema.ColumnRule("arm", .category, levels: ["combined", "medication"]),
    TableSchema.ColumnRule(
      "date", .date,
      limits: .dates(
        from: CalendarDay(year: 2020, month: 1, day: 1), to: CalendarDay(year: 2024, month: 12, day: 31))),
    TableSchema.ColumnRule("dose", .number, limits: .numbers(from: nil, to: 60.5)),
  ], key: ["id", "week"])

private let header = "id,week,phq9,arm,date,dose\n"

extension TemporaryFolder {
  /// Writes text to a file and gives its path.
  func write(_ text: String, to name: String) throws -> String {
    try AtomicFile.write(Array(text.utf8), to: path(name))
    return path(name)
  }
}

/// Writes text to a file, reads it by the schema, and gives the error.
private func refusal(_ text: String, _ schema: TableSchema = visitSchema, options: CSVOptions = CSVOptions())
  throws
  -> TableError?
{
  let folder = try TemporaryFolder()
  let path = try folder.write(text, to: "t.csv")
  return failure { _ = try Table(csv: path, schema: .declared(schema), options: options) }
}

/// One violation of each kind.
@Suite("ByHand: schema")
struct SchemaByHandTests {
  @Test("a file as declared is read: types, own missing codes")
  func accepted() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      header + "007,0,20,combined,2024-03-31,20\n007,4,-99,combined,,NA\n12,0,,,2020-01-01T09:00,60.5\n",
      to: "t.csv")
    let table = try Table(csv: path, schema: .declared(visitSchema))
    #expect(try texts(table, "id") == ["007", "007", "12"])
    let scores = try table.requireColumn("phq9").numericValues()
    #expect(scores[0] == 20 && scores[1].isNaN && scores[2].isNaN)
    #expect(try table.requireColumn("dose").isMissing(row: 1))
    #expect(
      table.columnNames == ["id", "week", "phq9", "arm", "date", "dose"] && table.lineNumber(ofRow: 2) == 4)
  }

  @Test(
    "each kind of violation is thrown with its place",
    arguments: [
      (
        "1,0,20,combined,2024-01-01,1\n,4,20,combined,,1\n", 3,
        "'id': the value is missing; expected a value in every row, as the schema says"
      ),
      (
        "1,,20,combined,,1\n", 2,
        "'week': the value is missing; expected a value in every row, as the schema says"
      ),
      (
        "1,0,20,combined,,1\n1,1.5,20,combined,,1\n", 3,
        "'week': '1.5' is not a whole number; expected a whole number, as the schema says"
      ),
      (
        "1,-1,20,combined,,1\n", 2,
        "'week': '-1' is out of range; expected a whole number of at least 0 (weeks)"
      ),
      (
        "1,0,28,combined,,1\n", 2,
        "'phq9': '28' is out of range; expected a whole number from 0 to 27 (points)"
      ),
      (
        "1,0,twenty,combined,,1\n", 2, "'phq9': 'twenty' is not a number; expected a number or a missing code"
      ),
      ("1,zero,2,combined,,1\n", 2, "'week': 'zero' is not a number; expected a number or a missing code"),
      (
        "1,0,2,Combined,,1\n", 2,
        "'arm': 'Combined' is not a declared level (did you mean 'combined'?); expected one of 'combined', 'medication'"
      ),
      (
        "1,0,2,combined ,,1\n", 2,
        "'arm': 'combined ' is not a declared level (there are spaces around it); expected one of 'combined', 'medication'"
      ),
      (
        "1,0,2,,31/12/2024,1\n", 2,
        "'date': '31/12/2024' is not an ISO date; expected year-month-day: 2024-12-31"
      ),
      (
        "1,0,2,,2019-12-31,1\n", 2,
        "'date': '2019-12-31' is out of range; expected a date from 2020-01-01 to 2024-12-31"
      ),
      ("1,0,2,,,60.6\n", 2, "'dose': '60.6' is out of range; expected a number of at most 60.5"),
      (
        "1,0,2,,2024-01-01T10:00Z,\n1,1,2,,2024-01-01T10:00,\n", 3,
        "'date': '2024-01-01T10:00' has no offset, but line 2 has one; expected date-times that all have an offset from UTC, or all have none"
      ),
      (
        "1,0,2,,,\n2,0,2,,,\n1,0,3,,,\n", 4,
        "'id,week': id 1, week 0 stands on line 2 already; expected values that no other row has together"
      ),
    ])
  func violations(_ rows: String, _ line: Int, _ message: String) throws {
    let error = try #require(try refusal(header + rows))
    #expect(error.line == line)
    #expect(error.description.hasSuffix("t.csv:\(line): column \(message)"))
  }

  @Test("the first violation in file order is thrown, whatever its kind and however it is found")
  func order() throws {
    // The reader would stop at the text on line 4; the score on line 3 is out of range before it.
    let error = try refusal(header + "1,0,20,combined,,1\n1,1,99,combined,,1\n1,2,20,combined,,much\n")
    #expect(error?.line == 3 && error?.column == "phq9")
    let sameLine = try refusal(header + "1,0,28,none,,99\n")
    #expect(sameLine?.column == "phq9", "from left to right within a line")
    let keyLast = try refusal(header + "1,0,20,combined,,1\n1,0,28,combined,,1\n")
    #expect(keyLast?.column == "phq9")
  }

  @Test("columns that are missing or not declared are refused before any row")
  func headers() throws {
    let missing = try refusal("id,week,phq9,Arm,date,dose\n1,0,99,combined,,1\n")
    #expect(missing?.code == .missingColumn && missing?.line == 1 && missing?.column == "arm")
    #expect(
      missing?.description.contains("the schema declares this column, but there is no such column") == true)
    let extra = try refusal(
      "id,week,phq9,arm,date,dose,name\n1,0,99,combined,,1,Ann\n")
    #expect(
      extra?.description.hasSuffix(
        "t.csv:1: column 'name': the schema does not declare this column; expected only declared columns, or a schema that allows extra ones"
      ) == true)
    var open = visitSchema
    open.allowsExtraColumns = true
    #expect(try refusal("id,week,phq9,arm,date,dose,name\n1,0,9,combined,,1,Ann\n", open) == nil)
  }

  @Test("a column's own missing codes stand in place of the file's")
  func missingCodes() throws {
    var options = CSVOptions()
    options = visitSchema.options(from: options)
    #expect(options.missingCodesByColumn == ["phq9": ["-99"]])
    #expect(options.columnTypes["id"] == .category && options.columnTypes["week"] == .numeric)
    let codes = TableSchema(
      columns: [
        TableSchema.ColumnRule("site", .category, levels: ["a", "b"], missingCodes: ["unknown", "?"]),
        TableSchema.ColumnRule("x", .number, missingCodes: ["refused", "-1"]),
        TableSchema.ColumnRule("y", .number),
      ], missingCodes: ["none"])
    let folder = try TemporaryFolder()
    let path = try folder.write("site,x,y\na,refused,-1\n?,2.5,none\n unknown,-1,3\nb,,4\n", to: "t.csv")
    let table = try Table(csv: path, schema: .declared(codes))
    #expect(try texts(table, "site") == ["a", nil, nil, "b"])
    #expect(try texts(table, "x") == [nil, "2.5", nil, nil])
    #expect(try texts(table, "y") == ["-1", nil, "3", "4"])
  }

  @Test("all violations are counted by kind and column, in the order of their first rows")
  func counts() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "id,week,phq9,arm,date,more\n1,0,20,x,2024-01-01,\n1,1,28,combined,,\n1,1,many,y,1.1.24,\n,2,31,combined,,\n1,1,3,x,,\n",
      to: "t.csv")
    let table = try Table(csv: path, violating: visitSchema)
    let found = visitSchema.violations(in: table)
    #expect(
      found.map { "\($0.kind.rawValue) \($0.column) \($0.count) \($0.rows)" } == [
        "missing_column dose 1 []", "undeclared_column more 1 []", "unknown_level arm 3 [0, 2, 4]",
        "out_of_range phq9 2 [1, 3]", "not_a_number phq9 1 [2]", "not_a_date date 1 [2]",
        "duplicate_key id,week 2 [2, 4]",
        "missing_value id 1 [3]",
      ])
    #expect(
      found[5].error.description.hasSuffix(
        "t.csv:4: column 'date': '1.1.24' is not an ISO date; expected year-month-day with a year "
          + "of four digits, such as 2024-03-31"))
  }

  @Test("the schema that is inferred from a small file")
  func inferred() throws {
    let table = try read(
      "subject_id,visit_date,phq9,dose,arm,nhs,empty\n1,2024-01-01,20,0.5,a,0123,\n1,2024-02-01,,1,b,0124,\n2,2024-01-01,7,NA,a,0125,\n"
    )
    let day = { CalendarDay(year: 2024, month: $0, day: 1) }
    #expect(
      TableSchema.inferred(from: table)
        == TableSchema(
          columns: [
            TableSchema.ColumnRule("subject_id", .identifier, allowsMissing: false),
            TableSchema.ColumnRule(
              "visit_date", .date, limits: .dates(from: day(1), to: day(2)), allowsMissing: false),
            TableSchema.ColumnRule("phq9", .integer, limits: .numbers(from: 7, to: 20)),
            TableSchema.ColumnRule("dose", .number, limits: .numbers(from: 0.5, to: 1)),
            TableSchema.ColumnRule("arm", .category, levels: ["a", "b"], allowsMissing: false),
            TableSchema.ColumnRule("nhs", .identifier, allowsMissing: false),
            TableSchema.ColumnRule("empty", .number),
          ], key: ["subject_id", "visit_date"]))
  }

  @Test("what a few slips kept from being numbers or dates is noted with its line")
  func notes() throws {
    let scores = (0..<30).map { $0 == 17 ? "x," : "\($0 % 10)," }
    let rows = scores.enumerated().map { $1 + ($0 == 20 ? "1/2/2024" : "2024-01-01") }
    let notes = TableSchema.notes(onInferring: try read("phq9,date\n" + rows.joined(separator: "\n") + "\n"))
    #expect(
      notes.first
        == "t.csv:19: column 'phq9': 'x' keeps the column from being numbers (29 of 30 values are numbers)")
    #expect(
      notes.count == 2
        && notes.last?.hasPrefix("t.csv:22: column 'date': '1/2/2024' is not an ISO date") == true)
  }

  @Test("types found from the file are the other choice")
  func choice() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a,b\n1,x\n", to: "t.csv")
    let table = try Table(csv: path, schema: .inferred)
    #expect(try table.requireColumn("a").isNumeric && !table.requireColumn("b").isNumeric)
  }
}
