import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite("Upper triangle, by hand") struct UpperTriangleByHandTests {
  @Test func pythagoreanColumns() {
    // Columns (3, 4) and (1, 2): r11 = 5, r12 = 11/5, r22 = |3 x 2 - 4 x 1| / 5 = 2/5.
    let triangle = UpperTriangle(factoring: Matrix(rows: [[3, 1], [4, 2]]))
    expectAgreement(triangle[0, 0], 5, digits: 15, "r11")
    expectAgreement(triangle[0, 1], 2.2, digits: 15, "r12")
    expectAgreement(triangle[1, 1], 0.4, digits: 14, "r22")
    #expect(triangle[1, 0] == 0)
  }

  @Test func oneColumnIsItsNorm() {
    var triangle = UpperTriangle(order: 1)
    for value in [-2.0, 2, 1, 0, -4] { triangle.absorb(Matrix(rows: [[value]])) }
    expectAgreement(triangle[0, 0], 5, digits: 15, "norm")
    expectAgreement(triangle.columnNorms[0], 5, digits: 15, "column norm")
  }

  @Test func solvesByHand() throws {
    let triangle = UpperTriangle(factoring: Matrix(rows: [[2, 1], [0, 4]]))
    #expect(triangle.matrix == Matrix(rows: [[2, 1], [0, 4]]))
    #expect(try triangle.solve(upper: [4, 8]) == [1, 2])
    #expect(try triangle.solve(transposed: [2, 9]) == [1, 2])
    #expect(try triangle.inverse() == Matrix(rows: [[0.5, -0.125], [0, 0.25]]))
    #expect(triangle.crossProduct() == Matrix(rows: [[4, 2], [2, 17]]))
    let inverse = try triangle.inverseCrossProduct()
    #expect(largestDifference(inverse, Matrix(rows: [[17, -2], [-2, 4]]).scaled(by: 1.0 / 64)) < 1e-16)
  }

  @Test func singularAndSpoiledFactorsAreRefused() {
    var triangle = UpperTriangle(factoring: Matrix(rows: [[1, 0, 1], [0, 0, 1], [0, 0, 1]]))
    #expect(throws: FactorizationError.singular(pivot: 2)) { try triangle.solve(upper: [1, 1, 1]) }
    #expect(throws: FactorizationError.singular(pivot: 2)) { try triangle.solve(transposed: [1, 1, 1]) }
    #expect(throws: FactorizationError.singular(pivot: 2)) { try triangle.inverse() }
    #expect(throws: FactorizationError.singular(pivot: 2)) { try triangle.inverseCrossProduct() }
    #expect(triangle.reciprocalCondition == 0)
    #expect(triangle.isFinite)
    triangle.absorb(Matrix(rows: [[0, 0, .nan]]))
    #expect(!triangle.isFinite)
    #expect(throws: FactorizationError.notFinite(row: 0, column: 2)) { try triangle.inverse() }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity], [2, 50])
  func spoiledRowsAlwaysShow(value: Double, rowCount: Int) {
    for place in 0..<rowCount * 4 {
      var rows = TestMatrices.noise(rowCount, 4)
      rows[place % rowCount, place / rowCount] = value
      var triangle = UpperTriangle(factoring: TestMatrices.noise(9, 4, seed: 2))
      triangle.absorb(rows)
      #expect(!triangle.isFinite)
    }
  }

  @Test func emptyFactors() throws {
    var empty = UpperTriangle(order: 0)
    empty.absorb(Matrix(rowCount: 5, columnCount: 0))
    empty.stack(UpperTriangle(order: 0))
    #expect(empty.matrix == Matrix(rowCount: 0, columnCount: 0))
    #expect(try empty.solve(upper: []) == [])
    #expect(try empty.inverse() == empty.matrix)
    #expect(empty.reciprocalCondition == 1)
    var untouched = UpperTriangle(order: 3)
    untouched.absorb(Matrix(rowCount: 0, columnCount: 3))
    #expect(untouched == UpperTriangle(order: 3))
  }

  @Test func codingRoundTripsBitForBitAndChecksItsLength() throws {
    let triangle = UpperTriangle(factoring: TestMatrices.noise(40, 6))
    let data = try JSONEncoder().encode(triangle)
    #expect(bits(try JSONDecoder().decode(UpperTriangle.self, from: data).matrix) == bits(triangle.matrix))
    for text in [
      #"{"order": 2, "packed": [1, 2]}"#, #"{"order": -2, "packed": [1]}"#,
      #"{"order": 4611686018427387904, "packed": [1]}"#,
    ] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(UpperTriangle.self, from: Data(text.utf8))
      }
    }
  }

  /// Laeuchli's columns (1, e, 0) and (1, 0, e) are independent, yet in doubles X'X is singular.
  @Test func squaringWouldLoseWhatTheTriangleKeeps() {
    let e = 1e-9
    let x = Matrix(columns: [[1, e, 0], [1, 0, e]])
    let triangle = UpperTriangle(factoring: x)
    expectAgreement(triangle[1, 1], e * 2.squareRoot(), digits: 6, "r22")
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: 2)) {
      try CholeskyFactor(x.crossProduct())
    }
  }
}

@Suite("Upper triangle, laws") struct UpperTriangleLawTests {
  static let widths = [1, 2, 3, 4, 7, 12, 13, 16, 20, 33, 40]

  @Test(arguments: widths) func zeroIsNeutralBitForBit(width: Int) {
    let triangle = UpperTriangle(factoring: TestMatrices.noise(3 * width, width))
    var right = triangle
    right.stack(UpperTriangle(order: width))
    var left = UpperTriangle(order: width)
    left.stack(triangle)
    #expect(bits(right.matrix) == bits(triangle.matrix))
    #expect(bits(left.matrix) == bits(triangle.matrix))
  }

  @Test(arguments: widths) func stackingIsFactoringTheConcatenatedRows(width: Int) {
    let rows = TestMatrices.noise(10 * width + 7, width, seed: UInt64(width))
    let whole = UpperTriangle(factoring: rows).matrix
    let bound = 1e-14 * Double(width) * whole.largestMagnitude
    for cut in [0, 1, width, 3 * width + 1, rows.rowCount] {
      var first = UpperTriangle(factoring: rows.selecting(rows: Array(0..<cut)))
      let second = UpperTriangle(factoring: rows.selecting(rows: Array(cut..<rows.rowCount)))
      first.stack(second)
      #expect(largestDifference(first.matrix, whole) < bound)
      var absorbed = UpperTriangle(factoring: rows.selecting(rows: Array(0..<cut)))
      absorbed.absorb(rows.selecting(rows: Array(cut..<rows.rowCount)))
      #expect(largestDifference(absorbed.matrix, whole) < bound)
    }
  }

  @Test(arguments: widths) func stackingIsAssociativeUpToRounding(width: Int) {
    let parts = (1...3).map {
      UpperTriangle(factoring: TestMatrices.noise(2 * width + $0, width, seed: UInt64($0)))
    }
    var left = parts[0]
    left.stack(parts[1])
    left.stack(parts[2])
    var right = parts[1]
    right.stack(parts[2])
    var whole = parts[0]
    whole.stack(right)
    let bound = 1e-14 * Double(width) * left.matrix.largestMagnitude
    #expect(largestDifference(left.matrix, whole.matrix) < bound)
  }

  @Test(arguments: widths) func crossProductIsKeptAndSignsArePositive(width: Int) {
    let rows = TestMatrices.noise(513, width, seed: 4)
    let triangle = UpperTriangle(factoring: rows)
    #expect(largestDifference(triangle.crossProduct(), rows.crossProduct()) < 1e-12)
    #expect(triangle.diagonal.allSatisfy { $0 > 0 })
    for j in 0..<width {
      expectAgreement(triangle.columnNorms[j], euclideanNorm(rows.column(j)), digits: 13.5, "norm")
      for i in (j + 1)..<max(j + 1, width) { #expect(triangle[i, j] == 0) }
    }
    let order = Array((0..<width).reversed())
    let permuted = UpperTriangle(factoring: rows.selecting(columns: order)).matrix
    #expect(largestDifference(triangle.selecting(columns: order).matrix, permuted) < 1e-12)
  }

  @Test func rowByRowIsTheWhole() {
    let rows = TestMatrices.noise(60, 5)
    var triangle = UpperTriangle(order: 5)
    for i in 0..<60 { triangle.absorb(rows.selecting(rows: [i])) }
    #expect(largestDifference(triangle.matrix, UpperTriangle(factoring: rows).matrix) < 1e-13)
  }

  /// Scaling by a power of two rounds nothing, so the factor scales exactly, at the ends of the range too.
  @Test(arguments: [0x1p-900, 0x1p-30, 0x1p500, 0x1p900]) func scalesExactly(factor: Double) {
    let rows = TestMatrices.noise(100, 6)
    let scaled = UpperTriangle(factoring: rows.scaled(by: factor)).matrix
    let expected = UpperTriangle(factoring: rows).matrix.scaled(by: factor)
    #expect(largestDifference(scaled.scaled(by: 1 / factor), expected.scaled(by: 1 / factor)) < 1e-13)
  }

  @Test func solvesAndInverts() throws {
    let triangle = UpperTriangle(factoring: TestMatrices.noise(200, 14))
    let b = TestMatrices.noise(14, 2, seed: 6)
    let r = triangle.matrix
    #expect(largestDifference(r * (try triangle.solve(upper: b)), b) < 1e-13)
    #expect(largestDifference(r.transposed() * (try triangle.solve(transposed: b)), b) < 1e-13)
    #expect(largestDifference(r * (try triangle.inverse()), .identity(order: 14)) < 1e-13)
    let inverse = try triangle.inverseCrossProduct()
    #expect(largestDifference(inverse * triangle.crossProduct(), .identity(order: 14)) < 1e-12)
    #expect(inverse == inverse.transposed())
    let exact = try r.largestColumnSumOfMagnitudes * triangle.inverse().largestColumnSumOfMagnitudes
    expectAgreement(1 / triangle.reciprocalCondition, exact, digits: 0.5, "condition estimate")
    #expect(1 / triangle.reciprocalCondition <= exact * (1 + 1e-12))
  }
}

extension Matrix {
  fileprivate var largestColumnSumOfMagnitudes: Double {
    (0..<columnCount).map { j in column(j).reduce(0) { $0 + abs($1) } }.max() ?? 0
  }
}
