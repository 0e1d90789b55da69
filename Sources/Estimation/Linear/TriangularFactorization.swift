package import LinearAlgebra

/// The triangular factor of the weighted, shifted design and response: TSQR.
///
/// With W the weights, `[X - 1s' | y - s_y]` is shifted by constants fixed beforehand and
/// ```
/// W^(1/2) [X - 1s' | y - s_y] = Q R
/// ```
/// Only R is kept: the factor of two stacked factors is the factor of all their rows. Least squares,
/// residual sum of squares and covariance all follow from R without ever squaring the condition number.
///
/// ## References
/// Demmel, Grigori, Hoemmen and Langou (2012), SIAM J. Sci. Comput. 34:A206-A239, section 3.
package struct TriangularFactorization: Fold {
  /// What is taken from each column, the response last.
  let shifts: [Double]
  /// Whether rows are scaled by the root of their weight.
  let usesWeights: Bool

  package init(shifts: [Double], usesWeights: Bool) {
    self.shifts = shifts
    self.usesWeights = usesWeights
  }

  package var initialState: UpperTriangle { UpperTriangle(order: shifts.count) }

  package func accumulate(_ block: DesignBlock, into state: inout UpperTriangle) {
    let rowCount = block.rowCount
    let columnCount = shifts.count - 1
    let roots = usesWeights ? block.weights.map { $0.map { $0.squareRoot() } } : nil
    var elements = block.columns.columnMajor
    for column in 0...columnCount {
      let shift = shifts[column]
      let start = column * rowCount
      if let roots {
        for i in 0..<rowCount { elements[start + i] = (elements[start + i] - shift) * roots[i] }
      } else if shift != 0 {
        for i in 0..<rowCount { elements[start + i] -= shift }
      }
    }
    state.absorb(Matrix(rowCount: rowCount, columnCount: columnCount + 1, columnMajor: elements))
  }

  package func merge(_ later: consuming UpperTriangle, into earlier: inout UpperTriangle) {
    earlier.stack(later)
  }

  package func finalize(_ state: consuming UpperTriangle) -> UpperTriangle { state }
}
