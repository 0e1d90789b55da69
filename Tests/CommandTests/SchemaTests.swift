import CohortTables
import Foundation
import TandemCLI
import TestSupport
import Testing

/// Schemas as YAML.
@Suite("Laws: schemas as YAML")
struct SchemaTextTests {
  private static let texts = [
    "a", "null", "~", "", "yes", "No", "on", "1", "-99", ".", ".inf", "1e3", "0x1F", "0o7", "1:30", "1_000",
    " a ", "a: b",
    "#x", "a #b", "- a", "? x", "%a", "@", "`", "{a}", "[", "]", ",", "!t", "&a", "*a", "'", "\"", "\\",
    "2024-01-01", "=",
    "<<", "|", ">", "é", "日本", "two\nlines", "tab\t", "---", "...", "NA", "true",
  ]

  @Test("a schema that is written reads back as the same schema")
  func roundTrip() throws {
    for (index, text) in Self.texts.enumerated() {
      let other = Self.texts[(index + 1) % Self.texts.count]
      let schema = TableSchema(
        columns: [
          TableSchema.ColumnRule(
            text, .category, levels: [other, text], unit: text, missingCodes: [text, other]),
          TableSchema.ColumnRule(
            other, .number, limits: .numbers(from: -Double(index) / 3, to: nil), allowsMissing: index % 2 == 0
          ),
        ], key: index % 3 == 0 ? [text] : [], missingCodes: index % 2 == 0 ? [text] : nil,
        allowsExtraColumns: index % 2 == 1)
      let yaml = try SchemaText.yaml(schema, comment: "one\ntwo")
      #expect(yaml.hasPrefix("# one\n# two\nschema: tandem.schema/1\n"))
      #expect(try SchemaText.parse(yaml, file: "s.yaml") == schema, "\(text)\n\(yaml)")
    }
  }

  @Test("limits of every kind and size read back exactly")
  func limits() throws {
    let day = CalendarDay(year: 1980, month: 2, day: 29)
    let all: [(TableSchema.ColumnKind, TableSchema.Limits?)] = [
      (.integer, .numbers(from: 0, to: 27)), (.number, .numbers(from: nil, to: 0.1)),
      (.number, .numbers(from: -1e300, to: 2.2250738585072014e-308)),
      (.number, .numbers(from: 1e15, to: 1e22)),
      (.date, .dates(from: day, to: nil)), (.date, .dates(from: nil, to: day)), (.date, nil),
      (.identifier, nil),
    ]
    let schema = TableSchema(
      columns: all.enumerated().map { TableSchema.ColumnRule("c\($0)", $1.0, limits: $1.1) }, missingCodes: []
    )
    #expect(try SchemaText.parse(SchemaText.yaml(schema), file: "s.yaml") == schema)
  }

  @Test("schemas inferred from the project's cohorts read back as they were")
  func cohorts() throws {
    for file in ["Data/btheb/visits.csv", "Data/demo/visits.csv", "Data/help/episodes.csv"] {
      let schema = TableSchema.inferred(from: try Table(csv: ProjectFiles.path(file)))
      #expect(try SchemaText.parse(SchemaText.yaml(schema), file: "s.yaml") == schema, "\(file)")
    }
  }

  @Test("the schema in the README is one")
  func readme() throws {
    let readme = try String(contentsOfFile: ProjectFiles.path("README.md"), encoding: .utf8)
    let block = try #require(
      readme.components(separatedBy: "```yaml\nschema:").last?.components(separatedBy: "```").first)
    let schema = try SchemaText.parse("schema:" + block, file: "README.md")
    #expect(schema.columns.map(\.kind) == [.identifier, .date, .category, .integer, .number])
    #expect(schema.key == ["subject_id", "visit_date"] && schema.missingCodes == ["NA", "-99"])
    #expect(schema.rule(for: "phq9")?.missingCodes == ["-99", "-98"])
  }

  @Test(
    "what is wrong in a schema is named with line and column",
    arguments: [
      ("", "s.yaml:1: the schema is empty"), ("columns: [", "s.yaml:2:1: not YAML: "),
      (
        "schema: tandem.schema/2\ncolumns: []\n",
        "s.yaml:1:9: schema: 'tandem.schema/2' is not known; expected tandem.schema/1"
      ),
      ("key: [a]\n", "s.yaml:1:1: schema: 'columns' is missing"),
      ("columns: []\n", "s.yaml:1:10: schema.columns: there is no column"),
      ("columns:\n- type: number\n", "s.yaml:2:3: schema.columns[1]: 'name' is missing"),
      (
        "columns:\n- name: a\n",
        "s.yaml:2:3: schema.columns[1]: 'type' of column 'a' is missing: number, integer, category, date, identifier"
      ),
      (
        "columns:\n- {name: a, type: text}\n",
        "s.yaml:2:19: schema.columns[1].type: 'text' is not one of number, integer, category, date, identifier"
      ),
      (
        "columns:\n- {name: a, type: number, levels: [x]}\n",
        "s.yaml:2:35: schema.columns[1].levels: only a category has levels"
      ),
      (
        "columns:\n- {name: a, type: category, min: 1}\n",
        "s.yaml:2:34: schema.columns[1].min: only numbers, integers and dates have limits"
      ),
      (
        "columns:\n- {name: a, type: number, min: 3, max: 1}\n",
        "s.yaml:2:32: schema.columns[1]: min is above max"
      ),
      (
        "columns:\n- {name: a, type: number, min: low}\n",
        "s.yaml:2:32: schema.columns[1].min: 'low' is not a number"
      ),
      (
        "columns:\n- {name: a, type: date, max: 31/12/2024}\n",
        "s.yaml:2:30: schema.columns[1].max: '31/12/2024' is not a date such as 2024-03-31"
      ),
      (
        "columns:\n- {name: a, type: category, levels: [x, x]}\n",
        "s.yaml:2:37: schema.columns[1].levels: a level stands twice"
      ),
      (
        "columns:\n- {name: a, type: number}\n- {name: a, type: date}\n",
        "s.yaml:3:3: schema.columns[2]: column 'a' is declared twice"
      ),
      (
        "key: [b]\ncolumns:\n- {name: a, type: number}\n",
        "s.yaml:1:7: schema.key[1]: 'b' is not a declared column"
      ),
      (
        "colums: 1\n",
        "s.yaml:1:1: schema: unknown key 'colums'; known are schema, missing, key, extra_columns, columns"
      ),
      (
        "columns:\n- {name: a, type: number, range: 1}\n",
        "s.yaml:2:27: schema.columns[1]: unknown key 'range'; known are name, type, levels, min, "
      ),
    ])
  func refused(_ yaml: String, _ message: String) throws {
    do {
      _ = try SchemaText.parse(yaml, file: "s.yaml")
      Issue.record("taken: \(yaml)")
    } catch {
      #expect("\(error)".hasPrefix(message), "\(error)")
    }
  }
}

/// Schemas on the command line and in plans.
@Suite("Commands with schemas")
struct SchemaCommandTests {
  private static let schema = """
    key: [subject_id, week]
    columns:
    - {name: subject_id, type: identifier, missing_allowed: false}
    - {name: modality, type: category, levels: [combined, therapy]}
    - {name: week, type: integer, min: 0}
    - {name: phq9, type: integer, min: 0, max: 27, missing: ['-99']}

    """
  private static let visits =
    "subject_id,modality,week,phq9\n1,combined,0,20\n1,combined,4,12\n1,combined,8,-99\n2,therapy,0,18\n2,therapy,4,17\n2,therapy,8,11\n"

  private func scratch(_ visits: String = visits) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(Self.schema, to: "schema.yaml")
    try scratch.write(visits, to: "visits.csv")
    return scratch
  }

  @Test("a file as declared is analysed, with the schema's missing codes")
  func accepted() throws {
    let outcome = try scratch().run(["trends", "visits.csv", "--schema", "schema.yaml", "--format", "json"])
    #expect(outcome.code == 0)
    #expect(outcome.errorLines.contains("visits.csv: as the schema schema.yaml declares"))
    let excluded = outcome.json?["rows"]?["excluded"]?.list
    #expect(excluded?.map { $0["reason"]?.text } == ["missing phq9"])
  }

  @Test(
    "every command refuses what differs, with its line and exit code 3",
    arguments: [
      ["trends", "visits.csv"], ["compare", "visits.csv", "--horizons", "4,8"],
      ["fit", "phq9 ~ week", "visits.csv"],
      ["relapse", "visits.csv", "--time", "week", "--event", "phq9"],
    ])
  func refused(_ command: [String]) throws {
    let scratch = try scratch(Self.visits + "3,Therapy,0,9\n")
    let outcome = try scratch.run(command + ["--schema", "schema.yaml"])
    #expect(outcome.code == 3)
    #expect(
      outcome.error
        == "error: visits.csv:8: column 'modality': 'Therapy' is not a declared level (did you mean 'therapy'?); expected one of "
        + "'combined', 'therapy'\n")
  }

  @Test("a schema that cannot be read is wrong usage")
  func usage() throws {
    let scratch = try scratch()
    try scratch.write("columns:\n- {name: a}\n", to: "bad.yaml")
    let bad = try scratch.run(["trends", "visits.csv", "--schema", "bad.yaml"])
    #expect(bad.code == 2 && bad.error.hasPrefix("error: bad.yaml:2:3: schema.columns[1]: 'type'"))
    #expect(try scratch.run(["trends", "visits.csv", "--schema", "none.yaml"]).code == 2)
    let both = try scratch.run(["trends", "visits.csv", "--schema", "schema.yaml", "--missing", "NA"])
    #expect(
      both.code == 2 && both.error.contains("--missing and --schema: the schema says which codes are missing")
    )
  }

  @Test("a plan names a schema beside a file")
  func plan() throws {
    let scratch = try scratch(Self.visits + "2,therapy,8,3\n")
    try scratch.write(
      "cohorts:\n- name: a\n  visits: {file: ../visits.csv, schema: ../schema.yaml, trends: {}}\n",
      to: "plans/plan.yaml")
    let outcome = try scratch.run(["run", "plans/plan.yaml", "-o", "results"])
    #expect(outcome.code == 3)
    #expect(
      outcome.error.contains(
        "visits.csv:8: column 'subject_id,week': subject_id 2, week 8 stands on line 7 already"))
    try scratch.write(Self.visits, to: "visits.csv")
    #expect(try scratch.run(["run", "plans/plan.yaml", "-o", "results"]).code == 0)
    try scratch.write(
      "cohorts:\n- name: a\n  visits: {file: v.csv, schema: ../schema.yaml, missing: [NA], trends: {}}\n",
      to: "plans/plan.yaml")
    let both = try scratch.run(["run", "plans/plan.yaml", "-o", "results2"])
    #expect(both.code == 2 && both.error.contains("the schema says which codes are missing"))
  }
}
