/// The structure of the residual covariance of a person's visits.
///
/// With visits a <= b among m, standard deviations s, lag d = b - a:
///
/// | structure | covariance of a and b | parameters |
/// |---|---|---|
/// | unstructured | free | m (m + 1) / 2 |
/// | compound symmetry | c, on the diagonal c + r | 2 |
/// | its heterogeneous form | s_a s_b rho | m + 1 |
/// | autoregressive | s^2 rho^d | 2 |
/// | its heterogeneous form | s_a s_b rho^d | m + 1 |
/// | Toeplitz | c_d | m |
/// | its heterogeneous form | s_a s_b rho_d | 2 m - 1 |
/// | ante-dependence | s^2 rho_a ... rho_(b-1) | m |
/// | its heterogeneous form | s_a s_b rho_a ... rho_(b-1) | 2 m - 1 |
/// | spatial exponential | s^2 exp(-distance / range) | 2 |
///
/// Visits are equally spaced for all of them but the last, which takes distances from the visit column's
/// numbers.
///
/// ## References
/// Jennrich and Schluchter (1986), Biometrics 42:805-820; Zimmerman and Nunez-Anton (2009), Antedependence
/// Models for Longitudinal Data, chapter 2; SAS/STAT User's Guide, PROC MIXED, table of TYPE= (names and
/// parameters).
public enum RepeatedCovariance: String, Sendable, CaseIterable, Codable {
  /// A free variance for each visit, a free covariance for each pair.
  case unstructured = "us"
  /// One correlation, a variance for each visit.
  case heterogeneousCompoundSymmetry = "csh"
  /// One covariance and one variance; the covariance may be negative.
  case compoundSymmetry = "cs"
  /// Correlations fall geometrically with the lag; one variance.
  case autoregressive = "ar1"
  /// Correlations fall geometrically with the lag; a variance for each visit.
  case heterogeneousAutoregressive = "ar1h"
  /// A covariance for each lag; one variance.
  case toeplitz = "toep"
  /// A correlation for each lag; a variance for each visit.
  case heterogeneousToeplitz = "toeph"
  /// A correlation for each pair of neighbours, the others are products of these; one variance.
  case anteDependence = "ad"
  /// A correlation for each pair of neighbours, the others are products of these; a variance for each visit.
  case heterogeneousAnteDependence = "adh"
  /// Correlations fall exponentially with the distance in time; one variance.
  case spatialExponential = "sp_exp"

  /// The name in a sentence.
  public var label: String {
    switch self {
    case .unstructured: "unstructured"
    case .heterogeneousCompoundSymmetry: "heterogeneous compound symmetry"
    case .compoundSymmetry: "compound symmetry"
    case .autoregressive: "AR(1)"
    case .heterogeneousAutoregressive: "heterogeneous AR(1)"
    case .toeplitz: "Toeplitz"
    case .heterogeneousToeplitz: "heterogeneous Toeplitz"
    case .anteDependence: "ante-dependence"
    case .heterogeneousAnteDependence: "heterogeneous ante-dependence"
    case .spatialExponential: "spatial exponential"
    }
  }

  /// Whether each visit has a variance of its own beside correlations.
  var isHeterogeneous: Bool {
    switch self {
    case .heterogeneousCompoundSymmetry, .heterogeneousAutoregressive, .heterogeneousToeplitz,
      .heterogeneousAnteDependence:
      true
    default: false
    }
  }

  /// Whether the covariance is a linear function of its parameters, so that second derivatives are 0.
  public var isLinear: Bool {
    switch self {
    case .unstructured, .compoundSymmetry, .toeplitz: true
    default: false
    }
  }

  /// Whether the order of visits matters.
  var needsOrder: Bool {
    switch self {
    case .unstructured, .compoundSymmetry, .heterogeneousCompoundSymmetry: false
    default: true
    }
  }
}
