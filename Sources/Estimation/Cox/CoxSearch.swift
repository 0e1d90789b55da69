import LinearAlgebra

/// A point of the search: the likelihood with its derivatives.
struct CoxPoint: Sendable {
  let beta: [Double]
  let logLikelihood: Double
  let score: [Double]
  let information: Matrix
}

/// The likelihood that is maximised: what it is at some coefficients, and its derivatives there.
struct CoxObjective<Executor: FoldExecutor>: Sendable {
  let rows: RiskRows
  let ties: TieMethod
  let executor: Executor

  /// The point, if the likelihood is at least so much; nil where it is less or cannot be computed.
  func point(_ beta: [Double], least: Double = -.infinity) throws -> CoxPoint? {
    if ties == .discrete {
      guard let found = try DiscreteLikelihood(rows, beta), found.logLikelihood >= least else { return nil }
      return CoxPoint(
        beta: beta, logLikelihood: found.logLikelihood, score: found.score, information: found.information)
    }
    guard let likelihood = PartialLikelihood(rows, beta, ties, executor), likelihood.logLikelihood >= least
    else {
      return nil
    }
    let derivatives = likelihood.derivatives(executor)
    return CoxPoint(
      beta: beta, logLikelihood: likelihood.logLikelihood, score: derivatives.score,
      information: derivatives.information)
  }
}

/// Newton's method with step halving.
struct CoxSearch: Sendable {
  let rows: RiskRows
  let start: CoxPoint
  let end: CoxPoint
  let covariance: Matrix
  let scoreStatistic: Double
  let convergence: Convergence
  /// Coefficients that still grow though the likelihood no longer does.
  let unbounded: [Int]

  /// A step with this decrement moves no estimate by more than 1e-11 of its standard error.
  static let negligibleDecrement = 1e-22

  /// Maximises the likelihood, from 0 or from a point already known.
  init(_ rows: RiskRows, ties: TieMethod, from known: CoxPoint?, executor: some FoldExecutor) throws {
    let objective = CoxObjective(rows: rows, ties: ties, executor: executor)
    guard var point = try known ?? objective.point([Double](repeating: 0, count: rows.columnCount)) else {
      throw EstimationError(
        .notEstimable, "the likelihood cannot be computed: the offset spans too wide a range")
    }
    self.rows = rows
    start = point
    var factor = try CholeskyFactor(point.information)
    var step = factor.solve(point.score)
    var decrement = dotProduct(step, point.score)
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
      // The last step moves estimates by less than their rounding errors: nothing is computed anew for it.
      if isConverged, decrement <= Self.negligibleDecrement {
        point = CoxPoint(
          beta: zip(point.beta, step).map { $0 + $1 }, logLikelihood: point.logLikelihood + decrement / 2,
          score: point.score.map { _ in 0 }, information: point.information)
        iterations += 1
        break
      }
      let limit = point.logLikelihood - 1e-12 * abs(point.logLikelihood)
      guard let next = try halvingStep(step, from: point.beta, to: { try objective.point($0, least: limit) })
      else { break }
      point = next
      iterations += 1
      guard let renewed = try? CholeskyFactor(point.information) else { break }
      factor = renewed
      step = factor.solve(point.score)
      decrement = dotProduct(step, point.score)
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
  private static func unbounded(_ rows: RiskRows, step: [Double], decrement: Double) -> [Int] {
    guard decrement <= 1e-6 else { return [] }
    func spread(_ values: (Matrix) -> [Double]) -> Double {
      var (least, largest) = (Double.infinity, -Double.infinity)
      for block in rows.blocks {
        for value in values(block) {
          least = min(least, value)
          largest = max(largest, value)
        }
      }
      return largest - least
    }
    let movement = spread { $0 * step }
    guard movement > 0.1 else { return [] }
    return step.indices.filter { column in
      abs(step[column]) * spread { $0.column(column) } > 1e-3 * movement
    }
  }
}
