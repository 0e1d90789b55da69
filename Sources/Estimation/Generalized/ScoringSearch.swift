internal import LinearAlgebra

/// Fisher scoring with step halving: one fold an iteration.
///
/// The iteration ends when the squared length of the step in standard errors, `U'I^-1 U / phi`, is at
/// most 1e-16 with the family's natural link, where convergence is quadratic, and 1e-22 otherwise, or when
/// below 1e-16 rounding keeps it from shrinking; the step that belongs to it is still taken. A step that raises the deviance, or leads to
/// means outside the family's range, is halved.
struct ScoringSearch: Sendable {
  /// The coefficients of the rows' shifted columns.
  let beta: [Double]
  let end: WorkingSums.State
  let factor: InformationFactor?
  let convergence: Convergence

  static let mostIterations = 100

  /// Whether a step of this squared length, after one of another, ends an iteration.
  static func isSmall(_ value: Double, after previous: Double, isQuadratic: Bool) -> Bool {
    value <= (isQuadratic ? 1e-16 : 1e-22) || (value <= 1e-16 && value >= previous / 2)
  }

  init(
    _ rows: GeneralizedRows, family: FittedFamily, from first: [Double]? = nil,
    intercept: Bool, executor: some FoldExecutor
  ) throws {
    let pass = ScoringPass(rows: rows, family: family)
    var beta = try first ?? pass.firstCoefficients(executor)
    var sums = try pass.sums(at: beta, executor)
    if !sums.deviance.isFinite, intercept, let inside = try pass.flatCoefficients(executor) {
      beta = inside
      sums = try pass.sums(at: beta, executor)
    }
    var factor = try pass.factor(sums, at: beta, executor)
    var (iterations, value, isConverged) = (first == nil ? 1 : 0, Double.infinity, beta.isEmpty)
    while let current = factor, !isConverged, sums.deviance.isFinite, iterations < Self.mostIterations {
      let step = current.solve(sums.score)
      let decrement = dotProduct(step, sums.score)
      let scale = family.family.hasFreeDispersion ? sums.pearson / max(sums.weight, 1) : 1
      let previous = value
      value = scale > 0 ? decrement / scale : 0
      let size = sums.information.quadraticForm(beta)
      isConverged =
        Self.isSmall(value, after: previous, isQuadratic: family.isCanonical) || decrement <= 1e-26 * size
      guard let next = try pass.halving(beta, sums, step, executor) else { break }
      (beta, sums) = next
      iterations += 1
      factor = try pass.factor(sums, at: beta, executor)
    }
    self.beta = beta
    end = sums
    self.factor = factor
    let isInside = sums.deviance.isFinite && factor != nil
    convergence = Convergence(
      isConverged: isConverged && isInside, iterations: iterations,
      criterion: "squared step in standard errors U' I^-1 U / phi", value: beta.isEmpty ? 0 : value,
      message: isConverged && isInside
        ? "converged after \(iterations) scoring steps"
        : isInside
          ? "not converged after \(iterations) scoring steps"
          : "no coefficients with means in the family's range and a positive information were found")
  }
}

/// The folds that a scoring iteration runs.
struct ScoringPass: Sendable {
  let rows: GeneralizedRows
  let family: FittedFamily

  func sums(at beta: [Double]?, _ executor: some FoldExecutor) throws -> WorkingSums.State {
    try executor.run(
      WorkingSums(family: family, beta: beta, columnCount: rows.columns.count), over: rows)
  }

  func factor(
    _ sums: WorkingSums.State, at beta: [Double]?, _ executor: some FoldExecutor
  ) throws -> InformationFactor? {
    try InformationFactor(information: sums.information) {
      try executor.run(
        WorkingTriangle(family: family, beta: beta, columnCount: rows.columns.count), over: rows)
    }
  }

  /// R's first iteration: least squares on the working response near the data.
  func firstCoefficients(_ executor: some FoldExecutor) throws -> [Double] {
    guard !rows.columns.isEmpty else { return [] }
    let start = try sums(at: nil, executor)
    guard let factor = try factor(start, at: nil, executor) else {
      return [Double](repeating: 0, count: rows.columns.count)
    }
    return factor.solve(start.score)
  }

  /// The constant predictor that gives every row the mean response.
  func flatCoefficients(_ executor: some FoldExecutor) throws -> [Double]? {
    let mean = try executor.run(ResponseMean(), over: rows)
    let predictor = family.link.predictor(ofMean: mean)
    guard predictor.isFinite, !rows.columns.isEmpty else { return nil }
    return [predictor] + [Double](repeating: 0, count: rows.columns.count - 1)
  }

  /// The full step or the largest of its halves, quarters and so on that does not raise the deviance.
  func halving(
    _ beta: [Double], _ sums: WorkingSums.State, _ step: [Double], _ executor: some FoldExecutor
  ) throws -> ([Double], WorkingSums.State)? {
    let limit = sums.deviance + 1e-11 * abs(sums.deviance)
    return try halvingStep(step, from: beta) { next in
      let result = try self.sums(at: next, executor)
      return result.deviance <= limit ? (next, result) : nil
    }
  }
}

/// The weighted mean response.
struct ResponseMean: Fold {
  struct State: Sendable {
    var weight = 0.0
    var mean = 0.0
  }

  var initialState: State { State() }

  func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    let weights = block.weights
    var own = State()
    for i in block.response.indices {
      let weight = weights?[i] ?? 1
      own.weight += weight
      own.mean += weight * block.response[i]
    }
    guard own.weight > 0 else { return }
    own.mean /= own.weight
    merge(own, into: &state)
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    let total = earlier.weight + later.weight
    guard total > 0 else { return }
    earlier.mean += (later.mean - earlier.mean) * later.weight / total
    earlier.weight = total
  }

  func finalize(_ state: consuming State) -> Double { state.mean }
}

/// The deviance of one predictor for all rows.
struct ConstantDeviance: Fold {
  let family: FittedFamily
  let eta: Double

  var initialState: Double { 0 }

  func accumulate(_ block: GeneralizedBlock, into state: inout Double) {
    let weights = block.weights
    var known = RepeatedCounts<Double>()
    for i in block.response.indices {
      let y = block.response[i]
      state += (weights?[i] ?? 1) * known.value(of: y) { family.evaluate(y, eta).deviance }
    }
  }

  func merge(_ later: consuming Double, into earlier: inout Double) { earlier += later }

  func finalize(_ state: consuming Double) -> Double { state }
}
