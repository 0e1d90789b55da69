import Estimation

extension RelapseAnalysis {
  /// The analysis with coarser curves, none of whose steps rests on fewer events than asked.
  ///
  /// A risk of a group of at least so many is told where the curve can be read at its horizon (`SurvivalCurve.coarsened(least:horizons:)`); others have
  /// no estimate. Numbers at risk are those after the last step before the horizon.
  ///
  /// - Parameter least: The fewest events of a step; 0 and 1 leave the analysis as it is.
  /// - Returns: The analysis, its models and tests unchanged.
  public func coarsened(least: Int) -> RelapseAnalysis {
    guard least > 1 else { return self }
    let (coarse, withheld) = curves.coarsened(least: least, horizons: Array(Set(risks.map(\.horizon))))
    let names = coarse.curves.map(\.name)
    var result = self
    result.curves = coarse
    result.risks = risks.map { risk in
      let index = names.firstIndex(of: risk.group)
      let isSmall = index.map { coarse.curves[$0].count < Double(least) } ?? true
      let told = index.flatMap { coarse.curves[$0].atRiskTold(at: risk.horizon) }
      guard let index, !isSmall, !withheld[index].contains(risk.horizon) else {
        return Risk(
          group: risk.group, horizon: risk.horizon, atRisk: told, estimate: nil, standardError: nil,
          lower: nil, upper: nil)
      }
      return Risk(
        group: risk.group, horizon: risk.horizon, atRisk: told, estimate: risk.estimate,
        standardError: risk.standardError, lower: risk.lower, upper: risk.upper)
    }
    return result
  }

  /// How many people of each arm were used.
  public var peopleByArm: [String: Int] {
    Dictionary((curves.rows.byArm ?? []).map { ($0.arm, $0.subjects ?? $0.rows) }) { first, _ in first }
  }
}
