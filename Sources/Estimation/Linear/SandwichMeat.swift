package import LinearAlgebra

/// How the standard errors of a linear model allow for unequal variances.
public enum RobustCovariance: String, Sendable, CaseIterable, Codable {
  /// White's estimator.
  case hc0
  /// HC0 times n / (n - p).
  case hc1
  /// Squared residuals over `1 - h`.
  case hc2
  /// Squared residuals over `(1 - h)^2`: close to the jackknife, the default where robust is asked.
  case hc3
}

/// The middle of the sandwich at given coefficients, in orthonormal coordinates of the rows.
///
/// With `q_i` the i-th row of Q, `h_i = q_i'q_i` and `e_i` the weighted residual,
/// ```
/// M = sum e_i^2 / (1 - h_i)^d q_i q_i'        d = 0 (HC0, HC1), 1 (HC2), 2 (HC3)
/// ```
/// and the covariance is `G M G'`. A frequency weight f counts the row f times with the leverage of
/// one copy.
///
/// ## References
/// MacKinnon and White (1985), J. Econometrics 29:305-325; Long and Ervin (2000), The American
/// Statistician 54:217-224, eqs. 3-6.
package struct SandwichMeat: Fold {
  let kind: RobustCovariance
  let solution: LeastSquaresSolution
  let weightKind: WeightKind?

  package init(kind: RobustCovariance, solution: LeastSquaresSolution, weightKind: WeightKind?) {
    self.kind = kind
    self.solution = solution
    self.weightKind = weightKind
  }

  package var initialState: Matrix {
    Matrix(rowCount: solution.kept.count, columnCount: solution.kept.count)
  }

  package func accumulate(_ block: DesignBlock, into state: inout Matrix) {
    let rows = Array(0..<block.rowCount)
    let kept = block.design.selecting(rows: rows, columns: solution.kept)
    let fitted = kept * solution.coefficients
    var shifted = kept
    for (j, column) in solution.kept.enumerated() where solution.shifts[column] != 0 {
      for i in rows { shifted[i, j] -= solution.shifts[column] }
    }
    let coordinates = shifted * solution.shiftedInverse
    let rank = solution.kept.count
    var scale = [Double](repeating: 0, count: rows.count)
    for i in rows {
      let weight = block.weights?[i] ?? 1
      var leverage = 0.0
      for j in 0..<rank { leverage += coordinates[i, j] * coordinates[i, j] }
      let residual = block.response[i] - fitted[i]
      let isFrequency = weightKind == .frequency
      let shrink = 1 - (isFrequency ? leverage : weight * leverage)
      scale[i] = (isFrequency ? weight : weight * weight) * residual * residual / Self.power(shrink, kind)
    }
    state = state + coordinates.crossProduct(weights: scale)
  }

  /// NaN where a row alone determines a coefficient (leverage 1): its residual is 0 whatever its
  /// error is, so that HC2 and HC3 are 0 / 0.
  private static func power(_ shrink: Double, _ kind: RobustCovariance) -> Double {
    switch kind {
    case .hc0, .hc1: 1
    case .hc2: shrink > 1e-10 ? shrink : .nan
    case .hc3: shrink > 1e-10 ? shrink * shrink : .nan
    }
  }

  package func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier = earlier + later }

  package func finalize(_ state: consuming Matrix) -> Matrix { state }
}
