internal import CohortTables
public import Estimation

extension ResultDocument {
  /// Estimating equations with, if asked, marginal means on both scales and contrasts on the link's.
  public init(
    _ fit: EstimatingEquationsFit, means: MarginalMeans? = nil, contrasts: Contrasts? = nil,
    provenance: Provenance
  ) {
    let notes = fit.diagnostics + (contrasts?.diagnostics ?? means?.diagnostics ?? [])
    var members = Self.members(
      fit, schemaNotes: notes, means: nil, contrasts: nil, provenance: provenance)
    members["model"] = ContractJSON.model(
      fit,
      [
        "kind": .string("generalized_estimating_equations"), "family": .string(fit.family.name),
        "link": .string(fit.link.rawValue), "working_correlation": .string(fit.correlation.rawValue),
        "working_correlation_requested": fit.correlation == fit.requestedCorrelation
          ? nil : .string(fit.requestedCorrelation.rawValue),
        "visit": fit.visit.map { .string($0) }, "df_method": .string(Self.degreesOfFreedomMethod(fit)),
        "vcov": .string(fit.covarianceKind.rawValue),
        "vcov_cluster": fit.rows.clusters.map { .string($0.column) } ?? .null,
        "solver": .string(fit.solver.rawValue),
      ])
    members["working_correlation"] = .object([
      "parameters": .array(
        fit.correlations.map {
          .object(["name": .string($0.name), "estimate": .optional($0.estimate), "std_error": .null])
        }),
      "scale": .optional(fit.scale), "divisor": .string(fit.divisor.rawValue),
    ])
    members["statistics"] = .about(
      people: fit.fewest,
      .members([
        "parameters": .integer(fit.estimated.count), "scale": .optional(fit.scale),
        "quasi_log_lik": .optional(fit.quasiLikelihood), "qic": .optional(fit.qic),
        "qic_u": .optional(fit.qicu), "cic": .optional(fit.correlationInformation),
      ]))
    members["convergence"] = ContractJSON.convergence(fit.convergence)
    let scale = fit.link == .identity ? "response" : fit.link.rawValue
    if let means { members["means"] = Self.means(means, link: fit.link, scale: scale) }
    if let contrasts { members["contrasts"] = ContractJSON.contrasts(contrasts, scale: scale) }
    self.init(
      title: "Generalised estimating equations: \(fit.formula.text)", verdict: fit.verdict,
      tables: Self.tables(fit, means, contrasts), diagnostics: notes, accounting: [("model", fit.rows)],
      json: .object(members))
  }

  private static func degreesOfFreedomMethod(_ fit: EstimatingEquationsFit) -> String {
    switch fit.covarianceKind {
    case .sandwich, .model: "none"
    case .manclDeRouen, .kauermannCarroll: "people_minus_p"
    case .fayGraubard: "fay_graubard"
    }
  }

  private static func tables(
    _ fit: EstimatingEquationsFit, _ means: MarginalMeans?, _ contrasts: Contrasts?
  ) -> [TidyTable] {
    let arms = ArmPeople(fit.rows)
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: ["n", "people", "smallest", "largest", "scale", "qic", "qic_u"])
    summary.append([
      .number(fit.observationCount), .optional(fit.rows.clusters.map { Double($0.count) }),
      .optional(fit.rows.clusters.map { Double($0.smallest) }),
      .optional(fit.rows.clusters.map { Double($0.largest) }), .optional(fit.scale), .optional(fit.qic),
      .optional(fit.qicu),
    ])
    var tables = [TidyTable(coefficientsOf: fit), summary.resting(on: fit.fewest)]
    if !fit.correlations.isEmpty {
      tables.append(
        TidyTable(
          name: "working_correlation", title: "Working correlation (\(fit.correlation.rawValue))",
          columns: ["name", "estimate"],
          rows: fit.correlations.map { [.text($0.name), .optional($0.estimate)] }))
    }
    if let means { tables += Self.meanTables(means, link: fit.link, arms) }
    if let contrasts { tables.append(TidyTable(contrasts, withRatios: true).knowing(arms)) }
    return tables
  }
}
