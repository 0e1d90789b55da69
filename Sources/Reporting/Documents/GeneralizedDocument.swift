import CohortTables
public import Estimation

extension ResultDocument {
  /// A generalised linear model with, if asked, marginal means on both scales and contrasts on the link's.
  public init(
    _ fit: GeneralizedFit, means: MarginalMeans? = nil, contrasts: Contrasts? = nil, provenance: Provenance
  ) {
    let notes = fit.diagnostics + (contrasts?.diagnostics ?? means?.diagnostics ?? [])
    var members = Self.members(
      fit, schemaNotes: notes, means: nil, contrasts: nil, provenance: provenance)
    members["model"] = ContractJSON.model(
      fit,
      [
        "kind": .string("generalized_linear_model"), "family": .string(fit.family.name),
        "link": .string(fit.link.rawValue),
        "method": .string(fit.isPenalised ? "firth" : fit.isModifiedPoisson ? "modified_poisson" : "ml"),
        "df_method": .string(
          fit.rows.clusters != nil
            ? fit.usesSatterthwaite ? "satterthwaite" : "none"
            : fit.residualDegreesOfFreedom == nil ? "none" : "residual"),
        "vcov": .string(fit.robust?.rawValue ?? "model"),
        "vcov_cluster": fit.rows.clusters.map { .string($0.column) } ?? .null,
        "solver": .string(fit.solver.rawValue),
      ])
    members["statistics"] = Self.statistics(fit)
    members["convergence"] = ContractJSON.convergence(fit.convergence)
    let scale = fit.link == .identity ? "response" : fit.link.rawValue
    if let means { members["means"] = Self.means(means, link: fit.link, scale: scale) }
    if let contrasts { members["contrasts"] = ContractJSON.contrasts(contrasts, scale: scale) }
    self.init(
      title: "Generalised linear model: \(fit.formula.text)", verdict: fit.verdict,
      tables: Self.tables(fit, means, contrasts), diagnostics: notes, accounting: [("model", fit.rows)],
      json: .object(members))
  }

  private static func statistics(_ fit: GeneralizedFit) -> JSONValue {
    .about(
      people: fit.fewest,
      .members([
        "log_lik": .optional(fit.logLikelihood), "aic": .optional(fit.aic), "bic": .optional(fit.bic),
        "bic_n": .optional(fit.observationCount), "parameters": .integer(fit.parameterCount),
        "deviance": .optional(fit.deviance), "null_deviance": .optional(fit.nullDeviance),
        "df_residual": .optional(fit.devianceDegreesOfFreedom), "dispersion": .optional(fit.dispersion),
        "theta": fit.theta.map { .number($0) },
        "theta_std_error": fit.thetaStandardError.map { .number($0) },
        "penalised_log_lik": fit.penalisedLogLikelihood.map { .number($0) },
      ]))
  }

  /// The means on the link's scale, then on the response's; slopes on the link's alone.
  static func means(_ means: MarginalMeans, link: Link, scale: String) -> JSONValue {
    var rows = means.means.map { ContractJSON.mean($0, of: means, scale: scale) }
    if link != .identity, means.quantity == .mean {
      rows += means.onResponseScale(link).map { ContractJSON.mean($0, of: means, scale: "response") }
    }
    return .array(rows)
  }

  private static func tables(
    _ fit: GeneralizedFit, _ means: MarginalMeans?, _ contrasts: Contrasts?
  ) -> [TidyTable] {
    let arms = ArmPeople(fit.rows)
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: [
        "n", "deviance", "null_deviance", "df_residual", "dispersion", "theta", "log_lik", "aic", "bic",
      ])
    summary.append([
      .number(fit.observationCount), .number(fit.deviance), .optional(fit.nullDeviance),
      .number(fit.devianceDegreesOfFreedom), .optional(fit.dispersion), .optional(fit.theta),
      .number(fit.logLikelihood), .number(fit.aic), .number(fit.bic),
    ])
    var tables = [TidyTable(coefficientsOf: fit), summary.resting(on: fit.fewest)]
    if let means { tables += meanTables(means, link: fit.link, arms) }
    if let contrasts { tables.append(TidyTable(contrasts, withRatios: true).knowing(arms)) }
    return tables
  }

  /// Means on the link's scale and, where that is another, on the response's.
  static func meanTables(_ means: MarginalMeans, link: Link, _ arms: ArmPeople) -> [TidyTable] {
    let own = TidyTable(means).knowing(arms)
    guard link != .identity, means.quantity == .mean else { return [own] }
    let names = means.factors + means.by
    let table = TidyTable(
      name: "means_response", title: "Estimated marginal means on the response scale",
      columns: names + ["estimate", "std_error", "conf_low", "conf_high"],
      rows: means.onResponseScale(link).map { mean in
        mean.at.map { CSVCell.text($0.value.text) } + [
          .optional(mean.estimate), .optional(mean.standardError), .optional(mean.lower),
          .optional(mean.upper),
        ]
      })
    return [own, table.resting(on: means.means.map(\.support)).knowing(arms)]
  }
}
