import Distributions

/// The test of Mann (1945) and Kendall for a monotone trend: whether later values tend to be higher or lower.
///
/// `S` counts pairs of observations in which the later one is higher less those in which it is lower; `tau` is Kendall's
/// tau-b. Without ties and with fewer than 50 observations the p-value is exact; otherwise S is taken as normal with
/// its variance under ties, without a correction for continuity. Both are those of R's `cor.test(method = "kendall")`.
///
/// Observations are taken as independent: where days that follow each other resemble each other, p is too small.
public struct MannKendallTest: Sendable, Equatable {
  /// Concordant less discordant pairs.
  public let s: Int
  /// Kendall's tau-b; nil where all times or all values are equal.
  public let tau: Double?
  /// Two-sided; nil where all times or all values are equal.
  public let pValue: Double?
  /// Whether the p-value is exact.
  public let isExact: Bool

  /// Tests a series.
  ///
  /// - Parameters:
  ///   - times: Ascending; equal times are ties.
  ///   - values: Of the same number.
  /// - Precondition: There are as many values as times, all finite.
  /// - Complexity: O(n log n); O(n^3) once for an exact p-value.
  public init(times: Span<Double>, values: Span<Double>) {
    precondition(times.count == values.count, "a value at each time")
    let n = values.count
    let order = PairOrder(times: times, values: values)
    s = order.concordantLessDiscordant
    let pairs = n * (n - 1) / 2
    let (x, y) = (order.timeTies, order.valueTies)
    func tied(_ ties: [Int]) -> Int { ties.reduce(0) { $0 + $1 * ($1 - 1) / 2 } }
    let product = Double(pairs - tied(x)) * Double(pairs - tied(y))
    guard product > 0 else {
      (tau, pValue, isExact) = (nil, nil, false)
      return
    }
    tau = Double(s) / product.squareRoot()
    isExact = x.isEmpty && y.isEmpty && n < KendallDistribution.exactBelow
    if isExact {
      pValue = KendallDistribution.small[n].twoSidedPValue(s)
    } else {
      let z = Double(s) / KendallDistribution.variance(n, ties: x, y).squareRoot()
      pValue = NormalDistribution.standard.twoSidedPValue(statistic: z)
    }
  }
}

/// The order of a series' values, counted in pairs.
struct PairOrder {
  /// Pairs in which the later value is higher, less those in which it is lower.
  private(set) var concordantLessDiscordant = 0
  let timeTies: [Int]
  let valueTies: [Int]

  init(times: Span<Double>, values: Span<Double>) {
    let n = values.count
    timeTies = tieLengths(times.indices.map { times[$0] })
    if n <= 32 {
      for i in 0..<n {
        for j in i + 1..<max(n, i + 1) where times[j] > times[i] {
          concordantLessDiscordant += (values[j] > values[i] ? 1 : 0) - (values[j] < values[i] ? 1 : 0)
        }
      }
      valueTies = tieLengths(values.indices.map { values[$0] }.sorted())
      return
    }
    // Values of equal times stand in ascending order, so that no pair of them is an inversion.
    var sorted = values.indices.map { values[$0] }
    var start = 0
    for place in 1...n where place == n || times[place] != times[start] {
      sorted[start..<place].sort()
      start = place
    }
    var tiedInBoth = 0
    start = 0
    for place in 1...n where place == n || times[place] != times[start] || sorted[place] != sorted[start] {
      tiedInBoth += (place - start) * (place - start - 1) / 2
      start = place
    }
    let inversions = InversionCount.sorting(&sorted)
    valueTies = tieLengths(sorted)
    func tied(_ ties: [Int]) -> Int { ties.reduce(0) { $0 + $1 * ($1 - 1) / 2 } }
    let untied = n * (n - 1) / 2 - tied(timeTies) - tied(valueTies) + tiedInBoth
    concordantLessDiscordant = untied - 2 * inversions
  }
}

/// Pairs that stand in the wrong order.
enum InversionCount {
  /// Sorts values and counts the pairs of which the earlier was greater.
  ///
  /// - Complexity: O(n log n).
  static func sorting(_ values: inout [Double]) -> Int {
    var spare = values
    var inversions = 0
    var width = 1
    while width < values.count {
      for start in stride(from: 0, to: values.count, by: 2 * width) {
        let middle = min(start + width, values.count)
        let end = min(start + 2 * width, values.count)
        var (left, right) = (start, middle)
        for place in start..<end {
          if left < middle, right >= end || values[left] <= values[right] {
            spare[place] = values[left]
            left += 1
          } else {
            spare[place] = values[right]
            inversions += middle - left
            right += 1
          }
        }
      }
      swap(&values, &spare)
      width *= 2
    }
    return inversions
  }
}
