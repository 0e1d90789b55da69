import Distributions
public import LinearAlgebra

/// Cronbach's alpha: how far the items of a score measure one thing.
///
/// ```
/// alpha        = k / (k - 1) (1 - sum of the items' variances / variance of the sum)
/// standardised = k r / (1 + (k - 1) r), r the mean correlation of two items
/// limits       = 1 - (1 - alpha) F(1 -+ level), with n - 1 and (n - 1)(k - 1) degrees of freedom
/// ```
/// ## References
/// Cronbach (1951), Psychometrika 16:297. Limits: Feldt (1965), Psychometrika 30:357; Feldt, Woodruff and Salih (1987),
/// Applied Psychological Measurement 11:93. They are those of ``IntraclassCorrelation``'s consistency of the mean, which
/// alpha is.
public struct CronbachAlpha: Sendable, Equatable {
  /// Complete rows.
  public let people: Int
  /// Items.
  public let items: Int
  /// The coefficient.
  public let value: Double
  /// The coefficient of items brought to the same variance.
  public let standardised: Double
  /// Lower limit, by Feldt.
  public let lower: Double
  /// Upper limit, by Feldt.
  public let upper: Double
  /// The level of the limits.
  public let confidenceLevel: Double
  /// The coefficient without each item in turn; nil for two items.
  public let withoutItem: [Double]?
  /// The mean of people's item means.
  public let meanOfItemMeans: Double
  /// The standard deviation of people's item means.
  public let deviationOfItemMeans: Double

  /// The standard deviation of people's sums.
  public var deviationOfSums: Double { deviationOfItemMeans * Double(items) }

  /// The standard error of measurement of people's sums, `s sqrt(1 - alpha)`.
  public var errorOfSums: Double { deviationOfSums * (1 - value).squareRoot() }

  /// Computes alpha of complete answers.
  ///
  /// - Parameters:
  ///   - answers: One row a person, one column an item, all turned the same way.
  ///   - confidenceLevel: The level of the limits.
  /// - Throws: `OutcomesError` with fewer than two items or people, or where an item or the sum does not vary.
  /// - Complexity: O(people items^2).
  public init(_ answers: Matrix, confidenceLevel: Double = 0.95) throws {
    precondition(confidenceLevel > 0 && confidenceLevel < 1, "A confidence level lies between 0 and 1")
    (people, items) = (answers.rowCount, answers.columnCount)
    guard items > 1, people > 1 else {
      throw OutcomesError(
        "alpha needs two items and two complete rows; there are \(items) and \(people)")
    }
    let moments = ItemMoments(answers)
    if let constant = moments.variances.firstIndex(where: { $0 <= 0 }) {
      throw OutcomesError("alpha is not defined: all answers to item \(constant + 1) are the same")
    }
    guard moments.varianceOfSum > 0 else {
      throw OutcomesError("alpha is not defined: all people have the same sum")
    }
    let (n, k) = (Double(people), Double(items))
    let all = Array(0..<items)
    value = moments.alpha(all)
    let r = moments.meanCorrelation
    standardised = k * r / (1 + (k - 1) * r)
    let f = FDistribution(numerator: n - 1, denominator: (n - 1) * (k - 1))
    let tail = (1 - confidenceLevel) / 2
    lower = 1 - (1 - value) * f.quantile(1 - tail)
    upper = 1 - (1 - value) * f.quantile(tail)
    self.confidenceLevel = confidenceLevel
    withoutItem = items > 2 ? all.map { out in moments.alpha(all.filter { $0 != out }) } : nil
    meanOfItemMeans = moments.means.reduce(0, +) / k
    deviationOfItemMeans = moments.varianceOfSum.squareRoot() / k
  }
}

/// Means and covariances of items.
private struct ItemMoments {
  let means: [Double]
  private let covariances: [[Double]]

  init(_ answers: Matrix) {
    let n = answers.rowCount
    let values = answers.columnMajor
    let centred = (0..<answers.columnCount).map { column -> (mean: Double, values: [Double]) in
      let items = values[column * n..<(column + 1) * n]
      let mean = items.reduce(0, +) / Double(n)
      return (mean, items.map { $0 - mean })
    }
    means = centred.map(\.mean)
    covariances = centred.map { a in
      centred.map { b in zip(a.values, b.values).reduce(0) { $0 + $1.0 * $1.1 } / Double(n - 1) }
    }
  }

  var variances: [Double] { covariances.indices.map { covariances[$0][$0] } }

  var varianceOfSum: Double { covariances.reduce(0) { $0 + $1.reduce(0, +) } }

  /// Alpha of some of the items.
  func alpha(_ items: [Int]) -> Double {
    let k = Double(items.count)
    let own = items.reduce(0) { $0 + covariances[$1][$1] }
    let total = items.reduce(0) { sum, i in items.reduce(sum) { $0 + covariances[i][$1] } }
    return k / (k - 1) * (1 - own / total)
  }

  var meanCorrelation: Double {
    let k = covariances.count
    var sum = 0.0
    for i in 0..<k {
      for j in 0..<i { sum += covariances[i][j] / (covariances[i][i] * covariances[j][j]).squareRoot() }
    }
    return sum / Double(k * (k - 1) / 2)
  }
}
