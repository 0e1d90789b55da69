#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The non-central t distribution: (Z + noncentrality) / S with df S^2 chi-squared on df, as in power calculations.
///
/// Each side is its own positive integral, P(T > t) = E[P(Z > t S - noncentrality)], by quadrature over the scale.
/// Series in the incomplete beta function subtract in one of the two tails; this does not: the relative error is below
/// 1e-10 in both, however small the probability. With infinite degrees of freedom it is the normal about the noncentrality.
public struct NoncentralT: ContinuousDistribution {
  /// The degrees of freedom: any positive real, or infinity.
  public let degreesOfFreedom: Double
  /// The mean of the normal numerator.
  public let noncentrality: Double
  private let mixture: ScaleMixture

  /// Creates the distribution.
  ///
  /// - Precondition: The degrees of freedom are positive (infinity is allowed), the noncentrality is finite.
  public init(degreesOfFreedom: Double, noncentrality: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom must be positive")
    precondition(noncentrality.isFinite, "the noncentrality must be finite")
    self.degreesOfFreedom = degreesOfFreedom
    self.noncentrality = noncentrality
    mixture = ScaleMixture(degreesOfFreedom: degreesOfFreedom)
  }

  /// The density at a point: E[S phi(t S - noncentrality)].
  public func density(_ x: Double) -> Double {
    guard !x.isNaN else { return .nan }
    guard !x.isInfinite else { return 0 }
    // The integrand peaks where (df + x^2) s^2 - x noncentrality s - (df + 1) = 0.
    let (b, a) = (x * noncentrality, degreesOfFreedom + x * x)
    let root = (b * b + 4 * a * (degreesOfFreedom + 1)).squareRoot()
    let peak = b > 0 ? (b + root) / (2 * a) : 2 * (degreesOfFreedom + 1) / (root - b)
    return mixture.expectation(
      .peaked(at: peak), logShape: { log($0) - 0.5 * (x * $0 - noncentrality) * (x * $0 - noncentrality) },
      of: { $0 * NormalKernels.density(x * $0 - noncentrality) })
  }

  /// The probability of a value at or below a point.
  public func cumulative(_ x: Double) -> Double { Self.tail(mixture, -x, -noncentrality) }

  /// The probability of a value above a point.
  public func upperTail(_ x: Double) -> Double { Self.tail(mixture, x, noncentrality) }

  /// The point whose cumulative probability is the one given.
  public func quantile(_ p: Double) -> Double { -Self.upperQuantile(mixture, -noncentrality, p) }

  /// The point whose upper tail probability is the one given.
  public func upperQuantile(_ q: Double) -> Double { Self.upperQuantile(mixture, noncentrality, q) }

  // MARK: - Kernels

  private static func tail(_ mixture: ScaleMixture, _ t: Double, _ delta: Double) -> Double {
    guard !t.isNaN else { return .nan }
    guard !t.isInfinite else { return t < 0 ? 1 : 0 }
    return mixture.expectation(
      t < 0 ? .increasing : .decreasing, logShape: { NormalKernels.logUpperTail(t * $0 - delta) },
      of: { NormalKernels.upperTail(t * $0 - delta) })
  }

  private static func upperQuantile(_ mixture: ScaleMixture, _ delta: Double, _ q: Double) -> Double {
    guard isProbability(q) else { return .nan }
    guard q > 0, q < 1 else { return q == 0 ? .infinity : -.infinity }
    // The smaller side decides, so that neither end loses its digits.
    let excess: (Double) -> Double = { t in
      q < 0.5 ? log(tail(mixture, t, delta) / q) : log((1 - q) / tail(mixture, -t, -delta))
    }
    var (low, high, step) = (delta, delta, 1.0)
    while excess(low) < 0 && low > -1e300 { (high, low, step) = (low, low - step, 2 * step) }
    while excess(high) > 0 && high < 1e300 { (low, high, step) = (high, high + step, 2 * step) }
    return monotoneRoot(from: low, to: high, excess)
  }
}
