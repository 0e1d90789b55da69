import CohortTables
import Estimation
import TestSupport
import Testing

/// NIST StRD linear regression: digits of agreement with the certified values.
///
/// The certified values were computed by NIST in multiple precision (itl.nist.gov/div898/strd). A
/// certified 0 is checked as at most 1e-6. R's `lm` stands beside it in the printed table, for
/// information only.
@Suite("Reference: NIST StRD linear regression", .serialized)
struct NISTReferenceTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    let name: String
    let digits: Double
    /// Filip's powers are nearer to dependence than the usual tolerance.
    var rankTolerance = 1e-7

    var testDescription: String { name }
  }

  static let problems = [
    Problem(name: "Norris", digits: 11), Problem(name: "Pontius", digits: 11),
    Problem(name: "NoInt1", digits: 11), Problem(name: "NoInt2", digits: 11),
    Problem(name: "Longley", digits: 12), Problem(name: "Wampler1", digits: 9),
    Problem(name: "Wampler2", digits: 9), Problem(name: "Wampler3", digits: 9),
    Problem(name: "Wampler4", digits: 7), Problem(name: "Wampler5", digits: 5),
    Problem(name: "Filip", digits: 6.5, rankTolerance: 1e-10),
  ]

  private static let fixtures = Result {
    try Dictionary(
      uniqueKeysWithValues: problems.map {
        ($0.name, try Fixture("Tests/EstimationTests/Fixtures/nist/\($0.name).json"))
      })
  }
  private static let others = Result { try Fixture("Tests/EstimationTests/Fixtures/nist_r_lm.json") }

  static func fixture(_ name: String) throws -> Fixture {
    try #require(try fixtures.get()[name])
  }

  static func fit(_ name: String, rankTolerance: Double) throws -> LinearFit {
    let problem = try fixture(name)
    let names = problem["predictors"].list.compactMap(\.text)
    var columns = [Column.numeric("y", problem["y"].list.map { $0.number() })]
    for (j, name) in names.enumerated() {
      columns.append(.numeric(name, problem["x"].list.map { $0[j].number() }))
    }
    var terms = names
    if let degree = problem["polynomial_degree"].number, degree > 1 {
      terms += (2...Int(degree)).map { "I(x^\($0))" }
    }
    let intercept = problem["intercept"].flag == true ? "" : " - 1"
    let formula = "y ~ " + terms.joined(separator: " + ") + intercept
    return try LinearModel(formula, options: ModelOptions(rankTolerance: rankTolerance))
      .fit(Table(columns: columns, name: name))
  }

  /// Digits for a certified value; a certified 0 counts as 15 digits when the value is small.
  static func digits(_ value: Double?, _ certified: Double) -> Double {
    guard let value else { return 0 }
    if certified == 0 { return abs(value) <= 1e-6 ? 15 : 0 }
    return min(15, digitsOfAgreement(value, certified))
  }

  @Test("agrees with the certified values", arguments: problems)
  func agreement(_ problem: Problem) throws {
    let fit = try Self.fit(problem.name, rankTolerance: problem.rankTolerance)
    let certified = try Self.fixture(problem.name)["certified"]
    var worst = (estimate: 17.0, error: 17.0)
    for (coefficient, expected) in zip(fit.coefficients, certified["coefficients"].list) {
      let estimate = Self.digits(coefficient.estimate, expected["estimate"].number())
      let error = Self.digits(coefficient.standardError, expected["sd"].number())
      #expect(estimate >= problem.digits, "\(coefficient.term): \(estimate) digits")
      #expect(error >= problem.digits, "standard error of \(coefficient.term): \(error) digits")
      worst = (min(worst.estimate, estimate), min(worst.error, error))
    }
    #expect(fit.coefficients.count == certified["coefficients"].list.count)
    let rSquared = Self.digits(fit.rSquared, certified["r_squared"].number())
    #expect(rSquared >= problem.digits, "R squared: \(rSquared) digits")
    Self.printRow(problem, worst, rSquared)
  }

  private static func printRow(
    _ problem: Problem, _ worst: (estimate: Double, error: Double), _ rSquared: Double
  ) {
    func text(_ digits: Double?) -> String {
      digits.map { String(Double(Int($0 * 10)) / 10) } ?? "-"
    }
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    let r = try? Self.others.get()["cases"]
    let name = problem.name == "Filip" ? "filip_tol_1e-10" : problem.name.lowercased()
    let values = r.flatMap { cases in cases.keys.first { $0.lowercased() == name }.map { cases[$0]["values"] }
    }
    let theirs = values.map { values in
      (
        values["coefficients"].list.compactMap { $0["estimate_digits"].number }.min(),
        values["coefficients"].list.compactMap { $0["std_err_digits"].number }.min()
      )
    }
    print(
      "NIST " + padded(problem.name, 9) + " LRE coefficient " + padded(text(worst.estimate), 5)
        + " standard error "
        + padded(text(worst.error), 5) + " R2 " + padded(text(rSquared), 5) + " | R lm coefficient "
        + padded(text(theirs?.0), 5) + " standard error " + padded(text(theirs?.1), 5)
        + " | wanted \(problem.digits)")
  }

  @Test("at the usual tolerance Filip's last power is aliased, as in R")
  func filipAtDefaultTolerance() throws {
    let fit = try Self.fit("Filip", rankTolerance: 1e-7)
    #expect(fit.coefficients.filter(\.isAliased).map(\.term) == ["I(x^10)"])
    #expect(fit.diagnostics.contains { $0.kind == .aliased && $0.terms == ["I(x^10)"] })
  }
}
