import Foundation
import LinearAlgebra
import Testing

@Suite("Matrix, by hand") struct MatrixByHandTests {
  let a = Matrix(rows: [[1, 2], [3, 4], [5, 6]])

  @Test func storageIsByColumns() {
    #expect(a.columnMajor == [1, 3, 5, 2, 4, 6])
    #expect(a == Matrix(columns: [[1, 3, 5], [2, 4, 6]]))
    #expect(a == Matrix(rowCount: 3, columnCount: 2, columnMajor: [1, 3, 5, 2, 4, 6]))
    #expect(a[2, 0] == 5)
    #expect(a.row(1) == [3, 4])
    #expect(a.column(1) == [2, 4, 6])
    #expect(a.diagonal == [1, 4])
    #expect(a.transposed() == Matrix(rows: [[1, 3, 5], [2, 4, 6]]))
    #expect(a.description == "3 x 2\n1.0  2.0\n3.0  4.0\n5.0  6.0")
  }

  @Test func partsAndChanges() {
    var b = a
    b[0, 1] = 9
    #expect(b.row(0) == [1, 9])
    #expect(a.row(0) == [1, 2])
    #expect(a.selecting(rows: [2, 0], columns: [1]) == Matrix(rows: [[6], [2]]))
    #expect(a.selecting(columns: [1, 1, 0]).row(0) == [2, 2, 1])
    #expect(a.appendingRows(of: a.selecting(rows: [0])).column(0) == [1, 3, 5, 1])
    #expect(a.appendingColumns(of: a).row(0) == [1, 2, 1, 2])
    b.withMutableElements { span in span[0] = -1 }
    #expect(b[0, 0] == -1)
    #expect(a.withElements { span in span[5] } == 6)
  }

  @Test func arithmetic() {
    #expect(a + a == a.scaled(by: 2))
    #expect(a - a == Matrix(rowCount: 3, columnCount: 2))
    var sum = a
    sum += a
    sum -= a
    #expect(sum == a)
    #expect(a.scalingRows(by: [1, 0, 2]) == Matrix(rows: [[1, 2], [0, 0], [10, 12]]))
    #expect(a.scalingColumns(by: [1, -1]).row(2) == [5, -6])
    let square = Matrix(rows: [[1, 2], [3, 4]])
    #expect(square.mirroring(.lower) == Matrix(rows: [[1, 3], [3, 4]]))
    #expect(square.mirroring(.upper) == Matrix(rows: [[1, 2], [2, 4]]))
    #expect(Matrix(rows: [[-7, 2]]).largestMagnitude == 7)
    #expect(Matrix(rows: [[.nan, 2]]).largestMagnitude.isNaN)
  }

  @Test func products() {
    #expect(
      a * Matrix(rows: [[1, 0, 1], [0, 1, 1]]) == Matrix(rows: [[1, 2, 3], [3, 4, 7], [5, 6, 11]]))
    #expect(a * [1, -1] == [-1, -1, -1])
    #expect(a.transposeTimes([1, 1, 1]) == [9, 12])
    #expect(a.transposeTimes(Matrix(columns: [[1, 1, 1]])) == Matrix(columns: [[9, 12]]))
    #expect(a.crossProduct() == Matrix(rows: [[35, 44], [44, 56]]))
    #expect(a.crossProduct(weights: [1, 0, -2]) == Matrix(rows: [[-49, -58], [-58, -68]]))
    #expect(Matrix(rows: [[2, 1], [0, 3]]).quadraticForm([1, 2]) == 16)
    #expect(dotProduct([1, 2, 3], [4, 5, 6]) == 32)
    #expect(euclideanNorm([3, 4]) == 5)
  }

  @Test func emptyMatricesHaveEmptyOrZeroProducts() {
    let noRows = Matrix(rowCount: 0, columnCount: 2)
    let noColumns = Matrix(rowCount: 2, columnCount: 0)
    #expect(noRows.crossProduct() == Matrix(rowCount: 2, columnCount: 2))
    #expect(noRows.crossProduct(weights: []) == Matrix(rowCount: 2, columnCount: 2))
    #expect(noRows.transposeTimes([]) == [0, 0])
    #expect(noColumns * noRows == Matrix(rowCount: 2, columnCount: 2))
    #expect(noColumns * [] == [0, 0])
    #expect(noColumns.crossProduct() == Matrix(rowCount: 0, columnCount: 0))
    #expect(Matrix(rows: []) == Matrix(rowCount: 0, columnCount: 0))
    #expect(Matrix.identity(order: 0).quadraticForm([]) == 0)
    #expect(dotProduct([], []) == 0)
    #expect(euclideanNorm([]) == 0)
    #expect(Matrix(rowCount: 0, columnCount: 0).largestMagnitude == 0)
  }

  @Test func codingRoundTripsAndChecksTheShape() throws {
    let decoded = try JSONDecoder().decode(Matrix.self, from: JSONEncoder().encode(a))
    #expect(bits(decoded) == bits(a))
    for text in [
      #"{"rowCount": 2, "columnCount": 2, "columnMajor": [1, 2, 3]}"#,
      #"{"rowCount": -1, "columnCount": -1, "columnMajor": [1]}"#,
      #"{"rowCount": 4611686018427387904, "columnCount": 4, "columnMajor": []}"#,
    ] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Matrix.self, from: Data(text.utf8)) }
    }
  }
}

@Suite("Matrix, programmer errors trap") struct MatrixTrapTests {
  @Test func wrongShapes() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix(rowCount: 2, columnCount: 2, columnMajor: [1])
    }
    await #expect(processExitsWith: .failure) { _ = Matrix(rows: [[1, 2], [3]]) }
    await #expect(processExitsWith: .failure) {
      _ = Matrix.identity(order: 2) * Matrix.identity(order: 3)
    }
    await #expect(processExitsWith: .failure) {
      _ = try CholeskyFactor(Matrix(rowCount: 2, columnCount: 3))
    }
    await #expect(processExitsWith: .failure) {
      var triangle = UpperTriangle(order: 2)
      triangle.absorb(Matrix(rowCount: 4, columnCount: 3))
    }
  }

  @Test func aRowBeyondTheLastIsNotTheNextColumns() async {
    await #expect(processExitsWith: .failure) { _ = Matrix.identity(order: 2)[2, 0] }
  }
}
