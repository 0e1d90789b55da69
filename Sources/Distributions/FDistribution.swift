import CBoostMath

/// The F distribution; with infinite denominator degrees of freedom it is a chi-squared over its own.
///
/// Relative error below 1e-13 in both tails.
public struct FDistribution: ContinuousDistribution, Hashable {
  /// The numerator's degrees of freedom: any positive real.
  public let numerator: Double
  /// The denominator's degrees of freedom: any positive real, or infinity.
  public let denominator: Double

  /// Creates the distribution.
  ///
  /// - Precondition: Both are positive; the numerator is finite.
  public init(numerator: Double, denominator: Double) {
    precondition(numerator > 0 && numerator.isFinite, "degrees of freedom must be positive and finite")
    precondition(denominator > 0, "degrees of freedom must be positive")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The limit for infinite denominator degrees of freedom: numerator * F is then chi-squared.
  private var limit: GammaDistribution {
    GammaDistribution(shape: numerator / 2, scale: 2 / numerator)
  }

  /// The density at a point; infinite where the density has a pole, 0 outside the positive half-line.
  public func density(_ x: Double) -> Double {
    guard denominator.isFinite else { return limit.density(x) }
    guard x >= 0, x < .infinity else { return x.isNaN ? .nan : 0 }
    return boostmath_f_density(x, numerator, denominator)
  }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double {
    guard denominator.isFinite else { return limit.cumulative(x) }
    guard x > 0, x < .infinity else { return x.isNaN ? .nan : x > 0 ? 1 : 0 }
    return boostmath_f_cumulative(x, numerator, denominator)
  }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double {
    guard denominator.isFinite else { return limit.upperTail(x) }
    guard x > 0, x < .infinity else { return x.isNaN ? .nan : x > 0 ? 0 : 1 }
    return boostmath_f_upper_tail(x, numerator, denominator)
  }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double {
    guard denominator.isFinite else { return limit.quantile(p) }
    guard isProbability(p) else { return .nan }
    guard p > 0, p < 1 else { return p == 0 ? 0 : .infinity }
    return boostmath_f_quantile(p, numerator, denominator)
  }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double {
    guard denominator.isFinite else { return limit.upperQuantile(q) }
    guard isProbability(q) else { return .nan }
    guard q > 0, q < 1 else { return q == 0 ? .infinity : 0 }
    return boostmath_f_upper_quantile(q, numerator, denominator)
  }
}
