internal import LinearAlgebra

/// What the parts of a fitted generalised linear model are computed from.
struct GeneralizedContext<Executor: FoldExecutor> {
  let model: GeneralizedLinearModel
  let frame: ModelFrame
  /// All used rows, with the columns that stand on their own.
  let all: GeneralizedLinearModel.StartingPoint
  let estimate: GeneralizedEstimate
  let executor: Executor

  /// The rows and columns that the estimates are of: of separated data what separation leaves.
  var start: GeneralizedLinearModel.StartingPoint { estimate.limit?.start ?? all }

  var countsCopies: Bool { frame.options.countsCopies }

  var theta: Double? {
    if case .negativeBinomial = model.family { return estimate.family.theta }
    return nil
  }

  var observationCount: Double {
    guard countsCopies, let weights = frame.weights else { return Double(frame.usedRows.count) }
    return frame.usedRows.reduce(0) { $0 + weights[$1] }
  }

  /// How many observations tell of the finite coefficients.
  var informativeCount: Double { estimate.limit?.observationCount ?? observationCount }

  var degreesOfFreedom: Double { informativeCount - Double(start.columns.kept.count) }

  /// Pearson's statistic over the residual degrees of freedom where it is free, otherwise 1.
  var dispersion: Double? {
    guard model.family.hasFreeDispersion else { return 1 }
    return degreesOfFreedom > 0 ? estimate.sums.pearson / degreesOfFreedom : nil
  }

  /// A free dispersion or an estimated shape.
  var extraParameters: Int {
    if case .negativeBinomial(nil) = model.family { return 1 }
    return model.family.hasFreeDispersion ? 1 : 0
  }

  func logLikelihood() throws -> Double {
    // A perfect fit of single trials has likelihood 1.
    if model.family == .binomial, start.rows.isBinary, frame.weights == nil {
      return -estimate.sums.deviance / 2
    }
    let count = model.family == .gaussian ? observationCount : estimate.sums.weight
    return try executor.run(
      GeneralizedLikelihood(
        family: estimate.family, beta: estimate.beta, dispersion: estimate.sums.deviance / count,
        countsCopies: countsCopies), over: start.rows)
  }

  /// The deviance of the intercept and offset alone.
  func nullDeviance() throws -> Double? {
    let hasIntercept = frame.plan.hasIntercept
    if hasIntercept, all.columns.kept.count == 1 { return estimate.search.end.deviance }
    let deviance: Double
    if hasIntercept, frame.formula.offsets.isEmpty {
      let pass = ScoringPass(rows: all.rows, family: estimate.family)
      guard let flat = try pass.flatCoefficients(executor)?.first else { return nil }
      deviance = try executor.run(
        ConstantDeviance(family: estimate.family, eta: flat), over: all.rows.keeping([], executor: executor)
      )
    } else {
      let rows = try all.rows.keeping(hasIntercept ? [0] : [], executor: executor)
      deviance = try ScoringSearch(
        rows, family: estimate.family, intercept: hasIntercept, executor: executor
      ).end.deviance
    }
    return deviance.isFinite ? deviance : nil
  }

  struct Covariances {
    let model: Matrix
    /// What the standard errors come from, where not from the model.
    var robust: Matrix?
    var clusters: ClusterSandwich?
    /// What single rows or clusters determine, of which robust errors see no variance.
    var sole = SoleDirections()
    /// `root root'` is the inverse of the information, in the plan's own columns.
    var root: Matrix

    /// Whether robust errors leave out part of a function's variance.
    func loses(_ weights: [Double]) -> Bool { sole.loses(root.transposeTimes(weights)) }

    /// Satterthwaite's degrees of freedom of a linear function; nil without clusters.
    func degreesOfFreedom(of weights: [Double]) -> Double? {
      clusters.map { $0.degreesOfFreedom(of: root.transposeTimes(weights)) ?? .nan }
    }
  }

  func covariances() throws -> Covariances {
    let count = start.columns.kept.count
    guard let factor = estimate.factor else {
      let unknown = Matrix(rowCount: count, columnCount: count, repeating: .nan)
      return Covariances(model: unknown, root: unknown)
    }
    let root = start.rows.unshifting * factor.inverseRoot
    let model = (root * root.transposed()).scaled(by: dispersion ?? .nan)
    var result = Covariances(model: model, root: root)
    guard let kind = self.model.robust else { return result }
    let meat: Matrix
    if kind.isClustered {
      guard let clusters = try self.clusters(kind, factor) else {
        result.robust = model.scaled(by: .nan)
        return result
      }
      meat = clusters.meat
      result.clusters = clusters
      result.sole = clusters.sole
    } else {
      (meat, result.sole) = try rowMeat(kind, factor)
    }
    let spread = root * meat * root.transposed()
    result.robust = kind == .hc1 ? spread.scaled(by: informativeCount / degreesOfFreedom) : spread
    return result
  }

  func coefficients(_ covariances: Covariances, separation: SeparationReport?) throws -> [Coefficient] {
    let names = frame.plan.columnNames
    let beta = start.rows.unshifting * estimate.beta
    let ratio = model.isModifiedPoisson ? "risk" : model.family.ratioKind(model.link)
    let unbounded = unboundedTerms(separation)
    let profile = wantsProfile ? try ProfileLimits(self) : nil
    let df = { (k: Int) -> Double? in
      guard !covariances.loses(Self.unit(k, of: beta.count)) else { return .nan }
      guard covariances.clusters != nil else {
        return model.family.hasFreeDispersion ? degreesOfFreedom : nil
      }
      guard model.usesSatterthwaite else { return nil }
      return covariances.degreesOfFreedom(of: Self.unit(k, of: beta.count))
    }
    return try Coefficient.all(names, estimated: start.columns.kept, unbounded: unbounded) { column, k in
      let covariance = covariances.robust ?? covariances.model
      let wald = Coefficient.wald(
        term: names[column], estimate: beta[k], variance: covariance[k, k],
        degreesOfFreedom: df(k),
        level: frame.options.confidenceLevel,
        modelVariance: covariances.robust == nil ? nil : covariances.model[k, k],
        ratioKind: column == 0 && frame.plan.hasIntercept ? nil : ratio)
      guard let profile else { return wald }
      return try profile.replacing(wald, column: k, ratioKind: ratio)
    }
  }

  /// The names of the coefficients without finite estimate.
  func unboundedTerms(_ separation: SeparationReport?) -> [String] {
    guard let separation, estimate.penalised == nil else { return [] }
    let places = estimate.limit?.unbounded ?? all.columns.kept
    return separation.terms
      + places.map { frame.plan.columnNames[$0] }.filter { !separation.terms.contains($0) }
  }

  /// Nil where separation leaves the rows of a single cluster.
  private func clusters(_ kind: RobustCovariance, _ factor: InformationFactor) throws -> ClusterSandwich? {
    let column = frame.options.cluster ?? ""
    if estimate.limit != nil, try executor.run(BlockClusters(), over: start.rows).count < 2 { return nil }
    if kind == .cr2 {
      let fold = UnequalClusters(
        family: estimate.family, beta: estimate.beta, inverseRoot: factor.inverseRoot,
        countsCopies: countsCopies)
      return try fold.sandwich(try executor.run(fold, over: start.rows), column: column, executor: executor)
    }
    let fold = GeneralizedClusterSums(
      family: estimate.family, beta: estimate.beta, inverseRoot: factor.inverseRoot,
      countsCopies: countsCopies)
    return try ClusterSandwich(
      kind, sums: fold.sums, state: try executor.run(fold, over: start.rows), column: column,
      executor: executor)
  }

  private func rowMeat(_ kind: RobustCovariance, _ factor: InformationFactor) throws -> (
    Matrix, SoleDirections
  ) {
    let fold = GeneralizedSandwich(
      kind: kind, family: estimate.family, beta: estimate.beta, inverseRoot: factor.inverseRoot,
      countsCopies: countsCopies, observationCount: informativeCount)
    let found = try executor.run(fold, over: start.rows)
    let totals =
      found.candidates.isEmpty
      ? []
      : try executor.run(
        GeneralizedDirectionTotals(
          sums: DirectionTotals(found.candidates), family: estimate.family, beta: estimate.beta,
          inverseRoot: factor.inverseRoot), over: start.rows)
    return found.resolved(kind, rowsPerCoefficient: fold.rowsPerCoefficient, totals: totals)
  }

  static func unit(_ position: Int, of count: Int) -> [Double] {
    (0..<count).map { $0 == position ? 1 : 0 }
  }

  /// Profile limits belong to the likelihood: robust errors have none.
  private var wantsProfile: Bool {
    guard estimate.factor != nil, model.robust == nil, !start.columns.kept.isEmpty else { return false }
    guard estimate.penalised == nil else { return model.penalisedLimits == .profile }
    return model.limits == .profile && estimate.convergence.isConverged
  }
}
