/// The score that parts the functional from the dysfunctional population.
///
/// With `M1, s1` of the dysfunctional and `M0, s0` of the functional population (Jacobson and Truax 1991):
/// ```
/// a = M1 +- 2 s1                         beyond the dysfunctional population, towards function
/// b = M0 -+ 2 s0                         within the functional population
/// c = (s0 M1 + s1 M0) / (s0 + s1)        equally likely in both
/// ```
public struct ClinicalCutoff: Sendable, Equatable {
  /// Which of the three.
  public enum Criterion: String, Sendable, CaseIterable, Codable {
    /// Two deviations from the mean of the dysfunctional population.
    case a
    /// Two deviations from the mean of the functional population.
    case b
    /// Between the means, weighted by the deviations.
    case c
  }

  /// Mean and standard deviation of a population.
  public struct Population: Sendable, Equatable {
    /// The mean.
    public let mean: Double
    /// The standard deviation.
    public let standardDeviation: Double

    /// A population.
    ///
    /// - Precondition: The deviation is positive.
    public init(mean: Double, standardDeviation: Double) {
      precondition(standardDeviation > 0, "A population's standard deviation is positive")
      self.mean = mean
      self.standardDeviation = standardDeviation
    }

    /// The population of a norm.
    public init(_ norm: ScoreNorm) { self.init(mean: norm.mean, standardDeviation: norm.standardDeviation) }
  }

  /// Which of the three.
  public let criterion: Criterion
  /// The score.
  public let value: Double
  /// Which way the score runs.
  public let direction: ScoreDirection

  /// Two deviations from the dysfunctional mean, towards function.
  public static func a(dysfunctional: Population, _ direction: ScoreDirection) -> ClinicalCutoff {
    ClinicalCutoff(
      criterion: .a, value: dysfunctional.mean - direction.sign * 2 * dysfunctional.standardDeviation,
      direction: direction)
  }

  /// Two deviations from the functional mean, towards dysfunction.
  public static func b(functional: Population, _ direction: ScoreDirection) -> ClinicalCutoff {
    ClinicalCutoff(
      criterion: .b, value: functional.mean + direction.sign * 2 * functional.standardDeviation,
      direction: direction)
  }

  /// The score between the means that lies equally many deviations from both.
  public static func c(dysfunctional: Population, functional: Population, _ direction: ScoreDirection)
    -> ClinicalCutoff
  {
    let (s1, s0) = (dysfunctional.standardDeviation, functional.standardDeviation)
    return ClinicalCutoff(
      criterion: .c, value: (s0 * dysfunctional.mean + s1 * functional.mean) / (s0 + s1), direction: direction
    )
  }

  /// The scores on the functional side.
  public var functional: ScoreThreshold { direction == .lowerIsBetter ? .below(value) : .above(value) }
}

/// What became of a person, by reliable change and cut-off (Jacobson and Truax 1991).
public enum ChangeCategory: String, Sendable, CaseIterable, Codable {
  /// Reliably better, and from the dysfunctional to the functional side of the cut-off.
  case recovered
  /// Reliably better, without crossing the cut-off.
  case improved
  /// Within measurement error.
  case unchanged
  /// Reliably worse.
  case deteriorated

  /// The category of a change.
  public init(_ change: ReliableChange, from first: Double, to last: Double, functional: ScoreThreshold) {
    switch change {
    case .improved: self = !functional.contains(first) && functional.contains(last) ? .recovered : .improved
    case .unchanged: self = .unchanged
    case .deteriorated: self = .deteriorated
    }
  }
}
