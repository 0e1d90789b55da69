internal import LinearAlgebra

/// What the search for a generalised linear model's coefficients came to.
struct GeneralizedEstimate: Sendable {
  let separation: Separation?
  /// What separated data tend to, where the likelihood is not penalised; nil where nothing would be left.
  let limit: SeparationLimit?
  let penalised: FirthSearch?
  private let maximum: LikelihoodMaximum

  var family: FittedFamily { maximum.family }
  var search: ScoringSearch { maximum.search }
  var shapeError: Double? { maximum.shapeError }
  var isPoissonLike: Bool { maximum.isPoissonLike }
  var convergence: Convergence { maximum.convergence }

  /// The coefficients of the rows' shifted columns.
  var beta: [Double] { penalised?.beta ?? search.beta }
  var factor: InformationFactor? { penalised?.factor ?? (hasNoLimit ? nil : search.factor) }
  var sums: WorkingSums.State { penalised?.end ?? search.end }

  /// Whether every row is separated, so that no coefficient has a finite value.
  var hasNoLimit: Bool { separation != nil && penalised == nil && limit == nil }

  init(
    _ model: GeneralizedLinearModel, frame: ModelFrame, start: GeneralizedLinearModel.StartingPoint,
    executor: some FoldExecutor
  ) throws {
    let rows = start.rows
    let hasIntercept = frame.plan.hasIntercept
    let first = try LikelihoodMaximum(model, hasIntercept: hasIntercept, start: start, executor: executor)
    let separation = try Separation.suspected(
      rows, family: first.family, search: first.search, executor: executor)
    self.separation = separation
    let wantsPenalty =
      model.penalty == .always
      || (model.penalty == .onSeparation && separation != nil && model.canBePenalised && model.robust == nil)
    penalised = wantsPenalty ? try FirthSearch(rows, family: first.family, executor: executor) : nil
    guard let separation, !wantsPenalty,
      let limit = try SeparationLimit(separation, model: model, frame: frame, all: start, executor: executor)
    else {
      (maximum, limit) = (first, nil)
      return
    }
    self.limit = limit
    maximum = try LikelihoodMaximum(
      model, hasIntercept: hasIntercept && limit.start.columns.kept.first == 0, start: limit.start,
      executor: executor)
  }
}

/// The maximum of a likelihood over some rows and columns, with the shape where the family has one to estimate.
struct LikelihoodMaximum: Sendable {
  let family: FittedFamily
  let search: ScoringSearch
  let shapeError: Double?
  let isPoissonLike: Bool
  let convergence: Convergence

  init(
    _ model: GeneralizedLinearModel, hasIntercept: Bool, start: GeneralizedLinearModel.StartingPoint,
    executor: some FoldExecutor
  ) throws {
    if case .negativeBinomial(nil) = model.family {
      let shape = try ShapeSearch(start.rows, link: model.link, intercept: hasIntercept, executor: executor)
      (family, search, shapeError) = (shape.family, shape.search, shape.standardError)
      isPoissonLike = shape.isUnbounded
      convergence = Self.convergence(shape)
    } else {
      family = FittedFamily(model.family, model.link)
      search = try ScoringSearch(
        start.rows, family: family, from: start.first, intercept: hasIntercept, executor: executor)
      (shapeError, isPoissonLike) = (nil, false)
      convergence = search.convergence
    }
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
