import CohortTables
import Testing

@Suite("Reading and writing, laws")
struct RoundTripLawTests {
  @Test("Random tables written and read are the same tables")
  func roundTrip() throws {
    let words = ["a", "b,c", "\"", "x\ny", " z", "é\u{FEFF}", "\u{FEFF}", "t\t", "\r", "NAs", "ü;"]
    var generator = SeededGenerator(seed: 3)
    for count in 0..<500 {
      let rows = Int.random(in: 1...20, using: &generator)
      let numbers = (0..<rows).map { _ -> Double in
        let value = Double(bitPattern: generator.next())
        return value.isFinite && Bool.random(using: &generator)
          ? value
          : [.nan, -0.0, 1, 1e15, 9_007_199_254_740_992, 0.1][Int.random(in: 0..<6, using: &generator)]
      }
      // The first cell is a word, so that the column cannot be all missing, which reads as numeric.
      let texts = (0..<rows).map { row -> String? in
        row == 0 || Bool.random(using: &generator) ? words.randomElement(using: &generator) : nil
      }
      let delimiter = CSVOptions.Delimiter.allCases[count % 3]
      let table = try Table(columns: [.category("\u{FEFF}t,\"", texts), .numeric("n", numbers)])
      let back = try Table(
        csvBytes: CSVWriter(table, delimiter: delimiter).bytes, name: "back",
        options: CSVOptions(delimiter: delimiter))
      #expect(back.columnNames == table.columnNames)
      let same = try back.requireColumn("n").numericValues().map(\.bitPattern)
      #expect(same == numbers.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern })
      #expect(back.columns[0].asCategories() == table.columns[0].asCategories())
    }
  }

  @Test("Shortest text reads back as the same bits")
  func shortestRoundTrip() {
    var generator = SeededGenerator(seed: 77)
    var failures: [Double] = []
    for _ in 0..<100_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      if NumberText.parse(NumberText.shortest(value))?.bitPattern != value.bitPattern {
        failures.append(value)
      }
    }
    #expect(failures.isEmpty, "\(failures.prefix(5))")
  }

  @Test("Line endings, a byte-order mark and quotes around every field change no cell")
  func dialectInvariance() throws {
    let rows = [
      ["id", "week", "arm", "note"], ["007", "0", "combined", "x"], ["008", "2.5", "therapy", "NA"],
      ["009", "", "combined", "été"],
    ]
    func render(_ quote: String, _ ending: String, _ delimiter: String) -> String {
      rows.map { row in row.map { quote + $0 + quote }.joined(separator: delimiter) }
        .joined(separator: ending)
    }
    let plain = try read(render("", "\n", ","))
    for quote in ["", "\""] {
      for ending in ["\n", "\r\n"] {
        for delimiter in [",", ";", "\t"] {
          for mark in ["", "\u{FEFF}"] {
            let text = mark + render(quote, ending, delimiter) + ending
            let other = try read(text, CSVOptions(delimiter: nil))
            #expect(CSVWriter(other).bytes == CSVWriter(plain).bytes)
            #expect(other.lineNumbers == plain.lineNumbers)
            #expect(other.columns.map(\.isNumeric) == [false, true, false, false])
            #expect(other.columns.map(\.inference) == plain.columns.map(\.inference))
          }
        }
      }
    }
  }

  @Test("Selecting twice is selecting once by the composed rows")
  func selectionComposes() throws {
    let table = try read("a,b\n1,x\n\n2,y\n3,\n4,x\n")
    let (first, second) = ([3, 1, 0, 3], [2, 0, 0, 1])
    let twice = table.selecting(rows: first).selecting(rows: second)
    let once = table.selecting(rows: second.map { first[$0] })
    #expect(CSVWriter(twice).bytes == CSVWriter(once).bytes)
    #expect(twice.lineNumbers == once.lineNumbers)
    #expect(twice.source == table.source)
    #expect(twice.source.rowCount == 4)
    #expect(twice.columns[1].asCategories() == once.columns[1].asCategories())
  }
}
