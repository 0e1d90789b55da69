package import LinearAlgebra

/// Least squares from a triangular factor, in the columns' own scale.
///
/// The factor belongs to shifted columns; coefficients and covariance are mapped back exactly:
/// slopes stay, and the intercept becomes `b_0 - s'b + s_y`.
package struct LeastSquaresSolution: Sendable {
  /// Indices of the columns that are estimated.
  let kept: [Int]
  /// Indices of the columns that depend on earlier ones.
  let aliased: [Int]
  /// Aliased columns (one column each) as combinations of the kept ones (one row each).
  let aliasing: Matrix
  /// The coefficients of the kept columns.
  let coefficients: [Double]
  /// `G` with `G G' = (X'WX)^-1` over the kept columns.
  let inverseRoot: Matrix
  /// The root of the residual sum of squares.
  let residualNorm: Double
  /// The regression sum of squares about the intercept (or about 0 without one).
  let regressionSquares: Double
  /// The inverse of the triangle in shifted columns: maps a shifted row to orthonormal coordinates.
  let shiftedInverse: Matrix
  let shifts: [Double]
  /// The norms with which the columns' remaining norms were compared.
  let referenceNorms: [Double]

  package init(
    factor: UpperTriangle, shifts: [Double], referenceNorms: [Double], hasIntercept: Bool, tolerance: Double
  ) throws {
    let columnCount = shifts.count - 1
    let all = factor.matrix
    let rows = Array(0...columnCount)
    let left = all.selecting(rows: rows, columns: Array(0..<columnCount))
    let qr = try LimitedPivotQR(left, tolerance: tolerance, referenceNorms: referenceNorms)
    let rotated = qr.applyTransposedQ(all.column(columnCount))
    kept = qr.kept
    aliased = qr.aliased
    let rank = kept.count
    let shifted = try qr.upper.solve(upper: Array(rotated[..<rank]))
    let inverse = try qr.upper.inverse()
    residualNorm = Self.norm(rotated[rank...])
    let first = hasIntercept && kept.first == 0 ? 1 : 0
    let regression = Self.norm(rotated[first..<rank])
    regressionSquares = regression * regression

    var back = Matrix.identity(order: rank)
    var coefficients = shifted
    if first == 1 {
      for j in 1..<max(rank, 1) {
        back[0, j] = -shifts[kept[j]]
        coefficients[0] -= shifts[kept[j]] * shifted[j]
      }
      coefficients[0] += shifts[columnCount]
    }
    self.coefficients = coefficients
    inverseRoot = back * inverse
    shiftedInverse = inverse
    self.shifts = shifts
    self.referenceNorms = referenceNorms
    aliasing = Self.unshiftedAliasing(qr, shifts: shifts, hasIntercept: first == 1)
  }

  /// `x_a - s_a = sum c_j (x_j - s_j) + c_0` gives `x_a = sum c_j x_j + (c_0 + s_a - sum c_j s_j)`.
  private static func unshiftedAliasing(
    _ qr: LimitedPivotQR, shifts: [Double], hasIntercept: Bool
  ) -> Matrix {
    var result = qr.aliasing
    guard hasIntercept else { return result }
    for (index, column) in qr.aliased.enumerated() {
      var constant = result[0, index] + shifts[column]
      for j in 1..<max(qr.kept.count, 1) { constant -= result[j, index] * shifts[qr.kept[j]] }
      result[0, index] = constant
    }
    return result
  }

  /// Scaled by the largest entry, so that squares neither overflow nor vanish.
  private static func norm(_ values: ArraySlice<Double>) -> Double {
    let largest = values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return 0 }
    return largest * values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
  }

  /// `(X'WX)^-1` over the kept columns.
  var inverseCrossProduct: Matrix { inverseRoot * inverseRoot.transposed() }
}

extension LeastSquaresSolution {
  /// The rows of a block in orthonormal coordinates (divided by the root of their weight), and their
  /// residuals.
  func coordinatesAndResiduals(of block: DesignBlock) -> (coordinates: Matrix, residuals: [Double]) {
    var shifted = block.columns.selecting(columns: kept)
    let fitted = shifted * coefficients
    for (j, column) in kept.enumerated() where shifts[column] != 0 {
      for i in 0..<block.rowCount { shifted[i, j] -= shifts[column] }
    }
    return (shifted * shiftedInverse, zip(block.response, fitted).map { $0 - $1 })
  }
}
