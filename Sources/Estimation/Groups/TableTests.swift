internal import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// Pearson's chi-squared test that rows and columns of a table of counts are independent.
public struct ChiSquaredTest: Sendable, Equatable {
  /// `sum (observed - expected)^2 / expected`.
  public let statistic: Double
  /// (rows - 1) (columns - 1), of those that have any count.
  public let degreesOfFreedom: Double
  /// The upper tail probability.
  public let pValue: Double
  /// The smallest expected count; below 5 the approximation is doubtful.
  public let smallestExpected: Double

  /// Tests a table of counts, one list a row.
  ///
  /// - Parameters:
  ///   - counts: Rows of equal length; rows and columns without counts are left out.
  ///   - corrected: Whether Yates's correction is made in a two-by-two table.
  /// - Throws: `EstimationError` when fewer than two rows or columns have counts.
  public init(_ counts: [[Double]], corrected: Bool = false) throws {
    let rows = counts.filter { $0.reduce(0, +) > 0 }
    let width = rows.first?.count ?? 0
    let columns = (0..<width).filter { j in rows.contains { $0[j] > 0 } }
    guard rows.count > 1, columns.count > 1 else {
      throw EstimationError(.notEstimable, "a chi-squared test needs two rows and two columns with counts")
    }
    let rowTotals = rows.map { $0.reduce(0, +) }
    let columnTotals = columns.map { j in rows.reduce(0) { $0 + $1[j] } }
    let total = rowTotals.reduce(0, +)
    var (sum, least) = (0.0, Double.infinity)
    for (i, row) in rows.enumerated() {
      for (k, j) in columns.enumerated() {
        let expected = rowTotals[i] * columnTotals[k] / total
        let gap = abs(row[j] - expected)
        // The correction never takes more than the gap, as in R.
        let isCorrected = corrected && rows.count == 2 && columns.count == 2
        let used = isCorrected ? gap - min(0.5, gap) : gap
        sum += used * used / expected
        least = min(least, expected)
      }
    }
    statistic = sum
    smallestExpected = least
    degreesOfFreedom = Double((rows.count - 1) * (columns.count - 1))
    pValue = ChiSquared(degreesOfFreedom: degreesOfFreedom).upperTail(sum)
  }
}

/// McNemar's test that two paired yes-or-no answers are equally often yes.
///
/// ## References
/// McNemar (1947), Psychometrika 12:153-157.
public struct McNemarTest: Sendable, Equatable {
  /// The chi-squared statistic, 1 degree of freedom.
  public let statistic: Double
  /// The upper tail probability.
  public let pValue: Double
  /// The exact two-sided binomial probability of the discordant pairs.
  public let exactPValue: Double

  /// Tests from the pairs that disagree.
  ///
  /// - Parameters:
  ///   - firstOnly: Pairs with yes first and no second.
  ///   - secondOnly: Pairs with no first and yes second.
  ///   - corrected: Whether a continuity correction is made, as R's default.
  /// - Throws: `EstimationError` when no pair disagrees.
  public init(firstOnly: Int, secondOnly: Int, corrected: Bool = true) throws {
    precondition(firstOnly >= 0 && secondOnly >= 0, "counts are not negative")
    let total = firstOnly + secondOnly
    guard total > 0 else { throw EstimationError(.notEstimable, "McNemar's test: no pair disagrees") }
    let gap = max(0, abs(Double(firstOnly - secondOnly)) - (corrected && firstOnly != secondOnly ? 1 : 0))
    statistic = gap * gap / Double(total)
    pValue = ChiSquared(degreesOfFreedom: 1).upperTail(statistic)
    let law = BinomialDistribution(trials: total, probability: 0.5)
    exactPValue = min(1, 2 * law.cumulative(min(firstOnly, secondOnly)))
  }
}

/// Fisher's exact test of a two-by-two table, with the conditional odds ratio and its exact limits.
///
/// Given its margins the upper left count has a noncentral hypergeometric distribution that depends on the
/// odds ratio alone. The p-value sums the probabilities, at odds ratio 1, of all counts that are no likelier
/// than the one seen; the limits invert the one-sided tests.
///
/// ## References
/// Fisher (1935), JRSS 98:39-82; Cornfield (1956), Proc. Third Berkeley Symposium 4:135-148.
public struct FisherTest: Sendable, Equatable {
  /// Two-sided.
  public let pValue: Double
  /// The conditional maximum-likelihood odds ratio: 0 or infinite where the count is at an end of its range.
  public let oddsRatio: Double
  /// Lower confidence limit of the odds ratio.
  public let lower: Double
  /// Upper confidence limit of the odds ratio; may be infinite.
  public let upper: Double

  /// Tests the table `[[a, b], [c, d]]`.
  ///
  /// - Throws: `EstimationError` when a margin is 0.
  public init(_ a: Int, _ b: Int, _ c: Int, _ d: Int, confidenceLevel: Double = 0.95) throws {
    precondition(min(a, b, c, d) >= 0, "counts are not negative")
    guard a + b > 0, c + d > 0, a + c > 0, b + d > 0 else {
      throw EstimationError(.notEstimable, "Fisher's test needs a count in each row and column")
    }
    let law = ConditionalCounts(a, b, c, d)
    let probabilities = law.probabilities(logOdds: 0)
    let seen = probabilities[a - law.least]
    // Equally likely counts may differ in their last digits; R's allowance is taken.
    pValue = min(1, probabilities.filter { $0 <= seen * (1 + 1e-7) }.reduce(0, +))
    let tail = (1 - confidenceLevel) / 2
    let isLeast = a == law.least
    let isMost = a == law.least + law.logWeights.count - 1
    oddsRatio =
      isLeast ? 0 : isMost ? .infinity : exponential(Self.root { law.mean(logOdds: $0) - Double(a) })
    lower = isLeast ? 0 : exponential(Self.root { law.upperTail(from: a, logOdds: $0) - tail })
    upper = isMost ? .infinity : exponential(Self.root { tail - law.lowerTail(to: a, logOdds: $0) })
  }

  /// The root of an increasing function, by bisection.
  private static func root(_ function: (Double) -> Double) -> Double {
    var (low, high) = (-1.0, 1.0)
    while function(low) > 0, low > -700 { low *= 2 }
    while function(high) < 0, high < 700 { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if function(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The upper left count of a two-by-two table given its margins.
private struct ConditionalCounts {
  let least: Int
  /// `log C(n1, k) C(n0, m - k)` for each possible count.
  let logWeights: [Double]

  init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
    let (first, second, chosen) = (a + b, c + d, a + c)
    least = max(0, chosen - second)
    let most = min(first, chosen)
    func logChoose(_ n: Int, _ k: Int) -> Double {
      lgamma(Double(n + 1)).0 - lgamma(Double(k + 1)).0 - lgamma(Double(n - k + 1)).0
    }
    logWeights = (least...most).map { logChoose(first, $0) + logChoose(second, chosen - $0) }
  }

  func probabilities(logOdds: Double) -> [Double] {
    let tilted = logWeights.enumerated().map { $1 + logOdds * Double(least + $0) }
    let top = tilted.max() ?? 0
    let shares = tilted.map { exponential($0 - top) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }

  func mean(logOdds: Double) -> Double {
    probabilities(logOdds: logOdds).enumerated().reduce(0) { $0 + $1.element * Double(least + $1.offset) }
  }

  func upperTail(from count: Int, logOdds: Double) -> Double {
    probabilities(logOdds: logOdds)[(count - least)...].reduce(0, +)
  }

  func lowerTail(to count: Int, logOdds: Double) -> Double {
    probabilities(logOdds: logOdds)[...(count - least)].reduce(0, +)
  }
}
