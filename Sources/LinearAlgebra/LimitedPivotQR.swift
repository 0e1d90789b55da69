internal import COpenBLAS

/// The QR factorisation that keeps the columns' order and sets aside those that depend on earlier ones.
///
///     A[:, kept] = Q R,    A[:, aliased] ~ A[:, kept] C
///
/// A column is aliased when its norm, after the part explained by the kept columns before it is
/// removed, falls below a tolerance times its reference norm. The later of two dependent columns is
/// therefore the one that goes, which is the rule of R's `lm`.
///
/// We compute every remaining norm from the transformed column itself; LINPACK's routine downdates
/// a running norm and can therefore decide differently close to the tolerance.
///
/// - Complexity: O(rows x columns x rank), by `dormqr` and `dlarfg`.
///
/// ## References
/// Dongarra, Bunch, Moler & Stewart (1979), LINPACK Users' Guide, chapter 9 (dqrdc), with the
/// limited pivoting that R documents under `qr`, argument `LAPACK = FALSE`.
public struct LimitedPivotQR: Sendable, Equatable {
  /// The number of rows of the matrix.
  public let rowCount: Int

  /// The number of columns of the matrix.
  public let columnCount: Int

  /// The columns that are kept, ascending.
  public let kept: [Int]

  /// The columns that depend on kept ones before them, ascending.
  public let aliased: [Int]

  /// The factor R of the kept columns, its diagonal positive.
  public let upper: UpperTriangle

  /// Each aliased column as a combination of the kept ones: one row a kept column, one column an aliased one.
  ///
  /// Kept columns that come after the aliased one have the coefficient 0.
  public let aliasing: Matrix

  private let reflectors: HouseholderReflectors

  /// The signs that turn LAPACK's factor into the one with a positive diagonal.
  private let signs: [Double]

  /// Factors a matrix of any shape.
  ///
  /// - Parameters:
  ///   - matrix: The columns to examine, in order; a triangular factor of the data serves as well
  ///     as the data, for it has the same norms and the same dependences.
  ///   - tolerance: The fraction of its reference norm below which a column is aliased.
  ///   - referenceNorms: The norm with which each column is compared; its own when absent. A column
  ///     whose reference norm is 0 is aliased.
  /// - Throws: ``FactorizationError/notFinite(row:column:)``.
  public init(
    _ matrix: Matrix, tolerance: Double = 1e-7, referenceNorms: [Double]? = nil
  ) throws(FactorizationError) {
    precondition(tolerance >= 0, "The tolerance must not be negative")
    precondition(
      referenceNorms.map { $0.count == matrix.columnCount } ?? true, "There must be one norm a column")
    try matrix.requireFinite()
    var sweep = ColumnSweep(rowCount: matrix.rowCount, columnCount: matrix.columnCount)
    for j in 0..<matrix.columnCount {
      let column = matrix.column(j)
      let reference = referenceNorms?[j] ?? euclideanNorm(column)
      precondition(reference >= 0, "A reference norm must not be negative")
      sweep.examine(column, index: j, limit: tolerance * reference)
    }
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    kept = sweep.kept
    aliased = sweep.aliased
    (upper, signs) = sweep.signedTriangle()
    aliasing = sweep.aliasing(upper, signs)
    reflectors = sweep.reflectors
  }

  /// The number of kept columns.
  public var rank: Int { kept.count }

  /// The product Q' b, whose first ``rank`` elements are the part of b that the kept columns span.
  public func applyTransposedQ(_ vector: [Double]) -> [Double] {
    var result = reflectors.apply(isTransposed: true, to: Matrix(columns: [vector])).columnMajor
    for (i, sign) in signs.enumerated() { result[i] *= sign }
    return result
  }

  /// The first ``rank`` columns of Q.
  public var orthonormal: Matrix {
    reflectors.orthonormalColumns(rank).scalingColumns(by: signs)
  }

  /// The least-squares coefficients of the kept columns, in the order of ``kept``.
  public func solve(_ rightHandSide: [Double]) -> [Double] {
    // The sweep admits no zero to the diagonal, so the system has one solution.
    TriangularSystem.solve(upper.matrix, .upper, Array(applyTransposedQ(rightHandSide).prefix(rank)))
  }
}

// MARK: - Kernels

/// The state of the left-looking factorisation: what the columns so far have left behind.
private struct ColumnSweep {
  let rowCount: Int
  var kept: [Int] = []
  var aliased: [Int] = []
  var directions: [Double] = []
  var factors: [Double] = []
  /// The transformed columns' leading elements: of the kept ones down to the diagonal.
  var keptLeading: [[Double]] = []
  var aliasedLeading: [[Double]] = []

  init(rowCount: Int, columnCount: Int) {
    self.rowCount = rowCount
    directions.reserveCapacity(rowCount * min(rowCount, columnCount))
  }

  var reflectors: HouseholderReflectors {
    HouseholderReflectors(
      directions: Matrix(rowCount: rowCount, columnCount: factors.count, columnMajor: directions),
      factors: factors)
  }

  /// Keeps a column or sets it aside.
  mutating func examine(_ column: [Double], index: Int, limit: Double) {
    let rank = kept.count
    var transformed = apply(to: column)
    let remaining = euclideanNorm(Array(transformed[rank...]))
    guard remaining > 0, remaining >= limit else {
      aliased.append(index)
      aliasedLeading.append(Array(transformed[..<rank]))
      return
    }
    let factor = reflect(&transformed, from: rank)
    kept.append(index)
    keptLeading.append(Array(transformed[...rank]))
    directions += transformed
    factors.append(factor)
  }

  /// The column multiplied by the reflectors so far.
  private func apply(to column: [Double]) -> [Double] {
    guard !factors.isEmpty else { return column }
    var result = column
    var work = [0.0]
    // SAFETY: the directions have rowCount elements for each factor, and the result rowCount. One
    // element of scratch makes dormqr take the reflectors one by one, the faster way for one column.
    let info = unsafe LAPACKE_dormqr_work(
      LAPACK_COL_MAJOR, Flag.left, Flag.transposed, blasInteger(rowCount), 1,
      blasInteger(factors.count), directions, leadingDimension(rowCount), factors, &result,
      leadingDimension(rowCount), &work, 1)
    _ = checkedInfo(info, "dormqr")
    return result
  }

  /// Makes the reflector that clears a column below one place, and returns its factor.
  private func reflect(_ column: inout [Double], from place: Int) -> Double {
    var diagonal = column[place]
    var tail = Array(column[(place + 1)...])
    var factor = 0.0
    // SAFETY: the tail has one element less than the length that is passed, as dlarfg demands.
    let info = unsafe LAPACKE_dlarfg_work(blasInteger(tail.count + 1), &diagonal, &tail, 1, &factor)
    _ = checkedInfo(info, "dlarfg")
    column.replaceSubrange(place..., with: [diagonal] + tail)
    return factor
  }

  /// The factor of the kept columns with a positive diagonal, and the signs that this took.
  func signedTriangle() -> (UpperTriangle, [Double]) {
    var triangle = UpperTriangle(order: kept.count)
    let signs = keptLeading.map { ($0.last ?? 0) < 0 ? -1.0 : 1.0 }
    for (j, leading) in keptLeading.enumerated() {
      for (i, value) in leading.enumerated() { triangle.elements[i + j * kept.count] = signs[i] * value }
    }
    return (triangle, signs)
  }

  /// The aliased columns' coefficients, from the triangle of the columns kept before each.
  func aliasing(_ triangle: UpperTriangle, _ signs: [Double]) -> Matrix {
    var right = Matrix(rowCount: kept.count, columnCount: aliased.count)
    for (j, leading) in aliasedLeading.enumerated() {
      for (i, value) in leading.enumerated() { right[i, j] = signs[i] * value }
    }
    // Zeros below a column's leading elements stay zero in the solution: R is upper triangular.
    return TriangularSystem.solve(triangle.matrix, .upper, right)
  }
}
