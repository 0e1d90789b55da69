/// Why a factorisation or a solve could not be carried out on the data it was given.
public enum FactorizationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The leading minor of this order, counted from 1, is not positive.
  case notPositiveDefinite(leadingMinor: Int)

  /// The diagonal element at this place, counted from 1, is exactly zero.
  case singular(pivot: Int)

  /// The element at this row and column, counted from 0, is infinite or not a number.
  case notFinite(row: Int, column: Int)

  /// So many off-diagonal elements of an intermediate form did not converge to zero.
  case notConverged(count: Int)

  /// One sentence for a message.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let order):
      "the matrix is not positive definite: its leading minor of order \(order) is not positive"
    case .singular(let pivot):
      "the matrix is singular: pivot \(pivot) is zero"
    case .notFinite(let row, let column):
      "the matrix has an infinite or missing element in row \(row + 1), column \(column + 1)"
    case .notConverged(let count):
      "the iteration of the decomposition left \(count) elements unconverged"
    }
  }
}

extension Matrix {
  /// Throws at the first element, in column order, that is infinite or not a number.
  func requireFinite() throws(FactorizationError) {
    // The sum of x - x is 0 for finite values and NaN otherwise; it needs no branch in the loop.
    var spoiled = 0.0
    for value in columnMajor { spoiled += value - value }
    if spoiled == 0 { return }
    for (index, value) in columnMajor.enumerated() where !value.isFinite {
      throw .notFinite(row: index % rowCount, column: index / rowCount)
    }
  }
}
