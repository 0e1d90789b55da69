internal import LinearAlgebra

/// The middle of the sandwich of a generalised linear model, in orthonormal coordinates of the rows.
///
/// With `q_i = G'x_i`, leverages `h_i = W_i q_i'q_i` and working scores r_i,
/// ```
/// M = sum r_i^2 / (1 - h_i)^d q_i q_i'        d = 0 (HC0, HC1), 1 (HC2), 2 (HC3), min(4, n h_i / p) (HC4)
/// ```
/// and the covariance is `G M G'`. A frequency weight f counts the row f times with the leverage of one
/// copy.
///
/// ## References
/// Zeileis (2006), J. Statistical Software 16(9), sections 2 and 3.2; MacKinnon and White (1985);
/// Cribari-Neto (2004), Comput. Stat. Data Anal. 45:215-233 (HC4).
struct GeneralizedSandwich: Fold {
  let kind: RobustCovariance
  let family: FittedFamily
  let beta: [Double]
  let inverseRoot: Matrix
  let countsCopies: Bool
  /// HC4 compares leverages with their mean, which takes the number of observations.
  let observationCount: Double

  var rowsPerCoefficient: Double { observationCount / Double(max(beta.count, 1)) }

  var initialState: RowMeat { RowMeat(order: beta.count) }

  func accumulate(_ block: GeneralizedBlock, into state: inout RowMeat) {
    var work = WorkingRows(count: block.rowCount)
    work.evaluate(block, eta: block.predictor(beta), family)
    let coordinates = block.design * inverseRoot
    var scale = work.residuals
    for i in scale.indices {
      let copies = countsCopies ? block.given?[i] ?? 1 : 1
      var leverage = 0.0
      for j in beta.indices { leverage += coordinates[i, j] * coordinates[i, j] }
      let rest = 1 - leverage * work.weights[i] / copies
      guard rest > SoleDirections.close else {
        let root = (work.weights[i] / copies).squareRoot()
        state.candidates.append(
          RowMeat.Candidate(
            coordinates: coordinates.row(i).map { $0 * root },
            square: work.residuals[i] * work.residuals[i] / work.weights[i]))
        scale[i] = 0
        continue
      }
      scale[i] =
        work.residuals[i] * work.residuals[i] / copies
        / kind.power(ofRemaining: rest, rowsPerCoefficient: rowsPerCoefficient)
    }
    state.matrix = state.matrix + coordinates.crossProduct(weights: scale)
  }

  func merge(_ later: consuming RowMeat, into earlier: inout RowMeat) { earlier.add(later) }

  func finalize(_ state: consuming RowMeat) -> RowMeat { state }
}

/// Sums of squares of a generalised linear model's rows along the directions of rows of leverage near 1.
struct GeneralizedDirectionTotals: Fold {
  let sums: DirectionTotals
  let family: FittedFamily
  let beta: [Double]
  let inverseRoot: Matrix

  var initialState: [Double] { [Double](repeating: 0, count: sums.directions.columnCount) }

  func accumulate(_ block: GeneralizedBlock, into state: inout [Double]) {
    var work = WorkingRows(count: block.rowCount)
    work.evaluate(block, eta: block.predictor(beta), family)
    sums.add(block.design * inverseRoot, weights: work.weights, to: &state)
  }

  func merge(_ later: consuming [Double], into earlier: inout [Double]) {
    for k in earlier.indices { earlier[k] += later[k] }
  }

  func finalize(_ state: consuming [Double]) -> [Double] { state }
}
