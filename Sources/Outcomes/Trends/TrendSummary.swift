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

  init(arm: String?, _ tally: TrendTally, level: Double) {
    self.arm = arm
    people = tally.people
    let (slopes, changes) = (tally.slopes, tally.changes)
    withSlope = slopes.count
    meanSlope = Self.mean(slopes)
    fallingShare = slopes.isEmpty ? nil : Double(slopes.count { $0 < 0 }) / Double(slopes.count)
    medianSlope = Self.median(slopes)
    followedUp = changes.count
    meanChange = Self.mean(changes)
    let changeLimits = Self.limits(changes, level: level)
    (meanChangeLower, meanChangeUpper) = (changeLimits?.lower, changeLimits?.upper)
    (responseBase, remissionBase, reliableBase) = (
      tally.response.base, tally.remission.base, tally.improved.base
    )
    responseShare = tally.response.share
    remissionShare = tally.remission.share
    reliablyImprovedShare = tally.improved.share
    reliablyWorseShare = tally.worse.share
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
}
