#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Rectangle probabilities of two standard normals of fixed correlation, to about 1e-15.
///
/// P(X > h, Y > k) = P(X > h) P(Y > k) + (1 / 2 pi) int_0^asin(rho) exp(-(h^2 - 2 h k sin t + k^2) / (2 cos^2 t)) dt
/// below |rho| = 0.925 (Plackett 1954; Drezner and Wesolowsky 1990), and above it the same integral from 1 with its
/// singular part expanded (Genz 2004, "Numerical computation of rectangular bivariate and trivariate normal and t
/// probabilities", section 2.4). At |rho| = 1 the rectangle is an interval.
struct BivariateNormal: Sendable {
  let correlation: Double
  /// Gauss nodes in the angle: weight / 2 pi, the sine, and 1 / (2 cos^2).
  private let arc: [(weight: Double, sine: Double, inverse: Double)]

  /// Correlations beyond this are taken as exactly 1 in size.
  static let singular = 1 - 1e-13

  init(correlation: Double) {
    self.correlation = correlation
    guard abs(correlation) < 0.925 else {
      arc = []
      return
    }
    let order = abs(correlation) < 0.3 ? 6 : abs(correlation) < 0.75 ? 12 : 20
    let rule = GaussLegendre.rule(order)
    let half = 0.5 * asin(correlation)
    arc = zip(rule.nodes, rule.weights).map { node, weight in
      let sine = sin(half * (1 + node))
      return (weight * half / (2 * .pi), sine, 0.5 / ((1 - sine) * (1 + sine)))
    }
  }

  /// P(a1 < X <= b1, a2 < Y <= b2); limits may be infinite.
  func rectangle(_ a1: Double, _ b1: Double, _ a2: Double, _ b2: Double) -> Double {
    guard a1 < b1, a2 < b2 else { return 0 }
    if abs(correlation) >= Self.singular {
      return correlation > 0
        ? NormalKernels.interval(max(a1, a2), min(b1, b2))
        : NormalKernels.interval(max(a1, -b2), min(b1, -a2))
    }
    if abs(correlation) < 0.925 {
      var sum = NormalKernels.interval(a1, b1) * NormalKernels.interval(a2, b2)
      if arc.isEmpty || correlation == 0 { return sum }
      for (x, y, sign) in [(b1, b2, 1.0), (a1, b2, -1.0), (b1, a2, -1.0), (a1, a2, 1.0)]
      where x.isFinite && y.isFinite { sum += sign * arcIntegral(x, y) }
      return max(0, sum)
    }
    return max(0, upper(a1, a2) - upper(b1, a2) - upper(a1, b2) + upper(b1, b2))
  }

  private func arcIntegral(_ h: Double, _ k: Double) -> Double {
    let squares = h * h + k * k
    let product = 2 * h * k
    var sum = 0.0
    for node in arc { sum += node.weight * exp((product * node.sine - squares) * node.inverse) }
    return sum
  }

  /// P(X > h, Y > k) for 0.925 <= |rho| < 1.
  private func upper(_ h: Double, _ k: Double) -> Double {
    if h == .infinity || k == .infinity { return 0 }
    if h == -.infinity { return NormalKernels.upperTail(k) }
    if k == -.infinity { return NormalKernels.upperTail(h) }
    if correlation > 0 { return NormalKernels.upperTail(max(h, k)) - nearOne(h, k, correlation) }
    // P(X > h, Y > k) = P(X > h) - P(X > h, -Y > -k), where X and -Y correlate positively.
    return max(0, NormalKernels.interval(h, -k)) + nearOne(h, -k, -correlation)
  }

  /// The integral of the bivariate density at (h, k) over correlations from rho to 1: what P(X > h, Y > k) lacks.
  private func nearOne(_ h: Double, _ k: Double, _ rho: Double) -> Double {
    let hk = h * k
    let square = (1 - rho) * (1 + rho)
    let a = square.squareRoot()
    let bs = (h - k) * (h - k)
    let c = (4 - hk) / 8
    let d = (12 - hk) / 80
    var sum = 0.0
    let exponent = -0.5 * (bs / square + hk)
    if exponent > -700 {
      sum = a * exp(exponent) * (1 - c * (bs - square) * (1 - d * bs) / 3 + c * d * square * square)
    }
    let b = bs.squareRoot()
    let tail = NormalKernels.upperTail(b / a)
    if hk > -1400, tail > 0 {
      sum -= exp(-0.5 * hk) / NormalKernels.inverseSqrtTwoPi * tail * b * (1 - c * bs * (1 - d * bs) / 3)
    }
    let rule = GaussLegendre.rule(24)
    for (node, weight) in zip(rule.nodes, rule.weights) {
      let x = 0.5 * a * (1 + node)
      let xs = x * x
      let rs = (1 - xs).squareRoot()
      let power = -0.5 * (bs / xs + hk)
      guard power > -700 else { continue }
      let singularPart = 1 + c * xs * (1 + 5 * d * xs)
      let exact = exp(-0.5 * hk * xs / ((1 + rs) * (1 + rs))) / rs
      sum += 0.5 * a * weight * exp(power) * (exact - singularPart)
    }
    return sum / (2 * .pi)
  }
}
