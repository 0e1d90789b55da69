/// Numbers beyond a gap that is wider than the range of all others.
///
/// Nothing is supposed about the distribution: 1% of the values at most (or a single one), beyond an empty stretch longer than the whole
/// range of the rest, which has at least 5 different values. Skewed counts and heavy tails do not leave such gaps.
struct FarNumbers: Sendable {
  /// The rows, ascending.
  let rows: [Int32]
  /// The least and the greatest of the rest.
  let rest: ClosedRange<Double>?

  private static let binCount = 1024
  private static let fewestValues = 20
  private static let mostRounds = 4

  /// Looks for numbers far from the others; NaN is missing, and values that `ignoring` holds do not count.
  ///
  /// A gap of more than half the whole range always shows in a histogram of it.
  ///
  /// - Complexity: O(numbers).
  init(_ numbers: [Double], ignoring: [Double]) {
    func isCounted(_ value: Double) -> Bool { value.isFinite && !ignoring.contains(value) }
    var (low, high, total) = (Double.infinity, -Double.infinity, 0)
    for value in numbers where isCounted(value) {
      (low, high, total) = (min(low, value), max(high, value), total + 1)
    }
    guard total >= Self.fewestValues, low < high else {
      (rows, rest) = ([], nil)
      return
    }
    var range = low...high
    for _ in 0..<Self.mostRounds {
      guard let body = Self.body(of: numbers, in: range, isCounted), body.count >= total - max(1, total / 100)
      else {
        break
      }
      range = body.range
    }
    rest = range
    guard range != low...high, Self.hasSeveralValues(numbers, in: range) else {
      rows = []
      return
    }
    rows = numbers.indices.filter { isCounted(numbers[$0]) && !range.contains(numbers[$0]) }.map { Int32($0) }
  }

  /// The larger side of a gap that is wider than that side; nil where there is none.
  private static func body(
    of numbers: [Double], in range: ClosedRange<Double>, _ isCounted: (Double) -> Bool
  ) -> (range: ClosedRange<Double>, count: Int)? {
    let width = (range.upperBound - range.lowerBound) / Double(binCount)
    guard width > 0, width.isFinite else { return nil }
    var least = [Double](repeating: .infinity, count: binCount)
    var greatest = [Double](repeating: -.infinity, count: binCount)
    var counts = [Int](repeating: 0, count: binCount)
    for value in numbers where isCounted(value) && range.contains(value) {
      let bin = min(binCount - 1, Int((value - range.lowerBound) / width))
      least[bin] = min(least[bin], value)
      greatest[bin] = max(greatest[bin], value)
      counts[bin] += 1
    }
    let filled = counts.indices.filter { counts[$0] > 0 }
    let widest = zip(filled, filled.dropFirst()).max {
      least[$0.1] - greatest[$0.0] < least[$1.1] - greatest[$1.0]
    }
    guard let (below, above) = widest else { return nil }
    let gap = least[above] - greatest[below]
    let (lower, upper) = (counts[...below].reduce(0, +), counts[above...].reduce(0, +))
    let side =
      lower >= upper
      ? (range.lowerBound...greatest[below], lower) : (least[above]...range.upperBound, upper)
    return gap > side.0.upperBound - side.0.lowerBound ? side : nil
  }

  private static func hasSeveralValues(_ numbers: [Double], in range: ClosedRange<Double>) -> Bool {
    var seen: Set<Double> = []
    for value in numbers where range.contains(value) && seen.insert(value).inserted && seen.count == 5 {
      return true
    }
    return false
  }
}
