import LinearAlgebra
import Testing

/// The same input gives the same bits, wherever its array lies and whatever runs beside it.
@Suite("Bit identity, laws") struct BitIdentityTests {
  /// Everything that is computed here, as bits.
  private static func everything(_ x: Matrix) throws -> [UInt64] {
    let half = x.rowCount / 2
    var triangle = UpperTriangle(factoring: x.selecting(rows: Array(0..<half)))
    triangle.absorb(x.selecting(rows: Array(half..<x.rowCount)))
    let square = x.crossProduct()
    let weights = x.column(0)
    let svd = try SingularValueDecomposition(x)
    let matrices = [
      triangle.matrix, square, x.crossProduct(weights: weights), try CholeskyFactor(square).inverse(),
      try SymmetricEigen(square).vectors, svd.left, try PivotedQR(x).upper,
      try LimitedPivotQR(x).upper.matrix,
    ]
    let numbers = [
      triangle.reciprocalCondition, try CholeskyFactor(square).reciprocalCondition,
      dotProduct(weights, weights), euclideanNorm(weights),
    ]
    let solution = try CompleteOrthogonalFactorization(x).solve(weights)
    return matrices.flatMap { bits($0) } + (numbers + solution).map(\.bitPattern)
  }

  @Test("whatever the address", arguments: [(700, 3), (700, 13), (300, 40), (400, 120)])
  func addresses(rows: Int, columns: Int) throws {
    let x = TestMatrices.noise(rows, columns)
    let expected = try Self.everything(x)
    var ballast: [[UInt8]] = []
    for size in 1...12 {
      // Odd allocations in between shift where the next arrays lie.
      ballast.append(Array(repeating: 0, count: size * 16 + 8))
      var copy = x
      copy[0, 0] = x[0, 0]
      #expect(try Self.everything(copy) == expected)
    }
    #expect(ballast.count == 12)
  }

  @Test func tasksSideBySide() async throws {
    let x = TestMatrices.noise(500, 12)
    let expected = try Self.everything(x)
    try await withThrowingTaskGroup(of: [UInt64].self) { group in
      for _ in 0..<16 { group.addTask { try Self.everything(x) } }
      for try await result in group { #expect(result == expected) }
    }
  }
}
