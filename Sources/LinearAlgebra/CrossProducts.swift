internal import COpenBLAS
internal import CRowKernels

extension Matrix {
  /// Up to this many columns a cross-product is computed by our own kernel, beyond it by `dsyrk`.
  ///
  /// OpenBLAS has no kernels for small symmetric updates, and takes weights only in a pass of its own. Over 4096
  /// rows on a processor with AVX-512, `dgemm` took 6.3 ns a row at 12 columns and `dsyrk` 13.1, without weights; our
  /// kernel takes 7 ns at 13 columns with them.
  private static let narrowLimit = 24

  /// The number of elements in a run of rows: 128 KB, which the second-level cache holds.
  private static let elementsPerRun = 16_384

  /// The cross-product X'X, both halves filled and exactly symmetric.
  ///
  /// - Complexity: O(rows x columns^2), by `dsyrk`, or by our own kernel for few columns.
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
      // SAFETY: as above; there are no weights.
      unsafe tandem_cross_product(
        RowKernels.level, rowCount, columnCount, columnMajor, rowCount, nil, &result.columnMajor)
    }
    result.mirror(.lower)
    return result
  }

  /// The weighted cross-product X'WX with W diagonal, both halves filled and exactly symmetric.
  ///
  /// Weights may have either sign. No weighted copy of the whole matrix is made.
  ///
  /// - Complexity: O(rows x columns^2), by `dsyrk` on rows scaled by the roots of the weights, by our own kernel
  ///   for few columns, or by `dgemm` for a negative weight.
  public func crossProduct(weights: [Double]) -> Matrix {
    precondition(weights.count == rowCount, "There must be one weight a row")
    BLASThreads.limitOnce()
    var result = Matrix(rowCount: columnCount, columnCount: columnCount)
    guard rowCount > 0, columnCount > 0 else { return result }
    guard columnCount > Self.narrowLimit else {
      // SAFETY: the input has rowCount x columnCount elements, the output columnCount squared, and there is a
      // weight a row.
      unsafe tandem_cross_product(
        RowKernels.level, rowCount, columnCount, columnMajor, rowCount, weights, &result.columnMajor)
      result.mirror(.lower)
      return result
    }
    let takesRoots = weights.allSatisfy { $0 >= 0 }
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
