internal import COpenBLAS

/// Systems of equations with a triangular matrix.
public enum TriangularSystem {
  /// The solution X of T X = B or T' X = B, where T is one half of a square matrix.
  ///
  /// The other half is not read. A zero on the diagonal gives infinite or undefined elements; the
  /// factorisations of this module rule it out or throw before they come here.
  ///
  /// - Parameters:
  ///   - matrix: The square matrix that holds T.
  ///   - triangle: The half that is T.
  ///   - isTransposed: Whether T' takes the place of T.
  ///   - rightHandSides: B, one column for each right-hand side.
  /// - Returns: X, of the shape of B.
  /// - Complexity: O(order^2 x right-hand sides), by `dtrsm`.
  public static func solve(
    _ matrix: Matrix, _ triangle: Triangle, isTransposed: Bool = false, _ rightHandSides: Matrix
  ) -> Matrix {
    precondition(matrix.isSquare, "Only a square matrix has two halves")
    precondition(
      rightHandSides.rowCount == matrix.rowCount, "A right-hand side must have one element a row")
    BLASThreads.limitOnce()
    var result = rightHandSides
    guard result.rowCount > 0, result.columnCount > 0 else { return result }
    let order = matrix.rowCount
    // SAFETY: the matrix has order squared elements, the result order rows and columnCount columns.
    unsafe cblas_dtrsm(
      CblasColMajor, CblasLeft, triangle == .lower ? CblasLower : CblasUpper,
      isTransposed ? CblasTrans : CblasNoTrans, CblasNonUnit, blasInteger(order),
      blasInteger(result.columnCount), 1, matrix.columnMajor, leadingDimension(order),
      &result.columnMajor, leadingDimension(order))
    return result
  }

  /// The solution x of T x = b or T' x = b, where T is one half of a square matrix.
  public static func solve(
    _ matrix: Matrix, _ triangle: Triangle, isTransposed: Bool = false, _ rightHandSide: [Double]
  ) -> [Double] {
    solve(matrix, triangle, isTransposed: isTransposed, Matrix(columns: [rightHandSide])).columnMajor
  }
}
