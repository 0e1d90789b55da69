extension Diagnostic {
  /// Names the columns of a plan that are not among the kept ones, and says why and what to do.
  static func aliased(
    _ plan: DesignPlan, kept: [Int],
    _ reason: String =
      "determined by earlier terms and left out; take them out of the formula or recode them"
  ) -> [Diagnostic] {
    let kept = Set(kept)
    let names = plan.columnNames.indices.filter { !kept.contains($0) }.map { plan.columnNames[$0] }
    guard !names.isEmpty else { return [] }
    return [Diagnostic(.aliased, .caution, terms: names, "\(names.joined(separator: ", ")): \(reason)")]
  }

  /// No row is left over to estimate a variance from.
  static let noResidualDegreesOfFreedom = Diagnostic(
    .smallSample, .serious,
    "no residual degrees of freedom: as many coefficients as rows, so no standard errors")

  /// Robust errors that divide by what a row's leverage of 1 leaves: nothing.
  static func undefined(_ robust: RobustCovariance) -> Diagnostic {
    Diagnostic(
      .robust, .serious,
      "\(robust.name) does not exist: one row alone determines a coefficient (leverage 1); "
        + "merge that level with another, or use HC1")
  }
}
