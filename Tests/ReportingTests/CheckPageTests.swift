import CohortTables
import Estimation
import Outcomes
import Reporting
import Testing

/// The page and the texts of a data check.
@Suite("ByHand: check page and document")
struct CheckPageTests {
  private static let visits = """
    subject_id,modality,week,phq9
    A,x,0,12
    A,x,4,28
    B,y,0,20
    B,y,4,

    """
  private static let provenance = Provenance(version: "1.2.3", inputs: [])

  private func report() throws -> CheckReport {
    let table = try Table(csvBytes: Array(Self.visits.utf8), name: "visits.csv")
    return try CohortCheck().report(on: [table])
  }

  private func document() throws -> ResultDocument {
    ResultDocument(try report(), provenance: Self.provenance)
  }

  @Test func pageLeadsWithTheAnswerAndTheFindings() throws {
    let page = try #require(ParsedPage(ReportPage(Report(report(), provenance: Self.provenance)).html()))
    #expect(page.all("h1").map(\.text) == ["Data check"])
    #expect(
      page.all("p", class: "lead").map(\.text)
        == ["No: trends and compare would refuse a file. The findings say where."])
    let notes = page.all("li", class: "note").map(\.text)
    #expect(notes.count == 2)
    #expect(
      notes.first
        == " Serious1 score lies outside 0 to 27, the range of the PHQ-9: 28.score_out_of_range in visits.csv, column "
        + "'phq9': 1 row of 1 person, line 3trends, compare: refuses the file at the first of themfit: uses them like "
        + "any number")
    #expect(page.all("a").contains { $0.attributes["href"] == "#cohort-check--findings" })
    #expect(page.positions("figure").count == 2)
    #expect(
      page.rows(ofTable: "Missing values by column and arm")
        == [["Column", "Rows", "Missing", "Share", "x", "y"], ["phq9", "4", "1", "25", "0", "50"]])
  }

  @Test func textHasFindingsFirst() throws {
    let text = try document().text
    #expect(
      text.hasPrefix(
        """
        Data check
        1 file, 4 rows checked: 1 serious finding, 1 caution; trends and compare would refuse a file as it is.

        serious: score_out_of_range in visits.csv, column 'phq9': 1 row of 1 person, line 3
          1 score lies outside 0 to 27, the range of the PHQ-9: 28
          - trends, compare: refuses the file at the first of them
          - fit: uses them like any number

        """), "\(text)")
  }

  @Test func csvHoldsTheFindings() throws {
    let lines = String(decoding: try document().bytes(.csv), as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "kind,severity,file,column,rows,people,lines,message,consequence")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("score_out_of_range,serious,visits.csv,phq9,1,1,3,"))
    #expect(
      lines[1].hasSuffix(
        "trends, compare: refuses the file at the first of them | fit: uses them like any number\""))
  }

  @Test func severityIsThatOfTheGravestFinding() throws {
    #expect(try document().severity == .serious)
    let clean = CheckReport(files: [], findings: [])
    #expect(ResultDocument(clean, provenance: Self.provenance).severity == .note)
    #expect(clean.severity == nil)
  }

  @Test func furtherFindingsJoinInOrderOfGravity() throws {
    let further = Finding(
      FindingKind("birth_date"), .serious, file: "visits.csv", column: "born", rows: 4,
      message: "a date of birth",
      consequences: [Consequence(.compare, .refused, "refuses the file")])
    let joined = try report().adding([further], rules: ["identifiers are refused"])
    #expect(joined.findings.map(\.kind.code).prefix(2) == ["score_out_of_range", "birth_date"])
    #expect(joined.rules.last == "identifiers are refused")
    #expect(joined.missingness.count == 1)
    #expect(ResultDocument(joined, provenance: Self.provenance).findings?.count == 3)
  }

  @Test func noTextChangesTheStructure() throws {
    func skeleton(_ name: String) throws -> [String] {
      let sample = try #require(SampleReports.all.first { $0.name == name })
      let page = try #require(ParsedPage(ReportPage(sample.report).html()))
      return page.elements.map { "\($0.name) \($0.attributes.keys.sorted())" }
    }
    #expect(try skeleton("check") == skeleton("hostile check"))
  }
}
