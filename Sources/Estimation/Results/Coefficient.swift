/// One row of a coefficient table.
///
/// Values that do not exist, such as the standard error of an aliased term, are nil.
public struct Coefficient: Sendable, Equatable {
  /// The name, such as `week:modality[combined]`.
  public let term: String
  /// The estimate.
  public let estimate: Double?
  /// Its standard error, robust where robust errors were asked.
  public let standardError: Double?
  /// Estimate over standard error.
  public let statistic: Double?
  /// Degrees of freedom of a t statistic; nil for z.
  public let degreesOfFreedom: Double?
  /// Two-sided.
  public let pValue: Double?
  /// Lower confidence limit.
  public let lower: Double?
  /// Upper confidence limit.
  public let upper: Double?
  /// Whether the term depends on earlier ones and was left out.
  public let isAliased: Bool
  /// The model-based standard error where `standardError` is robust.
  public let modelStandardError: Double?
  /// The exponentiated estimate with limits, for models on a log scale.
  public let ratio: Ratio?
  /// How the limits were made.
  public var intervalMethod: IntervalMethod = .wald

  /// How confidence limits were made.
  public enum IntervalMethod: String, Sendable {
    /// Estimate plus and minus a multiple of the standard error.
    case wald
    /// By the likelihood ratio test.
    case profile
    /// By the likelihood ratio test of a penalised likelihood.
    case penalisedProfile = "penalised_profile"
  }

  /// An exponentiated coefficient.
  public struct Ratio: Sendable, Equatable {
    /// What it is a ratio of: hazard, odds, rate, risk.
    public let kind: String
    /// The ratio.
    public let value: Double
    /// Lower confidence limit.
    public let lower: Double
    /// Upper confidence limit.
    public let upper: Double
  }
}
