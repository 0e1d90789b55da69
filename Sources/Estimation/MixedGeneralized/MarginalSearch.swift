internal import LinearAlgebra

/// Newton's method for the log-likelihood over coefficients and covariance factors at once.
///
/// Gradients are exact; the Hessian is differenced from them, and between two differencings carried on by the BFGS
/// update, until a step is no tenth of the one before. A variance of 0 is a stationary point like any other, as in
/// ``MixedSearch``. At the end the Hessian is differenced with an error of fourth order and one more step taken.
struct MarginalSearch {
  let objective: MarginalObjective
  private(set) var point: MarginalObjective.Point
  private(set) var run: OptimizationRecord.Run
  /// Of the negative log-likelihood at the end: the observed information.
  private(set) var information: Matrix
  /// Whether the search came to a saddle on the way.
  private(set) var sawSaddle = false
  /// Steps in which gradients are differenced.
  private var scales: [Double]
  /// Parameters that were put to 0 at a boundary.
  private var settled: Set<Int> = []
  /// At which the Hessian was differenced exactly.
  private var exactAt: [Double]?

  /// The Newton step's length, in units of the Hessian, below which the search ends; one more step is then taken.
  static let tolerance = 1e-7
  static let mostSteps = 100
  private static let mostHalvings = 40

  /// Searches from a start; nil where the log-likelihood has no value there.
  init?(
    _ objective: MarginalObjective, from start: [Double], scales: [Double], name: String,
    _ executor: some FoldExecutor
  ) throws {
    guard let first = try objective.point(start, from: [], executor) else { return nil }
    self.objective = objective
    self.scales = scales
    point = first
    information = Matrix(rowCount: start.count, columnCount: start.count, repeating: .nan)
    run = OptimizationRecord.Run(
      start: name, optimizer: "Newton with differenced exact gradients and BFGS updates",
      criteria: [-2 * first.logLikelihood], scaledGradients: [], stepShares: [], isConverged: false)
    try search(executor)
    guard run.isConverged, try settle(executor) else { return }
    run.isConverged = false
    exactAt = nil
    try search(executor)
  }

  private mutating func search(_ executor: some FoldExecutor) throws {
    var model: Matrix?
    var last = Double.infinity
    for _ in 0..<Self.mostSteps {
      if model == nil { model = try hessian(isExact: false, executor) }
      guard var hessian = model, var step = SearchStep(gradient, hessian, scales) else { return }
      if step.length < Self.tolerance, !step.isIndefinite {
        guard let exact = try self.hessian(isExact: true, executor),
          let again = SearchStep(gradient, exact, scales)
        else { return }
        (hessian, step) = (exact, again)
        (information, exactAt) = (exact, point.parameters)
      }
      run.scaledGradients.append(step.length)
      if step.isIndefinite, step.length < SearchStep.flat { sawSaddle = true }
      let isLast = step.length < Self.tolerance && !step.isIndefinite && exactAt == point.parameters
      guard let (next, share) = try climb(step, isLast: isLast, executor) else {
        // A model that has gone stale may point nowhere; a fresh one decides.
        run.scaledGradients.removeLast()
        if last.isFinite {
          (model, last) = (nil, .infinity)
          continue
        }
        run.isConverged = step.length < 1e2 * Self.tolerance && !step.isIndefinite
        return
      }
      run.criteria.append(-2 * next.logLikelihood)
      run.stepShares.append(share)
      let isSlow = step.length > 0.1 * last || share < 1 || step.isIndefinite
      model = isSlow ? nil : Self.updated(hessian, from: point, to: next)
      last = isSlow && last.isInfinite ? .greatestFiniteMagnitude : step.length
      point = next
      if isLast {
        run.isConverged = true
        return
      }
    }
  }

  /// Of the negative log-likelihood; 0 for parameters that stay at a boundary.
  private var gradient: [Double] { gradient(point) }

  private func gradient(_ point: MarginalObjective.Point) -> [Double] {
    point.gradient.enumerated().map { settled.contains($0) ? 0 : -$1 }
  }

  /// The first of the halved steps that goes up; near the end rounding may lower the value a little.
  private func climb(_ step: SearchStep, isLast: Bool, _ executor: some FoldExecutor) throws -> (
    MarginalObjective.Point, Double
  )? {
    let slack = 1e-12 * max(1, abs(point.logLikelihood))
    var share = 1.0
    for _ in 0..<Self.mostHalvings {
      let parameters = point.parameters.indices.map {
        settled.contains($0) ? 0 : point.parameters[$0] + share * step.step[$0]
      }
      if let next = try objective.point(parameters, from: point.modes, executor) {
        let wanted = isLast || step.increase < slack ? -slack : 1e-4 * share * step.increase
        if next.logLikelihood >= point.logLikelihood + wanted { return (next, share) }
      }
      share /= 2
    }
    return nil
  }

  // MARK: - Hessian

  /// Differences of exact gradients; a search does with one-sided ones.
  private mutating func hessian(isExact: Bool, _ executor: some FoldExecutor) throws -> Matrix? {
    let count = point.parameters.count
    var result = Matrix(rowCount: count, columnCount: count)
    func shifted(_ k: Int, by amount: Double) throws -> [Double]? {
      var parameters = point.parameters
      parameters[k] += amount
      return try objective.point(parameters, from: point.modes, executor)?.gradient
    }
    for k in 0..<count {
      var slopes: [Double]
      if isExact {
        let h = 3e-3 * scales[k]
        guard let a = try shifted(k, by: h), let b = try shifted(k, by: -h),
          let c = try shifted(k, by: 2 * h), let d = try shifted(k, by: -2 * h)
        else { return nil }
        slopes = a.indices.map { -(8 * (a[$0] - b[$0]) - (c[$0] - d[$0])) / (12 * h) }
      } else {
        let h = 1e-4 * scales[k]
        guard let a = try shifted(k, by: h) else { return nil }
        slopes = a.indices.map { -(a[$0] - point.gradient[$0]) / h }
      }
      for i in 0..<count { result[i, k] = slopes[i] }
    }
    result = (result + result.transposed()).scaled(by: 0.5)
    // From now on steps are taken in units of what was found.
    for k in 0..<count where result[k, k] > 0 { scales[k] = 1 / result[k, k].squareRoot() }
    return result
  }

  private static func updated(
    _ hessian: Matrix, from: MarginalObjective.Point, to: MarginalObjective.Point
  ) -> Matrix {
    updated(
      hessian, step: zip(to.parameters, from.parameters).map { $0 - $1 },
      change: zip(from.gradient, to.gradient).map { $0 - $1 })
  }

  /// The BFGS update of the Hessian by a step and the change of the negative gradient along it; unchanged where the
  /// gradient does not grow along the step.
  static func updated(_ hessian: Matrix, step s: [Double], change y: [Double]) -> Matrix {
    let image = hessian * s
    let (curvature, size) = (dotProduct(y, s), dotProduct(s, image))
    guard size > 0, curvature > 1e-8 * size else { return hessian }
    var result = hessian
    for i in s.indices {
      for j in s.indices { result[i, j] += y[i] * y[j] / curvature - image[i] * image[j] / size }
    }
    return result
  }

  // MARK: - Boundary

  /// Puts parameters that a boundary makes 0 exactly there, where that costs nothing; false where there are none.
  private mutating func settle(_ executor: some FoldExecutor) throws -> Bool {
    let close = objective.pivots.filter { abs(point.parameters[$0]) < MixedContext.boundaryTolerance }
    guard close.contains(where: { point.parameters[$0] != 0 }) else { return false }
    let parameters = point.parameters.enumerated().map { close.contains($0) ? 0 : $1 }
    guard let next = try objective.point(parameters, from: point.modes, executor),
      next.logLikelihood >= point.logLikelihood - 1e-9 * max(1, abs(point.logLikelihood))
    else { return false }
    settled = Set(close)
    point = next
    return true
  }
}

/// A step up the log-likelihood, in units in which the Hessian has a diagonal near 1.
struct SearchStep {
  let step: [Double]
  /// `(g'H^-1 g)^(1/2)` with eigenvalues of H taken as positive.
  let length: Double
  /// What a quadratic with such eigenvalues would rise by.
  let increase: Double
  let isIndefinite: Bool

  /// A length below which there is no slope to follow.
  static let flat = 1e-3

  init?(_ gradient: [Double], _ hessian: Matrix, _ scales: [Double]) {
    let scaled = hessian.scalingRows(by: scales).scalingColumns(by: scales)
    guard scaled.columnMajor.allSatisfy(\.isFinite), let eigen = try? SymmetricEigen(scaled) else {
      return nil
    }
    let largest = eigen.values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    let floor = 1e-10 * largest
    let rotated = eigen.vectors.transposeTimes(zip(gradient, scales).map { $0 * $1 })
    var (moves, squares) = ([Double](), 0.0)
    for (value, g) in zip(eigen.values, rotated) {
      let size = max(abs(value), floor)
      moves.append(-g / size)
      squares += g * g / size
    }
    isIndefinite = eigen.values[0] < -1e-6 * largest
    // A saddle has no slope to follow: a step along the direction that bends down leaves it.
    if isIndefinite, squares.squareRoot() < Self.flat {
      moves[0] += 1 / max(abs(eigen.values[0]), 1e-3).squareRoot()
    }
    step = zip(eigen.vectors * moves, scales).map { $0 * $1 }
    length = squares.squareRoot()
    increase = max(-dotProduct(step, gradient), 0)
  }
}
