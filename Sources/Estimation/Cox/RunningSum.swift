/// A sum from which terms are taken out again: what is lost to rounding is kept beside it.
///
/// Where people enter late a risk set is a difference of sums, and one of people with small risks may be left over when
/// those with large ones have gone.
///
/// ## References
/// Knuth (1969), The Art of Computer Programming, vol. 2, section 4.2.2, theorem B.
struct RunningSum: Sendable {
  private(set) var high = 0.0
  private var low = 0.0

  var value: Double { high + low }

  @inline(__always)
  mutating func add(_ term: Double) {
    let sum = high + term
    let part = sum - high
    low += (high - (sum - part)) + (term - part)
    high = sum
  }

  mutating func add(_ other: RunningSum) {
    add(other.high)
    low += other.low
  }

  func scaled(by factor: Double) -> RunningSum {
    guard factor != 1 else { return self }
    var result = self
    result.high *= factor
    result.low *= factor
    return result
  }
}
