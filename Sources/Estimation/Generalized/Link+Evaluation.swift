internal import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// The mean at a linear predictor and how fast it changes.
struct MeanPoint {
  let mean: Double
  /// `1 - mean` without cancellation, for the links of probabilities.
  let complement: Double
  /// `d mean / d predictor`.
  let slope: Double
}

extension Link {
  /// The predictor of a mean.
  public func predictor(ofMean mean: Double) -> Double {
    switch self {
    case .identity: mean
    case .log: logarithm(mean)
    case .logit: logarithm(mean) - log1p(-mean)
    case .probit: NormalDistribution.standard.quantile(mean)
    case .complementaryLogLog: logarithm(-log1p(-mean))
    case .inverse: 1 / mean
    case .squareRoot: mean.squareRoot()
    }
  }

  /// The mean at a predictor.
  public func mean(atPredictor predictor: Double) -> Double { point(predictor).mean }

  /// The slope of the mean at a predictor, for the delta method.
  public func slope(atPredictor predictor: Double) -> Double { point(predictor).slope }

  /// Mean, complement and slope at a predictor.
  @inline(__always)
  func point(_ eta: Double) -> MeanPoint {
    switch self {
    case .identity: return MeanPoint(mean: eta, complement: 1 - eta, slope: 1)
    case .log:
      let mean = exponential(eta)
      return MeanPoint(mean: mean, complement: -expm1(eta), slope: mean)
    case .logit:
      // From the smaller of the two odds nothing overflows and neither probability cancels.
      let small = exponential(-abs(eta))
      let (more, less) = (1 / (1 + small), small / (1 + small))
      return MeanPoint(mean: eta >= 0 ? more : less, complement: eta >= 0 ? less : more, slope: more * less)
    case .probit:
      let normal = NormalDistribution.standard
      return MeanPoint(
        mean: normal.cumulative(eta), complement: normal.upperTail(eta), slope: normal.density(eta))
    case .complementaryLogLog:
      let rate = exponential(eta)
      return MeanPoint(mean: -expm1(-rate), complement: exponential(-rate), slope: exponential(eta - rate))
    case .inverse: return MeanPoint(mean: 1 / eta, complement: 1 - 1 / eta, slope: -1 / (eta * eta))
    case .squareRoot:
      return MeanPoint(mean: eta * eta, complement: 1 - eta * eta, slope: 2 * eta)
    }
  }
}
