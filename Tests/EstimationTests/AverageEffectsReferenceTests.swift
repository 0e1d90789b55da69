import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Average effects against a dense derivation in R: stacked estimating equations with a numerical Jacobian.
@Suite("Reference: average effects")
struct AverageEffectsReferenceTests {
  private func expect(
    _ fit: some FittedModel, _ column: String, _ row: Fixture, values: [GridValue]? = nil,
    population: EffectPopulation = .all, in table: Table, _ digits: inout DigitsReached
  ) throws {
    for variance in EffectVariance.allCases where !row[variance.rawValue].isNull {
      let effects = try fit.averageEffects(
        of: column, values: values, variance: variance, population: population, in: table)
      let v = row[variance.rawValue]
      #expect(effects.levels.count == row["means"].list.count)
      for (k, level) in effects.levels.enumerated() {
        digits.expect(level.estimate, row["means"][k], digits: 9, "mean")
        expectAgreement(
          try #require(level.standardError), v[k][k].number().squareRoot(), digits: 8, variance.rawValue)
        guard k > 0 else { continue }
        let name = effects.levels[k].value.text
        let difference = try #require(
          effects.effects.first { $0.measure == .difference && $0.name.hasPrefix("\(name) - ") })
        let spread = v[0][0].number() - 2 * v[0][k].number() + v[k][k].number()
        expectAgreement(
          try #require(difference.standardError), spread.squareRoot(), digits: 7.5, "difference")
        let (a, b) = (row["means"][k].number(), row["means"][0].number())
        let ratio = try #require(
          effects.effects.first { $0.measure == .ratio && $0.name.hasPrefix("\(name) / ") })
        let logVariance =
          v[0][0].number() / (b * b) - 2 * v[0][k].number() / (a * b) + v[k][k].number() / (a * a)
        expectAgreement(ratio.estimate, a / b, digits: 9, "ratio")
        expectAgreement(
          try #require(ratio.standardError), a / b * logVariance.squareRoot(), digits: 7.5, "ratio")
      }
    }
  }

  @Test("means, differences and ratios with both kinds of errors")
  func standardized() throws {
    let values = try SeamReferenceTests.values("effects")
    let help = try ReferenceData.table("help_rct")
    let logit = try SeamReferenceTests.logit("homeless ~ treat * age + substance + sex")
    let counts = try GeneralizedLinearModel("d1 ~ substance * sex + age", family: .poisson).fit(help)
    let linear = try LinearModel("cesd ~ treat * age + substance").fit(help)
    var digits = DigitsReached()
    try expect(logit, "treat", values["logit"], in: help, &digits)
    try expect(
      logit, "treat", values["logit_treated"], population: .level("yes"), in: help, &digits)
    try expect(counts, "substance", values["poisson"], in: help, &digits)
    try expect(linear, "treat", values["linear"], in: help, &digits)
    try expect(logit, "age", values["numeric"], values: [30, 40], in: help, &digits)
    let weighted = try SeamReferenceTests.weightedHelp()
    let options = ModelOptions(
      weights: Weights(column: "weight", kind: .sampling), references: ["homeless": "housed"])
    let sampled = try GeneralizedLinearModel(
      "homeless ~ treat * age + substance", family: .binomial, options: options
    ).fit(weighted)
    try expect(sampled, "treat", values["sampling_weights"], in: weighted, &digits)
    digits.printRow("standardised means")
  }

  @Test("with clusters, scores are summed by cluster")
  func clustered() throws {
    let all = try SeamReferenceTests.values("clustered_effects")
    let table = try ReferenceData.table("btheb_long")
    let fit = try LinearModel(
      "bdi ~ treatment * bdi_pre + factor(month)", options: ModelOptions(cluster: "subject")
    ).fit(table)
    let effects = try fit.averageEffects(of: "treatment", variance: .sampling, in: table)
    for (k, level) in effects.levels.enumerated() {
      expectAgreement(level.estimate, all["means"][k].number(), digits: 9)
      expectAgreement(
        try #require(level.standardError), all["sampling"][k][k].number().squareRoot(), digits: 8)
    }
    #expect(effects.effects[0].degreesOfFreedom == Double(try #require(fit.rows.clusters).count - 1))
  }

  @Test("the average slope of a curved term in a logistic model")
  func slope() throws {
    let row = try SeamReferenceTests.values("effects")["slope"]
    let fit = try SeamReferenceTests.logit("homeless ~ age + I(age^2) + sex")
    let effects = try fit.averageSlope(of: "age", in: ReferenceData.table("help_rct"))
    expectAgreement(effects.effects[0].estimate, row["estimate"].number(), digits: 8)
    expectAgreement(try #require(effects.effects[0].standardError), row["std_err"].number(), digits: 8)
  }
}
