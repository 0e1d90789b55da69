internal import COpenBLAS

/// The triangular factor R of a QR factorisation, grown block by block.
///
///     X = Q R,    R'R = X'X,    the diagonal of R not negative
///
/// The sign convention makes the factor unique for columns of full rank. `absorb` takes further
/// rows in, and `stack` combines the factors of two sets of rows; both factor the stacked rows, so
/// the cross-product X'X is never formed and no digit is lost to squaring. The zero factor is
/// neutral. Infinite or missing values in the rows show in the factor; see ``isFinite``.
///
/// ## References
/// Demmel, Grigori, Hoemmen & Langou (2012), SIAM J. Sci. Comput. 34: A206-A239, section 3.
/// We keep R only, and fix its signs; the paper keeps Q too, and does not.
public struct UpperTriangle: Sendable, Equatable {
  /// The number of rows and columns.
  public let order: Int

  /// The elements column after column, zeros below the diagonal.
  var elements: [Double]

  /// Creates the zero factor, that of no rows.
  public init(order: Int) {
    precondition(order >= 0, "A triangle has no negative order")
    self.order = order
    elements = Array(repeating: 0, count: order * order)
  }

  /// Creates the factor of a matrix of any shape.
  public init(factoring rows: Matrix) {
    self.init(order: rows.columnCount)
    absorb(rows)
  }

  /// The element in one row and one column, 0 below the diagonal.
  public subscript(row: Int, column: Int) -> Double {
    precondition(row >= 0 && row < order && column >= 0 && column < order, "Place out of range")
    return elements[row + column * order]
  }

  /// The factor as a square matrix with zeros below the diagonal.
  public var matrix: Matrix {
    Matrix(rowCount: order, columnCount: order, columnMajor: elements)
  }

  /// The elements of the diagonal, none of them negative.
  public var diagonal: [Double] {
    (0..<order).map { elements[$0 * (order + 1)] }
  }

  /// Whether no element is infinite or missing.
  public var isFinite: Bool {
    elements.allSatisfy { $0.isFinite }
  }

  /// The Euclidean norm of each column, which is that of the factored rows' column.
  public var columnNorms: [Double] {
    (0..<order).map { euclideanNorm(Array(elements[$0 * order...$0 * (order + 1)])) }
  }

  /// The factor of the chosen columns of the factored rows, in the order in which they are named.
  public func selecting(columns: [Int]) -> UpperTriangle {
    UpperTriangle(factoring: matrix.selecting(columns: columns))
  }

  /// Takes further rows into the factor.
  ///
  /// The block is factored where it lies when the caller gives up its last copy of it.
  ///
  /// - Parameter rows: A block with as many columns as the factor, and any number of rows.
  /// - Complexity: O(rows x order^2), by `dgeqrt` and `dtpqrt`.
  public mutating func absorb(_ rows: consuming Matrix) {
    precondition(rows.columnCount == order, "The rows must have one element for each column")
    guard order > 0, rows.rowCount > 0 else { return }
    BLASThreads.limitOnce()
    if rows.rowCount <= order {
      annihilate(&rows.columnMajor, rowCount: rows.rowCount, trapezoidRows: 0)
    } else {
      stack(Self.triangle(ofTall: rows))
    }
  }

  /// Combines this factor of earlier rows with that of later ones.
  ///
  /// - Complexity: O(order^3), by `dtpqrt`.
  public mutating func stack(_ later: UpperTriangle) {
    precondition(later.order == order, "Only factors of one order can be stacked")
    guard order > 0, later.elements.contains(where: { $0 != 0 }) else { return }
    guard elements.contains(where: { $0 != 0 }) else {
      self = later
      return
    }
    BLASThreads.limitOnce()
    var below = later.elements
    annihilate(&below, rowCount: order, trapezoidRows: order)
  }
}

// MARK: - Kernels

extension UpperTriangle {
  /// The number of columns that one blocked step reflects together.
  ///
  /// Measured on blocks of 4096 rows: 4 is best, or near it, to 13 columns, and 8 from 20 to 40.
  private static func panelWidth(_ order: Int) -> Int {
    min(order, order < 16 ? 4 : 8)
  }

  /// The factor of a block with more rows than columns.
  private static func triangle(ofTall rows: consuming Matrix) -> UpperTriangle {
    let (count, order) = (rows.rowCount, rows.columnCount)
    let width = panelWidth(order)
    var factors = [Double](repeating: 0, count: width * order)
    var scratch = [Double](repeating: 0, count: width * order)
    // SAFETY: the block has count x order elements, and both scratch arrays width x order.
    let info = unsafe LAPACKE_dgeqrt_work(
      LAPACK_COL_MAJOR, blasInteger(count), blasInteger(order), blasInteger(width), &rows.columnMajor,
      leadingDimension(count), &factors, leadingDimension(width), &scratch)
    _ = checkedInfo(info, "dgeqrt")
    var result = UpperTriangle(order: order)
    for j in 0..<order {
      for i in 0...j { result.elements[i + j * order] = rows.columnMajor[i + j * count] }
    }
    result.makeDiagonalNonNegative()
    return result
  }

  /// Replaces the factor by that of itself above a block whose last rows are upper trapezoidal.
  private mutating func annihilate(_ block: inout [Double], rowCount: Int, trapezoidRows: Int) {
    let width = Self.panelWidth(order)
    var factors = [Double](repeating: 0, count: width * order)
    var scratch = [Double](repeating: 0, count: width * order)
    // SAFETY: the factor has order squared elements, the block rowCount x order, and both scratch
    // arrays width x order, as dtpqrt demands.
    let info = unsafe LAPACKE_dtpqrt_work(
      LAPACK_COL_MAJOR, blasInteger(rowCount), blasInteger(order), blasInteger(trapezoidRows),
      blasInteger(width), &elements, leadingDimension(order), &block, leadingDimension(rowCount),
      &factors, leadingDimension(width), &scratch)
    _ = checkedInfo(info, "dtpqrt")
    makeDiagonalNonNegative()
  }

  /// Changes the sign of every row whose diagonal element is negative.
  private mutating func makeDiagonalNonNegative() {
    for i in 0..<order where elements[i * (order + 1)] < 0 {
      for j in i..<order { elements[i + j * order].negate() }
    }
  }
}
