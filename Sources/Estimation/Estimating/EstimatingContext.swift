internal import LinearAlgebra

/// What the parts of fitted estimating equations are made from.
struct EstimatingContext: Sendable {
  let model: GeneralizedEstimatingEquations
  let frame: ModelFrame
  let solution: EstimatingSolution
  let visits: VisitColumn?

  /// Below about this many people the sandwich is too small on average.
  static let fewestPeople = 50.0

  private var people: PersonOrder { solution.pass.people }

  /// The sandwich, unless another is named or people are few.
  var covarianceKind: EstimatingCovariance {
    if let named = model.covariance { return named }
    let isFew = people.copyCount < Self.fewestPeople && solution.degreesOfFreedom > 0
    return isFew ? .kauermannCarroll : .sandwich
  }

  /// Pairs of visits in the order of the first, then the second.
  var parameters: [CorrelationParameter] {
    let found = solution.search.moments.correlations
    guard solution.pass.correlation == .unstructured else {
      return found.map { CorrelationParameter(name: "alpha", estimate: $0) }
    }
    let count = people.visitNames.count
    return (0..<count).flatMap { earlier in
      (earlier + 1..<max(count, earlier + 1)).map { later in
        let place = CorrelationMoments.place(earlier, later)
        return CorrelationParameter(name: people.pairName(place), estimate: found[place])
      }
    }
  }

  var convergence: Convergence {
    let own = solution.search.convergence
    guard solution.separation != nil else { return own }
    return Convergence(
      isConverged: false, iterations: own.iterations, criterion: own.criterion, value: own.value,
      message: "there is no solution: some terms separate the responses")
  }

  func coefficients(
    _ found: EstimatingSolution.Covariances, separation: SeparationReport?, residual: Double?
  ) -> [Coefficient] {
    let names = frame.plan.columnNames
    let beta = solution.pass.rows.rows.unshifting * solution.search.beta
    let ratio = model.family.ratioKind(model.link)
    let unbounded = separation?.terms ?? []
    return Coefficient.all(names, estimated: solution.columns.kept, unbounded: unbounded) { column, k in
      let unit = beta.indices.map { $0 == k ? 1.0 : 0 }
      return .wald(
        term: names[column], estimate: beta[k], variance: found.chosen[k, k],
        degreesOfFreedom: found.loses(unit)
          ? .nan : found.fayGraubard.map { $0.degreesOfFreedom(of: unit) ?? residual ?? .nan } ?? residual,
        level: frame.options.confidenceLevel,
        modelVariance: covarianceKind == .model ? nil : found.model[k, k],
        ratioKind: column == 0 && frame.plan.hasIntercept ? nil : ratio)
    }
  }

  // MARK: - Diagnostics

  func diagnostics(
    _ found: EstimatingSolution.Covariances, separation: SeparationReport?, rows: RowAccounting
  ) -> [Diagnostic] {
    Diagnostic.aliased(frame.plan, kept: solution.columns.kept) + separated(separation) + refused
      + unfinished(separation) + few(found) + sole(found, separation) + undeclaredOrder
      + missing(rows)
  }

  private func separated(_ separation: SeparationReport?) -> [Diagnostic] {
    guard let separation else { return [] }
    return [
      Diagnostic(
        .monotoneLikelihood, .serious, terms: separation.terms,
        "\(separation.kind): the equations have no solution, \(separation.directions) would go; merge levels or drop the term, or fit one row a person "
          + "by Firth's penalised likelihood")
    ]
  }

  private var refused: [Diagnostic] {
    guard let refusal = solution.refusal else { return [] }
    return [
      Diagnostic(
        .workingCorrelation, .caution,
        "the \(model.correlation.label) working correlation could not be used: \(refusal.reason). The estimates are those of "
          + "working independence: consistent, with valid sandwich errors, but less precise. A simpler correlation "
          + "may work, or look for rows at odds with the others")
    ]
  }

  private func unfinished(_ separation: SeparationReport?) -> [Diagnostic] {
    let convergence = solution.search.convergence
    guard !convergence.isConverged, separation == nil else { return [] }
    return [
      Diagnostic(
        .notConverged, .serious,
        convergence.message
          + (model.correlation == .independence ? "" : ": try a simpler working correlation"))
    ]
  }

  private func few(_ found: EstimatingSolution.Covariances) -> [Diagnostic] {
    var result: [Diagnostic] = []
    let count = Expression.text(of: people.copyCount)
    let kind = covarianceKind
    let isFew = people.copyCount < Self.fewestPeople
    if isFew, model.covariance == nil, kind == .kauermannCarroll {
      result.append(
        Diagnostic(
          .fewClusters, .note,
          "\(count) people are fewer than 50, with whom the sandwich is too small on average: standard errors are "
            + "Kauermann and Carroll's, with t statistics of \(Expression.text(of: solution.degreesOfFreedom)) df"
        ))
    } else if isFew, kind == .sandwich {
      result.append(
        Diagnostic(
          .fewClusters, solution.degreesOfFreedom > 0 ? .caution : .serious,
          "sandwich errors are too small on average with as few as \(count) people"
            + (solution.degreesOfFreedom > 0
              ? ": use kauermann_carroll" : ", and there are as many coefficients")))
    }
    if kind.isCorrected, solution.degreesOfFreedom <= 0 {
      result.append(
        Diagnostic(
          .smallSample, .serious,
          "as many coefficients as people, so that no degrees of freedom are left for t statistics"))
    }
    guard found.determining > 0, kind.isCorrected else { return result }
    let whom =
      found.determining == 1 ? "1 person alone determines" : "\(found.determining) people alone determine"
    result.append(
      Diagnostic(
        .fewClusters, .note,
        kind == .fayGraubard
          ? "\(whom) a coefficient: where that leaves Fay and Graubard's degrees of freedom "
            + "without value, people less coefficients are used"
          : "\(whom) a coefficient: the generalised inverse leaves that coefficient's "
            + "part of \(found.determining == 1 ? "that person" : "them") out"))
    return result
  }

  private func sole(
    _ found: EstimatingSolution.Covariances, _ separation: SeparationReport?
  ) -> [Diagnostic] {
    let kept = solution.columns.kept
    let lost = kept.indices.filter { k in found.loses(kept.indices.map { $0 == k ? 1 : 0 }) }
    let unbounded = Set(separation?.terms ?? [])
    return Diagnostic.sole(
      lost.map { frame.plan.columnNames[kept[$0]] }.filter { !unbounded.contains($0) }, unit: "person")
  }

  private var undeclaredOrder: [Diagnostic] {
    guard model.correlation.needsVisits else { return [] }
    if let levels = visits?.levelOrder {
      return [
        Diagnostic(
          .workingCorrelation, .note, terms: [model.visit ?? ""],
          "visits are taken in the order \(levels.joined(separator: ", "))"
            + (model.correlation == .autoregressive ? ", each at distance 1 from the next" : ""))
      ]
    }
    guard visits == nil else { return [] }
    let isUneven = people.smallest < people.largest
    return [
      Diagnostic(
        .workingCorrelation, isUneven ? .caution : .note,
        "no visit column is named: each person's rows count as visits 1, 2, ... in the order of the file"
          + (isUneven
            ? ", and people have \(people.smallest) to \(people.largest) rows, so that a visit left out moves the later ones: "
              + "name the column" : ""))
    ]
  }

  private func missing(_ rows: RowAccounting) -> [Diagnostic] {
    guard rows.used < rows.read || people.smallest < people.largest else { return [] }
    return [
      Diagnostic(
        .missingData, .note,
        "rows are missing (people have \(people.smallest) to \(people.largest)): estimating equations take them as missing "
          + "completely at random, a mixed model or weights for being observed ask for less")
    ]
  }
}
