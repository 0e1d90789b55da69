import CBoostMath

/// The normal distribution, by mean and standard deviation.
///
/// Relative error below 1e-13 in both tails down to the smallest doubles (|z| = 38).
public struct NormalDistribution: SymmetricTestDistribution, Hashable {
  /// The centre.
  public let mean: Double
  /// The standard deviation, positive.
  public let standardDeviation: Double

  /// The mean 0, standard deviation 1 case.
  public static let standard = NormalDistribution()

  /// Creates the distribution.
  ///
  /// - Precondition: The mean is finite, the standard deviation finite and positive.
  public init(mean: Double = 0, standardDeviation: Double = 1) {
    precondition(mean.isFinite, "the mean of a normal distribution must be finite")
    precondition(
      standardDeviation > 0 && standardDeviation.isFinite,
      "the standard deviation must be positive and finite")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// The density at a point.
  public func density(_ x: Double) -> Double { boostmath_normal_density(x, mean, standardDeviation) }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double { boostmath_normal_cumulative(x, mean, standardDeviation) }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double { boostmath_normal_upper_tail(x, mean, standardDeviation) }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double {
    guard isProbability(p) else { return .nan }
    return boostmath_normal_quantile(p, mean, standardDeviation)
  }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double {
    guard isProbability(q) else { return .nan }
    return boostmath_normal_upper_quantile(q, mean, standardDeviation)
  }

  /// The probability of a statistic at least as far from the mean as the one given.
  public func twoSidedPValue(statistic: Double) -> Double {
    2 * boostmath_normal_upper_tail(abs(statistic - mean), 0, standardDeviation)
  }

  /// The half-width of the central interval of a confidence level: 1.96 standard deviations for 0.95.
  public func criticalValue(confidenceLevel: Double) -> Double {
    guard isProbability(confidenceLevel) else { return .nan }
    return boostmath_normal_upper_quantile((1 - confidenceLevel) / 2, 0, standardDeviation)
  }
}
