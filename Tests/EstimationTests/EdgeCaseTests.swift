import CohortTables
import Estimation
import TestSupport
import Testing

/// Tables at the edge: nothing to estimate, exact fits, extreme sizes, awkward names.
@Suite("ByHand: edge cases")
struct EdgeCaseTests {
  private static func table(_ y: [Double], _ x: [Double]) throws -> Table {
    try Table(columns: [.numeric("y", y), .numeric("x", x)], name: "t.csv")
  }

  private static func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test("an all-missing column is named, with the count")
  func allMissing() throws {
    let table = try Self.table([1, 2, 3], [.nan, .nan, .nan])
    #expect(
      Self.message { _ = try LinearModel("y ~ x").fit(table) }
        == "t.csv: no row can be used: all 3 rows are left out: 3 missing x")
    #expect(
      Self.message { _ = try CoxModel("Surv(y, y == 1) ~ x").fit(table) }
        == "t.csv: no row can be used: all 3 rows are left out: 3 missing x")
  }

  @Test("an empty table says so, for every estimator")
  func empty() throws {
    let table = try Self.table([], [])
    let text = "t.csv: no row can be used: the table has no rows"
    #expect(Self.message { _ = try LinearModel("y ~ x").fit(table) } == text)
    #expect(Self.message { _ = try CoxModel("Surv(y, x) ~ x").fit(table) } == text)
    #expect(Self.message { _ = try KaplanMeier("Surv(y, x) ~ 1").fit(table) } == text)
    #expect(Self.message { _ = try LogRankTest("Surv(y, x) ~ x", table) } == text)
  }

  @Test("one row: the mean is known, its error is not")
  func oneRow() throws {
    let fit = try LinearModel("y ~ 1").fit(Self.table([4], [1]))
    #expect(fit.coefficients[0].estimate == 4)
    #expect(fit.coefficients[0].standardError == nil && fit.coefficients[0].pValue == nil)
    #expect(fit.sigma == nil && fit.overallTest == nil && fit.residualDegreesOfFreedom == 0)
    #expect(fit.diagnostics.contains { $0.kind == .smallSample && $0.severity == .serious })
    let two = try LinearModel("y ~ x").fit(Self.table([4], [2]))
    #expect(two.coefficients.map(\.estimate) == [4, nil] && two.coefficients[1].isAliased)
  }

  @Test("as many coefficients as rows: an exact fit without errors")
  func saturated() throws {
    let fit = try LinearModel("y ~ x + I(x^2)").fit(Self.table([1, 4, 9], [1, 2, 3]))
    #expect(fit.residualDegreesOfFreedom == 0 && fit.sigma == nil)
    for (coefficient, value) in zip(fit.coefficients, [0.0, 0, 1]) {
      expectAgreement(try #require(coefficient.estimate), value, digits: 13, absolute: 1e-13)
      #expect(coefficient.standardError == nil && coefficient.lower == nil)
    }
    #expect(fit.diagnostics.contains { $0.severity == .serious })
    let more = try LinearModel("y ~ x + I(x^2) + I(x^3) + I(x^4)").fit(Self.table([1, 4, 9], [1, 2, 3]))
    #expect(more.coefficients.filter(\.isAliased).map(\.term) == ["I(x^3)", "I(x^4)"])
    let means = try LinearModel("y ~ factor(x)").fit(Self.table([1, 4, 9], [1, 2, 3])).marginalMeans(of: "x")
    #expect(means.means.map(\.standardError) == [nil, nil, nil])
    expectAgreement(try #require(means.means[1].estimate), 4, digits: 14)
  }

  @Test("a constant response explains nothing", arguments: [0, 0.1, 7, 1e9, -1e-9])
  func constantResponse(_ value: Double) throws {
    let x = (0..<20).map { Double($0 * $0 % 17) }
    let fit = try LinearModel("y ~ x").fit(Self.table(x.map { _ in value }, x))
    expectAgreement(try #require(fit.coefficients[0].estimate), value, digits: 14)
    #expect(abs(try #require(fit.coefficients[1].estimate)) <= 1e-15 * abs(value))
    #expect(fit.rSquared == nil, "there is no variation to explain")
    #expect(fit.diagnostics.contains { $0.kind == .perfectFit })
  }

  @Test("an exact line is flagged as a perfect fit")
  func perfectFit() throws {
    let x = (0..<20).map { Double($0) }
    let fit = try LinearModel("y ~ x").fit(Self.table(x.map { 3 * $0 - 1 }, x))
    expectAgreement(try #require(fit.coefficients[1].estimate), 3, digits: 14)
    #expect(fit.diagnostics.contains { $0.kind == .perfectFit })
    #expect(fit.rSquared == 1)
  }

  @Test("units do not change a fit, from 1e-140 to 1e140", arguments: [1e-140, 1e-75, 1e75, 1e140])
  func extremeUnits(_ unit: Double) throws {
    let x = (0..<30).map { Double($0 * $0 % 11) }
    let y = x.indices.map { 2 - x[$0] + Double($0 % 3) }
    let plain = try LinearModel("y ~ x").fit(Self.table(y, x))
    let response = try LinearModel("y ~ x").fit(Self.table(y.map { unit * $0 }, x))
    let covariate = try LinearModel("y ~ x").fit(Self.table(y, x.map { unit * $0 }))
    for (k, scale) in [(0, 1.0), (1, unit)] {
      let (a, b, c) = (plain.coefficients[k], response.coefficients[k], covariate.coefficients[k])
      expectAgreement(
        try #require(b.estimate) / unit, try #require(a.estimate), digits: 12, "y in other units")
      expectAgreement(try #require(b.statistic), try #require(a.statistic), digits: 12, "t")
      expectAgreement(
        try #require(c.estimate) * scale, try #require(a.estimate), digits: 12, "x in other units")
      expectAgreement(try #require(c.statistic), try #require(a.statistic), digits: 12, "t")
    }
    expectAgreement(try #require(response.rSquared), try #require(plain.rSquared), digits: 12, "R2")
    expectAgreement(try #require(covariate.rSquared), try #require(plain.rSquared), digits: 12, "R2")
  }

  @Test("values that are infinite or cannot be squared are named, for every model")
  func tooLarge() throws {
    let (small, large) = ([1.0, 2, 3, 5, 4], [1, 2, 1e160, 4, 5])
    let advice = "are infinite or too large to be squared: rescale them"
    #expect(
      Self.message { _ = try LinearModel("y ~ x").fit(Self.table(small, large)) }
        == "t.csv: the values of 'x' \(advice)")
    #expect(
      Self.message { _ = try LinearModel("y ~ x").fit(Self.table(large, small)) }
        == "t.csv: the values of 'the response' \(advice)")
    let infinite = large.map { $0 > 10 ? .infinity : $0 }
    #expect(
      Self.message { _ = try CoxModel("Surv(y, y == 1) ~ x").fit(Self.table([1, 2, 1, 3, 3], infinite)) }
        == "t.csv: the values of 'x' \(advice)")
  }

  @Test("a response on a huge offset keeps its digits")
  func hugeOffset() throws {
    let x = (0..<40).map { Double($0) }
    let y = x.indices.map { 2 * x[$0] + Double(($0 * 7) % 5) }
    let plain = try LinearModel("y ~ x").fit(Self.table(y, x))
    let far = try LinearModel("y ~ x").fit(Self.table(y.map { $0 + 1e12 }, x))
    expectAgreement(far.residualSumOfSquares, plain.residualSumOfSquares, digits: 12)
    expectAgreement(try #require(far.rSquared), try #require(plain.rSquared), digits: 12)
    expectAgreement(
      try #require(far.coefficients[1].estimate), try #require(plain.coefficients[1].estimate), digits: 12)
  }

  @Test("near collinearity: left out below the tolerance, fitted above", arguments: [1e-6, 1e-8])
  func nearCollinearity(_ size: Double) throws {
    let x = (0..<50).map { Double($0 % 10) - 4.5 }
    let noise = x.indices.map { $0 % 2 == 0 ? size : -size }
    let y = x.indices.map { 1 + 2 * x[$0] + Double($0 % 3) }
    let table = try Self.table(y, x).adding(.numeric("near", zip(x, noise).map { 3 * $0 + 10 * $1 }))
    let fit = try LinearModel("y ~ x + near").fit(table)
    #expect(fit.coefficients[2].isAliased == (size < 1e-7))
    let strict = try LinearModel("y ~ x + near", options: ModelOptions(rankTolerance: 1e-11)).fit(table)
    #expect(!strict.coefficients[2].isAliased)
    let loose = try LinearModel("y ~ x + near", options: ModelOptions(rankTolerance: 1e-3)).fit(table)
    #expect(loose.coefficients[2].isAliased)
  }

  @Test("weights: NaN is missing, -0 is 0, negative, infinite and fractional ones are refused")
  func weights() throws {
    let y = [1.0, 2, 3, 4, 5, 7]
    func fit(_ w: [Double], _ kind: WeightKind = .precision) throws -> LinearFit {
      try LinearModel("y ~ 1", options: ModelOptions(weights: Weights(column: "x", kind: kind)))
        .fit(Self.table(y, w))
    }
    let some = try fit([1, .nan, -0.0, 1, 0, 1])
    #expect(some.rows.used == 3 && some.rows.zeroWeight == 2)
    #expect(some.rows.excluded.map(\.reason) == ["missing weight x", "zero weight x"])
    #expect(some.coefficients[0].estimate == 4)
    #expect(
      Self.message { _ = try fit([1, 1, -2, 1, 1, 1]) }
        == "t.csv: column 'x': weight -2.0, expected a finite number of at least 0")
    #expect(Self.message { _ = try fit([1, .infinity, 1, 1, 1, 1]) }.contains("weight inf"))
    #expect(
      Self.message { _ = try fit([1, 0.5, 1, 1, 1, 1], .frequency) }
        == "t.csv: column 'x': weight 0.5, expected a whole number, as frequencies are")
  }

  @Test("levels may hold anything: their columns stay apart and keep their names")
  func oddLevels() throws {
    let levels: [String] = ["a:b", "a", "[x]", "x]:z[1", "schön", "日本", "", "~ + (", "é", "-0"]
    let rows = Array(0..<100)
    let arm = rows.map { row -> String? in levels[row % 10] }
    let y = rows.map { row -> Double in Double(row % 10 * 2 + row / 10 % 2) }
    let table = try Table(columns: [.numeric("y", y), .category("arm", arm), .category("b:c", arm)])
    let fit = try LinearModel("y ~ arm").fit(table)
    #expect(fit.coefficients.count == 10 && Set(fit.coefficients.map(\.term)).count == 10)
    let means = try fit.marginalMeans(of: "arm")
    for mean in means.means {
      let text = mean.at[0].value.text
      let index = try #require(levels.firstIndex(of: text))
      expectAgreement(try #require(mean.estimate), Double(index) * 2 + 0.5, digits: 12, text)
    }
    let quoted = try LinearModel("y ~ `b:c`").fit(table)
    #expect(quoted.coefficients.map(\.estimate) == fit.coefficients.map(\.estimate))
    #expect(throws: EstimationError.self) { try fit.marginalMeans(of: "arm", at: ["arm": "none"]) }
  }

  @Test("-0 and 0 are one level and one value")
  func negativeZero() throws {
    let x = [0.0, -0.0, 1, 1, 0, -0.0]
    let fit = try LinearModel("y ~ factor(x)").fit(Self.table([1, 2, 3, 5, 3, 2], x))
    #expect(fit.coefficients.map(\.term) == ["(Intercept)", "factor(x)[1]"])
    #expect(try LogRankTest("Surv(y, y == 5) ~ x", Self.table([1, 2, 3, 5, 3, 2], x)).groups.count == 2)
    let times = try KaplanMeier("Surv(x, y == 1) ~ 1").fit(Self.table([1, 0, 0, 0, 1, 0], x))
    #expect(times.curves[0].points.map(\.time) == [0, 1])
  }
}
