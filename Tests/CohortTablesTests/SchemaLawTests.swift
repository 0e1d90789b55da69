import CohortTables
import TestSupport
import Testing

/// What holds for any file and any schema.
@Suite("Laws: schema")
struct SchemaLawTests {
  @Test(
    "a file fulfils the schema inferred from it, and reads by it as it did",
    arguments: [
      "Data/btheb/visits.csv", "Data/demo/visits.csv", "Data/demo/episodes.csv", "Data/help/episodes.csv",
      "Data/ptsd_fdd/visits.csv",
    ])
  func inferredAccepts(_ file: String) throws {
    let path = ProjectFiles.path(file)
    let table = try Table(csv: path)
    let schema = TableSchema.inferred(from: table)
    #expect(schema.violations(in: table).isEmpty)
    let again = try Table(csv: path, schema: .declared(schema))
    #expect(again.columnNames == table.columnNames && again.rowCount == table.rowCount)
    for name in table.columnNames { #expect(try texts(again, name) == texts(table, name), "\(name)") }
  }

  @Test("so do files of random cells")
  func randomFiles() throws {
    var generator = SeededGenerator(seed: 3)
    let cells = [
      "1", "2.5", "-3", "007", "1234567890123456", "NA", "", " a", "b", "\"c,\"", "2024-01-01",
      "2024-02-01T10:00",
      "2024-02-01T10:00Z", "1/2/2024", "x", "\" \"", "-0", "1e3", "20240101",
    ]
    let folder = try TemporaryFolder()
    for _ in 0..<300 {
      // Few kinds of cells in a column, so that columns of every type come up.
      let columns = (0..<Int.random(in: 1...4, using: &generator)).map { index in
        (
          ["id", "week", "a", "b"][index],
          (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            cells.randomElement(using: &generator) ?? ""
          }
        )
      }
      var text = columns.map(\.0).joined(separator: ",") + "\n"
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        text += columns.map { $0.1.randomElement(using: &generator) ?? "" }.joined(separator: ",") + "\n"
      }
      let path = try folder.write(text, to: "t.csv")
      let table = try Table(csv: path)
      let schema = TableSchema.inferred(from: table)
      #expect(schema.violations(in: table).isEmpty, "\(text)")
      let again = try Table(csv: path, schema: .declared(schema))
      #expect(schema.violations(in: again).isEmpty, "\(text)")
      #expect(again.rowCount == table.rowCount && again.columnNames == table.columnNames)
    }
  }

  @Test("checking throws the first of all violations, and throws nothing where there is none")
  func firstOfAll() throws {
    let table = try Table(csv: ProjectFiles.path("Data/btheb/visits.csv"))
    var schema = TableSchema.inferred(from: table)
    try schema.check(table)
    for index in schema.columns.indices {
      var narrow = schema
      if case .numbers(let from?, let to?) = narrow.columns[index].limits {
        narrow.columns[index].limits = .numbers(from: from + 0.5, to: to - 0.5)
      }
      narrow.columns[index].levels = narrow.columns[index].levels.map { Array($0.dropFirst()) }
      let all = narrow.violations(in: table)
      #expect(failure { try narrow.check(table) } == all.first?.error)
    }
    schema.key = ["subject_id"]
    #expect(failure { try schema.check(table) }?.code == .duplicateKey)
  }

  @Test("a narrower range is violated by the rows that a loop over the values finds")
  func countsByLoop() throws {
    let table = try Table(csv: ProjectFiles.path("Data/btheb/visits.csv"))
    let values = try table.requireColumn("bdi").numericValues()
    for limit in stride(from: 0.0, through: 40, by: 7) {
      let schema = TableSchema(
        columns: [
          TableSchema.ColumnRule("bdi", .number, limits: .numbers(from: limit, to: nil), allowsMissing: false)
        ],
        allowsExtraColumns: true)
      let counts = Dictionary(uniqueKeysWithValues: schema.violations(in: table).map { ($0.kind, $0.count) })
      #expect(counts[.outOfRange] ?? 0 == values.count { $0 < limit })
      #expect(counts[.missingValue] ?? 0 == values.count { $0.isNaN })
    }
  }

  @Test("keys of any columns find the rows that a set of texts finds")
  func keysBySet() throws {
    var generator = SeededGenerator(seed: 11)
    for range in [3, 40, 100_000] {
      let a = (0..<500).map { _ in Double(Int.random(in: 0..<range, using: &generator)) }
      let b = (0..<500).map { _ in Double(Int.random(in: 0..<range, using: &generator)) / 4 * 1e6 }
      let c = (0..<500).map { _ -> String? in
        let level = Int.random(in: 0..<min(range, 50), using: &generator)
        return level == 0 ? nil : "v\(level)"
      }
      let table = try Table(columns: [.numeric("a", a), .numeric("b", b), .category("c", c)])
      for key in [["a"], ["b"], ["c"], ["a", "c"], ["a", "b"], ["c", "b", "a"]] {
        let rules = key.map { TableSchema.ColumnRule($0, $0 == "c" ? .category : .number) }
        let schema = TableSchema(columns: rules, key: key, allowsExtraColumns: true)
        var seen = Set<[String]>()
        var repeated: [Int] = []
        for row in 0..<500 {
          let texts = key.compactMap { table.column($0)?.text(row: row) }
          if texts.count == key.count, !seen.insert(texts).inserted { repeated.append(row) }
        }
        let found = schema.violations(in: table).first { $0.kind == .duplicateKey }
        #expect(found?.count ?? 0 == repeated.count && found?.rows ?? [] == Array(repeated.prefix(5)))
      }
    }
  }
}
