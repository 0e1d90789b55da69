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

  /// The terms leave no variation of the response.
  static let perfectFit = Diagnostic(
    .perfectFit, .caution, "the terms reproduce the response exactly: standard errors are rounding errors")
}
