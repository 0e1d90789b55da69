import Foundation
import TestSupport
import Testing

/// Files that are unusual but right, and files that ask too much.
@Suite struct OddFileTests {
  /// Twelve people, three visits each, from a fixed rule.
  private static let rows: [(id: Int, week: Int, score: Int)] = (1...12).flatMap { id in
    [0, 4, 8].map { (id, $0, 24 - $0 - (id * 7 + $0 * 3) % 11) }
  }

  private func visits(
    header: String = "subject_id,week,score,arm", separator: String = ",", ending: String = "\n",
    start: String = "",
    _ row: (Int, Int, Int) -> [String] = { ["\($0)", "\($1)", "\($2)", $0 % 2 == 0 ? "a" : "b"] }
  ) -> String {
    start
      + ([header] + Self.rows.map { row($0.id, $0.week, $0.score).joined(separator: separator) })
      .map { $0 + ending }.joined()
  }

  /// All three questions about visits, in CSV.
  private func answers(_ text: String, focus: String = "a") throws -> [String] {
    try [["trends", "-"], ["compare", "-", "--focus", focus], ["fit", "score ~ week*arm", "-"]].map {
      arguments in
      let outcome = try Tandem.run(arguments + ["--format", "csv"], input: text)
      #expect(outcome.code == 0, "\(outcome.error)")
      expectPlainNumbers(outcome.output)
      return outcome.output
    }
  }

  @Test func lineEndingsMarksAndSeparatorsDoNotMatter() throws {
    let usual = try answers(visits())
    #expect(try answers(visits(ending: "\r\n")) == usual)
    #expect(try answers(visits(start: "\u{FEFF}")) == usual)
    #expect(
      try answers(
        visits(header: "subject_id;week;score;arm", separator: ";", ending: "\r\n", start: "\u{FEFF}"))
        == usual)
    #expect(try answers(visits(header: "subject_id\tweek\tscore\tarm", separator: "\t")) == usual)
    let said = try Tandem.run(
      ["trends", "-"], input: visits(header: "subject_id;week;score;arm", separator: ";"))
    #expect(said.error.hasPrefix("standard input: columns are separated by semicolons\n"))
  }

  @Test func decimalCommasAreNamed() throws {
    let text = visits(header: "subject_id;week;score;arm", separator: ";") {
      ["\($0)", "\($1)", "\($2),5", "a"]
    }
    expectRefusal(
      try Tandem.run(["trends", "-"], input: text),
      "error: standard input:2: column 'score': '17,5' is not a number; expected a number with a decimal point"
    )
  }

  @Test func identifiersKeepTheirText() throws {
    // Leading zeros, and digits beyond what a double holds.
    let text = visits { ["000900719925474099\(10 + $0)", "\($1)", "\($2)", $0 % 2 == 0 ? "a" : "b"] }
    let lines = try Tandem.run(["trends", "-", "--format", "csv"], input: text).output.split(separator: "\n")
    #expect(lines.count == 13)
    #expect(lines.dropFirst().map { $0.prefix { $0 != "," } } == (11...22).map { "000900719925474099\($0)" })
  }

  @Test func namesWithSpacesAndLettersOfAllKinds() throws {
    let text = visits(header: "person id,wöche,N,Arm (grp)")
    let roles = ["--subject", "person id", "--time", "wöche", "--outcome", "N", "--arm", "Arm (grp)"]
    for arguments in [["trends", "-"], ["compare", "-", "--focus", "a", "--covariates", "N"]] {
      let outcome = try Tandem.run(arguments + roles + ["--time-unit", "week"], input: text)
      #expect(outcome.code == 0, "\(outcome.error)")
    }
    let fit = try Tandem.run(["fit", "N ~ `wöche` * `Arm (grp)`", "-", "--format", "csv"], input: text)
    #expect(
      fit.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
        == ["(Intercept)", "wöche", "Arm (grp)[b]", "wöche:Arm (grp)[b]"])
    let unknown = try Tandem.run(["trends", "-"] + roles, input: text)
    expectRefusal(
      unknown, "error: standard input: the unit of 'wöche' is not known; name it with --time-unit")
  }

  @Test func aNameWithABacktickIsRefusedByName() throws {
    let text = "id,days,re`lapse,arm\n1,10,1,a\n2,20,0,b\n3,30,1,a\n4,40,1,b\n"
    expectRefusal(
      try Tandem.run(["relapse", "-", "--event", "re`lapse"], input: text),
      "error: standard input:1: column 're`lapse': a name with a backtick cannot stand in a formula")
  }

  @Test func columnsNamedLikeResultsDoNoHarm() throws {
    let text = visits(header: "subject_id,estimate,p,term") {
      ["\($0)", "\($1)", "\($2)", $0 % 2 == 0 ? "a" : "b"]
    }
    let outcome = try Tandem.run(
      ["fit", "p ~ estimate + term", "-", "--means", "term", "--contrast", "pairwise", "--format", "json"],
      input: text)
    #expect(outcome.json?["means"]?.list.first?["at"]?["term"] == .text("a"))
    let compared = try Tandem.run(
      [
        "compare", "-", "--time", "estimate", "--outcome", "p", "--arm", "term", "--focus", "a",
        "--time-unit", "week",
      ],
      input: text)
    #expect(compared.code == 0, "\(compared.error)")
  }

  @Test func armsCodedAsNumbersAreCategories() throws {
    let text = visits { ["\($0)", "\($1)", "\($2)", "\($0 % 3)"] }
    let compared = try Tandem.run(["compare", "-", "--focus", "1", "--format", "csv"], input: text)
    #expect(compared.output.contains(",1 - 0,") && compared.output.contains(",1 - 2,"))
    let episodes =
      "id,days,relapse,arm\n" + (1...12).map { "\($0),\(10 * $0),\($0 % 4 / 2),\($0 % 3)\n" }.joined()
    let relapse = try Tandem.run(["relapse", "-", "--format", "json"], input: episodes)
    #expect(relapse.json?["cox_crude"]?["coefficients"]?.list.count == 2)
  }

  @Test func oneArmHasNothingToCompare() throws {
    let text = visits { ["\($0)", "\($1)", "\($2)", "x"] }
    expectRefusal(
      try Tandem.run(["compare", "-", "--focus", "x"], input: text),
      "error: standard input: column 'arm' has the single arm 'x'; a comparison needs at least two")
    expectRefusal(
      try Tandem.run(["fit", "score ~ arm", "-"], input: text),
      "error: standard input: column 'arm' has the single level 'x' among the used rows")
    #expect(try Tandem.run(["trends", "-"], input: text).code == 0)
    let episodes = "id,days,relapse,arm\n1,10,1,x\n2,20,0,x\n3,30,1,x\n"
    let relapse = try Tandem.run(["relapse", "-"], input: episodes)
    #expect(relapse.code == 0)
    #expect(relapse.output.contains("caution: not computed: the log-rank test needs two groups"))
  }

  @Test func onePersonHasATrend() throws {
    let outcome = try Tandem.run(
      ["trends", "-", "--format", "csv"], input: "id,week,score\n1,0,20\n1,1,18\n1,2,17\n1,3,13\n")
    #expect(
      outcome.output.split(separator: "\n").last?.hasPrefix("1,,4,3,20,13,-7,-2.2,") == true,
      "\(outcome.output)")
  }

  @Test func nobodyRelapsed() throws {
    let text =
      "id,days,relapse,arm\n" + (1...8).map { "\($0),\(10 * $0),0,\($0 % 2 == 0 ? "a" : "b")\n" }.joined()
    // A flat curve with limits 0 to 0 would claim what nobody knows.
    expectRefusal(
      try Tandem.run(["relapse", "-", "--format", "json"], input: text),
      "error: standard input: none of the 8 used rows has the event: there is no risk to estimate")
    expectRefusal(
      try Tandem.run(["fit", "Surv(days, relapse) ~ arm", "-"], input: text),
      "error: standard input: none of the 8 used rows has the event")
  }

  @Test func visitsAtTheSameTimeHaveNoSlope() throws {
    let outcome = try Tandem.run(
      ["trends", "-", "--format", "csv"], input: "id,week,score\n1,2,20\n1,2,18\n1,2,17\n2,0,5\n")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[1].hasSuffix(",no_time_spread") && lines[2].hasSuffix(",one_visit"))
  }

  @Test func timesBeforeTheStartAreVisitsButNotEpisodes() throws {
    _ = try answers(visits { ["\($0)", "\($1 - 4)", "\($2)", $0 % 2 == 0 ? "a" : "b"] })
    expectRefusal(
      try Tandem.run(["relapse", "-"], input: "id,days,relapse\n1,10,1\n2,-5,0\n"),
      "error: standard input:3: column 'days': time -5")
  }

  @Test func anEventIsZeroOrOne() throws {
    for command in [["relapse", "-"], ["fit", "Surv(days, relapse) ~ 1", "-", "--curve"]] {
      expectRefusal(
        try Tandem.run(command, input: "id,days,relapse\n1,10,1\n2,5,0\n3,7,3\n"),
        "error: standard input:4: column 'relapse': status 3, expected 0 (censored) or 1 (event)")
      expectRefusal(
        try Tandem.run(command, input: "id,days,relapse\n1,10,yes\n2,5,no\n3,7,maybe\n"),
        "error: standard input")
    }
  }

  @Test func peopleWithoutAnArmAreCounted() throws {
    let text = visits { ["\($0)", "\($1)", "\($2)", $0 > 8 ? "" : $0 % 2 == 0 ? "a" : "b"] }
    let fit = try Tandem.run(["fit", "score ~ week + arm", "-", "--format", "json"], input: text)
    let excluded = fit.json?["rows"]?["excluded"]?.list.first
    #expect(excluded?["reason"] == .text("missing arm"))
    #expect(excluded?["rows"] == .number(12) && excluded?["subjects"] == .number(4))
    let compared = try Tandem.run(
      ["compare", "-", "--focus", "a", "--disclosure-threshold", "0"], input: text)
    #expect(compared.output.contains("8 of 12 people"))
  }

  @Test func anArmThatChangesIsRefused() throws {
    expectRefusal(
      try Tandem.run(["trends", "-"], input: "id,week,score,arm\n1,0,20,a\n1,1,18,a\n1,2,17,b\n"),
      "error: standard input:4: column 'arm': 'b' is not allowed; expected 'a' as at the earlier visits of person 1"
    )
  }

  @Test func severalEpisodesOfAPersonAreSaid() throws {
    let text =
      "id,days,relapse,arm\n" + (1...12).map { "\($0 % 6),\(10 * $0),\($0 % 4 / 2),\($0 % 2)\n" }.joined()
    let outcome = try Tandem.run(["relapse", "-"], input: text)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("caution: 12 episodes of 6 people: "))
  }

  @Test(arguments: [
    (["trends", "-"], "no row has a person, a time and a score"), (["relapse", "-"], "no row can be used"),
    (["compare", "-", "--focus", "a"], "column 'arm' has no arm 'a'"),
    (["fit", "score ~ week", "-"], "no row can be used"),
  ])
  func aHeaderAloneIsRefused(_ arguments: [String], _ message: String) throws {
    let outcome = try Tandem.run(arguments, input: "id,week,score,arm,days,relapse\n")
    expectRefusal(outcome, "error: standard input: ")
  }
}
