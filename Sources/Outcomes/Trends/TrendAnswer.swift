import CohortTables

/// The answer to "how have symptoms moved?" in plain sentences.
public struct TrendAnswer: Sendable, Equatable {
  /// The sentences; the most important first.
  public let statements: [String]
  /// What to mind.
  public let caveat: String

  /// Puts the trends of a cohort into words.
  public init(_ trends: PersonTrends) {
    let unit = trends.slopeUnit.rawValue
    var statements: [String] = []
    if let all = trends.summaries.last, let sentence = Self.slope(all, unit, who: "people") {
      statements.append(sentence + Self.shares(all))
    }
    for arm in trends.summaries where arm.arm != nil {
      if let sentence = Self.slope(arm, unit, who: "people given \(arm.arm ?? "")") { statements.append(sentence + Self.shares(arm)) }
    }
    self.statements = statements
    let counted = trends.people.count { $0.slope == nil }
    caveat =
      "Each person counts once, however many visits they made; arms are described here, not compared: see the comparison."
      + (counted > 0 ? " \(counted) of \(trends.people.count) people have a single visit or time, and no slope." : "")
  }

  private static func slope(_ row: TrendSummary, _ unit: String, who: String) -> String? {
    guard let mean = row.meanSlope else { return nil }
    let way = mean < 0 ? "fell" : "rose"
    var sentence = "Scores of \(row.withSlope) \(who) \(way) by \(text(abs(mean))) points a \(unit) on average"
    if let lower = row.lower, let upper = row.upper {
      sentence += " (limits of the change \(text(lower)) to \(text(upper)))"
    }
    if let falling = row.fallingShare { sentence += "; \(percent(falling)) of them fell" }
    return sentence + "."
  }

  private static func shares(_ row: TrendSummary) -> String {
    var parts: [String] = []
    if let share = row.responseShare { parts.append("\(percent(share)) responded") }
    if let share = row.remissionShare { parts.append("\(percent(share)) were in remission at their last visit") }
    if let share = row.reliablyWorseShare { parts.append("\(percent(share)) were reliably worse") }
    return parts.isEmpty ? "" : " By first and last visit, \(parts.joined(separator: ", "))."
  }

  /// Two significant decimals are enough to read a slope.
  private static func text(_ value: Double) -> String { NumberText.shortest((value * 100).rounded() / 100) }

  private static func percent(_ value: Double) -> String { NumberText.shortest((value * 100).rounded()) + "%" }
}
