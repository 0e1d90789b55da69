import Foundation
import TestSupport
import Testing

/// `tandem check`: formats, exit codes, the page.
@Suite struct CheckTests {
  private static let spoilt = """
    subject_id,modality,week,phq9
    A,x,0,12
    A,x,4,28
    B,y,0,20
    B,y,4,
    B,y,4,10

    """

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(Self.spoilt, to: "visits.csv")
    return scratch
  }

  @Test func jsonHasItsShape() throws {
    let outcome = try scratch().run(["check", "visits.csv", "--format", "json", "--quiet"])
    #expect(outcome.code == 0 && outcome.error == "")
    expectPlainNumbers(outcome.output)
    let json = try #require(outcome.json)
    #expect(
      json.keys == [
        "schema", "verdict", "summary", "files", "findings", "missingness", "digit_preference", "rules",
        "provenance",
      ])
    #expect(json["schema"] == .text("tandem.check/1"))
    #expect(json["summary"]?["serious"] == .number(1))
    #expect(json["summary"]?["would_refuse"] == .list([.text("trends"), .text("compare")]))
    let finding = try #require(json["findings"]?.list.first)
    #expect(
      finding.keys == [
        "kind", "severity", "file", "column", "rows", "people", "lines", "message", "consequences",
      ])
    #expect(finding["kind"] == .text("score_out_of_range"))
    #expect(finding["lines"] == .list([.number(3)]))
    #expect(
      finding["consequences"]?.list.first
        == .object([
          "analysis": .text("trends"), "effect": .text("refused"),
          "message": .text("refuses the file at the first of them"),
        ]))
    let file = try #require(json["files"]?.list.first)
    #expect(file["kind"] == .text("visits") && file["people"] == .number(2))
    #expect(
      file["rows_per_person"]
        == .object(["min": .number(2), "median": .number(2.5), "max": .number(3)]))
    #expect(file["roles"]?["score"] == .text("phq9"))
    let visits = try #require(json["missingness"]?.list.first?["visits"]).list
    #expect(visits.first?["arm"] == .null && visits.count == 6)
    #expect(json["digit_preference"]?.list.first?["reason"] == .text("fewer than 100 values"))
    #expect(json["provenance"]?["inputs"]?.list.first?["sha256"]?.text?.count == 64)
  }

  @Test func csvAndMarkdownHoldTheFindings() throws {
    let scratch = try scratch()
    let csv = try scratch.run(["check", "visits.csv", "--format", "csv", "--quiet"]).output
    #expect(
      csv.hasPrefix(
        "kind,severity,file,column,rows,people,lines,message,consequence\nscore_out_of_range,serious,"))
    let markdown = try scratch.run(["check", "visits.csv", "--format", "markdown"]).output
    #expect(
      markdown.contains("\n### Findings\n\n- **serious: score_out_of_range** in visits.csv, column 'phq9'"))
    #expect(markdown.contains("\n| file | kind | rows |"))
  }

  @Test func findingsDoNotFailUnlessStrict() throws {
    let scratch = try scratch()
    #expect(try scratch.run(["check", "visits.csv"]).code == 0)
    #expect(try scratch.run(["check", "visits.csv", "--strict"]).code == 1)
    // Notes alone are no reason to fail.
    let demo = ["check", "Data/demo/visits.csv", "Data/demo/episodes.csv", "--strict"]
    let outcome = try Tandem.run(demo)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("note: people_without_episodes"))
    #expect(
      outcome.error.contains(
        "Data/demo/visits.csv: taken as visits: person = subject_id, arm = modality, time = week, score = phq9\n"
      ))
  }

  @Test func thePageIsWrittenBesideTheText() throws {
    let scratch = try scratch()
    let outcome = try scratch.run(["check", "visits.csv", "--html", "check.html"])
    #expect(outcome.code == 0 && outcome.output.hasPrefix("Data check\n"))
    let page = try scratch.text("check.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("score_out_of_range"))
    #expect(try scratch.entries() == ["check.html", "visits.csv"])
    let again = try scratch.run(["check", "visits.csv", "--html", "again.html", "--threads", "1"])
    #expect(again.output == outcome.output)
    #expect(try scratch.text("again.html") == page)
  }

  @Test func refusedInputEndsWithThree() throws {
    let scratch = try scratch()
    let missing = try scratch.run(["check", "visits.csv", "nothing.csv"])
    #expect(missing.code == 3 && missing.error.hasPrefix("error: nothing.csv"))
    let column = try scratch.run(["check", "visits.csv", "--event", "died"])
    #expect(column.code == 3 && column.error.contains("column 'died'"))
    #expect(missing.output == "" && column.output == "")
  }

  @Test func standardInputIsAFile() throws {
    let outcome = try scratch().run(["check", "-", "--format", "csv", "--quiet"], input: Self.spoilt)
    #expect(
      outcome.code == 0 && outcome.output.contains("\nscore_out_of_range,serious,standard input,phq9,1,1,3,"))
  }

  @Test func optionsNameColumnsAndLimits() throws {
    let scratch = try Scratch()
    try scratch.write("who,when,points\nA,0,20\nA,1,4\nA,9,3\nB,0,4\n", to: "odd.csv")
    let arguments = [
      "check", "odd.csv", "--subject", "who", "--time", "when", "--outcome", "points", "--time-unit", "week",
      "--instrument", "PHQ-9", "--format", "csv", "--quiet",
    ]
    #expect(try scratch.run(arguments).output.contains("\nimplausible_jump,caution,odd.csv,points,1,1,3,"))
    #expect(try !scratch.run(arguments + ["--jump-multiple", "3"]).output.contains("implausible_jump"))
    // A missing code that is named is missing.
    try scratch.write("subject_id,week,phq9\nA,0,-99\nA,1,4\nB,0,5\n", to: "codes.csv")
    let plain = try scratch.run(["check", "codes.csv", "--format", "csv"]).output
    let named = try scratch.run(["check", "codes.csv", "--format", "csv", "--missing", "NA,-99"]).output
    #expect(plain.contains("\nlikely_missing_code,serious,") && !plain.contains("\nscore_out_of_range,"))
    #expect(!named.contains("\nlikely_missing_code,") && named.contains("\nmissing_values,"))
  }
}
