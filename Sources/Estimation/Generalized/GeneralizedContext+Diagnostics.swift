internal import LinearAlgebra

extension GeneralizedContext {
  /// What a reader must know about the fit.
  func diagnostics(separation: SeparationReport?, covariance: Matrix) -> [Diagnostic] {
    var result = Diagnostic.aliased(frame.plan, kept: all.columns.kept)
    if let separation { result += [separationNote(separation)] + limitNotes(separation) }
    result += convergenceNotes(separation)
    if model.family.hasFreeDispersion, degreesOfFreedom <= 0 {
      result.append(.noResidualDegreesOfFreedom)
    }
    if let robust = model.robust, covariance.diagonal.contains(where: \.isNaN), estimate.factor != nil {
      result.append(.undefined(robust))
    }
    return result + dispersionNotes()
  }

  private func separationNote(_ separation: SeparationReport) -> Diagnostic {
    let remedy =
      estimate.penalised != nil
      ? "the estimates are Firth's, with "
        + (model.penalisedLimits == .profile
          ? "penalised profile limits" : "the Wald limits that were asked for")
      : model.canBePenalised
        ? "use Firth's penalised likelihood (--firth)"
        : "use the logit link with Firth's penalised likelihood (--firth), merge levels or drop the term"
    return separation.diagnostic(remedy: remedy, estimate.penalised == nil ? .serious : .caution)
  }

  /// What the finite coefficients of separated data rest on.
  private func limitNotes(_ separation: SeparationReport) -> [Diagnostic] {
    guard estimate.penalised == nil else { return [] }
    let named = Set(separation.terms)
    let others = unboundedTerms(separation).filter { !named.contains($0) }
    var result: [Diagnostic] = []
    if !others.isEmpty {
      result.append(
        Diagnostic(
          .monotoneLikelihood, .serious, terms: others,
          "\(others.joined(separator: ", ")): \(others.count == 1 ? "has" : "have") no estimate, as the rows that are "
            + "not separated do not determine \(others.count == 1 ? "it" : "them")"))
    }
    guard let limit = estimate.limit else { return result }
    let count = limit.perfectRows
    result.append(
      Diagnostic(
        .monotoneLikelihood, .note,
        "\(count) separated \(count == 1 ? "row is" : "rows are") fitted perfectly in the limit and "
          + "\(count == 1 ? "tells" : "tell") no more of the finite coefficients: these, their standard errors and "
          + "degrees of freedom are those of the other \(frame.usedRows.count - count) rows"))
    return result
  }

  private func convergenceNotes(_ separation: SeparationReport?) -> [Diagnostic] {
    let convergence = estimate.penalised?.convergence ?? estimate.convergence
    guard !convergence.isConverged, !estimate.hasNoLimit else { return [] }
    if estimate.isPoissonLike {
      return [
        Diagnostic(
          .notConverged, .caution,
          "the counts vary no more than Poisson counts, so that theta grows without bound: use the Poisson family"
        )
      ]
    }
    let remedy =
      model.link == .log && model.family == .binomial
      ? "; the largest fitted risk lies at 1: use modified Poisson regression" : ""
    return [Diagnostic(.notConverged, .serious, convergence.message + remedy)]
  }

  /// Counts that vary more than their family lets them.
  private func dispersionNotes() -> [Diagnostic] {
    guard model.family == .poisson, !model.isModifiedPoisson, model.robust == nil, degreesOfFreedom > 0 else {
      return []
    }
    let ratio = estimate.sums.pearson / degreesOfFreedom
    guard ratio > 1.5 else { return [] }
    return [
      Diagnostic(
        .assumption, .caution,
        "the counts vary \(Double(Int(ratio * 10)) / 10) times as much as Poisson counts (Pearson's statistic over its "
          + "df), so that standard errors are too small: use the negative binomial family or robust errors")
    ]
  }
}
