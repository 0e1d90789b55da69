import CohortTables
import Reporting
import Testing

/// Cells, tables and JSON values written out.
@Suite("ByHand: formats")
struct FormatTests {
  static func text(_ value: JSONValue) throws -> String { String(decoding: try value.bytes(), as: UTF8.self) }

  @Test("a member that is nil is absent, one that is null is there")
  func nullAndAbsent() throws {
    let value = JSONValue.members(["none": nil, "empty": .null, "zero": .integer(0)])
    #expect(value == .object(["empty": .null, "zero": .integer(0)]))
    #expect(try Self.text(value) == "{\n  \"empty\" : null,\n  \"zero\" : 0\n}\n")
  }

  @Test("what is not finite or not there is null")
  func notFinite() {
    #expect(JSONValue.optional(Double.nan) == .null)
    #expect(JSONValue.optional(Double.infinity) == .null)
    #expect(JSONValue.optional(-Double.infinity) == .null)
    #expect(JSONValue.optional(nil as Double?) == .null && JSONValue.optional(nil as String?) == .null)
    #expect(JSONValue.optional(nil as Int?) == .null && JSONValue.optional(nil as Bool?) == .null)
    #expect(JSONValue.optional(false) == .bool(false))
  }

  @Test(
    "numbers are written so that they read back as the same double",
    arguments: [
      0.1, 1.0 / 3, 1e-300, .leastNonzeroMagnitude, 1.7976931348623157e308, 123456.789, -2.5e-7,
      0.30000000000000004, 1e15, 1e22,
    ])
  func roundTrip(_ number: Double) throws {
    let text = try Self.text(.optional(number)).dropLast()
    #expect(Double(text) == number)
    #expect(text.count <= number.description.count, "\(text) is as short as \(number)")
  }

  @Test("whole numbers are written whole")
  func integers() throws {
    #expect(try Self.text(.optional(12.0)) == "12\n")
    #expect(try Self.text(.optional(-0.0)) == "0\n")
    #expect(try Self.text(.optional(999_999_999_999_999.0)) == "999999999999999\n")
    #expect(try Self.text(.integer(.max)) == "9223372036854775807\n")
  }

  @Test("keys are sorted and text is escaped as JSON asks")
  func sortedKeys() throws {
    let value = JSONValue.object([
      "b": .string("a/\"b\"\n\u{1}"), "B": .bool(true), "a": .array([.null, .number(0.5)]),
    ])
    #expect(
      try Self.text(value)
        == "{\n  \"B\" : true,\n  \"a\" : [\n    null,\n    0.5\n  ],\n  \"b\" : \"a/\\\"b\\\"\\n\\u0001\"\n}\n"
    )
    #expect(try value.bytes() == value.bytes())
  }

  @Test(
    "numbers are read with four digits and at most six decimals",
    arguments: [
      (0, "0"), (-0.0, "0"), (12, "12"), (-3, "-3"), (0.0004, "0.000400"), (0.00049999, "0.000500"),
      (1e-5, "1.000e-05"),
      (999_999.5, "1000000"), (-0.04, "-0.04000"), (1_234_567, "1234567"), (12_345_678, "1.235e+07"),
      (999_999, "999999"),
      (3.14159, "3.142"), (-27.456, "-27.46"), (123.456, "123.5"), (1234.56, "1235"), (0.001, "0.001000"),
      (0.0999949, "0.09999"), (.nan, ""), (.infinity, ""),
    ])
  func numbers(_ value: Double, _ text: String) {
    #expect(CellText.number(value) == text)
  }

  @Test(
    "p values have three decimals and a floor",
    arguments: [
      (0.000999999999, "<0.001"), (0.001, "0.001"), (0.0014999, "0.001"), (0.05, "0.050"), (1, "1.000"),
      (0, "<0.001"),
      (1e-300, "<0.001"), (.nan, ""),
    ])
  func pValues(_ value: Double, _ text: String) {
    #expect(CellText.pValue(value) == text)
    #expect(CellText.text(.number(value), column: "p_value") == text)
    #expect(CellText.text(.number(value), column: "p_holm") == text)
  }

  @Test("cells are text, whole numbers, numbers or nothing")
  func cells() {
    #expect(CellText.text(.text("P1"), column: "p_1") == "P1")
    #expect(CellText.text(.text("two\nlines\r\nand three"), column: "arm") == "two lines and three")
    #expect(CellText.text(.integer(1_234_567_890), column: "n") == "1234567890")
    #expect(CellText.text(.missing, column: "p_value") == "")
    #expect(CellText.percent(0.1234) == "12%" && CellText.percent(0.125, decimals: 1) == "12.5%")
    #expect(CellText.fixed(-0.5, 2) == "-0.50")
  }

  static let table = TidyTable(
    name: "t", title: "A table", columns: ["arm", "n", "p_value", "flag", "none"],
    rows: [
      [.text("therapy | group"), .integer(12), .number(0.00001), .text("yes"), .missing],
      [.text("both, \"twice\""), .integer(7), .missing, .missing, .missing],
    ])

  @Test("text stands to the left, numbers to the right, nothing trails")
  func alignment() {
    #expect(
      Self.table.text
        == """
        arm               n  p_value  flag  none
        therapy | group  12   <0.001  yes
        both, "twice"     7

        """)
    #expect(TidyTable(name: "e", title: "", columns: ["a", "b"]).text == "a  b\n")
  }

  @Test("Markdown escapes its delimiter")
  func markdown() {
    #expect(
      Self.table.markdown
        == """
        | arm | n | p_value | flag | none |
        |---|---|---|---|---|
        | therapy \\| group | 12 | <0.001 | yes |  |
        | both, "twice" | 7 |  |  |  |

        """)
  }

  @Test("CSV has full precision and quotes what needs it")
  func csv() throws {
    #expect(
      String(decoding: Self.table.csv, as: UTF8.self)
        == "arm,n,p_value,flag,none\ntherapy | group,12,1e-05,yes,\n\"both, \"\"twice\"\"\",7,,,\n")
    let third = TidyTable(name: "x", title: "", columns: ["x"], rows: [[.number(1.0 / 3)], [.number(.nan)]])
    let read = try Table(csvBytes: third.csv + Array("1\n".utf8), name: "x")
    #expect(try read.requireColumn("x").numericValues().first == 1.0 / 3)
  }

  @Test("JSON rows have the columns as keys and null for what is missing")
  func json() {
    #expect(
      Self.table.json
        == .array([
          .object([
            "arm": .string("therapy | group"), "n": .integer(12), "p_value": .number(0.00001),
            "flag": .string("yes"),
            "none": .null,
          ]),
          .object([
            "arm": .string("both, \"twice\""), "n": .integer(7), "p_value": .null, "flag": .null,
            "none": .null,
          ]),
        ]))
  }

  @Test("columns put in front are the same in every row")
  func prefixed() {
    let table = Self.table.prefixed([("month", .integer(2))])
    #expect(
      table.columns.first == "month" && table.rows.allSatisfy { $0.first == .integer(2) && $0.count == 6 })
    #expect(table.name == "t" && table.title == "A table")
  }
}
