#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Equal bins at round values, shared by several groups.
///
/// The width is the smallest round number (1, 2 or 5 times a power of ten) that is no less than
/// Freedman and Diaconis' for all values together, `2 IQR n^(-1/3)` (Z. Wahrscheinlichkeitstheorie 57,
/// 1981), and that gives no more bins than allowed. Values that are not finite are counted apart.
///
/// - Complexity: O(n log n).
public struct HistogramBins: Sendable, Hashable {
  /// The edges of the bins, empty if no value is finite.
  ///
  /// A value on an edge is in the bin above it.
  public let edges: [Double]
  /// The counts by group, then bin.
  public let counts: [[Int]]
  /// How many values of each group were not finite.
  public let notFinite: [Int]

  /// Counts values into shared bins.
  ///
  /// - Parameters:
  ///   - values: The values by group.
  ///   - most: Most bins wanted; rounding at the ends may add two.
  /// - Precondition: `most` is positive.
  public init(values: [[Double]], most: Int = 30) {
    precondition(most > 0, "a histogram needs a bin")
    notFinite = values.map { $0.count { !AxisScale.isDrawable($0) } }
    let pooled = values.joined().filter(AxisScale.isDrawable).sorted()
    guard let range = AxisScale.range(of: pooled) else {
      edges = []
      counts = values.map { _ in [] }
      return
    }
    let span = range.upperBound - range.lowerBound
    let quartiles = pooled[(pooled.count - 1) * 3 / 4] - pooled[(pooled.count - 1) / 4]
    let target = max(2 * quartiles / cbrt(Double(pooled.count)), span / Double(most))
    let candidates = TickStep.candidates(for: .number, span: span)
    guard let step = candidates.first(where: { $0.size >= target * (1 - 1e-12) }) ?? candidates.last else {
      preconditionFailure("a span always has round steps")
    }
    let first = Int((range.lowerBound / step.size).rounded(.down))
    let last = Int((range.upperBound / step.size).rounded(.down)) + 1
    let edges = (first...last).map(step.multiple)
    self.edges = edges
    counts = values.map { Self.count($0.filter(AxisScale.isDrawable), edges: edges) }
  }

  private static func count(_ values: [Double], edges: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: edges.count - 1)
    for value in values {
      // The last edge at or below the value, by bisection.
      var (low, high) = (0, counts.count - 1)
      while low < high {
        let middle = (low + high + 1) / 2
        if edges[middle] <= value { low = middle } else { high = middle - 1 }
      }
      counts[low] += 1
    }
    return counts
  }
}
