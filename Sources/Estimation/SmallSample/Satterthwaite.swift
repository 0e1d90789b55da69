public import LinearAlgebra

/// Satterthwaite's degrees of freedom.
///
/// ```
/// nu = 2 (l'Phi l)^2 / (g'W g),    g = d(l'Phi l)/d gamma
/// ```
/// so that `l'Phi l` has the mean and variance of a scaled chi-squared variable. Several functions are turned into
/// uncorrelated ones; with `nu_m` of each, the sum of their squared t statistics has the mean of q F variables:
/// ```
/// E = sum nu_m / (nu_m - 2),    nu = 2 E / (E - q)
/// ```
///
/// ## References
/// Satterthwaite (1946), Biometrics Bulletin 2:110-114; Fai and Cornelius (1996), J. Stat. Comput. Simul.
/// 54:363-378, method 1.
extension VarianceSensitivity {
  /// Degrees of freedom of the t statistic of one linear function; nil where its variance is not positive.
  ///
  /// Infinite where the variance does not depend on an estimated parameter.
  ///
  /// - Complexity: O(parameters x order^2).
  public func satterthwaite(of weights: [Double]) -> Double? {
    let variance = covariance.quadraticForm(weights)
    guard variance > 0, variance.isFinite else { return nil }
    let gradient = varianceGradient(of: weights)
    let spread = parameterCovariance.quadraticForm(gradient)
    guard spread.isFinite, spread >= 0 else { return nil }
    return 2 * variance * variance / spread
  }

  /// Denominator degrees of freedom of the F statistic of several linear functions, one a row.
  ///
  /// Nil where the functions have no covariance of full rank. When an `nu_m` is not above 2 the mean does not exist,
  /// and 2 is given (as lmerTest does).
  public func satterthwaite(jointly functions: Matrix) -> Double? {
    guard functions.rowCount > 1 else {
      return functions.rowCount == 1 ? satterthwaite(of: functions.row(0)) : nil
    }
    let spread = functions * covariance * functions.transposed()
    guard let eigen = try? SymmetricEigen(spread), let largest = eigen.values.last, largest > 0,
      eigen.values.allSatisfy({ $0 > 1e-14 * largest })
    else { return nil }
    let uncorrelated = eigen.vectors.transposed() * functions
    let own = (0..<functions.rowCount).compactMap { satterthwaite(of: uncorrelated.row($0)) }
    guard own.count == functions.rowCount else { return nil }
    return Self.jointDegreesOfFreedom(own)
  }

  /// The degrees of freedom that give q uncorrelated squared t statistics the mean of F.
  static func jointDegreesOfFreedom(_ own: [Double]) -> Double {
    guard let first = own.first else { return .nan }
    if own.allSatisfy({ abs($0 - first) <= 1e-8 * abs(first) || $0 == first }) { return first }
    guard own.allSatisfy({ $0 > 2 }) else { return 2 }
    // With `nu / (nu - 2) = 1 + 2 / (nu - 2)` the difference E - q keeps its digits.
    let excess = own.reduce(0) { $0 + 2 / ($1 - 2) }
    guard excess > 0 else { return .infinity }
    return 2 * (Double(own.count) + excess) / excess
  }
}
