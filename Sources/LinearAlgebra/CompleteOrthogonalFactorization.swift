internal import COpenBLAS

/// The complete orthogonal factorisation, for least squares of least norm when the rank is deficient.
///
///     A P = Q [T 0; 0 0] Z    with T upper triangular of the rank's order
///
/// It costs a fraction of the singular value decomposition, and gives the same solution when the
/// rank is clear.
///
/// - Complexity: O(rows x columns^2), by `dgeqp3` and `dtzrzf`.
///
/// ## References
/// Golub & Van Loan (2013), Matrix Computations, 4th edition, section 5.5.3.
public struct CompleteOrthogonalFactorization: Sendable, Equatable {
  /// The numerical rank.
  public let rank: Int

  private let pivoted: PivotedQR

  /// T in its upper half, and to its right the directions of the reflectors that make up Z.
  private let trapezoid: Matrix
  private let factors: [Double]

  /// Factors a matrix of any shape.
  ///
  /// - Parameters:
  ///   - matrix: The matrix.
  ///   - relativeTolerance: The fraction of the first diagonal element of the pivoted factor that
  ///     the others must exceed to count; the larger dimension times 2.2e-16 when absent.
  /// - Throws: ``FactorizationError/notFinite(row:column:)``.
  public init(_ matrix: Matrix, relativeTolerance: Double? = nil) throws(FactorizationError) {
    pivoted = try PivotedQR(matrix)
    rank = pivoted.rank(relativeTolerance: relativeTolerance)
    var trapezoid = pivoted.upper.selecting(rows: Array(0..<rank))
    var factors = [Double](repeating: 0, count: rank)
    if rank > 0, rank < matrix.columnCount {
      var work = [Double](repeating: 0, count: 32 * rank)
      // SAFETY: the array has rank x columns elements, the factors rank, the scratch its length.
      let info = unsafe LAPACKE_dtzrzf_work(
        LAPACK_COL_MAJOR, blasInteger(rank), blasInteger(matrix.columnCount), &trapezoid.columnMajor,
        leadingDimension(rank), &factors, &work, blasInteger(work.count))
      _ = checkedInfo(info, "dtzrzf")
    }
    self.trapezoid = trapezoid
    self.factors = factors
  }

  /// The least-squares solution of least norm.
  public func solve(_ rightHandSide: [Double]) -> [Double] {
    solve(Matrix(columns: [rightHandSide])).columnMajor
  }

  /// The least-squares solutions of least norm, one column for each right-hand side.
  public func solve(_ rightHandSides: Matrix) -> Matrix {
    let columns = trapezoid.columnCount
    let transformed = pivoted.reflectors.apply(isTransposed: true, to: rightHandSides)
    let leading = Array(0..<rank)
    let basic = TriangularSystem.solve(
      trapezoid.selecting(columns: leading), .upper, transformed.selecting(rows: leading))
    var rotated = Matrix(rowCount: columns, columnCount: rightHandSides.columnCount)
    for j in 0..<basic.columnCount {
      for i in 0..<rank { rotated[i, j] = basic[i, j] }
    }
    if rank > 0, rank < columns { applyTransposedZ(to: &rotated) }
    var result = rotated
    for j in 0..<result.columnCount {
      for i in 0..<columns { result[pivoted.pivots[i], j] = rotated[i, j] }
    }
    return result
  }

  private func applyTransposedZ(to vectors: inout Matrix) {
    guard vectors.columnCount > 0 else { return }
    let columns = trapezoid.columnCount
    var work = [Double](repeating: 0, count: vectors.columnCount * 64 + 64 * 65)
    // SAFETY: the trapezoid has rank x columns elements, the vectors columns rows, the scratch its length.
    let info = unsafe LAPACKE_dormrz_work(
      LAPACK_COL_MAJOR, Flag.left, Flag.transposed, blasInteger(columns),
      blasInteger(vectors.columnCount), blasInteger(rank), blasInteger(columns - rank),
      trapezoid.columnMajor, leadingDimension(rank), factors, &vectors.columnMajor,
      leadingDimension(columns), &work, blasInteger(work.count))
    _ = checkedInfo(info, "dormrz")
  }
}
