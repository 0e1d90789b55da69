import Distributions
import TestSupport
import Testing

@Suite("Reference: discrete distributions against mpmath at 50 digits")
struct DiscreteReferenceTests {
  static let families = ["binomial", "poisson"]

  static func distribution(_ family: String, _ p: [Double]) -> (any DiscreteDistribution)? {
    switch family {
    case "binomial": BinomialDistribution(trials: Int(p[0]), probability: p[1])
    case "poisson": PoissonDistribution(mean: p[0])
    default: nil
    }
  }

  @Test("masses and both tails have 13 digits", arguments: families)
  func tails(family: String) throws {
    let file = try ReferenceFile<TailCase>.load(family)
    #expect(file.cases.count > 50)
    var worst = 17.0
    for reference in file.cases {
      let law = try #require(Self.distribution(family, reference.parameters.map(\.value)))
      let count = Int(reference.x.value)
      for (kind, value, expected) in [
        ("mass", law.probability(of: count), reference.density.value),
        ("lower", law.cumulative(count), reference.lower.value),
        ("upper", law.upperTail(count), reference.upper.value),
      ] {
        expectAgreement(value, expected, digits: 13, "\(family) \(kind) \(reference.label)")
        worst = min(worst, digitsOfAgreement(value, expected))
      }
    }
    print("digits reached, worst of \(file.cases.count) cases of \(family): \(worst)")
  }

  @Test("the quantile is the smallest count that reaches p", arguments: families)
  func quantiles(family: String) throws {
    let file = try ReferenceFile<TailCase>.load(family)
    for reference in file.cases where reference.lower.value < 0.999 {
      let law = try #require(Self.distribution(family, reference.parameters.map(\.value)))
      let count = Int(reference.x.value)
      // A little below the cumulative probability, so that rounding cannot decide.
      let p = reference.lower.value * (1 - 1e-12)
      let found = try #require(law.quantile(p))
      #expect(law.cumulative(found) >= p, "\(family) \(reference.label)")
      #expect(found == 0 || law.cumulative(found - 1) < p, "\(family) \(reference.label)")
      if reference.density.value > 1e-11 * reference.lower.value {
        #expect(found == count, "\(family) \(reference.label)")
      }
    }
  }
}
