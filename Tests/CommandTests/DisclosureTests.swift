import Foundation
import TestSupport
import Testing

/// Refusal of identifying columns by every command that reads data.
@Suite struct IdentifierRefusalTests {
  private static let visits =
    "id,week,score,arm,email\n1,0,20,a,jane.doe@example.org\n1,4,12,a,jane.doe@example.org\n2,0,18,b,x\n2,4,17,b,x\n"
    + "3,0,9,a,x\n3,4,8,a,x\n4,0,9,b,x\n4,4,3,b,x\n"
  private static let episodes =
    "id,days,relapse,arm,email\n1,20,1,a,jane.doe@example.org\n2,30,0,b,x\n3,40,1,b,x\n4,50,1,a,x\n5,10,0,a,x\n"

  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(Self.visits, to: "visits.csv")
    try scratch.write(Self.episodes, to: "episodes.csv")
    return scratch
  }

  @Test(arguments: [
    ["fit", "score ~ week", "visits.csv"], ["trends", "visits.csv"], ["relapse", "episodes.csv"],
    ["compare", "visits.csv", "--focus", "a"],
  ])
  func everyCommandRefuses(_ arguments: [String]) throws {
    let scratch = try scratch()
    let file = arguments.first { $0.hasSuffix(".csv") } ?? ""
    let outcome = try scratch.run(arguments)
    // A single model and trends read the columns that they need and know the others by name.
    let said =
      ["fit", "trends"].contains(arguments[0])
      ? "1: column 'email': the name speaks of e-mail addresses"
      : "2: column 'email': 'j***.***@*******.***': the column's name speaks of e-mail addresses"
    expectRefusal(outcome, "error: \(file):\(said)")
    #expect(!outcome.error.contains("jane") && outcome.error.contains("--allow-identifiers email"))
    let allowed = try scratch.run(arguments + ["--allow-identifiers", "email"])
    #expect(allowed.code == 0, "\(allowed.error)")
    #expect(allowed.errorLines.contains("identifying columns allowed: 'email' (e-mail addresses)"))
  }

  @Test func aBatchRefusesBeforeAnythingIsComputed() throws {
    let scratch = try scratch()
    func plan(_ allowed: String) -> String {
      "cohorts:\n  - name: c\n    fits:\n      - {name: m, file: visits.csv, formula: score ~ week\(allowed)}\n"
        + "      - {name: lost, file: nowhere.csv, formula: score ~ week}\n"
    }
    try scratch.write(plan(""), to: "plan.yaml")
    expectRefusal(
      try scratch.run(["run", "plan.yaml", "-o", "results"]), "error: visits.csv:2: column 'email': 'j***")
    #expect(try scratch.entries() == ["episodes.csv", "plan.yaml", "visits.csv"])
    try scratch.write(plan(", allow_identifiers: [email]"), to: "plan.yaml")
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 1, "the other file is still lost")
    #expect(
      outcome.errorLines.contains("visits.csv: identifying columns allowed: 'email' (e-mail addresses)"))
  }

  @Test func anAllowedColumnMustExist() throws {
    let outcome = try scratch().run(["fit", "score ~ week", "visits.csv", "--allow-identifiers", "emai"])
    expectRefusal(
      outcome, "error: visits.csv:1: column 'emai': there is no such column (did you mean 'email'?)")
  }

  @Test func simulatedCohortsPass() throws {
    let scratch = try Scratch()
    #expect(try scratch.run(["simulate", "-o", "cohort", "--people", "300"]).code == 0)
    let outcome = try scratch.run(["trends", "cohort/visits.csv", "--format", "csv"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try scratch.run(["relapse", "cohort/episodes.csv"]).code == 0)
  }
}

/// The gate on the outputs of commands.
@Suite(.serialized) struct DisclosureGateTests {
  @Test(arguments: [
    ["fit", "bdi ~ month", "Data/btheb/visits.csv"], ["trends", "Data/btheb/visits.csv"],
    ["relapse", "Data/help/episodes.csv"],
  ])
  func singleCommandsAreOpenAndSaySo(_ arguments: [String]) throws {
    let line = "not gated for disclosure: counts are shown whatever their size"
    let open = try Tandem.run(arguments + ["--format", "json"])
    #expect(open.code == 0 && open.error.split(separator: "\n").map(String.init).contains(line))
    #expect(!open.output.contains("\"disclosure\""))
    let gated = try Tandem.run(arguments + ["--format", "json", "--disclosure-threshold", "7"])
    #expect(gated.code == 0 && !gated.error.contains(line))
    let json = try JSONDecoder().decode(JSON.self, from: Data(gated.output.utf8))
    #expect(json["disclosure"]?["threshold"]?.number == 7)
  }

  @Test func compareIsGatedUnlessAskedNotTo() throws {
    let arguments = [
      "compare", "Data/btheb/visits.csv", "--focus", "combined", "--horizons", "2,8", "--format", "json",
    ]
    let gated = try JSONDecoder().decode(JSON.self, from: Data(try Tandem.run(arguments).output.utf8))
    #expect(gated["disclosure"]?["threshold"]?.number == 5)
    let open = try Tandem.run(arguments + ["--disclosure-threshold", "0"])
    #expect(open.error.contains("not gated for disclosure"))
    let json = try JSONDecoder().decode(JSON.self, from: Data(open.output.utf8))
    #expect(json["disclosure"] == nil)
  }

  @Test func thresholdsAreChecked() throws {
    let wrong = try Tandem.run(["compare", "Data/btheb/visits.csv", "--disclosure-threshold=-1"])
    #expect(wrong.code == 2 && wrong.error.contains("--disclosure-threshold must be at least 0"))
    let scratch = try Scratch()
    for text in ["-1", "2.5", "many"] {
      try scratch.write("disclosure_threshold: \(text)\ncohorts: []\n", to: "plan.yaml")
      let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
      #expect(
        outcome.code == 2
          && outcome.error.hasPrefix("error: plan.yaml:1:23: plan.disclosure_threshold: expected a"))
    }
  }

  /// Columns and members that count people, rows or events; listed here apart from the program's own list.
  private static let counts: Set<String> = [
    "people", "with_slope", "followed_up", "n", "n_risk", "n_event", "n_censor", "events", "rows", "subjects",
    "read", "used",
    "subjects_read", "observed", "response_base", "remission_base", "reliable_base", "bic_n", "zero_weight",
  ]

  /// The whole folder of a batch with a threshold above the size of most arms holds no count below it.
  @Test(arguments: [5, 20, 60]) func noSmallCountIsAnywhere(_ threshold: Int) throws {
    let scratch = try Scratch()
    let outcome = try scratch.run([
      "run", ProjectFiles.path("Data/demo/plan.yaml"), "-o", "results", "--disclosure-threshold",
      "\(threshold)",
    ])
    #expect(outcome.code == 0, "\(outcome.error)")
    let files = try scratch.files(in: "results")
    let small = 1..<threshold
    for (name, bytes) in files where name.hasSuffix(".csv") {
      expectNoSmallCount(csv: String(decoding: bytes, as: UTF8.self), small, name)
    }
    for (name, bytes) in files where name.hasSuffix(".json") && name != "run.json" {
      let json = try JSONDecoder().decode(JSON.self, from: bytes)
      expectNoSmallCount(json, small, name)
      for text in json.texts { expectNoSmallCount(text: text, small, name) }
      #expect(json["disclosure"]?["threshold"]?.number == Double(threshold))
    }
    let report = String(decoding: try #require(files["report.html"]), as: UTF8.self)
    expectNoSmallCount(html: report, small)
    #expect(
      report.contains("Disclosure gate: Counts from 1 to \(threshold - 1) are hidden (&lt;\(threshold))"))
  }

  private func expectNoSmallCount(csv: String, _ small: Range<Int>, _ name: String) {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for (index, column) in (lines.first ?? []).enumerated() where Self.counts.contains(String(column)) {
      for line in lines.dropFirst() where line.count == lines[0].count {
        #expect(Int(line[index]).map(small.contains) != true, "\(name), \(column)")
      }
    }
    expectNoSmallCount(text: csv, small, name)
  }

  private func expectNoSmallCount(_ json: JSON, _ small: Range<Int>, _ name: String, isCount: Bool = false) {
    switch json {
    case .object(let members):
      for (key, value) in members where key != "disclosure" && key != "model" {
        // Counts by arm are members whose names are the arms.
        expectNoSmallCount(
          value, small, "\(name)/\(key)",
          isCount: Self.counts.contains(key) || key == "by_arm" || isCount && key != "arm")
      }
    case .list(let list): for value in list { expectNoSmallCount(value, small, name) }
    default:
      guard isCount, let number = json.number else { return }
      #expect(!(number > 0 && number < Double(small.upperBound)), "\(name)")
    }
  }

  /// "3 rows", "3 of 20", "n = 3" and "among 3" in sentences.
  private func expectNoSmallCount(text: String, _ small: Range<Int>, _ name: String) {
    let patterns = [
      /(?:^|[^0-9.,<\u{2212}-])([0-9,]+) (?:rows?|people|persons?|events?|episodes?|of [0-9,]+ )/,
      /n = ([0-9,]+)/,
      /among ([0-9,]+)/,
    ]
    for pattern in patterns {
      for match in text.matches(of: pattern) {
        let count = Int(match.1.filter { $0 != "," })
        #expect(count.map(small.contains) != true, "\(name): \(match.0)")
      }
    }
  }

  /// Cells under headings of counts, sentences, and the counts below and in figures.
  private func expectNoSmallCount(html: String, _ small: Range<Int>) {
    expectNoSmallCount(text: html, small, "report.html")
    let headings: Set<String> = [
      "People", "Rows", "Events", "n", "At risk", "Censored", "Observed", "With slope", "Followed up",
    ]
    for table in html.matches(of: /<table>[\s\S]*?<\/table>/) {
      let text = String(table.0)
      let names = text.matches(of: /<th scope="col"[^>]*>([^<]*)<\/th>/).map { String($0.1) }
      for row in text.matches(of: /<tr[^>]*><th scope="row"[\s\S]*?<\/tr>/) {
        let cells = String(row.0).matches(of: /<(?:th|td)[^>]*>([^<]*)<\/(?:th|td)>/).map { String($0.1) }
        for (heading, cell) in zip(names, cells) where headings.contains(heading) {
          #expect(Int(cell.filter { $0 != "," }).map(small.contains) != true, "\(heading): \(row.0)")
        }
      }
    }
  }
}
