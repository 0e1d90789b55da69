import CBoostMath

/// The Poisson distribution: the count of events that arrive independently at a constant rate.
///
/// Relative error below 1e-13 in both tails, for means up to 1e7 at least.
public struct PoissonDistribution: DiscreteDistribution, Hashable {
  /// The expected count, finite and at least 0.
  public let mean: Double

  /// Creates the distribution.
  ///
  /// - Precondition: The mean lies in 0...2^53.
  public init(mean: Double) {
    precondition(mean >= 0 && mean <= 0x1p53, "the mean of a Poisson distribution must lie in 0...2^53")
    self.mean = mean
  }

  /// The probability of exactly this count.
  public func probability(of count: Int) -> Double {
    guard count >= 0 else { return 0 }
    guard mean > 0 else { return count == 0 ? 1 : 0 }
    return boostmath_poisson_probability(Double(count), mean)
  }

  /// The probability of this count or fewer.
  public func cumulative(_ count: Int) -> Double {
    guard count >= 0 else { return 0 }
    guard mean > 0 else { return 1 }
    return boostmath_poisson_cumulative(Double(count), mean)
  }

  /// The probability of more than this count.
  public func upperTail(_ count: Int) -> Double {
    guard count >= 0 else { return 1 }
    guard mean > 0 else { return 0 }
    return boostmath_poisson_upper_tail(Double(count), mean)
  }

  /// The smallest count whose cumulative probability reaches the one given; nil outside 0...1 and for 1.
  public func quantile(_ p: Double) -> Int? {
    guard isProbability(p) else { return nil }
    guard mean > 0 else { return 0 }
    guard p < 1 else { return nil }
    return smallestCount(reaching: p, largest: nil, cumulative: cumulative)
  }
}
