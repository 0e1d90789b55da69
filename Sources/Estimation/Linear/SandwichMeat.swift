package import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// The middle of the sandwich at given coefficients, in orthonormal coordinates of the rows.
///
/// With `q_i` the i-th row of Q, `h_i = q_i'q_i` and `e_i` the weighted residual,
/// ```
/// M = sum e_i^2 / (1 - h_i)^d q_i q_i'    d = 0 (HC0, HC1), 1 (HC2), 2 (HC3), min(4, n h_i / p) (HC4)
/// ```
/// and the covariance is `G M G'`. A frequency weight f counts the row f times with the leverage of
/// one copy.
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

  package var initialState: Matrix {
    Matrix(rowCount: solution.kept.count, columnCount: solution.kept.count)
  }

  package func accumulate(_ block: DesignBlock, into state: inout Matrix) {
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
      scale[i] = (isFrequency ? weight : weight * weight) * residual * residual / power(shrink)
    }
    state = state + coordinates.crossProduct(weights: scale)
  }

  /// NaN where a row alone determines a coefficient (leverage 1): its residual is 0 whatever its
  /// error is, so that HC2 and HC3 are 0 / 0.
  private func power(_ shrink: Double) -> Double {
    switch kind {
    case .hc2: shrink > 1e-10 ? shrink : .nan
    case .hc3: shrink > 1e-10 ? shrink * shrink : .nan
    case .hc4: shrink > 1e-10 ? pow(shrink, min(4, rowsPerCoefficient * (1 - shrink))) : .nan
    default: 1
    }
  }

  package func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier = earlier + later }

  package func finalize(_ state: consuming Matrix) -> Matrix { state }
}
