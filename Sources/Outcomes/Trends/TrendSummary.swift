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
  /// The mean change from first to last score of those with two visits or more.
  public let meanChange: Double?
  /// Share of those with a slope whose score falls.
  public let fallingShare: Double?
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
    let mean = Self.mean(slopes)
    meanSlope = mean
    fallingShare = Self.share(slopes) { $0 < 0 }
    meanChange = Self.mean(people.filter { $0.visits > 1 }.map(\.change))
    responseShare = Self.share(people.compactMap(\.response)) { $0 }
    remissionShare = Self.share(people.compactMap(\.remission)) { $0 }
    let reliable = people.compactMap(\.reliableChange)
    reliablyImprovedShare = Self.share(reliable) { $0 == .improved }
    reliablyWorseShare = Self.share(reliable) { $0 == .deteriorated }
    guard let mean, slopes.count > 1 else {
      (slopeStandardDeviation, lower, upper) = (nil, nil, nil)
      return
    }
    let squares = slopes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(slopes.count - 1)).squareRoot()
    let t = StudentT(degreesOfFreedom: Double(slopes.count - 1))
    let margin = t.criticalValue(confidenceLevel: level) * deviation / Double(slopes.count).squareRoot()
    slopeStandardDeviation = deviation
    lower = mean - margin
    upper = mean + margin
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static func share<T>(_ values: [T], _ test: (T) -> Bool) -> Double? {
    values.isEmpty ? nil : Double(values.count(where: test)) / Double(values.count)
  }
}
