import CohortTables
import Estimation

/// The answer to "is it better?" in plain sentences.
public struct ComparisonAnswer: Sendable, Equatable {
  /// What the data say about one other arm.
  public enum Finding: String, Sendable, Codable {
    /// The simultaneous limits lie on the side of the focus.
    case better
    /// They lie on the other side.
    case worse
    /// They include no difference.
    case inconclusive
    /// There is no estimate.
    case unavailable
  }

  /// One other arm.
  public struct Part: Sendable, Equatable {
    /// The arm that the focus is compared with.
    public let comparator: String
    /// What the data say.
    public let finding: Finding
    /// The sentence.
    public let sentence: String
  }

  /// One for each other arm.
  public let parts: [Part]
  /// What the comparisons at single times say, each with how many people it rests on.
  public let atTimes: [String]
  /// How sure one can be, and why not surer.
  public let caveat: String

  /// All sentences, the most important first.
  public var statements: [String] { parts.map(\.sentence) + atTimes }

  /// Puts a comparison into words, from its headline or the first analysis there is.
  ///
  /// - Parameters:
  ///   - comparison: The comparison.
  ///   - least: The fewest people of an arm about whom anything is said; 0 tells all.
  public init?(_ comparison: TreatmentComparison, least: Int = 0) {
    guard let analysis = comparison.headline ?? comparison.analyses.first else { return nil }
    self.init(analysis, comparison, least: least)
  }

  /// Puts an analysis into words; arms with fewer people than the least are not spoken of.
  public init(
    _ analysis: TreatmentComparison.Analysis, _ comparison: TreatmentComparison, least: Int = 0
  ) {
    let question = comparison.question
    let others = analysis.contrasts.contrasts
    parts = others.enumerated().map { index, contrast in
      let comparator = String(contrast.name.dropFirst(question.focus.count + 3))
      if analysis.fewestPeople(in: contrast) < least {
        return Part(
          comparator: comparator, finding: .unavailable,
          sentence:
            "\(question.focus) and \(comparator) are not compared here: one of them has fewer than \(least) people."
        )
      }
      return Self.part(
        contrast, comparator: comparator, analysis, comparison,
        saysRule: index == 0 && analysis.horizon == nil)
    }
    atTimes = Self.timeStatements(comparison, least)
    caveat = Self.caveat(question, analysis)
  }

  /// One sentence a comparator: how the adjusted difference runs over the horizons.
  private static func timeStatements(_ comparison: TreatmentComparison, _ least: Int) -> [String] {
    let later = comparison.analyses.filter { $0.horizon != nil && $0.isAdjusted }
    guard let first = later.first else { return [] }
    return first.contrasts.contrasts.map(\.name).compactMap { name in
      let parts = later.compactMap { analysis -> String? in
        guard let contrast = analysis.contrasts.contrasts.first(where: { $0.name == name }),
          let estimate = contrast.estimate, let lower = contrast.adjustedLower,
          let upper = contrast.adjustedUpper,
          let horizon = analysis.horizon, analysis.fewestPeople(in: contrast) >= least
        else { return nil }
        return "\(text(estimate)) (\(text(lower)) to \(text(upper))) at \(comparison.visits.unit.rawValue) "
          + "\(NumberText.shortest(horizon)) among \(analysis.fit.rows.used)"
      }
      guard !parts.isEmpty || least == 0 else { return nil }
      return "\(name.replacingMinus), by time, among the people seen then: \(parts.joined(separator: "; "))."
    }
  }

  private static func part(
    _ contrast: Contrasts.Contrast, comparator: String, _ analysis: TreatmentComparison.Analysis,
    _ comparison: TreatmentComparison, saysRule: Bool
  ) -> Part {
    let focus = comparison.question.focus
    guard let estimate = contrast.estimate, let lower = contrast.adjustedLower,
      let upper = contrast.adjustedUpper
    else {
      return Part(
        comparator: comparator, finding: .unavailable,
        sentence: "\(focus) and \(comparator) could not be compared: there are too few people.")
    }
    let isHigherBetter = comparison.question.isHigherBetter
    let finding: Finding =
      upper < 0
      ? (isHigherBetter ? .worse : .better) : lower > 0 ? (isHigherBetter ? .better : .worse) : .inconclusive
    let points = "\(text(abs(estimate))) points \(estimate < 0 ? "lower" : "higher")"
    let limits =
      "\(PlainNumber.level(analysis.contrasts.confidenceLevel)) limits \(text(lower)) to \(text(upper))"
    let unit = comparison.visits.unit
    let when =
      analysis.horizon.map { "at \(unit.rawValue) \(NumberText.shortest($0))" }
      ?? "over the follow-up" + (saysRule ? " (\(comparison.question.followUpRule(unit: unit)))" : "")
    let scale = comparison.visits.instrument?.name ?? comparison.visits.roles.outcome ?? "the score"
    let start =
      "\(when.prefix(1).uppercased())\(when.dropFirst()), \(scale) scores were \(points) with \(focus) than with \(comparator) (\(analysis.isAdjusted ? "" : "unadjusted, ")\(limits))"
    let judgement: String
    switch finding {
    case .better: judgement = "\(focus) did better."
    case .worse: judgement = "\(focus) did worse."
    default: judgement = "the data do not settle which is better."
    }
    return Part(comparator: comparator, finding: finding, sentence: "\(start): \(judgement)")
  }

  private static func caveat(_ question: ComparisonQuestion, _ analysis: TreatmentComparison.Analysis)
    -> String
  {
    var parts: [String] = []
    if !question.assignment.isEmpty {
      parts.append(question.assignment.map(\.statement).joined(separator: "; "))
    }
    if !question.isRandomised {
      let why =
        question.assignment.isEmpty
        ? "how treatment was assigned is not stated: where it was chosen, part of a difference"
        : "because not all treatment was assigned at random, part of a difference"
      parts.append(
        "\(why) may be due to who was given what\(analysis.isAdjusted ? ", even after adjustment" : "")")
    }
    if analysis.fit.rows.used < analysis.fit.rows.read {
      parts.append(
        "\(analysis.fit.rows.used) of \(analysis.fit.rows.read) people had the scores that this needs")
    }
    return parts.map { $0.capitalizedFirst + "." }.joined(separator: " ")
  }

  private static func text(_ value: Double) -> String { PlainNumber.fixed(value, decimals: 1) }
}
