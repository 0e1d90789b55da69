import Distributions
import TestSupport
import Testing

@Suite("Reference: continuous distributions against mpmath at 50 digits")
struct ContinuousReferenceTests {
  static let families = ["normal", "student_t", "f", "chi_squared", "beta", "gamma"]

  static func distribution(_ family: String, _ p: [Double]) -> (any ContinuousDistribution)? {
    switch family {
    case "normal": NormalDistribution(mean: p[0], standardDeviation: p[1])
    case "student_t": StudentT(degreesOfFreedom: p[0])
    case "f": FDistribution(numerator: p[0], denominator: p[1])
    case "chi_squared": ChiSquared(degreesOfFreedom: p[0])
    case "beta": BetaDistribution(alpha: p[0], beta: p[1])
    case "gamma": GammaDistribution(shape: p[0], scale: p[1])
    default: nil
    }
  }

  @Test("densities and both tails have 13 digits", arguments: families)
  func tails(family: String) throws {
    let file = try ReferenceFile<TailCase>.load(family)
    #expect(file.cases.count > 50)
    var worst = 17.0
    for reference in file.cases {
      let law = try #require(Self.distribution(family, reference.parameters.map(\.value)))
      for (kind, value, expected) in [
        ("density", law.density(reference.x.value), reference.density.value),
        ("lower", law.cumulative(reference.x.value), reference.lower.value),
        ("upper", law.upperTail(reference.x.value), reference.upper.value),
      ] {
        expectAgreement(value, expected, digits: 13, "\(family) \(kind) \(reference.label)")
        worst = min(worst, digitsOfAgreement(value, expected))
      }
    }
    print("digits reached, worst of \(file.cases.count) cases of \(family): \(worst)")
  }

  /// A quantile is as well determined as its probability.
  ///
  /// A relative rounding error e of p moves x by e p / (x f(x)) of itself. Where that factor is below 1 the quantile is
  /// asked for 13 digits; above it, for 13 digits less those that even a correctly rounded p would lose. The test that
  /// goes there and back checks the ill-conditioned ones.
  @Test("quantiles of the smaller tail have 13 digits, less what rounding p costs", arguments: families)
  func quantiles(family: String) throws {
    let file = try ReferenceFile<TailCase>.load(family)
    var worst = 17.0
    for reference in file.cases where reference.x.value != 0 && reference.isInvertible {
      let law = try #require(Self.distribution(family, reference.parameters.map(\.value)))
      let isLower = reference.lower.value < reference.upper.value
      let p = isLower ? reference.lower.value : reference.upper.value
      let x = isLower ? law.quantile(p) : law.upperQuantile(p)
      let condition = p / abs(reference.x.value * reference.density.value)
      let digits = 13 - max(0, conditionDigits(condition))
      expectAgreement(x, reference.x.value, digits: digits, "\(family) quantile \(reference.label)")
      worst = min(worst, digitsOfAgreement(x, reference.x.value) + max(0, conditionDigits(condition)))
    }
    print("digits reached, worst quantile of \(family): \(worst)")
  }

  @Test("a quantile leads back to its probability to 12 digits", arguments: families)
  func roundTrip(family: String) throws {
    let file = try ReferenceFile<TailCase>.load(family)
    for reference in file.cases where reference.isInvertible {
      let law = try #require(Self.distribution(family, reference.parameters.map(\.value)))
      let isLower = reference.lower.value < reference.upper.value
      let p = isLower ? reference.lower.value : reference.upper.value
      let x = isLower ? law.quantile(p) : law.upperQuantile(p)
      let back = isLower ? law.cumulative(x) : law.upperTail(x)
      // The double nearest the quantile already misses p by x f(x) / p roundings.
      let condition = abs(x * law.density(x)) / p
      let digits = 12 - max(0, conditionDigits(condition))
      expectAgreement(back, p, digits: digits, "\(family) round trip \(reference.label)")
    }
  }
}
