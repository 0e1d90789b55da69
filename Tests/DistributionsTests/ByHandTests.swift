import Distributions
import TestSupport
import Testing

@Suite("By hand: closed forms")
struct ByHandTests {
  @Test("t with 1 and 2 degrees of freedom")
  func smallDegreesOfFreedom() {
    let (cauchy, two) = (StudentT(degreesOfFreedom: 1), StudentT(degreesOfFreedom: 2))
    expectAgreement(cauchy.upperTail(1), 0.25, digits: 15)
    expectAgreement(cauchy.density(0), 1 / .pi, digits: 15)
    expectAgreement(cauchy.criticalValue(confidenceLevel: 0.5), 1, digits: 15)
    // 1/2 - x / (2 sqrt(2 + x^2)) at sqrt 2.
    expectAgreement(two.upperTail(2.0.squareRoot()), 0.5 - 0.5 / 2.0.squareRoot(), digits: 14)
  }

  @Test("three tosses of a fair coin")
  func coin() {
    let law = BinomialDistribution(trials: 3, probability: 0.5)
    #expect((0...3).map { law.probability(of: $0) } == [0.125, 0.375, 0.375, 0.125])
    #expect((-1...3).map { law.cumulative($0) } == [0, 0.125, 0.5, 0.875, 1])
    #expect((-1...3).map { law.upperTail($0) } == [1, 0.875, 0.5, 0.125, 0])
    #expect([0, 0.125, 0.126, 0.5, 0.51, 1].map { law.quantile($0) } == [0, 0, 1, 1, 2, 3])
    let certain = BinomialDistribution(trials: 4, probability: 1)
    #expect((0...4).map { certain.probability(of: $0) } == [0, 0, 0, 0, 1])
    #expect(certain.quantile(0.5) == 4)
    #expect(BinomialDistribution(trials: 0, probability: 0.2).cumulative(0) == 1)
  }

  @Test("Poisson with mean 0 and with mean log 2")
  func poisson() {
    let none = PoissonDistribution(mean: 0)
    #expect([none.probability(of: 0), none.cumulative(0), none.upperTail(0)] == [1, 1, 0])
    #expect(none.quantile(1) == 0)
    let law = PoissonDistribution(mean: 0.693_147_180_559_945_3)
    expectAgreement(law.probability(of: 0), 0.5, digits: 15)
    expectAgreement(law.upperTail(0), 0.5, digits: 15)
    #expect(law.quantile(0.49) == 0)
    #expect(law.quantile(0.51) == 1)
    #expect(law.quantile(1) == nil)
  }

  @Test("exponential, uniform and arcsine cases")
  func specialShapes() {
    expectAgreement(GammaDistribution(shape: 1, scale: 2).upperTail(2), 0.367_879_441_171_442_3, digits: 15)
    expectAgreement(ChiSquared(degreesOfFreedom: 2).upperTail(2), 0.367_879_441_171_442_3, digits: 15)
    expectAgreement(BetaDistribution(alpha: 1, beta: 1).cumulative(0.3), 0.3, digits: 15)
    expectAgreement(BetaDistribution(alpha: 0.5, beta: 0.5).cumulative(0.25), 1.0 / 3, digits: 15)
    expectAgreement(BetaDistribution(alpha: 0.5, beta: 0.5).quantile(1.0 / 3), 0.25, digits: 15)
    expectAgreement(FDistribution(numerator: 1, denominator: 1).upperTail(1e-20), 1 - 2e-10 / .pi, digits: 15)
    expectAgreement(FDistribution(numerator: 2, denominator: 2).upperTail(3), 0.25, digits: 15)
  }

  /// Orthant probabilities of elliptical laws do not depend on the degrees of freedom (Sheppard 1899).
  @Test("orthants of two and three variables", arguments: [1, 4.2, 80, .infinity])
  func orthants(df: Double) throws {
    for rho in [-0.999, -0.7, 0, 0.2, 0.5, 0.93, 0.99999] {
      let law = try MultivariateT(correlation: [[1, rho], [rho, 1]], degreesOfFreedom: df)
      let outside = 0.75 - arcsine(rho) / (2 * .pi)
      expectAgreement(law.upperTailOfMaximum(0), outside, digits: 11, "rho \(rho)")
    }
    let (a, b, c) = (0.6, -0.35, 0.1)
    let law = try MultivariateT(correlation: [[1, a, b], [a, 1, c], [b, c, 1]], degreesOfFreedom: df)
    let inside = 0.125 + (arcsine(a) + arcsine(b) + arcsine(c)) / (4 * .pi)
    expectAgreement(
      law.probability(lower: [0, 0, 0], upper: [.infinity, .infinity, .infinity]), inside, digits: 11)
    // Equal correlations of one half: 1 / (k + 1).
    for k in 2...8 {
      let rows = (0..<k).map { i in (0..<k).map { $0 == i ? 1 : 0.5 } }
      let equal = try MultivariateT(correlation: rows, degreesOfFreedom: df)
      expectAgreement(equal.upperTailOfMaximum(0), Double(k) / Double(k + 1), digits: 11, "\(k)")
    }
  }

  /// Two-sided 5% points as tabled by Dunnett 1964 (Biometrics 20, 482-491), one-sided by Dunnett 1955 (JASA 50).
  @Test("Dunnett's tables to their two decimals")
  func dunnettTables() throws {
    for (k, df, expected) in [(2, 10.0, 2.57), (3, 20, 2.54), (4, 60, 2.51), (2, .infinity, 2.21)] {
      let rows = (0..<k).map { i in (0..<k).map { $0 == i ? 1 : 0.5 } }
      let law = try MultivariateT(correlation: rows, degreesOfFreedom: df)
      let value = law.criticalValueOfMaximumAbsolute(confidenceLevel: 0.95)
      #expect(abs(value - expected) <= 0.0051, "\(k) against control on \(df): \(value)")
    }
    for (k, df, expected) in [(2, 10.0, 2.15), (3, 20, 2.19), (2, .infinity, 1.92)] {
      let rows = (0..<k).map { i in (0..<k).map { $0 == i ? 1 : 0.5 } }
      let law = try MultivariateT(correlation: rows, degreesOfFreedom: df)
      let value = law.criticalValueOfMaximum(confidenceLevel: 0.95)
      #expect(abs(value - expected) <= 0.0051, "one-sided, \(k) against control on \(df): \(value)")
    }
  }
}
