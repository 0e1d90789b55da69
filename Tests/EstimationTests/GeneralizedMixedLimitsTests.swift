import CohortTables
import Estimation
import Foundation
import TestSupport
import Testing

/// Limits of variances, explained variance and tests of generalised linear mixed models: against R, and by hand.
@Suite("Generalised mixed: limits and shares") struct GeneralizedMixedLimitsTests {
  private static let fixture = Result {
    try Fixture("Tests/EstimationTests/Fixtures/generalized_mixed_limits.json")
  }

  private static func table(_ name: String) throws -> Table {
    try Table(csv: ProjectFiles.path("Tests/EstimationTests/Fixtures/data/\(name).csv"))
  }

  @Test(
    "glmmTMB, glm and the published formulas",
    arguments: ["cbpp", "cbpp_probit", "epilepsy", "epilepsy_slope", "epilepsy_uncorrelated"])
  func reference(_ name: String) throws {
    let one = try Self.fixture.get()["cases"][name]
    let expected = one["values"]
    let fit = try GeneralizedMixedModel(
      try #require(expected["formula"].text),
      family: try #require(ResponseFamily(name: expected["family"].text ?? "")),
      link: try #require(Link(rawValue: expected["link"].text ?? ""))
    ).fit(Self.table(try #require(one["dataset"].text)))
    var digits = DigitsReached()
    digits.expect(fit.logLikelihood, expected["log_lik"], digits: 9, "log-likelihood")
    func check(_ limits: [GeneralizedMixedFit.VarianceLimits], _ rows: Fixture, _ digits: inout DigitsReached)
    {
      #expect(limits.count == rows.list.count)
      for (own, row) in zip(limits, rows.list) {
        digits.expect(own.lower, row[0], digits: 5.5, "lower", own.component.term)
        digits.expect(own.upper, row[1], digits: 5.5, "upper", own.component.term)
      }
    }
    let wald = try fit.varianceLimits()
    #expect(wald.allSatisfy { $0.method == .wald })
    check(wald, expected["wald"], &digits)
    let profile = try fit.varianceLimits(.profile)
    if expected["profile"].isNull {
      #expect(profile == wald, "correlated effects have no parameter of their own")
    } else {
      #expect(profile.allSatisfy { $0.method == .profile })
      check(profile, expected["profile"], &digits)
    }
    let test = try #require(try fit.randomTermsTest())
    digits.expect(test.statistic, expected["statistic"], digits: 7, "statistic")
    #expect(test.df == expected["df"].number() && test.isMixture == (test.df == 1))
    let explained = fit.explainedVariance()
    digits.expect(explained.marginalRSquared, expected["marginal"], digits: 6, "marginal R2")
    digits.expect(explained.conditionalRSquared, expected["conditional"], digits: 6, "conditional R2")
    digits.expect(explained.intraclassCorrelation, expected["icc"], digits: 6, "ICC")
    digits.printRow(name)
  }

  @Test("a variance that the data do not show: no Wald limits, a profile from 0, p of 1")
  func boundary() throws {
    // Every person has the same successes, so that people do not differ at all.
    let rows = (0..<60).map { ("p\($0 / 4)", Double($0 % 2)) }
    let table = try Table(columns: [.category("id", rows.map(\.0)), .numeric("y", rows.map(\.1))])
    let fit = try GeneralizedMixedModel("y ~ 1 + (1 | id)", family: .binomial).fit(table)
    #expect(fit.boundaryTerms == ["(1 | id)"])
    let wald = try #require(try fit.varianceLimits().first)
    #expect(wald.lower == nil && wald.upper == nil)
    let profile = try #require(try fit.varianceLimits(.profile).first)
    #expect(profile.lower == 0)
    #expect((profile.upper ?? 0) > 0.05 && (profile.upper ?? 9) < 3)
    let test = try #require(try fit.randomTermsTest())
    #expect(test.statistic < 1e-8 && test.pValue > 0.49)
    #expect(fit.explainedVariance().intraclassCorrelation < 1e-8)
  }

  @Test("the profile's ends lose what the test's quantile says, and a weak variance reaches down to 0")
  func weak() throws {
    let table = try GeneralizedMixedLawTests.cohort(people: 40, deviation: 0.4, slope: 0, seed: 3)
    let fit = try GeneralizedMixedModel("y ~ week + (1 | id)", family: .binomial).fit(table)
    let own = try #require(try fit.varianceLimits(.profile).first)
    let test = try #require(try fit.randomTermsTest())
    // 3.841459 is the 95% quantile of chi-squared on 1 df.
    #expect((own.lower == 0) == (test.statistic < 3.841459))
    #expect(own.upper.map { $0 > own.component.value } == true)
    #expect(test.pValue <= 0.5)
  }

  @Test("the variance of an effect of each row is left over, not between people")
  func rowEffects() throws {
    let table = try Self.table("epilepsy")
    let fit = try GeneralizedMixedModel(
      "seizure_rate ~ treatment * period + log(base) + (1 | subject) + (1 | subject:period)", family: .poisson
    ).fit(table)
    let explained = fit.explainedVariance()
    let counts = try table.requireColumn("seizure_rate").numericValues()
    let mean = counts.reduce(0, +) / Double(counts.count)
    let variances = Dictionary(uniqueKeysWithValues: fit.varianceComponents.map { ($0.group, $0.value) })
    let rows = try #require(variances.first { $0.key.contains(":") }?.value)
    expectAgreement(explained.residual, rows + log(1 + 1 / mean), digits: 12, "residual")
    expectAgreement(explained.random, try #require(variances["subject"]), digits: 12, "between people")
  }

  @Test("an offset explains nothing")
  func offset() throws {
    let table = try Self.table("epilepsy")
    let fit = try GeneralizedMixedModel(
      "seizure_rate ~ offset(log(base)) + (1 | subject)", family: .poisson
    ).fit(table)
    #expect(fit.explainedVariance().marginalRSquared < 1e-12)
  }

  @Test("the likelihood ratio test of a term is that of two fits, with the same integration")
  func terms() throws {
    let table = try GeneralizedMixedLawTests.cohort(people: 60)
    func fit(_ formula: String) throws -> GeneralizedMixedFit {
      try GeneralizedMixedModel(formula, family: .binomial, integration: .quadrature(points: 7)).fit(table)
    }
    let full = try fit("y ~ week + arm + (1 | id)")
    let tests = try full.likelihoodRatioTests(in: table)
    #expect(tests.map(\.name) == ["week", "arm"] && tests.map(\.df) == [1, 2])
    for (test, smaller) in zip(tests, ["y ~ arm + (1 | id)", "y ~ week + (1 | id)"]) {
      let other = try fit(smaller)
      expectAgreement(
        try #require(test.statistic), 2 * (full.logLikelihood - other.logLikelihood), digits: 8, test.name)
    }
  }

  @Test("predictions are the effects with their variances, and covariances between them")
  func predictions() throws {
    let table = try GeneralizedMixedLawTests.cohort(people: 30)
    let fit = try LinearMixedModel("count ~ week + (week | id)").fit(table)
    let effects = try #require(try fit.randomEffects().first)
    let all = effects.predictions
    #expect(all.count == 3 * effects.levels.count)
    for level in effects.levels.indices {
      let own = all[3 * level..<3 * level + 3].map { $0 }
      #expect(own.map(\.term) == ["(Intercept)", "week", "(Intercept)"])
      #expect(own.map(\.otherTerm) == [nil, nil, "week"])
      #expect(own[1].estimate == effects.value(level: level, term: 1) && own[2].estimate == nil)
      #expect(own[2].conditionalVariance == effects.conditionalVariances[effects.pair(level: level, 1, 0)])
      #expect(own[0].predictionErrorVariance >= own[0].conditionalVariance)
      let limits = try #require(own[0].limits(confidenceLevel: 0.95))
      // 1.959964 is the 97.5% quantile of the normal distribution.
      expectAgreement(
        (limits.upper - limits.lower) / 2, 1.959963984540054 * own[0].predictionErrorVariance.squareRoot(),
        digits: 12, "limits")
      #expect(own[2].limits(confidenceLevel: 0.95) == nil)
    }
  }
}
