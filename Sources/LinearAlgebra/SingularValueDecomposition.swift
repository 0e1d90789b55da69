internal import COpenBLAS

/// The singular value decomposition of a matrix of any shape.
///
///     A = U diag(values) V'
///
/// - Complexity: O(larger dimension x smaller dimension^2), by `dgesdd`.
public struct SingularValueDecomposition: Sendable, Equatable {
  /// The singular values, descending.
  public let values: [Double]

  /// The left singular vectors: one column for each value.
  public let left: Matrix

  /// The right singular vectors, transposed: one row for each value.
  public let rightTransposed: Matrix

  /// Decomposes a matrix.
  ///
  /// - Throws: ``FactorizationError/notFinite(row:column:)``, or
  ///   ``FactorizationError/notConverged(count:)`` where the iteration fails.
  public init(_ matrix: Matrix) throws(FactorizationError) {
    try matrix.requireFinite()
    BLASThreads.limitOnce()
    let (rows, columns) = (matrix.rowCount, matrix.columnCount)
    let depth = min(rows, columns)
    var values = [Double](repeating: 0, count: depth)
    var left = Matrix(rowCount: rows, columnCount: depth)
    var right = Matrix(rowCount: depth, columnCount: columns)
    if depth > 0 {
      var copy = matrix.columnMajor
      let larger = max(rows, columns)
      var work = [Double](repeating: 0, count: 4 * depth * depth + 7 * depth + 64 * (larger + 3 * depth))
      var integers = [Int32](repeating: 0, count: 8 * depth)
      // SAFETY: the arrays have the shapes that are passed; the scratch exceeds the least length
      // that dgesdd documents for thin factors, 4 k^2 + 7 k (k the smaller dimension).
      let info = unsafe LAPACKE_dgesdd_work(
        LAPACK_COL_MAJOR, Flag.thin, blasInteger(rows), blasInteger(columns), &copy,
        leadingDimension(rows), &values, &left.columnMajor, leadingDimension(rows),
        &right.columnMajor, leadingDimension(depth), &work, blasInteger(work.count), &integers)
      let remaining = checkedInfo(info, "dgesdd")
      guard remaining == 0 else { throw .notConverged(count: remaining) }
    }
    self.values = values
    self.left = left
    rightTransposed = right
  }

  /// The tolerance that `rank` and `solve` take when none is given: the larger dimension times 2.2e-16.
  public var defaultTolerance: Double {
    Double(max(left.rowCount, rightTransposed.columnCount)) * .ulpOfOne
  }

  /// The number of singular values that exceed a fraction of the largest.
  public func rank(relativeTolerance: Double? = nil) -> Int {
    guard let largest = values.first, largest > 0 else { return 0 }
    let limit = (relativeTolerance ?? defaultTolerance) * largest
    return values.prefix { $0 > limit }.count
  }

  /// The ratio of the largest to the smallest singular value; 1 for an empty matrix.
  public var condition: Double {
    guard let largest = values.first, let smallest = values.last else { return 1 }
    return largest / smallest
  }

  /// The least-squares solution of least norm.
  public func solve(_ rightHandSide: [Double], relativeTolerance: Double? = nil) -> [Double] {
    precondition(rightHandSide.count == left.rowCount, "A right-hand side must have one element a row")
    let rank = rank(relativeTolerance: relativeTolerance)
    var coordinates = left.transposeTimes(rightHandSide)
    for i in coordinates.indices { coordinates[i] = i < rank ? coordinates[i] / values[i] : 0 }
    return rightTransposed.transposeTimes(coordinates)
  }

  /// The Moore-Penrose inverse.
  public func pseudoInverse(relativeTolerance: Double? = nil) -> Matrix {
    let rank = rank(relativeTolerance: relativeTolerance)
    let reciprocals = values.enumerated().map { $0.offset < rank ? 1 / $0.element : 0 }
    return rightTransposed.transposeTimes(left.scalingColumns(by: reciprocals).transposed())
  }
}
