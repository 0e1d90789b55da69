#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// The map from values to places along an axis.
package struct AxisScale: Sendable, Hashable {
  /// The values at the two ends.
  package let domain: ClosedRange<Double>
  /// The place of the domain's lower end.
  package let start: Double
  /// The place of the domain's upper end.
  package let end: Double
  /// Whether equal ratios, not equal differences, take equal room.
  package let isLogarithmic: Bool

  /// Creates a scale.
  ///
  /// - Precondition: The domain is not a single value, and on a logarithmic scale it is positive.
  package init(_ domain: ClosedRange<Double>, from start: Double, to end: Double, isLogarithmic: Bool = false)
  {
    precondition(domain.lowerBound < domain.upperBound, "an axis needs two different values")
    precondition(!isLogarithmic || domain.lowerBound > 0, "a logarithmic axis is positive")
    self.domain = domain
    self.start = start
    self.end = end
    self.isLogarithmic = isLogarithmic
  }

  /// The place of a value, outside the ends for a value outside the domain.
  package func place(_ value: Double) -> Double {
    let (low, high) = (domain.lowerBound, domain.upperBound)
    let share = isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
    return start + share * (end - start)
  }

  /// Whether a value can be told from others in a drawing: finite and not absurdly large.
  package static func isDrawable(_ value: Double) -> Bool { abs(value) <= 1e100 }

  /// A range that holds the drawable values, widened where they are (almost) all the same.
  ///
  /// Returns `nil` if no value is drawable.
  package static func range(of values: some Sequence<Double>) -> ClosedRange<Double>? {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where isDrawable(value) {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    let size = max(abs(low), abs(high))
    // Below 1e-10 of their size, values differ only by rounding and ticks between them say nothing.
    guard high - low <= 1e-10 * size else { return low...high }
    let margin = size == 0 ? 1 : size * 0.2
    return (low - margin)...(high + margin)
  }
}
