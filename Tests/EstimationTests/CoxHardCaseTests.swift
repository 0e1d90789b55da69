import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Likelihoods without a maximum, maxima far away, predictors of wide range, odd units.
@Suite("ByHand: hard Cox cases")
struct CoxHardCaseTests {
  /// Times from 1 upwards in the order given; `x` and an unrelated `z`.
  private static func table(_ x: [Double], events: [Double]? = nil) throws -> Table {
    try Table(
      columns: [
        .numeric("t", x.indices.map { Double($0 + 1) }),
        .numeric("d", events ?? x.map { _ in 1 }), .numeric("x", x),
        .numeric("z", x.indices.map { Double(($0 * 7) % 5) - 2 + 0.1 * Double($0 % 3) }),
      ])
  }

  private static func fit(_ terms: String, _ table: Table, _ ties: TieMethod = .efron) throws -> CoxFit {
    try CoxModel("Surv(t, d) ~ \(terms)", ties: ties).fit(table)
  }

  private static func expectUnbounded(
    _ fit: CoxFit, _ terms: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = fit.diagnostics.filter { $0.kind == .monotoneLikelihood }
    #expect(found.flatMap(\.terms) == terms, sourceLocation: sourceLocation)
    #expect(found.allSatisfy { $0.severity == .serious }, sourceLocation: sourceLocation)
    #expect(
      fit.convergence.isConverged == terms.isEmpty, "\(fit.convergence)", sourceLocation: sourceLocation)
    for coefficient in fit.coefficients where !coefficient.isAliased {
      let isMissing = coefficient.estimate == nil && coefficient.ratio == nil && coefficient.pValue == nil
      #expect(isMissing == terms.contains(coefficient.term), sourceLocation: sourceLocation)
    }
  }

  static let units = [1e-9, 1e-3, 1, 1e6, 1e12]

  // MARK: - No finite maximum

  @Test("complete separation by two groups is seen in any unit", arguments: units, TieMethod.allCases)
  func completeSeparation(_ unit: Double, _ ties: TieMethod) throws {
    let x = (0..<20).map { unit * ($0 < 10 ? 1 : 0) }
    let fit = try Self.fit("x", Self.table(x), ties)
    Self.expectUnbounded(fit, ["x"])
    // The supremum: nobody with x = 0 counts while x = 1 are at risk.
    let supremum = -2 * (1...10).reduce(0.0) { $0 + log(Double($1)) }
    expectAgreement(fit.logLikelihood, supremum, digits: 10)
    #expect(fit.globalTests.map(\.method) == ["lr", "score"], "the Wald test means nothing here")
  }

  @Test("complete separation by a number of wide range", arguments: units)
  func wideSeparation(_ unit: Double) throws {
    // The smallest gap is 1/1000 of the range: at the supremum predictors span tens of thousands.
    let x = (0..<60).map { -unit * (Double($0) + ($0 % 2 == 0 ? 0.9 : 0)) }
    let fit = try Self.fit("x", Self.table(x))
    Self.expectUnbounded(fit, ["x"])
    #expect(fit.logLikelihood <= 0 && fit.logLikelihood > -1e-3, "\(fit.logLikelihood)")
  }

  @Test("a level without events, and one with all of them", arguments: TieMethod.allCases)
  func quasiSeparation(_ ties: TieMethod) throws {
    let arm = (0..<30).map { ["a", "b", "c"][$0 % 3] as String? }
    let events = (0..<30).map { $0 % 3 == 2 ? 0.0 : ($0 % 4 == 0 ? 0 : 1) }
    let table = try Self.table((0..<30).map { Double($0 % 7) }, events: events).adding(.category("arm", arm))
    let fit = try Self.fit("arm + x", table, ties)
    Self.expectUnbounded(fit, ["arm[c]"])
    // What stays finite is what it is without the level that never has the event.
    let rest = table.selecting(rows: (0..<30).filter { $0 % 3 != 2 })
    let others = try Self.fit("arm + x", rest, ties)
    expectAgreement(
      try #require(fit.coefficients[0].estimate), try #require(others.coefficients[0].estimate), digits: 7)
    expectAgreement(
      try #require(fit.coefficients[2].estimate), try #require(others.coefficients[1].estimate), digits: 7)
    expectAgreement(
      try #require(fit.coefficients[2].standardError), try #require(others.coefficients[1].standardError),
      digits: 7)
    // With that level as reference all the other levels grow together.
    let turned = try CoxModel(
      "Surv(t, d) ~ arm + x", ties: ties, options: ModelOptions(references: ["arm": "c"])
    ).fit(table)
    Self.expectUnbounded(turned, ["arm[a]", "arm[b]"])
    let means = try fit.marginalMeans(of: "arm")
    #expect(means.means.map { $0.estimate == nil } == [false, false, true], "no mean where no estimate is")
    let contrasts = try means.contrasts(.pairwise, adjustment: .holm).contrasts
    #expect(contrasts.map { $0.estimate == nil } == [false, true, true])
    #expect(contrasts.map { $0.adjustedPValue == nil } == [false, true, true])
  }

  @Test("separation by a sum of two covariates", arguments: units)
  func obliqueSeparation(_ unit: Double) throws {
    let z = (0..<30).map { Double(($0 * 11) % 13) }
    let x = z.indices.map { unit * (-Double($0 / 3) - z[$0]) }
    let table = try Self.table(x).removing("z").adding(.numeric("z", z))
    // x / unit + z falls every third step: no finite estimate, neither of x nor of z.
    Self.expectUnbounded(try Self.fit("x + z", table), ["x", "z"])
  }

  // MARK: - Finite, but far

  @Test("a far maximum is found, not called infinite", arguments: units, [4.0, 8, 12])
  func farMaximum(_ unit: Double, _ beta: Double) throws {
    // One pair at risk a stratum: a with x = 1 dies first in n of them, with x = 0 in one of weight 1.
    // L = n log(r / (1 + r)) + log(1 / (1 + r)): r = n, so beta = log n exactly.
    let n = exp(beta).rounded()
    let table = try Table(columns: [
      .numeric("t", [1, 2, 1, 2]), .numeric("d", [1, 0, 1, 0]), .numeric("x", [unit, 0, 0, unit]),
      .category("s", ["a", "a", "b", "b"]), .numeric("w", [n, n, 1, 1]),
    ])
    // n copies of a pair would be one risk set; n pairs are what Breslow's ties give with weight n.
    let fit = try CoxModel(
      "Surv(t, d) ~ x + strata(s)", ties: .breslow,
      options: ModelOptions(weights: Weights(column: "w", kind: .frequency))
    ).fit(table)
    Self.expectUnbounded(fit, [])
    expectAgreement(try #require(fit.coefficients[0].estimate) * unit, log(n), digits: 11)
    let error = ((1 + n) / n).squareRoot()
    expectAgreement(try #require(fit.coefficients[0].standardError) * unit, error, digits: 9)
  }

  @Test("predictors may span more than a double's exponents")
  func wideRange() throws {
    // Nearly sorted by a covariate of 600 steps of 10: one neighbouring pair in ten is swapped.
    var x = (0..<600).map { 10 * Double(600 - $0) }
    for k in stride(from: 5, to: 590, by: 10) { x.swapAt(k, k + 1) }
    let fit = try Self.fit("x", Self.table(x))
    Self.expectUnbounded(fit, [])
    let beta = try #require(fit.coefficients[0].estimate)
    #expect(beta * 6000 > 1000, "exp of the span overflows")
    // The score at the estimate, each risk set shifted by its own maximum.
    var (score, information, logLikelihood) = (0.0, 0.0, 0.0)
    for i in x.indices {
      let largest = x[i...].max() ?? 0
      let risks = x[i...].map { exp(beta * ($0 - largest)) }
      let total = risks.reduce(0, +)
      let mean = zip(risks, x[i...]).reduce(0) { $0 + $1.0 * ($1.1 - x[i]) } / total
      score -= mean
      information +=
        zip(risks, x[i...]).reduce(0) { $0 + $1.0 * ($1.1 - x[i] - mean) * ($1.1 - x[i] - mean) } / total
      logLikelihood += beta * (x[i] - largest) - log(total)
    }
    #expect(abs(score) < 1e-6 * information.squareRoot())
    expectAgreement(fit.logLikelihood, logLikelihood, digits: 12)
    expectAgreement(try #require(fit.coefficients[0].standardError), 1 / information.squareRoot(), digits: 8)
  }

  @Test("income in any unit, with an outlier", arguments: units)
  func income(_ unit: Double) throws {
    var random = TestRandom(seed: 3)
    var x = (0..<200).map { _ in exp(10 + random.normal()) }
    x[17] *= 1e4
    let plain = try Self.fit("x + z", Self.table(x))
    let moved = try Self.fit("x + z", Self.table(x.map { $0 * unit }))
    Self.expectUnbounded(plain, [])
    Self.expectUnbounded(moved, [])
    expectAgreement(
      try #require(moved.coefficients[0].statistic), try #require(plain.coefficients[0].statistic), digits: 8)
    expectAgreement(
      try #require(moved.coefficients[1].estimate), try #require(plain.coefficients[1].estimate), digits: 8)
    #expect(moved.convergence.iterations == plain.convergence.iterations)
  }

  // MARK: - Dependent columns

  @Test(
    "a column that is constant in every stratum is aliased, not rounded into an estimate", arguments: units)
  func constantWithinStrata(_ unit: Double) throws {
    let table = try Simulated.cohort(rows: 300, distinctTimes: 40)
    let site = try table.requireColumn("site").numericValues()
    let more = try table.adding(.numeric("u", site.map { unit * ($0 + 0.1) }))
    let fit = try CoxModel("Surv(time, event) ~ x + u + strata(site)").fit(more)
    #expect(fit.coefficients.map(\.isAliased) == [false, true])
    let without = try CoxModel("Surv(time, event) ~ x + strata(site)").fit(more)
    #expect(fit.coefficients[0] == without.coefficients[0])
    #expect(fit.diagnostics.contains { $0.kind == .aliased && $0.terms == ["u"] })
  }

  @Test("a dependent column is left out in any unit; the rank tolerance is heard", arguments: units)
  func dependent(_ unit: Double) throws {
    let table = try Simulated.cohort(rows: 300, distinctTimes: 40)
    let x = try table.requireColumn("x").numericValues()
    let more = try table.adding(.numeric("u", x.map { unit * (3 - 2 * $0) }))
      .adding(.numeric("v", x.enumerated().map { unit * ($1 + 1e-3 * Double($0 % 2)) }))
    let fit = try CoxModel("Surv(time, event) ~ x + u + arm").fit(more)
    #expect(fit.coefficients.map(\.isAliased) == [false, true, false, false])
    #expect(try !CoxModel("Surv(time, event) ~ x + v").fit(more).coefficients[1].isAliased)
    let loose = try CoxModel("Surv(time, event) ~ x + v", options: ModelOptions(rankTolerance: 0.01)).fit(
      more)
    #expect(loose.coefficients[1].isAliased)
  }

  @Test("nothing varies: said, not computed")
  func nothingVaries() throws {
    let error = #expect(throws: EstimationError.self) {
      try Self.fit("x", Self.table([Double](repeating: 0.1, count: 9)))
    }
    #expect(error?.message == "no term varies within the risk sets: there is nothing to estimate")
  }

  @Test("one person, or none left to compare")
  func onePerson() throws {
    #expect(throws: EstimationError.self) { try Self.fit("x", Self.table([1])) }
    // The only event is the last person's: nobody else is at risk.
    #expect(throws: EstimationError.self) { try Self.fit("x", Self.table([1, 2, 4], events: [0, 0, 1])) }
  }
}
