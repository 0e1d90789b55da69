internal import COpenBLAS

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The Cholesky factor of a symmetric positive definite matrix.
///
///     A = L L'    with L lower triangular, its diagonal positive
///
/// Only the lower half of the matrix is read.
///
/// - Complexity: O(order^3 / 3), by `dpotrf`.
public struct CholeskyFactor: Sendable, Equatable {
  /// The lower triangular factor, zeros above its diagonal.
  public let lower: Matrix

  private let oneNorm: Double

  /// Factors a symmetric matrix.
  ///
  /// - Parameter symmetric: A square matrix whose lower half is read.
  /// - Throws: ``FactorizationError/notPositiveDefinite(leadingMinor:)`` with the order of the
  ///   first leading minor that is not positive, or ``FactorizationError/notFinite(row:column:)``.
  public init(_ symmetric: Matrix) throws(FactorizationError) {
    precondition(symmetric.isSquare, "Only a square matrix has a Cholesky factor")
    BLASThreads.limitOnce()
    let order = symmetric.rowCount
    var factor = symmetric
    for j in 0..<order {
      for i in 0..<j { factor[i, j] = 0 }
    }
    try factor.requireFinite()
    oneNorm = factor.mirroring(.lower).largestColumnSum
    if order > 0 {
      // SAFETY: the array has order squared elements.
      let info = unsafe LAPACKE_dpotrf_work(
        LAPACK_COL_MAJOR, Flag.lower, blasInteger(order), &factor.columnMajor, leadingDimension(order))
      let minor = checkedInfo(info, "dpotrf")
      guard minor == 0 else { throw .notPositiveDefinite(leadingMinor: minor) }
      // The factor of a definite matrix cannot overflow, and OpenBLAS lets an undefined pivot pass.
      if let spoiled = factor.diagonal.firstIndex(where: { !$0.isFinite }) {
        throw .notPositiveDefinite(leadingMinor: spoiled + 1)
      }
    }
    lower = factor
  }

  /// The number of rows and columns.
  public var order: Int { lower.rowCount }

  /// The solution x of A x = b.
  public func solve(_ rightHandSide: [Double]) -> [Double] {
    solve(Matrix(columns: [rightHandSide])).columnMajor
  }

  /// The solution X of A X = B, one column for each right-hand side.
  public func solve(_ rightHandSides: Matrix) -> Matrix {
    precondition(rightHandSides.rowCount == order, "A right-hand side must have one element a row")
    BLASThreads.limitOnce()
    var result = rightHandSides
    guard order > 0, result.columnCount > 0 else { return result }
    // SAFETY: the factor has order squared elements, the result order rows and columnCount columns.
    let info = unsafe LAPACKE_dpotrs_work(
      LAPACK_COL_MAJOR, Flag.lower, blasInteger(order), blasInteger(result.columnCount),
      lower.columnMajor, leadingDimension(order), &result.columnMajor, leadingDimension(order))
    _ = checkedInfo(info, "dpotrs")
    return result
  }

  /// The solution x of L x = b, whose sum of squares is b' A^-1 b.
  public func solveLower(_ rightHandSide: [Double]) -> [Double] {
    solveLower(Matrix(columns: [rightHandSide])).columnMajor
  }

  /// The solution X of L X = B, one column for each right-hand side.
  public func solveLower(_ rightHandSides: Matrix) -> Matrix {
    TriangularSystem.solve(lower, .lower, isTransposed: false, rightHandSides)
  }

  /// The inverse of the matrix, exactly symmetric.
  public func inverse() -> Matrix {
    BLASThreads.limitOnce()
    var result = lower
    guard order > 0 else { return result }
    // SAFETY: the array has order squared elements. The diagonal is positive, so info is 0.
    let info = unsafe LAPACKE_dpotri_work(
      LAPACK_COL_MAJOR, Flag.lower, blasInteger(order), &result.columnMajor, leadingDimension(order))
    _ = checkedInfo(info, "dpotri")
    result.mirror(.lower)
    return result
  }

  /// The natural logarithm of the determinant of the matrix.
  public var logDeterminant: Double {
    2 * lower.diagonal.reduce(0) { $0 + log($1) }
  }

  /// An estimate of the reciprocal condition number in the 1-norm; 1 for an empty matrix.
  ///
  /// It is near 1 for a well conditioned matrix, and near the unit roundoff (1.1e-16) for one that
  /// cannot be told from a singular one.
  ///
  /// - Complexity: O(order^2), by `dpocon`.
  public var reciprocalCondition: Double {
    guard order > 0 else { return 1 }
    BLASThreads.limitOnce()
    var result = 0.0
    var work = [Double](repeating: 0, count: 3 * order)
    var integers = [Int32](repeating: 0, count: order)
    // SAFETY: the factor has order squared elements; the scratch arrays have 3 x order and order.
    let info = unsafe LAPACKE_dpocon_work(
      LAPACK_COL_MAJOR, Flag.lower, blasInteger(order), lower.columnMajor, leadingDimension(order),
      oneNorm, &result, &work, &integers)
    _ = checkedInfo(info, "dpocon")
    return result
  }
}

extension Matrix {
  /// The 1-norm: the largest sum of absolute values down a column.
  var largestColumnSum: Double {
    (0..<columnCount).map { j in column(j).reduce(0) { $0 + abs($1) } }.max() ?? 0
  }
}
