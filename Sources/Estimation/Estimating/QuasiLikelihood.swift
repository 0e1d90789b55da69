#if canImport(Glibc)
  import Glibc
#endif

/// The quasi-likelihood of independent rows at unit scale, `sum w Q(mu; y)`.
///
/// ```
/// gaussian -(y - mu)^2 / 2,  binomial y log mu + (1 - y) log(1 - mu),  poisson y log mu - mu,  gamma -y / mu - log mu
/// ```
///
/// ## References
/// McCullagh and Nelder (1989), table 9.1; Pan (2001), Biometrics 57:120-125.
struct QuasiLikelihood: Fold {
  let family: FittedFamily
  let beta: [Double]

  var initialState: Double { 0 }

  func accumulate(_ block: PersonBlock, into state: inout Double) {
    let eta = block.rows.predictor(beta)
    let weights = block.rows.weights
    var sum = 0.0
    for i in eta.indices {
      sum += (weights?[i] ?? 1) * value(block.rows.response[i], family.link.point(eta[i]))
    }
    state += sum
  }

  private func value(_ y: Double, _ point: MeanPoint) -> Double {
    switch family.family {
    case .gaussian: return -(y - point.mean) * (y - point.mean) / 2
    case .binomial:
      let success = y > 0 ? y * logarithm(point.mean) : 0
      return success + (y < 1 ? (1 - y) * logarithm(point.complement) : 0)
    case .poisson: return (y > 0 ? y * logarithm(point.mean) : 0) - point.mean
    case .gamma: return -y / point.mean - logarithm(point.mean)
    case .negativeBinomial:
      let theta = family.theta
      return (y > 0 ? y * logarithm(point.mean / (point.mean + theta)) : 0)
        - theta * log1p(point.mean / theta)
    }
  }

  func merge(_ later: consuming Double, into earlier: inout Double) { earlier += later }

  func finalize(_ state: consuming Double) -> Double { state }
}
