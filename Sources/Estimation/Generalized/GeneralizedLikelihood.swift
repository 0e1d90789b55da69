internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// The log-likelihood at given coefficients, with all its constants, as R's `logLik` has it.
struct GeneralizedLikelihood: Fold {
  let family: FittedFamily
  let beta: [Double]
  /// The maximum-likelihood dispersion: deviance over the sum of weights.
  let dispersion: Double
  /// Whether a weight counts copies of the row.
  let countsCopies: Bool

  var initialState: Double { 0 }

  func accumulate(_ block: GeneralizedBlock, into state: inout Double) {
    let eta = block.predictor(beta)
    for i in eta.indices {
      state += row(
        block.response[i], eta[i], given: block.given?[i] ?? 1, trials: block.trials?[i])
    }
  }

  private func row(_ y: Double, _ eta: Double, given: Double, trials: Double?) -> Double {
    let point = family.link.point(eta)
    switch family.family {
    case .gaussian:
      let residual = y - point.mean
      let weight = countsCopies ? 1 : given
      let own = -0.5 * (logarithm(2 * .pi * dispersion / weight) + weight * residual * residual / dispersion)
      return countsCopies ? given * own : own
    case .binomial:
      // R takes a prior weight of a 0/1 response as a number of trials.
      let m = (trials ?? given).rounded(.toNearestOrEven)
      guard m > 0 else { return 0 }
      let k = ((trials ?? given) * y).rounded(.toNearestOrEven)
      let share = trials == nil ? 1 : given
      let failures = m - k
      // The number of ways is 1 for a single trial.
      var own = m == 1 ? 0 : Self.logGamma(m + 1) - Self.logGamma(k + 1) - Self.logGamma(failures + 1)
      if k > 0 { own += k * logarithm(point.mean) }
      if failures > 0 { own += failures * logarithm(point.complement) }
      return share * own
    case .poisson:
      let own = (y > 0 ? y * logarithm(point.mean) : 0) - point.mean - Self.logGamma(y + 1)
      return given * own
    case .gamma:
      let shape = 1 / dispersion
      let scale = point.mean * dispersion
      let own =
        (shape - 1) * logarithm(y) - y / scale - shape * logarithm(scale) - Self.logGamma(shape)
      return given * own
    case .negativeBinomial:
      let theta = family.theta
      let constant = Self.logGamma(theta + y) - Self.logGamma(theta) - Self.logGamma(y + 1)
      let total = theta + point.mean
      let own = constant - theta * log1p(point.mean / theta) + (y > 0 ? y * logarithm(point.mean / total) : 0)
      return given * own
    }
  }

  /// `log Gamma(x)` for positive x.
  static func logGamma(_ x: Double) -> Double { lgamma(x).0 }

  func merge(_ later: consuming Double, into earlier: inout Double) { earlier += later }

  func finalize(_ state: consuming Double) -> Double { state }
}
