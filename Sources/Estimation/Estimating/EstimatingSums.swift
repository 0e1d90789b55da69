internal import LinearAlgebra

/// One pass of estimating equations: information, score and the moments of residuals.
///
/// With `z_i` and `f_i` the rows of the design and the residuals in units of their standard deviations and
/// whitened by the working correlation,
/// ```
/// sum_i D_i'V_i^-1 D_i = sum z z',    sum_i D_i'V_i^-1 (y_i - mu_i) = sum z f
/// ```
/// up to the scale, which cancels.
///
/// ## References
/// Liang and Zeger (1986), Biometrika 73:13-22, eqs. 6 and 7.
struct EstimatingSums: Fold {
  let family: FittedFamily
  let beta: [Double]
  let whitening: Whitening
  let moments: CorrelationMoments
  let pairing: PairWeights

  struct State: Sendable, Equatable {
    /// `[Z f]'[Z f]`: information, score, and the sum of squared whitened residuals.
    var cross: Matrix
    /// `sum w e^2` before whitening.
    var squares = 0.0
    var products: [Double]
    /// Whether all means lie in the family's range.
    var isInside = true

    var columnCount: Int { cross.rowCount - 1 }

    var information: Matrix {
      let columns = Array(0..<columnCount)
      return cross.selecting(rows: columns, columns: columns)
    }

    var score: [Double] { (0..<columnCount).map { cross[$0, columnCount] } }
  }

  var initialState: State {
    State(
      cross: Matrix(rowCount: beta.count + 1, columnCount: beta.count + 1),
      products: [Double](repeating: 0, count: moments.count))
  }

  func accumulate(_ block: PersonBlock, into state: inout State) {
    guard
      var rows = StandardizedRows(block.rows, beta: beta, family: family, pairing: pairing)
    else {
      state.isInside = false
      return
    }
    state.squares += rows.squares
    moments.add(rows.factors, block.people, to: &state.products)
    whitening.apply(to: &rows, block.people)
    state.cross += rows.matrix.crossProduct()
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.cross += later.cross
    earlier.squares += later.squares
    for k in earlier.products.indices { earlier.products[k] += later.products[k] }
    earlier.isInside = earlier.isInside && later.isInside
  }

  func finalize(_ state: consuming State) -> State { state }
}

extension StandardizedRows {
  /// The rows as a matrix, the residual in the last column.
  var matrix: Matrix { Matrix(rowCount: rowCount, columnCount: columnCount + 1, columnMajor: elements) }
}

/// The triangular factor of the whitened rows, by TSQR, for designs whose cross-product would lose the digits.
struct WhitenedTriangle: Fold {
  let sums: EstimatingSums

  var initialState: UpperTriangle { UpperTriangle(order: sums.beta.count) }

  func accumulate(_ block: PersonBlock, into state: inout UpperTriangle) {
    guard
      var rows = StandardizedRows(
        block.rows, beta: sums.beta, family: sums.family, pairing: sums.pairing)
    else { return }
    sums.whitening.apply(to: &rows, block.people)
    state.absorb(rows.matrix.selecting(columns: Array(0..<sums.beta.count)))
  }

  func merge(_ later: consuming UpperTriangle, into earlier: inout UpperTriangle) { earlier.stack(later) }

  func finalize(_ state: consuming UpperTriangle) -> UpperTriangle { state }
}
