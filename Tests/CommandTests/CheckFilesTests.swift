import Foundation
import TestSupport
import Testing

/// `tandem check` on several files, on dates, and its draft of a schema.
@Suite struct CheckFilesTests {
  private static let header = "subject_id,modality,week,phq9\n"

  /// Two files of visits of the same people, with a score out of range in each, and their episodes.
  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(Self.header + "A,x,0,12\nA,x,4,28\nB,y,0,20\n", to: "visits-1.csv")
    try scratch.write(Self.header + "B,y,4,10\nC,x,0,9\nC,x,4,30\n", to: "visits-2.csv")
    try scratch.write("subject_id,modality,days,relapse\nA,x,30,1\nB,y,40,0\nC,x,9,1\n", to: "episodes.csv")
    return scratch
  }

  @Test func aPatternIsOneTable() throws {
    let outcome = try scratch().run(["check", "visits-*.csv", "episodes.csv", "--format", "json"])
    #expect(outcome.code == 0)
    #expect(outcome.errorLines.contains("read as one table: 2 files, 6 rows"))
    let json = try #require(outcome.json)
    #expect(
      json["files"]?.list.map { $0["file"]?.text } == ["visits-1.csv and 1 more file", "episodes.csv"])
    let kinds = json["findings"]?.list.map { $0["kind"]?.text }
    #expect(kinds == ["score_out_of_range"], "people are in both files, but in one table")
    let finding = try #require(json["findings"]?.list.first)
    #expect(finding["lines"] == .list([.number(3), .number(4)]))
    #expect(finding["line_files"] == .list([.text("visits-1.csv"), .text("visits-2.csv")]))
    #expect(json["provenance"]?["inputs"]?.list.count == 3)
  }

  @Test func linesAreNamedWithTheirFile() throws {
    let scratch = try scratch()
    let text = try scratch.run(["check", "visits-*.csv", "--quiet"]).output
    #expect(text.contains("2 rows of 2 people, lines 3 of visits-1.csv; 4 of visits-2.csv\n"), "\(text)")
    let csv = try scratch.run(["check", "visits-*.csv", "--quiet", "--format", "csv"]).output
    #expect(csv.contains(",visits-1.csv:3 visits-2.csv:4,"), "\(csv)")
  }

  @Test func filesNamedOneByOneAreCompared() throws {
    let outcome = try scratch().run(["check", "visits-1.csv", "visits-2.csv", "--format", "csv"])
    #expect(outcome.output.contains("\npeople_in_several_files,note,visits-2.csv,"))
    #expect(
      outcome.error.contains(
        "visits-1.csv and visits-2.csv have the same columns and are compared as two files; a pattern in quotes"
      ))
  }

  @Test func aFileBesideItsPackedCopyIsACaution() throws {
    let scratch = try scratch()
    try scratch.write(Self.header + "A,x,0,12\nA,x,4,8\nB,y,0,20\n", to: "visits-1.csv")
    // A gzip member of stored blocks would do; the command that packs is at hand everywhere.
    let pack = Process()
    pack.executableURL = URL(filePath: "/usr/bin/env")
    pack.arguments = ["gzip", "-k", "visits-1.csv"]
    pack.currentDirectoryURL = scratch.url
    try pack.run()
    pack.waitUntilExit()
    let both = "visits-1.csv and visits-1.csv.gz were both read"
    let checked = try scratch.run(["check", "visits-1.csv*", "--quiet"])
    #expect(checked.output.contains("caution: repeated_file in ") && checked.output.contains(both))
    let trends = try scratch.run(["trends", "visits-1.csv*", "--format", "json", "--quiet"])
    let notes = trends.json?["diagnostics"]?.list.map { $0["kind"]?.text }
    #expect(notes?.contains("repeated_file") == true, "\(trends.error)")
    #expect(try scratch.run(["trends", "visits-1.csv*", "--strict"]).code == 1)
    #expect(try scratch.run(["trends", "visits-*.csv", "--strict"]).output.contains(both) == false)
  }

  @Test func episodesByDate() throws {
    let scratch = try Scratch()
    try scratch.write(
      "subject_id,from,to,relapse\nA,2024-01-01,2024-02-01,1\nB,2024-03-01,2024-01-01,0\n", to: "e.csv")
    let named = ["--start", "from", "--end", "to"]
    let outcome = try scratch.run(["check", "e.csv", "--format", "csv"] + named)
    #expect(outcome.output.contains("\nnegative_duration,serious,e.csv,to,1,1,3,"), "\(outcome.output)")
    #expect(
      outcome.error.contains(
        "e.csv: taken as episodes: person = subject_id, event = relapse, start = from, end = to"))
    #expect(try scratch.run(["relapse", "e.csv"] + named).code == 3)
    #expect(try scratch.run(["check", "e.csv", "--end", "to"]).code == 2)
    #expect(try scratch.run(["check", "e.csv", "--duration", "x"] + named).code == 2)
    #expect(try scratch.run(["check", "e.csv", "--start", "from", "--end", "until"]).code == 3)
  }

  @Test func theAdviceOnMissingCodesWorks() throws {
    let scratch = try Scratch()
    let rows = ["A,x,0,12,-99", "A,x,4,99,40", "B,y,0,20,41", "B,y,4,NA,40", "C,y,0,.,40", "C,y,4,8,39"]
    try scratch.write(
      "subject_id,modality,week,phq9,age\n" + rows.joined(separator: "\n") + "\n", to: "v.csv")
    let output = try scratch.run(["check", "v.csv", "--quiet"]).output
    #expect(output.contains("with --missing '.,NA,NaN,null,-99,99' it is missing"), "\(output)")
    let again = try scratch.run(["check", "v.csv", "--quiet", "--missing", ".,NA,NaN,null,-99,99"]).output
    #expect(!again.contains("likely_missing_code") && !again.contains("nearly_numeric"))
  }

  @Test func aDraftOfASchemaSaysWhatIsOpen() throws {
    let scratch = try scratch()
    try scratch.write(Self.header + "A,x,0,12\nA,x,4,999\nB,y,0,20\n", to: "dirty.csv")
    let outcome = try scratch.run(["check", "dirty.csv", "--write-schema", "s.yaml"])
    #expect(
      outcome.error.contains("1 row") == false
        && outcome.error.contains("an open finding included (likely_missing_code in 'phq9')"))
    let text = try scratch.text("s.yaml")
    #expect(text.contains("# Open findings of tandem check, which this schema allows until it is edited:\n"))
    #expect(
      text.contains(
        "# - serious likely_missing_code in 'phq9': 1 value is 999, outside the range of the PHQ-9")
        && text.contains("; written: integer, min 12, max 999\n"), "\(text)")
    #expect(try scratch.run(["check", "dirty.csv", "--schema", "s.yaml"]).code == 0)
    try scratch.write(Self.header + "A,x,0,12\nA,x,4,9\nB,y,0,20\n", to: "clean.csv")
    let clean = try scratch.run(["check", "clean.csv", "--write-schema", "t.yaml"])
    let draft = try scratch.text("t.yaml")
    #expect(!clean.error.contains("open") && !draft.contains("Open findings"))
  }

  @Test func aPatternGoesWithSchemas() throws {
    let scratch = try scratch()
    #expect(try scratch.run(["check", "visits-*.csv", "--write-schema", "s.yaml"]).code == 0)
    let outcome = try scratch.run(["check", "visits-*.csv", "--schema", "s.yaml", "--format", "json"])
    #expect(outcome.json?["files"]?.list.first?["rows"] == .number(6))
    #expect(outcome.json?["findings"]?.list.contains { $0["kind"]?.text == "schema_violation" } == false)
  }

  @Test func armsKeepTheirSpellingOnThePage() throws {
    let scratch = try Scratch()
    try scratch.write(
      Self.header + "A,Therapy,0,12\nA,Therapy,4,\nB,therapy,0,20\nB,therapy,4,2\n", to: "v.csv")
    #expect(try scratch.run(["check", "v.csv", "--html", "v.html"]).code == 0)
    let page = try scratch.text("v.html")
    let headings = page.split(separator: "<th").map { $0.prefix { $0 != "<" } }.filter {
      $0.hasSuffix(">therapy")
    }
    #expect(!headings.isEmpty, "the heading of the arm 'therapy'")
  }

  // MARK: - Plans and blocks

  @Test func aPlanTakesAListOfFiles() throws {
    let scratch = try scratch()
    func plan(_ file: String) -> String {
      "cohorts:\n- name: c\n  visits:\n    file: \(file)\n    trends: {}\n"
    }
    try scratch.write(plan("[visits-1.csv, visits-2.csv]"), to: "list.yaml")
    try scratch.write(plan("visits-*.csv"), to: "pattern.yaml")
    try scratch.write(plan("[visits-1.csv, visits-1.csv]"), to: "twice.yaml")
    try scratch.write(plan("[]"), to: "empty.yaml")
    // Scores out of range end the analysis; both plans read the same rows and say the same.
    try scratch.write(Self.header + "A,x,0,12\nA,x,4,8\nB,y,0,20\n", to: "visits-1.csv")
    try scratch.write(Self.header + "B,y,4,10\nC,x,0,9\nC,x,4,3\n", to: "visits-2.csv")
    let (list, pattern) = (
      try scratch.run(["run", "list.yaml", "-o", "a"]), try scratch.run(["run", "pattern.yaml", "-o", "b"])
    )
    #expect(list.code == 0 && pattern.code == 0, "\(list.error)")
    #expect(try scratch.text("a/c/trends.json") == scratch.text("b/c/trends.json"))
    for (name, words) in [("twice", "'visits-1.csv' stands twice"), ("empty", "there is no file")] {
      let outcome = try scratch.run(["run", "\(name).yaml", "-o", name])
      #expect(outcome.code != 0 && outcome.error.contains(words), "\(outcome.error)")
    }
  }

  @Test func numbersAreNotCountedInBlocks() throws {
    let scratch = try Scratch()
    let rows = (0..<50).map { "P\($0),\($0 % 3),\($0 == 7 ? "twelve" : "\($0 % 11)")" }
    try scratch.write("subject_id,week,score\n" + rows.joined(separator: "\n") + "\n", to: "v.csv")
    let fit = ["fit", "score ~ week", "v.csv"]
    let (held, blocks) = (try scratch.run(fit), try scratch.run(fit + ["--in-blocks"]))
    #expect(held.error.contains("(49 of 50 values are numbers)"), "\(held.error)")
    #expect(blocks.code == 3 && !blocks.error.contains("values are numbers"), "\(blocks.error)")
    #expect(blocks.error.contains("v.csv:9: column 'score': 'twelve' is not a number"), "\(blocks.error)")
  }

  @Test(arguments: [[], ["--in-blocks"]])
  func aFactorWithThousandsOfLevelsIsRefused(_ more: [String]) throws {
    let scratch = try Scratch()
    let rows = (0..<4000).map { "\($0 % 9),\($0 == 3 ? "x" : "\($0).25")" }
    try scratch.write("y,dose\n" + rows.joined(separator: "\n") + "\n", to: "v.csv")
    let outcome = try scratch.run(["fit", "y ~ dose", "v.csv"] + more)
    #expect(outcome.code != 0 && outcome.output.isEmpty)
    #expect(outcome.error.contains("column 'dose' has 4000 levels"), "\(outcome.error)")
    #expect(outcome.error.contains("'x' in line 5 of v.csv is not a number"), "\(outcome.error)")
  }
}
