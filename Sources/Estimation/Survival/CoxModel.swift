public import CohortTables
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// The proportional-hazards model `h(t | x) = h_0(t) exp(x'beta)`, by partial likelihood.
///
/// Newton's method from 0; each iteration is two folds: sums by time of what leaves the risk set
/// (likelihood and score), then one weighted cross-product (information). Steps that lower the
/// likelihood are halved. The iteration ends when the squared Newton decrement `U' I^-1 U` is at most
/// 1e-12; the step that belongs to it is still taken.
///
/// - Complexity: O(rows log rows) once, for the sort; O(rows x columns^2) an iteration.
///
/// ## References
/// Cox (1972), JRSS B 34:187-220; Efron (1977), JASA 72:557-565; Therneau and Grambsch (2000), ch. 3.
public struct CoxModel: Sendable {
  /// The formula: `Surv(time, status) ~ terms [+ strata(x)]`.
  public let formula: Formula
  /// How tied events enter.
  public var ties: TieMethod
  /// Options shared by all models.
  public var options: ModelOptions

  static let mostIterations = 60
  static let decrementTolerance = 1e-12

  /// A proportional-hazards model.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, ties: TieMethod = .efron, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.ties = ties
    self.options = options
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError`, `EstimationError` when there are no events or nothing to estimate.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> CoxFit {
    let frame = try ModelFrame(formula, table: table, options: options, design: .columnsWithoutIntercept)
    guard frame.plan.columnCount > 0 else {
      throw EstimationError(
        .unsupported,
        "a Cox model needs at least one term; for a curve without terms use the Kaplan-Meier estimator")
    }
    let survival = try SurvivalRows(frame)
    guard survival.eventCount > 0 else {
      throw EstimationError(
        .noEvents, "\(table.source.displayName): none of the \(frame.usedRows.count) used rows has the event")
    }
    let all = CoxRows(frame, survival: survival)
    let atZero = try CoxPoint(all, [Double](repeating: 0, count: all.columnCount), ties, executor)
    let information = try atZero.information(executor)
    // The information is a difference of sums: where a column is constant within the risk sets only
    // their rounding error is left, which is judged by the sums' own size.
    let rounding = (0..<all.columnCount).map {
      1e-12 * (information[$0, $0] + atZero.likelihood.meanProducts[$0, $0])
    }
    for (column, name) in frame.plan.columnNames.enumerated() where !rounding[column].isFinite {
      throw EstimationError.tooLarge(name, in: table)
    }
    let independent = try OrderedCholesky(
      information, tolerance: max(options.rankTolerance * options.rankTolerance, 1e-12), rounding: rounding)
    guard !independent.kept.isEmpty else {
      throw EstimationError(
        .notEstimable, "no term varies within the risk sets: there is nothing to estimate")
    }
    let rows = independent.kept.count == all.columnCount ? all : all.keeping(independent.kept)
    let search = try CoxSearch(rows, ties: ties, executor: executor)
    return CoxFit(
      frame: frame, ties: ties, independent: independent, search: search, events: survival.eventCount)
  }
}

/// The likelihood at some coefficients.
struct CoxPoint: Sendable {
  let rows: CoxRows
  let beta: [Double]
  let predictor: [Double]
  let likelihood: PartialLikelihood

  init(_ rows: CoxRows, _ beta: [Double], _ ties: TieMethod, _ executor: some FoldExecutor) throws {
    self.rows = rows
    self.beta = beta
    let eta = rows.predictor(beta)
    let shifts = rows.largestAtRisk(eta)
    let shifted = eta.indices.map { eta[$0] - shifts[Int(rows.survival.keys[$0])] }
    predictor = shifted
    let sums = try executor.run(
      RiskSetSums(rows: rows, predictor: shifted), over: SurvivalSource(rows.survival))
    likelihood = PartialLikelihood(
      sums, rows: rows.survival, shifts: shifts, columns: rows.columnCount, ties: ties)
  }

  func information(_ executor: some FoldExecutor) throws -> Matrix {
    try executor.run(
      InformationSum(rows: rows, predictor: predictor, likelihood: likelihood),
      over: SurvivalSource(rows.survival)
    ).mirroring()
  }
}

/// Newton's method with step halving.
struct CoxSearch: Sendable {
  let start: CoxPoint
  let end: CoxPoint
  let covariance: Matrix
  let scoreStatistic: Double
  let convergence: Convergence
  /// Coefficients that still grow though the likelihood no longer does.
  let unbounded: [Int]

  init(_ rows: CoxRows, ties: TieMethod, executor: some FoldExecutor) throws {
    var point = try CoxPoint(rows, [Double](repeating: 0, count: rows.columnCount), ties, executor)
    start = point
    var factor = try Self.factor(point, executor)
    var step = factor.solve(point.likelihood.score)
    var decrement = dotProduct(step, point.likelihood.score)
    scoreStatistic = decrement
    var iterations = 0
    var unbounded: [Int] = []
    var isConverged = false
    while iterations < CoxModel.mostIterations, !isConverged {
      isConverged = decrement <= CoxModel.decrementTolerance
      if isConverged {
        unbounded = Self.unbounded(rows, step: step, decrement: decrement)
        if !unbounded.isEmpty { break }
      }
      guard let next = try Self.halving(from: point, step, ties, executor) else { break }
      point = next
      iterations += 1
      guard let renewed = try? Self.factor(point, executor) else { break }
      factor = renewed
      step = factor.solve(point.likelihood.score)
      decrement = dotProduct(step, point.likelihood.score)
    }
    end = point
    covariance = factor.inverse()
    if unbounded.isEmpty { unbounded = Self.unbounded(rows, step: step, decrement: decrement) }
    self.unbounded = unbounded
    let finished = isConverged && unbounded.isEmpty
    convergence = Convergence(
      isConverged: finished, iterations: iterations, criterion: "squared Newton decrement U' I^-1 U",
      value: decrement,
      message: finished
        ? "converged after \(iterations) Newton steps"
        : unbounded.isEmpty
          ? "not converged after \(iterations) Newton steps"
          : "the likelihood has no maximum at finite coefficients")
  }

  /// The coefficients that still move somebody's linear predictor though the likelihood no longer grows.
  ///
  /// Along a direction of recession the likelihood lacks `c exp(-t)` of its supremum, and each Newton
  /// step moves t by 1: the predictors of two people at risk together part by 1 or more, for ever. At a
  /// finite maximum with decrement d, a person who carries the share s of the information moves by at
  /// most `sqrt(d / s)`. Predictors have no unit, so neither has the rule; a coefficient takes part
  /// when its own share in the movement is not negligible.
  private static func unbounded(_ rows: CoxRows, step: [Double], decrement: Double) -> [Int] {
    guard decrement <= 1e-6 else { return [] }
    func spread(_ values: [Double]) -> Double { (values.max() ?? 0) - (values.min() ?? 0) }
    let movement = spread(rows.covariates * step)
    guard movement > 0.1 else { return [] }
    return step.indices.filter {
      abs(step[$0]) * spread(rows.covariates.column($0)) > 1e-3 * movement
    }
  }

  private static func factor(_ point: CoxPoint, _ executor: some FoldExecutor) throws -> CholeskyFactor {
    try CholeskyFactor(try point.information(executor))
  }

  /// The full step or, where that lowers the likelihood, the largest of its halves, quarters and so on that does not.
  private static func halving(
    from point: CoxPoint, _ step: [Double], _ ties: TieMethod, _ executor: some FoldExecutor
  ) throws -> CoxPoint? {
    let limit = point.likelihood.logLikelihood - 1e-12 * abs(point.likelihood.logLikelihood)
    return try halvingStep(step, from: point.beta) { beta in
      let next = try CoxPoint(point.rows, beta, ties, executor)
      return next.likelihood.logLikelihood >= limit ? next : nil
    }
  }
}
