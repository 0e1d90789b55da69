internal import CohortTables
public import Estimation

extension MultinomialFit: DocumentedFit {
  /// What each coefficient rests on.
  public var coefficientSupports: [Support] { supports }

  /// The level of the response beside the term, as `y.level` and `term` of R's `broom::tidy`.
  public var coefficientLabels: [CoefficientLabel] {
    levels.dropFirst().flatMap { level in
      plan.columnNames.map { CoefficientLabel(outcome: level.name, term: $0) }
    }
  }

  /// A multinomial logit model, with the rows of each level of the response.
  public var description: FitDescription {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: ["n", "deviance", "null_deviance", "parameters", "log_lik", "aic", "bic"])
    summary.append([
      .number(observationCount), .number(deviance), .number(nullDeviance), .integer(parameterCount),
      .number(logLikelihood), .number(aic), .number(bic),
    ])
    var result = FitDescription(
      title: "Multinomial logit model", model: modelMembers,
      statistics: [
        "log_lik": .optional(logLikelihood), "null_log_lik": .optional(nullLogLikelihood),
        "aic": .optional(aic), "bic": .optional(bic), "bic_n": .optional(observationCount),
        "parameters": .integer(parameterCount), "deviance": .optional(deviance),
        "null_deviance": .optional(nullDeviance),
      ], summary: summary)
    result.convergence = convergence
    // All but one small level would give it by subtraction: they rest on the smallest together.
    let fewest = levels.map(\.support.fewest).filter { $0 > 0 }.min() ?? 0
    result.members["outcomes"] = .array(
      levels.map {
        .about(people: fewest, .object(["outcome": .string($0.name), "rows": .integer($0.rows)]))
      })
    result.tables = [
      TidyTable(
        name: "outcomes", title: "Rows by \(responseColumn)", columns: ["outcome", "rows"],
        rows: levels.map { [.text($0.name), .integer($0.rows)] }
      ).resting(on: fewest)
    ]
    return result
  }

  private var modelMembers: [String: JSONValue?] {
    var references = plan.referenceLevels.mapValues(JSONValue.string)
    references[responseColumn] = .string(referenceLevel)
    return [
      "kind": .string("multinomial_logit"), "family": .string("multinomial"), "link": .string("logit"),
      "method": .string("ml"), "df_method": .string("none"), "vcov": .string(robust?.rawValue ?? "model"),
      "vcov_cluster": rows.clusters.map { .string($0.column) } ?? .null, "solver": .string(solver.rawValue),
      "reference_levels": .object(references),
      "outcome": .object([
        "column": .string(responseColumn), "reference": .string(referenceLevel),
        "levels": .array(levels.map { .string($0.name) }),
      ]),
    ]
  }
}
