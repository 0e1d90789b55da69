import CohortTables
import Estimation

#if canImport(Glibc)
  import Glibc
#endif

/// The answer to "who relapses, when, and under which treatment?" in plain sentences.
public struct RelapseAnswer: Sendable, Equatable {
  /// The sentences; the most important first.
  public let statements: [String]
  /// How sure one can be, and why not surer.
  public let caveat: String

  /// Puts an analysis into words.
  ///
  /// - Parameters:
  ///   - analysis: The analysis.
  ///   - event: What happens, as a verb: "relapsed".
  ///   - unit: The unit of time.
  ///   - assignment: How each part of the treatment came about.
  ///   - least: The fewest people of an arm about whom anything is said; 0 tells all.
  public init(
    _ analysis: RelapseAnalysis, event: String = "relapsed", unit: TimeUnit = .day,
    assignment: [TreatmentAssignment] = [], least: Int = 0
  ) {
    let ratios = Self.ratios(analysis, event, least)
    statements = ratios + Self.halving(analysis, unit, least) + Self.risks(analysis, event, unit)
    caveat = Self.caveat(analysis, assignment)
  }

  private static func ratios(_ analysis: RelapseAnalysis, _ event: String, _ least: Int) -> [String] {
    guard let contrasts = analysis.hazardContrasts, let focus = analysis.question.focus else { return [] }
    let how =
      analysis.adjusted == nil
      ? "unadjusted" : "with \(analysis.question.covariates.joined(separator: ", ")) held equal"
    return contrasts.contrasts.map { contrast in
      let comparator = String(contrast.name.dropFirst(focus.count + 3))
      guard [focus, comparator].allSatisfy({ analysis.peopleByArm[$0] ?? least >= least }),
        contrast.support.fewest == 0 || contrast.support.fewest >= least
      else {
        return
          "\(focus) and \(comparator) are not compared here: one of them has fewer than \(least) people or events."
      }
      guard let estimate = contrast.estimate, let lower = contrast.adjustedLower,
        let upper = contrast.adjustedUpper
      else {
        return "How often people \(event) with \(focus) and with \(comparator) could not be compared."
      }
      let judgement =
        upper < 0
        ? "people \(event) less often with \(focus)."
        : lower > 0 ? "people \(event) more often with \(focus)." : "the data do not settle which is better."
      return
        "The hazard with \(focus) was \(PlainNumber.fixed(exp(estimate), decimals: 2)) times that with \(comparator) (\(how), "
        + "\(PlainNumber.level(contrasts.confidenceLevel)) limits \(PlainNumber.fixed(exp(lower), decimals: 2)) to "
        + "\(PlainNumber.fixed(exp(upper), decimals: 2))): \(judgement)"
    }
  }

  /// Does the focus halve the risk? One sentence a comparator, on hazards and on risks at the last horizon.
  private static func halving(_ analysis: RelapseAnalysis, _ unit: TimeUnit, _ least: Int) -> [String] {
    let answers = analysis.halving
    guard let focus = analysis.question.focus, let last = answers.compactMap(\.horizon).max() else {
      return []
    }
    let comparators = answers.filter { $0.scale == .riskRatio && $0.horizon == last }
    return comparators.compactMap { risk in
      guard [focus, risk.comparator].allSatisfy({ analysis.peopleByArm[$0] ?? least >= least }) else {
        return nil
      }
      let comparison = analysis.standardised.last { $0.horizon == last }?.comparison(
        of: focus, with: risk.comparator)
      let hazard = answers.first { $0.scale == .hazardRatio && $0.comparator == risk.comparator }
      let when = "\(NumberText.shortest(last)) \(unit.name(for: last))"
      let difference = comparison.map {
        ", \(PlainNumber.fixed(100 * $0.difference, decimals: 1)) percentage points "
          + "(\(PlainNumber.fixed(100 * $0.differenceLower, decimals: 1)) to \(PlainNumber.fixed(100 * $0.differenceUpper, decimals: 1)))"
          + Self.numberNeeded($0)
      }
      return
        "Is the risk with \(focus) at most half of that with \(risk.comparator)? By the risk within \(when): \(risk.verdict.words) (risk ratio "
        + "\(PlainNumber.fixed(risk.ratio, decimals: 2)), \(PlainNumber.fixed(risk.lower, decimals: 2)) to "
        + "\(PlainNumber.fixed(risk.upper, decimals: 2))\(difference ?? ""))"
        + (hazard.map { "; by the hazard: \($0.verdict.words)." } ?? ".")
    }
  }

  /// The number needed to treat, where the difference is settled.
  private static func numberNeeded(_ comparison: StandardisedRisks.Comparison) -> String {
    guard let needed = comparison.numberNeeded, let limits = comparison.numberNeededLimits, needed > 0 else {
      return ""
    }
    return
      ", number needed to treat \(PlainNumber.fixed(needed, decimals: 0)) (\(PlainNumber.fixed(limits.0, decimals: 0)) to "
      + "\(PlainNumber.fixed(limits.1, decimals: 0)))"
  }

  private static func risks(_ analysis: RelapseAnalysis, _ event: String, _ unit: TimeUnit) -> [String] {
    let horizons = analysis.risks.map(\.horizon)
    guard let last = horizons.max() else { return [] }
    let parts = analysis.risks.filter { $0.horizon == last }.compactMap { risk -> String? in
      guard let estimate = risk.estimate, let lower = risk.lower, let upper = risk.upper else { return nil }
      return
        "\(PlainNumber.percent(estimate)) with \(risk.group) (\(PlainNumber.percent(lower)) to \(PlainNumber.percent(upper)))"
    }
    guard !parts.isEmpty else { return [] }
    let when = "\(NumberText.shortest(last)) \(unit.name(for: last))"
    return ["Within \(when), " + parts.joined(separator: ", ") + " had \(event)."]
  }

  private static func caveat(_ analysis: RelapseAnalysis, _ assignment: [TreatmentAssignment]) -> String {
    let rows = analysis.curves.rows
    var parts = ["\(rows.used) of \(rows.read) episodes, \(rows.events ?? 0) events."]
    if !assignment.isEmpty {
      parts.append(assignment.map(\.statement).joined(separator: "; ").capitalizedFirst + ".")
    }
    if assignment.contains(where: { !$0.isRandomised }) || assignment.isEmpty {
      parts.append(
        "Where treatment was chosen and not drawn by lot, a difference may be one between the people who got it."
      )
    }
    parts.append(
      "Only people who entered this table are compared; who entered may itself depend on the treatment.")
    return parts.joined(separator: " ")
  }
}
