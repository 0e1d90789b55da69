internal import COpenBLAS

extension UpperTriangle {
  /// The solution x of R x = b.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero of the diagonal.
  public func solve(upper rightHandSide: [Double]) throws(FactorizationError) -> [Double] {
    try solve(upper: Matrix(columns: [rightHandSide])).columnMajor
  }

  /// The solution X of R X = B, one column for each right-hand side.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero of the diagonal.
  public func solve(upper rightHandSides: Matrix) throws(FactorizationError) -> Matrix {
    try requireSolvable()
    return TriangularSystem.solve(matrix, .upper, rightHandSides)
  }

  /// The solution x of R' x = b.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero of the diagonal.
  public func solve(transposed rightHandSide: [Double]) throws(FactorizationError) -> [Double] {
    try solve(transposed: Matrix(columns: [rightHandSide])).columnMajor
  }

  /// The solution X of R' X = B, one column for each right-hand side.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero of the diagonal.
  public func solve(transposed rightHandSides: Matrix) throws(FactorizationError) -> Matrix {
    try requireSolvable()
    return TriangularSystem.solve(matrix, .upper, isTransposed: true, rightHandSides)
  }

  /// The inverse of R, upper triangular with zeros below its diagonal.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero of the diagonal.
  /// - Complexity: O(order^3 / 3), by `dtrtri`.
  public func inverse() throws(FactorizationError) -> Matrix {
    try requireSolvable()
    BLASThreads.limitOnce()
    var result = matrix
    guard order > 0 else { return result }
    // SAFETY: the array has order squared elements.
    let info = unsafe LAPACKE_dtrtri_work(
      LAPACK_COL_MAJOR, Flag.upper, Flag.nonUnit, blasInteger(order), &result.columnMajor,
      leadingDimension(order))
    let pivot = checkedInfo(info, "dtrtri")
    guard pivot == 0 else { throw .singular(pivot: pivot) }
    return result
  }

  /// The cross-product R'R of the factored rows, exactly symmetric.
  public func crossProduct() -> Matrix {
    matrix.crossProduct()
  }

  /// The inverse of the cross-product R'R, exactly symmetric.
  ///
  /// - Throws: ``FactorizationError/singular(pivot:)`` with the first zero of the diagonal.
  /// - Complexity: O(order^3), by `dpotri`.
  public func inverseCrossProduct() throws(FactorizationError) -> Matrix {
    try requireSolvable()
    BLASThreads.limitOnce()
    var result = matrix
    guard order > 0 else { return result }
    // SAFETY: the array has order squared elements.
    let info = unsafe LAPACKE_dpotri_work(
      LAPACK_COL_MAJOR, Flag.upper, blasInteger(order), &result.columnMajor, leadingDimension(order))
    let pivot = checkedInfo(info, "dpotri")
    guard pivot == 0 else { throw .singular(pivot: pivot) }
    result.mirror(.upper)
    return result
  }

  /// An estimate of the reciprocal condition number in the 1-norm; 1 for an empty factor.
  ///
  /// - Complexity: O(order^2), by `dtrcon`.
  public var reciprocalCondition: Double {
    guard order > 0 else { return 1 }
    BLASThreads.limitOnce()
    var result = 0.0
    var work = [Double](repeating: 0, count: 3 * order)
    var integers = [Int32](repeating: 0, count: order)
    // SAFETY: the factor has order squared elements; the scratch arrays have 3 x order and order.
    let info = unsafe LAPACKE_dtrcon_work(
      LAPACK_COL_MAJOR, Flag.oneNorm, Flag.upper, Flag.nonUnit, blasInteger(order), elements,
      leadingDimension(order), &result, &work, &integers)
    _ = checkedInfo(info, "dtrcon")
    return result
  }

  /// Throws at the first element that is not finite, then at the first zero of the diagonal.
  private func requireSolvable() throws(FactorizationError) {
    try matrix.requireFinite()
    if let zero = diagonal.firstIndex(of: 0) { throw .singular(pivot: zero + 1) }
  }
}

extension UpperTriangle: Codable {
  private enum CodingKeys: String, CodingKey {
    case order, packed
  }

  /// Encodes the order and the upper half, column after column.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(order, forKey: .order)
    let packed = (0..<order).flatMap { elements[$0 * order...$0 * (order + 1)] }
    try container.encode(packed, forKey: .packed)
  }

  /// Decodes a factor and checks that its elements fill its order.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let order = try container.decode(Int.self, forKey: .order)
    let packed = try container.decode([Double].self, forKey: .packed)
    // The bound on the order comes first, so that no hostile number overflows the product.
    guard order >= 0, order <= packed.count, packed.count == order * (order + 1) / 2 else {
      throw DecodingError.dataCorruptedError(
        forKey: .packed, in: container,
        debugDescription: "\(packed.count) elements do not fill a triangle of order \(order)")
    }
    self.init(order: order)
    var next = packed.startIndex
    for j in 0..<order {
      for i in 0...j {
        elements[i + j * order] = packed[next]
        next += 1
      }
    }
  }
}
