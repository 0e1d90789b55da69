import LinearAlgebra
import TestSupport
import Testing

@Suite("Matrix products, identities") struct MatrixProductIdentityTests {
  /// Element by element, without BLAS.
  private func plainCrossProduct(_ x: Matrix, _ weights: [Double]) -> Matrix {
    Matrix(
      rows: (0..<x.columnCount).map { j in
        (0..<x.columnCount).map { k in
          (0..<x.rowCount).reduce(0) { $0 + x[$1, j] * weights[$1] * x[$1, k] }
        }
      })
  }

  /// Sums of 1500 products, largest about 500: both orders of summation round by some 1e-12.
  @Test("both sides of the crossover to dsyrk", arguments: [1, 2, 5, 12, 24, 25, 40])
  func crossProducts(columns: Int) {
    let x = TestMatrices.noise(1500, columns, seed: UInt64(columns))
    let mixed = TestMatrices.noise(1500, 1, seed: 9).columnMajor
    for weights in [Array(repeating: 1, count: 1500), mixed, mixed.map { abs($0) }] {
      let plain = plainCrossProduct(x, weights)
      let weighted = x.crossProduct(weights: weights)
      #expect(largestDifference(weighted, plain) < 5e-12)
      #expect(weighted == weighted.transposed())
    }
    let plain = plainCrossProduct(x, Array(repeating: 1, count: 1500))
    #expect(largestDifference(x.crossProduct(), plain) < 5e-12)
    #expect(x.crossProduct() == x.crossProduct().transposed())
    #expect(largestDifference(x.transposeTimes(x), plain) < 5e-12)
  }

  @Test func productsAgreeWithEachOther() {
    let a = TestMatrices.noise(17, 9)
    let b = TestMatrices.noise(9, 13, seed: 2)
    let v = TestMatrices.noise(13, 1, seed: 3).columnMajor
    #expect(largestDifference((a * b) * v, a * (b * v)) < 1e-14)
    #expect(largestDifference(a.transposed() * a, a.transposeTimes(a)) < 1e-14)
    #expect(largestDifference((a * b).transposed(), b.transposed() * a.transposed()) < 1e-14)
    let s = b.crossProduct()
    expectAgreement(s.quadraticForm(v), dotProduct(b * v, b * v), digits: 13, "v'B'Bv = |Bv|^2")
  }

  @Test func normsNeitherOverflowNorUnderflow() {
    expectAgreement(euclideanNorm([3e200, 4e200]), 5e200, digits: 15, "large")
    expectAgreement(euclideanNorm([3e-200, 4e-200]), 5e-200, digits: 15, "small")
  }

  @Test func blasRunsOnOneThread() {
    #expect(BLASThreads.current == 1)
    BLASThreads.useOneThread()
    #expect(BLASThreads.current == 1)
  }
}
