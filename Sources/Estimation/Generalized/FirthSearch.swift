internal import LinearAlgebra

/// What Jeffreys' prior adds to the score of a model with its natural link.
///
/// ```
/// U* = U + 1/2 sum h_i (d2mu/deta2) / (dmu/deta) x_i,   h_i = W_i x_i' I^-1 x_i
/// ```
/// which is `h (1/2 - mu) x` for the logit link and `h x / 2` for the log link.
///
/// ## References
/// Firth (1993), Biometrika 80:27-38, section 3; Heinze and Schemper (2002), Stat. Med. 21:2409-2419.
struct JeffreysScore: Fold {
  let family: FittedFamily
  let beta: [Double]
  let inverseRoot: Matrix

  var initialState: [Double] { [Double](repeating: 0, count: beta.count) }

  func accumulate(_ block: GeneralizedBlock, into state: inout [Double]) {
    let eta = block.predictor(beta)
    var work = WorkingRows(count: block.rowCount)
    work.evaluate(block, eta: eta, family)
    let coordinates = block.design * inverseRoot
    var half = work.weights
    for i in half.indices {
      var leverage = 0.0
      for j in beta.indices { leverage += coordinates[i, j] * coordinates[i, j] }
      let point = family.link.point(eta[i])
      // The curvature of the mean over its slope.
      let bend = family.link == .logit ? point.complement - point.mean : 1
      half[i] = 0.5 * work.weights[i] * leverage * bend
    }
    let sum = block.design.transposeTimes(half)
    for j in sum.indices { state[j] += sum[j] }
  }

  func merge(_ later: consuming [Double], into earlier: inout [Double]) {
    for j in earlier.indices { earlier[j] += later[j] }
  }

  func finalize(_ state: consuming [Double]) -> [Double] { state }
}

/// A point of a likelihood, penalised or not, from which scoring steps are made.
struct LikelihoodPoint: Sendable {
  let beta: [Double]
  let sums: WorkingSums.State
  let factor: InformationFactor
  /// The score, with Jeffreys' part where the likelihood is penalised.
  let score: [Double]
  /// The deviance, less `log |I|` where the likelihood is penalised: what is made small.
  let objective: Double

  /// Nil where the likelihood or its information does not exist.
  init?(
    _ beta: [Double], pass: ScoringPass, isPenalised: Bool, _ executor: some FoldExecutor
  ) throws {
    let sums = try pass.sums(at: beta, executor)
    guard sums.deviance.isFinite, let factor = try pass.factor(sums, at: beta, executor) else { return nil }
    self.beta = beta
    self.sums = sums
    self.factor = factor
    guard isPenalised else {
      (score, objective) = (sums.score, sums.deviance)
      return
    }
    let extra = try executor.run(
      JeffreysScore(family: pass.family, beta: beta, inverseRoot: factor.inverseRoot), over: pass.rows)
    score = zip(sums.score, extra).map { $0 + $1 }
    objective = sums.deviance - factor.logDeterminant
  }

  /// The point after the full step or the largest of its halves, quarters and so on that does not raise the objective.
  func after(
    _ step: [Double], pass: ScoringPass, isPenalised: Bool, _ executor: some FoldExecutor
  ) throws -> LikelihoodPoint? {
    let limit = objective + 1e-11 * (1 + abs(objective))
    return try halvingStep(step, from: beta) { next in
      let point = try LikelihoodPoint(next, pass: pass, isPenalised: isPenalised, executor)
      return point.flatMap { $0.objective <= limit ? $0 : nil }
    }
  }
}

/// Estimates by the likelihood times Jeffreys' prior: finite whatever the data.
///
/// Scoring, and where that stalls Newton's method (``PenalisedCurvature``); steps that lower the penalised likelihood
/// are halved.
struct FirthSearch: Sendable {
  let beta: [Double]
  let end: WorkingSums.State
  let factor: InformationFactor?
  let convergence: Convergence
  let objective: Double

  private static let mostIterations = 300

  init(_ rows: GeneralizedRows, family: FittedFamily, executor: some FoldExecutor) throws {
    let pass = ScoringPass(rows: rows, family: family)
    let zero = [Double](repeating: 0, count: rows.columns.count)
    let first = try pass.flatCoefficients(executor) ?? zero
    guard
      var point = try LikelihoodPoint(first, pass: pass, isPenalised: true, executor)
        ?? LikelihoodPoint(zero, pass: pass, isPenalised: true, executor)
    else {
      throw EstimationError(
        .numerical, "the information at the start is singular: Firth's estimates need another model")
    }
    var (iterations, value, isConverged, isNewton) = (0, Double.infinity, zero.isEmpty, false)
    while !isConverged, iterations < Self.mostIterations {
      let previous = value
      let inScoring = point.factor.inverseRoot.transposeTimes(point.score)
      value = dotProduct(inScoring, inScoring)
      isConverged = ScoringSearch.isSmall(value, after: previous, isQuadratic: false)
      isNewton = isNewton || LikelihoodPoint.isStalling(value, after: previous)
      let root = try point.stepRoot(isNewton: isNewton, pass: pass, executor)
      let step = root * root.transposeTimes(point.score)
      guard let next = try point.after(step, pass: pass, isPenalised: true, executor) else { break }
      point = next
      iterations += 1
    }
    beta = point.beta
    end = point.sums
    factor = point.factor
    objective = point.objective
    convergence = Convergence(
      isConverged: isConverged, iterations: iterations,
      criterion: "squared step in standard errors U*' I^-1 U*", value: zero.isEmpty ? 0 : value,
      message: isConverged
        ? "the penalised likelihood converged after \(iterations) steps"
          + (isNewton ? ", the last by Newton's method" : "")
        : "the penalised likelihood did not converge after \(iterations) steps")
  }
}
