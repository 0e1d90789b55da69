import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Firth's estimates where a row has a leverage near 1, along which scoring goes to and fro for ever.
@Suite("By hand: Firth's estimates with a level of one row")
struct FirthByHandTests {
  /// A level of one row, of eight and of nine.
  static func table() throws -> Table {
    let g = ["a"] + [String](repeating: "b", count: 8) + [String](repeating: "c", count: 9)
    return try Table(
      columns: [
        .category("g", g), .numeric("x", [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3]),
        .numeric("y", [1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0]),
        .numeric("k", [7, 0, 2, 1, 3, 0, 4, 2, 1, 5, 3, 2, 0, 1, 2, 4, 6, 1]),
      ], name: "one row")
  }

  @Test("of a table each level has half an event and half a non-event more")
  func saturated() throws {
    let fit = try GeneralizedLinearModel("y ~ g", family: .binomial, penalty: .always).fit(try Self.table())
    #expect(fit.convergence.isConverged)
    let odds: [Double] = [3, 4.5 / 4.5, 3.5 / 6.5]
    expectAgreement(try #require(fit.coefficients[0].estimate), log(odds[0]), digits: 11)
    expectAgreement(try #require(fit.coefficients[1].estimate), log(odds[1] / odds[0]), digits: 11)
    expectAgreement(try #require(fit.coefficients[2].estimate), log(odds[2] / odds[0]), digits: 11)
    let variance: Double = 16 / 3.0
    expectAgreement(try #require(fit.coefficients[0].standardError), variance.squareRoot(), digits: 10)
  }

  @Test("of counts each level has half a count more")
  func counts() throws {
    let fit = try GeneralizedLinearModel("k ~ g - 1", family: .poisson, penalty: .always)
      .fit(try Self.table())
    #expect(fit.convergence.isConverged)
    for (coefficient, mean) in zip(fit.coefficients, [7.5, 13.5 / 8, 24.5 / 9]) {
      expectAgreement(try #require(coefficient.estimate), log(mean), digits: 11)
    }
  }

  /// For one level the penalised likelihood is `(k + 1/2) log p + (n - k + 1/2) log(1 - p)`.
  @Test("penalised profile limits of a single row solve its own equation")
  func limits() throws {
    let fit = try GeneralizedLinearModel("y ~ g - 1", family: .binomial, penalty: .always)
      .fit(try Self.table())
    func objective(_ b: Double) -> Double {
      let p = 1 / (1 + exp(-b))
      return -2 * (1.5 * log(p) + 0.5 * log(1 - p))
    }
    for (limit, sign) in [(fit.coefficients[0].lower, -1.0), (fit.coefficients[0].upper, 1.0)] {
      var (inner, outer) = (0.0, 20.0)
      for _ in 0..<200 {
        let middle = (inner + outer) / 2
        let rise = objective(log(3) + sign * middle) - objective(log(3))
        if rise < 1.959963984540054 * 1.959963984540054 { inner = middle } else { outer = middle }
      }
      expectAgreement(try #require(limit), log(3) + sign * inner, digits: 8)
    }
  }

  /// R 4.2.2, brglm2 0.9, 2026-11-24:
  /// `glm(y ~ x + g, binomial, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 10000, slowit = 0.5)`
  /// (with its usual steps brglmFit does not converge here), and the same of `k` with `poisson` and usual steps.
  @Test("brglm2's mean bias reduction gives the same estimates")
  func reference() throws {
    let expected: [(String, ResponseFamily, [Double], [Double])] = [
      (
        "y", .binomial,
        [-0.05213429641257783, 0.38358219502689589, -1.51037442341146133, -2.79216791319130042],
        [2.4102337448652968, 0.2299500843308897, 2.4483554097768163, 2.5460346385969208]
      ),
      (
        "k", .poisson,
        [2.4743639233476076, -0.1531536342684477, -1.3800412099688240, -0.7057695007038403],
        [0.41772186322500499, 0.06762496390045138, 0.45464352415009546, 0.42772175934908130]
      ),
    ]
    for (response, family, estimates, errors) in expected {
      let fit = try GeneralizedLinearModel("\(response) ~ x + g", family: family, penalty: .always)
        .fit(try Self.table())
      #expect(fit.convergence.isConverged)
      for (k, coefficient) in fit.coefficients.enumerated() {
        expectAgreement(try #require(coefficient.estimate), estimates[k], digits: 8, coefficient.term)
        expectAgreement(try #require(coefficient.standardError), errors[k], digits: 7, coefficient.term)
      }
    }
  }
}
