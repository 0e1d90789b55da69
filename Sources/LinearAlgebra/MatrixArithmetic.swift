/// One of the two halves of a square matrix, its diagonal included.
public enum Triangle: Sendable {
  /// The elements on and below the diagonal.
  case lower

  /// The elements on and above the diagonal.
  case upper
}

extension Matrix {
  /// The element-wise sum of two matrices of one shape.
  public static func + (left: Matrix, right: Matrix) -> Matrix {
    left.combined(with: right, +)
  }

  /// The element-wise difference of two matrices of one shape.
  public static func - (left: Matrix, right: Matrix) -> Matrix {
    left.combined(with: right, -)
  }

  /// Adds a matrix of the same shape.
  public static func += (left: inout Matrix, right: Matrix) {
    left.checkSameShape(as: right)
    for i in left.columnMajor.indices { left.columnMajor[i] += right.columnMajor[i] }
  }

  /// Subtracts a matrix of the same shape.
  public static func -= (left: inout Matrix, right: Matrix) {
    left.checkSameShape(as: right)
    for i in left.columnMajor.indices { left.columnMajor[i] -= right.columnMajor[i] }
  }

  /// The matrix with every element multiplied by a factor.
  public func scaled(by factor: Double) -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, columnMajor: columnMajor.map { $0 * factor })
  }

  /// The matrix whose rows are each multiplied by their own factor.
  public func scalingRows(by factors: [Double]) -> Matrix {
    precondition(factors.count == rowCount, "There must be one factor a row")
    var result = self
    for j in 0..<columnCount {
      for i in 0..<rowCount { result.columnMajor[i + j * rowCount] *= factors[i] }
    }
    return result
  }

  /// The matrix whose columns are each multiplied by their own factor.
  public func scalingColumns(by factors: [Double]) -> Matrix {
    precondition(factors.count == columnCount, "There must be one factor a column")
    var result = self
    for j in 0..<columnCount {
      for i in 0..<rowCount { result.columnMajor[i + j * rowCount] *= factors[j] }
    }
    return result
  }

  /// The symmetric matrix that has one half of this one in both halves.
  public func mirroring(_ triangle: Triangle = .lower) -> Matrix {
    var result = self
    result.mirror(triangle)
    return result
  }

  /// Makes the matrix symmetric by copying one half over the other.
  public mutating func mirror(_ triangle: Triangle = .lower) {
    precondition(isSquare, "Only a square matrix has two halves")
    for j in 0..<columnCount {
      for i in (j + 1)..<rowCount {
        let (below, above) = (i + j * rowCount, j + i * rowCount)
        switch triangle {
        case .lower: columnMajor[above] = columnMajor[below]
        case .upper: columnMajor[below] = columnMajor[above]
        }
      }
    }
  }

  /// The matrix with another one's columns appended on the right.
  public func appendingColumns(of other: Matrix) -> Matrix {
    precondition(rowCount == other.rowCount, "The matrices must have equally many rows")
    return Matrix(
      rowCount: rowCount, columnCount: columnCount + other.columnCount,
      columnMajor: columnMajor + other.columnMajor)
  }

  /// The matrix with another one's rows appended below.
  public func appendingRows(of other: Matrix) -> Matrix {
    precondition(columnCount == other.columnCount, "The matrices must have equally many columns")
    var elements: [Double] = []
    elements.reserveCapacity(columnMajor.count + other.columnMajor.count)
    for j in 0..<columnCount {
      elements += columnMajor[j * rowCount..<(j + 1) * rowCount]
      elements += other.columnMajor[j * other.rowCount..<(j + 1) * other.rowCount]
    }
    return Matrix(
      rowCount: rowCount + other.rowCount, columnCount: columnCount, columnMajor: elements)
  }

  /// The largest absolute value of an element, 0 for an empty matrix, NaN if an element is.
  public var largestMagnitude: Double {
    columnMajor.reduce(0) { $1.isNaN || $0.isNaN ? .nan : max($0, abs($1)) }
  }

  private func combined(with other: Matrix, _ operation: (Double, Double) -> Double) -> Matrix {
    checkSameShape(as: other)
    return Matrix(
      rowCount: rowCount, columnCount: columnCount,
      columnMajor: zip(columnMajor, other.columnMajor).map { operation($0, $1) })
  }

  private func checkSameShape(as other: Matrix) {
    precondition(
      rowCount == other.rowCount && columnCount == other.columnCount,
      "The matrices must have the same shape")
  }
}

extension Matrix: CustomStringConvertible {
  /// The shape, then one line a row.
  public var description: String {
    var lines = ["\(rowCount) x \(columnCount)"]
    for i in 0..<rowCount { lines.append(row(i).map { "\($0)" }.joined(separator: "  ")) }
    return lines.joined(separator: "\n")
  }
}

extension Matrix: Codable {
  private enum CodingKeys: String, CodingKey {
    case rowCount, columnCount, columnMajor
  }

  /// Encodes the shape and the elements.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(rowCount, forKey: .rowCount)
    try container.encode(columnCount, forKey: .columnCount)
    try container.encode(columnMajor, forKey: .columnMajor)
  }

  /// Decodes a matrix and checks that its elements fill its shape.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let rowCount = try container.decode(Int.self, forKey: .rowCount)
    let columnCount = try container.decode(Int.self, forKey: .columnCount)
    let elements = try container.decode([Double].self, forKey: .columnMajor)
    let (count, overflows) = rowCount.multipliedReportingOverflow(by: columnCount)
    guard rowCount >= 0, columnCount >= 0, !overflows, elements.count == count else {
      throw DecodingError.dataCorruptedError(
        forKey: .columnMajor, in: container,
        debugDescription: "\(elements.count) elements do not fill \(rowCount) x \(columnCount)")
    }
    self.init(rowCount: rowCount, columnCount: columnCount, columnMajor: elements)
  }
}
