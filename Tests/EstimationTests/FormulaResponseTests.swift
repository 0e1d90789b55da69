import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite("By hand: responses, weights and what fits say")
struct FormulaResponseTests {
  private static let x: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]

  @Test("arithmetic on the left may stand in I( ), and a ratio in it is a number")
  func response() throws {
    let table = try Table(
      columns: [
        .numeric("score", [9, 8, 12, 5, 7, 3, 4, 1]), .numeric("base", [10, 11, 14, 9, 12, 10, 13, 11]),
        .numeric("x", Self.x),
      ], name: "change")
    let plain = try LinearModel("score - base ~ x").fit(table)
    let wrapped = try LinearModel("I(score - base) ~ x").fit(table)
    #expect(plain.coefficients == wrapped.coefficients)
    let ratio = try LinearModel("I(score / base) ~ x").fit(table)
    let (score, base) = (
      try table.requireColumn("score").numericValues(), try table.requireColumn("base").numericValues()
    )
    let named = try LinearModel("r ~ x").fit(
      try table.adding(.numeric("r", zip(score, base).map { $0 / $1 })))
    #expect(ratio.coefficients == named.coefficients)
    #expect(throws: (any Error).self) { try LinearModel("score / base ~ x").fit(table) }
    let logs = try LinearModel("log(I(score / base)) ~ I(x)").fit(table)
    #expect(logs.coefficients[1].term == "x")
    #expect(throws: FormulaError.self) { try Formula("I(score ~ x") }
  }

  @Test("a gamma fit that is exact says so, and others do not")
  func exact() throws {
    let exact = try Table(
      columns: [.numeric("y", Self.x.map { exp(0.3 * $0) }), .numeric("x", Self.x)], name: "e")
    let fit = try GeneralizedLinearModel("y ~ x", family: .gamma, link: .log).fit(exact)
    #expect(fit.diagnostics.contains { $0.kind == .perfectFit && $0.severity == .caution })
    let rough = try Table(
      columns: [
        .numeric(
          "y", Self.x.map { exp(0.3 * $0) * (1 + 1e-6 * ($0 * $0).truncatingRemainder(dividingBy: 3)) }),
        .numeric("x", Self.x),
      ],
      name: "r")
    let other = try GeneralizedLinearModel("y ~ x", family: .gamma, link: .log).fit(rough)
    #expect(!other.diagnostics.contains { $0.kind == .perfectFit })
  }

  /// The variance of 0, 0, 0, 11 about 2.75 over that mean is 11: of 1, 4, 8, 3 about 4 it is 26 / 12 = 2.1667.
  @Test("the excess variation of counts is rounded")
  func dispersion() throws {
    let table = try Table(columns: [.numeric("y", [1, 4, 8, 3])], name: "counts")
    let fit = try GeneralizedLinearModel("y ~ 1", family: .poisson).fit(table)
    #expect(fit.diagnostics.contains { $0.message.hasPrefix("the counts vary 2.2 times") })
  }

  @Test(
    "bases of frequencies are those of the repeated rows",
    arguments: ["ns(x, 3)", "bs(x, 5)", "poly(x, 2)", "ns(x, 3) + poly(x, 3)"])
  func frequencies(_ terms: String) throws {
    let rows = 0..<30
    let x = rows.map { Double($0 * 11 % 30) + ($0 % 2 == 0 ? 0.25 : 0) }
    let y = rows.map { Double($0 * $0 * 7 % 23) }
    let f = rows.map { Double([3, 0, 1, 5, 2][$0 % 5]) }
    let weighted = try Table(
      columns: [.numeric("x", x), .numeric("y", y), .numeric("f", f)], name: "weighted")
    let copies = rows.flatMap { [Int](repeating: $0, count: Int(f[$0])) }
    let repeated = try Table(
      columns: [.numeric("x", copies.map { x[$0] }), .numeric("y", copies.map { y[$0] })], name: "repeated")
    let own = try LinearModel(
      "y ~ \(terms)", options: ModelOptions(weights: Weights(column: "f", kind: .frequency))
    ).fit(weighted)
    let other = try LinearModel("y ~ \(terms)").fit(repeated)
    for label in ["ns(x, 3)", "bs(x, 5)"] {
      #expect(own.plan.knots(of: label) == other.plan.knots(of: label))
    }
    for (a, b) in zip(own.coefficients, other.coefficients) {
      #expect(a.isAliased == b.isAliased)
      guard let estimate = a.estimate, let error = a.standardError else { continue }
      expectAgreement(estimate, try #require(b.estimate), digits: 9, absolute: 1e-11, a.term)
      expectAgreement(error, try #require(b.standardError), digits: 9, a.term)
    }
  }
}
