import CBoostMath

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Expectations over the scale of a t-type statistic: E[K(S)] with df S^2 chi-squared on df.
///
/// In u = log S the density 2 (df/2)^(df/2) / Gamma(df/2) exp(df u - df e^(2u) / 2) is entire and decays at both ends,
/// so the trapezoidal rule converges exponentially for the analytic kernels used here (Trefethen and Weideman 2014,
/// "The exponentially convergent trapezoidal rule"): halving the step squares the error. The rule is laid over the
/// part of the axis where density times kernel is within exp(-40) of its peak (exp(-28) for costly kernels), wherever the kernel moves that peak,
/// so that far tails keep their relative accuracy.
struct ScaleMixture: Sendable {
  /// How the kernel runs in the scale, which says on which side of S = 1 the integrand peaks, or where it does.
  enum Shape: Sendable {
    case decreasing
    case increasing
    case peaked(at: Double)
  }

  /// How much a kernel's cost allows.
  enum Effort: Sendable {
    case full
    case costly

    /// The number of steps that the first trapezoidal sum takes.
    var intervals: Int { self == .full ? 16 : 12 }
    /// Two successive sums that agree to this leave about its square as error.
    var agreement: Double { self == .full ? 1e-8 : 1e-5 }
    /// The log of the ratio to the peak beyond which the integrand is left out.
    var depth: Double { self == .full ? 40 : 28 }
  }

  /// Beyond these degrees of freedom S is 1 to the last digit of any kernel.
  private static let effectivelyInfinite = 1e16

  let degreesOfFreedom: Double
  private let logConstant: Double

  init(degreesOfFreedom: Double) {
    self.degreesOfFreedom = degreesOfFreedom
    logConstant = Self.logConstant(degreesOfFreedom)
  }

  var isNormal: Bool { degreesOfFreedom > Self.effectivelyInfinite }

  /// log(2 a^a e^-a / Gamma(a)) for a = df / 2; by Stirling's series where the terms would cancel.
  private static func logConstant(_ degreesOfFreedom: Double) -> Double {
    let a = 0.5 * degreesOfFreedom
    guard a > 40 else { return log(2) + a * log(a) - a - boostmath_log_gamma(a) }
    let r = 1 / (a * a)
    return log(2) + 0.5 * log(a / (2 * .pi)) - (1 - r * (1.0 / 30 - r / 105)) / (12 * a)
  }

  /// The log density of u = log S.
  private func logDensity(_ u: Double) -> Double {
    logConstant - 0.5 * degreesOfFreedom * Self.exponentialRemainder(2 * u)
  }

  /// exp(x) - 1 - x, by its series where the difference would cancel: large degrees of freedom multiply the rest.
  private static func exponentialRemainder(_ x: Double) -> Double {
    guard abs(x) < 0.3 else { return expm1(x) - x }
    var series = 1.0
    for n in stride(from: 14.0, through: 3, by: -1) { series = 1 + x / n * series }
    return 0.5 * x * x * series
  }

  /// E[kernel(S)].
  ///
  /// - Parameters:
  ///   - shape: How the kernel runs in the scale.
  ///   - effort: How far the kernel's cost lets the sums be refined.
  ///   - logShape: The log of the kernel, or of something cheap that stays within a modest factor of it.
  ///   - kernel: The conditional probability given the scale.
  /// - Returns: The expectation.
  func expectation(
    _ shape: Shape, effort: Effort = .full, logShape: (Double) -> Double, of kernel: (Double) -> Double
  ) -> Double {
    guard !isNormal else { return kernel(1) }
    func logIntegrand(_ u: Double) -> Double { logDensity(u) + logShape(exp(u)) }
    let range = support(shape, effort, logIntegrand)
    guard range.left < range.right else { return 0 }
    func integrand(_ u: Double) -> Double {
      let weight = exp(logDensity(u))
      return weight > 0 ? weight * kernel(exp(u)) : 0
    }
    var intervals = effort.intervals
    var step = (range.right - range.left) / Double(intervals)
    var sum = 0.0
    for i in 0...intervals { sum += integrand(range.left + Double(i) * step) }
    var value = sum * step
    for _ in 0..<12 {
      for i in 0..<intervals { sum += integrand(range.left + (Double(i) + 0.5) * step) }
      intervals *= 2
      step *= 0.5
      let refined = sum * step
      let change = abs(refined - value)
      value = refined
      if change <= effort.agreement * abs(refined) { break }
    }
    return value
  }

  /// The points on both sides of the peak where the integrand has fallen by exp(-depth).
  private func support(
    _ shape: Shape, _ effort: Effort, _ f: (Double) -> Double
  ) -> (left: Double, right: Double) {
    let peak = peakLocation(shape, f)
    let top = f(peak)
    guard top.isFinite else { return (0, 0) }
    let floor = top - effort.depth
    func edge(_ sign: Double) -> Double {
      var inside = 0.0
      var outside = 1 / (2 * degreesOfFreedom).squareRoot()
      while f(peak + sign * outside) > floor {
        inside = outside
        outside *= 2
      }
      for _ in 0..<12 {
        let middle = 0.5 * (inside + outside)
        if f(peak + sign * middle) > floor { inside = middle } else { outside = middle }
      }
      return peak + sign * outside
    }
    return (edge(-1), edge(1))
  }

  /// Golden section for the only peak: the density alone peaks at u = 0, a monotone kernel moves it to one side.
  private func peakLocation(_ shape: Shape, _ f: (Double) -> Double) -> Double {
    let ratio = 0.618_033_988_749_894_848
    var (low, high) = (0.0, 0.0)
    switch shape {
    case .decreasing: low = -740 - 60 / degreesOfFreedom
    case .increasing: high = 40
    case .peaked(let scale): return log(scale)
    }
    let width = 1e-3 / (1 + degreesOfFreedom).squareRoot()
    var x1 = high - ratio * (high - low)
    var x2 = low + ratio * (high - low)
    var (f1, f2) = (f(x1), f(x2))
    while high - low > width {
      if f1 >= f2 {
        (high, x2, f2) = (x2, x1, f1)
        x1 = high - ratio * (high - low)
        f1 = f(x1)
      } else {
        (low, x1, f1) = (x1, x2, f2)
        x2 = low + ratio * (high - low)
        f2 = f(x2)
      }
    }
    return f1 >= f2 ? x1 : x2
  }
}
