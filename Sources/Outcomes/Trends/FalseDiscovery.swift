/// The q-values of many p-values, by Benjamini and Hochberg (1995): the least rate of false discoveries at which
/// a p-value is among the discoveries.
///
/// - Complexity: O(n log n) once, O(log n) a q-value.
struct FalseDiscovery: Sendable {
  private let sorted: [Double]
  private let adjusted: [Double]

  init(_ pValues: [Double]) {
    let sorted = pValues.sorted()
    var adjusted = sorted
    var least = 1.0
    for place in sorted.indices.reversed() {
      least = min(least, sorted[place] * Double(sorted.count) / Double(place + 1))
      adjusted[place] = least
    }
    (self.sorted, self.adjusted) = (sorted, adjusted)
  }

  /// The q-value of one of the p-values.
  func qValue(_ p: Double) -> Double {
    var (low, high) = (0, sorted.count)
    // The first place whose p-value is not below p: those of equal p share the q-value of the last.
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < p { low = middle + 1 } else { high = middle }
    }
    return low < adjusted.count ? adjusted[low] : 1
  }
}
