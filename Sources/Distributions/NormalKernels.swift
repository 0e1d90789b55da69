#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The standard normal functions at the speed and accuracy that quadrature needs.
///
/// These use the C library's `erfc`, whose relative error here is about x^2 times a rounding, 1e-14 at 12; the public
/// `NormalDistribution` is the one to quote.
enum NormalKernels {
  static let inverseSqrtTwoPi = 0.398_942_280_401_432_677_939_946_059_934
  static let inverseSqrtTwo = 0.707_106_781_186_547_524_400_844_362_105

  static func density(_ x: Double) -> Double { inverseSqrtTwoPi * exp(-0.5 * x * x) }

  static func upperTail(_ x: Double) -> Double { 0.5 * erfc(x * inverseSqrtTwo) }

  static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * inverseSqrtTwo) }

  /// The probability of lower < Z <= upper, from the tail where it does not cancel.
  static func interval(_ lower: Double, _ upper: Double) -> Double {
    guard lower < upper else { return 0 }
    return lower > 0 ? upperTail(lower) - upperTail(upper) : cumulative(upper) - cumulative(lower)
  }

  /// log P(Z > x), by the asymptotic series where the tail itself underflows.
  static func logUpperTail(_ x: Double) -> Double {
    guard x > 30 else { return log(upperTail(x)) }
    let r = 1 / (x * x)
    return -0.5 * x * x - log(x / inverseSqrtTwoPi) + log1p(-r * (1 - 3 * r * (1 - 5 * r)))
  }
}
