import CohortTables

/// The answer to "how have symptoms moved?" in plain sentences.
public struct TrendAnswer: Sendable, Equatable {
  /// The sentences; the most important first.
  public let statements: [String]
  /// What to mind.
  public let caveat: String

  /// Puts the trends of a cohort into words.
  ///
  /// - Parameters:
  ///   - trends: The trends.
  ///   - least: The fewest people whom a sentence may be about; shares of fewer are left out too. 0 tells all.
  public init(_ trends: PersonTrends, least: Int = 0) {
    let unit = trends.slopeUnit.rawValue
    var statements: [String] = []
    // All less the arms that are described are the arm that is not.
    let hidesAnArm = trends.summaries.contains {
      $0.arm != nil && (1..<max(1, least)).contains($0.followedUp)
    }
    if !hidesAnArm, let all = trends.summaries.last,
      let sentence = Self.change(all, unit, who: "people", level: trends.confidenceLevel, least)
    {
      statements.append(sentence + Self.shares(all, least))
    }
    for arm in trends.summaries where arm.arm != nil {
      if let sentence = Self.change(
        arm, unit, who: "people in arm \(arm.arm ?? "")", level: trends.confidenceLevel, least)
      {
        statements.append(sentence + Self.shares(arm, least))
      }
    }
    self.statements = statements
    let withoutSlope = trends.people.count - (trends.summaries.last?.withSlope ?? 0)
    caveat =
      "Each person counts once, however many visits they made; arms are described here, not compared: see the comparison."
      + (withoutSlope > 0
        ? " \(withoutSlope) of \(trends.people.count) people have a single visit or time, and no slope." : "")
  }

  private static func change(
    _ row: TrendSummary, _ unit: String, who: String, level: Double, _ least: Int
  ) -> String? {
    guard let mean = row.meanChange, row.followedUp >= least else { return nil }
    let way = mean < 0 ? "fell" : "rose"
    var sentence =
      "From first to last visit the scores of \(row.followedUp) \(who) \(way) by "
      + "\(PlainNumber.fixed(abs(mean), decimals: 1)) points on average"
    if let lower = row.meanChangeLower, let upper = row.meanChangeUpper {
      sentence +=
        " (\(PlainNumber.level(level)) limits of the change \(PlainNumber.fixed(lower, decimals: 1)) to "
        + "\(PlainNumber.fixed(upper, decimals: 1)))"
    }
    if let median = row.medianSlope, let falling = row.fallingShare, row.withSlope >= least {
      sentence += "; the middle slope was \(PlainNumber.fixed(median, decimals: 2)) points a \(unit)"
      if isTold(falling, of: row.withSlope, least) {
        sentence += ", and \(PlainNumber.percent(falling)) had a falling one"
      }
    }
    return sentence + "."
  }

  /// Whether neither those with a property nor those without are some but fewer than the least.
  private static func isTold(_ share: Double, of people: Int, _ least: Int) -> Bool {
    let having = Int((share * Double(people)).rounded())
    return people >= least && [having, people - having].allSatisfy { $0 == 0 || $0 >= least }
  }

  private static func shares(_ row: TrendSummary, _ least: Int) -> String {
    var parts: [String] = []
    if let share = row.responseShare, isTold(share, of: row.responseBase, least) {
      parts.append("\(PlainNumber.percent(share)) responded")
    }
    if let share = row.remissionShare, isTold(share, of: row.remissionBase, least) {
      parts.append("\(PlainNumber.percent(share)) were in remission at their last visit")
    }
    if let share = row.reliablyWorseShare, isTold(share, of: row.reliableBase, least) {
      parts.append("\(PlainNumber.percent(share)) were reliably worse")
    }
    return parts.isEmpty ? "" : " By first and last visit, \(parts.joined(separator: ", "))."
  }
}
