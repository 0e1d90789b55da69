import CBoostMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Student's t distribution; with infinite degrees of freedom it is the standard normal.
///
/// Relative error below 1e-13 in both tails down to probabilities of 1e-300.
public struct StudentT: SymmetricTestDistribution, Hashable {
  /// The degrees of freedom: any positive real, or infinity.
  public let degreesOfFreedom: Double

  /// Creates the distribution.
  ///
  /// - Precondition: The degrees of freedom are positive; infinity is allowed.
  public init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom must be positive")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The density at a point.
  public func density(_ x: Double) -> Double {
    guard degreesOfFreedom.isFinite else { return NormalDistribution.standard.density(x) }
    guard !x.isInfinite else { return 0 }
    return boostmath_student_t_density(x, degreesOfFreedom)
  }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double { upperTail(-x) }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double {
    guard degreesOfFreedom.isFinite else { return NormalDistribution.standard.upperTail(x) }
    guard !x.isInfinite else { return x < 0 ? 1 : 0 }
    // The Cauchy case: Boost's arcsine of a square root near 1 loses half the digits near 0.
    if degreesOfFreedom == 1 { return atan2(1, x) / .pi }
    return boostmath_student_t_upper_tail(x, degreesOfFreedom)
  }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double { -upperQuantile(p) }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double {
    guard isProbability(q) else { return .nan }
    guard degreesOfFreedom.isFinite else { return NormalDistribution.standard.upperQuantile(q) }
    guard q > 0, q < 1 else { return q == 0 ? .infinity : -.infinity }
    if degreesOfFreedom == 1 { return Self.cauchyUpperQuantile(q) }
    return boostmath_student_t_upper_quantile(q, degreesOfFreedom)
  }

  /// The probability of a statistic at least as far from 0 as the one given.
  public func twoSidedPValue(statistic: Double) -> Double {
    if let whole = Int(exactly: degreesOfFreedom),
      let p = Self.twoSidedPValue(abs(statistic), wholeDegrees: whole)
    {
      return p
    }
    return 2 * upperTail(abs(statistic))
  }

  /// The half-width of the central interval of a confidence level: the 0.975 quantile for 0.95.
  public func criticalValue(confidenceLevel: Double) -> Double {
    guard isProbability(confidenceLevel) else { return .nan }
    return upperQuantile((1 - confidenceLevel) / 2)
  }

  private static func cauchyUpperQuantile(_ q: Double) -> Double {
    if q < 0.25 { return 1 / tan(.pi * q) }
    return q > 0.75 ? -1 / tan(.pi * (1 - q)) : tan(.pi * (0.5 - q))
  }
}
