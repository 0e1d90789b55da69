import Foundation
import TestSupport
import Testing

/// Mixed models and repeated measures by `tandem fit`: R's numbers, the contract's keys, the gate, and misuse.
@Suite struct VarianceCommandTests {
  private static let data = "Tests/EstimationTests/Fixtures/data"
  private static let visits = "Data/btheb/visits.csv"

  private func fit(_ arguments: [String]) throws -> JSON {
    let outcome = try Tandem.run(["fit"] + arguments + ["--format", "json", "--quiet"])
    #expect(outcome.code == 0, "\(outcome.error)")
    expectPlainNumbers(outcome.output)
    return try #require(outcome.json)
  }

  private func expect(
    _ json: JSON?, _ key: String, _ expected: [Double?], digits: Double, _ label: String
  ) throws {
    let rows = try #require(json).list
    #expect(rows.count == expected.count, "\(label)")
    for (row, value) in zip(rows, expected) {
      expectAgreement(
        try #require(row[key]?.number), try #require(value), digits: digits, "\(label): \(key)")
    }
  }

  // MARK: - R's numbers

  @Test("sleepstudy: lme4, lmerTest and pbkrtest")
  func sleepstudy() throws {
    let expected = try Fixture("Tests/EstimationTests/Fixtures/mixed.json")["cases"]["sleep_slope"]["values"]
    let arguments = ["reaction ~ days + (days | subject)", "\(Self.data)/sleepstudy.csv"]
    let json = try fit(arguments)
    try expect(json["coefficients"], "estimate", expected["estimate"].numbers, digits: 7, "lme4")
    try expect(json["coefficients"], "std_error", expected["std_error"].numbers, digits: 6, "lme4")
    try expect(json["coefficients"], "df", expected["df_satterthwaite"].numbers, digits: 6, "lmerTest")
    for (key, name) in [
      ("reml_criterion", "criterion"), ("aic", "aic"), ("bic", "bic"), ("sigma", "sigma"),
      ("log_lik", "loglik"),
    ] {
      expectAgreement(
        try #require(json["statistics"]?[key]?.number), expected[name].number(), digits: 7, key)
    }
    let components = try #require(json["variance_components"]).list
    #expect(components.map { $0["group"]?.text } == ["subject", "subject", "subject", "residual"])
    #expect(components.map { $0["term"]?.text } == ["(Intercept)", "days", "(Intercept)~days", ""])
    for (row, value) in zip([components[0], components[1], components[3]], expected["variances"].numbers) {
      let variance = try #require(row["variance"]?.number)
      expectAgreement(variance, try #require(value), digits: 6, "variance")
      expectAgreement(
        try #require(row["std_dev"]?.number), variance.squareRoot(), digits: 14, "standard deviation")
    }
    expectAgreement(
      try #require(components[2]["covariance"]?.number), expected["covariances"][0].number(), digits: 5,
      "covariance")
    expectAgreement(
      try #require(components[2]["correlation"]?.number), expected["correlations"][0].number(), digits: 5,
      "correlation")
    let adjusted = try fit(arguments + ["--df", "kenward-roger"])
    try expect(adjusted["coefficients"], "df", expected["df_kr"].numbers, digits: 6, "pbkrtest")
    let variance = try #require(adjusted["covariance"]?["matrix"]?.list[0].list[0].number)
    expectAgreement(variance, expected["vcov_kr"][0][0].number(), digits: 6, "pbkrtest's covariance")
    #expect(adjusted["model"]?["df_information"] == .text("expected"))
    let sandwich = try Fixture("Tests/EstimationTests/Fixtures/mixed_robust.json")["cases"]["sleep_slope"][
      "values"]
    for options in [["--vcov", "cr2"], ["--cluster", "subject"]] {
      let robust = try fit(arguments + options)
      try expect(robust["coefficients"], "std_error", sandwich["cr2"]["std_error"].numbers, digits: 6, "CR2")
      try expect(robust["coefficients"], "df", sandwich["cr2"]["df"].numbers, digits: 6, "CR2 df")
      let model = try #require(robust["model"])
      #expect(model["vcov"] == .text("cr2") && model["vcov_cluster"] == .text("subject"))
      #expect(model["df_method"] == .text("satterthwaite") && model["df_information"] == nil)
    }
  }

  @Test("Beat the Blues: an unstructured covariance by R", arguments: ["observed", "expected"])
  func unstructured(_ information: String) throws {
    let expected = try Fixture("Tests/EstimationTests/Fixtures/repeated.json")["cases"]["btheb_us"]["values"]
    let arguments = [
      "bdi ~ bdi_pre + drug + length + treatment*factor(month)", "\(Self.data)/btheb_long.csv", "--mmrm",
      "us",
      "--subject", "subject", "--visit", "month", "--reference", "treatment=TAU", "--reference", "length=<6m",
    ]
    let own = expected[information]
    let json = try fit(arguments + ["--df-information", information])
    try expect(json["coefficients"], "estimate", expected["beta"].numbers, digits: 7, "beta")
    try expect(json["coefficients"], "std_error", expected["se"].numbers, digits: 7, "errors")
    try expect(json["coefficients"], "df", own["df"].numbers, digits: 6, "Satterthwaite")
    let covariance = try #require(json["residual_covariance"]?.list.first)
    #expect(covariance["group"] == .text("all"))
    #expect(covariance["visits"]?.list.map(\.text) == ["2", "3", "5", "8"])
    try expect(covariance["parameters"], "estimate", expected["theta"].numbers, digits: 6, "covariance")
    #expect(covariance["matrix"]?.list.count == 4)
    expectAgreement(
      try #require(covariance["matrix"]?.list[1].list[0].number), expected["theta"][1].number(), digits: 6,
      "an element")
    let adjusted = try fit(arguments + ["--df-information", information, "--df", "kenward_roger"])
    try expect(adjusted["coefficients"], "std_error", own["se_kr"].numbers, digits: 6, "Kenward and Roger")
    guard information == "observed" else { return }
    let robust = try fit(arguments + ["--vcov", "cr2"])
    try expect(
      robust["coefficients"], "std_error", expected["robust"]["cr2"]["se"].numbers, digits: 6, "CR2")
    try expect(robust["coefficients"], "df", expected["robust"]["cr2"]["df"].numbers, digits: 6, "CR2 df")
    #expect(robust["model"]?["vcov_cluster"] == .text("subject") && robust["model"]?["df_information"] == nil)
  }

  // MARK: - The contract

  @Test func keysOfAMixedModel() throws {
    let json = try fit([
      "bdi ~ month + drug + (1 | subject_id)", Self.visits, "--method", "ML", "--means", "drug", "--contrast",
      "pairwise", "--tests", "lr",
    ])
    #expect(
      json.keys == [
        "schema", "model", "rows", "coefficients", "covariance", "variance_components", "random_groups",
        "statistics", "tests", "means", "contrasts", "convergence", "optimisation", "diagnostics",
        "provenance",
        "verdict",
      ])
    let model = try #require(json["model"])
    #expect(model["kind"] == .text("linear_mixed_model") && model["method"] == .text("ML"))
    #expect(model["df_method"] == .text("satterthwaite") && model["df_information"] == .text("observed"))
    #expect(json["statistics"]?["deviance"] != nil && json["statistics"]?["reml_criterion"] == nil)
    #expect(json["rows"]?["clusters"]?["n"] == .number(100))
    #expect(json["random_groups"]?.list.first?["n"] == .number(100))
    #expect(json["convergence"]?["converged"] == .bool(true))
    #expect(json["optimisation"]?["runs"]?.list.first?["criteria"]?.list.isEmpty == false)
    #expect(json["tests"]?.list.map { $0["method"]?.text } == ["lr", "lr"])
    #expect(json["diagnostics"]?.list.contains { $0["message"]?.text?.contains("by ML") == true } == false)
    // The deviances of the two fits by maximum likelihood differ by the test's statistic.
    let smaller = try fit([
      "bdi ~ month + (1 | subject_id)", Self.visits, "--method", "ml",
    ])
    let (a, b) = (
      try #require(smaller["statistics"]?["deviance"]?.number),
      try #require(json["statistics"]?["deviance"]?.number)
    )
    let statistic = try #require(json["tests"]?.list.last?["statistic"]?.number)
    expectAgreement(statistic, a - b, digits: 8, "likelihood ratio")
  }

  @Test func keysOfRepeatedMeasures() throws {
    let json = try fit([
      "bdi ~ factor(month)*drug", Self.visits, "--mmrm", "AR1H", "--subject", "subject_id", "--visit",
      "month",
      "--covariance-by", "drug", "--tests", "lr",
    ])
    #expect(
      json.keys == [
        "schema", "model", "rows", "coefficients", "covariance", "residual_covariance", "visits",
        "statistics",
        "tests", "convergence", "optimisation", "diagnostics", "provenance", "verdict",
      ])
    let model = try #require(json["model"])
    #expect(model["kind"] == .text("repeated_measures") && model["method"] == .text("REML"))
    #expect(model["covariance_structure"] == .text("ar1h") && model["covariance_by"] == .text("drug"))
    #expect(model["covariance_structure_requested"] == nil)
    #expect(json["residual_covariance"]?.list.map { $0["group"]?.text } == ["No", "Yes"])
    #expect(json["residual_covariance"]?.list.first?["correlation"]?.list[2].list[2] == .number(1))
    #expect(json["visits"]?.list.count == 10)
    let people = json["visits"]?.list.compactMap { $0["people"]?.number }.reduce(0, +)
    #expect(people == json["rows"]?["used"]?.number)
    #expect(json["statistics"]?["bic_n"] == .number(100), "people count in BIC, as in SAS")
    #expect(json["statistics"]?["parameters"] == .number(12), "five variances and a correlation for each arm")
    #expect(json["diagnostics"]?.list.contains { $0["message"]?.text?.contains("by ML") == true } == true)
  }

  @Test("a structure that cannot be fitted gives way to the declared fallback, and says so")
  func fallback() throws {
    let scratch = try Scratch()
    // No one has both the first and the last visit.
    let rows = (0..<60).map { row -> String in
      let (person, place) = (row / 2, row % 2)
      let visit = person % 2 == 0 ? place : place + 1
      return "\(person),\(visit),\((person * 7) % 11 + visit + (row * 5) % 3)\n"
    }
    try scratch.write("id,visit,score\n" + rows.joined(), to: "v.csv")
    let arguments = [
      "fit", "score ~ factor(visit)", "v.csv", "--mmrm", "us", "--subject", "id", "--visit", "visit",
    ]
    let refused = try scratch.run(arguments)
    #expect(refused.code == 3)
    #expect(refused.error.contains("no person has both visits 0 and 2"), "\(refused.error)")
    let outcome = try scratch.run(arguments + ["--mmrm-fallback", "cs", "--format", "json"])
    #expect(outcome.code == 0, "\(outcome.error)")
    let model = outcome.json?["model"]
    #expect(model?["covariance_structure"] == .text("cs"))
    #expect(model?["covariance_structure_requested"] == .text("us"))
    #expect(outcome.json?["verdict"]?.text?.contains("compound symmetry instead of unstructured") == true)
  }

  @Test("a boundary is explained")
  func boundary() throws {
    let outcome = try Tandem.run([
      "fit", "bdi ~ bdi_pre + month + (month | subject_id)", Self.visits, "--quiet",
    ])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("the correlation of the constant and month is 1 at the optimum"))
    #expect(outcome.output.contains("Variance components"))
  }

  @Test("a covariate that is the response at one visit is named")
  func vanished() throws {
    let outcome = try Tandem.run([
      "fit", "bdi ~ bdi_pre + factor(month)", Self.visits, "--mmrm", "us", "--subject", "subject_id",
      "--visit",
      "month", "--quiet",
    ])
    #expect(outcome.output.contains("nothing of the response is left beside the terms at visit 0"))
  }

  // MARK: - The gate

  @Test("a visit of few people hides what only they tell")
  func gate() throws {
    let scratch = try Scratch()
    var rows = ""
    for person in 0..<40 {
      for visit in 1...3 where visit < 3 || person < 4 {
        rows += "\(person),\(visit),\((person * 7) % 11 + visit + (person * visit * 5) % 3)\n"
      }
    }
    try scratch.write("id,visit,score\n" + rows, to: "v.csv")
    let arguments = [
      "fit", "score ~ visit", "v.csv", "--mmrm", "us", "--subject", "id", "--visit", "visit", "--format",
      "json",
    ]
    let open = try #require(try scratch.run(arguments).json)
    #expect(open["visits"]?.list.map { $0["people"]?.number } == [40, 40, 4])
    #expect(open["statistics"]?["log_lik"]?.number != nil)
    let gated = try #require(try scratch.run(arguments + ["--disclosure-threshold", "5"]).json)
    #expect(gated["visits"]?.list.allSatisfy { $0["people"] == .null } == true, "the others would tell it")
    let matrix = try #require(gated["residual_covariance"]?.list.first?["matrix"]).list
    #expect(matrix[1].list[0] != .null && matrix[2].list.allSatisfy { $0 == .null })
    #expect(gated["statistics"]?["log_lik"] == .null)
    #expect(gated["optimisation"]?["steps"]?.list.allSatisfy { $0["criterion"] == .null } == true)
    let text = try scratch.run(Array(arguments.dropLast(2)) + ["--disclosure-threshold", "5"]).output
    #expect(text.contains("covariance over 3 visits"), "visits are no people: \(text)")
  }

  @Test("a random slope of few people is hidden")
  func gateOfRandomTerms() throws {
    let scratch = try Scratch()
    var rows = ""
    for person in 0..<40 {
      for visit in 1...5 {
        rows +=
          "\(person),\(visit),\(person < 3 ? "b" : "a"),\((person * 7) % 11 + visit + (person * visit * 5) % 7)\n"
      }
    }
    try scratch.write("id,visit,kind,score\n" + rows, to: "v.csv")
    let gated = try #require(
      try scratch.run([
        "fit", "score ~ visit + (0 + kind | id)", "v.csv", "--random-covariance", "diag", "--format", "json",
        "--disclosure-threshold", "5",
      ]).json)
    let components = try #require(gated["variance_components"]).list
    #expect(components.map { $0["variance"] == .null } == [false, true, false])
    #expect(gated["statistics"]?["log_lik"] == .null)
  }

  // MARK: - Misuse

  private static func misuse(_ formula: String, _ options: [String], _ says: String) -> Misuse {
    Misuse(["fit", formula, visits] + options, "error: " + says)
  }

  private static let repeated = ["--mmrm", "us", "--subject", "subject_id", "--visit", "month"]

  static let misuses: [Misuse] = [
    misuse("bdi ~ month", ["--mmrm", "un", "--visit", "month"], "--mmrm un is not known; us, csh, cs"),
    misuse(
      "bdi ~ drug + (1 | subject_id)", repeated, "--mmrm goes with models whose residuals are correlated"),
    misuse("bdi ~ drug", repeated + ["--gee", "ar1"], "--gee does not go with --mmrm"),
    misuse("bdi ~ drug", repeated + ["--family", "poisson"], "--family poisson: --mmrm is for gaussian"),
    misuse("bdi ~ drug", repeated + ["--cluster", "drug"], "--cluster does not go with --mmrm"),
    misuse("bdi ~ drug", repeated + ["--vcov", "hc3"], "--vcov hc3 takes rows as independent"),
    misuse(
      "bdi ~ drug", repeated + ["--vcov", "cr2", "--df", "kenward-roger"],
      "--df kenward-roger: with --vcov cr2"),
    misuse(
      "bdi ~ drug", repeated + ["--df", "z"], "--df z is not built for this model; it has satterthwaite"),
    misuse(
      "bdi ~ drug", repeated + ["--random-covariance", "cs"], "--random-covariance goes with random terms"),
    misuse("bdi ~ drug", repeated + ["--mmrm-fallback", "cs,x"], "--mmrm-fallback x is not known"),
    misuse("bdi ~ drug", ["--covariance-by", "drug"], "--covariance-by goes with --mmrm"),
    misuse(
      "bdi ~ drug", ["--method", "ml"], "--method goes with random terms such as (week | id), or with --mmrm"),
    misuse("bdi ~ (1 | subject_id)", ["--method", "rml"], "--method rml is not known; reml and ml are"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--cluster", "drug", "--vcov", "model"],
      "--vcov model takes rows as independent; with --cluster"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--vcov", "hc0"], "--vcov hc0 takes rows as independent; with random terms"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--vcov", "cr2", "--df", "kenward-roger"],
      "--df kenward-roger: with --vcov cr2 degrees of freedom are Satterthwaite's"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--vcov", "cr2", "--df-information", "expected"],
      "--df-information has no effect with --vcov cr2"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--df", "residual", "--df-information", "expected"],
      "--df-information has no effect with --df residual"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--df", "kenward-roger", "--method", "ml"],
      "--df kenward-roger: Kenward and Roger's adjustment goes with --method reml"),
    misuse(
      "bdi ~ (1 | subject_id)", ["--weights", "month", "--weights-kind", "sampling"],
      "--weights-kind sampling is not built for mixed models"),
    misuse("bdi ~ (1 | subject_id)", ["--gee", "ar1"], "--gee goes with models whose working correlation"),
    misuse("bdi ~ (1 | subject_id)", ["--in-blocks"], "--in-blocks is for linear models"),
    misuse(
      "Surv(month, bdi) ~ (1 | subject_id)", [],
      "formula: random terms of survival models (frailties) are not built"),
  ]

  @Test(arguments: misuses)
  func refused(_ misuse: Misuse) throws {
    let outcome = try Tandem.run(misuse.arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output == "")
    #expect(outcome.error.hasPrefix(misuse.says), "\(outcome.error)")
  }

  @Test("data that these models cannot take end with exit code 3")
  func refusedData() throws {
    let scratch = try Scratch()
    try scratch.write("code,visit,score\na,1,3\na,1,4\na,2,5\nb,1,2\nb,2,2\n", to: "v.csv")
    func error(_ arguments: [String], _ code: Int32) throws -> String {
      let outcome = try scratch.run(["fit"] + arguments)
      #expect(outcome.code == code, "\(outcome.error)")
      return outcome.error
    }
    let repeated = ["score ~ visit", "v.csv", "--mmrm", "cs", "--visit", "visit"]
    #expect(try error(repeated, 2).hasPrefix("error: --mmrm needs --subject COL"))
    let duplicate = try error(repeated + ["--subject", "code"], 3)
    #expect(duplicate.contains("v.csv:3: a second row of the same person at visit visit = 1"), "\(duplicate)")
    let missing = try error(["score ~ visit + (1 | clinic)", "v.csv"], 3)
    #expect(missing.hasPrefix("error: v.csv:1: column 'clinic': there is no such column"), "\(missing)")
  }
}
