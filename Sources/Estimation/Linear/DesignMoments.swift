internal import LinearAlgebra

/// Weighted means and sums of squared deviations of the design's columns and the response.
///
/// Blocks are centred on their own means before they are combined, so that a large common offset
/// costs no digits:
/// ```
/// M2 = M2_a + M2_b + (m_b - m_a)^2 W_a W_b / (W_a + W_b)
/// ```
/// The last column is the response.
///
/// ## References
/// Chan, Golub and LeVeque (1983), The American Statistician 37:242-247, eq. 2.1; with weights.
package struct DesignMoments: Fold {
  package struct State: Sendable, Equatable {
    var rows = 0
    var weight = 0.0
    var logWeight = 0.0
    var means: [Double]
    var squares: [Double]
  }

  package struct Output: Sendable, Equatable {
    package let rows: Int
    /// Sum of the weights.
    package let weight: Double
    /// Sum of the logarithms of the weights.
    package let logWeight: Double
    /// Weighted means, the response last.
    package let means: [Double]
    /// Weighted sums of squared deviations from the means, the response last.
    package let squares: [Double]

    /// The weighted norm of a column as it stands, not centred.
    func norm(ofColumn column: Int) -> Double {
      (squares[column] + weight * means[column] * means[column]).squareRoot()
    }
  }

  let columnCount: Int

  package init(columnCount: Int) { self.columnCount = columnCount }

  package var initialState: State {
    let zeros = [Double](repeating: 0, count: columnCount + 1)
    return State(means: zeros, squares: zeros)
  }

  package func accumulate(_ block: DesignBlock, into state: inout State) {
    var own = initialState
    own.rows = block.rowCount
    own.weight = block.weights?.reduce(0, +) ?? Double(block.rowCount)
    own.logWeight = block.weights?.reduce(0) { $0 + logarithm($1) } ?? 0
    for column in 0...columnCount {
      (own.means[column], own.squares[column]) = moments(
        block.columns.column(column), block.weights, own.weight)
    }
    merge(own, into: &state)
  }

  package func merge(_ later: consuming State, into earlier: inout State) {
    let total = earlier.weight + later.weight
    earlier.rows += later.rows
    earlier.logWeight += later.logWeight
    guard total > 0 else { return }  // both empty: the neutral element
    let share = later.weight / total
    for column in earlier.means.indices {
      let shift = later.means[column] - earlier.means[column]
      earlier.squares[column] += later.squares[column] + shift * shift * earlier.weight * share
      earlier.means[column] += shift * share
    }
    earlier.weight = total
  }

  package func finalize(_ state: consuming State) -> Output {
    Output(
      rows: state.rows, weight: state.weight, logWeight: state.logWeight, means: state.means,
      squares: state.squares)
  }

  private func moments(_ values: [Double], _ weights: [Double]?, _ total: Double) -> (Double, Double) {
    guard total > 0 else { return (0, 0) }
    var sum = 0.0
    if let weights {
      for i in values.indices { sum += weights[i] * values[i] }
    } else {
      for value in values { sum += value }
    }
    let mean = sum / total
    var squares = 0.0
    for i in values.indices {
      let deviation = values[i] - mean
      squares += (weights?[i] ?? 1) * deviation * deviation
    }
    return (mean, squares)
  }
}
