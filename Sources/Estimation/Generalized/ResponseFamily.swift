/// The distribution of a response about its mean.
public enum ResponseFamily: Sendable, Equatable {
  /// Constant variance.
  case gaussian
  /// Variance `mu (1 - mu)`: 0 and 1, two levels, or successes out of trials.
  case binomial
  /// Variance `mu`: counts.
  case poisson
  /// Variance `mu^2`: positive numbers.
  case gamma
  /// Variance `mu + mu^2 / theta`: counts that vary more than Poisson counts; theta is estimated where it
  /// is not given.
  case negativeBinomial(theta: Double? = nil)

  /// The name in results.
  public var name: String {
    switch self {
    case .gaussian: "gaussian"
    case .binomial: "binomial"
    case .poisson: "poisson"
    case .gamma: "gamma"
    case .negativeBinomial: "negative_binomial"
    }
  }

  /// The family of a name in results.
  public init?(name: String) {
    let all: [ResponseFamily] = [.gaussian, .binomial, .poisson, .gamma, .negativeBinomial()]
    guard let family = all.first(where: { $0.name == name }) else { return nil }
    self = family
  }

  /// The link that is taken where none is named: R's choice.
  public var usualLink: Link {
    switch self {
    case .gaussian: .identity
    case .binomial: .logit
    case .poisson, .negativeBinomial: .log
    case .gamma: .inverse
    }
  }

  /// The links that the family may be given.
  public var links: [Link] {
    switch self {
    case .gaussian: [.identity, .log, .inverse]
    case .binomial: [.logit, .probit, .complementaryLogLog, .log]
    case .poisson, .negativeBinomial: [.log, .identity, .squareRoot]
    case .gamma: [.inverse, .log, .identity]
    }
  }

  /// Whether the dispersion is estimated, so that statistics have t distributions, as R's `summary.glm`.
  public var hasFreeDispersion: Bool { self == .gaussian || self == .gamma }

  /// What an exponentiated coefficient is a ratio of.
  func ratioKind(_ link: Link) -> String? {
    switch (self, link) {
    case (.binomial, .logit): "odds"
    case (.binomial, .log): "risk"
    case (.binomial, .complementaryLogLog): "hazard"
    case (.poisson, .log), (.negativeBinomial, .log): "rate"
    case (.gamma, .log), (.gaussian, .log): "mean"
    default: nil
    }
  }
}

/// What makes the mean a linear function of the terms.
public enum Link: String, Sendable, CaseIterable, Codable {
  /// `mu`.
  case identity
  /// `log mu`.
  case log
  /// `log(mu / (1 - mu))`.
  case logit
  /// The normal quantile of `mu`.
  case probit
  /// `log(-log(1 - mu))`.
  case complementaryLogLog = "cloglog"
  /// `1 / mu`.
  case inverse
  /// `sqrt(mu)`.
  case squareRoot = "sqrt"
}
