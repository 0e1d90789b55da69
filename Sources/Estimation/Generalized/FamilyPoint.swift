#if canImport(Glibc)
  import Glibc
#endif

/// What one row adds to a weighted least-squares step and to the deviance, at unit weight.
struct FamilyPoint {
  /// `slope^2 / variance`.
  var information: Double
  /// `(y - mean) slope / variance`.
  var score: Double
  /// Twice the loss of log-likelihood against a perfect fit; infinite where the mean is out of range.
  var deviance: Double

  static let outside = FamilyPoint(information: 0, score: 0, deviance: .infinity)
}

/// A family whose unknown parameter, if any, has a value.
struct FittedFamily: Sendable {
  let family: ResponseFamily
  let link: Link
  /// The negative binomial's shape; 1 elsewhere.
  var theta: Double

  init(_ family: ResponseFamily, _ link: Link, theta: Double = 1) {
    self.family = family
    self.link = link
    if case .negativeBinomial(let given?) = family { self.theta = given } else { self.theta = theta }
  }

  /// Whether score and information simplify: the link is the family's natural one.
  var isCanonical: Bool {
    switch (family, link) {
    case (.gaussian, .identity), (.binomial, .logit), (.poisson, .log), (.gamma, .inverse): true
    default: false
    }
  }

  /// A mean from which the iteration may start, near the response but inside the range.
  func startingMean(_ y: Double, weight: Double) -> Double {
    switch family {
    case .gaussian: link == .identity ? y : max(y, 0.1)
    case .binomial: (weight * y + 0.5) / (weight + 1)
    case .poisson: y + 0.1
    case .gamma: y
    case .negativeBinomial: y > 0 ? y : 1.0 / 6
    }
  }

  /// Information, score and deviance of one row.
  @inline(__always)
  func evaluate(_ y: Double, _ eta: Double) -> FamilyPoint {
    let point = link.point(eta)
    switch family {
    case .gaussian:
      let residual = y - point.mean
      return FamilyPoint(
        information: point.slope * point.slope, score: residual * point.slope, deviance: residual * residual)
    case .binomial: return binomial(y, point)
    case .poisson:
      guard point.mean > 0, link != .squareRoot || eta > 0 else { return .outside }
      return FamilyPoint(
        information: point.slope * point.slope / point.mean,
        score: (y - point.mean) / point.mean * point.slope,
        deviance: 2 * (Self.logRatio(y, point.mean) - (y - point.mean)))
    case .gamma:
      guard point.mean > 0, y > 0 else { return .outside }
      let relative = (y - point.mean) / point.mean
      let slope = point.slope / point.mean
      return FamilyPoint(
        information: slope * slope, score: relative * slope,
        deviance: 2 * (relative - logarithm(y / point.mean)))
    case .negativeBinomial:
      guard point.mean > 0, link != .squareRoot || eta > 0 else { return .outside }
      let variance = point.mean + point.mean * point.mean / theta
      let rest = (y + theta) * log1p((y - point.mean) / (point.mean + theta))
      return FamilyPoint(
        information: point.slope * point.slope / variance,
        score: (y - point.mean) / variance * point.slope,
        deviance: 2 * (Self.logRatio(y, point.mean) - rest))
    }
  }

  @inline(__always)
  private func binomial(_ y: Double, _ point: MeanPoint) -> FamilyPoint {
    guard point.complement >= 0 else { return .outside }
    let residual = y * point.complement - (1 - y) * point.mean
    let deviance = 2 * (Self.logRatio(y, point.mean) + Self.logRatio(1 - y, point.complement))
    if link == .logit { return FamilyPoint(information: point.slope, score: residual, deviance: deviance) }
    let variance = point.mean * point.complement
    // Far out the slope vanishes with the variance: the row then says nothing more.
    guard variance > 0 else { return FamilyPoint(information: 0, score: 0, deviance: deviance) }
    return FamilyPoint(
      information: point.slope * point.slope / variance, score: residual * point.slope / variance,
      deviance: deviance)
  }

  /// `y log(y / mean)`, 0 at y = 0.
  @inline(__always)
  static func logRatio(_ y: Double, _ mean: Double) -> Double { y > 0 ? y * logarithm(y / mean) : 0 }
}
