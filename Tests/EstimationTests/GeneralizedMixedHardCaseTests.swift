import CohortTables
import Estimation
import Foundation
import TestSupport
import Testing

/// Generalised linear mixed models where there is no estimate, or little to estimate from.
@Suite("Generalised mixed: hard cases") struct GeneralizedMixedHardCaseTests {
  private static func table(_ y: [Double], _ x: [Double], perGroup: Int) throws -> Table {
    try Table(
      columns: [
        .numeric("y", y), .numeric("x", x), .category("g", y.indices.map { "g\($0 / perGroup)" }),
        .numeric("row", y.indices.map(Double.init)),
      ], name: "hard")
  }

  @Test("Separation by a fixed term is named, and the fit is not converged")
  func separation() throws {
    var random = TestRandom(seed: 5)
    let x = (0..<120).map { Double($0 % 3 == 0 ? 1 : 0) }
    let y = x.map { $0 == 1 ? 1 : (random.uniform() < 0.5 ? 1.0 : 0) }
    let fit = try GeneralizedMixedModel("y ~ x + (1 | g)", family: .binomial).fit(
      Self.table(y, x, perGroup: 6))
    #expect(!fit.convergence.isConverged)
    #expect(fit.separation?.unbounded.map(\.term) == ["x"])
    #expect(fit.coefficients[1].estimate == nil)
    #expect(fit.coefficients[1].standardError == nil)
    #expect(fit.diagnostics.contains { $0.kind == .monotoneLikelihood && $0.severity == .serious })
    #expect(fit.verdict.contains("not converged"))
  }

  @Test("Groups of one and the same response have no finite variance")
  func unboundedVariance() throws {
    let y = (0..<160).map { Double(($0 / 4) % 2) }
    let x = (0..<160).map { Double($0 % 4) }
    let fit = try GeneralizedMixedModel("y ~ x + (1 | g)", family: .binomial).fit(
      Self.table(y, x, perGroup: 4))
    #expect(!fit.convergence.isConverged, "\(fit.convergence.message) \(fit.varianceComponents)")
    #expect(fit.convergence.message.contains("one and the same response"), "\(fit.convergence.message)")
    #expect(fit.diagnostics.contains { $0.kind == .notConverged && $0.severity == .serious })
  }

  @Test("Few binary responses: the fit says that Laplace's approximation is coarse, and quadrature is not")
  func coarse() throws {
    let table = try GeneralizedMixedLawTests.cohort(people: 300, deviation: 2.5, slope: 0)
    let formula = "y ~ week + arm + (1 | id)"
    let laplace = try GeneralizedMixedModel(formula, family: .binomial).fit(table)
    let fine = try GeneralizedMixedModel(
      formula, family: .binomial, integration: .quadrature(points: 25)
    ).fit(table)
    #expect(laplace.diagnostics.contains { $0.kind == .assumption && $0.message.contains("--quadrature") })
    #expect(!fine.diagnostics.contains { $0.kind == .assumption })
    // What the check says is what happens, to first order.
    let check = try #require(laplace.integrationCheck)
    let term = try #require(laplace.coefficients.firstIndex { $0.term == check.term })
    let (a, b) = (laplace.coefficients[term], fine.coefficients[term])
    let moved =
      abs((b.estimate ?? .nan) - (a.estimate ?? .nan)) / (a.standardError ?? .nan)
    #expect(abs(moved - check.shift) < 0.5 * moved)
  }

  @Test("Aliased columns, missing cells and weights of 0 are accounted for")
  func accounting() throws {
    var random = TestRandom(seed: 9)
    let n = 90
    let x = (0..<n).map { _ in random.normal() }
    let table = try Table(
      columns: [
        .numeric("y", x.map { random.uniform() < 1 / (1 + exp(-$0)) ? 1 : 0 }),
        .numeric("x", x.indices.map { $0 == 4 ? .nan : x[$0] }), .numeric("twice", x.map { 2 * $0 }),
        .category("g", x.indices.map { $0 == 7 ? nil : "g\($0 / 9)" }),
        .numeric("w", x.indices.map { $0 == 11 ? 0 : 1 }),
      ], name: "missing")
    let fit = try GeneralizedMixedModel(
      "y ~ x + twice + (1 | g)", family: .binomial,
      options: ModelOptions(weights: Weights(column: "w", kind: .precision))
    ).fit(table)
    #expect(fit.rows.read == n)
    #expect(fit.rows.used == n - 3)
    #expect(fit.rows.excluded.reduce(0) { $0 + $1.rows } == 3)
    #expect(fit.coefficients[2].isAliased)
    #expect(fit.parameterCount == 3)
  }

  static let refused: [(String, ResponseFamily, Link?, RandomEffectIntegration, String)] = [
    ("y ~ x", .binomial, nil, .laplace, "needs a random term"),
    ("y ~ x + (1 | g)", .gaussian, nil, .laplace, "linear mixed models"),
    ("y ~ x + (1 | g)", .gamma, nil, .laplace, "not built"),
    ("y ~ x + (1 | g)", .negativeBinomial(), nil, .laplace, "negative binomial"),
    ("y ~ x + (1 | g)", .binomial, .log, .laplace, "no log link"),
    ("y ~ x + (1 | g)", .binomial, nil, .quadrature(points: 0), "1 to 101 points"),
    ("y ~ x + (1 | g) + (1 | row)", .poisson, nil, .quadrature(points: 5), "one set of groups"),
    ("y ~ x + (x + row | g)", .poisson, nil, .quadrature(points: 5), "one or two effects"),
    ("y ~ x + (1 | row)", .binomial, nil, .laplace, "cannot be told"),
  ]

  @Test("What cannot be fitted is refused with the reason", arguments: refused.indices)
  func refusals(_ index: Int) throws {
    let (formula, family, link, integration, reason) = Self.refused[index]
    let table = try Self.table(
      (0..<40).map { Double(($0 * 7) % 3 % 2) }, (0..<40).map { Double($0 % 5) }, perGroup: 4)
    do {
      _ = try GeneralizedMixedModel(formula, family: family, link: link, integration: integration).fit(table)
      Issue.record("\(formula) was fitted")
    } catch {
      #expect("\(error)".contains(reason), "\(error)")
    }
  }
}
