internal import CohortTables
internal import LinearAlgebra

/// The columns of the mean that stand on their own, and the sums over the rows.
struct MixedColumns {
  let sums: any MixedSums
  /// Each aliased column as a combination of the kept ones.
  let aliasing: Matrix

  /// Sums over the rows; where columns depend on each other, over those that do not.
  ///
  /// - Throws: `EstimationError` for values too large, for fewer rows than coefficients, and for a mean without columns.
  init(_ rows: inout MixedRows, frame: ModelFrame, in table: Table, _ executor: some FoldExecutor) throws {
    let count = frame.plan.columnCount
    var found = try Self.sums(rows, executor)
    let products = found.totals
    guard products.columnMajor.allSatisfy(\.isFinite) else {
      throw EstimationError.tooLarge("the columns of the formula", in: table)
    }
    guard found.rows > Double(count) else {
      throw EstimationError(
        .tooFewRows,
        "\(Expression.text(of: found.rows)) rows for \(count) coefficients: a mixed model needs more rows")
    }
    if count > 0, !Self.isClear(products, scales: rows.meanScales, tolerance: frame.options.rankTolerance) {
      let solution = try Self.independent(frame, executor)
      aliasing = solution.aliasing
      if !solution.aliased.isEmpty {
        rows.kept = solution.kept
        found = try Self.sums(rows, executor)
      }
    } else {
      aliasing = Matrix(rowCount: count, columnCount: 0)
    }
    if let combination = Self.combination(found.totals, rows: found.rows) {
      rows.combination = combination
      found = try Self.sums(rows, executor)
    }
    sums = found
  }

  /// The reciprocal condition number, at unit diagonal, below which columns are made orthogonal before they are summed.
  private static let leastCondition = 1e-3

  /// What makes nearly dependent columns, such as a late date and its product with an arm, orthogonal; nil where the sums
  /// of the columns themselves lose few digits.
  private static func combination(_ totals: Matrix, rows: Double) -> Matrix? {
    let own = Array(0..<totals.columnCount - 1)
    let inner = totals.selecting(rows: own, columns: own)
    guard !own.isEmpty, InformationFactor(information: inner, leastCondition: leastCondition) == nil else {
      return nil
    }
    let scales = inner.diagonal.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
    guard let factor = try? CholeskyFactor(inner.scalingRows(by: scales).scalingColumns(by: scales)) else {
      return nil
    }
    let inverse = factor.solveLower(.identity(order: own.count)).transposed().scalingRows(by: scales)
    return inverse.scaled(by: rows.squareRoot())
  }

  private static func sums(_ rows: MixedRows, _ executor: some FoldExecutor) throws -> any MixedSums {
    if rows.random.groupings.count == 1, !rows.usesGeneralSums { return try PersonProducts(rows, executor) }
    return try FactorProducts(rows)
  }

  /// Whether the squared pivots leave no doubt: far above both the tolerance and the rounding of sums.
  private static func isClear(_ products: Matrix, scales: ColumnShifts, tolerance: Double) -> Bool {
    let own = Array(0..<products.columnCount - 1)
    guard let factor = InformationFactor(information: products.selecting(rows: own, columns: own)) else {
      return false
    }
    let inverse = factor.inverse
    let n = products.columnCount > 0 ? max(products[0, 0], 1) : 1
    return own.allSatisfy { j in
      // The norm of the column as it stands, with its shift.
      let shift = scales.shifts[j] * scales.scales[j]
      let norm = (products[j, j] + n * shift * shift).squareRoot()
      return 1 / inverse[j, j].squareRoot() > 10 * tolerance * norm
    }
  }

  /// R's rule, from a triangular factor of the rows.
  private static func independent(_ frame: ModelFrame, _ executor: some FoldExecutor) throws
    -> LeastSquaresSolution
  {
    let source = try DesignSource(frame)
    let plan = frame.plan
    let moments = try executor.run(DesignMoments(columnCount: plan.columnCount), over: source)
    var shifts = [Double](repeating: 0, count: plan.columnCount + 1)
    if plan.hasIntercept {
      shifts = moments.means
      shifts[0] = 0
    }
    let triangle = try executor.run(
      TriangularFactorization(shifts: shifts, usesWeights: frame.options.weights != nil), over: source)
    return try LeastSquaresSolution(
      factor: triangle, shifts: shifts,
      referenceNorms: (0..<plan.columnCount).map { moments.norm(ofColumn: $0) },
      hasIntercept: plan.hasIntercept, tolerance: frame.options.rankTolerance)
  }
}
