public import LinearAlgebra

/// How the covariance of the mean's coefficients depends on the variance parameters, and how well these are known.
///
/// For `y = X beta + e` with `Var(e) = V(gamma)`, everything that small-sample inference needs of the data:
/// ```
/// Phi  = (X'V^-1 X)^-1
/// P_i  = d(X'V^-1 X)/d gamma_i = -X'V^-1 V_i V^-1 X
/// Q_ij = X'V^-1 V_i V^-1 V_j V^-1 X
/// R_ij = X'V^-1 V_ij V^-1 X                      where V is not linear in gamma
/// W    = Var(gamma estimated)
/// ```
/// with `V_i` and `V_ij` the derivatives of V. No matrix has the order of the rows. Of Q and R only the sum over W is
/// kept.
///
/// Satterthwaite's degrees of freedom need P and W; Kenward and Roger's also Q, and the full form also R.
///
/// ## References
/// Kenward and Roger (1997), Biometrics 53:983-997; Fai and Cornelius (1996), J. Stat. Comput. Simul.
/// 54:363-378.
public struct VarianceSensitivity: Sendable {
  /// Phi: the covariance of the coefficients with V taken as known.
  public let covariance: Matrix
  /// P: the derivatives of its inverse, one for each variance parameter.
  public let derivatives: [Matrix]
  /// W: the covariance of the estimated variance parameters.
  public let parameterCovariance: Matrix
  /// `sum over i, j of W_ij Q_ij`; nil where Kenward and Roger's form is not wanted.
  public let weightedProducts: Matrix?
  /// `sum over i, j of W_ij R_ij`; nil where V is linear in its parameters or that is taken for granted.
  public let weightedCurvature: Matrix?

  /// The sensitivity from sums that are weighted already.
  ///
  /// - Precondition: One derivative a parameter, all of the covariance's order.
  public init(
    covariance: Matrix, derivatives: [Matrix], parameterCovariance: Matrix, weightedProducts: Matrix? = nil,
    weightedCurvature: Matrix? = nil
  ) {
    precondition(parameterCovariance.rowCount == derivatives.count, "one derivative for each parameter")
    precondition(
      derivatives.allSatisfy { $0.rowCount == covariance.rowCount }, "derivatives have the covariance's order"
    )
    self.covariance = covariance
    self.derivatives = derivatives
    self.parameterCovariance = parameterCovariance
    self.weightedProducts = weightedProducts
    self.weightedCurvature = weightedCurvature
  }

  /// The sensitivity from all pairs of parameters.
  ///
  /// - Parameters:
  ///   - covariance: Phi.
  ///   - derivatives: P.
  ///   - parameterCovariance: W.
  ///   - products: Q of the pairs (0, 0), (1, 0), (1, 1), (2, 0) ..., as ``pair(_:_:)`` counts them; where Q_ij is
  ///     not symmetric its symmetric part serves as well.
  ///   - curvatures: R of the same pairs, if V is not linear in its parameters.
  /// - Precondition: One product, and curvature, for each pair.
  public init(
    covariance: Matrix, derivatives: [Matrix], parameterCovariance: Matrix, products: [Matrix],
    curvatures: [Matrix]? = nil
  ) {
    self.init(
      covariance: covariance, derivatives: derivatives, parameterCovariance: parameterCovariance,
      weightedProducts: Self.weighted(products, by: parameterCovariance),
      weightedCurvature: curvatures.map { Self.weighted($0, by: parameterCovariance) })
  }

  /// The place of a pair of parameters in either order.
  public static func pair(_ i: Int, _ j: Int) -> Int { max(i, j) * (max(i, j) + 1) / 2 + min(i, j) }

  /// The sum over all ordered pairs; the part that is not symmetric cancels.
  private static func weighted(_ pairs: [Matrix], by weights: Matrix) -> Matrix {
    let count = weights.rowCount
    precondition(pairs.count == count * (count + 1) / 2, "one matrix for each pair of parameters")
    let order = pairs.first?.rowCount ?? 0
    var sum = Matrix(rowCount: order, columnCount: order)
    for i in 0..<count {
      for j in 0...i {
        let own = pairs[pair(i, j)]
        let weight = weights[i, j]
        sum += i == j ? own.scaled(by: weight) : (own + own.transposed()).scaled(by: weight)
      }
    }
    return sum
  }

  /// The gradient of the variance of a linear function by the variance parameters.
  ///
  /// ```
  /// d(l'Phi l)/d gamma_i = -l'Phi P_i Phi l
  /// ```
  /// - Complexity: O(parameters x order^2).
  public func varianceGradient(of weights: [Double]) -> [Double] {
    let spread = covariance * weights
    return derivatives.map { -$0.quadraticForm(spread) }
  }
}
