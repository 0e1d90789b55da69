import CohortTables
import Estimation
import Foundation
import Reporting
import Testing

/// What the page says, worked out by hand.
@Suite("ByHand: report page")
struct ReportPageTests {
  private func parsed(_ report: Report) throws -> ParsedPage {
    try #require(ParsedPage(ReportPage(report).html()))
  }

  private func full() throws -> ParsedPage { try parsed(SampleReports.full(text: { $0 })) }

  private func link(toFile file: String) throws -> String? {
    let table = Report.TableEntry(SampleReports.long, file: file)
    let page = try parsed(
      Report(
        title: "T", introduction: "", cohorts: [.init(name: "a", title: "A", tables: [table])], provenance: []
      ))
    let below = try #require(page.positions("p", class: "below").first)
    #expect(page.elements[below].text == "Full precision: \(file)")
    return page.all("a", in: below).first?.attributes["href"]
  }

  @Test("answers come first, then contents, then cohorts, then provenance")
  func order() throws {
    let page = try full()
    let headings = page.elements.filter { $0.name == "h1" || $0.name == "h2" }.map(\.text)
    #expect(
      headings == [
        "Did it last?", "The answers", "Contents", "Beat the Blues", "Beat the Blues",
        "How this report was made",
      ])
    let parts = page.all("h3").map(\.text)
    let each = [
      "Figures", "Tables", "Rows read, used and left out", "Notes", "What could not be done", "Methods",
    ]
    #expect(parts == ["Beat the Blues", "Beat the Blues"] + each + each)
    #expect(page.all("h4").map(\.text) == ["Is it better?", "Is it better?"])
  }

  @Test("an answer shows its first statement large, the others, the caveat and the assignment beside it")
  func answers() throws {
    let page = try full()
    let answer = try #require(page.positions("article", class: "cohort-answers").first)
    let paragraphs = page.all("p", in: answer)
    #expect(paragraphs.filter { $0.classes == ["lead"] }.map(\.text) == ["Scores fell."])
    #expect(paragraphs.contains { $0.classes.isEmpty && $0.text == "More." })
    #expect(paragraphs.filter { $0.classes == ["caveat"] }.map(\.text) == ["Few people."])
    #expect(
      page.all("li", in: answer).map(\.text) == [
        "therapy programme (Beat the Blues): randomised", "drug: not randomised",
        "1 analysis could not be done", "1 serious note", "1 caution",
      ])
  }

  @Test("columns have headings for people, limits share a cell, and empty degrees of freedom are left out")
  func tableForReading() throws {
    let rows = try full().rows(ofTable: "Coefficients")
    #expect(
      rows == [
        ["Term", "Estimate", "SE", "p", "90% CI", "N used"],
        ["week", "\u{2212}12.35", "0.250", "<0.001", "\u{2212}13.50 to \u{2212}0.50", "12,345"],
        ["arm", "0.00", "1.500", "0.500", "\u{2212}1.00 to \u{2013}", "2"],
        ["\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}", "\u{2013}"],
      ])
  }

  @Test("numbers stand to the right, text to the left")
  func alignment() throws {
    let page = try full()
    let table = try #require(page.positions("table").first)
    let headings = page.all("th", in: table).filter { $0.attributes["scope"] == "col" }
    #expect(headings.map { $0.classes == ["number"] } == [false, true, true, true, true, true])
  }

  @Test("an interval's level is named only where it is known")
  func levels() throws {
    func heading(_ columns: [String], _ level: Double?) throws -> [String] {
      let table = TidyTable(name: "t", title: "T", columns: columns, rows: [[.number(1.5), .number(2.5)]])
      let cohort = Report.Cohort(name: "a", title: "A", tables: [.init(table, confidenceLevel: level)])
      let report = Report(title: "R", introduction: "", cohorts: [cohort], provenance: [], gate: .off)
      return try parsed(report).rows(ofTable: "T").first ?? []
    }
    #expect(try heading(["conf_low", "conf_high"], nil) == ["CI"])
    #expect(try heading(["conf_low", "conf_high"], 0.95) == ["95% CI"])
    #expect(try heading(["conf_low_adjusted", "conf_high_adjusted"], 0.975) == ["Adjusted 97.5% CI"])
    #expect(try heading(["ratio_low", "ratio_high"], 0.95) == ["95% CI of ratio"])
    #expect(try heading(["dose_low", "dose_high"], 0.95) == ["Dose, low to high"])
    #expect(try heading(["conf_low", "p_value"], 0.95) == ["Lower limit", "p"])
  }

  @Test("a small number among large ones keeps its digits")
  func mixedSizes() throws {
    let table = TidyTable(
      name: "t", title: "T", columns: ["term", "estimate"],
      rows: [[.text("a"), .number(1234.4)], [.text("b"), .number(-0.00321)]])
    let cohort = Report.Cohort(name: "a", title: "A", tables: [.init(table)])
    let page = try parsed(Report(title: "R", introduction: "", cohorts: [cohort], provenance: [], gate: .off))
    #expect(page.rows(ofTable: "T").dropFirst().map { $0[1] } == ["1234", "\u{2212}0.003210"])
  }

  @Test("a long table is folded and whole")
  func longTable() throws {
    let page = try full()
    #expect(page.all("summary").contains { $0.text == "Table 2. Long. Show all 41 rows" })
    #expect(page.rows(ofTable: "Long").count == 42)
  }

  @Test("rows and people are accounted for by reason and arm, and the sums are shown")
  func accounting() throws {
    let page = try full()
    #expect(
      page.all("summary").first { $0.text.hasPrefix("Comparison") }?.text
        == "Comparison Read 8 rows of 4 people; used 5 rows of 3 people; left out 3 rows.")
    #expect(
      page.rows(ofTable: "Comparison: rows by reason and arm") == [
        ["Status", "Rows", "People", "high", "low", "(missing)"],
        ["Read", "8", "4", "3", "4", "1"],
        ["Left out: missing bdi", "2", "1", "1", "0", "1"],
        ["Left out: missing week", "1", "0", "1", "0", "0"],
        ["Used", "5", "3", "1", "4", "0"],
      ])
    #expect(
      page.rows(ofTable: "Comparison: what was used, by arm") == [
        ["Arm", "Rows", "People"], ["high", "1", "1"], ["low", "4", "2"],
      ])
    let sums = page.all("p", class: "below").map(\.text)
    #expect(sums.contains("Rows: 5 + 2 + 1 = 8 read. People: 3 + 1 + 0 = 4 read."))
    #expect(page.all("strong").isEmpty)
  }

  @Test("an accounting that does not add up says so")
  func unreconciled() throws {
    var rows = SampleReports.rows(text: { $0 })
    rows.read += 1
    let cohort = Report.Cohort(name: "a", title: "A", accounting: [.init("Fit", rows)])
    let page = try parsed(Report(title: "R", introduction: "", cohorts: [cohort], provenance: [], gate: .off))
    #expect(page.all("strong").map(\.text) == ["These counts do not add up."])
    #expect(page.all("p", class: "below").first?.text.hasPrefix("Rows: 5 + 2 + 1 \u{2260} 9 read.") == true)
  }

  @Test("notes are in order of gravity, in words and with a shape each")
  func notes() throws {
    let page = try full()
    let severities = page.all("p", class: "severity").prefix(4).map {
      $0.text.trimmingCharacters(in: .whitespaces)
    }
    #expect(severities == ["Serious", "Caution", "Note", "Not done"])
    for note in page.positions("p", class: "severity") {
      #expect(page.all("svg", in: note).first?.attributes["aria-hidden"] == "true")
      #expect(!page.all("path", in: note).isEmpty)
    }
    #expect(page.all("p", class: "terms").first?.text == "Concerns bdi")
  }

  @Test("hostile text is shown as it is")
  func escaping() throws {
    let page = try parsed(SampleReports.full(text: { $0 + SampleReports.hostile }))
    // A word joiner parts a quotation mark from the mark that would have hidden it.
    func shown(_ text: String) -> String {
      var scalars = text.unicodeScalars
      scalars.removeAll { $0 == "\u{2060}" }
      return String(scalars)
    }
    let hostile = SampleReports.hostile
    #expect(page.all("h1").map { shown($0.text) } == ["Did it last?" + hostile])
    #expect(page.all("title").first.map { shown($0.text) } == "Did it last?" + hostile)
    #expect(page.all("td").contains { shown($0.text) == "week" + hostile } == false)
    #expect(page.all("th").contains { shown($0.text) == "week" + hostile })
    #expect(page.all("caption").contains { shown($0.text).hasSuffix("Coefficients" + hostile) })
    #expect(page.all("figcaption").contains { shown($0.text).hasSuffix("Means fall." + hostile) })
    #expect(page.all("footer").first.map { shown($0.text).contains("Tandem 0.1.0" + hostile) } == true)
  }

  @Test("control characters do not reach the page")
  func controlCharacters() throws {
    let report = Report(
      title: "a\u{0}b\u{B}c\r\nd\u{FFFE}", introduction: "", cohorts: [], provenance: [], gate: .off)
    #expect(try parsed(report).all("h1").map(\.text) == ["a\u{FFFD}b\u{FFFD}c \nd\u{FFFD}"])
  }

  @Test("files are linked only beside the page")
  func files() throws {
    #expect(try link(toFile: "btheb/risk of relapse.csv") == "btheb/risk%20of%20relapse.csv")
    #expect(try link(toFile: "\u{E9}?#.csv") == "%C3%A9%3F%23.csv")
    #expect(try link(toFile: "javascript:alert(1)") == "javascript%3Aalert%281%29")
    #expect(try link(toFile: "https://example.org/a.csv") == "https%3A//example.org/a.csv")
    #expect(try link(toFile: "//example.org/a.csv") == nil)
    #expect(try link(toFile: "/etc/a.csv") == nil)
  }

  @Test("a report without cohorts and a cohort without anything are pages too")
  func empty() throws {
    let empty = try parsed(SampleReports.empty)
    #expect(empty.all("h1").map(\.text) == ["Report"])
    #expect(empty.all("nav").isEmpty)
    #expect(empty.all("p").map(\.text) == ["This report holds no cohorts.", "Nothing is recorded."])
    let bare = try parsed(SampleReports.bare)
    #expect(bare.all("p", class: "lead").map(\.text) == ["No question could be answered for this cohort."])
    #expect(bare.all("figure").isEmpty && bare.all("table").isEmpty)
  }
}
