#if canImport(Glibc)
  import Glibc
#endif

/// The log-density of one response given its predictor, with three derivatives by the predictor.
struct DensityPoint {
  /// Without what does not depend on the predictor.
  var log: Double
  var score: Double
  /// Less the second derivative: the observed information, positive for all of these densities.
  var information: Double
  /// The derivative of the information.
  var slope: Double
}

/// A response distribution with a link, at unit weight.
///
/// All of them are log-concave in the predictor, so that the mode of random effects given the data is unique and its
/// Hessian positive definite.
protocol ConditionalDensity: Sendable {
  static func at(_ y: Double, _ eta: Double) -> DensityPoint
}

/// `y log mu + (1 - y) log(1 - mu)` with the logit link.
enum LogitDensity: ConditionalDensity {
  @inline(__always)
  static func at(_ y: Double, _ eta: Double) -> DensityPoint {
    let small = exponential(-abs(eta))
    let (more, less) = (1 / (1 + small), small / (1 + small))
    let (mean, complement) = eta >= 0 ? (more, less) : (less, more)
    let information = more * less
    // `y eta - log(1 + e^eta)`, from the side that does not cancel; beside a sum of 1 `log1p` would add nothing.
    let rest = logarithm(1 + small)
    let log = eta >= 0 ? -(1 - y) * eta - rest : y * eta - rest
    return DensityPoint(
      log: log, score: y * complement - (1 - y) * mean, information: information,
      slope: information * (complement - mean))
  }
}

/// `y eta - e^eta`.
enum PoissonDensity: ConditionalDensity {
  @inline(__always)
  static func at(_ y: Double, _ eta: Double) -> DensityPoint {
    let mean = exponential(eta)
    return DensityPoint(log: y * eta - mean, score: y - mean, information: mean, slope: mean)
  }
}

/// `y log Phi(eta) + (1 - y) log Phi(-eta)`.
enum ProbitDensity: ConditionalDensity {
  static func at(_ y: Double, _ eta: Double) -> DensityPoint {
    let up = y > 0 ? LogNormalTail(eta) : nil
    let down = y < 1 ? LogNormalTail(-eta) : nil
    var result = DensityPoint(log: 0, score: 0, information: 0, slope: 0)
    if let up {
      result.log += y * up.log
      result.score += y * up.ratio
      result.information += y * up.information
      result.slope += y * up.slope
    }
    if let down {
      result.log += (1 - y) * down.log
      result.score -= (1 - y) * down.ratio
      result.information += (1 - y) * down.information
      result.slope -= (1 - y) * down.slope
    }
    return result
  }
}

/// `log Phi(x)` and its derivatives.
///
/// With the inverse Mills ratio `r = phi / Phi` and `d = x + r`: `r' = -r d`, so that the information is `r d` and its
/// derivative `r (1 - r d) - r d^2`. Far below 0 d comes from Laplace's continued fraction, where `x + r` would cancel.
private struct LogNormalTail {
  let log: Double
  let ratio: Double
  let information: Double
  let slope: Double

  init(_ x: Double) {
    let excess: Double
    if x < -5 {
      // r = t + 1/(t + 2/(t + 3/(t + ...))), t = -x.
      let t = -x
      var tail = t
      for k in stride(from: 80.0, through: 2, by: -1) { tail = t + k / tail }
      excess = 1 / tail
      ratio = t + excess
      log = -0.5 * x * x - 0.5 * logarithm(2 * .pi) - logarithm(ratio)
    } else {
      let cumulative = 0.5 * erfc(-x / 2.0.squareRoot())
      ratio = exponential(-0.5 * x * x) / ((2 * .pi).squareRoot() * cumulative)
      excess = x + ratio
      log = x > 0 ? log1p(-0.5 * erfc(x / 2.0.squareRoot())) : logarithm(cumulative)
    }
    information = ratio * excess
    slope = ratio * (1 - information) - information * excess
  }
}

/// `y log(1 - e^-lambda) - (1 - y) lambda`, `lambda = e^eta`: the complementary log-log link.
enum ComplementaryLogLogDensity: ConditionalDensity {
  static func at(_ y: Double, _ eta: Double) -> DensityPoint {
    let rate = exponential(eta)
    let failing = 1 - y
    var result = DensityPoint(
      log: failing > 0 ? -failing * rate : 0, score: failing > 0 ? -failing * rate : 0,
      information: failing > 0 ? failing * rate : 0, slope: failing > 0 ? failing * rate : 0)
    guard y > 0, rate < 700 else { return result }
    // g = lambda / (e^lambda - 1), g' = g (1 - lambda - g).
    let growth = expm1(rate)
    let g = growth > 0 ? rate / growth : 1
    let relative = rate > 1e-3 ? 1 - rate - g : -rate / 2 - rate * rate / 12 + pow(rate, 4) / 720
    let first = g * relative
    result.log += y * (growth > 0 ? logarithm(-expm1(-rate)) : eta)
    result.score += y * g
    result.information -= y * first
    result.slope -= y * (first * relative - g * (rate + first))
    return result
  }
}
