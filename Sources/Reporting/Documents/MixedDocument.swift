internal import CohortTables
public import Estimation

extension MixedFit: DocumentedFit {
  /// The design's least supported column, or that of a random term.
  public var leastSupport: Support {
    let all = [support.least] + varianceComponents.compactMap(\.support)
    return all.min { $0.fewest < $1.fewest } ?? support.least
  }

  /// A linear mixed model, with its variance components, groups and the record of the search.
  public var description: FitDescription {
    let explained = try? explainedVariance()
    var result = FitDescription(
      title: "Linear mixed model", model: modelMembers,
      statistics: [
        "log_lik": .optional(logLikelihood),
        "reml_criterion": method == .reml ? .optional(criterion) : nil,
        "deviance": method == .ml ? .optional(criterion) : nil, "aic": .optional(aic), "bic": .optional(bic),
        "bic_n": .optional(observationCount), "parameters": .integer(parameterCount),
        "sigma": .optional(sigma), "df_residual": .optional(residualDegreesOfFreedom),
        "r_squared_marginal": explained.map { .optional($0.marginalRSquared) },
        "r_squared_conditional": explained.map { .optional($0.conditionalRSquared) },
        "icc": explained.map { .optional($0.intraclassCorrelation) },
      ], summary: summary)
    result.members["variance_components"] = .array(varianceComponents.map(component))
    result.members["random_groups"] = .array(
      groupCounts.map { .object(["group": .string($0.group), "n": .integer($0.count)]) })
    result.members["optimisation"] = .about(people: fewest, optimization.json)
    result.tables = [componentTable, groupTable]
    if let explained { result.tables.append(ExplainedVariance.table(explained).resting(on: fewest)) }
    result.tables.append(TidyTable(optimization).resting(on: fewest))
    result.convergence = convergence
    return result
  }

  private var modelMembers: [String: JSONValue?] {
    let usesInformation =
      robust == nil && (degreesOfFreedomMethod == .satterthwaite || degreesOfFreedomMethod.isKenwardRoger)
    return [
      "kind": .string("linear_mixed_model"), "family": .string("gaussian"), "link": .string("identity"),
      "method": .string(method.rawValue),
      "df_method": .string(robust == nil ? degreesOfFreedomMethod.rawValue : "satterthwaite"),
      "df_information": usesInformation ? .string(information.rawValue) : nil,
      "covariance_structure": .string(randomCovariance.rawValue),
      "vcov": .string(
        robust?.rawValue
          ?? (degreesOfFreedomMethod.isKenwardRoger ? degreesOfFreedomMethod.rawValue : "model")),
      "vcov_cluster": robust == nil ? .null : .optional(rows.clusters?.column),
    ]
  }

  private var summary: TidyTable {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: [
        "n", "parameters", "sigma", "log_lik", method == .reml ? "reml_criterion" : "deviance", "aic", "bic",
      ])
    summary.append([
      .number(observationCount), .integer(parameterCount), .number(sigma), .number(logLikelihood),
      .number(criterion), .number(aic), .number(bic),
    ])
    return summary
  }

  private func component(_ component: VarianceComponent) -> JSONValue {
    var members: [String: JSONValue] = ["group": .string(component.group), "term": .string(component.label)]
    if component.otherTerm == nil {
      members["variance"] = .optional(component.value)
      members["std_dev"] = .optional(component.standardDeviation)
    } else {
      members["covariance"] = .optional(component.value)
      members["correlation"] = .optional(component.correlation)
    }
    return .about(people: people(component), .object(members))
  }

  /// What a component rests on; with the other components it makes up the variance of the least supported column.
  private func people(_ component: VarianceComponent) -> Int {
    [component.support?.fewest ?? fewest, ArmPeople(rows).smallest ?? 0].filter { $0 > 0 }.min() ?? 0
  }

  private var componentTable: TidyTable {
    let hasCovariances = varianceComponents.contains { $0.otherTerm != nil }
    var table = TidyTable(
      name: "variance_components", title: "Variance components",
      columns: ["group", "term", "variance", "std_dev"]
        + (hasCovariances ? ["covariance", "correlation"] : [])
    )
    for component in varianceComponents {
      let isCovariance = component.otherTerm != nil
      let value = CSVCell.optional(component.value)
      let own: [CSVCell] = [
        .text(component.group), .text(component.label), isCovariance ? .missing : value,
        .optional(component.standardDeviation),
      ]
      table.append(
        own + (hasCovariances ? [isCovariance ? value : .missing, .optional(component.correlation)] : []),
        people: people(component))
    }
    return table
  }

  private var groupTable: TidyTable {
    TidyTable(
      name: "random_groups", title: "Groups", columns: ["group", "n"],
      rows: groupCounts.map { [.text($0.group), .integer($0.count)] })
  }
}

extension ExplainedVariance {
  static func table(_ explained: ExplainedVariance, title: String = "Explained variance") -> TidyTable {
    TidyTable(
      name: "explained", title: title,
      columns: ["r_squared_marginal", "r_squared_conditional", "icc"],
      rows: [
        [
          .number(explained.marginalRSquared), .number(explained.conditionalRSquared),
          .number(explained.intraclassCorrelation),
        ]
      ])
  }
}

extension VarianceComponent {
  /// The column, or both of a covariance.
  var label: String { otherTerm.map { "\(term)~\($0)" } ?? term }
}

extension OptimizationRecord {
  /// The searches, step by step.
  var json: JSONValue {
    func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .optional($0) }) }
    return .object([
      "runs": .array(
        runs.map { run in
          .object([
            "start": .string(run.start), "optimizer": .string(run.optimizer),
            "criteria": numbers(run.criteria),
            "scaled_gradients": numbers(run.scaledGradients), "step_shares": numbers(run.stepShares),
            "converged": .bool(run.isConverged),
          ])
        }),
      "optimum": numbers(parameters), "gradient": numbers(gradient),
    ])
  }
}

extension TidyTable {
  /// One line a search, that which was kept first.
  init(_ record: OptimizationRecord) {
    self.init(
      name: "optimisation", title: "Search for the variances (the first was kept)",
      columns: ["start", "steps", "criterion", "scaled_gradient", "converged"],
      rows: record.runs.map { run in
        [
          .text(run.start), .integer(run.stepShares.count), .optional(run.criteria.last),
          .optional(run.scaledGradients.last(where: \.isFinite)), .text(run.isConverged ? "yes" : "no"),
        ]
      })
  }
}
