public import LinearAlgebra

/// Kenward and Roger's covariance, degrees of freedom and scale.
///
/// ```
/// Phi_A = Phi + 2 Phi { sum_ij W_ij (Q_ij - P_i Phi P_j - R_ij / 4) } Phi
/// ```
/// For q functions L with `M = L'(L Phi L')^-1 L`, `A1 = sum_ij W_ij tr(M Phi P_i Phi) tr(M Phi P_j Phi)` and
/// `A2 = sum_ij W_ij tr(M Phi P_i Phi M Phi P_j Phi)`:
/// ```
/// B  = (A1 + 6 A2) / (2 q),    g = ((q + 1) A1 - (q + 4) A2) / ((q + 2) A2),    d = 3 q + 2 (1 - g)
/// E* = 1 / (1 - A2 / q)
/// V* = (2 / q) (1 + g B / d) / ((1 - (q - g) B / d)^2 (1 - (q + 2 - g) B / d))
/// rho = V* / (2 E*^2),    m = 4 + (q + 2) / (q rho - 1),    lambda = m / (E* (m - 2))
/// ```
/// and `lambda Q / q`, with Q the Wald statistic over Phi_A, is F on q and m degrees of freedom. For one function m is
/// `2 / A2` and lambda is 1, which is Satterthwaite's form over W.
///
/// ## References
/// Kenward and Roger (1997), Biometrics 53:983-997, sections 2 to 4; Halekoh and Hojsgaard (2014), J. Statistical
/// Software 59(9), section 2.
extension VarianceSensitivity {
  /// The adjusted covariance of the coefficients.
  ///
  /// Without curvature it is the linear form: the full one where V is linear in its parameters.
  ///
  /// - Precondition: The weighted products are known.
  /// - Complexity: O(parameters^2 x order^2 + parameters x order^3).
  public func kenwardRogerCovariance() -> Matrix {
    guard let weightedProducts else { preconditionFailure("Kenward and Roger's form needs the products Q") }
    var middle = weightedProducts
    // sum_j W_ij P_j once for each i, then one product each.
    for i in derivatives.indices {
      var mixed = Matrix(rowCount: covariance.rowCount, columnCount: covariance.rowCount)
      for j in derivatives.indices { mixed += derivatives[j].scaled(by: parameterCovariance[i, j]) }
      middle -= derivatives[i] * covariance * mixed
    }
    if let weightedCurvature { middle -= weightedCurvature.scaled(by: 0.25) }
    var adjusted = covariance + (covariance * middle * covariance).scaled(by: 2)
    adjusted = (adjusted + adjusted.transposed()).scaled(by: 0.5)
    return adjusted
  }

  /// Degrees of freedom of the t statistic of one linear function; nil where its variance is not positive.
  public func kenwardRoger(of weights: [Double]) -> Double? { satterthwaite(of: weights) }

  /// What several linear functions, one a row, are referred to; nil where their covariance is not of full rank.
  ///
  /// - Complexity: O(parameters x order^2 x q + parameters^2 x q^2).
  public func kenwardRoger(jointly functions: Matrix) -> JointReference? {
    guard functions.rowCount > 0 else { return nil }
    guard functions.rowCount > 1 else {
      return kenwardRoger(of: functions.row(0)).map { .scaledF(denominator: $0, scale: 1) }
    }
    guard let (first, second) = traces(functions) else { return nil }
    return Self.reference(first, second, q: Double(functions.rowCount))
  }

  /// A1 and A2, in coordinates in which the functions are uncorrelated with variance 1.
  private func traces(_ functions: Matrix) -> (Double, Double)? {
    let spread = functions * covariance * functions.transposed()
    guard spread.diagonal.allSatisfy({ $0 > 0 && $0.isFinite }), let factor = try? CholeskyFactor(spread)
    else {
      return nil
    }
    let unit = factor.solveLower(functions * covariance)
    let images = derivatives.map { unit * $0 * unit.transposed() }
    var (first, second) = (0.0, 0.0)
    let own = images.map { $0.diagonal.reduce(0, +) }
    for i in images.indices {
      for j in images.indices {
        first += parameterCovariance[i, j] * own[i] * own[j]
        second += parameterCovariance[i, j] * dotProduct(images[i].columnMajor, images[j].columnMajor)
      }
    }
    return first.isFinite && second.isFinite ? (first, second) : nil
  }

  /// Near 2 degrees of freedom F has hardly a mean that a scale could match: none is applied there.
  private static let scalePole = 1e-2

  static func reference(_ first: Double, _ second: Double, q: Double) -> JointReference {
    guard second > 0 else { return .scaledF(denominator: .infinity, scale: 1) }
    let b = (first + 6 * second) / (2 * q)
    let g = ((q + 1) * first - (q + 4) * second) / ((q + 2) * second)
    let d = 3 * q + 2 * (1 - g)
    let meanInverse = 1 - second / q
    let (low, middle, high) = (1 + g / d * b, 1 - (q - g) / d * b, 1 - (q + 2 - g) / d * b)
    let rho = meanInverse * meanInverse * low / (q * middle * middle * high)
    let denominator = 4 + (q + 2) / (q * rho - 1)
    let scale =
      abs(denominator - 2) < scalePole ? 1 : denominator * meanInverse / (denominator - 2)
    return .scaledF(denominator: denominator, scale: scale)
  }
}
