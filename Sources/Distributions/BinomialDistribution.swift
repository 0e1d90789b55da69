import CBoostMath

/// The binomial distribution: the successes in a number of independent trials.
///
/// Relative error below 1e-13 in both tails up to a million trials, growing in proportion beyond.
public struct BinomialDistribution: DiscreteDistribution, Hashable {
  /// The number of trials.
  public let trials: Int
  /// The probability of success in one trial.
  public let probability: Double

  /// Creates the distribution.
  ///
  /// - Precondition: There are 0 to 2^53 trials and the probability lies in 0...1.
  public init(trials: Int, probability: Double) {
    precondition((0...(1 << 53)).contains(trials), "the number of trials must lie in 0...2^53")
    precondition(isProbability(probability), "the probability must lie in 0...1")
    self.trials = trials
    self.probability = probability
  }

  /// The probability of exactly this many successes.
  public func probability(of count: Int) -> Double {
    guard (0...trials).contains(count) else { return 0 }
    return boostmath_binomial_probability(Double(count), Double(trials), probability)
  }

  /// The probability of this many successes or fewer.
  public func cumulative(_ count: Int) -> Double {
    guard count >= 0 else { return 0 }
    guard count < trials else { return 1 }
    return boostmath_binomial_cumulative(Double(count), Double(trials), probability)
  }

  /// The probability of more successes than this.
  public func upperTail(_ count: Int) -> Double {
    guard count >= 0 else { return 1 }
    guard count < trials else { return 0 }
    return boostmath_binomial_upper_tail(Double(count), Double(trials), probability)
  }

  /// The smallest count whose cumulative probability reaches the one given; nil outside 0...1.
  ///
  /// For p = 0 it is 0 and for p = 1 the smallest count that the double of its cumulative probability rounds to 1.
  public func quantile(_ p: Double) -> Int? {
    guard isProbability(p) else { return nil }
    return smallestCount(reaching: p, largest: trials, cumulative: cumulative)
  }
}
