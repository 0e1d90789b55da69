internal import LinearAlgebra

/// First and second order sums in directions of V, from which information matrices are made.
///
/// Directions are the elements of the relative covariances, `V_r = Z E_r Z'`, and at last H itself. Everything is for
/// `H = V / sigma^2`, in the scale of the sums.
struct VarianceTensors {
  /// `tr(P V_i P V_j)`, or for maximum likelihood without the projection.
  let traces: Matrix?
  /// `y'P V_i P V_j P y`.
  let squares: Matrix
  /// `X'H^-1 V_i H^-1 X`; empty without slopes.
  let slopes: [Matrix]
  let sigmaSquared: Double
  /// The relative covariances' elements.
  let delta: [Double]

  init(_ objective: MixedObjective, _ value: MixedObjective.Value, _ sums: DerivativeSums) {
    let m = sums.trace.count
    sigmaSquared = value.sigmaSquared
    delta = objective.factors(value.theta).flatMap { RandomStructure.elements($0 * $0.transposed()) }
    func bordered(_ inner: Matrix, _ edge: [Double], _ corner: Double) -> Matrix {
      var result = Matrix(rowCount: m + 1, columnCount: m + 1)
      for r in 0..<m {
        for s in 0..<m { result[r, s] = inner[r, s] }
        result[r, m] = edge[r]
        result[m, r] = edge[r]
      }
      result[m, m] = corner
      return result
    }
    let isREML = objective.method == .reml
    let firstTraces = sums.trace.indices.map { sums.trace[$0] - (isREML ? sums.meanTrace[$0] : 0) }
    traces = objective.projectedTraces(sums, value).map {
      bordered($0, firstTraces, objective.degreesOfFreedom)
    }
    squares = bordered(objective.projectedSquares(sums, value), sums.squares, value.point.residual)
    let root = value.point.inverseRoot
    if let own = sums.slopes, root.rowCount > 0,
      let inverse = try? CholeskyFactor(root * root.transposed()).inverse()
    {
      slopes = own + [inverse]
    } else {
      slopes = []
    }
  }

  /// From the coordinates of variances and covariances: one direction a column, the residual variance last.
  ///
  /// `V = Z D Z' + sigma^2 W^-1`, so that the residual variance's direction is `W^-1 = H - Z Delta Z'`.
  func naturalDirections(_ directions: [[Double]]) -> Matrix {
    let m = delta.count
    var result = Matrix(rowCount: m + 1, columnCount: directions.count + 1)
    for (k, elements) in directions.enumerated() {
      for r in 0..<m { result[r, k] = elements[r] }
    }
    for r in 0..<m { result[r, directions.count] = -delta[r] }
    result[m, directions.count] = 1
    return result
  }
}
