/// How the responses of one person are taken to go together in estimating equations.
///
/// Coefficients are consistent whatever is chosen; a choice near the truth makes them more precise.
public enum WorkingCorrelation: String, Sendable, CaseIterable, Codable {
  /// No correlation: the coefficients are those of the generalised linear model.
  case independence
  /// The same correlation `alpha` between all rows of a person.
  case exchangeable
  /// `alpha^d` between visits at distance d.
  case autoregressive = "ar1"
  /// A correlation of its own for each pair of visits.
  case unstructured

  /// Whether it depends on which visit a row is of.
  public var needsVisits: Bool { self == .autoregressive || self == .unstructured }
}

/// What sums of squared or multiplied residuals are divided by.
public enum MomentDivisor: String, Sendable, CaseIterable, Codable {
  /// How many there are: geepack's estimators.
  case count = "n"
  /// How many there are less the coefficients: the estimators of Liang and Zeger (1986), as in SAS.
  case countLessCoefficients = "n_minus_p"
}

/// One correlation that was estimated.
public struct CorrelationParameter: Sendable, Equatable {
  /// `alpha`, or for the unstructured form `alpha(2,5)` with the two visits.
  public let name: String
  /// The estimate.
  public let estimate: Double
}

/// The covariance of the coefficients of estimating equations.
public enum EstimatingCovariance: String, Sendable, CaseIterable, Codable {
  /// From the spread of people's scores (Liang and Zeger 1986), without correction.
  case sandwich
  /// As if variance function and working correlation were right.
  case model
  /// Residuals by `(I - H)^-1`: close to the jackknife over people, somewhat too large.
  case manclDeRouen = "mancl_derouen"
  /// Residuals by `(I - H)^-1/2`: unbiased when the working covariance is right.
  case kauermannCarroll = "kauermann_carroll"
  /// Scores by a bounded diagonal factor, with degrees of freedom of their own.
  case fayGraubard = "fay_graubard"

  /// Whether it corrects the sandwich for few people.
  public var isCorrected: Bool { self != .sandwich && self != .model }

  /// The estimator's name in a sentence.
  var label: String {
    switch self {
    case .sandwich: "sandwich"
    case .model: "model-based"
    case .manclDeRouen: "Mancl-DeRouen"
    case .kauermannCarroll: "Kauermann-Carroll"
    case .fayGraubard: "Fay-Graubard"
    }
  }
}
