import CBoostMath

/// The beta distribution on the unit interval.
///
/// Relative error below 1e-13 in both tails.
public struct BetaDistribution: ContinuousDistribution, Hashable {
  /// The exponent of x, plus one.
  public let alpha: Double
  /// The exponent of 1 - x, plus one.
  public let beta: Double

  /// Creates the distribution.
  ///
  /// - Precondition: Both parameters are positive and finite.
  public init(alpha: Double, beta: Double) {
    precondition(alpha > 0 && alpha.isFinite, "the alpha must be positive and finite")
    precondition(beta > 0 && beta.isFinite, "the beta must be positive and finite")
    self.alpha = alpha
    self.beta = beta
  }

  /// The density at a point; infinite where the density has a pole, 0 outside the unit interval.
  public func density(_ x: Double) -> Double {
    guard x >= 0, x <= 1 else { return x.isNaN ? .nan : 0 }
    return boostmath_beta_density(x, alpha, beta)
  }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double {
    guard x > 0, x < 1 else { return x.isNaN ? .nan : x > 0 ? 1 : 0 }
    return boostmath_beta_cumulative(x, alpha, beta)
  }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double {
    guard x > 0, x < 1 else { return x.isNaN ? .nan : x > 0 ? 0 : 1 }
    return boostmath_beta_upper_tail(x, alpha, beta)
  }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double {
    guard isProbability(p) else { return .nan }
    guard p > 0, p < 1 else { return p == 0 ? 0 : 1 }
    return boostmath_beta_quantile(p, alpha, beta)
  }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double {
    guard isProbability(q) else { return .nan }
    guard q > 0, q < 1 else { return q == 0 ? 1 : 0 }
    return boostmath_beta_upper_quantile(q, alpha, beta)
  }
}
