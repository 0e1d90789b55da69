internal import LinearAlgebra

/// Newton's method with step halving: one fold an iteration.
///
/// The iteration ends when the squared length of the step in standard errors, `U'I^-1 U`, is at most 1e-16: the step
/// that belongs to it is still taken, and convergence is quadratic. Where the likelihood is flat
/// (`U'I^-1 U <= 1e-8`) while the step still moves a predictor by a tenth or more, the step is looked at as a
/// direction in which no row's likelihood falls: the data then separate, and there are no finite estimates. The
/// steps go on until `U'I^-1 U <= 1e-12`, for the coefficients that have one.
struct MultinomialSearch: Sendable {
  /// Coefficients of the rows' shifted columns, stacked by level.
  let beta: [Double]
  let end: MultinomialSums.State
  let factor: InformationFactor?
  let convergence: Convergence
  /// The direction in which the likelihood grows for ever, where the data separate.
  let separation: MultinomialSeparation?

  static let mostIterations = 100

  init(
    _ rows: GeneralizedRows, outcome: MultinomialOutcome, intercept: Bool, executor: some FoldExecutor
  ) throws {
    let pass = MultinomialPass(rows: rows, equations: outcome.levels.count - 1)
    var beta = pass.start(outcome, intercept: intercept)
    var sums = try pass.sums(at: beta, executor)
    var factor = try pass.factor(sums, at: beta, executor)
    var (iterations, value, isConverged) = (0, Double.infinity, beta.isEmpty)
    var separation: MultinomialSeparation?
    while let current = factor, !isConverged, iterations < Self.mostIterations {
      let step = current.solve(sums.score)
      value = dotProduct(step, sums.score)
      if value <= 1e-8 {
        separation = try MultinomialSeparation(
          direction: step, pass: pass, rows: rows, farthest: sums.farthest, executor)
      }
      isConverged = separation == nil && value <= 1e-16
      // Beyond it the rounding of all rows' scores drowns those of the rows that are separated.
      guard separation == nil || value > 1e-12, let next = try pass.halving(beta, sums, step, executor) else {
        break
      }
      (beta, sums) = next
      iterations += 1
      factor = try pass.factor(sums, at: beta, executor)
    }
    self.beta = beta
    end = sums
    self.factor = factor
    self.separation = separation
    let isInside = isConverged && factor != nil
    convergence = Convergence(
      isConverged: isInside, iterations: iterations,
      criterion: "squared step in standard errors U' I^-1 U", value: beta.isEmpty ? 0 : value,
      message: isInside
        ? "converged after \(iterations) Newton steps"
        : separation != nil
          ? "stopped after \(iterations) Newton steps: the likelihood has no maximum"
          : "not converged after \(iterations) Newton steps")
  }
}

/// The folds that a step of Newton's method runs.
struct MultinomialPass: Sendable {
  let rows: GeneralizedRows
  /// Levels but for the reference.
  let equations: Int

  private var width: Int { rows.columns.count }

  /// Stacked coefficients as columns x equations.
  func matrix(_ beta: [Double]) -> Matrix {
    Matrix(rowCount: width, columnCount: equations, columnMajor: beta)
  }

  /// The shares of the levels for every row; equal chances without an intercept.
  func start(_ outcome: MultinomialOutcome, intercept: Bool) -> [Double] {
    var beta = [Double](repeating: 0, count: width * equations)
    guard intercept, rows.columns.first == 0 else { return beta }
    for j in 0..<equations { beta[j * width] = logarithm(outcome.totals[j + 1] / outcome.totals[0]) }
    return beta
  }

  func sums(at beta: [Double], _ executor: some FoldExecutor) throws -> MultinomialSums.State {
    try executor.run(MultinomialSums(beta: matrix(beta)), over: rows)
  }

  func factor(
    _ sums: MultinomialSums.State, at beta: [Double], _ executor: some FoldExecutor
  ) throws -> InformationFactor? {
    try InformationFactor(information: sums.information) {
      try executor.run(MultinomialTriangle(beta: matrix(beta)), over: rows)
    }
  }

  /// The full step or the largest of its halves, quarters and so on that does not lower the likelihood.
  func halving(
    _ beta: [Double], _ sums: MultinomialSums.State, _ step: [Double], _ executor: some FoldExecutor
  ) throws -> ([Double], MultinomialSums.State)? {
    let limit = sums.logLikelihood - 1e-11 * abs(sums.logLikelihood)
    return try halvingStep(step, from: beta) { next in
      let result = try self.sums(at: next, executor)
      return result.logLikelihood >= limit ? (next, result) : nil
    }
  }
}

/// A direction of the coefficients in which no row's likelihood falls and some rise: data without finite estimates.
///
/// Along `d` the likelihood of a row with level y does not fall when `x'(d_y - d_k) >= 0` for every level k, with
/// `d_0 = 0` for the reference.
struct MultinomialSeparation: Sendable {
  /// By level but for the reference, the direction in the rows' shifted columns.
  let direction: [Double]
  /// Whether every row's own level gains on all others.
  let isComplete: Bool

  /// Looks at the step of a flat likelihood; nil where it is no such direction.
  init?(
    direction: [Double], pass: MultinomialPass, rows: GeneralizedRows, farthest: Double,
    _ executor: some FoldExecutor
  ) throws {
    // Where all levels have a chance above 1e-4 or so, the likelihood has a maximum.
    guard farthest > 8 else { return nil }
    let change = try executor.run(DirectionScan(direction: pass.matrix(direction)), over: rows)
    guard change.gain > 0.1, change.loss < 0.01 * change.gain else { return nil }
    self.direction = direction
    isComplete = change.smallest > 0.01 * change.gain
  }
}

/// How a direction changes the predictors of the rows' own levels against the others'.
struct DirectionScan: Fold {
  let direction: Matrix

  struct State: Sendable, Equatable {
    /// The largest gain of a row's own level on another.
    var gain = 0.0
    /// The largest loss.
    var loss = 0.0
    /// The smallest gain.
    var smallest = Double.infinity
  }

  var initialState: State { State() }

  func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    let eta = block.design * direction
    for i in block.response.indices {
      let own = Int(block.response[i])
      let mine = own == 0 ? 0 : eta[i, own - 1]
      for k in 0...direction.columnCount where k != own {
        let change = mine - (k == 0 ? 0 : eta[i, k - 1])
        state.gain = max(state.gain, change)
        state.loss = max(state.loss, -change)
        state.smallest = min(state.smallest, change)
      }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.gain = max(earlier.gain, later.gain)
    earlier.loss = max(earlier.loss, later.loss)
    earlier.smallest = min(earlier.smallest, later.smallest)
  }

  func finalize(_ state: consuming State) -> State { state }
}
