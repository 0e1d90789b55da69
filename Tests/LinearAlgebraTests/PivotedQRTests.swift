import LinearAlgebra
import TestSupport
import Testing

@Suite("Pivoted QR, by hand") struct PivotedQRByHandTests {
  @Test func theLongestColumnComesFirst() throws {
    let qr = try PivotedQR(Matrix(columns: [[1, 0], [0, 3]]))
    #expect(qr.pivots == [1, 0])
    #expect(qr.upper.diagonal.map { abs($0) } == [3, 1])
    #expect(qr.rank() == 2)
    #expect(qr.rank(relativeTolerance: 0.5) == 1)
  }

  @Test func basicSolutionHasZerosBeyondTheRank() throws {
    // The longer column (2, 4) alone carries (3, 6).
    let qr = try PivotedQR(Matrix(columns: [[1, 2], [2, 4]]))
    #expect(qr.rank() == 1)
    #expect(largestDifference(qr.solve([3, 6]), [0, 1.5]) < 1e-15)
  }

  @Test func degenerateShapes() throws {
    #expect(try PivotedQR(Matrix(rowCount: 0, columnCount: 3)).pivots == [0, 1, 2])
    #expect(try PivotedQR(Matrix(rowCount: 0, columnCount: 3)).solve([]) == [0, 0, 0])
    #expect(try PivotedQR(Matrix(rowCount: 3, columnCount: 0)).solve([1, 2, 3]) == [])
    #expect(try PivotedQR(Matrix(rowCount: 2, columnCount: 2)).rank() == 0)
    #expect(try PivotedQR(Matrix(rows: [[-4]])).solve([8]) == [-2])
    #expect(throws: FactorizationError.notFinite(row: 0, column: 1)) {
      try PivotedQR(Matrix(rows: [[1, .nan]]))
    }
  }
}

@Suite("Pivoted QR, identities") struct PivotedQRIdentityTests {
  @Test(arguments: [(1, 1), (5, 5), (100, 7), (7, 100), (200, 70), (64, 64)])
  func reconstructs(rows: Int, columns: Int) throws {
    let x = TestMatrices.noise(rows, columns, seed: UInt64(rows))
    let qr = try PivotedQR(x)
    let (q, depth) = (qr.orthonormal, min(rows, columns))
    #expect(q.columnCount == depth)
    #expect(largestDifference(q.crossProduct(), .identity(order: depth)) < 1e-14 * Double(depth + 5))
    #expect(largestDifference(q * qr.upper, x.selecting(columns: qr.pivots)) < 1e-13)
    #expect(qr.pivots.sorted() == Array(0..<columns))
    #expect(qr.rank() == depth)
    let sizes = qr.upper.diagonal.map { abs($0) }
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 >= $1 * (1 - 1e-12) })
    let y = TestMatrices.noise(rows, 1, seed: 8).columnMajor
    #expect(largestDifference(Array(qr.applyTransposedQ(y).prefix(depth)), q.transposeTimes(y)) < 1e-13)
    // The residual of least squares is orthogonal to every column.
    let residual = zip(y, x * qr.solve(y)).map { $0 - $1 }
    #expect(x.transposeTimes(residual).allSatisfy { abs($0) < 1e-11 })
  }

  @Test func findsTheRankOfAProduct() throws {
    let x = TestMatrices.noise(60, 4) * TestMatrices.noise(4, 11, seed: 2)
    #expect(try PivotedQR(x).rank() == 4)
    #expect(try SingularValueDecomposition(x).rank() == 4)
    #expect(try CompleteOrthogonalFactorization(x).rank == 4)
  }
}
