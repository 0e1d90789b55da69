import Foundation
import TestSupport
import Testing

/// `tandem run` on the demonstration plan.
@Suite(.serialized) struct DemonstrationBatchTests {
  private let plan = ProjectFiles.path("Data/demo/plan.yaml")

  @Test func anyNumberOfThreadsGivesTheSameBytes() throws {
    let scratch = try Scratch()
    var first: [String: Data]?
    for threads in [1, 2, 3, 8] {
      let folder = "results-\(threads)"
      let outcome = try scratch.run(["run", plan, "-o", folder, "--threads", "\(threads)"])
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.output == "")
      var files = try scratch.files(in: folder)
      #expect(files.removeValue(forKey: "run.json") != nil)
      if let first {
        #expect(files.keys.sorted() == first.keys.sorted())
        for (name, bytes) in files { #expect(bytes == first[name], "\(name) with \(threads) threads") }
      }
      first = first ?? files
    }
    #expect(try scratch.entries() == ["results-1", "results-2", "results-3", "results-8"])
    try expectContents(try #require(first))
  }

  private func expectContents(_ files: [String: Data]) throws {
    let report = String(decoding: try #require(files["report.html"]), as: UTF8.self)
    #expect(report.contains("therapy programme (Beat the Blues): randomised"))
    #expect(report.contains("antidepressant use: not randomised"))
    #expect(report.firstMatch(of: /(src|href)="(https?:)?\/\//) == nil, "nothing is loaded from outside")
    let status = String(decoding: try #require(files["status.csv"]), as: UTF8.self).split(separator: "\n")
    #expect(status.first == "cohort,analysis,status,message")
    #expect(
      status.dropFirst().map { $0.split(separator: ",")[..<2].joined(separator: "/") } == [
        "demo/trends", "demo/compare", "demo/relapse", "btheb/trends", "btheb/compare", "ptsd/trends",
        "ptsd/compare",
        "help/relapse",
      ])
    for (name, bytes) in files where name.hasSuffix(".json") {
      let json = try JSONDecoder().decode(JSON.self, from: bytes)
      #expect(json["schema"]?.text?.hasPrefix("tandem.") == true, "\(name)")
      // Names of people are P1, P2, ... in the demonstration cohort.
      #expect(json["people"] == nil && !json.texts.contains("P1"), "\(name) holds no person")
    }
    for (name, bytes) in files where name.hasSuffix(".csv") {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains("\nP1,"), "\(name) holds no person")
      expectPlainNumbers(text)
    }
  }
}

/// `tandem run` on small plans: what it writes, replaces and refuses.
@Suite struct BatchTests {
  private static let visits = "id,week,score,arm\n1,0,20,a\n1,4,12,a\n1,8,9,a\n2,0,18,b\n2,4,17,b\n2,8,11,b\n"

  private func scratch(_ cohort: String, visits: String = visits) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write(visits, to: "visits.csv")
    try scratch.write("cohorts:\n  - name: c\n    \(cohort)\n", to: "plan.yaml")
    return scratch
  }

  @Test func rowsOfPeopleAreWrittenOnlyWhereAsked() throws {
    for (option, isAsked) in [
      ("{}", false), ("{person_level: false}", false), ("{person_level: true}", true),
    ] {
      let scratch = try scratch("visits: {file: visits.csv, trends: \(option)}")
      #expect(try scratch.run(["run", "plan.yaml", "-o", "results"]).code == 0)
      #expect(scratch.has("results/c/trends.csv") == isAsked)
      let json = try JSONDecoder().decode(JSON.self, from: Data(scratch.text("results/c/trends.json").utf8))
      #expect((json["people"] != nil) == isAsked)
      #expect(scratch.has("results/c/trends_by_arm.csv"))
    }
  }

  @Test func oneFailureLeavesTheOthers() throws {
    let scratch = try scratch(
      """
      visits: {file: visits.csv, trends: {}}
          fits:
            - {name: lost, file: nowhere.csv, formula: score ~ week}
            - {name: kept, file: visits.csv, formula: score ~ week}
      """)
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 1)
    #expect(
      outcome.errorLines == [
        "c: lost failed: nowhere.csv: no such file; expected a CSV file",
        "3 analyses: 1 without caution, 1 with cautions, 1 failed", "report: results/report.html",
      ])
    #expect(
      try scratch.text("results/status.csv")
        == """
        cohort,analysis,status,message
        c,trends,fitted,
        c,lost,failed,nowhere.csv: no such file; expected a CSV file
        c,kept,fitted_with_cautions,"* rows of <5 people: rows of one person are taken as independent here, so that standard errors are usually too small; analyse one row a person, or use a model for repeated measures"

        """)
    #expect(scratch.has("results/c/kept.json") && !scratch.has("results/c/lost.json"))
    #expect(try scratch.text("results/report.html").contains("nowhere.csv: no such file"))
  }

  @Test func strictTurnsCautionsIntoOne() throws {
    let scratch = try scratch(
      "visits: {file: visits.csv, compare: {focus: a}}",
      visits: Self.visits + "3,0,9,a\n3,4,8,a\n4,0,9,b\n4,4,3,b\n")
    #expect(try scratch.run(["run", "plan.yaml", "-o", "a"]).code == 0)
    let strict = try scratch.run(["run", "plan.yaml", "-o", "b", "--strict", "--quiet"])
    #expect(strict.code == 1)
    #expect(strict.error == "")
    #expect(scratch.has("b/report.html"), "the results are there all the same")
  }

  @Test func curvesOfAPlanHaveTheirLogRankTest() throws {
    let scratch = try scratch(
      "fits:\n      - {name: km, file: visits.csv, formula: 'Surv(week, score == 9) ~ arm', curve: true}")
    #expect(try scratch.run(["run", "plan.yaml", "-o", "results"]).code == 0)
    let json = try JSONDecoder().decode(JSON.self, from: Data(scratch.text("results/c/km.json").utf8))
    #expect(json["tests"]?.list.first?["name"] == .text("log-rank"))
  }

  @Test func earlierResultsAreReplaced() throws {
    let scratch = try scratch("visits: {file: visits.csv, trends: {person_level: true}}")
    #expect(try scratch.run(["run", "plan.yaml", "-o", "results"]).code == 0)
    #expect(scratch.has("results/c/trends.csv"))
    try scratch.write("cohorts:\n  - name: d\n    visits: {file: visits.csv, trends: {}}\n", to: "plan.yaml")
    #expect(try scratch.run(["run", "plan.yaml", "-o", "results/"]).code == 0)
    #expect(scratch.has("results/d/trends.json") && !scratch.has("results/c"))
    #expect(try scratch.entries() == ["plan.yaml", "results", "visits.csv"])
  }

  @Test(arguments: ["results/notes.txt", "results/c/notes.txt", "results/.hidden"])
  func aFileMadeByHandIsNotLost(_ path: String) throws {
    let scratch = try scratch("visits: {file: visits.csv, trends: {}}")
    #expect(try scratch.run(["run", "plan.yaml", "-o", "results"]).code == 0)
    try scratch.write("mine", to: path)
    let before = try scratch.files()
    expectRefusal(
      try scratch.run(["run", "plan.yaml", "-o", "results"]),
      "error: results: the folder holds other files, such as '\(path.dropFirst("results/".count))'")
    #expect(try scratch.files() == before)
  }

  @Test func aFolderOfOtherFilesIsRefused() throws {
    let scratch = try scratch("visits: {file: visits.csv, trends: {}}")
    try scratch.write("{\"loss\": 0.3}", to: "results/run.json")
    try scratch.write("mine", to: "results/model.bin")
    let before = try scratch.files()
    for folder in ["results", "."] {
      expectRefusal(
        try scratch.run(["run", "plan.yaml", "-o", folder]), "error: \(folder): the folder holds other files")
    }
    expectRefusal(
      try scratch.run(["run", "plan.yaml", "-o", "visits.csv"]), "error: visits.csv: a file is in the way")
    #expect(try scratch.files() == before)
  }

  @Test func pathsAreRelativeToThePlan() throws {
    let scratch = try Scratch()
    try scratch.write(Self.visits, to: "study/data/visits.csv")
    try scratch.write(
      "cohorts:\n  - name: c\n    visits: {file: data/visits.csv, trends: {}}\n", to: "study/plan.yaml")
    #expect(try scratch.run(["run", "study/plan.yaml", "-o", "results"]).code == 0)
    #expect(try scratch.text("results/c/trends.json").contains("\"file\" : \"study/data/visits.csv\""))
  }

  @Test(arguments: [
    ("bogus: 3", "plan.yaml:3:5: plan.cohorts[1]: unknown key 'bogus'; known are name, title"),
    (
      "visits: {file: visits.csv}",
      "plan.yaml:3:13: plan.cohorts[1].visits: nothing to do; give trends or compare"
    ),
    ("visits: {trends: {}}", "plan.yaml:3:13: plan.cohorts[1].visits: 'file' is missing"),
    (
      "visits: {file: visits.csv, compare: {focus: a, horizon: [4]}}",
      "plan.yaml:3:52: plan.cohorts[1].visits.compare: unknown key 'horizon'"
    ),
    (
      "visits: {file: visits.csv, compare: {focus: a, conf_level: 95}}",
      "plan.yaml:3:64: plan.cohorts[1].visits.compare.conf_level: must lie between 0 and 1"
    ),
    (
      "visits: {file: visits.csv, compare: {focus: a, adjust: tukey}}",
      "plan.yaml:3:60: plan.cohorts[1].visits.compare.adjust: tukey is for all pairs"
    ),
    (
      "visits: {file: visits.csv, time_unit: hour, trends: {}}",
      "plan.yaml:3:43: plan.cohorts[1].visits.time_unit: 'hour' is not one of day, week"
    ),
    (
      "fits: [{name: ../../x, file: visits.csv, formula: score ~ week}]",
      "plan.yaml:3:12: plan.cohorts[1].fits[1].name: '../../x' names files: only letters"
    ),
    (
      "fits: [{name: trends, file: visits.csv, formula: score ~ week}]",
      "plan.yaml:2:5: plan.cohorts[1].fits: the name 'trends' is used twice"
    ),
    (
      "fits: [{name: m, file: visits.csv, formula: score ~ week +}]",
      "plan.yaml:3:49: formula: a term is missing here"
    ),
    (
      "fits: [{name: m, file: visits.csv, formula: score ~ (week | id), family: multinomial}]",
      "plan.yaml:3:49: plan.cohorts[1].fits[1].formula: the random term (week | id) does not go with"
    ),
    (
      "fits: [{name: m, file: visits.csv, formula: score ~ arm, reference: {am: b}}]",
      "plan.yaml:3:74: plan.cohorts[1].fits[1].reference: unknown key 'am'; known are arm"
    ),
    (
      "fits: [{name: m, file: visits.csv, formula: score ~ arm, curve: true}]",
      "plan.yaml:3:69: plan.cohorts[1].fits[1].curve: needs Surv(time, status)"
    ),
    ("name: again", "plan.yaml:"), ("fits: [", "plan.yaml:4:1: not YAML: "),
  ])
  func aPlanThatIsWrongIsPlaced(_ cohort: String, _ message: String) throws {
    let scratch = try scratch(cohort)
    let before = try scratch.files()
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 2)
    #expect(outcome.output == "")
    #expect(outcome.error.hasPrefix("error: " + message), "\(outcome.error)")
    #expect(try scratch.files() == before)
  }

  @Test(arguments: [
    ("nowhere.yaml", "error: nowhere.yaml: no such file; expected a YAML file"),
    ("empty.yaml", "error: empty.yaml:1: the plan is empty"),
    ("binary.yaml", "error: binary.yaml: the file is not UTF-8 text"),
    ("list.yaml", "error: list.yaml:1:1: plan: expected keys and values"),
    ("none.yaml", "error: none.yaml:1:10: plan.cohorts: there is no cohort"),
    ("folder", "error: folder: the file cannot be read"),
  ])
  func aPlanThatCannotBeReadIsNamed(_ file: String, _ message: String) throws {
    let scratch = try Scratch()
    try scratch.write("", to: "empty.yaml")
    try scratch.write(Data([0x61, 0xFF, 0xFE]), to: "binary.yaml")
    try scratch.write("- a\n", to: "list.yaml")
    try scratch.write("cohorts: []\n", to: "none.yaml")
    try scratch.write("", to: "folder/inside")
    expectRefusal(try scratch.run(["run", file, "-o", "results"]), message, code: 2)
    #expect(!scratch.has("results"))
  }
}
