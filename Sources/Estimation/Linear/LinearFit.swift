internal import Distributions
internal import LinearAlgebra

/// A fitted linear model.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``.
public struct LinearFit: StoredFit {
  let core: FitCore
  /// The robust covariance, if any.
  public let robust: RobustCovariance?
  /// Rows, or with frequency weights their sum, less the estimated coefficients.
  public let residualDegreesOfFreedom: Double?
  /// The weighted residual sum of squares.
  public let residualSumOfSquares: Double
  /// The residual standard deviation; nil without residual degrees of freedom.
  public let sigma: Double?
  /// Explained share of the variation about the mean, or about 0 without an intercept.
  public let rSquared: Double?
  /// The explained share, adjusted for the number of coefficients.
  public let adjustedRSquared: Double?
  /// The Gaussian log-likelihood at its maximum, as R's `logLik`; NaN for an exact fit.
  public let logLikelihood: Double
  /// The overall F test that all coefficients but the intercept are 0; nil when it does not exist.
  public let overallTest: FTest?
  /// How rows map to orthonormal coordinates; by-row diagnostics start from it.
  let solution: LeastSquaresSolution
  let clusters: ClusterSandwich?
  /// What single rows or clusters determine, of which robust errors see no variance.
  let sole: SoleDirections
  /// How the least-squares problem was solved: by refined normal equations, or where the columns' condition
  /// does not allow that by orthogonal reflections.
  public let solver: StepSolver
  /// How many observations count: rows, or the sum of frequency weights.
  public let observationCount: Double

  /// An F test.
  public struct FTest: Sendable, Equatable {
    /// The F statistic.
    public let statistic: Double
    /// Numerator degrees of freedom.
    public let df: Double
    /// Denominator degrees of freedom.
    public let dfDenominator: Double
    /// The upper tail probability.
    public let pValue: Double
  }

  /// Estimated coefficients and the residual variance.
  public var parameterCount: Int { estimated.count + 1 }
  /// `-2 logLik + 2 parameters`.
  public var aic: Double { -2 * logLikelihood + 2 * Double(parameterCount) }
  /// `-2 logLik + log(n) parameters`.
  public var bic: Double { -2 * logLikelihood + logarithm(observationCount) * Double(parameterCount) }

  /// How many rows there are, and their weights.
  struct Moments {
    let rows: Int
    let weight: Double
    let logWeight: Double

    init(_ rows: Int, _ weight: Double, _ logWeight: Double) {
      (self.rows, self.weight, self.logWeight) = (rows, weight, logWeight)
    }
  }

  init(
    frame: ModelFrame.Summary, moments: Moments, solution: LeastSquaresSolution, solver: StepSolver,
    robust errors: RobustErrors?
  ) {
    self.solver = solver
    let robust = errors?.kind
    self.solution = solution
    clusters = errors?.clusters
    let sole = errors?.sole ?? SoleDirections()
    self.sole = sole
    self.robust = robust
    let countsCopies = frame.options.countsCopies
    observationCount = countsCopies ? moments.weight : Double(moments.rows)
    let rank = Double(solution.kept.count)
    let df = observationCount - rank
    residualDegreesOfFreedom = df
    residualSumOfSquares = solution.residualNorm * solution.residualNorm
    let sigma = df > 0 ? solution.residualNorm / df.squareRoot() : nil
    self.sigma = sigma
    let total = solution.regressionSquares + residualSumOfSquares
    let interceptDf = frame.plan.hasIntercept ? 1.0 : 0.0
    rSquared = total > 0 ? solution.regressionSquares / total : nil
    adjustedRSquared =
      total > 0 && df > 0
      ? 1 - (residualSumOfSquares / total) * ((observationCount - interceptDf) / df) : nil
    overallTest = Self.overallTest(solution, sigma: sigma, df: df, numerator: rank - interceptDf)
    // Of an exact fit only rounding is left: its likelihood has no value.
    let isExact = df <= 0 || residualSumOfSquares <= Self.exactFit * total
    logLikelihood =
      isExact
      ? .nan
      : Self.logLikelihood(
        residual: residualSumOfSquares, n: observationCount,
        logWeight: countsCopies ? 0 : moments.logWeight)

    let model = solution.inverseCrossProduct.scaled(by: (sigma ?? .nan) * (sigma ?? .nan))
    var robustMatrix: Matrix?
    if let errors {
      let spread = solution.inverseRoot * errors.meat * solution.inverseRoot.transposed()
      robustMatrix = robust == .hc1 ? spread.scaled(by: observationCount / df) : spread
    }
    let coefficients = Self.coefficients(
      plan: frame.plan, solution: solution, covariance: robustMatrix ?? model,
      model: robustMatrix == nil ? nil : model, level: frame.options.confidenceLevel
    ) { k in
      guard !sole.loses(solution.inverseRoot.row(k)) else { return .nan }
      guard let clusters = errors?.clusters else { return df }
      return clusters.degreesOfFreedom(of: solution.inverseRoot.row(k)) ?? .nan
    }
    let lost = solution.kept.indices.filter { sole.loses(solution.inverseRoot.row($0)) }
    var rows = frame.accounting
    rows.noteClusters(errors?.clusters, of: frame.options.cluster)
    core = FitCore(
      frame: frame, rows: rows, estimated: solution.kept, aliasing: solution.aliasing,
      covariance: robustMatrix ?? model, coefficients: coefficients,
      diagnostics: frame.diagnostics + Diagnostic.dependence(rows)
        + Self.diagnostics(plan: frame.plan, solution: solution, df: df, total: total)
        + Self.diagnostics(robust: robust)
        + Diagnostic.sole(
          lost.map { frame.plan.columnNames[solution.kept[$0]] },
          unit: frame.options.cluster.map { "cluster of '\($0)'" } ?? "row")
        + Diagnostic.fewClusters(robust, errors?.clusters, coefficients))
  }

  /// The share of the variation below which the residuals are rounding errors.
  private static let exactFit = 1e-28

  private static func overallTest(
    _ solution: LeastSquaresSolution, sigma: Double?, df: Double, numerator: Double
  ) -> FTest? {
    guard let sigma, sigma > 0, numerator > 0 else { return nil }
    let statistic = solution.regressionSquares / numerator / (sigma * sigma)
    let p = FDistribution(numerator: numerator, denominator: df).upperTail(statistic)
    return FTest(statistic: statistic, df: numerator, dfDenominator: df, pValue: p)
  }

  private static func logLikelihood(residual: Double, n: Double, logWeight: Double) -> Double {
    0.5 * (logWeight - n * (logarithm(2 * .pi) + 1 - logarithm(n) + logarithm(residual)))
  }

  private static func coefficients(
    plan: DesignPlan, solution: LeastSquaresSolution, covariance: Matrix, model: Matrix?, level: Double,
    df: (Int) -> Double
  ) -> [Coefficient] {
    Coefficient.all(plan.columnNames, estimated: solution.kept) { column, k in
      .wald(
        term: plan.columnNames[column], estimate: solution.coefficients[k], variance: covariance[k, k],
        degreesOfFreedom: df(k), level: level, modelVariance: model.map { $0[k, k] })
    }
  }

  private static func diagnostics(
    plan: DesignPlan, solution: LeastSquaresSolution, df: Double, total: Double
  ) -> [Diagnostic] {
    var result = Diagnostic.aliased(
      plan, kept: solution.kept,
      "determined by earlier terms, or varying too little beside their size, and left out; take them out of the "
        + "formula, recode them or subtract a constant")
    if df <= 0 {
      result.append(.noResidualDegreesOfFreedom)
    } else if solution.residualNorm * solution.residualNorm <= exactFit * total {
      result.append(.perfectFit)
    }
    return result
  }

  private static func diagnostics(robust: RobustCovariance?) -> [Diagnostic] {
    guard let robust, !robust.isClustered else { return [] }
    return [
      Diagnostic(.robust, .note, "the overall F test rests on the model's errors, not on the robust ones")
    ]
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let errors = robust?.label ?? "model-based"
    let residual = residualDegreesOfFreedom.map { " with \(Expression.text(of: $0)) df" } ?? ""
    let df = clusters == nil ? residual : " with Satterthwaite df"
    return
      "Linear model by least squares; t tests\(df), \(errors) standard errors\(rows.clustersPhrase)"
      + "\(options.weightsPhrase); \(notes.closing)."
  }
}
