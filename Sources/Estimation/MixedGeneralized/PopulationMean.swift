internal import Distributions
internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// The mean of a response over a normal predictor: `E g^-1(eta + s t)`, t standard normal, with its derivatives.
///
/// In closed form for the log and probit links; otherwise by the trapezoidal rule on 1/50 of a standard deviation, which
/// for these means is exact to rounding up to s of about 20.
struct PopulationMean {
  let mean: Double
  /// By eta.
  let slope: Double
  /// By s.
  let deviationSlope: Double

  init(_ link: Link, _ eta: Double, _ s: Double) {
    switch link {
    case .log:
      mean = exponential(eta + 0.5 * s * s)
      (slope, deviationSlope) = (mean, s * mean)
    case .probit:
      let size = (1 + s * s).squareRoot()
      let density = NormalDistribution.standard.density(eta / size)
      mean = NormalDistribution.standard.cumulative(eta / size)
      slope = density / size
      deviationSlope = -density * eta * s / (size * size * size)
    default:
      let step = 0.02
      var (mean, slope, deviation) = (0.0, 0.0, 0.0)
      for k in -425...425 {
        let t = Double(k) * step
        let weight = step * exponential(-0.5 * t * t) / (2 * .pi).squareRoot()
        let point = link.point(eta + s * t)
        mean += weight * point.mean
        slope += weight * point.slope
        deviation += weight * t * point.slope
      }
      (self.mean, self.slope, deviationSlope) = (mean, slope, deviation)
    }
  }
}

extension GeneralizedMixedFit {
  /// Whether only constants vary, so that means of the population follow from those of the predictor.
  public var hasPopulationMeans: Bool {
    context.groupings.allSatisfy { $0.columnNames == ["(Intercept)"] }
  }

  /// Marginal means averaged over the distribution of the random effects, on the response's scale.
  ///
  /// ```
  /// m = E g^-1(l'beta + s t),   s^2 the variance of the random constants
  /// ```
  /// Standard errors are by the delta method from the joint covariance of coefficients and covariance parameters; limits
  /// those of m on the link's scale, transformed back. Of effects on the link's scale nuisance factors were averaged
  /// before, as in ``MarginalMeans/onResponseScale(_:)``.
  ///
  /// - Throws: `EstimationError` where other columns than the constant vary, so that s depends on what is held, and for
  ///   slopes.
  public func populationMeans(_ means: MarginalMeans) throws -> [MarginalMeans.Mean] {
    guard means.quantity == .mean, hasPopulationMeans else {
      throw EstimationError(
        .unsupported,
        "population means are for means, not slopes, and for models in which only constants vary: use the rows' population "
          + "means (fittedRows) where slopes vary too")
    }
    let count = context.objective.coefficientCount
    let factors = context.factors.map { $0[0, 0] }
    let s = factors.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let z = NormalDistribution.standard.quantile(0.5 + options.confidenceLevel / 2)
    let back = context.back
    return means.means.enumerated().map { index, mean in
      guard let eta = mean.estimate else { return mean }
      let own = PopulationMean(link, eta, s)
      let weights = estimated.map { means.linear[index, $0] }
      var gradient = back.transposeTimes(weights).map { $0 * own.slope }
      for (k, factor) in factors.enumerated() {
        let basis = context.objective.structures[k].basis[0][0, 0]
        gradient.append(s > 0 ? own.deviationSlope * factor * basis / s : 0)
      }
      precondition(gradient.count == count + factors.count)
      let error = context.jointCovariance.quadraticForm(gradient).squareRoot()
      let place = link.predictor(ofMean: own.mean)
      let width = z * error / abs(link.slope(atPredictor: place))
      return MarginalMeans.Mean(
        at: mean.at, estimate: own.mean, standardError: error, degreesOfFreedom: nil,
        lower: link.mean(atPredictor: place - width), upper: link.mean(atPredictor: place + width),
        support: mean.support)
    }
  }
}
