internal import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix.
///
///     A = V diag(values) V'    with V orthogonal
///
/// Only the lower half of the matrix is read.
///
/// - Complexity: O(order^3), by `dsyevd`.
public struct SymmetricEigen: Sendable, Equatable {
  /// The eigenvalues, ascending.
  public let values: [Double]

  /// The eigenvectors of length 1, a column for each value; their signs carry no meaning.
  public let vectors: Matrix

  /// Decomposes a symmetric matrix.
  ///
  /// - Throws: ``FactorizationError/notFinite(row:column:)``, or
  ///   ``FactorizationError/notConverged(count:)`` where the iteration fails.
  public init(_ symmetric: Matrix) throws(FactorizationError) {
    precondition(symmetric.isSquare, "Only a square matrix has eigenvalues")
    BLASThreads.limitOnce()
    let order = symmetric.rowCount
    var vectors = symmetric.mirroring(.lower)
    try vectors.requireFinite()
    var values = [Double](repeating: 0, count: order)
    if order > 0 {
      var work = [Double](repeating: 0, count: 1 + 6 * order + 2 * order * order)
      var integers = [Int32](repeating: 0, count: 3 + 5 * order)
      // SAFETY: the arrays have order squared and order elements; the scratch arrays have the
      // least lengths that dsyevd documents, which are passed.
      let info = unsafe LAPACKE_dsyevd_work(
        LAPACK_COL_MAJOR, Flag.vectors, Flag.lower, blasInteger(order), &vectors.columnMajor,
        leadingDimension(order), &values, &work, blasInteger(work.count), &integers,
        blasInteger(integers.count))
      let left = checkedInfo(info, "dsyevd")
      guard left == 0 else { throw .notConverged(count: left) }
    }
    self.values = values
    self.vectors = vectors
  }

  /// The matrix V diag(f(values)) V', exactly symmetric.
  ///
  /// With the reciprocal square root, for one, it is the inverse symmetric root of the matrix.
  public func applying(_ function: (Double) -> Double) -> Matrix {
    var result = vectors.scalingColumns(by: values.map(function)) * vectors.transposed()
    result.mirror(.lower)
    return result
  }
}
