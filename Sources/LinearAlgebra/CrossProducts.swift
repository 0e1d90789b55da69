internal import COpenBLAS

extension Matrix {
  /// Up to this many columns a cross-product is computed by `dgemm` in runs of rows, beyond it by `dsyrk`.
  ///
  /// OpenBLAS 0.3.21 has kernels for small products on processors with AVX-512, but none for small
  /// symmetric updates. Over 4096 rows on such a processor, `dgemm` in runs against `dsyrk` took 6.3
  /// and 13.1 ns a row at 12 columns, 23.5 and 37.0 at 24, 95.6 and 78.3 at 40. With the AVX2 kernels
  /// it is the slower of the two by up to a third: 13.7 and 11.5 at 12, 30.5 and 23.4 at 20.
  private static let narrowLimit = 24

  /// The number of elements in a run of rows: 128 KB, which the second-level cache holds.
  private static let elementsPerRun = 16_384

  /// The cross-product X'X, both halves filled and exactly symmetric.
  ///
  /// - Complexity: O(rows x columns^2), by `dsyrk`, or by `dgemm` for few columns.
  public func crossProduct() -> Matrix {
    BLASThreads.limitOnce()
    var result = Matrix(rowCount: columnCount, columnCount: columnCount)
    guard rowCount > 0, columnCount > 0 else { return result }
    if columnCount > Self.narrowLimit {
      // SAFETY: the input has rowCount x columnCount elements, the output columnCount squared.
      unsafe cblas_dsyrk(
        CblasColMajor, CblasLower, CblasTrans, blasInteger(columnCount), blasInteger(rowCount), 1,
        columnMajor, leadingDimension(rowCount), 0, &result.columnMajor, leadingDimension(columnCount))
    } else {
      for rows in runs() {
        unsafe columnMajor.withUnsafeBufferPointer { elements in
          // SAFETY: the rows of the run lie within every column, and columns are rowCount apart.
          let first = unsafe elements.baseAddress.map { unsafe $0 + rows.lowerBound }
          unsafe cblas_dgemm(
            CblasColMajor, CblasTrans, CblasNoTrans, blasInteger(columnCount), blasInteger(columnCount),
            blasInteger(rows.count), 1, first, leadingDimension(rowCount), first,
            leadingDimension(rowCount), 1, &result.columnMajor, leadingDimension(columnCount))
        }
      }
    }
    result.mirror(.lower)
    return result
  }

  /// The weighted cross-product X'WX with W diagonal, both halves filled and exactly symmetric.
  ///
  /// Weights may have either sign. Rows are weighted and multiplied in runs that stay in the
  /// cache, so no weighted copy of the whole matrix is made.
  ///
  /// - Complexity: O(rows x columns^2), by `dsyrk` on rows scaled by the roots of the weights, or
  ///   by `dgemm` for few columns or a negative weight.
  public func crossProduct(weights: [Double]) -> Matrix {
    precondition(weights.count == rowCount, "There must be one weight a row")
    BLASThreads.limitOnce()
    var result = Matrix(rowCount: columnCount, columnCount: columnCount)
    guard rowCount > 0, columnCount > 0 else { return result }
    let takesRoots = columnCount > Self.narrowLimit && weights.allSatisfy { $0 >= 0 }
    let factors = takesRoots ? weights.map { $0.squareRoot() } : weights
    let runs = runs()
    var scaled = [Double](repeating: 0, count: (runs.first?.count ?? 0) * columnCount)
    for rows in runs {
      scale(rows, by: factors, into: &scaled)
      if takesRoots {
        // SAFETY: the scaled run has rows.count x columnCount elements, the output columnCount squared.
        unsafe cblas_dsyrk(
          CblasColMajor, CblasLower, CblasTrans, blasInteger(columnCount), blasInteger(rows.count), 1,
          scaled, leadingDimension(rows.count), 1, &result.columnMajor, leadingDimension(columnCount))
      } else {
        addProduct(of: rows, with: scaled, to: &result)
      }
    }
    result.mirror(.lower)
    return result
  }

  // MARK: - Kernels

  /// The rows, in runs of equal length but for the last.
  private func runs() -> [Range<Int>] {
    let length = min(rowCount, max(64, Self.elementsPerRun / columnCount))
    return stride(from: 0, to: rowCount, by: length).map { $0..<min($0 + length, rowCount) }
  }

  /// Writes a run of rows, each multiplied by its factor, one column close after the other.
  private func scale(_ rows: Range<Int>, by factors: [Double], into scaled: inout [Double]) {
    let (source, weight) = (columnMajor.span, factors.span)
    var target = scaled.mutableSpan
    for j in 0..<columnCount {
      let (from, to) = (j * rowCount + rows.lowerBound, j * rows.count)
      for i in 0..<rows.count { target[to + i] = weight[rows.lowerBound + i] * source[from + i] }
    }
  }

  private func addProduct(of rows: Range<Int>, with scaled: [Double], to result: inout Matrix) {
    unsafe columnMajor.withUnsafeBufferPointer { elements in
      // SAFETY: the rows of the run lie within every column; the scaled run has rows.count x
      // columnCount elements, the output columnCount squared.
      unsafe cblas_dgemm(
        CblasColMajor, CblasTrans, CblasNoTrans, blasInteger(columnCount), blasInteger(columnCount),
        blasInteger(rows.count), 1, elements.baseAddress.map { unsafe $0 + rows.lowerBound },
        leadingDimension(rowCount), scaled, leadingDimension(rows.count), 1, &result.columnMajor,
        leadingDimension(columnCount))
    }
  }
}
