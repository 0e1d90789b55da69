/// What the columns of tables, and the members of the contract's JSON, hold, as far as the gate cares.
///
/// The contract fixes their names. What is not listed is unknown: whole numbers there are taken for counts.
public enum DisclosureCatalog {
  /// What a column holds.
  public enum Kind: Sendable, Equatable {
    /// A count of people, rows or events.
    case count
    /// A count on which the other values of its row rest.
    case base
    /// A share of the people that another column counts.
    case share(of: String)
    /// What is computed from people: hidden when its row's base is.
    case statistic
    /// A time, a level, a degree of freedom or a text: never a count.
    case plain
    /// A part of the JSON that holds no counts at all, or rows of persons that were asked for.
    case verbatim
  }

  /// What a column or member holds; nil for one that is not known.
  ///
  /// A heading of a page counts as the name that it spells: `Time at risk` as `time_at_risk`.
  public static func kind(_ name: String) -> Kind? {
    listed(name) ?? listed(name.lowercased().replacing(" ", with: "_"))
  }

  private static func listed(_ name: String) -> Kind? {
    if let share = shares[name] { return .share(of: share) }
    if bases.contains(name) { return .base }
    if counts.contains(name) { return .count }
    if statistics.contains(name) { return .statistic }
    if plain.contains(name) { return .plain }
    return verbatim.contains(name) ? .verbatim : nil
  }

  private static let shares = [
    "event_share": "n", "falling_share": "with_slope", "response_share": "response_base",
    "remission_share": "remission_base",
    "reliably_improved_share": "reliable_base", "reliably_worse_share": "reliable_base",
  ]
  private static let bases: Set<String> = ["people", "n", "n_event", "with_slope", "followed_up", "observed"]
  private static let counts: Set<String> = [
    "read", "used", "rows", "zero_weight", "subjects_read", "subjects", "events", "n_risk", "n_censor",
    "n_enter",
    "bic_n", "min", "max", "pairs", "first_only", "second_only", "response_base", "remission_base",
    "reliable_base",
  ]
  private static let statistics: Set<String> = [
    "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high", "ratio", "ratio_low",
    "ratio_high",
    "std_error_model", "p_adjusted", "p_holm", "conf_low_adjusted", "conf_high_adjusted", "mean", "sd",
    "mean_slope",
    "sd_slope", "median_slope", "mean_change", "mean_change_low", "mean_change_high", "expected",
    "time_at_risk",
    "chi_squared", "sigma", "r_squared", "adj_r_squared", "log_lik", "null_log_lik", "aic", "bic", "f",
    "deviance", "null_deviance",
    "concordance", "concordance_std_error", "ratio_low_adjusted", "ratio_high_adjusted", "p_above_lower",
    "p_below_upper", "numerator", "denominator", "fieller_low", "fieller_high", "log_std_error",
    "margin_verdict", "median_value", "quasi_log_lik", "qic", "qic_u", "cic", "dispersion", "theta",
    "theta_std_error", "penalised_log_lik", "variance", "std_dev", "covariance", "correlation", "matrix",
    "reml_criterion", "r_squared_marginal", "r_squared_conditional", "icc", "criterion", "criteria",
    "scaled_gradient", "scaled_gradients", "gradient", "optimum", "conditional_deviance", "shift",
    "deviation_shift",
  ]
  private static let plain: Set<String> = [
    "term", "component", "contrast", "scale", "side", "null", "df", "f_df", "df_denominator", "adjustment",
    "family_size",
    "name", "title", "kind", "method", "statistic_kind", "interval_method", "ratio_kind", "aliased", "arm",
    "group", "horizon",
    "time", "probability", "adjusted", "analysis", "complete_case", "headline", "focus", "baseline", "window",
    "time_unit",
    "schema", "severity", "terms", "reason", "file", "sha256", "seed", "tandem",
    "df_residual", "parameters",
    "comparator", "finding", "treatment", "randomised", "transform", "steps", "step_shares", "decrement",
    "radius",
    "cause", "threshold", "cohort", "status", "weights", "effect", "measure", "label", "column", "population",
    "set",
    "ratio_of", "fieller_set", "margin", "alpha", "conf_level", "hypothesis", "tested", "slope_of",
    "outcome", "test", "events_only_in", "level", "quadrature_points", "limits", "reference",
  ]
  private static let verbatim: Set<String> = ["model", "convergence", "at", "by", "disclosure", "group"]
}
