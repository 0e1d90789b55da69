internal import CohortTables
public import Estimation

extension LinearFit: DocumentedFit {
  /// A linear model, with the F test of all terms.
  public var description: FitDescription {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: ["n", "sigma", "r_squared", "adj_r_squared", "log_lik", "aic", "bic", "f", "f_df", "p_value"])
    summary.append([
      .number(observationCount), .optional(sigma), .optional(rSquared), .optional(adjustedRSquared),
      .number(logLikelihood), .number(aic), .number(bic), .optional(overallTest?.statistic),
      .optional(overallTest?.df), .optional(overallTest?.pValue),
    ])
    var result = FitDescription(
      title: "Linear model",
      model: [
        "kind": .string("linear_model"), "family": .string("gaussian"), "link": .string("identity"),
        "df_method": .string(rows.clusters == nil ? "residual" : "satterthwaite"),
        "vcov": .string(robust?.rawValue ?? "model"),
        "vcov_cluster": rows.clusters.map { .string($0.column) } ?? .null,
      ],
      statistics: [
        "log_lik": .optional(logLikelihood), "aic": .optional(aic), "bic": .optional(bic),
        "bic_n": .optional(observationCount), "parameters": .integer(parameterCount),
        "sigma": .optional(sigma), "r_squared": .optional(rSquared),
        "adj_r_squared": .optional(adjustedRSquared), "df_residual": .optional(residualDegreesOfFreedom),
        "deviance": .optional(residualSumOfSquares),
      ], summary: summary)
    result.tests =
      overallTest.map { test in
        [
          ContractJSON.test(
            name: "overall", method: "wald", kind: "F", statistic: test.statistic, df: test.df,
            dfDenominator: test.dfDenominator, pValue: test.pValue)
        ]
      } ?? []
    return result
  }
}

extension RobustLinearFit: DocumentedFit {
  /// A linear model by M-estimation.
  public var description: FitDescription {
    var summary = TidyTable(
      name: "statistics", title: "Model", columns: ["n", "scale", "rows_below_half_weight"])
    summary.append([
      .number(observationCount), .optional(scale), .integer(rowWeights.count { $0 < 0.5 }),
    ])
    var result = FitDescription(
      title: "Robust linear model",
      model: [
        "kind": .string("robust_linear_model"), "method": .string(weighting.rawValue),
        "family": .string("gaussian"), "link": .string("identity"), "df_method": .string("residual"),
        "vcov": .string("model"), "vcov_cluster": .null,
      ],
      statistics: [
        "scale": .optional(scale), "df_residual": .optional(residualDegreesOfFreedom),
      ], summary: summary)
    result.convergence = convergence
    return result
  }
}
