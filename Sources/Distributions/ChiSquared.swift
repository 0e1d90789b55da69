import CBoostMath

/// The chi-squared distribution.
///
/// Relative error below 1e-13 in both tails.
public struct ChiSquared: ContinuousDistribution, Hashable {
  /// The degrees of freedom: any positive real.
  public let degreesOfFreedom: Double

  /// Creates the distribution.
  ///
  /// - Precondition: The degrees of freedom are positive and finite.
  public init(degreesOfFreedom: Double) {
    precondition(
      degreesOfFreedom > 0 && degreesOfFreedom.isFinite, "degrees of freedom must be positive and finite")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// The density at a point; infinite where the density has a pole, 0 outside the positive half-line.
  public func density(_ x: Double) -> Double {
    guard x >= 0, x < .infinity else { return x.isNaN ? .nan : 0 }
    return boostmath_chi_squared_density(x, degreesOfFreedom)
  }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x.isNaN ? .nan : x > 0 ? 1 : 0 }
    return boostmath_chi_squared_cumulative(x, degreesOfFreedom)
  }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x.isNaN ? .nan : x > 0 ? 0 : 1 }
    return boostmath_chi_squared_upper_tail(x, degreesOfFreedom)
  }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double {
    guard isProbability(p) else { return .nan }
    guard p > 0, p < 1 else { return p == 0 ? 0 : .infinity }
    return boostmath_chi_squared_quantile(p, degreesOfFreedom)
  }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double {
    guard isProbability(q) else { return .nan }
    guard q > 0, q < 1 else { return q == 0 ? .infinity : 0 }
    return boostmath_chi_squared_upper_quantile(q, degreesOfFreedom)
  }
}
