internal import COpenBLAS

/// The QR factorisation with column pivoting.
///
///     A P = Q R    with |R[0,0]| >= |R[1,1]| >= ...
///
/// At each step the column with the largest remaining norm comes next, so the diagonal of R shows
/// the numerical rank. For rank detection in the order of the columns use ``LimitedPivotQR``.
///
/// - Complexity: O(rows x columns^2), by `dgeqp3`.
public struct PivotedQR: Sendable, Equatable {
  /// The original index of the column at each place of A P.
  public let pivots: [Int]

  /// The factor R: as many rows as the smaller dimension, zeros below the diagonal.
  public let upper: Matrix

  let reflectors: HouseholderReflectors

  /// Factors a matrix of any shape.
  ///
  /// - Throws: ``FactorizationError/notFinite(row:column:)``.
  public init(_ matrix: Matrix) throws(FactorizationError) {
    try matrix.requireFinite()
    BLASThreads.limitOnce()
    let (rows, columns) = (matrix.rowCount, matrix.columnCount)
    let depth = min(rows, columns)
    var work = matrix
    var places = [Int32](repeating: 0, count: columns)
    var factors = [Double](repeating: 0, count: depth)
    if depth > 0 {
      var scratch = [Double](repeating: 0, count: 2 * columns + (columns + 1) * 32)
      // SAFETY: the arrays have rows x columns, columns and min(rows, columns) elements; the
      // scratch exceeds the least length 3 x columns + 1.
      let info = unsafe LAPACKE_dgeqp3_work(
        LAPACK_COL_MAJOR, blasInteger(rows), blasInteger(columns), &work.columnMajor,
        leadingDimension(rows), &places, &factors, &scratch, blasInteger(scratch.count))
      _ = checkedInfo(info, "dgeqp3")
      pivots = places.map { Int($0) - 1 }
    } else {
      pivots = Array(0..<columns)
    }
    var upper = Matrix(rowCount: depth, columnCount: columns)
    for j in 0..<columns {
      for i in 0..<min(j + 1, depth) { upper[i, j] = work[i, j] }
    }
    self.upper = upper
    reflectors = HouseholderReflectors(directions: work, factors: factors)
  }

  /// The tolerance that `rank` and `solve` take when none is given: the larger dimension times 2.2e-16.
  public var defaultTolerance: Double {
    Double(max(reflectors.directions.rowCount, upper.columnCount)) * .ulpOfOne
  }

  /// The number of diagonal elements of R that exceed a fraction of the first in absolute value.
  public func rank(relativeTolerance: Double? = nil) -> Int {
    let diagonal = upper.diagonal.map { abs($0) }
    guard let first = diagonal.first, first > 0 else { return 0 }
    let limit = (relativeTolerance ?? defaultTolerance) * first
    return diagonal.prefix { $0 > limit }.count
  }

  /// The orthonormal factor Q: as many columns as the smaller dimension.
  public var orthonormal: Matrix {
    reflectors.orthonormalColumns(upper.rowCount)
  }

  /// The product Q' b, of the length of b.
  public func applyTransposedQ(_ vector: [Double]) -> [Double] {
    reflectors.apply(isTransposed: true, to: Matrix(columns: [vector])).columnMajor
  }

  /// The basic least-squares solution, which has a zero for every column beyond the rank.
  public func solve(_ rightHandSide: [Double], relativeTolerance: Double? = nil) -> [Double] {
    solve(Matrix(columns: [rightHandSide]), relativeTolerance: relativeTolerance).columnMajor
  }

  /// The basic least-squares solutions, one column for each right-hand side.
  public func solve(_ rightHandSides: Matrix, relativeTolerance: Double? = nil) -> Matrix {
    let rank = rank(relativeTolerance: relativeTolerance)
    let transformed = reflectors.apply(isTransposed: true, to: rightHandSides)
    let leading = Array(0..<rank)
    let basic = TriangularSystem.solve(
      upper.selecting(rows: leading, columns: leading), .upper, transformed.selecting(rows: leading))
    var result = Matrix(rowCount: upper.columnCount, columnCount: rightHandSides.columnCount)
    for j in 0..<basic.columnCount {
      for i in 0..<rank { result[pivots[i], j] = basic[i, j] }
    }
    return result
  }
}
