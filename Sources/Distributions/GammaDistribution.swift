import CBoostMath

/// The gamma distribution, by shape and scale: its mean is their product.
///
/// Relative error below 1e-13 in both tails.
public struct GammaDistribution: ContinuousDistribution, Hashable {
  /// The shape; 1 gives the exponential distribution.
  public let shape: Double
  /// The scale, in the variable's units.
  public let scale: Double

  /// Creates the distribution.
  ///
  /// - Precondition: Both parameters are positive and finite.
  public init(shape: Double, scale: Double) {
    precondition(shape > 0 && shape.isFinite, "the shape must be positive and finite")
    precondition(scale > 0 && scale.isFinite, "the scale must be positive and finite")
    self.shape = shape
    self.scale = scale
  }

  /// The density at a point; infinite where the density has a pole, 0 outside the positive half-line.
  public func density(_ x: Double) -> Double {
    guard x >= 0, x < .infinity else { return x.isNaN ? .nan : 0 }
    return boostmath_gamma_density(x, shape, scale)
  }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x.isNaN ? .nan : x > 0 ? 1 : 0 }
    return boostmath_gamma_cumulative(x, shape, scale)
  }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x.isNaN ? .nan : x > 0 ? 0 : 1 }
    return boostmath_gamma_upper_tail(x, shape, scale)
  }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double {
    guard isProbability(p) else { return .nan }
    guard p > 0, p < 1 else { return p == 0 ? 0 : .infinity }
    return boostmath_gamma_quantile(p, shape, scale)
  }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double {
    guard isProbability(q) else { return .nan }
    guard q > 0, q < 1 else { return q == 0 ? .infinity : 0 }
    return boostmath_gamma_upper_quantile(q, shape, scale)
  }
}
