import LinearAlgebra
import TestSupport
import Testing

@Suite("Rank detection in column order, by hand") struct RankDetectionByHandTests {
  let a: [Double] = [1, 2, 3, 4, 5]
  let b: [Double] = [2, -1, 0, 1, 3]
  let c: [Double] = [0, 0, 1, -1, 2]
  var sum: [Double] { zip(a, b).map { $0 + $1 } }

  @Test func theLaterDependentColumnGoes() throws {
    let qr = try LimitedPivotQR(Matrix(columns: [a, b, sum, c]))
    #expect(qr.kept == [0, 1, 3])
    #expect(qr.aliased == [2])
    #expect(qr.rank == 3)
    #expect(largestDifference(qr.aliasing, Matrix(columns: [[1, 1, 0]])) < 1e-14)
  }

  @Test func anotherOrderMakesAnotherColumnGo() throws {
    let qr = try LimitedPivotQR(Matrix(columns: [a, sum, c, b]))
    #expect(qr.aliased == [3])
    #expect(largestDifference(qr.aliasing, Matrix(columns: [[-1, 1, 0]])) < 1e-14)
    #expect(try LimitedPivotQR(Matrix(columns: [sum, c, b, a])).aliased == [3])
  }

  @Test func interceptAndAllDummiesLoseTheLastDummy() throws {
    let groups = [0, 0, 1, 1, 2, 2, 2]
    let dummies = (0..<3).map { level in groups.map { $0 == level ? 1.0 : 0 } }
    let qr = try LimitedPivotQR(Matrix(columns: [groups.map { _ in 1.0 }] + dummies))
    #expect(qr.kept == [0, 1, 2])
    #expect(qr.aliased == [3])
    #expect(largestDifference(qr.aliasing, Matrix(columns: [[1, -1, -1]])) < 1e-14)
  }

  @Test func zeroAndRepeatedColumns() throws {
    let zero = [Double](repeating: 0, count: 5)
    let qr = try LimitedPivotQR(Matrix(columns: [zero, a, zero, a, b, a]))
    #expect(qr.kept == [1, 4])
    #expect(qr.aliased == [0, 2, 3, 5])
    let expected = Matrix(columns: [[0, 0], [0, 0], [1, 0], [1, 0]])
    #expect(largestDifference(qr.aliasing, expected) < 1e-15)
    let none = try LimitedPivotQR(Matrix(columns: [zero, zero]))
    #expect(none.rank == 0)
    #expect(none.solve(a) == [])
    #expect(none.applyTransposedQ(a) == a)
    #expect(try LimitedPivotQR(Matrix(columns: [zero]), tolerance: 0).aliased == [0])
  }

  /// The second column's remaining norm is d and its own about 1, so d is the relative remainder.
  @Test(arguments: [(2e-7, [Int]()), (1.01e-7, []), (0.99e-7, [1]), (1e-12, [1])])
  func toleranceIsRelativeToTheColumnsOwnNorm(d: Double, aliased: [Int]) throws {
    for scale in [1e-150, 1, 1e150] {
      let x = Matrix(columns: [[scale, 0], [scale, d * scale]])
      #expect(try LimitedPivotQR(x).aliased == aliased)
      #expect(try LimitedPivotQR(x, tolerance: d / 2).aliased.isEmpty)
      #expect(try LimitedPivotQR(x, tolerance: 2 * d).aliased == [1])
    }
  }

  @Test func referenceNormsTakeTheColumnsPlace() throws {
    let x = Matrix(columns: [[1, 0, 0], [0, 1e-3, 0], [0, 0, 1]])
    #expect(try LimitedPivotQR(x).aliased.isEmpty)
    #expect(try LimitedPivotQR(x, referenceNorms: [1, 1e5, 1]).aliased == [1])
    #expect(try LimitedPivotQR(x, referenceNorms: [1, 1, 2e7]).aliased == [2])
    #expect(try LimitedPivotQR(Matrix(columns: [[0, 0]]), referenceNorms: [0]).aliased == [0])
  }

  @Test func wideMatricesKeepNoMoreColumnsThanRows() throws {
    let qr = try LimitedPivotQR(Matrix(rows: [[1, 2, 0, 5], [1, 2, 1, 7]]))
    #expect(qr.kept == [0, 2])
    #expect(qr.aliased == [1, 3])
    // (5, 7) = 5 (1, 1) + 2 (0, 1)
    #expect(largestDifference(qr.aliasing, Matrix(columns: [[2, 0], [5, 2]])) < 1e-14)
    let empty = try LimitedPivotQR(Matrix(rowCount: 0, columnCount: 2))
    #expect(empty.aliased == [0, 1])
    #expect(try LimitedPivotQR(Matrix(rowCount: 3, columnCount: 0)).rank == 0)
  }

  @Test func nonFiniteElementsAreNamed() {
    #expect(throws: FactorizationError.notFinite(row: 1, column: 1)) {
      try LimitedPivotQR(Matrix(rows: [[1, 2], [3, .infinity]]))
    }
  }

  @Test func leastSquaresByHand() throws {
    // Through (0, 1), (1, 3), (2, 5), (3, 8): slope 2.3, intercept 0.8, residual sum of squares 0.3.
    let x = Matrix(columns: [[1, 1, 1, 1], [0, 1, 2, 3]])
    let y: [Double] = [1, 3, 5, 8]
    let qr = try LimitedPivotQR(x)
    #expect(largestDifference(qr.solve(y), [0.8, 2.3]) < 1e-14)
    let transformed = qr.applyTransposedQ(y)
    expectAgreement(
      transformed[2] * transformed[2] + transformed[3] * transformed[3], 0.3, digits: 13, "rss")
  }
}

@Suite("Rank detection in column order, identities") struct RankDetectionIdentityTests {
  @Test(arguments: [1, 2, 5, 12, 40, 70]) func fullRankIsTheOrdinaryFactor(columns: Int) throws {
    let x = TestMatrices.noise(150, columns, seed: UInt64(columns))
    let qr = try LimitedPivotQR(x)
    #expect(qr.kept == Array(0..<columns))
    #expect(largestDifference(qr.upper.matrix, UpperTriangle(factoring: x).matrix) < 1e-13)
    let q = qr.orthonormal
    #expect(largestDifference(q.crossProduct(), .identity(order: columns)) < 1e-14 * Double(columns + 5))
    #expect(largestDifference(q * qr.upper.matrix, x) < 1e-13)
    let y = TestMatrices.noise(150, 1, seed: 77).columnMajor
    let head = Array(qr.applyTransposedQ(y).prefix(columns))
    #expect(largestDifference(head, q.transposeTimes(y)) < 1e-13)
    let normal = try CholeskyFactor(x.crossProduct()).solve(x.transposeTimes(y))
    #expect(largestDifference(qr.solve(y), normal) < 1e-12)
  }

  /// Columns 3 and 6 are combinations of the kept ones before them, with known coefficients.
  @Test func decidesOnTheTriangleAsOnTheData() throws {
    let base = TestMatrices.noise(400, 6)
    let third = base * [2, -1, 0.5, 0, 0, 0]
    let sixth = base * [0, 1, 0, 3, -2, 0]
    let columns = [0, 1, 2].map(base.column) + [third] + [3, 4].map(base.column) + [sixth, base.column(5)]
    let x = Matrix(columns: columns)
    var triangle = UpperTriangle(order: 8)
    for first in stride(from: 0, to: 400, by: 50) {
      triangle.absorb(x.selecting(rows: Array(first..<first + 50)))
    }
    for qr in [try LimitedPivotQR(x), try LimitedPivotQR(triangle.matrix)] {
      #expect(qr.kept == [0, 1, 2, 4, 5, 7])
      #expect(qr.aliased == [3, 6])
      let expected = Matrix(columns: [[2, -1, 0.5, 0, 0, 0], [0, 1, 0, 3, -2, 0]])
      #expect(largestDifference(qr.aliasing, expected) < 1e-13)
      let kept = UpperTriangle(factoring: x.selecting(columns: qr.kept))
      #expect(largestDifference(qr.upper.matrix, kept.matrix) < 1e-12)
    }
  }
}
