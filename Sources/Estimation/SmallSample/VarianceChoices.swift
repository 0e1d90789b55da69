/// Which likelihood of a model with variance parameters is maximised.
public enum LikelihoodMethod: String, Sendable, CaseIterable, Codable {
  /// That of what the coefficients leave: variances are not too small for the coefficients' number.
  case reml = "REML"
  /// That of the data, for comparing models with different coefficients.
  case ml = "ML"
}

/// What the t and F statistics of a model with variance parameters are referred to.
public enum VarianceDegreesOfFreedom: String, Sendable, CaseIterable, Codable {
  /// Satterthwaite's, from the variance of the variance.
  case satterthwaite
  /// Kenward and Roger's, with their adjusted covariance; second derivatives are taken in variances, covariances and
  /// correlations.
  case kenwardRoger = "kenward_roger"
  /// Kenward and Roger's without second derivatives of the covariance; the same as the full form where the covariance
  /// is linear in its parameters, as in mixed models.
  case kenwardRogerLinear = "kenward_roger_linear"
  /// People less coefficients between people, or rows less people and coefficients within people.
  ///
  /// With n people and N rows: `n - 1 - p_between` for columns that are constant within every person, `N - n
  /// - p_within` for the others and the intercept, the least of its columns' for a linear function
  /// (Schluchter and Elashoff 1990, J. Stat. Comput. Simul. 37:69-87; Pinheiro and Bates 2000, section
  /// 2.4.2).
  case betweenWithin = "between_within"
  /// Rows less coefficients.
  case residual

  /// Whether the covariance is Kenward and Roger's.
  public var isKenwardRoger: Bool { self == .kenwardRoger || self == .kenwardRogerLinear }

  /// The name in a sentence.
  public var label: String {
    switch self {
    case .satterthwaite: "Satterthwaite df"
    case .kenwardRoger: "Kenward-Roger df and covariance"
    case .kenwardRogerLinear: "linear Kenward-Roger df and covariance"
    case .betweenWithin: "between-within df"
    case .residual: "residual df"
    }
  }
}

/// Whose inverse is the covariance of the estimated variance parameters.
public enum VarianceInformation: String, Sendable, CaseIterable, Codable {
  /// Second derivatives of the log-likelihood at the estimates, as SAS and R's mmrm.
  case observed
  /// Their expectation, as R's pbkrtest.
  case expected
}
