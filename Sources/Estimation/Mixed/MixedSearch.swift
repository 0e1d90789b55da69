internal import LinearAlgebra

/// Newton's method for the profiled deviance, in the parameters of the relative covariance factors.
///
/// In these parameters a variance of 0 and a correlation of 1 are stationary points like any other: there is nothing to
/// run against, and no step has to be cut off. Where the Hessian is not positive definite the sign of its negative
/// eigenvalues is turned, so that every step goes down; steps are halved until the deviance falls enough.
struct MixedSearch {
  let objective: MixedObjective
  private(set) var value: MixedObjective.Value
  private(set) var run: OptimizationRecord.Run
  /// Whether the Hessian was negative in some direction on the way.
  private(set) var sawNegativeCurvature = false

  /// The Newton step's length, in units of the Hessian, below which the search ends; one more step is then taken.
  static let tolerance = 1e-6
  static let mostSteps = 100
  private static let mostHalvings = 30
  /// Beyond this many rows the smallest part of the traces is left out while searching.
  private static let fewRows = 20_000.0
  /// Beyond this many columns that hang together the average information takes the Hessian's place while searching.
  private static let fewTrailing = 200

  /// Searches from a start; nil where the criterion has no value there.
  init?(
    _ objective: MixedObjective, from start: [Double], name: String, usesMoments: Bool,
    _ executor: some FoldExecutor
  ) throws {
    guard let first = try objective.value(start, executor) else { return nil }
    self.objective = objective
    value = first
    run = OptimizationRecord.Run(
      start: name, optimizer: "Newton on the covariance factors", criteria: [first.deviance],
      scaledGradients: [],
      stepShares: [], isConverged: false)
    if usesMoments { try takeMoments(executor) }
    try search(executor)
  }

  private var order: DerivativeOrder {
    DerivativeOrder(
      traces: objective.sums.trailing <= Self.fewTrailing, slopes: objective.sums.rows <= Self.fewRows)
  }

  /// One step of Fisher scoring in variances and covariances, which are linear in V: a start near the optimum.
  private mutating func takeMoments(_ executor: some FoldExecutor) throws {
    let order = DerivativeOrder(traces: true, slopes: self.order.slopes)
    guard objective.sums.trailing <= Self.fewTrailing else { return }
    let slope = try objective.slope(value, order, executor)
    let tensors = VarianceTensors(objective, value, slope.sums)
    let elements = objective.ranges(\.pairCount)
    var directions: [[Double]] = []
    for (index, structure) in objective.structures.enumerated() {
      for own in structure.directions {
        var full = [Double](repeating: 0, count: objective.pairCount)
        full.replaceSubrange(elements[index], with: own)
        directions.append(full)
      }
    }
    let natural = tensors.naturalDirections(directions)
    guard let traces = tensors.traces else { return }
    let left = natural.transposed() * traces * natural
    let right = natural.transposed() * tensors.squares.column(objective.pairCount)
    guard let theta = parameters(left, right), let next = try objective.value(theta, executor) else { return }
    run.scaledGradients.append(.nan)
    run.stepShares.append(1)
    run.criteria.append(next.deviance)
    value = next
  }

  /// Solves for variances, and turns them into parameters.
  private func parameters(_ left: Matrix, _ right: [Double]) -> [Double]? {
    let scale = left.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    guard scale.allSatisfy({ $0 > 0 && $0.isFinite }),
      let factor = try? CholeskyFactor(left.scalingRows(by: scale).scalingColumns(by: scale))
    else { return nil }
    let found = zip(factor.solve(zip(right, scale).map { $0 * $1 }), scale).map { $0 * $1 }
    guard let sigma2 = found.last, sigma2 > 0 else { return nil }
    var theta: [Double] = []
    var place = 0
    for structure in objective.structures {
      for term in structure.terms {
        let own = found[place..<place + term.places.count].map { $0 / sigma2 }
        place += term.places.count
        guard let parameters = term.parameters(own) else { return nil }
        theta += parameters
      }
    }
    return theta
  }

  private mutating func search(_ executor: some FoldExecutor) throws {
    for _ in 0..<Self.mostSteps {
      let slope = try objective.slope(value, order, executor)
      guard let newton = NewtonStep(slope) else { return }
      run.scaledGradients.append(newton.length)
      if newton.isIndefinite { sawNegativeCurvature = true }
      let isLast = newton.length < Self.tolerance && !newton.isIndefinite
      guard let (next, share) = try descend(slope, newton, isLast: isLast, executor) else {
        run.isConverged = newton.length < 1e3 * Self.tolerance && !newton.isIndefinite
        return
      }
      run.criteria.append(next.deviance)
      run.stepShares.append(share)
      value = next
      if isLast {
        run.isConverged = true
        return
      }
    }
  }

  /// The first of the halved steps that goes down; near the end rounding may raise the deviance a little.
  private func descend(
    _ slope: MixedObjective.Slope, _ newton: NewtonStep, isLast: Bool, _ executor: some FoldExecutor
  ) throws -> (MixedObjective.Value, Double)? {
    let slack = 1e-12 * max(1, abs(value.deviance))
    var share = 1.0
    for _ in 0..<Self.mostHalvings {
      let theta = zip(value.theta, newton.step).map { $0 + share * $1 }
      if let next = try objective.value(theta, executor) {
        let wanted = isLast ? slack : -1e-4 * share * newton.decrease
        if next.deviance <= value.deviance + wanted { return (next, share) }
        if newton.decrease < slack, next.deviance <= value.deviance + slack { return (next, share) }
      }
      share /= 2
    }
    return nil
  }

  /// Puts parameters that a boundary makes 0 exactly there, where that costs nothing.
  mutating func settle(_ isBoundary: (Double) -> Bool, _ executor: some FoldExecutor) throws {
    var theta = value.theta
    let own = objective.ranges(\.parameterCount)
    for (index, structure) in objective.structures.enumerated() {
      for place in structure.terms.flatMap(\.pivots) where isBoundary(theta[own[index].lowerBound + place]) {
        theta[own[index].lowerBound + place] = 0
      }
    }
    guard theta != value.theta, let next = try objective.value(theta, executor),
      next.deviance <= value.deviance + 1e-9 * max(1, abs(value.deviance))
    else { return }
    value = next
  }
}

/// A step down the deviance.
struct NewtonStep {
  let step: [Double]
  /// `(g'H^-1 g)^(1/2)` with eigenvalues of H taken as positive.
  let length: Double
  /// What a quadratic with such eigenvalues would fall by.
  let decrease: Double
  let isIndefinite: Bool

  init?(_ slope: MixedObjective.Slope) {
    guard let eigen = try? SymmetricEigen(slope.hessian) else { return nil }
    let largest = eigen.values.reduce(0) { max($0, abs($1)) }
    guard largest > 0, largest.isFinite else { return nil }
    let floor = 1e-8 * largest
    let rotated = eigen.vectors.transposeTimes(slope.gradient)
    var (moves, squares) = ([Double](), 0.0)
    for (value, g) in zip(eigen.values, rotated) {
      let size = max(abs(value), floor)
      moves.append(-g / size)
      squares += g * g / size
    }
    isIndefinite = eigen.values[0] < -1e-6 * largest
    // A saddle has no slope to follow: a small step along the direction that bends down leaves it.
    if isIndefinite, squares.squareRoot() < 1e-3 { moves[0] += 0.1 }
    var step = eigen.vectors * moves
    let size = euclideanNorm(step)
    let most = 10.0
    if size > most { step = step.map { $0 * most / size } }
    self.step = step
    length = squares.squareRoot()
    decrease = max(-dotProduct(step, slope.gradient), 0)
  }
}
