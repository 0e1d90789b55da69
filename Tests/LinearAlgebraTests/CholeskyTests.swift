import LinearAlgebra
import TestSupport
import Testing

@Suite("Cholesky, by hand") struct CholeskyByHandTests {
  /// A = L L' with L = [2 0 0; 6 1 0; -8 5 3].
  let a = Matrix(rows: [[4, 12, -16], [12, 37, -43], [-16, -43, 98]])

  @Test func factorOfAThreeByThree() throws {
    let factor = try CholeskyFactor(a)
    #expect(factor.lower == Matrix(rows: [[2, 0, 0], [6, 1, 0], [-8, 5, 3]]))
    #expect(factor.order == 3)
    // det = (2 x 1 x 3)^2 = 36
    expectAgreement(factor.logDeterminant, 3.583_518_938_456_11, digits: 14, "ln 36")
    #expect(largestDifference(factor.solve([0, 6, 39]), [1, 1, 1]) < 1e-12)
    // L x = (2, 7, 0) by forward substitution.
    #expect(factor.solveLower([2, 7, 0]) == [1, 1, 1])
  }

  @Test func inverseOfATwoByTwo() throws {
    let inverse = try CholeskyFactor(Matrix(rows: [[2, 1], [1, 2]])).inverse()
    let expected = Matrix(rows: [[2, -1], [-1, 2]]).scaled(by: 1.0 / 3)
    #expect(largestDifference(inverse, expected) < 1e-15)
    #expect(inverse == inverse.transposed())
  }

  @Test func onlyTheLowerHalfIsRead() throws {
    var half = a
    half[0, 1] = .nan
    half[0, 2] = 1e9
    #expect(try CholeskyFactor(half) == CholeskyFactor(a))
  }

  @Test func theFirstBadLeadingMinorIsNamed() {
    func minor(_ rows: [[Double]]) -> FactorizationError? {
      do {
        _ = try CholeskyFactor(Matrix(rows: rows))
        return nil
      } catch { return error }
    }
    #expect(minor([[0]]) == .notPositiveDefinite(leadingMinor: 1))
    #expect(minor([[-1, 0], [0, 1]]) == .notPositiveDefinite(leadingMinor: 1))
    #expect(minor([[1, 2], [2, 1]]) == .notPositiveDefinite(leadingMinor: 2))
    #expect(minor([[1, 1], [1, 1]]) == .notPositiveDefinite(leadingMinor: 2))
    #expect(minor([[4, 12, -16], [12, 37, -43], [-16, -43, 89]]) == .notPositiveDefinite(leadingMinor: 3))
    #expect(minor([[1, 0], [.nan, 1]]) == .notFinite(row: 1, column: 0))
    #expect(minor([[1, 0], [0, .infinity]]) == .notFinite(row: 1, column: 1))
    #expect(minor([[1]]) == nil)
  }

  /// An indefinite matrix whose elimination overflows to an undefined last pivot.
  @Test func overflowIsNotTakenForAFactor() {
    let a = Matrix(rows: [[1e-300, 0, 1e300], [0, 1, 0], [1e300, 0, 1]])
    #expect(throws: FactorizationError.notPositiveDefinite(leadingMinor: 3)) { try CholeskyFactor(a) }
  }

  @Test func ordersZeroAndOne() throws {
    let empty = try CholeskyFactor(Matrix(rowCount: 0, columnCount: 0))
    #expect(empty.logDeterminant == 0)
    #expect(empty.solve([]) == [])
    #expect(empty.inverse() == empty.lower)
    #expect(empty.reciprocalCondition == 1)
    let one = try CholeskyFactor(Matrix(rows: [[9]]))
    #expect(one.solve([18]) == [2])
    #expect(one.reciprocalCondition == 1)
  }
}

@Suite("Cholesky, identities") struct CholeskyIdentityTests {
  @Test(arguments: [1, 2, 7, 33, 100])
  func reconstructsSolvesAndInverts(order: Int) throws {
    let x = TestMatrices.noise(4 * order + 3, order, seed: UInt64(order))
    let a = x.crossProduct()
    let factor = try CholeskyFactor(a)
    let bound = 1e-14 * Double(order) * a.largestMagnitude
    #expect(largestDifference(factor.lower * factor.lower.transposed(), a) < bound)
    #expect(largestDifference(a * factor.inverse(), .identity(order: order)) < 1e-12)
    let b = TestMatrices.noise(order, 3, seed: 5)
    #expect(largestDifference(a * factor.solve(b), b) < 1e-12)
    // The Cholesky factor of X'X is the transposed triangular factor of X.
    let triangle = UpperTriangle(factoring: x)
    #expect(largestDifference(triangle.matrix.transposed(), factor.lower) < bound)
    expectAgreement(
      try SymmetricEigen(a).values.reduce(1, *), factor.lower.diagonal.reduce(1) { $0 * $1 * $1 },
      digits: 11, "product of eigenvalues")
    let v = b.column(0)
    let half = factor.solveLower(v)
    expectAgreement(dotProduct(half, half), dotProduct(v, factor.solve(v)), digits: 11, "v'A^-1 v")
  }

  /// The 1-norm condition numbers are integers, computed in exact rational arithmetic
  /// (Python 3.11 `fractions`: norm of H times norm of its inverse, 2026-11-23).
  @Test(arguments: zip([3, 4, 5, 6], [748.0, 28375, 943_656, 29_070_279]))
  func hilbertMatrices(order: Int, condition: Double) throws {
    let factor = try CholeskyFactor(TestMatrices.hilbert(order))
    expectAgreement(1 / factor.reciprocalCondition, condition, digits: 9, "condition of H\(order)")
  }

  @Test func hilbertDeterminant() throws {
    // det H5 = 1 / 266716800000, in exact rational arithmetic (Python 3.11 `fractions`, 2026-11-23).
    let factor = try CholeskyFactor(TestMatrices.hilbert(5))
    expectAgreement(
      factor.lower.diagonal.reduce(1) { $0 * $1 * $1 }, 1 / 266_716_800_000, digits: 11, "det H5")
  }
}
