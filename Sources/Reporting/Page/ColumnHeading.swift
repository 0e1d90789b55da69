import CohortTables

/// Column names in the words of a publication.
enum ColumnHeading {
  /// The heading of a column: a known abbreviation, or the name with spaces and a capital.
  static func text(_ column: String) -> String {
    if let known = known[column] { return known }
    let words = column.split(separator: "_", omittingEmptySubsequences: true).joined(separator: " ")
    guard let first = words.first else { return column }
    return first.uppercased() + words.dropFirst()
  }

  /// The heading of two neighbouring columns that are the limits of one interval; nil for other pairs.
  ///
  /// - Parameters:
  ///   - low: The first column, such as `conf_low`.
  ///   - high: The second one, such as `conf_high`.
  ///   - level: The level of confidence, if it is known.
  /// - Returns: The heading, such as "95% CI".
  static func interval(_ low: String, _ high: String, level: Double?) -> String? {
    let parts = low.split(separator: "_", omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(of: "low") else { return nil }
    var other = parts
    other[place] = "high"
    guard other.joined(separator: "_") == high else { return nil }
    var rest = parts
    rest.remove(at: place)
    let isAdjusted = rest.last == "adjusted"
    if isAdjusted { rest.removeLast() }
    let name = rest.joined(separator: "_")
    guard ["conf", "ratio", ""].contains(name) else { return "\(text(name)), low to high" }
    let interval = (level.map { "\(percent($0)) CI" } ?? "CI") + (name == "ratio" ? " of ratio" : "")
    return isAdjusted ? "Adjusted \(interval)" : interval
  }

  private static func percent(_ level: Double) -> String {
    "\(NumberText.shortest((level * 1e6).rounded() / 1e4))%"
  }

  private static let known = [
    "std_error": "SE", "std_dev": "SD", "sd": "SD", "se": "SE", "df": "df", "p_value": "p",
    "p_adjusted": "Adjusted p", "p_holm": "Holm p", "conf_low": "Lower limit", "conf_high": "Upper limit",
    "conf_low_adjusted": "Adjusted lower limit", "conf_high_adjusted": "Adjusted upper limit",
    "n": "n", "n_risk": "At risk", "n_event": "Events", "n_censor": "Censored", "n_enter": "Entered",
    "r_squared": "R\u{B2}", "adj_r_squared": "Adjusted R\u{B2}",
    "r_squared_marginal": "Marginal R\u{B2}", "r_squared_conditional": "Conditional R\u{B2}", "icc": "ICC",
    "aic": "AIC", "bic": "BIC", "id": "ID",
    "subject_id": "Person", "std_error_model": "Model SE", "chi_squared": "\u{3C7}\u{B2}",
    "log_lik": "Log-likelihood", "time_at_risk": "Time at risk", "statistic_kind": "Kind",
  ]
}
