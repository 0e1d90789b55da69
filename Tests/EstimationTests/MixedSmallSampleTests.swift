import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Small-sample inference worked by hand.
@Suite("Mixed: small samples by hand") struct MixedSmallSampleTests {
  /// `a` groups of `n` rows with `V = tau2 J + sigma2 I`: the variance of the mean is `lambda / (a n)`, estimated by the
  /// mean square between groups, which is chi-squared on a - 1 degrees of freedom.
  private func balancedOneWay(a: Double, n: Double, tau2: Double, sigma2: Double) -> VarianceSensitivity {
    let lambda = sigma2 + n * tau2
    func one(_ x: Double) -> Matrix { Matrix(rows: [[x]]) }
    let between = 2 * lambda * lambda / (a - 1)
    let within = 2 * sigma2 * sigma2 / (a * (n - 1))
    let w = Matrix(rows: [[(between + within) / (n * n), -within / n], [-within / n, within]])
    let cube = lambda * lambda * lambda
    return VarianceSensitivity(
      covariance: one(lambda / (a * n)),
      derivatives: [one(-a * n * n / (lambda * lambda)), one(-a * n / (lambda * lambda))],
      parameterCovariance: w,
      products: [one(a * n * n * n / cube), one(a * n * n / cube), one(a * n / cube)])
  }

  @Test("The mean of a balanced one-way layout has a - 1 degrees of freedom and no adjustment")
  func oneWay() throws {
    let value = balancedOneWay(a: 7, n: 4, tau2: 2.5, sigma2: 1.25)
    expectAgreement(try #require(value.satterthwaite(of: [1])), 6, digits: 13, "Satterthwaite")
    expectAgreement(try #require(value.kenwardRoger(of: [1])), 6, digits: 13, "Kenward-Roger")
    expectAgreement(
      value.kenwardRogerCovariance()[0, 0], value.covariance[0, 0], digits: 13, "adjusted covariance")
  }

  /// Two coefficients whose variances are parameters of their own, estimated on `nu` degrees of freedom each.
  private func twoVariances(_ gamma: [Double], nu: [Double]) -> VarianceSensitivity {
    func unit(_ k: Int, _ x: Double) -> Matrix { .diagonal((0..<2).map { $0 == k ? x : 0 }) }
    return VarianceSensitivity(
      covariance: .diagonal(gamma), derivatives: (0..<2).map { unit($0, -1 / (gamma[$0] * gamma[$0])) },
      parameterCovariance: .diagonal((0..<2).map { 2 * gamma[$0] * gamma[$0] / nu[$0] }))
  }

  @Test("Fai and Cornelius: nu 10 and 6 give E = 10/8 + 6/4 = 11/4 and 2E / (E - 2) = 22/3")
  func several() throws {
    let value = twoVariances([3, 0.5], nu: [10, 6])
    let joint = try #require(value.satterthwaite(jointly: .identity(order: 2)))
    expectAgreement(joint, 22.0 / 3, digits: 13, "joint df")
    expectAgreement(try #require(value.satterthwaite(of: [0, 2])), 6, digits: 13, "single df")
    #expect(value.satterthwaite(jointly: Matrix(rows: [[1, 0], [2, 0]])) == nil)
    let few = try #require(
      twoVariances([3, 0.5], nu: [10, 1.5]).satterthwaite(jointly: .identity(order: 2)))
    #expect(few == 2)
  }

  /// With nu = 10 twice, A1 = A2 = 2/5, B = 7/10, g = -3/4, d = 19/2: worked in fractions,
  /// E* = 5/4, 1 + g B/d = 359/380, 1 - (q - g) B/d = 303/380, 1 - (q + 2 - g) B/d = 247/380.
  @Test("Kenward and Roger's joint test, in fractions") func joint() throws {
    let value = twoVariances([3, 0.5], nu: [10, 10])
    let rho = (16.0 / 25) * (359.0 / 380) / (2 * (303.0 / 380) * (303.0 / 380) * (247.0 / 380))
    let m = 4 + 4 / (2 * rho - 1)
    guard
      case .scaledF(let denominator, let scale) = try #require(
        value.kenwardRoger(jointly: .identity(order: 2)))
    else {
      Issue.record("not a scaled F")
      return
    }
    expectAgreement(denominator, m, digits: 13, "denominator")
    expectAgreement(scale, m * 0.8 / (m - 2), digits: 13, "scale")
    // The test does not depend on how the functions are written.
    let other = try #require(value.kenwardRoger(jointly: Matrix(rows: [[1, 2], [-3, 1]])))
    guard case .scaledF(let again, _) = other else { return }
    expectAgreement(again, m, digits: 12, "denominator of other functions")
  }

  /// Phi = 2, P = -1, W = 0.5, Q = 3, R = 4: Phi + 2 * 2 * 0.5 * (3 - 1 * 2 * 1 - 1) * 2 = Phi, and 2 more per unit of
  /// R / 4 that is left out: linear 2 + 2 * (2 * 0.5 * (3 - 2)) * 2 = 6.
  @Test("The full and the linear adjustment of one coefficient") func adjustment() {
    func one(_ x: Double) -> Matrix { Matrix(rows: [[x]]) }
    let full = VarianceSensitivity(
      covariance: one(2), derivatives: [one(-1)], parameterCovariance: one(0.5), products: [one(3)],
      curvatures: [one(4)])
    #expect(full.kenwardRogerCovariance()[0, 0] == 2)
    let linear = VarianceSensitivity(
      covariance: one(2), derivatives: [one(-1)], parameterCovariance: one(0.5), products: [one(3)])
    #expect(linear.kenwardRogerCovariance()[0, 0] == 6)
  }
}
