import CohortTables
import Estimation
import TestSupport
import Testing

/// Normal equations and orthogonal reflections give the same fit where both can be trusted.
@Suite("Identities: two ways to least squares")
struct NormalEquationsIdentityTests {
  /// The constant as a column of its own: such a design has no shift, and is factored by reflections.
  private static func table() throws -> Table {
    let help = try ReferenceData.table("help_rct")
    return try help.adding(.numeric("one", [Double](repeating: 1, count: help.rowCount)))
      .adding(.numeric("w", try help.requireColumn("pss_fr").numericValues().map { $0 + 1 }))
  }

  @Test("estimates, errors and likelihood", arguments: [nil, WeightKind.precision, .frequency, .sampling])
  func agreement(_ kind: WeightKind?) throws {
    let table = try Self.table()
    let options = ModelOptions(weights: kind.map { Weights(column: "w", kind: $0) })
    let normal = try LinearModel("cesd ~ age + i1 + mcs", options: options).fit(table)
    let reflected = try LinearModel("cesd ~ 0 + one + age + i1 + mcs", options: options).fit(table)
    #expect(normal.solver == .normalEquations && reflected.solver == .orthogonal)
    for (a, b) in zip(normal.coefficients, reflected.coefficients) {
      expectAgreement(try #require(a.estimate), try #require(b.estimate), digits: 12, a.term)
      expectAgreement(try #require(a.standardError), try #require(b.standardError), digits: 12, a.term)
    }
    expectAgreement(normal.logLikelihood, reflected.logLikelihood, digits: 13)
    expectAgreement(normal.residualSumOfSquares, reflected.residualSumOfSquares, digits: 13)
  }

  @Test("columns that nearly depend on each other are factored by reflections")
  func illConditioned() throws {
    let table = try Self.table()
    let age = try table.requireColumn("age").numericValues()
    let mcs = try table.requireColumn("mcs").numericValues()
    let near = try table.adding(.numeric("near", zip(age, mcs).map { $0 + 1e-5 * $1 }))
    let fit = try LinearModel("cesd ~ age + near", options: ModelOptions()).fit(near)
    #expect(fit.solver == .orthogonal)
    let plain = try LinearModel("cesd ~ age + mcs").fit(table)
    expectAgreement(
      try #require(fit.coefficients[2].estimate), try #require(plain.coefficients[2].estimate) * 1e5,
      digits: 8)
  }

  @Test("columns far from 0 lose nothing")
  func shifted() throws {
    let table = try Self.table()
    let age = try table.requireColumn("age").numericValues()
    let far = try table.adding(.numeric("far", age.map { $0 + 1e6 }))
    let fit = try LinearModel("cesd ~ far + mcs").fit(far)
    let plain = try LinearModel("cesd ~ age + mcs").fit(table)
    #expect(fit.solver == .normalEquations)
    for k in 1...2 {
      expectAgreement(
        try #require(fit.coefficients[k].estimate), try #require(plain.coefficients[k].estimate), digits: 12)
      expectAgreement(
        try #require(fit.coefficients[k].standardError), try #require(plain.coefficients[k].standardError),
        digits: 12)
    }
  }
}
