/// The smallest count whose cumulative probability reaches p, by doubling and bisection.
///
/// Exact with respect to `cumulative` as evaluated, unlike the rounding of a real-valued quantile, whose result
/// may be one off where p is itself a value of the cumulative distribution.
///
/// - Complexity: O(log count) evaluations.
func smallestCount(reaching p: Double, largest: Int?, cumulative: (Int) -> Double) -> Int {
  var low = -1  // cumulative(low) < p, or low is -1
  var high = 0
  while cumulative(high) < p {
    low = high
    if let largest, high >= largest { return largest }
    high = min(2 * high + 1, largest ?? .max)
  }
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if cumulative(middle) < p { low = middle } else { high = middle }
  }
  return high
}
