import Distributions
import TestSupport
import Testing

/// A point of the studentized range with both tails.
private struct RangeCase: Decodable, Sendable {
  let groups: Int
  let df: DecimalText
  let q: DecimalText
  let lower: DecimalText
  let upper: DecimalText
}

/// A point of the maxima of a multivariate t with both upper tails.
private struct MaximumCase: Decodable, Sendable {
  let correlation: [[DecimalText]]
  let df: DecimalText
  let c: DecimalText
  let twoSided: DecimalText
  let oneSided: DecimalText
}

@Suite("Reference: studentized range, multivariate t and non-central t against independent quadratures")
struct MultipleComparisonReferenceTests {
  @Test("non-central t: density and both tails have 10 digits")
  func noncentralT() throws {
    let file = try ReferenceFile<TailCase>.load("noncentral_t")
    #expect(file.cases.count > 50)
    var worst = 17.0
    for reference in file.cases {
      let law = NoncentralT(
        degreesOfFreedom: reference.parameters[0].value, noncentrality: reference.parameters[1].value)
      for (kind, value, expected) in [
        ("density", law.density(reference.x.value), reference.density.value),
        ("lower", law.cumulative(reference.x.value), reference.lower.value),
        ("upper", law.upperTail(reference.x.value), reference.upper.value),
      ] {
        expectAgreement(value, expected, digits: 10, "\(kind) \(reference.label)")
        worst = min(worst, digitsOfAgreement(value, expected))
      }
      let isLower = reference.lower.value < reference.upper.value
      let p = isLower ? reference.lower.value : reference.upper.value
      let x = isLower ? law.quantile(p) : law.upperQuantile(p)
      expectAgreement(x, reference.x.value, digits: 10, "quantile \(reference.label)")
    }
    print("digits reached, worst of \(file.cases.count) cases of non-central t: \(worst)")
  }

  @Test("studentized range: 10 digits in both tails")
  func studentizedRange() throws {
    let file = try ReferenceFile<RangeCase>.load("studentized_range")
    #expect(file.cases.count > 15)
    var worst = 17.0
    for reference in file.cases {
      let law = StudentizedRange(groups: reference.groups, degreesOfFreedom: reference.df.value)
      let label = "\(reference.groups) groups, \(reference.df.value) df, at \(reference.q.value)"
      for (value, expected) in [
        (law.cumulative(reference.q.value), reference.lower.value),
        (law.upperTail(reference.q.value), reference.upper.value),
      ] {
        expectAgreement(value, expected, digits: 10, label)
        worst = min(worst, digitsOfAgreement(value, expected))
      }
      let isLower = reference.lower.value < reference.upper.value
      let q = isLower ? law.quantile(reference.lower.value) : law.upperQuantile(reference.upper.value)
      expectAgreement(q, reference.q.value, digits: 10, "quantile, \(label)")
    }
    print("digits reached, worst of \(file.cases.count) cases of the studentized range: \(worst)")
  }

  @Test(
    "maxima of the multivariate t: 9 digits in both upper tails",
    arguments: ["multivariate_t_plackett", "multivariate_t_markov"])
  func maxima(name: String) throws {
    let file = try ReferenceFile<MaximumCase>.load(name)
    #expect(file.cases.count > 8)
    var worst = 17.0
    for reference in file.cases {
      let law = try MultivariateT(
        correlation: reference.correlation.map { $0.map(\.value) }, degreesOfFreedom: reference.df.value)
      let label = "\(law.dimension) variables, \(reference.df.value) df, at \(reference.c.value)"
      for (side, value, expected) in [
        ("two", law.upperTailOfMaximumAbsolute(reference.c.value), reference.twoSided.value),
        ("one", law.upperTailOfMaximum(reference.c.value), reference.oneSided.value),
      ] {
        // The Markov references are differences from 1 in 80-bit floats: 1e-18 absolute.
        expectAgreement(value, expected, digits: 9, absolute: 1e-18, "\(side)-sided, \(label)")
        worst = min(worst, digitsOfAgreement(value, expected))
      }
    }
    print("digits reached, worst of \(file.cases.count) cases of \(name): \(worst)")
  }

  /// Genz's trivariate t as R runs it; the third matrix is singular, the last nearly so.
  ///
  /// R 4.2.2, mvtnorm 1.1-3, 2026-11-23:
  /// `1 - pmvt(rep(-Inf, 3), rep(c, 3), df = df, corr = R, algorithm = TVPACK(1e-14))`.
  @Test("one-sided trivariate maxima agree with R's mvtnorm to 12 digits")
  func trivariateAgainstR() throws {
    let cases: [(c: Double, df: Double, r12: Double, r13: Double, r23: Double, expected: Double)] = [
      (4, 2, 0.85, 0.55, 0.75, 0.049_284_329_601_659_7), (2.7, 8, 0.35, -0.6, 0.2, 0.037_223_657_474_240_8),
      (2.5, 20, 0.5, -0.5, 0.5, 0.028_327_324_708_215_3), (1.2, 1, -0.3, -0.4, -0.2, 0.524_501_044_129_147),
      (2.1, 150, 0.99, 0.5, 0.55, 0.036_150_381_023_945),
    ]
    for item in cases {
      let law = try MultivariateT(
        correlation: [[1, item.r12, item.r13], [item.r12, 1, item.r23], [item.r13, item.r23, 1]],
        degreesOfFreedom: item.df)
      expectAgreement(law.upperTailOfMaximum(item.c), item.expected, digits: 12, "\(item)")
    }
  }
}
