import LinearAlgebra

/// Matrices that the suites share: reproducible noise and classical examples.
enum TestMatrices {
  /// Noise between -1 and 1 from a fixed seed (Knuth's 64-bit congruential generator, MMIX constants).
  static func noise(_ rowCount: Int, _ columnCount: Int, seed: UInt64 = 1) -> Matrix {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let elements = (0..<rowCount * columnCount).map { _ -> Double in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 4_503_599_627_370_496 - 1
    }
    return Matrix(rowCount: rowCount, columnCount: columnCount, columnMajor: elements)
  }

  /// The Hilbert matrix, with elements 1 / (i + j + 1).
  static func hilbert(_ order: Int) -> Matrix {
    Matrix(rows: (0..<order).map { i in (0..<order).map { 1 / Double(i + $0 + 1) } })
  }

  /// The second difference matrix: 2 on the diagonal, -1 beside it.
  static func secondDifference(_ order: Int) -> Matrix {
    Matrix(rows: (0..<order).map { i in (0..<order).map { $0 == i ? 2 : abs($0 - i) == 1 ? -1 : 0 } })
  }
}

/// The largest absolute difference between the elements of two matrices of one shape.
func largestDifference(_ left: Matrix, _ right: Matrix) -> Double {
  (left - right).largestMagnitude
}

/// The largest absolute difference between the elements of two vectors of one length.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  largestDifference(Matrix(columns: [left]), Matrix(columns: [right]))
}

/// The bit patterns of a matrix, which tell apart what `==` does not.
func bits(_ matrix: Matrix) -> [UInt64] {
  matrix.columnMajor.map(\.bitPattern)
}
