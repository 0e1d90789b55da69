/// A continuous distribution on the real line, with both tails evaluated as such.
///
/// Every conforming type keeps relative accuracy in both tails: `upperTail` is not one minus
/// `cumulative`, and `upperQuantile` is not the quantile of one minus its argument. A probability
/// outside 0...1 and a NaN argument give NaN; parameters outside their domain trap in the
/// initializers.
public protocol ContinuousDistribution: Sendable {
  /// The density at a point.
  func density(_ x: Double) -> Double
  /// The probability of a value at or below a point.
  func cumulative(_ x: Double) -> Double
  /// The probability of a value above a point.
  func upperTail(_ x: Double) -> Double
  /// The point whose cumulative probability is the one given.
  func quantile(_ p: Double) -> Double
  /// The point whose upper tail probability is the one given.
  func upperQuantile(_ q: Double) -> Double
}

/// A continuous distribution that is symmetric about its centre, and serves as a test statistic's null law.
public protocol SymmetricTestDistribution: ContinuousDistribution {
  /// The probability of a statistic at least as far from the centre as the one given.
  func twoSidedPValue(statistic: Double) -> Double
  /// The half-width, in the statistic's units, of the central interval of a confidence level.
  func criticalValue(confidenceLevel: Double) -> Double
}

/// A distribution on the counts 0, 1, 2, and so on.
public protocol DiscreteDistribution: Sendable {
  /// The probability of exactly this count.
  func probability(of count: Int) -> Double
  /// The probability of this count or fewer.
  func cumulative(_ count: Int) -> Double
  /// The probability of more than this count.
  func upperTail(_ count: Int) -> Double
  /// The smallest count whose cumulative probability reaches the one given; nil outside 0...1 or if unbounded.
  func quantile(_ p: Double) -> Int?
}

/// Whether a value is a probability; false for NaN.
func isProbability(_ p: Double) -> Bool { p >= 0 && p <= 1 }
