import CohortTables
import Testing

@Suite("Writing, by hand")
struct WriterByHandTests {
  @Test("Quotes only where they are needed; missing values are empty; numbers are shortest")
  func rendering() {
    var writer = CSVWriter(header: ["term", "esti,mate", "n"])
    writer.append([.text("week"), .number(0.1), .integer(12_345_678_901_234_567)])
    writer.append([.text("say \"hi\""), .number(-3), .missing])
    writer.append([.text("two\nlines"), .number(.nan), .number(.infinity)])
    writer.append([.text(" padded"), .number(1e300), .text("")])
    writer.append([.text("cr\r"), .optional(nil as Double?), .optional("x")])
    #expect(
      writer.text == """
        term,"esti,mate",n
        week,0.1,12345678901234567
        "say ""hi\""",-3,
        "two
        lines",,
        " padded",1e+300,
        "cr\r",,x

        """)
  }

  @Test("Another delimiter is quoted instead of the comma")
  func otherDelimiter() {
    var writer = CSVWriter(header: ["a", "b"], delimiter: .semicolon)
    writer.append([.text("x,y"), .text("x;y")])
    #expect(writer.text == "a;b\nx,y;\"x;y\"\n")
  }

  @Test("Numbers as text")
  func numberTexts() {
    let texts = [5, -3, 0.5, 1e14, 1e15, 1e16, 1e-7, -0.0].map(NumberText.shortest)
    #expect(
      texts == ["5", "-3", "0.5", "100000000000000", "1000000000000000.0", "1e+16", "1e-07", "-0"])
  }
}
