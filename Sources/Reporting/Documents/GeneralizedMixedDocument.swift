internal import CohortTables
public import Estimation

extension GeneralizedMixedFit: DocumentedFit {
  /// The design's least supported column, or that of a random term.
  public var leastSupport: Support {
    let all = [support.least] + varianceComponents.compactMap(\.support)
    return all.min { $0.fewest < $1.fewest } ?? support.least
  }

  /// A generalised linear mixed model, with Wald limits of its variances and the test of its random terms.
  public var description: FitDescription {
    let unlimited = varianceComponents.map {
      VarianceLimits(component: $0, lower: nil, upper: nil, method: .wald)
    }
    return description(limits: (try? varianceLimits()) ?? unlimited, randomTerms: try? randomTermsTest())
  }

  /// A generalised linear mixed model with these limits of its variances, and this test of its random terms.
  public func description(limits: [VarianceLimits], randomTerms: RandomTermsTest?) -> FitDescription {
    let explained = explainedVariance()
    var result = FitDescription(
      title: "Generalised linear mixed model", model: modelMembers,
      statistics: [
        "log_lik": .optional(logLikelihood), "deviance": .optional(criterion),
        "conditional_deviance": .optional(conditionalDeviance), "aic": .optional(aic), "bic": .optional(bic),
        "bic_n": .optional(observationCount), "parameters": .integer(parameterCount),
        "r_squared_marginal": .optional(explained.marginalRSquared),
        "r_squared_conditional": .optional(explained.conditionalRSquared),
        "icc": .optional(explained.intraclassCorrelation),
      ], summary: summary)
    result.members["variance_components"] = .array(limits.map(component))
    result.members["random_groups"] = .array(
      groupCounts.map { .object(["group": .string($0.group), "n": .integer($0.count)]) })
    result.members["optimisation"] = .about(people: fewest, optimization.json)
    if let integrationCheck {
      result.members["integration_check"] = .about(people: fewest, Self.json(integrationCheck))
    }
    result.tests = randomTerms.map { [Self.json($0)] } ?? []
    let own = ExplainedVariance.table(explained, title: "Explained variance on the \(link.rawValue) scale")
    result.tables =
      [componentTable(limits), groupTable] + (randomTerms.map { [Self.table($0).resting(on: fewest)] } ?? [])
      + [own.resting(on: fewest), TidyTable(optimization).resting(on: fewest)]
    result.convergence = convergence
    result.link = link
    result.meansAreOf = "of a person of average effects (random effects 0)"
    return result
  }

  private var modelMembers: [String: JSONValue?] {
    [
      "kind": .string("generalized_linear_mixed_model"), "family": .string(family.name),
      "link": .string(link.rawValue), "method": .string("ml"), "df_method": .string("none"),
      "integration": .string(integration.points == 1 ? "laplace" : "quadrature"),
      "quadrature_points": .integer(integration.points),
      "covariance_structure": .string(randomCovariance.rawValue), "vcov": .string("model"),
      "vcov_cluster": .null,
    ]
  }

  private var summary: TidyTable {
    var summary = TidyTable(
      name: "statistics", title: "Model", columns: ["n", "parameters", "log_lik", "deviance", "aic", "bic"])
    summary.append([
      .number(observationCount), .integer(parameterCount), .number(logLikelihood), .number(criterion),
      .number(aic), .number(bic),
    ])
    return summary
  }

  // MARK: - Variances

  /// What a component rests on; with the other components it makes up the variance of the least supported column.
  private func people(_ component: VarianceComponent) -> Int {
    [component.support?.fewest ?? fewest, ArmPeople(rows).smallest ?? 0].filter { $0 > 0 }.min() ?? 0
  }

  private func component(_ own: VarianceLimits) -> JSONValue {
    let component = own.component
    var members: [String: JSONValue] = [
      "group": .string(component.group), "term": .string(component.label),
      "conf_low": .optional(own.lower), "conf_high": .optional(own.upper),
      "interval_method": .string(own.method.rawValue),
    ]
    if component.otherTerm == nil {
      members["variance"] = .optional(component.value)
      members["std_dev"] = .optional(component.standardDeviation)
    } else {
      members["covariance"] = .optional(component.value)
      members["correlation"] = .optional(component.correlation)
    }
    return .about(people: people(component), .object(members))
  }

  private func componentTable(_ limits: [VarianceLimits]) -> TidyTable {
    let hasCovariances = varianceComponents.contains { $0.otherTerm != nil }
    let whose = hasCovariances ? "variances and correlations" : "variances"
    var table = TidyTable(
      name: "variance_components",
      title: "Variance components on the \(link.rawValue) scale, with limits of \(whose)",
      columns: ["group", "term", "variance", "std_dev"]
        + (hasCovariances ? ["covariance", "correlation"] : [])
        + ["conf_low", "conf_high", "interval_method"])
    for own in limits {
      let component = own.component
      let isCovariance = component.otherTerm != nil
      let value = CSVCell.optional(component.value)
      table.append(
        [
          .text(component.group), .text(component.label), isCovariance ? .missing : value,
          .optional(component.standardDeviation),
        ] + (hasCovariances ? [isCovariance ? value : .missing, .optional(component.correlation)] : []) + [
          .optional(own.lower), .optional(own.upper), .text(own.method.rawValue),
        ], people: people(component))
    }
    return table
  }

  private var groupTable: TidyTable {
    TidyTable(
      name: "random_groups", title: "Groups", columns: ["group", "n"],
      rows: groupCounts.map { [.text($0.group), .integer($0.count)] })
  }

  // MARK: - Tests and checks

  private static func json(_ test: RandomTermsTest) -> JSONValue {
    guard
      case .object(var members) = ContractJSON.test(
        name: "random_terms", method: "lr", kind: "chi_squared", statistic: test.statistic, df: test.df,
        pValue: test.pValue)
    else { return .null }
    members["tested"] = .string(test.reference)
    return .object(members)
  }

  private static func table(_ test: RandomTermsTest) -> TidyTable {
    TidyTable(
      name: "random_terms", title: "Likelihood ratio test of the random terms",
      columns: ["statistic", "df", "p_value", "tested"],
      rows: [[.number(test.statistic), .number(test.df), .number(test.pValue), .text(test.reference)]])
  }

  private static func json(_ check: IntegrationCheck) -> JSONValue {
    .object([
      "quadrature_points": .integer(check.points), "term": .string(check.term),
      "shift": .optional(check.shift), "deviation_shift": .optional(check.deviationShift),
    ])
  }
}
