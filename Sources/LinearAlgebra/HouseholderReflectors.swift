internal import COpenBLAS

/// An orthogonal matrix as a product of Householder reflectors, the way LAPACK keeps it.
struct HouseholderReflectors: Sendable, Equatable {
  /// The reflectors' directions below the diagonals of successive columns.
  var directions: Matrix

  /// The reflectors' factors.
  var factors: [Double]

  /// Scratch that lets `dormqr` apply its blocks of 32 to 64 reflectors at once.
  private static let blockScratch = 64 * 65

  /// The right-hand sides multiplied by Q or by Q'.
  func apply(isTransposed: Bool, to rightHandSides: Matrix) -> Matrix {
    precondition(
      rightHandSides.rowCount == directions.rowCount, "A right-hand side must have one element a row")
    BLASThreads.limitOnce()
    var result = rightHandSides
    guard !factors.isEmpty, result.columnCount > 0 else { return result }
    var work = [Double](repeating: 0, count: result.columnCount * 64 + Self.blockScratch)
    // SAFETY: there are as many direction columns as factors, each as long as the result's columns;
    // the scratch has the length that is passed.
    let info = unsafe LAPACKE_dormqr_work(
      LAPACK_COL_MAJOR, Flag.left, isTransposed ? Flag.transposed : Flag.plain,
      blasInteger(result.rowCount), blasInteger(result.columnCount), blasInteger(factors.count),
      directions.columnMajor, leadingDimension(directions.rowCount), factors, &result.columnMajor,
      leadingDimension(result.rowCount), &work, blasInteger(work.count))
    _ = checkedInfo(info, "dormqr")
    return result
  }

  /// The first columns of Q.
  func orthonormalColumns(_ count: Int) -> Matrix {
    var unit = Matrix(rowCount: directions.rowCount, columnCount: count)
    for i in 0..<min(count, unit.rowCount) { unit[i, i] = 1 }
    return apply(isTransposed: false, to: unit)
  }
}
