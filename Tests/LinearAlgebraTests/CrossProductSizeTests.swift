import LinearAlgebra
import TestSupport
import Testing

/// The kernels of cross-products at every small size, where tiles and vectors are not filled.
@Suite("Identities: cross-products of every size")
struct CrossProductSizeTests {
  @Test("equal the sums written out", arguments: 1...27)
  func sizes(_ columns: Int) {
    for rows in [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 511, 512, 513] {
      let elements = (0..<rows * columns).map { Double(($0 * 7919) % 101) / 50 - 1 }
      let weights = (0..<rows).map { Double(($0 * 31) % 17) / 8 - 0.5 }
      let matrix = Matrix(rowCount: rows, columnCount: columns, columnMajor: elements)
      let (plain, weighted) = (matrix.crossProduct(), matrix.crossProduct(weights: weights))
      for j in 0..<columns {
        for i in 0..<columns {
          var (sum, weightedSum) = (0.0, 0.0)
          for row in 0..<rows {
            let product = matrix[row, i] * matrix[row, j]
            sum += product
            weightedSum += weights[row] * product
          }
          #expect(abs(plain[i, j] - sum) <= 1e-11 && abs(weighted[i, j] - weightedSum) <= 1e-11)
        }
      }
    }
  }
}
