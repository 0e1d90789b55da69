internal import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// Two groups' means compared without assuming equal variances: Welch's t test.
///
/// ## References
/// Welch (1947), Biometrika 34:28-35.
public struct WelchTest: Sendable, Equatable {
  /// The first group's mean.
  public let firstMean: Double
  /// The second group's mean.
  public let secondMean: Double
  /// First less second.
  public let difference: Double
  /// The standard error of the difference.
  public let standardError: Double
  /// Difference over standard error.
  public let statistic: Double
  /// Satterthwaite's degrees of freedom.
  public let degreesOfFreedom: Double
  /// Two-sided.
  public let pValue: Double
  /// Lower confidence limit of the difference.
  public let lower: Double
  /// Upper confidence limit of the difference.
  public let upper: Double

  /// Compares two groups.
  ///
  /// - Throws: `EstimationError` with fewer than two values in a group, or no variation in either.
  /// - Complexity: O(n).
  public init(_ first: [Double], _ second: [Double], confidenceLevel: Double = 0.95) throws {
    guard first.count > 1, second.count > 1 else {
      throw EstimationError(.tooFewRows, "Welch's test needs two values in each group")
    }
    let (a, b) = (Self.moments(first), Self.moments(second))
    let (u, v) = (a.variance / Double(first.count), b.variance / Double(second.count))
    guard u + v > 0 else {
      throw EstimationError(.notEstimable, "Welch's test: the values of both groups are constant")
    }
    (firstMean, secondMean, difference) = (a.mean, b.mean, a.mean - b.mean)
    standardError = (u + v).squareRoot()
    statistic = difference / standardError
    degreesOfFreedom =
      (u + v) * (u + v) / (u * u / Double(first.count - 1) + v * v / Double(second.count - 1))
    let law = StudentT(degreesOfFreedom: degreesOfFreedom)
    pValue = law.twoSidedPValue(statistic: statistic)
    let margin = law.criticalValue(confidenceLevel: confidenceLevel) * standardError
    (lower, upper) = (difference - margin, difference + margin)
  }

  private static func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count - 1))
  }
}

/// Two groups' values compared by their ranks: Wilcoxon's rank sum test, also called Mann and Whitney's.
///
/// Without ties and with fewer than 50 values in each group the p-value is exact, as R's default; otherwise it
/// is the normal one with the ties' variance and a continuity correction.
///
/// ## References
/// Mann and Whitney (1947), Annals of Mathematical Statistics 18:50-60; Hollander and Wolfe (1999), section 4.1.
public struct WilcoxonTest: Sendable, Equatable {
  /// Mann and Whitney's count for the first group: pairs in which its value is larger, ties a half.
  public let statistic: Double
  /// Two-sided.
  public let pValue: Double
  /// Whether the p-value is exact.
  public let isExact: Bool

  /// Compares two groups.
  ///
  /// - Parameters:
  ///   - first: The first group's values.
  ///   - second: The second group's values.
  ///   - exact: Whether to count all orders; where not said, without ties and below 50 values a group.
  /// - Throws: `EstimationError` for an empty group, or where an exact p-value is asked for tied values.
  /// - Complexity: O(n log n); exact O(n1^2 n2^2).
  public init(_ first: [Double], _ second: [Double], exact: Bool? = nil) throws {
    guard !first.isEmpty, !second.isEmpty else {
      throw EstimationError(.tooFewRows, "Wilcoxon's test needs a value in each group")
    }
    let ranks = MidRanks(first + second)
    let (m, n) = (Double(first.count), Double(second.count))
    statistic = ranks.values[..<first.count].reduce(0, +) - m * (m + 1) / 2
    let isExact = exact ?? (ranks.tieCubes == 0 && first.count < 50 && second.count < 50)
    guard !isExact || ranks.tieCubes == 0 else {
      throw EstimationError(.unsupported, "Wilcoxon's exact test is for values without ties")
    }
    self.isExact = isExact
    if isExact {
      pValue = Self.exact(Int(statistic), first.count, second.count)
      return
    }
    let total = m + n
    let variance = m * n / 12 * (total + 1 - ranks.tieCubes / (total * (total - 1)))
    guard variance > 0 else { throw EstimationError(.notEstimable, "Wilcoxon's test: all values are equal") }
    let shift = statistic - m * n / 2
    let corrected = shift > 0 ? shift - 0.5 : shift < 0 ? shift + 0.5 : 0
    pValue = min(1, NormalDistribution.standard.twoSidedPValue(statistic: corrected / variance.squareRoot()))
  }

  /// Twice the smaller tail of the count of pairs over all orders.
  ///
  /// The counts obey `N(m, n) = prod (1 - q^(n+i)) / (1 - q^i)`, as probabilities one factor at a time.
  private static func exact(_ statistic: Int, _ m: Int, _ n: Int) -> Double {
    let largest = m * n
    var shares = [Double](repeating: 0, count: largest + 1)
    shares[0] = 1
    for i in 1...m {
      if n + i <= largest {
        for k in stride(from: largest, through: n + i, by: -1) { shares[k] -= shares[k - n - i] }
      }
      for k in stride(from: i, through: largest, by: 1) { shares[k] += shares[k - i] }
      let scale = Double(i) / Double(n + i)
      for k in shares.indices { shares[k] *= scale }
    }
    let low = shares[...statistic].reduce(0, +)
    let high = shares[statistic...].reduce(0, +)
    return min(1, 2 * min(low, high))
  }
}

/// Ranks with ties at their mean.
struct MidRanks: Sendable {
  let values: [Double]
  /// `sum t^3 - t` over groups of tied values.
  let tieCubes: Double

  init(_ data: [Double]) {
    let order = data.indices.sorted { data[$0] < data[$1] }
    var ranks = [Double](repeating: 0, count: data.count)
    var cubes = 0.0
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, data[order[end + 1]] == data[order[start]] { end += 1 }
      for k in start...end { ranks[order[k]] = Double(start + end) / 2 + 1 }
      let size = Double(end - start + 1)
      cubes += size * size * size - size
      start = end + 1
    }
    values = ranks
    tieCubes = cubes
  }
}
