internal import CohortTables
public import Estimation

extension AcceleratedFailureTimeFit: DocumentedFit {
  /// An accelerated failure time model with its scale.
  public var description: FitDescription { description(survival: []) }

  /// An accelerated failure time model with its scale and predicted survival.
  public func description(
    survival: [(covariates: [GridCoordinate], points: [PredictedIncidence.Point])]
  ) -> FitDescription {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: [
        "distribution", "scale", "log_scale", "log_scale_std_error", "log_lik", "null_log_lik", "aic",
      ])
    summary.append([
      .text(distribution.rawValue), .number(scale), .optional(logScale?.estimate),
      .optional(logScale?.standardError), .number(logLikelihood), .optional(nullLogLikelihood), .number(aic),
    ])
    var result = FitDescription(
      title: "Accelerated failure time model",
      model: [
        "kind": .string("accelerated_failure_time_model"), "distribution": .string(distribution.rawValue),
        "vcov": .string(isRobust ? "robust" : "model"),
        "vcov_cluster": rows.clusters.map { .string($0.column) } ?? .null,
      ],
      statistics: [
        "log_lik": .optional(logLikelihood), "null_log_lik": .optional(nullLogLikelihood),
        "aic": .optional(aic),
        "scale": .optional(scale), "parameters": .integer(parameterCount),
      ], summary: summary)
    result.convergence = convergence
    result.scale = "log_time"
    if let logScale {
      result.further = [(CoefficientLabel(component: "scale", term: "Log(scale)"), logScale)]
    }
    if !survival.isEmpty {
      result.tables.append(
        TidyTable(
          name: "predicted_risks", title: "Predicted risk",
          columns: ["group", "horizon", "estimate", "std_error", "conf_low", "conf_high"],
          rows: survival.flatMap { group in
            group.points.map { point in
              [
                .text(group.covariates.text), .number(point.time), .number(1 - point.estimate),
                .number(point.standardError), .number(1 - point.upper), .number(1 - point.lower),
              ]
            }
          }
        ).resting(on: fewest))
    }
    return result
  }
}

extension FineGrayFit: DocumentedFit {
  /// A subdistribution hazard model.
  public var description: FitDescription { description(incidence: [], horizons: [], risksOnly: true) }

  /// A subdistribution hazard model with predicted cumulative incidence.
  public func description(
    incidence: [PredictedIncidence], horizons: [Double], risksOnly: Bool
  ) -> FitDescription {
    var summary = TidyTable(
      name: "statistics", title: "Model", columns: ["cause", "events", "log_lik", "null_log_lik"])
    summary.append([
      .text(cause), .integer(eventCount), .number(logLikelihood), .number(nullLogLikelihood),
    ])
    var result = FitDescription(
      title: "Subdistribution hazard model",
      model: [
        "kind": .string("fine_gray_model"), "cause": .string(cause), "ties": .string(ties.rawValue),
        "vcov": .string("robust"), "vcov_cluster": .null,
      ],
      statistics: [
        "log_lik": .optional(logLikelihood), "null_log_lik": .optional(nullLogLikelihood),
        "parameters": .integer(estimated.count),
      ], summary: summary)
    result.convergence = convergence
    result.scale = "log_subdistribution_hazard"
    result.hasMeans = false
    if !incidence.isEmpty, !horizons.isEmpty {
      result.tables.append(
        TidyTable(
          name: "predicted_risks", title: "Predicted cumulative incidence of '\(cause)'",
          columns: ["group", "horizon", "estimate", "std_error", "conf_low", "conf_high"],
          rows: incidence.flatMap { curve in
            horizons.map { horizon in
              let point = curve.points.last { $0.time <= horizon }
              return [
                .text(curve.covariates.text), .number(horizon), .number(point?.estimate ?? 0),
                .optional(point?.standardError), .optional(point?.lower), .optional(point?.upper),
              ]
            }
          }
        ).resting(on: fewest))
    }
    if !incidence.isEmpty, !risksOnly {
      result.members["curves"] = .array(incidence.map { curve(of: $0) })
    }
    return result
  }

  private func curve(of incidence: PredictedIncidence) -> JSONValue {
    .object([
      "kind": .string("cumulative_incidence"), "cause": .string(cause), "transform": .string("log-log"),
      "variance": .string("influence"),
      "group": .object(
        Dictionary(incidence.covariates.map { ($0.column, JSONValue.string($0.value.text)) }) { first, _ in
          first
        }),
      "points": .array(
        incidence.points.map {
          .object([
            "time": .number($0.time), "estimate": .number($0.estimate),
            "std_error": .number($0.standardError),
            "conf_low": .number($0.lower), "conf_high": .number($0.upper),
          ])
        }),
    ])
  }
}

extension [GridCoordinate] {
  /// What was set, as text.
  fileprivate var text: String {
    isEmpty ? "means" : map { "\($0.column)=\($0.value.text)" }.joined(separator: ", ")
  }
}
