internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

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

  var initialState: Matrix { Matrix(rowCount: beta.count, columnCount: beta.count) }

  func accumulate(_ block: GeneralizedBlock, into state: inout Matrix) {
    var work = WorkingRows(count: block.rowCount)
    work.evaluate(block, eta: block.predictor(beta), family)
    let coordinates = block.design * inverseRoot
    var scale = work.residuals
    for i in scale.indices {
      let copies = countsCopies ? block.given?[i] ?? 1 : 1
      var leverage = 0.0
      for j in beta.indices { leverage += coordinates[i, j] * coordinates[i, j] }
      let rest = 1 - leverage * work.weights[i] / copies
      scale[i] = work.residuals[i] * work.residuals[i] / copies / power(rest)
    }
    state = state + coordinates.crossProduct(weights: scale)
  }

  /// NaN where a row alone determines a coefficient (leverage 1).
  private func power(_ rest: Double) -> Double {
    switch kind {
    case .hc0, .hc1: 1
    case .hc2: rest > 1e-10 ? rest : .nan
    case .hc3: rest > 1e-10 ? rest * rest : .nan
    case .hc4: rest > 1e-10 ? pow(rest, min(4, (1 - rest) * observationCount / Double(beta.count))) : .nan
    case .cr0, .cr1, .cr2, .cr3: preconditionFailure("rows are summed by cluster elsewhere")
    }
  }

  func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier = earlier + later }

  func finalize(_ state: consuming Matrix) -> Matrix { state }
}
