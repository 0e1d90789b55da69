import Distributions
import Foundation
import TestSupport
import Testing

@Suite("Identities between distributions")
struct IdentityTests {
  static let points = [-7.5, -2.2, -0.4, 0, 0.3, 1.96, 3.1, 12]

  @Test("Student's t with infinite degrees of freedom is the normal, exactly", arguments: points)
  func infiniteDegreesOfFreedom(x: Double) {
    let (t, z) = (StudentT(degreesOfFreedom: .infinity), NormalDistribution.standard)
    #expect(t.density(x) == z.density(x))
    #expect(t.cumulative(x) == z.cumulative(x))
    #expect(t.upperTail(x) == z.upperTail(x))
    #expect(t.twoSidedPValue(statistic: x) == z.twoSidedPValue(statistic: x))
    #expect(t.criticalValue(confidenceLevel: 0.95) == z.criticalValue(confidenceLevel: 0.95))
    let shifted = NoncentralT(degreesOfFreedom: .infinity, noncentrality: 1.5)
    expectAgreement(shifted.upperTail(x), NormalDistribution(mean: 1.5).upperTail(x), digits: 13)
  }

  @Test("the square of t is F with one numerator degree of freedom", arguments: [0.7, 1, 4.5, 33, 1e5])
  func squareOfT(df: Double) {
    let (t, f) = (StudentT(degreesOfFreedom: df), FDistribution(numerator: 1, denominator: df))
    for x in [0.02, 0.9, 2.5, 14] {
      expectAgreement(f.upperTail(x * x), t.twoSidedPValue(statistic: x), digits: 13, "\(x) on \(df)")
    }
    let critical = t.criticalValue(confidenceLevel: 0.99)
    expectAgreement(f.upperQuantile(0.01), critical * critical, digits: 13)
  }

  @Test(
    "p-values by the sums for whole degrees of freedom are those of the general evaluation", arguments: 1...62
  )
  func wholeDegreesOfFreedom(df: Int) {
    let t = StudentT(degreesOfFreedom: Double(df))
    for exponent in stride(from: -8.0, through: 12, by: 0.35) {
      let x = pow(10, exponent)
      let expected = 2 * t.upperTail(x)
      // Below lie the numbers with fewer digits.
      guard expected > 1e-300 else { continue }
      expectAgreement(t.twoSidedPValue(statistic: -x), expected, digits: 13, "\(x) on \(df)")
    }
    #expect(t.twoSidedPValue(statistic: 0) == 1 && t.twoSidedPValue(statistic: .infinity) == 0)
    #expect(t.twoSidedPValue(statistic: .nan).isNaN)
  }

  @Test("F with an infinite denominator is chi-squared over its degrees of freedom")
  func infiniteDenominator() {
    let (f, chi) = (FDistribution(numerator: 5, denominator: .infinity), ChiSquared(degreesOfFreedom: 5))
    for x in [0.01, 0.6, 1, 3.4, 40] {
      expectAgreement(f.cumulative(x), chi.cumulative(5 * x), digits: 13)
      expectAgreement(f.upperTail(x), chi.upperTail(5 * x), digits: 13)
      expectAgreement(f.density(x), 5 * chi.density(5 * x), digits: 13)
    }
    expectAgreement(f.quantile(0.3), chi.quantile(0.3) / 5, digits: 13)
  }

  @Test("a central non-central t is Student's", arguments: [0.1, 0.8, 3, 25.5, 4e4, 1e9, 1e15])
  func centralCase(df: Double) {
    let (central, t) = (NoncentralT(degreesOfFreedom: df, noncentrality: 0), StudentT(degreesOfFreedom: df))
    for x in Self.points {
      expectAgreement(central.cumulative(x), t.cumulative(x), digits: 11, "\(x) on \(df)")
      expectAgreement(central.upperTail(x), t.upperTail(x), digits: 11, "\(x) on \(df)")
      expectAgreement(central.density(x), t.density(x), digits: 11, "\(x) on \(df)")
    }
    guard df > 0.7 else { return }  // the quantile itself would overflow
    let far = t.upperQuantile(1e-200)
    expectAgreement(central.upperTail(far), 1e-200, digits: 10)
  }

  @Test("binomial and Poisson tails are those of beta and gamma variables")
  func countsAndWaitingTimes() {
    let binomial = BinomialDistribution(trials: 40, probability: 0.3)
    let poisson = PoissonDistribution(mean: 7.3)
    for k in [0, 3, 11, 25] {
      let beta = BetaDistribution(alpha: Double(k + 1), beta: Double(40 - k))
      expectAgreement(binomial.upperTail(k), beta.cumulative(0.3), digits: 13)
      let gamma = GammaDistribution(shape: Double(k + 1), scale: 1)
      expectAgreement(poisson.upperTail(k), gamma.cumulative(7.3), digits: 13)
    }
  }

  @Test("the range of two groups is sqrt 2 |t|", arguments: [1, 2.5, 9, 120, .infinity])
  func rangeOfTwo(df: Double) {
    let range = StudentizedRange(groups: 2, degreesOfFreedom: df)
    let t = StudentT(degreesOfFreedom: df)
    for x in [0.05, 1.1, 2.8, 6, 20] {
      let p = t.twoSidedPValue(statistic: x)
      guard p > 1e-250 else { continue }
      expectAgreement(range.upperTail(x * 2.0.squareRoot()), p, digits: 12, "\(x) on \(df)")
      expectAgreement(range.cumulative(x * 2.0.squareRoot()), 1 - p, digits: 12, "\(x) on \(df)")
    }
    expectAgreement(
      range.quantile(0.95), t.criticalValue(confidenceLevel: 0.95) * 2.0.squareRoot(), digits: 11)
  }

  /// The three pairwise differences of three means have a singular correlation matrix of rank 2.
  @Test(
    "Tukey's range of three groups is the singular trivariate maximum", arguments: [2, 11.5, 60, .infinity])
  func rangeOfThree(df: Double) throws {
    let pairwise = try MultivariateT(
      correlation: [[1, 0.5, -0.5], [0.5, 1, 0.5], [-0.5, 0.5, 1]], degreesOfFreedom: df)
    let range = StudentizedRange(groups: 3, degreesOfFreedom: df)
    for c in [0.2, 1.3, 2.6, 4.5] {
      expectAgreement(
        pairwise.upperTailOfMaximumAbsolute(c), range.upperTail(c * 2.0.squareRoot()), digits: 10,
        "\(c), \(df)")
    }
    expectAgreement(
      pairwise.criticalValueOfMaximumAbsolute(confidenceLevel: 0.95) * 2.0.squareRoot(), range.quantile(0.95),
      digits: 10)
  }

  @Test("one variable, or one and its repetitions up to sign, is Student's t")
  func oneDistinctVariable() throws {
    let t = StudentT(degreesOfFreedom: 13)
    for rows: [[Double]] in [
      [[1]], [[1, 1], [1, 1]], [[1, -1], [-1, 1]], [[1, -1, 1], [-1, 1, -1], [1, -1, 1]],
    ] {
      let law = try MultivariateT(correlation: rows, degreesOfFreedom: 13)
      expectAgreement(law.upperTailOfMaximumAbsolute(2.2), t.twoSidedPValue(statistic: 2.2), digits: 14)
      expectAgreement(
        law.criticalValueOfMaximumAbsolute(confidenceLevel: 0.9), t.criticalValue(confidenceLevel: 0.9),
        digits: 11)
    }
    let opposed = try MultivariateT(correlation: [[1, -1], [-1, 1]], degreesOfFreedom: 13)
    expectAgreement(opposed.upperTailOfMaximum(1.4), t.twoSidedPValue(statistic: 1.4), digits: 14)
    expectAgreement(
      opposed.criticalValueOfMaximum(confidenceLevel: 0.9), t.criticalValue(confidenceLevel: 0.9), digits: 10)
  }

  /// A nudge of 1e-11 takes the matrix out of the one-factor method and changes the probability by no more.
  @Test("product structure and nested conditioning agree", arguments: [3, 4, 5])
  func twoMethods(count: Int) throws {
    let loadings = [0.7, 0.5, -0.8, 0.6, 0.3]
    var rows = (0..<count).map { i in (0..<count).map { $0 == i ? 1 : loadings[i] * loadings[$0] } }
    let product = try MultivariateT(correlation: rows, degreesOfFreedom: 17)
    rows[0][1] += 1e-11
    rows[1][0] += 1e-11
    let nested = try MultivariateT(correlation: rows, degreesOfFreedom: 17)
    for c in [0.6, 2.5, 9] {
      expectAgreement(
        nested.upperTailOfMaximumAbsolute(c), product.upperTailOfMaximumAbsolute(c), digits: 9.5, "\(c), two")
      expectAgreement(nested.upperTailOfMaximum(c), product.upperTailOfMaximum(c), digits: 9.5, "\(c), one")
    }
  }

  @Test("independent variables multiply when the scale is known")
  func independence() throws {
    let law = try MultivariateT(
      correlation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], degreesOfFreedom: .infinity)
    let z = NormalDistribution.standard
    let product = (z.cumulative(1) - z.cumulative(-2)) * z.cumulative(0.5) * (1 - z.cumulative(-1.5))
    expectAgreement(
      law.probability(lower: [-2, -.infinity, -1.5], upper: [1, 0.5, .infinity]), product, digits: 11)
  }
}
