import CohortTables
import Distributions
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// One quantity reached in two ways.
@Suite("Identities: estimation")
struct IdentityTests {
  static let table = Result { try Simulated.cohort(rows: 200, distinctTimes: 100_000_000) }

  @Test("an F test on one degree of freedom is the squared t")
  func fIsSquaredT() throws {
    let fit = try LinearModel("y ~ x").fit(Self.table.get())
    let f = try #require(fit.overallTest)
    let t = fit.coefficients[1]
    let statistic = try #require(t.statistic)
    expectAgreement(f.statistic, statistic * statistic, digits: 12)
    expectAgreement(f.pValue, try #require(t.pValue), digits: 10)
    expectAgreement(try #require(fit.rSquared), f.statistic / (f.statistic + f.dfDenominator), digits: 12)
  }

  @Test("without ties the Cox score test of two groups is the log-rank test")
  func scoreIsLogRank() throws {
    let table = try Self.table.get()
    let arms = try table.requireColumn("arm").asCategories()
    let two = table.selecting(rows: (0..<table.rowCount).filter { arms.text(row: $0) != "c" })
    let times = try two.requireColumn("time").numericValues()
    #expect(Set(times).count == times.count, "no ties")
    for terms in ["arm", "arm + strata(site)"] {
      let test = try LogRankTest("Surv(time, event) ~ \(terms)", two)
      let score = try #require(
        try CoxModel("Surv(time, event) ~ \(terms)").fit(two).globalTests.first { $0.method == "score" })
      expectAgreement(score.statistic, try #require(test.statistic), digits: 12, terms)
      expectAgreement(score.pValue, try #require(test.pValue), digits: 11, terms)
    }
    // Three groups without ties: the same on two degrees of freedom.
    let test = try LogRankTest("Surv(time, event) ~ arm", table)
    let cox = try CoxModel("Surv(time, event) ~ arm").fit(table)
    let score = try #require(cox.globalTests.first { $0.method == "score" })
    expectAgreement(score.statistic, try #require(test.statistic), digits: 12)
    #expect(score.df == test.df)
  }

  @Test("without ties Efron and Breslow are one likelihood")
  func tiesAgree() throws {
    let efron = try CoxModel("Surv(time, event) ~ x + arm", ties: .efron).fit(Self.table.get())
    let breslow = try CoxModel("Surv(time, event) ~ x + arm", ties: .breslow).fit(Self.table.get())
    #expect(efron.coefficients == breslow.coefficients && efron.logLikelihood == breslow.logLikelihood)
  }

  @Test("a stratum of its own data adds its likelihood")
  func strataAdd() throws {
    let table = try Self.table.get()
    let site = try table.requireColumn("site").numericValues()
    let whole = try CoxModel("Surv(time, event) ~ x + strata(site)").fit(table)
    let parts = try (1...4).map { number in
      try CoxModel("Surv(time, event) ~ x").fit(
        table.selecting(rows: site.indices.filter { site[$0] == Double(number) }))
    }
    expectAgreement(whole.nullLogLikelihood, parts.reduce(0) { $0 + $1.nullLogLikelihood }, digits: 13)
  }

  @Test("strata of two columns are their combinations, whatever the levels hold")
  func strataOfTwo() throws {
    let table = try Self.table.get()
    let rows = Array(0..<table.rowCount)
    let first = rows.map { ["a", "a, b"][$0 % 2] as String? }
    let second = rows.map { row in [["b, c", "c"], ["d", "b"]][row % 3 == 0 ? 1 : 0][row % 2] as String? }
    let combined = rows.map { "\($0 % 2) \($0 % 3 == 0)" as String? }
    let more = try table.adding(.category("f", first)).adding(.category("s", second))
      .adding(.category("both", combined))
    let two = try CoxModel("Surv(time, event) ~ x + strata(f, s)").fit(more)
    let one = try CoxModel("Surv(time, event) ~ x + strata(both)").fit(more)
    expectAgreement(two.logLikelihood, one.logLikelihood, digits: 13)
    let apart = try CoxModel("Surv(time, event) ~ x + strata(f) + strata(s)").fit(more)
    #expect(apart.coefficients == two.coefficients)
  }

  @Test("an offset is a coefficient held at 1")
  func offset() throws {
    let table = try Self.table.get()
    let cox = try CoxModel("Surv(time, event) ~ x + arm").fit(table)
    let beta = try #require(cox.coefficients[0].estimate)
    let x = try table.requireColumn("x").numericValues()
    let more = try table.adding(.numeric("o", x.map { beta * $0 }))
    let held = try CoxModel("Surv(time, event) ~ arm + offset(o)").fit(more)
    expectAgreement(held.logLikelihood, cox.logLikelihood, digits: 12)
    expectAgreement(
      try #require(held.coefficients[0].estimate), try #require(cox.coefficients[1].estimate), digits: 9)
    let linear = try LinearModel("y ~ x + arm + offset(3*x)").fit(table)
    let plain = try LinearModel("y ~ x + arm").fit(table)
    expectAgreement(
      try #require(linear.coefficients[1].estimate), (try #require(plain.coefficients[1].estimate)) - 3,
      digits: 12)
    expectAgreement(linear.residualSumOfSquares, plain.residualSumOfSquares, digits: 12)
  }

  @Test("orthogonal polynomials span the raw powers", arguments: [1, 2, 4])
  func polynomials(_ degree: Int) throws {
    let table = try Self.table.get()
    let raw = (1...degree).map { "I(x^\($0))" }.joined(separator: " + ")
    let powers = try LinearModel("y ~ arm + \(raw)").fit(table)
    let orthogonal = try LinearModel("y ~ arm + poly(x, \(degree))").fit(table)
    expectAgreement(powers.residualSumOfSquares, orthogonal.residualSumOfSquares, digits: 12)
    expectAgreement(try #require(powers.rSquared), try #require(orthogonal.rSquared), digits: 12)
    for (a, b) in try zip(powers.marginalMeans(of: "arm").means, orthogonal.marginalMeans(of: "arm").means) {
      expectAgreement(try #require(a.estimate), try #require(b.estimate), digits: 11)
      expectAgreement(try #require(a.standardError), try #require(b.standardError), digits: 10)
    }
  }

  @Test(
    "the coding changes coefficients, not the fit or its means", arguments: [ContrastCoding.sum, .helmert])
  func codings(_ coding: ContrastCoding) throws {
    let table = try Self.table.get()
    let formula = "y ~ arm * factor(site) + x"
    let treatment = try LinearModel(formula).fit(table)
    let other = try LinearModel(formula, options: ModelOptions(coding: coding)).fit(table)
    expectAgreement(other.residualSumOfSquares, treatment.residualSumOfSquares, digits: 12)
    expectAgreement(other.logLikelihood, treatment.logLikelihood, digits: 12)
    expectAgreement(
      try #require(other.overallTest?.statistic), try #require(treatment.overallTest?.statistic), digits: 11)
    for factors in [["arm"], ["site"], ["arm", "site"]] {
      let (a, b) = (try treatment.marginalMeans(of: factors), try other.marginalMeans(of: factors))
      for (p, q) in zip(a.means, b.means) {
        #expect(p.at == q.at)
        expectAgreement(try #require(p.estimate), try #require(q.estimate), digits: 11)
        expectAgreement(try #require(p.standardError), try #require(q.standardError), digits: 11)
      }
    }
    let cox = try CoxModel("Surv(time, event) ~ arm").fit(table)
    let recoded = try CoxModel("Surv(time, event) ~ arm", options: ModelOptions(coding: coding)).fit(table)
    expectAgreement(cox.logLikelihood, recoded.logLikelihood, digits: 13)
    let (a, b) = (try cox.marginalMeans(of: "arm"), try recoded.marginalMeans(of: "arm"))
    for (p, q) in try zip(a.contrasts(.pairwise).contrasts, b.contrasts(.pairwise).contrasts) {
      expectAgreement(try #require(p.estimate), try #require(q.estimate), digits: 11)
      expectAgreement(try #require(p.standardError), try #require(q.standardError), digits: 11)
    }
  }

  @Test("the reference level moves coefficients only", arguments: ["b", "c"])
  func references(_ level: String) throws {
    let table = try Self.table.get()
    let options = ModelOptions(references: ["arm": level])
    let (a, b) = (
      try LinearModel("y ~ arm").fit(table), try LinearModel("y ~ arm", options: options).fit(table)
    )
    #expect(b.plan.referenceLevels == ["arm": level])
    let shift = try #require(a.coefficients.first { $0.term == "arm[\(level)]" })
    let back = try #require(b.coefficients.first { $0.term == "arm[a]" })
    expectAgreement(try #require(back.estimate), -(try #require(shift.estimate)), digits: 12)
    expectAgreement(try #require(back.standardError), try #require(shift.standardError), digits: 12)
  }

  @Test("without intercept the coefficients of a factor are its means")
  func cellMeans() throws {
    let table = try Self.table.get()
    let fit = try LinearModel("y ~ 0 + arm").fit(table)
    let means = try LinearModel("y ~ arm").fit(table).marginalMeans(of: "arm").means
    for (coefficient, mean) in zip(fit.coefficients, means) {
      expectAgreement(try #require(coefficient.estimate), try #require(mean.estimate), digits: 13)
      expectAgreement(try #require(coefficient.standardError), try #require(mean.standardError), digits: 12)
    }
  }

  @Test("Kaplan-Meier without censoring is the empirical distribution")
  func empirical() throws {
    let table = try Self.table.get().adding(.numeric("all", [Double](repeating: 1, count: 200)))
    let curve = try KaplanMeier("Surv(time, all) ~ 1").fit(table).curves[0]
    for (k, point) in curve.points.dropLast().enumerated() {
      let share = 1 - Double(k + 1) / 200
      expectAgreement(point.estimate, share, digits: 13)
      // Greenwood's variance is then the binomial one.
      expectAgreement(try #require(point.standardError), (share * (1 - share) / 200).squareRoot(), digits: 11)
    }
  }
}
