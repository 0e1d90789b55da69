import CohortTables
import Estimation
import TestSupport
import Testing

/// Contrasts, ratios, slopes and tests of terms against R 4.2.2 with emmeans 1.8.4-1, car 3.1-1, clubSandwich 0.5.8.
///
/// Calls, versions and dates stand in `Fixtures/inference_seam.json`; `inference_seam.R` made it.
@Suite("Reference: inference over any fit")
struct SeamReferenceTests {
  static let visits = "bdi ~ treatment * factor(month) + bdi_pre + drug"

  static func values(_ name: String) throws -> Fixture {
    try ReferenceData.inferenceSeam.get()["cases"][name]["values"]
  }

  static func logit(_ formula: String, options: ModelOptions = ModelOptions()) throws -> GeneralizedFit {
    var options = options
    // Of two levels the model is of the other one than the reference.
    options.references["homeless"] = "housed"
    return try GeneralizedLinearModel(formula, family: .binomial, options: options).fit(
      ReferenceData.table("help_rct"))
  }

  private func expect(
    _ contrasts: Contrasts, _ rows: [Fixture], digits wanted: Double, _ digits: inout DigitsReached
  ) {
    #expect(contrasts.contrasts.count == rows.count)
    for (contrast, row) in zip(contrasts.contrasts, rows) {
      let label = "\(contrast.name) as \(row["contrast"].text ?? "")"
      digits.expect(contrast.estimate, row["estimate"], digits: wanted, "estimate", label)
      digits.expect(contrast.standardError, row["std_err"], digits: wanted, "se", label)
      digits.expect(contrast.degreesOfFreedom, row["df"], digits: wanted, "df", label)
      digits.expect(contrast.statistic, row["t"], digits: wanted, "t", label)
      digits.expect(contrast.pValue, row["p"], digits: wanted - 1, "p", label)
      digits.expect(contrast.lower, row["lower"], digits: wanted - 1, "limits", label)
      digits.expect(contrast.upper, row["upper"], digits: wanted - 1, "limits", label)
    }
  }

  @Test("consecutive, effects, trend and interaction contrasts agree with emmeans")
  func families() throws {
    let values = try Self.values("families")
    let fit = try LinearModel(Self.visits).fit(ReferenceData.table("btheb_long"))
    let months = try fit.marginalMeans(of: ["month"])
    var digits = DigitsReached()
    expect(try months.contrasts(.consecutive), values["consecutive"].list, digits: 11, &digits)
    expect(try months.contrasts(.effects), values["effects"].list, digits: 11, &digits)
    expect(try months.contrasts(.trend), values["trend"].list, digits: 11, &digits)
    let crossed = try fit.marginalMeans(of: ["treatment", "month"])
    let interaction = try crossed.interactionContrasts([.pairwise, .consecutive])
    expect(interaction, values["interaction"].list, digits: 11, &digits)
    digits.printRow("emmeans contrast families")
  }

  @Test("polynomial contrasts over equally spaced levels have emmeans' whole numbers")
  func polynomial() throws {
    let values = try Self.values("polynomial")
    let fit = try LinearModel("reaction ~ factor(days) + factor(subject)").fit(
      ReferenceData.table("sleepstudy"))
    let found = try fit.marginalMeans(of: ["days"]).contrasts(.polynomial(degree: 4))
    #expect(found.contrasts.map(\.name) == values["polynomial"].list.map { $0["contrast"].text })
    var digits = DigitsReached()
    expect(found, values["polynomial"].list, digits: 10, &digits)
    digits.printRow("emmeans polynomial contrasts")
  }

  @Test("exponentiated contrasts are odds, rate and hazard ratios")
  func ratios() throws {
    let values = try Self.values("ratios")
    let logit = try Self.logit("homeless ~ treat * substance + age + sex")
    let help = try ReferenceData.table("help_rct")
    let counts = try GeneralizedLinearModel("d1 ~ treat + substance + age", family: .poisson).fit(help)
    let cox = try CoxModel("Surv(time, status) ~ trt + celltype + karno").fit(
      ReferenceData.table("survival_veteran"))
    var digits = DigitsReached()
    func expect(_ fit: some FittedModel, _ factor: String, _ rows: [Fixture], kind: String) throws {
      let contrasts = try fit.marginalMeans(of: [factor]).contrasts(.pairwise).contrasts
      #expect(contrasts.count == rows.count)
      for (contrast, row) in zip(contrasts, rows) {
        let ratio = try #require(contrast.ratio)
        #expect(ratio.kind == kind)
        if kind != "hazard" { #expect(ratio.name == row["contrast"].text) }
        digits.expect(ratio.value, row["ratio"], digits: 9, kind)
        digits.expect(ratio.standardError, row["std_err"], digits: 9, "se")
        digits.expect(ratio.lower, row["lower"], digits: 9, "limits")
        digits.expect(ratio.upper, row["upper"], digits: 9, "limits")
      }
    }
    try expect(logit, "substance", values["odds"].list, kind: "odds")
    try expect(counts, "substance", values["rates"].list, kind: "rate")
    try expect(cox, "celltype", values["hazards"].list, kind: "hazard")
    digits.printRow("emmeans ratios")
  }

  @Test("slopes of curved terms are derivatives of the design")
  func slopes() throws {
    let values = try Self.values("slopes")
    let help = try ReferenceData.table("help_rct")
    var digits = DigitsReached()
    let spline = try LinearModel("cesd ~ substance * ns(age, 3) + sex").fit(help)
    let squares = try LinearModel("cesd ~ substance * (age + I(age^2)) + log(age)").fit(help)
    for (slopes, rows) in [
      (
        try spline.slopes(of: "age", within: ["substance"], at: ["age": [30]]),
        values["spline"].list
      ), (try squares.slopes(of: "age", within: ["substance"]), values["squares"].list),
    ] {
      #expect(slopes.means.map { $0.at[0].value.text } == rows.map { $0["substance"].text })
      for (slope, row) in zip(slopes.means, rows) {
        digits.expect(slope.estimate, row["estimate"], digits: 8, "slope")
        digits.expect(slope.standardError, row["std_err"], digits: 8, "se")
      }
    }
    digits.printRow("slopes of curved terms")
  }

  @Test(
    "type II and III tests agree with car::Anova, whatever the coding", arguments: ContrastCoding.allCases)
  func terms(_ coding: ContrastCoding) throws {
    let values = try Self.values("terms")
    let help = try ReferenceData.table("help_rct")
    let formula = "cesd ~ treat * substance + sex * age + homeless"
    let options = ModelOptions(references: ["substance": "cocaine"], coding: coding)
    let linear = try LinearModel(formula, options: options).fit(help)
    let weighted = try LinearModel(
      formula,
      options: ModelOptions(weights: Weights(column: "weight", kind: .precision), coding: coding)
    ).fit(Self.weightedHelp())
    let logit = try Self.logit("homeless ~ treat * substance + age + sex", options: options)
    var digits = DigitsReached()
    func expect(_ tests: [JointTest], _ name: String, digits wanted: Double) {
      let rows = values[name].list
      #expect(tests.map(\.name) == rows.map { $0["term"].text })
      for (test, row) in zip(tests, rows) {
        digits.expect(test.statistic, row["statistic"], digits: wanted, absolute: 1e-14, name, test.name)
        digits.expect(test.df, row["df"], digits: 15, "df", test.name)
        digits.expect(test.pValue, row["p"], digits: wanted - 1, absolute: 1e-14, "p", test.name)
      }
    }
    expect(linear.termTests(.typeII), "linear_II", digits: 9)
    expect(linear.termTests(.typeIII), "linear_III", digits: 9)
    expect(weighted.termTests(.typeII), "weighted_II", digits: 9)
    expect(weighted.termTests(.typeIII), "weighted_III", digits: 9)
    expect(logit.termTests(.typeII), "logit_II", digits: 8)
    expect(logit.termTests(.typeIII), "logit_III", digits: 8)
    expect(try logit.likelihoodRatioTests(in: help), "logit_LR", digits: 8)
    digits.printRow("car::Anova, \(coding.rawValue) coding")
  }

  static func weightedHelp() throws -> Table {
    let help = try ReferenceData.table("help_rct")
    let support = try help.requireColumn("pss_fr").numericValues()
    let columns = try help.columnNames.map { try help.requireColumn($0) }
    return try Table(columns: columns + [.numeric("weight", support.map { $0 + 1 })])
  }

  @Test("terms of a Cox model")
  func coxTerms() throws {
    let values = try Self.values("cox_terms")
    let table = try ReferenceData.table("survival_veteran")
    let fit = try CoxModel("Surv(time, status) ~ trt * karno + celltype").fit(table)
    var digits = DigitsReached()
    for (name, tests) in [
      ("II", fit.termTests(.typeII)), ("LR", try fit.likelihoodRatioTests(in: table)),
    ] {
      for row in values[name].list {
        let test = try #require(tests.first { $0.name == row["term"].text })
        digits.expect(test.statistic, row["statistic"], digits: 8, name, test.name)
        digits.expect(test.pValue, row["p"], digits: 7, "p", test.name)
      }
    }
    digits.printRow("car::Anova, Cox")
  }

  @Test("joint tests with cluster-robust errors are clubSandwich's HTZ")
  func clusters() throws {
    let values = try Self.values("clusters")
    let table = try Self.visitsWithResponse()
    let clustered = ModelOptions(cluster: "subject")
    let weighted = ModelOptions(
      weights: Weights(column: "bdi_pre", kind: .precision), cluster: "subject")
    let linear = try LinearModel(Self.visits, options: clustered).fit(table)
    let cr1 = try LinearModel(Self.visits, options: clustered, robust: .cr1).fit(table)
    let heavy = try LinearModel(Self.visits, options: weighted).fit(table)
    var binary = try GeneralizedLinearModel(
      "low ~ treatment + factor(month) + bdi_pre", family: .binomial, options: clustered)
    binary.usesSatterthwaite = true
    let logit = try binary.fit(table)
    var digits = DigitsReached()
    func expect(_ fit: some FittedModel, _ name: String, _ isTested: (String) -> Bool) {
      let chosen = fit.coefficients.indices.filter { isTested(fit.coefficients[$0].term) }
      let rows = chosen.map { row in fit.coefficients.indices.map { $0 == row ? 1.0 : 0 } }
      let test = fit.jointTest(of: rows, name: name)
      #expect(test.method == "hotelling")
      digits.expect(test.statistic, values[name]["f"], digits: 9, "F", name)
      digits.expect(test.df, values[name]["df"], digits: 15, "df", name)
      digits.expect(test.dfDenominator, values[name]["df_denominator"], digits: 9, "denominator df", name)
      digits.expect(test.pValue, values[name]["p"], digits: 8, "p", name)
    }
    expect(linear, "month_cr2") { $0.hasPrefix("factor(month)") }
    expect(linear, "interaction_cr2") { $0.contains(":") }
    expect(cr1, "interaction_cr1") { $0.contains(":") }
    expect(heavy, "weighted_cr2") { $0.contains(":") }
    expect(logit, "logit_cr2") { $0.hasPrefix("factor(month)") }
    digits.printRow("clubSandwich HTZ")
  }

  /// The visits with a score, and whether it is below 14.
  static func visitsWithResponse() throws -> Table {
    let table = try ReferenceData.table("btheb_long")
    let scores = try table.requireColumn("bdi").numericValues()
    let columns = try table.columnNames.map { try table.requireColumn($0) }
    let low = Column.numeric("low", scores.map { $0.isNaN ? .nan : ($0 < 14 ? 1 : 0) })
    return try Table(columns: columns + [low])
  }

  @Test("margins agree with emmeans' one-sided tests")
  func margins() throws {
    let values = try Self.values("margins")
    let fit = try LinearModel("cesd ~ substance + age + sex").fit(ReferenceData.table("help_rct"))
    let contrasts = try fit.marginalMeans(of: "substance").contrasts(.pairwise)
    var digits = DigitsReached()
    for (name, margin) in [
      ("equivalence", Margin.equivalence(lower: -6, upper: 6)),
      ("noninferiority", .nonInferiority(3, higherIsBetter: true)),
      ("noninferiority_lower", .nonInferiority(3, higherIsBetter: false)),
    ] {
      for (test, row) in zip(try contrasts.tested(against: margin), values[name].list) {
        #expect(test.contrast == row["contrast"].text)
        digits.expect(test.pValue, row["p"], digits: 10, "p", name)
      }
    }
    digits.printRow("emmeans margins")
  }
}
