public import CohortTables
import LinearAlgebra

/// The linear model `y = X beta + e`, by least squares.
///
/// ```
/// beta = argmin sum w_i (y_i - o_i - x_i'beta)^2
/// ```
/// Two passes over the rows: means of all columns, then the triangular factor of the design with
/// those means taken out (when there is an intercept). Of columns that depend on each other the later
/// one is left out and reported as aliased, by R's rule and tolerance.
///
/// - Complexity: O(rows x columns^2) time, O(columns^2) state.
public struct LinearModel: Sendable {
  /// The formula.
  public let formula: Formula
  /// Options shared by all models.
  public var options: ModelOptions
  /// Robust standard errors; nil for the model's own.
  ///
  /// Sampling weights force HC3. With `options.cluster` it is CR2, unless another of CR0 to CR3 is named.
  public var robust: RobustCovariance?

  /// A linear model.
  ///
  /// - Throws: `FormulaError`.
  public init(_ formula: String, options: ModelOptions = ModelOptions(), robust: RobustCovariance? = nil)
    throws
  {
    self.formula = try Formula(formula)
    self.options = options
    self.robust = robust ?? RobustCovariance.usual(options)
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `EstimationError` when nothing can be
  ///   estimated.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> LinearFit {
    try refuseStrata()
    try options.checkClusters(robust)
    let frame = try ModelFrame(formula, table: table, options: options, executor: executor)
    return try fit(frame, of: table, executor: executor)
  }

  /// Fits the model to the frame of a table, whose rows are screened already.
  ///
  /// The frame is one of this model's formula and options.
  ///
  /// - Throws: `EstimationError` when nothing can be estimated.
  /// - Complexity: O(rows x columns^2) time, two passes (three with robust errors).
  public func fit(
    _ frame: ModelFrame, of table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> LinearFit {
    try refuseStrata()
    try options.checkClusters(robust)
    precondition(frame.formula.text == formula.text, "The frame is of another formula")
    return try fit(frame.summary, over: DesignSource(frame), in: table, executor: executor)
  }

  /// Fits the model to a file that is too long to be held, in a few passes over its blocks.
  ///
  /// The coefficients are those of the same file read as a table, up to rounding; they do not depend
  /// on the number of threads. `diagnostics` are what the caller knows and a reader of the fit must.
  ///
  /// - Throws: `TableError` for cells that cannot be used or a file that changes meanwhile,
  ///   `EstimationError` when nothing can be estimated or a term needs all values at once.
  /// - Complexity: O(rows x columns^2) time, three passes (four with robust errors); O(columns^2) state
  ///   a thread.
  public func fit(
    _ blocks: TableBlocks, diagnostics: [Diagnostic] = [], executor: some FoldExecutor = SerialExecutor()
  ) throws -> LinearFit {
    try refuseStrata()
    try options.checkClusters(robust)
    let frame = try BlockedFrame(
      formula, blocks, options: options, diagnostics: diagnostics, executor: executor)
    let source = BlockedDesignSource(frame: frame)
    let fit = Result { try self.fit(frame.summary, over: source, in: blocks.shape, executor: executor) }
    // A block that could not be read explains any other trouble, and no fit does without its rows.
    try source.failure.rethrow()
    return try fit.get()
  }

  private func refuseStrata() throws {
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "strata(\(stratum)) belongs to survival models; use factor(\(stratum))")
    }
  }

  private func fit<Source: DesignRows>(
    _ frame: ModelFrame.Summary, over source: Source, in table: Table, executor: some FoldExecutor
  ) throws -> LinearFit {
    let (moments, solution, solver) = try leastSquares(frame, over: source, in: table, executor: executor)
    let isFrequency = options.countsCopies
    if let robust, robust.isClustered {
      let fold = LinearClusterSums(
        solution: solution, isWeighted: options.weights != nil && !isFrequency)
      let clusters = try ClusterSandwich(
        robust, sums: fold.sums, state: try executor.run(fold, over: source), column: options.cluster ?? "",
        executor: executor)
      return LinearFit(
        frame: frame, moments: moments, solution: solution, solver: solver,
        robust: RobustErrors(kind: robust, meat: clusters.meat, clusters: clusters, sole: clusters.sole))
    }
    let errors = try robust.map { kind in
      let fold = SandwichMeat(
        kind: kind, solution: solution, weightKind: options.weights?.kind,
        observationCount: isFrequency ? moments.weight : Double(moments.rows))
      let found = try executor.run(fold, over: source)
      let totals =
        found.candidates.isEmpty
        ? []
        : try executor.run(
          LinearDirectionTotals(sums: DirectionTotals(found.candidates), solution: solution), over: source)
      let (meat, sole) = found.resolved(kind, rowsPerCoefficient: fold.rowsPerCoefficient, totals: totals)
      return RobustErrors(kind: kind, meat: meat, clusters: nil, sole: sole)
    }
    return LinearFit(frame: frame, moments: moments, solution: solution, solver: solver, robust: errors)
  }

  /// Normal equations where the columns' condition allows it, otherwise orthogonal reflections.
  private func leastSquares<Source: DesignRows>(
    _ frame: ModelFrame.Summary, over source: Source, in table: Table, executor: some FoldExecutor
  ) throws -> (LinearFit.Moments, LeastSquaresSolution, StepSolver) {
    let plan = frame.plan
    if let normal = try NormalEquations(plan, over: source, executor: executor) {
      let solution = try LeastSquaresSolution(
        factor: normal.triangle, shifts: normal.shifts,
        referenceNorms: (0..<plan.columnCount).map { normal.norm(ofColumn: $0) }, hasIntercept: true,
        tolerance: options.rankTolerance)
      if solution.aliased.isEmpty {
        let sums = normal.moments
        return (LinearFit.Moments(sums.rows, sums.weight, sums.logWeight), solution, .normalEquations)
      }
    }
    let moments = try executor.run(DesignMoments(columnCount: plan.columnCount), over: source)
    let names = plan.columnNames + ["the response"]
    for (column, name) in names.enumerated() where !moments.norm(ofColumn: column).isFinite {
      throw EstimationError.tooLarge(name, in: table)
    }
    let shifts = shifts(moments, plan: plan)
    let triangle = try executor.run(
      TriangularFactorization(shifts: shifts, usesWeights: options.weights != nil), over: source)
    let solution = try LeastSquaresSolution(
      factor: triangle, shifts: shifts,
      referenceNorms: (0..<plan.columnCount).map { moments.norm(ofColumn: $0) },
      hasIntercept: plan.hasIntercept, tolerance: options.rankTolerance)
    return (LinearFit.Moments(moments.rows, moments.weight, moments.logWeight), solution, .orthogonal)
  }

  /// Means are taken out where an intercept can take them back in.
  private func shifts(_ moments: DesignMoments.Output, plan: DesignPlan) -> [Double] {
    guard plan.hasIntercept else { return [Double](repeating: 0, count: plan.columnCount + 1) }
    var shifts = moments.means
    shifts[0] = 0
    return shifts
  }
}
