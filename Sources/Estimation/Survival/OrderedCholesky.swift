import LinearAlgebra

/// Which columns of a cross-product matrix depend on earlier ones.
///
/// The diagonal of the Cholesky factor, column by column, is what remains of a column once the
/// earlier kept ones are taken out; a column of which next to nothing remains is aliased.
struct OrderedCholesky: Sendable {
  /// Columns that stand on their own.
  let kept: [Int]
  /// Each other column as a combination of the kept ones: kept x aliased.
  let aliasing: Matrix

  /// Goes through the columns in order.
  ///
  /// - Parameters:
  ///   - crossProduct: The columns' sums of squares and products.
  ///   - tolerance: The share of a column's own sum of squares below which nothing remains.
  ///   - rounding: For each column, what its sum of squares may be off by; none where not given.
  /// - Throws: `FactorizationError` when the kept columns are singular after all.
  init(_ crossProduct: Matrix, tolerance: Double, rounding: [Double]? = nil) throws {
    let order = crossProduct.rowCount
    var kept: [Int] = []
    var aliased: [Int] = []
    var rest = crossProduct
    for column in 0..<order {
      let pivot = rest[column, column]
      let least = max(tolerance * crossProduct[column, column], rounding?[column] ?? 0)
      guard pivot > least, pivot > 0 else {
        aliased.append(column)
        continue
      }
      kept.append(column)
      let base = rest
      for i in 0..<order {
        for j in 0..<order { rest[i, j] -= base[i, column] * base[column, j] / pivot }
      }
    }
    self.kept = kept
    if kept.isEmpty || aliased.isEmpty {
      aliasing = Matrix(rowCount: kept.count, columnCount: aliased.count)
    } else {
      let inner = try CholeskyFactor(crossProduct.selecting(rows: kept, columns: kept))
      aliasing = inner.solve(crossProduct.selecting(rows: kept, columns: aliased))
    }
  }
}
