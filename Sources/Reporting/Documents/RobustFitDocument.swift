internal import CohortTables
public import Estimation

extension ResultDocument {
  /// A linear model by M-estimation with, if asked, marginal means and contrasts.
  public init(
    _ fit: RobustLinearFit, means: MarginalMeans? = nil, contrasts: Contrasts? = nil, provenance: Provenance
  ) {
    let notes = fit.diagnostics + (contrasts?.diagnostics ?? means?.diagnostics ?? [])
    var members = Self.members(
      fit, schemaNotes: notes, means: means, contrasts: contrasts, provenance: provenance)
    members["model"] = ContractJSON.model(
      fit,
      [
        "kind": .string("robust_linear_model"), "method": .string(fit.weighting.rawValue),
        "family": .string("gaussian"), "link": .string("identity"), "df_method": .string("residual"),
        "vcov": .string("model"), "vcov_cluster": .null,
      ])
    members["statistics"] = fit.whole([
      "scale": .optional(fit.scale), "df_residual": .optional(fit.residualDegreesOfFreedom),
    ])
    members["convergence"] = ContractJSON.convergence(fit.convergence)
    var summary = TidyTable(
      name: "statistics", title: "Model", columns: ["n", "scale", "rows_below_half_weight"])
    summary.append([
      .number(fit.observationCount), .optional(fit.scale), .integer(fit.rowWeights.count { $0 < 0.5 }),
    ])
    self.init(
      title: "Robust linear model: \(fit.formula.text)", verdict: fit.verdict,
      tables: Self.tables(fit, summary, means, contrasts), diagnostics: notes,
      accounting: [("model", fit.rows)], json: .object(members))
  }
}
