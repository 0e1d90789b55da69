import LinearAlgebra
import TestSupport
import Testing

/// What R keeps and estimates; `Tests/Reference/LinearAlgebra/limited-pivot-qr.R` wrote the file.
struct RankDetectionReference: Decodable, Sendable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let tolerance: Double
    let columns: [[Double]]
    let response: [Double]
    let kept: [Int]
    let aliased: [Int]
    let fitted: [Double]

    var testDescription: String { name }
  }

  let software: String
  let version: String
  let cases: [Case]

  static func load() throws -> RankDetectionReference {
    try ProjectFiles.decode(
      RankDetectionReference.self, from: "Tests/Reference/LinearAlgebra/limited-pivot-qr.json")
  }
}

@Suite("Rank detection in column order, reference") struct RankDetectionReferenceTests {
  @Test func theFileHoldsTheCases() throws {
    #expect(try RankDetectionReference.load().cases.count == 10)
  }

  /// Decisions agree, and fitted values as far as the condition lets any factorisation agree.
  ///
  /// The projection on the columns moves by the unit roundoff times their condition number, taken
  /// after each column is scaled to length 1, for R as for us.
  @Test(arguments: try RankDetectionReference.load().cases)
  func agreesWithR(_ reference: RankDetectionReference.Case) throws {
    let x = Matrix(columns: reference.columns)
    let qr = try LimitedPivotQR(x, tolerance: reference.tolerance)
    #expect(qr.kept == reference.kept)
    #expect(qr.aliased == reference.aliased)
    guard qr.kept == reference.kept else { return }
    let fitted = qr.orthonormal * Array(qr.applyTransposedQ(reference.response).prefix(qr.rank))
    let lengths = qr.upper.columnNorms.map { 1 / $0 }
    let scaled = UpperTriangle(factoring: qr.upper.matrix.scalingColumns(by: lengths))
    let bound = .ulpOfOne * euclideanNorm(reference.response) / scaled.reciprocalCondition
    #expect(largestDifference(fitted, reference.fitted) < max(bound, 1e-13))
    // The triangular factor of the data leads to the same decisions.
    let triangle = UpperTriangle(factoring: x)
    let norms = (0..<x.columnCount).map { euclideanNorm(x.column($0)) }
    let again = try LimitedPivotQR(triangle.matrix, tolerance: reference.tolerance, referenceNorms: norms)
    #expect(again.kept == reference.kept)
  }
}
