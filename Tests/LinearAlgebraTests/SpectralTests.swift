import Foundation
import LinearAlgebra
import TestSupport
import Testing

@Suite("Symmetric eigenvalues, by hand") struct SymmetricEigenByHandTests {
  @Test func twoByTwo() throws {
    let eigen = try SymmetricEigen(Matrix(rows: [[2, 1], [1, 2]]))
    #expect(largestDifference(eigen.values, [1, 3]) < 1e-15)
    #expect(abs(abs(eigen.vectors[0, 0]) - 0.5.squareRoot()) < 1e-15)
    #expect(abs(eigen.vectors[0, 0] + eigen.vectors[1, 0]) < 1e-15)
    // The square root of [2 1; 1 2] has (sqrt 3 + 1) / 2 on its diagonal and (sqrt 3 - 1) / 2 beside it.
    let root = eigen.applying { $0.squareRoot() }
    expectAgreement(root[0, 0], (3.0.squareRoot() + 1) / 2, digits: 15, "diagonal")
    expectAgreement(root[1, 0], (3.0.squareRoot() - 1) / 2, digits: 14, "beside")
    #expect(root == root.transposed())
  }

  /// The second difference matrix has the eigenvalues 2 - 2 cos(k pi / (n + 1)).
  @Test(arguments: [1, 2, 3, 10, 50]) func secondDifferences(order: Int) throws {
    let eigen = try SymmetricEigen(TestMatrices.secondDifference(order))
    for k in 1...order {
      let half = sin(Double(k) * .pi / Double(2 * order + 2))
      expectAgreement(eigen.values[k - 1], 4 * half * half, digits: 12, "eigenvalue \(k) of \(order)")
    }
  }

  @Test func halvesAndDegenerateShapes() throws {
    var half = Matrix(rows: [[2, 1], [1, 2]])
    half[0, 1] = .nan
    #expect(largestDifference(try SymmetricEigen(half).values, [1, 3]) < 1e-15)
    #expect(try SymmetricEigen(Matrix(rowCount: 0, columnCount: 0)).values == [])
    #expect(try SymmetricEigen(Matrix(rows: [[-5]])).values == [-5])
    #expect(throws: FactorizationError.notFinite(row: 1, column: 0)) {
      try SymmetricEigen(Matrix(rows: [[1, 0], [.infinity, 1]]))
    }
  }

  @Test(arguments: [1, 4, 30, 90]) func reconstructs(order: Int) throws {
    let a = TestMatrices.noise(order, order, seed: UInt64(order)).mirroring(.lower)
    let eigen = try SymmetricEigen(a)
    let bound = 1e-14 * Double(order + 5)
    #expect(largestDifference(eigen.vectors.crossProduct(), .identity(order: order)) < bound)
    #expect(largestDifference(eigen.applying { $0 }, a) < 2 * bound)
    #expect(eigen.values == eigen.values.sorted())
  }
}

@Suite("Singular values, by hand") struct SingularValueByHandTests {
  @Test func goldenRatio() throws {
    // [1 1; 0 1] has the singular values (sqrt 5 + 1) / 2 and (sqrt 5 - 1) / 2.
    let svd = try SingularValueDecomposition(Matrix(rows: [[1, 1], [0, 1]]))
    expectAgreement(svd.values[0], (5.0.squareRoot() + 1) / 2, digits: 15, "first")
    expectAgreement(svd.values[1], (5.0.squareRoot() - 1) / 2, digits: 15, "second")
    expectAgreement(svd.condition, (3 + 5.0.squareRoot()) / 2, digits: 15, "condition")
  }

  @Test func rankOneInverse() throws {
    // A = u v' with u = (1, 2), v = (1, 2, 2): its inverse is v u' / (5 x 9).
    let a = Matrix(rows: [[1, 2, 2], [2, 4, 4]])
    let svd = try SingularValueDecomposition(a)
    #expect(svd.rank() == 1)
    let expected = Matrix(rows: [[1, 2], [2, 4], [2, 4]]).scaled(by: 1.0 / 45)
    #expect(largestDifference(svd.pseudoInverse(), expected) < 1e-16)
  }

  /// 2-norm condition numbers: mpmath 1.3.0, `svd_r(H, compute_uv=False)` at 60 digits, 2026-11-23.
  @Test(arguments: zip([3, 5, 8], [524.05677758606082, 476607.25024256081, 15257575741.646943]))
  func hilbertMatrices(order: Int, condition: Double) throws {
    let svd = try SingularValueDecomposition(TestMatrices.hilbert(order))
    // The smallest singular value carries an absolute error of about 1e-16.
    expectAgreement(svd.condition, condition, digits: 15 - log10(condition) - 0.5, "H\(order)")
  }

  @Test func degenerateShapes() throws {
    let empty = try SingularValueDecomposition(Matrix(rowCount: 0, columnCount: 2))
    #expect(empty.values == [])
    #expect(empty.condition == 1)
    #expect(empty.solve([]) == [0, 0])
    #expect(empty.pseudoInverse() == Matrix(rowCount: 2, columnCount: 0))
    #expect(try SingularValueDecomposition(Matrix(rowCount: 2, columnCount: 2)).rank() == 0)
    #expect(try SingularValueDecomposition(Matrix(rows: [[-3]])).values == [3])
    #expect(throws: FactorizationError.notFinite(row: 0, column: 0)) {
      try SingularValueDecomposition(Matrix(rows: [[.nan]]))
    }
  }

  @Test(arguments: [(1, 1), (6, 6), (80, 9), (9, 80), (300, 40), (120, 119)])
  func reconstructs(rows: Int, columns: Int) throws {
    let x = TestMatrices.noise(rows, columns, seed: 3)
    let svd = try SingularValueDecomposition(x)
    let depth = min(rows, columns)
    let bound = 1e-14 * Double(depth + 5)
    #expect(largestDifference(svd.left.scalingColumns(by: svd.values) * svd.rightTransposed, x) < bound)
    #expect(largestDifference(svd.left.crossProduct(), .identity(order: depth)) < bound)
    #expect(
      largestDifference(svd.rightTransposed * svd.rightTransposed.transposed(), .identity(order: depth))
        < bound)
    #expect(svd.values == svd.values.sorted(by: >))
  }
}

@Suite("Least squares of least norm") struct LeastNormTests {
  private func solutions(_ a: Matrix, _ b: [Double]) throws -> [[Double]] {
    [try CompleteOrthogonalFactorization(a).solve(b), try SingularValueDecomposition(a).solve(b)]
  }

  @Test func byHand() throws {
    for x in try solutions(Matrix(rows: [[1, 2], [2, 4]]), [5, 10]) {
      #expect(largestDifference(x, [1, 2]) < 1e-14)
    }
    for x in try solutions(Matrix(rows: [[1, 1, 1]]), [3]) {
      #expect(largestDifference(x, [1, 1, 1]) < 1e-14)
    }
    // Inconsistent: the projection of (1, 0) on (1, 2) is (1/5) (1, 2), so A x = (1/5, 2/5).
    for x in try solutions(Matrix(rows: [[1, 2], [2, 4]]), [1, 0]) {
      #expect(largestDifference(x, [0.04, 0.08]) < 1e-15)
    }
    for x in try solutions(Matrix(rowCount: 2, columnCount: 3), [1, 2]) { #expect(x == [0, 0, 0]) }
    #expect(try CompleteOrthogonalFactorization(Matrix(rowCount: 0, columnCount: 2)).solve([]) == [0, 0])
    #expect(try CompleteOrthogonalFactorization(Matrix(rowCount: 2, columnCount: 0)).solve([1, 1]) == [])
    #expect(throws: FactorizationError.notFinite(row: 0, column: 0)) {
      try CompleteOrthogonalFactorization(Matrix(rows: [[.infinity]]))
    }
  }

  @Test(arguments: [(40, 9, 5), (9, 40, 5), (30, 30, 29), (50, 8, 8), (8, 50, 8), (100, 80, 60)])
  func bothFactorisationsAgree(rows: Int, columns: Int, rank: Int) throws {
    let a = TestMatrices.noise(rows, rank) * TestMatrices.noise(rank, columns, seed: 2)
    let b = TestMatrices.noise(rows, 1, seed: 3).columnMajor
    let found = try solutions(a, b)
    let size = euclideanNorm(found[1])
    #expect(largestDifference(found[0], found[1]) < 1e-11 * max(1, size))
    #expect(try CompleteOrthogonalFactorization(a).rank == rank)
    let several = try CompleteOrthogonalFactorization(a).solve(Matrix(columns: [b, b]))
    #expect(largestDifference(several.column(0), found[0]) < 1e-11 * max(1, size))
    let inverse = try SingularValueDecomposition(a).pseudoInverse()
    #expect(largestDifference(inverse * b, found[1]) < 1e-11 * max(1, size))
    #expect(largestDifference(a * (inverse * a), a) < 1e-10)
  }
}

@Suite("Factorisation errors") struct FactorizationErrorTests {
  @Test func messages() {
    #expect(
      "\(FactorizationError.notPositiveDefinite(leadingMinor: 3))"
        == "the matrix is not positive definite: its leading minor of order 3 is not positive")
    #expect("\(FactorizationError.singular(pivot: 2))" == "the matrix is singular: pivot 2 is zero")
    #expect(
      "\(FactorizationError.notFinite(row: 0, column: 4))"
        == "the matrix has an infinite or missing element in row 1, column 5")
    #expect(
      "\(FactorizationError.notConverged(count: 1))"
        == "the iteration of the decomposition left 1 elements unconverged")
  }
}
