/// Change beyond measurement error.
public enum ReliableChange: String, Sendable, CaseIterable, Codable {
  /// Better by more than measurement error.
  case improved
  /// Within it.
  case unchanged
  /// Worse by more than measurement error.
  case deteriorated

  /// Judges a change in points by a rule "at least so many points".
  public init(change: Double, points: Double, direction: ScoreDirection) {
    let improvement = -direction.sign * change
    self = improvement >= points ? .improved : improvement <= -points ? .deteriorated : .unchanged
  }
}

/// An index of a person's change over its standard error.
///
/// The sign is that of the scores: negative where they fell. Change is reliable when the index lies beyond the critical
/// value.
///
/// | method | index | critical | source |
/// |---|---|---|---|
/// | Jacobson and Truax | `(x2 - x1) / (sqrt(2) s sqrt(1 - r))` | 1.96 | Jacobson and Truax (1991) |
/// | Gulliksen, Lord and Novick | `(x2 - M - r (x1 - M)) / (s sqrt(1 - r^2))` | 1.96 | Lord and Novick (1968), Hsu (1989) |
/// | Hageman and Arrindell | `((x2 - x1) r_D + (M2 - M1) (1 - r_D)) / (sqrt(r_D) SE_D)` | 1.65 | Hageman and Arrindell (1999) |
/// | hierarchical | predicted slope over its standard error | 1.96 | Speer and Greenbaum (1995) |
///
/// ## References
/// The comparison of the methods is that of Bauer, Lambert and Nielsen (2004), Journal of Personality Assessment 82:60.
public struct ReliableChangeIndex: Sendable, Equatable {
  /// How the index is made.
  public enum Method: String, Sendable, CaseIterable, Codable {
    /// Change over the standard error of a difference.
    case jacobsonTruax = "jacobson_truax"
    /// Second score less the one that regression to the mean foretells.
    case gulliksenLordNovick = "gulliksen_lord_novick"
    /// Estimated true change, by the reliability of change in the group.
    case hagemanArrindell = "hageman_arrindell"
    /// A person's slope as a mixed model of all people predicts it.
    case hierarchical
  }

  /// How the index is made.
  public let method: Method
  /// The index.
  public let value: Double
  /// Beyond this, either way, change is reliable.
  public let criticalValue: Double

  /// The change over the standard error of a difference.
  public static func jacobsonTruax(
    from first: Double, to last: Double, error: MeasurementError, criticalValue: Double = 1.96
  ) -> ReliableChangeIndex {
    ReliableChangeIndex(
      method: .jacobsonTruax, value: (last - first) / error.ofDifference, criticalValue: criticalValue)
  }

  /// The last score less the one foretold from the first by regression to the mean, over the error of prediction.
  ///
  /// - Parameters:
  ///   - first: The first score.
  ///   - last: The last score.
  ///   - mean: The mean of the population that the person regresses to.
  ///   - error: The error of scores in that population.
  ///   - criticalValue: Beyond this, change is reliable.
  /// - Returns: The index.
  public static func gulliksenLordNovick(
    from first: Double, to last: Double, mean: Double, error: MeasurementError, criticalValue: Double = 1.96
  ) -> ReliableChangeIndex {
    let foretold = mean + error.reliability * (first - mean)
    return ReliableChangeIndex(
      method: .gulliksenLordNovick, value: (last - foretold) / error.ofPrediction,
      criticalValue: criticalValue)
  }

  /// The estimated true change over its standard error.
  ///
  /// The true change is Kelley's estimate, the person's change drawn towards the group's by the reliability of change; its
  /// error is `s_D sqrt(r_D (1 - r_D))`, the same as `sqrt(r_D) SE_D`. The critical value is that of a one-sided test.
  public static func hagemanArrindell(
    from first: Double, to last: Double, group: BeforeAndAfter, criticalValue: Double = 1.65
  ) -> ReliableChangeIndex {
    let reliability = group.reliabilityOfChange
    let change = (last - first) * reliability + (group.meanAfter - group.meanBefore) * (1 - reliability)
    return ReliableChangeIndex(
      method: .hagemanArrindell, value: change / (reliability.squareRoot() * group.errorOfChange),
      criticalValue: criticalValue)
  }

  /// A person's predicted slope over its standard error.
  ///
  /// - Parameters:
  ///   - slope: The empirical Bayes slope: the fixed slope and the person's deviation.
  ///   - standardError: The root of its prediction error variance.
  ///   - criticalValue: Beyond this, change is reliable.
  /// - Returns: nil where the error is not positive.
  public static func hierarchical(slope: Double, standardError: Double, criticalValue: Double = 1.96)
    -> ReliableChangeIndex?
  {
    guard standardError > 0, slope.isFinite else { return nil }
    return ReliableChangeIndex(
      method: .hierarchical, value: slope / standardError, criticalValue: criticalValue)
  }

  /// What the index says where scores run one way.
  public func verdict(_ direction: ScoreDirection) -> ReliableChange {
    let improvement = -direction.sign * value
    return improvement > criticalValue
      ? .improved : improvement < -criticalValue ? .deteriorated : .unchanged
  }
}

/// How change beyond measurement error is told.
public enum ReliableChangeRule: Sendable, Equatable {
  /// At least so many points.
  case points(Double)
  /// Jacobson and Truax's index.
  case jacobsonTruax(MeasurementError, criticalValue: Double = 1.96)
  /// Gulliksen, Lord and Novick's index about a mean.
  case gulliksenLordNovick(MeasurementError, mean: Double, criticalValue: Double = 1.96)
  /// Hageman and Arrindell's index in a group.
  case hagemanArrindell(BeforeAndAfter, criticalValue: Double = 1.65)

  /// The index of a change; nil for a rule in points.
  public func index(from first: Double, to last: Double) -> ReliableChangeIndex? {
    switch self {
    case .points: nil
    case .jacobsonTruax(let error, let critical):
      .jacobsonTruax(from: first, to: last, error: error, criticalValue: critical)
    case .gulliksenLordNovick(let error, let mean, let critical):
      .gulliksenLordNovick(from: first, to: last, mean: mean, error: error, criticalValue: critical)
    case .hagemanArrindell(let group, let critical):
      .hagemanArrindell(from: first, to: last, group: group, criticalValue: critical)
    }
  }

  /// What the rule says of a change.
  public func verdict(from first: Double, to last: Double, _ direction: ScoreDirection) -> ReliableChange {
    if case .points(let points) = self {
      return ReliableChange(change: last - first, points: points, direction: direction)
    }
    return index(from: first, to: last)?.verdict(direction) ?? .unchanged
  }
}
