import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Few rows, where estimating equations have closed forms.
@Suite("By hand: estimating equations")
struct EstimatingByHandTests {
  /// Three people with two rows each; the mean is 4, the residuals are (-3, -1), (0, 2), (-1, 3).
  static let pairs = Result {
    try Table(
      columns: [
        .numeric("id", [1, 1, 2, 2, 3, 3]), .numeric("visit", [1, 2, 1, 2, 1, 2]),
        .numeric("y", [1, 3, 4, 6, 3, 7]),
      ], name: "pairs")
  }

  static func fit(
    _ correlation: WorkingCorrelation, _ covariance: EstimatingCovariance,
    _ divisor: MomentDivisor = .count
  ) throws -> EstimatingEquationsFit {
    try GeneralizedEstimatingEquations(
      "y ~ 1", subject: "id", visit: "visit", correlation: correlation, covariance: covariance,
      divisor: divisor
    ).fit(try pairs.get())
  }

  @Test("scale and correlation are moments of the residuals", arguments: WorkingCorrelation.allCases)
  func moments(_ correlation: WorkingCorrelation) throws {
    // Squares 9 + 1 + 0 + 4 + 1 + 9 = 24 over 6; products 3 + 0 - 3 = 0 over 3.
    let fit = try Self.fit(correlation, .sandwich)
    expectAgreement(try #require(fit.coefficients[0].estimate), 4, digits: 15)
    expectAgreement(fit.scale, 4, digits: 14)
    #expect(fit.correlations.count == (correlation == .independence ? 0 : 1))
    for own in fit.correlations { #expect(abs(own.estimate) < 1e-15, "\(own.name)") }
    expectAgreement(try Self.fit(correlation, .sandwich, .countLessCoefficients).scale, 24.0 / 5, digits: 14)
  }

  /// The scores' squares are 24 over 6 rows squared; the corrections divide each score by powers of two thirds.
  static let variances: [(EstimatingCovariance, Double)] = {
    let plain: Double = 24.0 / 36.0
    return [
      (.sandwich, plain), (.model, 4.0 / 6.0), (.kauermannCarroll, plain * 1.5),
      (.manclDeRouen, plain * 2.25),
      (.fayGraubard, plain * 1.5),
    ]
  }()

  @Test(
    "the covariances of a mean: scores -4, 2, 2 over shares of a third",
    arguments: variances)
  func covariances(_ kind: EstimatingCovariance, _ variance: Double) throws {
    let fit = try Self.fit(.exchangeable, kind)
    let mean = fit.coefficients[0]
    expectAgreement(try #require(mean.standardError), variance.squareRoot(), digits: 14)
    switch kind {
    case .sandwich, .model: #expect(mean.degreesOfFreedom == nil)
    case .manclDeRouen, .kauermannCarroll: #expect(mean.degreesOfFreedom == 2)
    // With equal people Psi B is a multiple of a projection of rank 2.
    case .fayGraubard: expectAgreement(try #require(mean.degreesOfFreedom), 2, digits: 13)
    }
  }

  @Test("Kauermann and Carroll's variance of a mean of equal people is the unbiased one of their means")
  func unbiased() throws {
    // Person means 2, 5, 5: variance 3 over 3 people.
    let fit = try Self.fit(.exchangeable, .kauermannCarroll)
    expectAgreement(try #require(fit.coefficients[0].standardError), 1, digits: 14)
  }

  @Test("AR(1) weighs a person's rows by the inverse of alpha^distance")
  func autoregressive() throws {
    // Person 1 has visits 1, 2 and 4, person 2 visits 1 and 4, person 3 visit 2.
    let table = try Table(
      columns: [
        .numeric("id", [1, 1, 1, 2, 2, 3]), .numeric("visit", [1, 2, 4, 1, 4, 2]),
        .numeric("y", [2, 3, 7, 8, 6, 4]),
      ], name: "gaps")
    let fit = try GeneralizedEstimatingEquations(
      "y ~ 1", subject: "id", visit: "visit", correlation: .autoregressive, covariance: .sandwich
    ).fit(table)
    let (a, mean) = (fit.correlations[0].estimate, try #require(fit.coefficients[0].estimate))
    // The weights of a mean under AR(1): each row's part in 1'R^-1, person by person.
    func part(_ distances: [Int], _ y: [Double]) -> (weight: Double, sum: Double) {
      var (weight, sum) = (1.0, y[0])
      for (k, d) in distances.enumerated() {
        let slope = pow(a, Double(d))
        let own = (1 - slope) / (1 - slope * slope) * (1 - slope)
        weight += own
        sum += (1 - slope) / (1 - slope * slope) * (y[k + 1] - slope * y[k])
      }
      return (weight, sum)
    }
    let parts = [part([1, 2], [2, 3, 7]), part([3], [8, 6]), part([], [4])]
    expectAgreement(
      mean, parts.reduce(0) { $0 + $1.sum } / parts.reduce(0) { $0 + $1.weight }, digits: 12)
    // alpha solves sum_d d a^(d-1) (products at d / phi - pairs at d * a^d) = 0.
    let residuals = [2, 3, 7, 8, 6, 4].map { $0 - mean }
    let phi = residuals.reduce(0) { $0 + $1 * $1 } / 6
    // The criterion lets scale and coefficients differ by 1e-9.
    expectAgreement(fit.scale, phi, digits: 8.5)
    let products: [(Double, Double)] = [
      (1, residuals[0] * residuals[1]), (2, residuals[1] * residuals[2]), (3, residuals[0] * residuals[2]),
      (3, residuals[3] * residuals[4]),
    ]
    let slope = products.reduce(0.0) { sum, pair in
      sum + pair.0 * pow(a, pair.0 - 1) * (pair.1 / phi - pow(a, pair.0))
    }
    #expect(abs(slope) < 1e-9)
  }

  @Test("correlations that no person's rows can have are named, and answered by independence")
  func refused() throws {
    // Three rows a person whose residuals cancel: alpha near -1/2, the least for three rows.
    let y: [Double] = [1, 0, -1, 2, -1, -1, 0, 1, -1, -2, 1, 1, 3, -1, -2]
    let table = try Table(
      columns: [
        .numeric("id", (0..<15).map { Double($0 / 3) }), .numeric("y", y),
        .numeric("x", (0..<15).map { Double($0 % 3) }),
      ], name: "cancelling")
    let fit = try GeneralizedEstimatingEquations(
      "y ~ 1", subject: "id", correlation: .exchangeable, covariance: .sandwich
    ).fit(table)
    #expect(fit.requestedCorrelation == .exchangeable && fit.correlation == .independence)
    #expect(fit.correlations.isEmpty && fit.convergence.isConverged)
    let note = try #require(fit.diagnostics.first { $0.kind == .workingCorrelation })
    #expect(note.severity == .caution && note.message.contains("must lie above -0.5 and below 1"))
    #expect(fit.verdict.contains("independence instead of exchangeable"))
    let plain = try GeneralizedEstimatingEquations("y ~ 1", subject: "id", covariance: .sandwich).fit(table)
    #expect(plain.coefficients == fit.coefficients)

    let many = try GeneralizedEstimatingEquations(
      "reaction ~ days", subject: "subject", visit: "days", correlation: .unstructured
    ).fit(try EstimatingReferenceTests.table("sleepstudy"))
    #expect(many.correlation == .independence)
    #expect(many.diagnostics.contains { $0.message.contains("not positive definite (smallest eigenvalue -") })
  }

  @Test("two rows of a person and visit, and frequencies that differ within a person, are refused by place")
  func refusals() throws {
    let table = try Table(
      columns: [
        .numeric("id", [7, 8, 7]), .numeric("visit", [2, 2, 2]), .numeric("y", [1, 2, 4]),
        .numeric("f", [1, 2, 3]), .numeric("part", [0.5, 1, 2]),
      ], name: "twice")
    #expect {
      try GeneralizedEstimatingEquations("y ~ 1", subject: "id", visit: "visit").fit(table)
    } throws: { "\($0)".contains("a second row of the same person at visit visit = 2") }
    #expect {
      try GeneralizedEstimatingEquations(
        "y ~ 1", subject: "id", options: ModelOptions(weights: Weights(column: "f", kind: .frequency))
      ).fit(table)
    } throws: { "\($0)".contains("must be the same in all of their rows") }
    #expect {
      try GeneralizedEstimatingEquations(
        "y ~ 1", subject: "id", visit: "part", correlation: .autoregressive
      ).fit(table)
    } throws: { "\($0)".contains("visit 'part' is 0.5") }
    #expect(throws: EstimationError.self) {
      try GeneralizedEstimatingEquations("y ~ 1", subject: "id", family: .negativeBinomial())
    }
    #expect(throws: EstimationError.self) {
      try GeneralizedEstimatingEquations("y ~ 1", subject: "id", options: ModelOptions(cluster: "id"))
    }
  }

  @Test("one person alone is refused; responses that are all the same leave no correlation to estimate")
  func degenerate() throws {
    let columns: [Column] = [
      .numeric("id", [1, 1, 2, 2]), .numeric("one", [1, 1, 1, 1]), .numeric("y", [3, 3, 3, 3]),
    ]
    let table = try Table(columns: columns, name: "constant")
    #expect(throws: EstimationError.self) {
      try GeneralizedEstimatingEquations("y ~ 1", subject: "one").fit(table)
    }
    let fit = try GeneralizedEstimatingEquations("y ~ 1", subject: "id", correlation: .exchangeable).fit(
      table)
    #expect(fit.coefficients[0].estimate == 3 && fit.scale == 0 && fit.correlation == .independence)
    #expect(fit.coefficients[0].statistic == nil)
  }

  @Test("successes out of trials are that many rows of 0 and 1 for the coefficients of independence")
  func trials() throws {
    let (good, all): ([Double], [Double]) = ([1, 3, 2, 0, 4, 2], [2, 4, 3, 2, 5, 4])
    let id: [Double] = [1, 1, 2, 2, 3, 3]
    let x: [Double] = [0, 1, 0, 1, 0, 1]
    let grouped = try Table(
      columns: [.numeric("id", id), .numeric("x", x), .numeric("good", good), .numeric("all", all)],
      name: "grouped")
    let rows = all.indices.flatMap { row in
      (0..<Int(all[row])).map { (id[row], x[row], Double($0) < good[row] ? 1.0 : 0) }
    }
    let single = try Table(
      columns: [
        .numeric("id", rows.map(\.0)), .numeric("x", rows.map(\.1)), .numeric("y", rows.map(\.2)),
      ], name: "single")
    let a = try GeneralizedEstimatingEquations(
      "good / all ~ x", subject: "id", family: .binomial, covariance: .sandwich
    ).fit(grouped)
    let b = try GeneralizedEstimatingEquations(
      "y ~ x", subject: "id", family: .binomial, covariance: .sandwich
    ).fit(single)
    for (x, y) in zip(a.coefficients, b.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 12, x.term)
      expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 11, x.term)
    }
    // A frequency of 2 is each person twice, with trials as without.
    let twice = try grouped.adding(.numeric("f", [2, 2, 1, 1, 3, 3]))
    let copies = [0, 1, 2, 3, 4, 5, 0, 1, 4, 5, 4, 5]
    let repeated = try grouped.selecting(rows: copies).adding(
      .numeric("copy", [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]))
    let weighted = try GeneralizedEstimatingEquations(
      "good / all ~ x", subject: "id", correlation: .exchangeable, family: .binomial,
      options: ModelOptions(weights: Weights(column: "f", kind: .frequency)), covariance: .manclDeRouen
    ).fit(twice)
    let copied = try GeneralizedEstimatingEquations(
      "good / all ~ x", subject: "copy", correlation: .exchangeable, family: .binomial,
      covariance: .manclDeRouen
    ).fit(repeated)
    for (x, y) in zip(weighted.coefficients, copied.coefficients) {
      expectAgreement(x.estimate ?? .nan, y.estimate ?? .nan, digits: 9, x.term)
      expectAgreement(x.standardError ?? .nan, y.standardError ?? .nan, digits: 9, x.term)
    }
    expectAgreement(weighted.scale, copied.scale, digits: 9)
  }

  @Test("below 50 people the errors are Kauermann and Carroll's with t, and the fit says so")
  func fewPeople() throws {
    let table = try EstimatingReferenceTests.table("sleepstudy")
    let fit = try GeneralizedEstimatingEquations(
      "reaction ~ days", subject: "subject", correlation: .exchangeable
    ).fit(table)
    #expect(fit.covarianceKind == .kauermannCarroll && fit.residualDegreesOfFreedom == 16)
    #expect(fit.coefficients.allSatisfy { $0.degreesOfFreedom == 16 })
    #expect(fit.diagnostics.contains { $0.kind == .fewClusters && $0.severity == .note })
    let many = try GeneralizedEstimatingEquations(
      "resp ~ age", subject: "id", family: .binomial
    ).fit(try EstimatingReferenceTests.table("ohio"))
    #expect(many.covarianceKind == .sandwich && many.residualDegreesOfFreedom == nil)
  }

  @Test("separated responses have no solution: the terms are named")
  func separation() throws {
    let table = try Table(
      columns: [
        .numeric("id", [1, 1, 2, 2, 3, 3, 4, 4]), .numeric("x", [0, 0, 0, 0, 1, 1, 1, 1]),
        .numeric("y", [0, 1, 0, 0, 1, 1, 1, 1]),
      ], name: "separated")
    let fit = try GeneralizedEstimatingEquations(
      "y ~ x", subject: "id", correlation: .exchangeable, family: .binomial
    ).fit(table)
    #expect(!fit.convergence.isConverged && fit.coefficients[1].estimate == nil)
    #expect(fit.separation?.unbounded.first?.term == "x")
    #expect(fit.diagnostics.contains { $0.kind == .monotoneLikelihood && $0.severity == .serious })
  }
}
