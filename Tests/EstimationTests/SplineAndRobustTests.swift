import CohortTables
import Estimation
import TestSupport
import Testing

/// Spline terms by what defines them.
@Suite("ByHand: splines and straight pieces")
struct SplineByHandTests {
  private static let x = (0...20).map(Double.init)

  private static func fit(_ formula: String, y: (Double) -> Double) throws -> LinearFit {
    try LinearModel(formula).fit(
      Table(columns: [.numeric("x", x), .numeric("y", x.map(y))], name: "by hand"))
  }

  private static func value(_ fit: LinearFit, at x: Double) throws -> Double {
    try #require(try fit.marginalMeans(of: "x", at: ["x": .number(x)]).means[0].estimate)
  }

  /// The response has slopes 2, -1 and 0.5 on the pieces and is 3 at 0.
  @Test("the coefficients of pw( ) are the slopes of its pieces")
  func pieces() throws {
    let fit = try Self.fit("y ~ pw(x, 4, 12)") {
      3 + 2 * min($0, 4) - max(0, min($0, 12) - 4) + 0.5 * max(0, $0 - 12)
    }
    #expect(
      fit.coefficients.map(\.term) == [
        "(Intercept)", "pw(x, 4, 12)[1]", "pw(x, 4, 12)[2]", "pw(x, 4, 12)[3]",
      ])
    for (coefficient, expected) in zip(fit.coefficients, [3, 2, -1, 0.5]) {
      expectAgreement(try #require(coefficient.estimate), expected, digits: 12, coefficient.term)
    }
    #expect(fit.plan.knots(of: "pw(x, 4, 12)") == [4, 12])
  }

  @Test("knots stand at quantiles, and are kept for new values")
  func knots() throws {
    let fit = try Self.fit("y ~ ns(x, 4) + bs(x, 3)") { $0 }
    #expect(fit.plan.knots(of: "ns(x, 4)") == [0, 5, 10, 15, 20])
    #expect(fit.plan.knots(of: "bs(x, 3)") == [0, 20])
    #expect(fit.coefficients[1].term == "ns(x, 4)[1]")
  }

  /// Cubics lie in the span of B-splines, also beyond the boundaries; straight lines in that of natural
  /// splines.
  @Test("what the bases reproduce exactly")
  func reproduction() throws {
    let cubic: (Double) -> Double = { 1 + $0 * (0.5 - $0 * (0.1 - 0.01 * $0)) }
    let curve = try Self.fit("y ~ bs(x, 6)", y: cubic)
    for x in [-2, 0, 3.3, 10, 19.9, 20, 22] {
      expectAgreement(try Self.value(curve, at: x), cubic(x), digits: 11, "bs at \(x)")
    }
    let line = try Self.fit("y ~ ns(x, 5)") { 4 - 3 * $0 }
    for x in [-5, 0, 7.7, 20, 40] {
      expectAgreement(try Self.value(line, at: x), 4 - 3 * x, digits: 11, "ns at \(x)")
    }
  }

  @Test("knots that coincide are refused")
  func tooFewValues() throws {
    let table = try Table(
      columns: [.numeric("x", [1, 1, 1, 1, 2, 3]), .numeric("y", [1, 2, 3, 4, 5, 6])], name: "ties")
    #expect(throws: EstimationError.self) { try LinearModel("y ~ ns(x, 3)").fit(table) }
    #expect(throws: EstimationError.self) { try LinearModel("y ~ bs(x, 5)").fit(table) }
  }
}

/// M-estimation by the equations that define it.
@Suite("Laws: M-estimation")
struct RobustLinearModelLawTests {
  private static func table() throws -> Table {
    let table = try Simulated.cohort(rows: 240, seed: 9)
    let y = try table.requireColumn("y").numericValues()
    return try table.adding(
      .numeric("wild", y.enumerated().map { $0.offset % 17 == 0 ? $0.element + 60 : $0.element }))
  }

  /// `sum psi(e_i / s) x_i = 0` with s the median absolute residual over 0.6745.
  @Test("the estimating equations hold", arguments: RobustWeighting.allCases)
  func equations(_ weighting: RobustWeighting) throws {
    let table = try Self.table()
    let fit = try RobustLinearModel("wild ~ x", weighting: weighting).fit(table)
    let (y, x) = (
      try table.requireColumn("wild").numericValues(), try table.requireColumn("x").numericValues()
    )
    let (a, b) = (try #require(fit.coefficients[0].estimate), try #require(fit.coefficients[1].estimate))
    let residuals = zip(y, x).map { $0 - a - b * $1 }
    let sizes = residuals.map(abs).sorted()
    expectAgreement(fit.scale, (sizes[119] + sizes[120]) / 2 / 0.6745, digits: 8)
    let scores = zip(residuals, fit.rowWeights).map { $0 * $1 / fit.scale }
    #expect(abs(scores.reduce(0, +)) < 1e-6)
    #expect(abs(zip(scores, x).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-6)
    #expect(fit.rowWeights.allSatisfy { (0...1).contains($0) })
    #expect(fit.diagnostics.contains { $0.kind == .robust })
  }

  @Test("units, copies and threads", arguments: RobustWeighting.allCases)
  func invariance(_ weighting: RobustWeighting) throws {
    let table = try Self.table()
    let fit = try RobustLinearModel("wild ~ x + arm", weighting: weighting).fit(table)
    let many = try RobustLinearModel("wild ~ x + arm", weighting: weighting).fit(
      table, executor: ThreadedExecutor(threads: 3))
    #expect(fit.coefficients == many.coefficients)
    let y = try table.requireColumn("wild").numericValues()
    let other = try RobustLinearModel("v ~ x + arm", weighting: weighting).fit(
      try table.adding(.numeric("v", y.map { 100 * $0 })))
    expectAgreement(other.scale, 100 * fit.scale, digits: 9)
    let counts = try table.requireColumn("w").numericValues()
    let copied = table.selecting(
      rows: counts.indices.flatMap { [Int](repeating: $0, count: Int(counts[$0])) })
    let frequency = ModelOptions(weights: Weights(column: "w", kind: .frequency))
    let weighted = try RobustLinearModel("wild ~ x + arm", weighting: weighting, options: frequency).fit(
      table)
    let expanded = try RobustLinearModel("wild ~ x + arm", weighting: weighting).fit(copied)
    for (a, b) in zip(weighted.coefficients, expanded.coefficients) {
      expectAgreement(try #require(a.estimate), try #require(b.estimate), digits: 8, a.term)
      expectAgreement(try #require(a.standardError), try #require(b.standardError), digits: 8, a.term)
    }
  }

  @Test("more than half of the rows fitted exactly: no scale, and that is said")
  func exactFit() throws {
    let table = try Table(
      columns: [.numeric("x", [1, 2, 3, 4, 5, 6, 7]), .numeric("y", [2, 2, 2, 2, 2, 2, 2])], name: "flat")
    let fit = try RobustLinearModel("y ~ x").fit(table)
    #expect(fit.diagnostics.contains { $0.kind == .perfectFit && $0.severity == .serious })
    #expect(fit.coefficients[1].standardError == nil)
  }
}
