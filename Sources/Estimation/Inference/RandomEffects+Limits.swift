internal import Distributions
internal import LinearAlgebra

extension RandomEffects {
  /// One group's effect of one term, or the covariances of two of its effects.
  public struct Prediction: Sendable, Equatable {
    /// The group.
    public let level: String
    /// The column that varies.
    public let term: String
    /// The other column of a covariance; nil for an effect.
    public let otherTerm: String?
    /// The best linear unbiased prediction, or the conditional mode; nil for a covariance.
    public let estimate: Double?
    /// The variance of prediction less truth, or the covariance of two such differences.
    public let predictionErrorVariance: Double
    /// The variance given the data with coefficients taken as known, or the covariance.
    public let conditionalVariance: Double

    /// The root of the prediction error variance.
    public var standardError: Double? { otherTerm == nil ? predictionErrorVariance.squareRoot() : nil }

    /// Normal limits of the effect, with variances of effects and residuals taken as known.
    ///
    /// - Parameter level: The confidence level, between 0 and 1.
    /// - Returns: Nil for a covariance.
    public func limits(confidenceLevel level: Double) -> (lower: Double, upper: Double)? {
      guard let estimate, let standardError else { return nil }
      let width = NormalDistribution.standard.quantile(0.5 + level / 2) * standardError
      return (estimate - width, estimate + width)
    }
  }

  /// The effects one after the other: for each group its terms, and then their covariances.
  ///
  /// - Complexity: O(groups x terms^2).
  public var predictions: [Prediction] {
    levels.indices.flatMap { level in
      terms.indices.map { prediction(level, $0, $0) }
        + terms.indices.flatMap { a in (0..<a).map { prediction(level, a, $0) } }
    }
  }

  private func prediction(_ level: Int, _ a: Int, _ b: Int) -> Prediction {
    let place = pair(level: level, a, b)
    return Prediction(
      level: levels[level], term: terms[b], otherTerm: a == b ? nil : terms[a],
      estimate: a == b ? value(level: level, term: a) : nil,
      predictionErrorVariance: predictionErrorVariances[place],
      conditionalVariance: conditionalVariances[place])
  }
}
