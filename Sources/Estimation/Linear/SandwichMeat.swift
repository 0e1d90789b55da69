internal import LinearAlgebra

/// The middle of the sandwich at given coefficients, in orthonormal coordinates of the rows.
///
/// With `q_i` the i-th row of Q, `h_i = q_i'q_i` and `e_i` the weighted residual,
/// ```
/// M = sum e_i^2 / (1 - h_i)^d q_i q_i'    d = 0 (HC0, HC1), 1 (HC2), 2 (HC3), min(4, n h_i / p) (HC4)
/// ```
/// and the covariance is `G M G'`. A frequency weight f counts the row f times with the leverage of
/// one copy. Rows of leverage near 1 are set apart (``RowMeat``).
///
/// ## References
/// MacKinnon and White (1985), J. Econometrics 29:305-325; Long and Ervin (2000), The American
/// Statistician 54:217-224, eqs. 3-6; Cribari-Neto (2004), Comput. Stat. Data Anal. 45:215-233, eq. 5.
package struct SandwichMeat: Fold {
  let kind: RobustCovariance
  let solution: LeastSquaresSolution
  let weightKind: WeightKind?
  /// Observations over coefficients: one over the mean leverage.
  let rowsPerCoefficient: Double

  /// HC4 compares leverages with their mean, which takes the number of observations.
  package init(
    kind: RobustCovariance, solution: LeastSquaresSolution, weightKind: WeightKind?, observationCount: Double
  ) {
    self.kind = kind
    self.solution = solution
    self.weightKind = weightKind
    rowsPerCoefficient = observationCount / Double(max(solution.kept.count, 1))
  }

  package var initialState: RowMeat { RowMeat(order: solution.kept.count) }

  package func accumulate(_ block: DesignBlock, into state: inout RowMeat) {
    let rows = 0..<block.rowCount
    let (coordinates, residuals) = solution.coordinatesAndResiduals(of: block)
    let rank = solution.kept.count
    var scale = [Double](repeating: 0, count: rows.count)
    for i in rows {
      let weight = block.weights?[i] ?? 1
      var leverage = 0.0
      for j in 0..<rank { leverage += coordinates[i, j] * coordinates[i, j] }
      let residual = residuals[i]
      let isFrequency = weightKind == .frequency
      let shrink = 1 - (isFrequency ? leverage : weight * leverage)
      guard shrink > SoleDirections.close else {
        let root = isFrequency ? 1 : weight.squareRoot()
        state.candidates.append(
          RowMeat.Candidate(
            coordinates: coordinates.row(i).map { $0 * root }, square: weight * residual * residual))
        continue
      }
      scale[i] =
        (isFrequency ? weight : weight * weight) * residual * residual
        / kind.power(ofRemaining: shrink, rowsPerCoefficient: rowsPerCoefficient)
    }
    state.matrix = state.matrix + coordinates.crossProduct(weights: scale)
  }

  package func merge(_ later: consuming RowMeat, into earlier: inout RowMeat) { earlier.add(later) }

  package func finalize(_ state: consuming RowMeat) -> RowMeat { state }
}

/// Sums of squares of a linear model's rows along the directions of rows of leverage near 1.
struct LinearDirectionTotals: Fold {
  let sums: DirectionTotals
  let solution: LeastSquaresSolution

  var initialState: [Double] { [Double](repeating: 0, count: sums.directions.columnCount) }

  func accumulate(_ block: DesignBlock, into state: inout [Double]) {
    sums.add(solution.coordinatesAndResiduals(of: block).coordinates, weights: block.weights, to: &state)
  }

  func merge(_ later: consuming [Double], into earlier: inout [Double]) {
    for k in earlier.indices { earlier[k] += later[k] }
  }

  func finalize(_ state: consuming [Double]) -> [Double] { state }
}
