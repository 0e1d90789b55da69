import Foundation
import TestSupport
import Testing

/// Fits of a plan: its keys are the options of `fit`, and its results those of the command.
@Suite struct PlannedFitTests {
  private static let visits = ProjectFiles.path("Data/btheb/visits.csv")
  private static let episodes = ProjectFiles.path("Data/help/episodes.csv")

  private func run(_ fits: [String]) throws -> (Scratch, Tandem.Outcome) {
    let scratch = try Scratch()
    try scratch.write(
      "cohorts:\n  - name: c\n    fits:\n" + fits.map { "      - {\($0)}\n" }.joined(), to: "plan.yaml")
    return (scratch, try scratch.run(["run", "plan.yaml", "-o", "results"]))
  }

  /// A fit as a plan says it and as the command does.
  struct Pair: Sendable {
    let keys: String
    let arguments: [String]
  }

  static let pairs: [Pair] = [
    Pair(
      keys: "file: \(episodes), formula: relapse ~ treatment*age, family: binomial, limits: profile, "
        + "effects: [treatment, age], effects_variance: sampling, tests: lr",
      arguments: [
        "relapse ~ treatment*age", episodes, "--family", "binomial", "--limits", "profile", "--effects",
        "treatment", "--effects", "age", "--effects-variance", "sampling", "--tests", "lr",
      ]),
    Pair(
      keys: "file: \(episodes), formula: relapse ~ sex, family: binomial, firth: true",
      arguments: ["relapse ~ sex", episodes, "--family", "binomial", "--firth"]),
    Pair(
      keys: "file: \(episodes), formula: substance ~ age, family: multinomial, vcov: hc0, "
        + "reference: {substance: heroin}",
      arguments: [
        "substance ~ age", episodes, "--family", "multinomial", "--vcov", "hc0", "--reference",
        "substance=heroin",
      ]),
    Pair(
      keys: "file: \(episodes), formula: relapse ~ treatment, test: chi-squared",
      arguments: ["relapse ~ treatment", episodes, "--test", "chi-squared"]),
    Pair(
      keys: "file: \(episodes), formula: 'Surv(days, relapse) ~ treatment*age', ties: breslow, "
        + "means: treatment, slopes: age",
      arguments: [
        "Surv(days, relapse) ~ treatment*age", episodes, "--ties", "breslow", "--means", "treatment",
        "--slopes", "age",
      ]),
    Pair(
      keys: "file: \(visits), formula: bdi ~ month + drug, gee: ar1, subject: subject_id, visit: month, "
        + "vcov: mancl-derouen, means: drug, contrast: pairwise",
      arguments: [
        "bdi ~ month + drug", visits, "--gee", "ar1", "--subject", "subject_id", "--visit", "month", "--vcov",
        "mancl-derouen", "--means", "drug", "--contrast", "pairwise",
      ]),
    Pair(
      keys: "file: \(visits), formula: bdi ~ bdi_pre + month*modality + (month || subject_id), method: ml, "
        + "df: between-within, tests: III, means: modality, slopes: month, contrast: pairwise, "
        + "ratio: combined/therapy",
      arguments: [
        "bdi ~ bdi_pre + month*modality + (month || subject_id)", visits, "--method", "ml", "--df",
        "between-within", "--tests", "III", "--means", "modality", "--slopes", "month", "--contrast",
        "pairwise",
        "--ratio", "combined/therapy",
      ]),
    Pair(
      keys: "file: \(visits), formula: bdi ~ factor(month)*drug, mmrm: toeph, mmrm_fallback: [ar1h, cs], "
        + "subject: subject_id, visit: month, df: kenward-roger-linear, df_information: expected, "
        + "covariance_by: drug, means: drug | month, contrast: pairwise",
      arguments: [
        "bdi ~ factor(month)*drug", visits, "--mmrm", "toeph", "--mmrm-fallback", "ar1h,cs", "--subject",
        "subject_id", "--visit", "month", "--df", "kenward-roger-linear", "--df-information", "expected",
        "--covariance-by", "drug", "--means", "drug | month", "--contrast", "pairwise",
      ]),
    Pair(
      keys: "file: \(visits), formula: bdi ~ month + drug, robust: huber",
      arguments: ["bdi ~ month + drug", visits, "--robust", "huber"]),
    Pair(
      keys:
        "file: \(visits), formula: bdi ~ bdi_pre + modality*month, cluster: subject_id, df: satterthwaite, "
        + "means: modality, at: {month: 8}, contrast: versus=combined, adjust: dunnett, equivalence: [-3, 3]",
      arguments: [
        "bdi ~ bdi_pre + modality*month", visits, "--cluster", "subject_id", "--df", "satterthwaite",
        "--means",
        "modality", "--at", "month=8", "--contrast", "versus=combined", "--adjust", "dunnett",
        "--equivalence=-3,3",
      ]),
  ]

  @Test("a plan's fit is the command's, to the byte")
  func samesBytes() throws {
    let (scratch, outcome) = try run(
      Self.pairs.enumerated().map { "name: fit\($0.offset), \($0.element.keys)" })
    #expect(outcome.code == 0, "\(outcome.error)")
    for (index, pair) in Self.pairs.enumerated() {
      let command = try scratch.run(
        ["fit"] + pair.arguments + ["--format", "json", "--quiet", "--disclosure-threshold", "5"])
      #expect(command.code == 0, "\(command.error)")
      #expect(try scratch.text("results/c/fit\(index).json") == command.output, "\(pair.keys)")
    }
    // The effects of two columns are two tables.
    #expect(scratch.has("results/c/fit0_effects.csv") && !scratch.has("results/c/fit0_effects_2.csv"))
    let report = try scratch.text("results/report.html")
    #expect(report.contains("chi-squared") && report.contains("heroin"))
  }

  @Test("fits of a plan pass the gate")
  func gate() throws {
    let scratch = try Scratch()
    let rows = (0..<80).map { row in
      "\(row),\(row < 40 ? "a" : "b"),\(row < 40 ? (row < 2 ? 1 : 0) : row % 2),\(["x", "y", "z"][row % 3])\n"
    }
    try scratch.write("id,arm,ill,choice\n" + rows.joined(), to: "people.csv")
    try scratch.write(
      """
      cohorts:
        - name: c
          fits:
            - {name: logit, file: people.csv, formula: ill ~ arm, family: binomial, means: arm}
            - {name: gee, file: people.csv, formula: ill ~ arm, family: binomial, gee: independence, subject: id}
            - {name: exact, file: people.csv, formula: ill ~ arm, test: fisher}
            - {name: open, file: people.csv, formula: choice ~ arm, family: multinomial}

      """, to: "plan.yaml")
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 0, "\(outcome.error)")
    func json(_ name: String) throws -> JSON {
      try JSONDecoder().decode(JSON.self, from: Data(scratch.text("results/c/\(name).json").utf8))
    }
    for name in ["logit", "gee"] {
      let result = try json(name)
      #expect(result["coefficients"]?.list.allSatisfy { $0["estimate"] == .null } == true, "2 events of 40")
      let means = result["means"]?.list.filter { $0["at"]?["arm"] == .text("a") } ?? []
      #expect(means.count == (name == "logit" ? 2 : 0) && means.allSatisfy { $0["estimate"] == .null })
    }
    let exact = try json("exact")
    #expect(exact["tests"]?.list.first?["p_value"] == .null)
    #expect(exact["contrasts"]?.list.first?["ratio"] == .null)
    let groups = try #require(exact["groups"]?.list)
    let small = try #require(groups.first { $0["at"]?["arm"] == .text("a") })
    #expect(small["events"] == .null && small["event_share"] == .null)
    #expect(try json("open")["coefficients"]?.list.allSatisfy { $0["estimate"] != .null } == true)
    // Without the gate all is there.
    _ = try scratch.run(["run", "plan.yaml", "-o", "results", "--disclosure-threshold", "0"])
    #expect(try json("logit")["coefficients"]?.list.allSatisfy { $0["estimate"] != .null } == true)
  }

  @Test(arguments: [
    (
      "famly: binomial", "plan.yaml:4:83: plan.cohorts[1].fits[1]: unknown key 'famly'; known are name, file",
      "; did you mean 'family'?"
    ),
    ("family: bernoulli", "plan.yaml:4:91: plan.cohorts[1].fits[1].family: bernoulli is not known", ""),
    ("vcov: cr2", "plan.yaml:4:89: plan.cohorts[1].fits[1].vcov: cr2 needs 'cluster'", ""),
    ("conf_level: 95", "plan.yaml:4:95: plan.cohorts[1].fits[1].conf_level: must lie between 0 and 1", ""),
    ("firth: maybe", "plan.yaml:4:90: plan.cohorts[1].fits[1].firth: expected true or false", ""),
    (
      "tests: IV", "plan.yaml:4:90: plan.cohorts[1].fits[1].tests: The value 'IV' is invalid for 'tests'.", ""
    ),
    ("mmrm: us", "plan.yaml:4:89: plan.cohorts[1].fits[1].mmrm: needs 'visit', the column", ""),
    (
      "random_covariance: cs", "plan.yaml:4:102: plan.cohorts[1].fits[1].random_covariance: goes with random",
      ""
    ),
    ("test: mcnemar", "plan.yaml:4:89: plan.cohorts[1].fits[1].test: mcnemar needs 'subject'", ""),
  ])
  func aWrongKeyIsPlaced(_ key: String, _ start: String, _ end: String) throws {
    let scratch = try Scratch()
    try scratch.write(
      "cohorts:\n  - name: c\n    fits:\n      - {name: m, file: v.csv, formula: 'y ~ x',                          "
        + "        \(key)}\n", to: "plan.yaml")
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 2)
    #expect(outcome.error.hasPrefix("error: " + start), "\(outcome.error)")
    #expect(outcome.error.hasSuffix(end + "\n"), "\(outcome.error)")
  }

  @Test("what only the data show to be wrong is told with the key's place")
  func wrongForTheData() throws {
    let (scratch, outcome) = try run([
      "name: m, file: \(Self.visits), formula: bdi ~ drug, means: drug, contrast: lsd",
      "name: n, file: \(Self.visits), formula: bdi ~ drug",
    ])
    #expect(outcome.code == 1)
    let status = try scratch.text("results/status.csv")
    #expect(status.contains("plan.cohorts[1].fits[1].contrast: lsd is not known; pairwise"), "\(status)")
  }
}
