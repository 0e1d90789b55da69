internal import LinearAlgebra

extension AdjustedCluster {
  /// Rows whose covariance under the working model is `V = L L'`.
  ///
  /// With `x = L^-1 X` in coordinates in which `X'V^-1X` is the identity over all clusters,
  /// ```
  /// CR3: A = (I - X M X'V^-1)^-1
  /// CR2: A = L B^-1/2 L',   B = L'(V - X M X')L = S (I - x x') S,   S = L'L
  /// ```
  /// which any other root of V gives too. CR2 is clubSandwich's with V as target; all others are functions of
  /// `x'x`.
  ///
  /// - Parameters:
  ///   - kind: CR0 to CR3.
  ///   - factor: L.
  ///   - design: X in these coordinates.
  ///   - residuals: Of the same rows.
  ///   - square: `L'L`, where it is not that of the factor.
  /// - Throws: `FactorizationError` where an eigenvalue problem does not end.
  /// - Complexity: O(rows^3).
  init(
    _ kind: RobustCovariance, factor: CholeskyFactor, design: Matrix, residuals: [Double],
    square: Matrix? = nil
  ) throws {
    let (x, e) = (factor.solveLower(design), factor.solveLower(residuals))
    guard kind == .cr2 else {
      try self.init(
        kind, share: x.crossProduct(), scores: x.transposeTimes(e), total: .identity(order: x.columnCount))
      return
    }
    let left = Matrix.identity(order: x.rowCount) - x * x.transposed()
    let share = try SymmetricEigen(left)
    // Ascending: those that are 0 come first.
    let none = share.values.prefix { $0 <= SoleDirections.tolerance }.count
    let directions = (0..<none).map { x.transposeTimes(share.vectors.column($0)) }
    let square = square ?? factor.lower.crossProduct()
    let bound = try SymmetricEigen(square * left * square)
    let largest = bound.values.last ?? 0
    let adjustment =
      bound.applying { $0 > ClusterSandwich.tolerance * largest ? 1 / $0.squareRoot() : 0 } * square
    let length = adjustment.transposed() * x
    self.init(
      score: x.transposeTimes(adjustment * e), link: x.transposeTimes(length),
      // No more rows than columns: only products of the length with itself are used.
      length: length.rowCount > length.columnCount ? UpperTriangle(factoring: length).matrix : length,
      directions: directions)
  }
}
