import Distributions

/// The line of Theil (1950) and Sen (1968): the median of the slopes between all pairs of observations.
///
/// A quarter of the observations may be anywhere without carrying the slope away. The intercept is the median value
/// less the slope times the median time. Limits are order statistics of the slopes. They are exact where no values are
/// tied, no times are, and there are fewer than 50 observations (Hollander and Wolfe 1999, section 9.3): of level at
/// least that asked, or missing where so few observations cannot have it. Otherwise they rest on the normal distribution of
/// Kendall's S under ties, rounded as in `scipy.stats.theilslopes`.
public struct TheilSenLine: Sendable, Equatable {
  /// The median slope.
  public let slope: Double
  /// The median value less the slope times the median time.
  public let intercept: Double
  /// Lower limit of the slope; nil where there are too few observations for the level.
  public let lower: Double?
  /// Upper limit of the slope.
  public let upper: Double?
  /// Whether the limits are exact.
  public let hasExactLimits: Bool

  /// How limits are made.
  public enum Limits: Sendable {
    /// Exact where that is possible.
    case exactWherePossible
    /// From the normal distribution, as `scipy.stats.theilslopes`.
    case normal
  }

  /// The line through a series; nil where all times are equal.
  ///
  /// - Parameters:
  ///   - times: Ascending; pairs of equal times have no slope.
  ///   - values: Of the same number.
  ///   - confidenceLevel: The level of the limits.
  ///   - limits: How limits are made.
  /// - Precondition: There are as many values as times, all finite.
  /// - Complexity: O(n^2) up to 1,000 observations, beyond them O(n log n) time for each bit of a slope and O(n) memory.
  public init?(
    times: Span<Double>, values: Span<Double>, confidenceLevel: Double = 0.95,
    limits: Limits = .exactWherePossible
  ) {
    precondition(times.count == values.count, "a value at each time")
    let n = values.count
    guard n > 1, times[n - 1] > times[0] else { return nil }
    let slopes = PairSlopes(times: times, values: values)
    let sorted = values.indices.map { values[$0] }.sorted()
    let (x, y) = (tieLengths(times.indices.map { times[$0] }), tieLengths(sorted))
    slope = slopes.median
    let middle = (n - 1) / 2
    let even = n % 2 == 0
    let medianTime = even ? times[middle] + (times[middle + 1] - times[middle]) / 2 : times[middle]
    let medianValue = even ? sorted[middle] + (sorted[middle + 1] - sorted[middle]) / 2 : sorted[middle]
    intercept = medianValue - slope * medianTime
    hasExactLimits =
      limits == .exactWherePossible && x.isEmpty && y.isEmpty && n < KendallDistribution.exactBelow
    if hasExactLimits {
      // At most k inversions in one tail: the slopes beyond the first k are left out at either end.
      let left = KendallDistribution.small[n].inversions(within: (1 - confidenceLevel) / 2)
      lower = left.map { slopes[$0] }
      upper = left.map { slopes[slopes.count - 1 - $0] }
    } else {
      let margin =
        NormalDistribution.standard.criticalValue(confidenceLevel: confidenceLevel)
        * KendallDistribution.variance(n, ties: x, y, isSen: true).squareRoot()
      let (low, high) = ((Double(slopes.count) - margin) / 2, (Double(slopes.count) + margin) / 2)
      lower = slopes[max(Int(low.rounded(.toNearestOrEven)) - 1, 0)]
      upper = slopes[min(Int(high.rounded(.toNearestOrEven)), slopes.count - 1)]
    }
  }
}

/// The slopes between all pairs of observations at different times, by rank.
private struct PairSlopes {
  /// All of them in order, for few observations.
  private let sorted: [Double]?
  private let times: [Double]
  private let values: [Double]
  let count: Int

  private static let mostListed = 1000

  init(times: Span<Double>, values: Span<Double>) {
    let n = values.count
    guard n > Self.mostListed else {
      var slopes: [Double] = []
      slopes.reserveCapacity(n * (n - 1) / 2)
      for i in 0..<n {
        for j in i + 1..<max(n, i + 1) where times[j] > times[i] {
          slopes.append((values[j] - values[i]) / (times[j] - times[i]))
        }
      }
      slopes.sort()
      (sorted, count, self.times, self.values) = (slopes, slopes.count, [], [])
      return
    }
    sorted = nil
    self.times = times.indices.map { times[$0] }
    self.values = values.indices.map { values[$0] }
    count = n * (n - 1) / 2 - tieLengths(self.times).reduce(0) { $0 + $1 * ($1 - 1) / 2 }
  }

  var median: Double {
    let middle = (count - 1) / 2
    guard count % 2 == 0 else { return self[middle] }
    let (low, high) = (self[middle], self[middle + 1])
    return low + (high - low) / 2
  }

  /// The slope of a rank, from 0.
  subscript(rank: Int) -> Double {
    if let sorted { return sorted[rank] }
    // The least number that more than `rank` slopes do not exceed, found bit by bit.
    var (low, high) = (Self.ordered(-.greatestFiniteMagnitude), Self.ordered(.greatestFiniteMagnitude))
    while low < high {
      // The mean of the two, rounded down, without their sum.
      let middle = (low & high) + ((low ^ high) >> 1)
      if countNotAbove(Self.number(middle)) > rank { high = middle } else { low = middle + 1 }
    }
    return Self.number(low)
  }

  /// How many slopes do not exceed a number: pairs whose later deviation from a line of that slope is not higher.
  private func countNotAbove(_ slope: Double) -> Int {
    var deviations = times.indices.map { (values[$0] - values[0]) - slope * (times[$0] - times[0]) }
    // Deviations at equal times ascend, so that no pair of them counts; a tie counts as not above: the order is reversed.
    var start = 0
    for place in 1...times.count where place == times.count || times[place] != times[start] {
      deviations[start..<place].sort()
      start = place
    }
    var reversed = [Double](deviations.reversed())
    // Pairs of which the later is strictly higher are inversions of the reversed order.
    let above = InversionCount.sorting(&reversed)
    var tiedInTime = 0
    start = 0
    for place in 1...times.count where place == times.count || times[place] != times[start] {
      let own = deviations[start..<place]
      // Within equal times all pairs that differ were counted as inversions.
      let size = own.count
      var equal = 0
      var first = own.startIndex
      for next in own.indices.dropFirst() + [own.endIndex]
      where next == own.endIndex || own[next] != own[first] {
        equal += (next - first) * (next - first - 1) / 2
        first = next
      }
      tiedInTime += size * (size - 1) / 2 - equal
      start = place
    }
    return count - (above - tiedInTime)
  }

  /// A number's place among all numbers; 0 and -0 share theirs.
  private static func ordered(_ value: Double) -> Int {
    let size = Int(value.magnitude.bitPattern)
    return value.sign == .minus ? -size : size
  }

  private static func number(_ place: Int) -> Double {
    let size = Double(bitPattern: UInt64(place.magnitude))
    return place < 0 ? -size : size
  }
}

extension KendallDistribution {
  /// Sen's variance, without the terms of ties in both (Sen 1968), which `theilslopes` uses.
  fileprivate static func variance(_ n: Int, ties x: [Int], _ y: [Int], isSen: Bool) -> Double {
    func third(_ t: Int) -> Double { Double(t) * Double(t - 1) * Double(2 * t + 5) }
    return (third(n) - x.reduce(0) { $0 + third($1) } - y.reduce(0) { $0 + third($1) }) / 18
  }
}
