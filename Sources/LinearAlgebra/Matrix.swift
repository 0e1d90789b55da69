/// A dense matrix of doubles, stored by columns.
///
/// Element (i, j) lies at `i + j * rowCount`, the layout of BLAS and LAPACK. Rows and columns are
/// counted from 0. A matrix may have no rows or no columns.
public struct Matrix: Sendable, Equatable {
  /// The number of rows.
  public let rowCount: Int

  /// The number of columns.
  public let columnCount: Int

  /// The elements, column after column.
  public internal(set) var columnMajor: [Double]

  /// Creates a matrix whose elements all have one value.
  public init(rowCount: Int, columnCount: Int, repeating value: Double = 0) {
    precondition(rowCount >= 0 && columnCount >= 0, "A matrix has no negative dimension")
    self.rowCount = rowCount
    self.columnCount = columnCount
    columnMajor = Array(repeating: value, count: rowCount * columnCount)
  }

  /// Creates a matrix from its elements, column after column.
  public init(rowCount: Int, columnCount: Int, columnMajor: [Double]) {
    precondition(rowCount >= 0 && columnCount >= 0, "A matrix has no negative dimension")
    precondition(
      columnMajor.count == rowCount * columnCount,
      "\(columnMajor.count) elements do not fill \(rowCount) rows and \(columnCount) columns")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.columnMajor = columnMajor
  }

  /// Creates a matrix whose elements are all written by a closure, column after column; none has a value before.
  package init(rowCount: Int, columnCount: Int, writing body: (inout MutableSpan<Double>) -> Void) {
    precondition(rowCount >= 0 && columnCount >= 0, "A matrix has no negative dimension")
    self.rowCount = rowCount
    self.columnCount = columnCount
    let count = rowCount * columnCount
    columnMajor = unsafe Array(unsafeUninitializedCapacity: count) { buffer, filled in
      // SAFETY: the buffer has room for `count` doubles, which are valid whatever their bits.
      var span = unsafe MutableSpan(_unsafeElements: buffer.extracting(0..<count))
      body(&span)
      filled = count
    }
  }

  /// Creates a matrix from rows of equal length.
  public init(rows: [[Double]]) {
    self.init(rowCount: rows.count, columnCount: rows.first?.count ?? 0)
    for (i, row) in rows.enumerated() {
      precondition(row.count == columnCount, "Row \(i) has another length than the first")
      for (j, value) in row.enumerated() { columnMajor[i + j * rowCount] = value }
    }
  }

  /// Creates a matrix from columns of equal length.
  public init(columns: [[Double]]) {
    let rowCount = columns.first?.count ?? 0
    for (j, column) in columns.enumerated() {
      precondition(column.count == rowCount, "Column \(j) has another length than the first")
    }
    self.init(rowCount: rowCount, columnCount: columns.count, columnMajor: columns.flatMap { $0 })
  }

  /// The square matrix with ones on its diagonal and zeros elsewhere.
  public static func identity(order: Int) -> Matrix {
    diagonal(Array(repeating: 1, count: order))
  }

  /// The square matrix with these values on its diagonal and zeros elsewhere.
  public static func diagonal(_ values: [Double]) -> Matrix {
    var result = Matrix(rowCount: values.count, columnCount: values.count)
    for (i, value) in values.enumerated() { result[i, i] = value }
    return result
  }

  /// The element in one row and one column.
  public subscript(row: Int, column: Int) -> Double {
    get {
      checkPlace(row, column)
      return columnMajor[row + column * rowCount]
    }
    set {
      checkPlace(row, column)
      columnMajor[row + column * rowCount] = newValue
    }
  }

  private func checkPlace(_ row: Int, _ column: Int) {
    // The array checks the bounds of its own index; a row beyond the last would pass as the next column's.
    precondition(row >= 0 && row < rowCount, "Row out of range")
    precondition(column >= 0 && column < columnCount, "Column out of range")
  }
}

// MARK: - Parts

extension Matrix {
  /// Whether there are as many rows as columns.
  public var isSquare: Bool { rowCount == columnCount }

  /// The elements whose row and column are the same.
  public var diagonal: [Double] {
    (0..<min(rowCount, columnCount)).map { self[$0, $0] }
  }

  /// The elements of one column.
  public func column(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < columnCount, "Column out of range")
    return Array(columnMajor[index * rowCount..<(index + 1) * rowCount])
  }

  /// The elements of one row.
  public func row(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < rowCount, "Row out of range")
    return (0..<columnCount).map { columnMajor[index + $0 * rowCount] }
  }

  /// The matrix with rows and columns exchanged.
  public func transposed() -> Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for j in 0..<columnCount {
      for i in 0..<rowCount {
        result.columnMajor[j + i * columnCount] = columnMajor[i + j * rowCount]
      }
    }
    return result
  }

  /// The matrix of the chosen rows and columns, in the order in which they are named.
  ///
  /// - Parameters:
  ///   - rows: Rows to take, repeats allowed; all of them when absent.
  ///   - columns: Columns to take, repeats allowed; all of them when absent.
  /// - Returns: A matrix with a row for each row named and a column for each column named.
  public func selecting(rows: [Int]? = nil, columns: [Int]? = nil) -> Matrix {
    let columns = columns ?? Array(0..<columnCount)
    var elements: [Double] = []
    elements.reserveCapacity((rows?.count ?? rowCount) * columns.count)
    guard let rows else {
      for j in columns {
        precondition(j >= 0 && j < columnCount, "Column out of range")
        elements.append(contentsOf: columnMajor[j * rowCount..<(j + 1) * rowCount])
      }
      return Matrix(rowCount: rowCount, columnCount: columns.count, columnMajor: elements)
    }
    for j in columns {
      for i in rows { elements.append(self[i, j]) }
    }
    return Matrix(rowCount: rows.count, columnCount: columns.count, columnMajor: elements)
  }

  /// Calls a closure with the elements, column after column.
  public func withElements<Result, Failure: Error>(
    _ body: (Span<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(columnMajor.span)
  }

  /// Calls a closure that may change the elements, column after column.
  public mutating func withMutableElements<Result, Failure: Error>(
    _ body: (inout MutableSpan<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var span = columnMajor.mutableSpan
    return try body(&span)
  }
}
