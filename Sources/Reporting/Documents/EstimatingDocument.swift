internal import CohortTables
public import Estimation

extension EstimatingEquationsFit: DocumentedFit {
  /// Estimating equations, with their working correlation.
  public var description: FitDescription {
    var result = FitDescription(
      title: "Generalised estimating equations", model: modelMembers,
      statistics: [
        "parameters": .integer(estimated.count), "scale": .optional(scale),
        "quasi_log_lik": .optional(quasiLikelihood), "qic": .optional(qic), "qic_u": .optional(qicu),
        "cic": .optional(correlationInformation),
      ], summary: summary)
    result.members["working_correlation"] = .object([
      "parameters": .array(
        correlations.map {
          .object(["name": .string($0.name), "estimate": .optional($0.estimate), "std_error": .null])
        }),
      "scale": .optional(scale), "divisor": .string(divisor.rawValue),
    ])
    if !correlations.isEmpty {
      result.tables.append(
        TidyTable(
          name: "working_correlation", title: "Working correlation (\(correlation.rawValue))",
          columns: ["name", "estimate"], rows: correlations.map { [.text($0.name), .optional($0.estimate)] }))
    }
    result.convergence = convergence
    result.link = link
    return result
  }

  private var modelMembers: [String: JSONValue?] {
    [
      "kind": .string("generalized_estimating_equations"), "family": .string(family.name),
      "link": .string(link.rawValue), "working_correlation": .string(correlation.rawValue),
      "working_correlation_requested": correlation == requestedCorrelation
        ? nil : .string(requestedCorrelation.rawValue),
      "visit": visit.map { .string($0) }, "df_method": .string(degreesOfFreedomMethod),
      "vcov": .string(covarianceKind.rawValue),
      "vcov_cluster": rows.clusters.map { .string($0.column) } ?? .null, "solver": .string(solver.rawValue),
    ]
  }

  private var degreesOfFreedomMethod: String {
    switch covarianceKind {
    case .sandwich, .model: "none"
    case .manclDeRouen, .kauermannCarroll: "people_minus_p"
    case .fayGraubard: "fay_graubard"
    }
  }

  private var summary: TidyTable {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: ["n", "people", "smallest", "largest", "scale", "qic", "qic_u"])
    summary.append([
      .number(observationCount), .optional(rows.clusters.map { Double($0.count) }),
      .optional(rows.clusters.map { Double($0.smallest) }),
      .optional(rows.clusters.map { Double($0.largest) }), .optional(scale), .optional(qic), .optional(qicu),
    ])
    return summary
  }
}
