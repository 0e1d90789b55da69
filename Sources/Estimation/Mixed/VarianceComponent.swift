/// A variance, or a covariance, of a mixed model.
public struct VarianceComponent: Sendable, Equatable {
  /// The groups between which effects vary; `residual` for what is left.
  public let group: String
  /// The column whose effects vary, such as `(Intercept)`; empty for the residual.
  public let term: String
  /// The other column of a covariance; nil for a variance.
  public let otherTerm: String?
  /// The variance or the covariance.
  public let value: Double
  /// The root of a variance; of a covariance the correlation, nil where a variance is 0.
  public let scaled: Double?
  /// What it rests on: of the columns whose effects vary those with the least.
  public var support: Support?

  /// A variance's root.
  public var standardDeviation: Double? { otherTerm == nil ? scaled : nil }
  /// A covariance in units of the standard deviations.
  public var correlation: Double? { otherTerm == nil ? nil : scaled }
}

/// The predicted effects of one set of groups.
public struct RandomEffects: Sendable {
  /// The groups' name, such as `site:id`.
  public let group: String
  /// The columns that vary.
  public let terms: [String]
  /// The groups, in the order in which the rows have them.
  public let levels: [String]
  /// Groups x terms, a group after the other: the best linear unbiased predictions.
  public let values: [Double]
  /// For each group elements (a, b), a >= b, of the covariance of its effects given the data, with coefficients and
  /// variances taken as known: lme4's `condVar`.
  public let conditionalVariances: [Double]
  /// For each group elements (a, b), a >= b, of the covariance of prediction less truth: the conditional one, and what
  /// the estimation of the coefficients adds.
  public let predictionErrorVariances: [Double]

  /// One group's effect.
  public func value(level: Int, term: Int) -> Double { values[level * terms.count + term] }

  /// The place of a pair of one group's terms among the variances.
  public func pair(level: Int, _ a: Int, _ b: Int) -> Int {
    level * terms.count * (terms.count + 1) / 2 + LaneLayout.pair(a, b)
  }
}
