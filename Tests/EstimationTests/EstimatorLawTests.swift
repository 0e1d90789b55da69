import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// What every estimator keeps whatever the data: weights as copies, order, units.
@Suite("Laws: estimators")
struct EstimatorLawTests {
  static let table = Result { try Simulated.cohort(rows: 240, distinctTimes: 30) }
  static let frequency = ModelOptions(weights: Weights(column: "w", kind: .frequency))

  /// The table with each row as often as its weight says.
  private static func copies() throws -> Table {
    let table = try table.get()
    let weights = try table.requireColumn("w").numericValues()
    return table.selecting(rows: weights.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) })
  }

  private static func expectSame(
    _ a: [Coefficient], _ b: [Coefficient], digits: Double = 10,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(Set(a.map(\.term)) == Set(b.map(\.term)), sourceLocation: sourceLocation)
    for left in a {
      let right = try #require(b.first { $0.term == left.term }, sourceLocation: sourceLocation)
      #expect(left.isAliased == right.isAliased)
      for (x, y) in [
        (left.estimate, right.estimate), (left.standardError, right.standardError),
        (left.pValue, right.pValue), (left.lower, right.lower), (left.upper, right.upper),
      ] {
        #expect((x == nil) == (y == nil), sourceLocation: sourceLocation)
        guard let x, let y else { continue }
        expectAgreement(x, y, digits: digits, absolute: 1e-13, left.term, sourceLocation: sourceLocation)
      }
    }
  }

  // MARK: - A frequency weight is so many copies, 0 is none

  @Test("linear model", arguments: [nil] + RobustCovariance.allCases.filter { !$0.isClustered })
  func linearCopies(_ robust: RobustCovariance?) throws {
    let formula = "y ~ x * arm + z"
    let weighted = try LinearModel(formula, options: Self.frequency, robust: robust).fit(Self.table.get())
    let copied = try LinearModel(formula, robust: robust).fit(Self.copies())
    try Self.expectSame(weighted.coefficients, copied.coefficients)
    for (a, b) in [
      (weighted.sigma, copied.sigma), (weighted.rSquared, copied.rSquared),
      (weighted.adjustedRSquared, copied.adjustedRSquared), (weighted.logLikelihood, copied.logLikelihood),
      (weighted.aic, copied.aic), (weighted.bic, copied.bic),
      (weighted.overallTest?.statistic, copied.overallTest?.statistic),
      (weighted.residualDegreesOfFreedom, copied.residualDegreesOfFreedom),
    ] { expectAgreement(try #require(a), try #require(b), digits: 11) }
    #expect(weighted.rows.zeroWeight > 0 && weighted.rows.isReconciled)
    #expect(weighted.observationCount == Double(copied.rows.used))
    let (ours, theirs) = (try weighted.marginalMeans(of: "arm"), try copied.marginalMeans(of: "arm"))
    for (a, b) in zip(ours.means, theirs.means) {
      expectAgreement(try #require(a.estimate), try #require(b.estimate), digits: 11, "mean")
      // z stands 2,000 of its standard deviations from 0, which costs l'Vl twice as many digits.
      expectAgreement(try #require(a.standardError), try #require(b.standardError), digits: 8, "se of mean")
    }
  }

  @Test(
    "Cox model", arguments: [TieMethod.efron, .breslow],
    ["x + arm", "x + arm + strata(site)", "x + offset(z/100)"])
  func coxCopies(_ ties: TieMethod, _ terms: String) throws {
    let formula = "Surv(time, event) ~ \(terms)"
    let weighted = try CoxModel(formula, ties: ties, options: Self.frequency).fit(Self.table.get())
    let copied = try CoxModel(formula, ties: ties).fit(Self.copies())
    try Self.expectSame(weighted.coefficients, copied.coefficients)
    for (a, b) in [
      (weighted.logLikelihood, copied.logLikelihood), (weighted.nullLogLikelihood, copied.nullLogLikelihood),
      (weighted.aic, copied.aic), (weighted.bic, copied.bic),
    ] { expectAgreement(a, b, digits: 12) }
    for (a, b) in zip(weighted.globalTests, copied.globalTests) {
      expectAgreement(a.statistic, b.statistic, digits: 10, a.method)
    }
  }

  @Test("Kaplan-Meier and log-rank")
  func curveCopies() throws {
    let table = try Self.table.get()
    let curves = try KaplanMeier("Surv(time, event) ~ arm", options: Self.frequency).fit(table).curves
    let copies = try KaplanMeier("Surv(time, event) ~ arm").fit(Self.copies()).curves
    #expect(curves.map(\.points) == copies.map(\.points) && curves.count == 3)
    let formula = "Surv(time, event) ~ arm + strata(site)"
    let test = try LogRankTest(formula, table, options: Self.frequency)
    let copied = try LogRankTest(formula, Self.copies())
    #expect(test.groups == copied.groups && test.statistic == copied.statistic && test.df == 2)
  }

  @Test("rows of weight 0 change nothing, whatever they hold")
  func zeroWeight() throws {
    let table = try Self.table.get()
    let weights = try table.requireColumn("w").numericValues()
    let present = table.selecting(rows: weights.indices.filter { weights[$0] > 0 })
    let arms = try table.requireColumn("arm").asCategories()
    let odd = try table.removing("arm").adding(
      .category("arm", weights.indices.map { weights[$0] == 0 ? "never" : arms.text(row: $0) }))
    for kind in [WeightKind.precision, .frequency, .sampling] {
      let options = ModelOptions(weights: Weights(column: "w", kind: kind))
      let all = try LinearModel("y ~ x + arm", options: options).fit(odd)
      let some = try LinearModel("y ~ x + arm", options: options).fit(present)
      #expect(all.coefficients == some.coefficients, "\(kind)")
    }
    let all = try CoxModel("Surv(time, event) ~ x + arm", options: Self.frequency).fit(odd)
    let some = try CoxModel("Surv(time, event) ~ x + arm", options: Self.frequency).fit(present)
    #expect(all.coefficients == some.coefficients)
  }

  @Test("precision weights have no unit")
  func precisionUnit() throws {
    let table = try Self.table.get()
    let weights = try table.requireColumn("w").numericValues()
    let scaled = try table.adding(.numeric("v", weights.map { $0 * 1e-9 }))
    let a = try LinearModel(
      "y ~ x + arm", options: ModelOptions(weights: Weights(column: "w", kind: .precision))
    ).fit(scaled)
    let b = try LinearModel(
      "y ~ x + arm", options: ModelOptions(weights: Weights(column: "v", kind: .precision))
    ).fit(scaled)
    try Self.expectSame(a.coefficients, b.coefficients)
    expectAgreement(a.logLikelihood, b.logLikelihood, digits: 10)
  }

  // MARK: - Order

  @Test("the order of rows, of columns and of terms does not matter")
  func order() throws {
    let table = try Self.table.get()
    let turned = try table.selecting(rows: (0..<table.rowCount).reversed()).selecting(
      columns: table.columnNames.reversed())
    try Self.expectSame(
      LinearModel("y ~ x * arm + z").fit(table).coefficients,
      LinearModel("y ~ z + x * arm").fit(turned).coefficients)
    try Self.expectSame(
      CoxModel("Surv(time, event) ~ x + arm + z").fit(table).coefficients,
      CoxModel("Surv(time, event) ~ z + arm + x").fit(turned).coefficients)
    let test = try LogRankTest("Surv(time, event) ~ arm", table)
    let again = try LogRankTest("Surv(time, event) ~ arm", turned)
    #expect(test.groups == again.groups && test.statistic == again.statistic)
  }

  // MARK: - Units

  @Test(
    "an affine change of a covariate changes its coefficient alone", arguments: [1e-9, 1, 1e6], [0, 20_000])
  func affine(_ scale: Double, _ shift: Double) throws {
    let table = try Self.table.get()
    let x = try table.requireColumn("x").numericValues()
    let moved = try table.adding(.numeric("u", x.map { scale * ($0 + shift) }))
    // The shift itself costs the digits by which it exceeds the spread.
    let digits = shift == 0 ? 11.0 : 9
    let before = try LinearModel("y ~ x + arm").fit(moved)
    let after = try LinearModel("y ~ u + arm").fit(moved)
    let (b, c) = (try #require(before.coefficients[1].estimate), try #require(after.coefficients[1].estimate))
    expectAgreement(c * scale, b, digits: digits, "slope")
    let (s, t) = (before.coefficients[1], after.coefficients[1])
    expectAgreement(try #require(t.statistic), try #require(s.statistic), digits: digits, "t")
    let intercept = try #require(before.coefficients[0].estimate)
    expectAgreement(try #require(after.coefficients[0].estimate), intercept - b * shift, digits: digits - 1)
    expectAgreement(after.residualSumOfSquares, before.residualSumOfSquares, digits: 11, "rss")
    for (p, q) in zip(before.coefficients.dropFirst(2), after.coefficients.dropFirst(2)) {
      expectAgreement(try #require(p.estimate), try #require(q.estimate), digits: digits, p.term)
    }

    let cox = try CoxModel("Surv(time, event) ~ x + arm").fit(moved)
    let changed = try CoxModel("Surv(time, event) ~ u + arm").fit(moved)
    #expect(changed.convergence.isConverged)
    expectAgreement(
      try #require(changed.coefficients[0].estimate) * scale, try #require(cox.coefficients[0].estimate),
      digits: digits, "Cox")
    expectAgreement(
      try #require(changed.coefficients[0].statistic), try #require(cox.coefficients[0].statistic),
      digits: digits, "Cox z")
    expectAgreement(changed.logLikelihood, cox.logLikelihood, digits: 12, "partial likelihood")
  }

  @Test("another unit of time changes no survival model", arguments: [1 / 365.25, 86_400])
  func timeUnit(_ scale: Double) throws {
    let table = try Self.table.get()
    let time = try table.requireColumn("time").numericValues()
    let moved = try table.adding(.numeric("t", time.map { scale * $0 }))
    let cox = try CoxModel("Surv(time, event) ~ x + arm").fit(moved)
    #expect(try CoxModel("Surv(t, event) ~ x + arm").fit(moved).coefficients == cox.coefficients)
    let test = try LogRankTest("Surv(time, event) ~ arm", moved)
    #expect(try LogRankTest("Surv(t, event) ~ arm", moved).statistic == test.statistic)
  }

  @Test("days since 1970: a square about a far origin is still fitted")
  func daysSince1970() throws {
    let days = (0..<60).map { 20_000 + Double($0) }
    let y = days.indices.map { 3 + 0.5 * Double($0) - 0.01 * Double($0 * $0) + ($0 % 2 == 0 ? 0.1 : -0.1) }
    let table = try Table(columns: [.numeric("day", days), .numeric("y", y)])
    let raw = try LinearModel("y ~ day + I((day - 20000)^2)").fit(table)
    let orthogonal = try LinearModel("y ~ poly(day, 2)").fit(table)
    expectAgreement(raw.residualSumOfSquares, orthogonal.residualSumOfSquares, digits: 11)
    expectAgreement(try #require(raw.coefficients[2].estimate), -0.01, digits: 3)
    // Unshifted, the square is all but a linear function of the day; R's tolerance lets it through.
    let far = try LinearModel("y ~ day + I(day^2)", options: ModelOptions(rankTolerance: 1e-9)).fit(table)
    expectAgreement(
      try #require(far.coefficients[2].estimate), try #require(raw.coefficients[2].estimate), digits: 7)
  }
}
