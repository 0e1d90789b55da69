import Foundation
import TestSupport
import Testing

/// Generalised mixed models, predicted effects of people and constrained baselines by `tandem fit` and in plans.
@Suite struct GeneralizedMixedCommandTests {
  private static let data = "Tests/EstimationTests/Fixtures/data"
  private static let visits = "Data/btheb/visits.csv"

  private func fit(_ arguments: [String]) throws -> JSON {
    let outcome = try Tandem.run(["fit"] + arguments + ["--format", "json", "--quiet"])
    #expect(outcome.code == 0, "\(outcome.error)")
    expectPlainNumbers(outcome.output)
    return try #require(outcome.json)
  }

  // MARK: - R's numbers

  @Test("lme4: Laplace and quadrature", arguments: ["epilepsy_slope", "ohio_10"])
  func reference(_ name: String) throws {
    let fixture = try Fixture("Tests/EstimationTests/Fixtures/generalized_mixed.json")
    let expected = fixture["cases"][name]["values"]
    let data = try #require(fixture["cases"][name]["dataset"].text)
    var arguments = [
      try #require(expected["formula"].text), "\(Self.data)/\(data).csv", "--family",
      try #require(expected["family"].text),
    ]
    let points = Int(expected["points"].number())
    if points > 1 { arguments += ["--quadrature", "\(points)"] }
    let json = try fit(arguments)
    let rows = try #require(json["coefficients"]).list
    for (row, (estimate, error)) in zip(
      rows, zip(expected["estimate"].numbers, expected["std_error"].numbers))
    {
      expectAgreement(
        try #require(row["estimate"]?.number), try #require(estimate), digits: 6, absolute: 1e-7, "estimate")
      expectAgreement(
        try #require(row["std_error"]?.number), try #require(error), digits: 5.5, "error")
    }
    for (key, name) in [("deviance", "criterion"), ("aic", "aic"), ("bic", "bic")] {
      expectAgreement(
        try #require(json["statistics"]?[key]?.number), expected[name].number(), digits: 9, key)
    }
    let model = try #require(json["model"])
    #expect(model["kind"] == .text("generalized_linear_mixed_model"))
    #expect(model["integration"] == .text(points > 1 ? "quadrature" : "laplace"))
    #expect(model["quadrature_points"] == .number(Double(points)))
  }

  // MARK: - The contract

  @Test func keys() throws {
    let json = try fit([
      "seizure_rate ~ treatment + period + (1 | subject)", "\(Self.data)/epilepsy.csv", "--family", "poisson",
      "--means", "treatment", "--contrast", "pairwise", "--tests", "lr", "--effects", "treatment", "--limits",
      "profile",
    ])
    #expect(
      json.keys == [
        "schema", "model", "rows", "coefficients", "covariance", "variance_components", "random_groups",
        "statistics", "tests", "means", "contrasts", "effects", "convergence", "optimisation",
        "integration_check", "diagnostics", "provenance", "verdict",
      ])
    #expect(
      json["statistics"]?.keys == [
        "log_lik", "deviance", "conditional_deviance", "aic", "bic", "bic_n", "parameters",
        "r_squared_marginal", "r_squared_conditional", "icc",
      ])
    let ratios = json["coefficients"]?.list.dropFirst().map { $0["ratio_kind"] } ?? []
    #expect(ratios.allSatisfy { $0 == .text("rate") })
    #expect(json["coefficients"]?.list.allSatisfy { $0["df"] == .null } == true)
    let component = try #require(json["variance_components"]?.list.first)
    #expect(
      component.keys == [
        "group", "term", "variance", "std_dev", "conf_low", "conf_high", "interval_method",
      ])
    #expect(component["interval_method"] == .text("profile"))
    let tests = try #require(json["tests"]).list
    #expect(tests.map { $0["term"]?.text ?? $0["name"]?.text } == ["random_terms", "treatment", "period"])
    #expect(tests[0]["tested"]?.text?.contains("even mixture of chi-squared on 0 and 1 df") == true)
    #expect(json["integration_check"]?.keys == ["quadrature_points", "term", "shift", "deviation_shift"])
    // On the link's scale and the response's of a person, and of the population.
    let means = try #require(json["means"]).list
    #expect(
      means.map { $0["scale"]?.text } == ["log", "log", "response", "response", "response", "response"])
    #expect(
      means.map { $0["random_effects"]?.text } == ["zero", "zero", "zero", "zero", "averaged", "averaged"])
    let variance = try #require(component["variance"]?.number)
    for k in 0..<2 {
      let (linear, person, population) = (
        try #require(means[k]["estimate"]?.number), try #require(means[k + 2]["estimate"]?.number),
        try #require(means[k + 4]["estimate"]?.number)
      )
      expectAgreement(person, exp(linear), digits: 12, "a person")
      expectAgreement(population, exp(linear + variance / 2), digits: 10, "the population")
    }
    let notes = json["diagnostics"]?.list.compactMap { $0["message"]?.text } ?? []
    #expect(notes.contains { $0.contains("averages are of people of average effects") })
  }

  @Test("the text says whose means they are")
  func text() throws {
    func output(_ random: String) throws -> String {
      let outcome = try Tandem.run([
        "fit", "seizure_rate ~ treatment + period + \(random)", "\(Self.data)/epilepsy.csv", "--family",
        "poisson", "--means", "treatment", "--quiet",
      ])
      #expect(outcome.code == 0, "\(outcome.error)")
      return outcome.output
    }
    let constants = try output("(1 | subject)")
    #expect(constants.contains("on the response scale, of a person of average effects (random effects 0)"))
    #expect(constants.contains("Means of the population on the response scale, averaged over random effects"))
    #expect(constants.contains("Variance components on the log scale, with limits of variances"))
    let slopes = try output("(period | subject)")
    #expect(!slopes.contains("Means of the population"))
    #expect(slopes.contains("means of the population are given where only constants vary"))
  }

  @Test("a response of two levels, with its reference")
  func levels() throws {
    let arguments = [
      "status ~ treatment * month + (1 | subject)", "\(Self.data)/respiratory.csv", "--family", "binomial",
      "--quadrature", "5",
    ]
    let (first, second) = (
      try fit(arguments + ["--reference", "status=good"]),
      try fit(arguments + ["--reference", "status=poor"])
    )
    for (a, b) in zip(first["coefficients"]?.list ?? [], second["coefficients"]?.list ?? []) {
      expectAgreement(
        try #require(a["estimate"]?.number), -(try #require(b["estimate"]?.number)), digits: 6, "sign")
    }
  }

  @Test("a variance of few people is hidden")
  func gate() throws {
    let scratch = try Scratch()
    var rows = ""
    for person in 0..<40 {
      for visit in 1...5 {
        rows += "\(person),\(visit),\(person < 3 ? "b" : "a"),\((person * 7 + visit * (person % 3)) % 5)\n"
      }
    }
    try scratch.write("id,visit,kind,score\n" + rows, to: "v.csv")
    let gated = try #require(
      try scratch.run([
        "fit", "score ~ visit + (0 + kind | id)", "v.csv", "--family", "poisson", "--random-covariance",
        "diag", "--format", "json", "--disclosure-threshold", "5",
      ]).json)
    let components = try #require(gated["variance_components"]).list
    #expect(components.map { $0["variance"] == .null } == [false, true])
    #expect(components.map { $0["conf_high"] == .null } == [false, true])
    #expect(gated["statistics"]?["log_lik"] == .null && gated["statistics"]?["icc"] == .null)
    #expect(gated["tests"]?.list.first?["statistic"] == .null)
    #expect(gated["integration_check"]?["shift"] == .null || gated["integration_check"] == nil)
  }

  // MARK: - Effects of people

  private static let header =
    "group,level,term,estimate,std_error,conf_low,conf_high,prediction_error_variance,conditional_variance"

  @Test("a file of predicted effects, linear and generalised", arguments: [[], ["--family", "poisson"]])
  func people(_ family: [String]) throws {
    let scratch = try Scratch()
    let data = ProjectFiles.path("\(Self.data)/epilepsy.csv")
    let arguments = ["fit", "seizure_rate ~ period + (period | subject)", data] + family
    let outcome = try scratch.run(
      arguments + ["--random-effects", "people.csv", "--disclosure-threshold", "5"])
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.contains("people.csv: 177 rows of single groups, not gated for disclosure"))
    #expect(!outcome.output.contains("prediction_error_variance"))
    let lines = try scratch.text("people.csv").split(separator: "\n").map(String.init)
    #expect(lines.first == Self.header && lines.count == 1 + 3 * 59)
    let cells = lines[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(cells[0] == "subject" && cells[2] == "(Intercept)")
    let (error, given) = (try #require(Double(cells[7])), try #require(Double(cells[8])))
    #expect(error > given)
    expectAgreement(try #require(Double(cells[4])), error.squareRoot(), digits: 13, "standard error")
    #expect(lines[3].contains("(Intercept)~period,,,,,"))
    // The same result with and without the file.
    let plain = try scratch.run(arguments + ["--format", "json", "--quiet"])
    let asked = try scratch.run(
      arguments + ["--format", "json", "--quiet", "--random-effects", "people.csv"])
    #expect(plain.output == asked.output)
  }

  @Test("rows of people are in a batch where the plan says so, and never in the report")
  func plannedPeople() throws {
    let scratch = try Scratch()
    let data = ProjectFiles.path("\(Self.data)/epilepsy.csv")
    let formula = "seizure_rate ~ period + (1 | subject)"
    try scratch.write(
      """
      cohorts:
        - name: c
          fits:
            - {name: open, file: \(data), formula: \(formula), family: poisson, person_level: true}
            - {name: closed, file: \(data), formula: \(formula), family: poisson, quadrature: 5, limits: profile}
            - {name: linear, file: \(data), formula: \(formula), person_level: true}

      """, to: "plan.yaml")
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 0, "\(outcome.error)")
    for (name, isAsked) in [("open", true), ("closed", false), ("linear", true)] {
      #expect(scratch.has("results/c/\(name)_random_effects.csv") == isAsked)
      let json = try JSONDecoder().decode(JSON.self, from: Data(scratch.text("results/c/\(name).json").utf8))
      #expect(json["random_effects"]?.list.count == (isAsked ? 59 : nil))
      #expect(json["random_effects"]?.list.first?["estimate"]?.number != nil || !isAsked)
    }
    #expect(try scratch.text("results/c/open_random_effects.csv").hasPrefix(Self.header + "\n"))
    #expect(try !scratch.text("results/report.html").contains("rediction_error_variance"))
    #expect(try !scratch.text("results/report.html").contains("Predicted effects of single groups"))
    let command = try scratch.run([
      "fit", formula, data, "--family", "poisson", "--quadrature", "5", "--limits", "profile", "--format",
      "json", "--quiet", "--disclosure-threshold", "5",
    ])
    #expect(try scratch.text("results/c/closed.json") == command.output)
    try scratch.write(
      "cohorts:\n  - name: c\n    fits:\n      - {name: a, file: \(data), formula: seizure_rate ~ period, person_level: true}\n",
      to: "plan.yaml")
    let refused = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(refused.code == 2)
    #expect(refused.error.contains("only models with random terms, such as (week | id)"), "\(refused.error)")
  }

  // MARK: - Constrained baselines

  @Test("arms share their mean at baseline")
  func constrainedBaseline() throws {
    let arguments = [
      "bdi ~ factor(month)*treatment", Self.visits, "--mmrm", "us", "--subject", "subject_id", "--visit",
      "month", "--arm", "treatment", "--reference", "treatment=TAU", "--constrained-baseline", "0",
    ]
    let json = try fit(arguments + ["--means", "treatment | month", "--contrast", "pairwise"])
    #expect(
      json["model"]?["constrained_baseline"]
        == .object(["arm": .text("treatment"), "visit": .text("0"), "reference": .text("TAU")]))
    let means = try #require(json["means"]).list
    #expect(means.count(where: { $0["estimate"] == .null }) == 1, "of the other arm at baseline")
    #expect(json["rows"]?["by_arm"]?.list.map { $0["subjects"] } == [.number(52), .number(48)])
    #expect(json["diagnostics"]?.list.allSatisfy { $0["severity"] == .text("note") } == true)
    // Every difference from the contrasts is adjusted for the baseline by the covariance.
    let aliased = json["coefficients"]?.list.filter { $0["aliased"] == .bool(true) } ?? []
    #expect(aliased.map { $0["term"]?.text } == ["factor(month)[8]:treatment[BtheB]"])
    let last = try #require(json["contrasts"]?.list.last?["estimate"]?.number)
    let term = try #require(json["coefficients"]?.list.first { $0["term"] == .text("treatment[BtheB]") })
    expectAgreement(last, -(try #require(term["estimate"]?.number)), digits: 9, "the last visit's difference")
    let scratch = try Scratch()
    try scratch.write(
      """
      cohorts:
        - name: c
          fits:
            - name: clda
              file: \(ProjectFiles.path(Self.visits))
              formula: bdi ~ factor(month)*treatment
              mmrm: us
              subject: subject_id
              visit: month
              arm: treatment
              reference: {treatment: TAU}
              constrained_baseline: 0

      """, to: "plan.yaml")
    #expect(try scratch.run(["run", "plan.yaml", "-o", "results"]).code == 0)
    let command = try scratch.run(
      ["fit", arguments[0], ProjectFiles.path(Self.visits)] + arguments.dropFirst(2)
        + ["--format", "json", "--quiet", "--disclosure-threshold", "5"])
    #expect(try scratch.text("results/c/clda.json") == command.output)
  }

  // MARK: - Misuse

  private static func misuse(_ formula: String, _ options: [String], _ says: String) -> Misuse {
    Misuse(["fit", formula, visits] + options, "error: " + says)
  }

  private static let repeated = ["--mmrm", "us", "--subject", "subject_id", "--visit", "month"]
  private static let poisson = ["--family", "poisson"]
  private static let mixed = "bdi ~ drug + (1 | subject_id)"

  static let misuses: [Misuse] = [
    misuse(
      mixed, poisson + ["--cluster", "drug"],
      "--cluster: cluster-robust errors of generalised mixed models are not built yet; random effects allow for clusters, and "
        + "estimating equations (--gee) have robust errors"),
    misuse(
      mixed, poisson + ["--vcov", "hc0"], "--vcov hc0 is not built for generalised mixed models; model is"),
    misuse(
      mixed, poisson + ["--df", "satterthwaite"],
      "--df satterthwaite is not built for this model; it has none"),
    misuse(
      mixed, poisson + ["--method", "reml"], "--method reml: generalised mixed models are fitted by maximum"),
    misuse(mixed, poisson + ["--df-information", "expected"], "--df-information has no effect with z tests"),
    misuse(
      mixed, poisson + ["--weights", "month", "--weights-kind", "sampling"],
      "--weights-kind sampling is not built for generalised mixed models; estimating equations"),
    misuse(
      mixed, poisson + ["--firth"], "--firth goes with generalised linear models, not with the random term"),
    misuse(mixed, poisson + ["--quadrature", "0"], "--quadrature 0: expected 1 or more points"),
    misuse(mixed, poisson + ["--quadrature", "200"], "quadrature takes 1 to 101 points"),
    misuse(
      "bdi ~ drug + (1 | subject_id) + (1 | drug)", poisson + ["--quadrature", "5"],
      "quadrature is for one set of groups"),
    misuse(mixed, ["--quadrature", "5"], "--quadrature is for generalised mixed models: name a --family"),
    misuse("bdi ~ drug", ["--quadrature", "5"], "--quadrature goes with random terms such as (1 | id)"),
    misuse(
      "bdi ~ drug", repeated + ["--quadrature", "5"], "--quadrature is for generalised mixed models, not for"),
    misuse(mixed, ["--limits", "profile"], "--limits profile goes with generalised models: name a --family"),
    misuse(mixed, ["--link", "log"], "--link goes with generalised models: name a --family"),
    misuse(mixed, ["--family", "gamma"], "mixed models of the gamma family are not built: use estimating"),
    misuse(
      mixed, poisson + ["--link", "identity"], "mixed models of the poisson family have no identity link"),
    misuse(
      mixed, ["--effects", "drug", "--effects-variance", "sampling"],
      "--effects-variance sampling needs each row's influence on the coefficients, which mixed models do not have"
    ),
    misuse(
      mixed, poisson + ["--effects", "drug", "--effects-variance", "sampling"],
      "--effects-variance sampling needs each row's influence on the coefficients, which mixed models do not have"
    ),
    misuse(
      "bdi ~ drug", repeated + ["--effects", "drug", "--effects-variance", "sampling"],
      "--effects-variance sampling needs each row's influence on the coefficients, which repeated measures do not have"
    ),
    misuse("bdi ~ drug", ["--constrained-baseline", "0"], "--constrained-baseline goes with --mmrm"),
    misuse(
      "bdi ~ drug*factor(month)", repeated + ["--constrained-baseline", "0", "--arm", "treatment"],
      "--constrained-baseline is about the arm, and 'treatment' is not in the formula"),
    misuse(
      "bdi ~ drug*factor(month)",
      repeated + ["--constrained-baseline", "0", "--arm", "drug", "--effects", "drug"],
      "--effects sets every row to each arm, and with --constrained-baseline"),
    misuse("bdi ~ drug", ["--random-effects", "x.csv"], "--random-effects goes with random terms"),
    misuse(mixed, ["--random-effects", "-"], "--random-effects needs a file of its own"),
    misuse(mixed, ["--random-effects", visits], "'\(visits)' is read and would be written over"),
  ]

  @Test(arguments: misuses)
  func refused(_ misuse: Misuse) throws {
    let outcome = try Tandem.run(misuse.arguments)
    #expect(outcome.code == 2)
    #expect(outcome.output == "")
    #expect(outcome.error.hasPrefix(misuse.says), "\(outcome.error)")
  }

  @Test("a baseline visit that no row has is the data's matter")
  func unknownBaseline() throws {
    let outcome = try Tandem.run(
      ["fit", "bdi ~ drug*factor(month)", Self.visits] + Self.repeated
        + ["--arm", "drug", "--constrained-baseline", "1"])
    #expect(outcome.code == 3)
    #expect(outcome.error.contains("column 'month' has no visit '1'"), "\(outcome.error)")
  }
}
