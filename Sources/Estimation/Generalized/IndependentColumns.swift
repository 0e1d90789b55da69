internal import LinearAlgebra

/// Which columns of a design stand on their own, by R's rule on the weighted rows of the first iteration.
struct IndependentColumns: Sendable {
  let kept: [Int]
  /// Each aliased column (one column each) as a combination of the kept ones, in the plan's own columns.
  let aliasing: Matrix

  /// Decides from the sums of the first iteration over all columns, whose shifts are the rows'.
  ///
  /// A column is aliased when less than the tolerance times its norm remains beside earlier ones.
  ///
  /// - Throws: `FactorizationError` for values that are not finite.
  init(
    _ start: WorkingSums.State, rows: GeneralizedRows, family: FittedFamily, hasIntercept: Bool,
    tolerance: Double, executor: some FoldExecutor
  ) throws {
    let information = start.information
    let count = information.columnCount
    let shifts = rows.shifts
    let norms = (0..<count).map { j -> Double in
      guard hasIntercept else { return information[j, j].squareRoot() }
      let squares =
        information[j, j] + 2 * shifts[j] * information[0, j] + shifts[j] * shifts[j] * information[0, 0]
      return j == 0 ? information[0, 0].squareRoot() : max(squares, information[j, j]).squareRoot()
    }
    if Self.isClear(information, norms: norms, tolerance: tolerance) {
      kept = Array(0..<count)
      aliasing = Matrix(rowCount: count, columnCount: 0)
      return
    }
    let triangle = try executor.run(
      WorkingTriangle(family: family, beta: nil, columnCount: count), over: rows)
    let qr = try LimitedPivotQR(triangle.matrix, tolerance: tolerance, referenceNorms: norms)
    kept = qr.kept
    var combinations = qr.aliasing
    if hasIntercept, qr.kept.first == 0 {
      // `x_a - s_a = sum c_j (x_j - s_j) + c_0` in the plan's own columns.
      for (index, column) in qr.aliased.enumerated() {
        var constant = combinations[0, index] + shifts[column]
        for j in 1..<max(qr.kept.count, 1) { constant -= combinations[j, index] * shifts[qr.kept[j]] }
        combinations[0, index] = constant
      }
    }
    aliasing = combinations
  }

  /// Whether the squared pivots leave no doubt: far above both the tolerance and the rounding of sums.
  private static func isClear(_ information: Matrix, norms: [Double], tolerance: Double) -> Bool {
    guard let factor = InformationFactor(information: information) else { return false }
    // A column of the inverse root's rows gives the part of a column that all others leave.
    let inverse = factor.inverse
    return norms.indices.allSatisfy { 1 / inverse[$0, $0].squareRoot() > 10 * tolerance * norms[$0] }
  }
}
