internal import LinearAlgebra

/// Makes ``VarianceSensitivity`` from the sums at the optimum, in the coordinates of the sums.
struct MixedSensitivity {
  let objective: MixedObjective
  let value: MixedObjective.Value
  let slope: MixedObjective.Slope
  let tensors: VarianceTensors
  private let sigma2: Double

  init(_ objective: MixedObjective, _ value: MixedObjective.Value, _ slope: MixedObjective.Slope) {
    self.objective = objective
    self.value = value
    self.slope = slope
    tensors = VarianceTensors(objective, value, slope.sums)
    sigma2 = value.sigmaSquared
  }

  /// The covariance of the coefficients.
  var covariance: Matrix { value.point.inverse.scaled(by: sigma2) }

  /// In factor parameters and the residual variance, which are stationary at a boundary too.
  ///
  /// A direction without information, such as a variance of 0 has for the expected information, is left out: nothing
  /// depends on it to first order.
  func satterthwaite(_ information: VarianceInformation) -> VarianceSensitivity {
    let jacobian = objective.jacobian(value.theta).scaled(by: sigma2)
    let (m, k) = (jacobian.rowCount, jacobian.columnCount)
    var directions = Matrix(rowCount: m + 1, columnCount: k + 1)
    for j in 0..<k {
      for r in 0..<m { directions[r, j] = jacobian[r, j] }
    }
    directions[m, k] = 1
    var hessian = self.hessian(directions, information)
    if information == .observed {
      let bending = objective.bending(objective.elementGradient(slope.sums, value))
      for i in 0..<k {
        for j in 0..<k { hessian[i, j] += bending[i, j] }
      }
    }
    return VarianceSensitivity(
      covariance: covariance, derivatives: derivatives(directions),
      parameterCovariance: PositiveInverse(hessian).inverse.scaled(by: 2))
  }

  /// In variances and covariances; nil where the information is singular.
  func kenwardRoger(_ information: VarianceInformation, _ executor: some FoldExecutor) throws
    -> VarianceSensitivity?
  {
    let directions = naturalDirections
    let inverse = PositiveInverse(hessian(directions, information))
    guard inverse.isDefinite else { return nil }
    let w = inverse.inverse.scaled(by: 2)
    let spread = directions * w * directions.transposed()
    let m = tensors.delta.count
    let elements = Array(0..<m)
    var products = try objective.sums.weightedProducts(
      objective.factors(value.theta), spread.selecting(rows: elements, columns: elements), executor)
    for r in 0..<m { products += tensors.slopes[r].scaled(by: 2 * spread[r, m]) }
    products += tensors.slopes[m].scaled(by: spread[m, m])
    return VarianceSensitivity(
      covariance: covariance, derivatives: derivatives(directions), parameterCovariance: w,
      weightedProducts: products.scaled(by: 1 / (sigma2 * sigma2 * sigma2)))
  }

  /// Variances and covariances, the residual variance last.
  private var naturalDirections: Matrix {
    let elements = objective.ranges(\.pairCount)
    var directions: [[Double]] = []
    for (index, structure) in objective.structures.enumerated() {
      for own in structure.directions {
        var full = [Double](repeating: 0, count: objective.pairCount)
        full.replaceSubrange(elements[index], with: own)
        directions.append(full)
      }
    }
    return tensors.naturalDirections(directions)
  }

  /// Second derivatives of the deviance, or their means, along some directions of V without its curvature.
  ///
  /// Without traces the average of both kinds is all there is.
  private func hessian(_ directions: Matrix, _ information: VarianceInformation) -> Matrix {
    let squares = tensors.squares.scaled(by: 1 / (sigma2 * sigma2 * sigma2))
    let inner: Matrix
    if let found = tensors.traces {
      let traces = found.scaled(by: 1 / (sigma2 * sigma2))
      inner = information == .expected ? traces : squares.scaled(by: 2) - traces
    } else {
      inner = squares
    }
    return directions.transposed() * inner * directions
  }

  /// `-X'V^-1 V_i V^-1 X`.
  private func derivatives(_ directions: Matrix) -> [Matrix] {
    (0..<directions.columnCount).map { k in
      var sum = Matrix(rowCount: objective.sums.columnCount, columnCount: objective.sums.columnCount)
      for (r, slope) in tensors.slopes.enumerated() where directions[r, k] != 0 {
        sum += slope.scaled(by: -directions[r, k] / (sigma2 * sigma2))
      }
      return sum
    }
  }
}

/// The inverse of an information matrix in its directions of positive information.
struct PositiveInverse {
  let inverse: Matrix
  let isDefinite: Bool

  /// At unit diagonal, information below this is none.
  private static let least = 1e-10

  init(_ information: Matrix) {
    let scales = information.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    let unit = information.scalingRows(by: scales).scalingColumns(by: scales)
    guard let eigen = try? SymmetricEigen((unit + unit.transposed()).scaled(by: 0.5)) else {
      inverse = Matrix(rowCount: scales.count, columnCount: scales.count, repeating: .nan)
      isDefinite = false
      return
    }
    isDefinite = eigen.values.allSatisfy { $0 > Self.least }
    inverse = eigen.applying { $0 > Self.least ? 1 / $0 : 0 }.scalingRows(by: scales).scalingColumns(
      by: scales)
  }
}
