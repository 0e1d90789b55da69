internal import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// The distribution of the time to the event in an accelerated failure time model, given covariates.
///
/// `log T = x'beta + scale error`, the error having the named distribution's standard form on the log scale.
public enum SurvivalDistribution: String, Sendable, CaseIterable, Codable {
  /// Smallest extreme value errors with a free scale; hazards are proportional too.
  case weibull
  /// The same with scale 1: a constant hazard.
  case exponential
  /// Normal errors.
  case lognormal
  /// Logistic errors; odds of survival are proportional too.
  case loglogistic

  /// Whether the scale is estimated.
  var hasFreeScale: Bool { self != .exponential }

  /// A function of the standardised residual with its first two derivatives.
  struct Derivatives {
    let value: Double
    let first: Double
    let second: Double
  }

  /// The log density of the error.
  func logDensity(_ z: Double) -> Derivatives {
    switch self {
    case .weibull, .exponential:
      let e = exp(z)
      return Derivatives(value: z - e, first: 1 - e, second: -e)
    case .lognormal:
      return Derivatives(value: -0.5 * z * z - 0.918938533204672741780329736406, first: -z, second: -1)
    case .loglogistic:
      let p = 1 / (1 + exp(-z))
      return Derivatives(value: z - 2 * Self.softplus(z), first: 1 - 2 * p, second: -2 * p * (1 - p))
    }
  }

  /// The log of the probability that the error is larger.
  func logSurvival(_ z: Double) -> Derivatives {
    switch self {
    case .weibull, .exponential:
      let e = exp(z)
      return Derivatives(value: -e, first: -e, second: -e)
    case .lognormal:
      let tail = NormalDistribution().upperTail(z)
      // Beyond 37 the tail is 0 in double precision: its asymptotic series there.
      guard tail > 1e-300 else {
        let inverse = 1 / (z * z)
        let mills = z / (1 - inverse * (1 - 3 * inverse * (1 - 5 * inverse)))
        let value = -0.5 * z * z - 0.918938533204672741780329736406 - log(mills)
        return Derivatives(value: value, first: -mills, second: -mills * (mills - z))
      }
      let mills = exp(-0.5 * z * z - 0.918938533204672741780329736406) / tail
      return Derivatives(value: log(tail), first: -mills, second: -mills * (mills - z))
    case .loglogistic:
      let p = 1 / (1 + exp(-z))
      return Derivatives(value: -Self.softplus(z), first: -p, second: -p * (1 - p))
    }
  }

  /// The error below which it stays with a probability.
  func quantile(_ probability: Double) -> Double {
    switch self {
    case .weibull, .exponential: log(-log1p(-probability))
    case .lognormal: NormalDistribution().quantile(probability)
    case .loglogistic: log(probability / (1 - probability))
    }
  }

  /// `log(1 + exp(z))`.
  private static func softplus(_ z: Double) -> Double { z > 0 ? z + log1p(exp(-z)) : log1p(exp(z)) }
}
