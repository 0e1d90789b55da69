/// How the degrees of freedom of t and F statistics of a mixed model are found.
public enum MixedDegreesOfFreedom: String, Sendable, CaseIterable, Codable {
  /// Satterthwaite's, as lmerTest.
  case satterthwaite
  /// Kenward and Roger's, with their adjusted covariance, as pbkrtest.
  case kenwardRoger = "kenward_roger"
  /// Kenward and Roger's without second derivatives of V. V is linear in variances and covariances, so that it is the
  /// same as the full form here.
  case kenwardRogerLinear = "kenward_roger_linear"
  /// Rows less coefficients.
  case residual
  /// For coefficients that are constant within groups the groups, for others the rows, less the coefficients.
  case betweenWithin = "between_within"

  var isKenwardRoger: Bool { self == .kenwardRoger || self == .kenwardRogerLinear }

  /// In words.
  var label: String {
    switch self {
    case .satterthwaite: "Satterthwaite's df"
    case .kenwardRoger: "Kenward and Roger's df and standard errors"
    case .kenwardRogerLinear: "Kenward and Roger's df and standard errors (linear)"
    case .residual: "residual df"
    case .betweenWithin: "between-within df"
    }
  }
}

/// Which information the covariance of the variance parameters is the inverse of.
public enum InformationKind: String, Sendable, CaseIterable, Codable {
  /// Its mean under the model.
  case expected
  /// The second derivative of the log-likelihood at the data.
  case observed
}
