import CohortTables
import Foundation
import Testing

@Suite("Identities: rows as lines of text")
struct RowLinesTests {
  /// The text of a number as a CSV file holds it.
  static func written(_ values: [Double]) -> [String] {
    let lines = CSVWriter.lines([.numeric("x", values)])
    return String(decoding: lines, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
  }

  @Test("numbers are written as the standard library writes them, but for the point of whole numbers")
  func numbers() {
    var values: [Double] = [
      0, -0.0, 1, -1, 0.1, 1e-4, 9.999e-5, 1e14, 999_999_999_999_999, 1e15, 1e15 + 0.5, 0x1p53, 0x1p54,
      0x1p54 + 4, 1e16,
      1e17, 1e22, 1e23, 5e-324, .leastNormalMagnitude, .greatestFiniteMagnitude, 123_456.789, 1e-5, 2.5e-10,
      100.25,
    ]
    var random = SeededGenerator(seed: 11)
    for _ in 0..<100_000 {
      let bits = Double(bitPattern: random.next())
      if bits.isFinite { values.append(bits) }
      let scale = pow(10, Double(Int(random.next() % 40)) - 20)
      values.append((Double(random.next() % 2_000_001) - 1_000_000) * scale)
      values.append(Double(random.next() >> 11) * 0x1p-53 * scale)
    }
    let texts = Self.written(values)
    #expect(texts.count == values.count)
    let differing = zip(values, texts).filter { $1 != NumberText.shortest($0) }
    #expect(differing.isEmpty, "\(differing.prefix(5))")
  }

  static let columns: [Column] = [
    .category("id", ["P1", "P,2", nil, "say \"hi\"", "two\nlines", " padded", "P1"]),
    .numeric("slope", [0.1, -3, .nan, .infinity, 1e300, 5, 1e-7]),
    .category("arm", ["talk", nil, "talk", "pills", "talk", "talk", "pills"]),
  ]

  @Test("rows of columns are the rows of their cells")
  func csv() {
    var writer = CSVWriter(header: ["id", "slope", "arm"])
    for row in 0..<7 {
      writer.append(
        Self.columns.map { column in
          switch column.values {
          case .numeric(let numbers): .number(numbers[row])
          case .category(let categories): .optional(categories.text(row: row))
          }
        })
    }
    var columns = CSVWriter(header: ["id", "slope", "arm"])
    columns.append(Self.columns)
    #expect(columns.text == writer.text)
    #expect(writer.text.hasPrefix("id,slope,arm\nP1,0.1,talk\n\"P,2\",-3,\n"))
  }

  @Test("an object a line, as a reader of JSON understands it")
  func json() throws {
    let lines = String(decoding: JSONLines.lines(Self.columns), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 7)
    #expect(lines[0] == "{\"id\":\"P1\",\"slope\":0.1,\"arm\":\"talk\"}")
    #expect(lines[2] == "{\"id\":null,\"slope\":null,\"arm\":\"talk\"}")
    struct Row: Decodable {
      let id: String?
      let slope: Double?
      let arm: String?
    }
    let rows = try lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    #expect(rows.map(\.id) == ["P1", "P,2", nil, "say \"hi\"", "two\nlines", " padded", "P1"])
    #expect(rows.map(\.slope) == [0.1, -3, nil, nil, 1e300, 5, 1e-7])
    #expect(rows.map(\.arm) == ["talk", nil, "talk", "pills", "talk", "talk", "pills"])
    let cells = JSONLines.line(["id", "n"], [.text("tab\t\u{1}"), .integer(3)])
    #expect(String(decoding: cells, as: UTF8.self) == "{\"id\":\"tab\\u0009\\u0001\",\"n\":3}\n")
  }

  @Test("no rows give no lines")
  func empty() {
    #expect(CSVWriter.lines([.numeric("x", [])]).isEmpty)
    #expect(JSONLines.lines([.category("x", [])]).isEmpty)
  }
}
