import Distributions

/// The trends of one arm's people taken together.
public struct TrendSummary: Sendable, Equatable {
  /// The arm; nil for all people together.
  public let arm: String?
  /// People with a usable visit.
  public let people: Int
  /// People with a slope.
  public let withSlope: Int
  /// The mean of the people's slopes, each counted once.
  public let meanSlope: Double?
  /// The standard deviation of the slopes.
  public let slopeStandardDeviation: Double?
  /// Lower limit of the mean slope, by t over people.
  public let lower: Double?
  /// Upper limit of the mean slope.
  public let upper: Double?
  /// The median of the people's slopes, which people seen for a short time cannot carry away.
  public let medianSlope: Double?
  /// People with two visits or more.
  public let followedUp: Int
  /// The mean change from first to last score of those with two visits or more.
  public let meanChange: Double?
  /// Lower limit of the mean change, by t over people.
  public let meanChangeLower: Double?
  /// Upper limit of the mean change.
  public let meanChangeUpper: Double?
  /// Share of those with a slope whose score falls.
  public let fallingShare: Double?
  /// People for whom response is defined.
  public let responseBase: Int
  /// People for whom remission is defined.
  public let remissionBase: Int
  /// People for whom reliable change is defined.
  public let reliableBase: Int
  /// Share of those for whom the rule is defined that have a response.
  public let responseShare: Double?
  /// Share of those followed up that are in remission at their last visit.
  public let remissionShare: Double?
  /// Share of those followed up that are reliably improved.
  public let reliablyImprovedShare: Double?
  /// Share of those followed up that are reliably worse.
  public let reliablyWorseShare: Double?

  static func byArm(_ people: [PersonTrend], level: Double) -> [TrendSummary] {
    let arms = Set(people.compactMap(\.arm)).sorted()
    let all = TrendSummary(arm: nil, people, level: level)
    guard !arms.isEmpty else { return [all] }
    return arms.map { arm in TrendSummary(arm: arm, people.filter { $0.arm == arm }, level: level) } + [all]
  }

  private init(arm: String?, _ people: [PersonTrend], level: Double) {
    self.arm = arm
    self.people = people.count
    let slopes = people.compactMap(\.slope)
    withSlope = slopes.count
    meanSlope = Self.mean(slopes)
    fallingShare = Self.share(slopes) { $0 < 0 }
    medianSlope = Self.median(slopes)
    let changes = people.filter { $0.visits > 1 }.map(\.change)
    followedUp = changes.count
    meanChange = Self.mean(changes)
    let changeLimits = Self.limits(changes, level: level)
    (meanChangeLower, meanChangeUpper) = (changeLimits?.lower, changeLimits?.upper)
    let (responses, remissions) = (people.compactMap(\.response), people.compactMap(\.remission))
    let reliable = people.compactMap(\.reliableChange)
    (responseBase, remissionBase, reliableBase) = (responses.count, remissions.count, reliable.count)
    responseShare = Self.share(responses) { $0 }
    remissionShare = Self.share(remissions) { $0 }
    reliablyImprovedShare = Self.share(reliable) { $0 == .improved }
    reliablyWorseShare = Self.share(reliable) { $0 == .deteriorated }
    slopeStandardDeviation = Self.standardDeviation(slopes)
    let slopeLimits = Self.limits(slopes, level: level)
    (lower, upper) = (slopeLimits?.lower, slopeLimits?.upper)
  }

  private static func standardDeviation(_ values: [Double]) -> Double? {
    guard let mean = mean(values), values.count > 1 else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// Limits of a mean by t over people.
  private static func limits(_ values: [Double], level: Double) -> (lower: Double, upper: Double)? {
    guard let mean = mean(values), let deviation = standardDeviation(values) else { return nil }
    let n = Double(values.count)
    let margin =
      StudentT(degreesOfFreedom: n - 1).criticalValue(confidenceLevel: level) * deviation / n.squareRoot()
    return (mean - margin, mean + margin)
  }

  private static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static func share<T>(_ values: [T], _ test: (T) -> Bool) -> Double? {
    values.isEmpty ? nil : Double(values.count(where: test)) / Double(values.count)
  }
}
