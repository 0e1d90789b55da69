import Estimation

extension RelapseAnalysis {
  /// The analysis with coarser curves, none of whose steps rests on fewer events than asked.
  ///
  /// A risk of a group of at least so many is told where the curve can be read at its horizon (`SurvivalCurve.coarsened(least:horizons:)`); others have
  /// no estimate. Where only the censorings since the last step are few, the risk is told in whole percent and without the number at
  /// risk (`SurvivalCurve.roughlyTold(_:least:)`). Numbers at risk are those after the last step before the horizon.
  ///
  /// - Parameter least: The fewest events of a step; 0 and 1 leave the analysis as it is.
  /// - Returns: The analysis, its models and tests unchanged.
  public func coarsened(least: Int) -> RelapseAnalysis {
    guard least > 1 else { return self }
    let (coarse, withheld) = curves.coarsened(least: least, horizons: Array(Set(risks.map(\.horizon))))
    let names = coarse.curves.map(\.name)
    var result = self
    result.curves = coarse
    let rough = coarse.curves.indices.map { coarse.curves[$0].roughlyTold(withheld[$0], least: least) }
    result.risks = risks.map { risk in
      guard let index = names.firstIndex(of: risk.group), coarse.curves[index].count >= Double(least) else {
        return risk.told(atRisk: nil, digits: nil)
      }
      if rough[index].contains(risk.horizon) { return risk.told(atRisk: nil, digits: 2) }
      let atRisk = coarse.curves[index].atRiskTold(at: risk.horizon)
      return withheld[index].contains(risk.horizon)
        ? risk.told(atRisk: atRisk, digits: nil)
        : Risk(
          group: risk.group, horizon: risk.horizon, atRisk: atRisk, estimate: risk.estimate,
          standardError: risk.standardError, lower: risk.lower, upper: risk.upper)
    }
    // Standardised risks and means rest on whole arms, and say nothing of single steps; an arm with few events tells none.
    let told = Set(
      coarse.curves.filter { $0.count >= Double(least) && $0.events >= Double(least) }.map(\.name))
    result.standardised = standardised.map { $0.keeping(told) }
    if coarse.curves.contains(where: { !told.contains($0.name) }) { result.restrictedMeans = nil }
    return result
  }

  /// How many people of each arm were used.
  public var peopleByArm: [String: Int] {
    Dictionary((curves.rows.byArm ?? []).map { ($0.arm, $0.subjects ?? $0.rows) }) { first, _ in first }
  }
}

extension RelapseAnalysis.Risk {
  /// The risk with so many decimals, or without its values.
  fileprivate func told(atRisk: Double?, digits: Int?) -> RelapseAnalysis.Risk {
    func rounded(_ value: Double?) -> Double? {
      guard let value, let digits else { return nil }
      let scale = (0..<digits).reduce(1.0) { scale, _ in 10 * scale }
      return (value * scale).rounded() / scale
    }
    return RelapseAnalysis.Risk(
      group: group, horizon: horizon, atRisk: atRisk, estimate: rounded(estimate),
      standardError: rounded(standardError), lower: rounded(lower), upper: rounded(upper))
  }
}
