internal import COpenBLAS

extension Matrix {
  /// The matrix product.
  ///
  /// - Complexity: O(rows x inner x columns), by `dgemm`.
  public static func * (left: Matrix, right: Matrix) -> Matrix {
    precondition(left.columnCount == right.rowCount, "The inner dimensions must agree")
    return product(left, CblasNoTrans, right, rows: left.rowCount, inner: left.columnCount)
  }

  /// The product with a column vector.
  ///
  /// - Complexity: O(rows x columns), by `dgemv`.
  public static func * (left: Matrix, right: [Double]) -> [Double] {
    precondition(left.columnCount == right.count, "The vector must have one element a column")
    return left.product(CblasNoTrans, right, count: left.rowCount)
  }

  /// The product of the transposed matrix with a column vector.
  ///
  /// - Complexity: O(rows x columns), by `dgemv`.
  public func transposeTimes(_ vector: [Double]) -> [Double] {
    precondition(rowCount == vector.count, "The vector must have one element a row")
    return product(CblasTrans, vector, count: columnCount)
  }

  /// The product of the transposed matrix with another matrix.
  ///
  /// - Complexity: O(rows x columns x other's columns), by `dgemm`.
  public func transposeTimes(_ other: Matrix) -> Matrix {
    precondition(rowCount == other.rowCount, "The matrices must have equally many rows")
    return Matrix.product(self, CblasTrans, other, rows: columnCount, inner: rowCount)
  }

  /// The quadratic form v'Av of a square matrix.
  ///
  /// - Complexity: O(order^2), by `dgemv` and `ddot`.
  public func quadraticForm(_ vector: [Double]) -> Double {
    precondition(isSquare, "A quadratic form needs a square matrix")
    return dotProduct(vector, self * vector)
  }

  private static func product(
    _ left: Matrix, _ leftForm: CBLAS_TRANSPOSE, _ right: Matrix, rows: Int, inner: Int
  ) -> Matrix {
    BLASThreads.limitOnce()
    var result = Matrix(rowCount: rows, columnCount: right.columnCount)
    guard rows > 0, inner > 0, right.columnCount > 0 else { return result }
    // SAFETY: each array has its leading dimension times its column count elements.
    unsafe cblas_dgemm(
      CblasColMajor, leftForm, CblasNoTrans, blasInteger(rows), blasInteger(right.columnCount),
      blasInteger(inner), 1, left.columnMajor, leadingDimension(left.rowCount), right.columnMajor,
      leadingDimension(right.rowCount), 0, &result.columnMajor, leadingDimension(rows))
    return result
  }

  private func product(_ form: CBLAS_TRANSPOSE, _ vector: [Double], count: Int) -> [Double] {
    BLASThreads.limitOnce()
    var result = [Double](repeating: 0, count: count)
    guard rowCount > 0, columnCount > 0 else { return result }
    // SAFETY: the callers checked the vector's length against the dimension that the form reads.
    unsafe cblas_dgemv(
      CblasColMajor, form, blasInteger(rowCount), blasInteger(columnCount), 1, columnMajor,
      leadingDimension(rowCount), vector, 1, 0, &result, 1)
    return result
  }
}

/// The sum of the products of two vectors' elements, by `ddot`.
public func dotProduct(_ left: [Double], _ right: [Double]) -> Double {
  precondition(left.count == right.count, "The vectors must have equal lengths")
  BLASThreads.limitOnce()
  // SAFETY: both arrays have the count that is passed.
  return unsafe cblas_ddot(blasInteger(left.count), left, 1, right, 1)
}

/// The Euclidean norm of a vector, free of overflow and underflow, by `dnrm2`.
public func euclideanNorm(_ vector: [Double]) -> Double {
  BLASThreads.limitOnce()
  // SAFETY: the array has the count that is passed.
  return unsafe cblas_dnrm2(blasInteger(vector.count), vector, 1)
}
