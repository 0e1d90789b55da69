internal import CohortTables
public import Estimation

extension GeneralizedFit: DocumentedFit {
  /// A generalised linear model.
  public var description: FitDescription {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: [
        "n", "deviance", "null_deviance", "df_residual", "dispersion", "theta", "log_lik", "aic", "bic",
      ])
    summary.append([
      .number(observationCount), .number(deviance), .optional(nullDeviance),
      .number(devianceDegreesOfFreedom), .optional(dispersion), .optional(theta), .number(logLikelihood),
      .number(aic), .number(bic),
    ])
    var result = FitDescription(
      title: "Generalised linear model",
      model: [
        "kind": .string("generalized_linear_model"), "family": .string(family.name),
        "link": .string(link.rawValue),
        "method": .string(isPenalised ? "firth" : isModifiedPoisson ? "modified_poisson" : "ml"),
        "df_method": .string(
          rows.clusters != nil
            ? usesSatterthwaite ? "satterthwaite" : "none"
            : residualDegreesOfFreedom == nil ? "none" : "residual"),
        "vcov": .string(robust?.rawValue ?? "model"),
        "vcov_cluster": rows.clusters.map { .string($0.column) } ?? .null,
        "solver": .string(solver.rawValue),
      ],
      statistics: [
        "log_lik": .optional(logLikelihood), "aic": .optional(aic), "bic": .optional(bic),
        "bic_n": .optional(observationCount), "parameters": .integer(parameterCount),
        "deviance": .optional(deviance), "null_deviance": .optional(nullDeviance),
        "df_residual": .optional(devianceDegreesOfFreedom), "dispersion": .optional(dispersion),
        "theta": theta.map { .number($0) }, "theta_std_error": thetaStandardError.map { .number($0) },
        "penalised_log_lik": penalisedLogLikelihood.map { .number($0) },
      ], summary: summary)
    result.convergence = convergence
    result.link = link
    return result
  }
}
