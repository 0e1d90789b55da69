internal import LinearAlgebra

extension GeneralizedContext {
  /// What a reader must know about the fit.
  func diagnostics(separation: SeparationReport?, _ covariances: Covariances) throws -> [Diagnostic] {
    var result = Diagnostic.aliased(frame.plan, kept: all.columns.kept)
    if let separation { result += [separationNote(separation)] + limitNotes(separation) }
    result += try convergenceNotes(separation)
    if model.family.hasFreeDispersion, degreesOfFreedom <= 0 {
      result.append(.noResidualDegreesOfFreedom)
    }
    if model.robust?.isClustered == true, covariances.clusters == nil, estimate.factor != nil {
      result.append(
        Diagnostic(
          .robust, .serious,
          "the rows that are not separated belong to one cluster of '\(frame.options.cluster ?? "")': no cluster-robust errors"
        ))
    }
    let kept = start.columns.kept
    let lost = kept.indices.filter { covariances.loses(Self.unit($0, of: kept.count)) }
    let unbounded = Set(unboundedTerms(separation))
    result += Diagnostic.sole(
      lost.map { frame.plan.columnNames[kept[$0]] }.filter { !unbounded.contains($0) },
      unit: frame.options.cluster.map { "cluster of '\($0)'" } ?? "row")
    return result + dispersionNotes() + exactNotes()
  }

  /// A free dispersion that is only rounding.
  private func exactNotes() -> [Diagnostic] {
    guard model.family.hasFreeDispersion, degreesOfFreedom > 0 else { return [] }
    // Squared residuals of a gamma response are relative to its mean, those of a gaussian one to its variation.
    guard let scale = model.family == .gamma ? estimate.sums.weight : try? nullDeviance() else { return [] }
    return estimate.sums.pearson <= Self.exactFit * scale ? [.perfectFit] : []
  }

  /// The share of the variation below which residuals are rounding errors of the means: 1e-12 squared.
  private static var exactFit: Double { 1e-24 }

  private func separationNote(_ separation: SeparationReport) -> Diagnostic {
    let remedy =
      estimate.penalised != nil
      ? "the estimates are Firth's, with "
        + (model.penalisedLimits == .profile
          ? "penalised profile limits" : "the Wald limits that were asked for")
      : unpenalisedRemedy
    return separation.diagnostic(remedy: remedy, estimate.penalised == nil ? .serious : .caution)
  }

  private var unpenalisedRemedy: String {
    let firth = "Firth's penalised likelihood (--firth)"
    if model.canBePenalised, !model.isModifiedPoisson {
      return "use \(firth)" + (model.robust == nil ? "" : ", which has no robust errors")
    }
    let isBinary = model.family == .binomial || model.isModifiedPoisson
    return (isBinary ? "use the logit link with \(firth), " : "") + "merge levels or drop the term"
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

  private func convergenceNotes(_ separation: SeparationReport?) throws -> [Diagnostic] {
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
    var remedy = ""
    if model.link == .log, model.family == .binomial {
      let largest = model.link.mean(
        atPredictor: try executor.run(
          LargestPredictor(beta: estimate.beta), over: start.rows))
      let isAtEnd = largest > 0.999
      remedy =
        (isAtEnd ? "; the largest fitted risk lies at 1, the end of the log link's range" : "")
        + "; modified Poisson regression has no such end"
    }
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
        "the counts vary \((ratio * 10).rounded() / 10) times as much as Poisson counts (Pearson's statistic over its "
          + "df), so that standard errors are too small: use the negative binomial family or robust errors")
    ]
  }
}

/// The largest linear predictor of the rows.
private struct LargestPredictor: Fold {
  let beta: [Double]

  var initialState: Double { -.infinity }

  func accumulate(_ block: GeneralizedBlock, into state: inout Double) {
    state = block.predictor(beta).reduce(state, max)
  }

  func merge(_ later: consuming Double, into earlier: inout Double) { earlier = max(earlier, later) }

  func finalize(_ state: consuming Double) -> Double { state }
}
