internal import LinearAlgebra

/// What the search for a generalised linear model's coefficients came to.
struct GeneralizedEstimate: Sendable {
  let family: FittedFamily
  let search: ScoringSearch
  let shapeError: Double?
  let isPoissonLike: Bool
  let convergence: Convergence
  let separation: Separation?
  let penalised: FirthSearch?

  /// The coefficients of the rows' shifted columns.
  var beta: [Double] { penalised?.beta ?? search.beta }
  var factor: InformationFactor? { penalised?.factor ?? search.factor }
  var sums: WorkingSums.State { penalised?.end ?? search.end }

  init(
    _ model: GeneralizedLinearModel, hasIntercept: Bool, start: GeneralizedLinearModel.StartingPoint,
    executor: some FoldExecutor
  ) throws {
    let rows = start.rows
    if case .negativeBinomial(nil) = model.family {
      let shape = try ShapeSearch(rows, link: model.link, intercept: hasIntercept, executor: executor)
      (family, search, shapeError) = (shape.family, shape.search, shape.standardError)
      isPoissonLike = shape.isUnbounded
      convergence = Self.convergence(shape)
    } else {
      family = FittedFamily(model.family, model.link)
      search = try ScoringSearch(
        rows, family: family, from: start.first, intercept: hasIntercept, executor: executor)
      (shapeError, isPoissonLike) = (nil, false)
      convergence = search.convergence
    }
    separation = try Separation.suspected(rows, family: family, search: search, executor: executor)
    let wantsPenalty =
      model.penalty == .always
      || (model.penalty == .onSeparation && separation != nil && model.canBePenalised && model.robust == nil)
    penalised = wantsPenalty ? try FirthSearch(rows, family: family, executor: executor) : nil
  }

  private static func convergence(_ shape: ShapeSearch) -> Convergence {
    let inner = shape.search.convergence
    let isConverged = shape.isConverged && inner.isConverged
    return Convergence(
      isConverged: isConverged, iterations: shape.iterations,
      criterion: "relative change of theta, coefficients converged at each", value: inner.value,
      message: isConverged
        ? "theta and coefficients converged after \(shape.iterations) turns"
        : shape.isUnbounded
          ? "theta grows without bound: the counts vary no more than Poisson counts"
          : "not converged after \(shape.iterations) turns")
  }
}
