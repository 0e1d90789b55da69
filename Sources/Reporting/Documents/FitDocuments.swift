import CohortTables
public import Estimation

extension ResultDocument {
  /// A linear model with, if asked, marginal means and contrasts.
  public init(
    _ fit: LinearFit, means: MarginalMeans? = nil, contrasts: Contrasts? = nil, provenance: Provenance
  ) {
    let notes = fit.diagnostics + (contrasts?.diagnostics ?? means?.diagnostics ?? [])
    var members = Self.members(
      fit, schemaNotes: notes, means: means, contrasts: contrasts, provenance: provenance)
    members["model"] = ContractJSON.model(
      fit,
      [
        "kind": .string("linear_model"), "family": .string("gaussian"), "link": .string("identity"),
        "df_method": .string(fit.rows.clusters == nil ? "residual" : "satterthwaite"),
        "vcov": .string(fit.robust?.rawValue ?? "model"),
        "vcov_cluster": fit.rows.clusters.map { .string($0.column) } ?? .null,
      ])
    members["statistics"] = fit.whole([
      "log_lik": .optional(fit.logLikelihood), "aic": .optional(fit.aic), "bic": .optional(fit.bic),
      "bic_n": .optional(fit.observationCount), "parameters": .integer(fit.parameterCount),
      "sigma": .optional(fit.sigma), "r_squared": .optional(fit.rSquared),
      "adj_r_squared": .optional(fit.adjustedRSquared),
      "df_residual": .optional(fit.residualDegreesOfFreedom),
      "deviance": .optional(fit.residualSumOfSquares),
    ])
    members["tests"] = .array(
      fit.overallTest.map { test in
        [
          .about(
            people: fit.fewest,
            ContractJSON.test(
              name: "overall", method: "wald", kind: "F", statistic: test.statistic, df: test.df,
              dfDenominator: test.dfDenominator, pValue: test.pValue))
        ]
      } ?? [])
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: ["n", "sigma", "r_squared", "adj_r_squared", "log_lik", "aic", "bic", "f", "f_df", "p_value"])
    summary.append([
      .number(fit.observationCount), .optional(fit.sigma), .optional(fit.rSquared),
      .optional(fit.adjustedRSquared),
      .number(fit.logLikelihood), .number(fit.aic), .number(fit.bic), .optional(fit.overallTest?.statistic),
      .optional(fit.overallTest?.df), .optional(fit.overallTest?.pValue),
    ])
    self.init(
      title: "Linear model: \(fit.formula.text)", verdict: fit.verdict,
      tables: Self.tables(fit, summary, means, contrasts), diagnostics: notes,
      accounting: [("model", fit.rows)], json: .object(members))
  }

  /// A Cox model with, if asked, contrasts of log hazards.
  public init(
    _ fit: CoxFit, means: MarginalMeans? = nil, contrasts: Contrasts? = nil, provenance: Provenance
  ) {
    let notes = fit.diagnostics + (contrasts?.diagnostics ?? [])
    var members = Self.members(
      fit, schemaNotes: notes, means: nil, contrasts: contrasts, provenance: provenance)
    if let contrasts { members["contrasts"] = ContractJSON.contrasts(contrasts, scale: "log_hazard") }
    // A log hazard has no meaning of its own, its slope by a column has.
    let slopes = means.flatMap { $0.quantity == .mean ? nil : $0 }
    if let slopes { members["means"] = ContractJSON.means(slopes, scale: "log_hazard") }
    members["model"] = ContractJSON.model(
      fit,
      [
        "kind": .string("cox_model"), "ties": .string(fit.ties.rawValue), "vcov": .string("model"),
        "vcov_cluster": .null,
        "strata": fit.formula.strata.isEmpty ? nil : .array(fit.formula.strata.map(JSONValue.string)),
      ])
    members["statistics"] = fit.whole([
      "log_lik": .optional(fit.logLikelihood), "null_log_lik": .optional(fit.nullLogLikelihood),
      "aic": .optional(fit.aic), "bic": .optional(fit.bic), "bic_n": .optional(fit.rows.events),
      "parameters": .integer(fit.parameterCount),
    ])
    members["tests"] = .array(
      fit.globalTests.map { test in
        .about(
          people: fit.fewest,
          ContractJSON.test(
            name: "global", method: test.method, kind: "chi_squared", statistic: test.statistic, df: test.df,
            pValue: test.pValue))
      })
    members["convergence"] = ContractJSON.convergence(fit.convergence)
    var summary = TidyTable(
      name: "tests", title: "Global tests", columns: ["method", "chi_squared", "df", "p_value"])
    for test in fit.globalTests {
      summary.append([.text(test.method), .number(test.statistic), .number(test.df), .number(test.pValue)])
    }
    self.init(
      title: "Cox model: \(fit.formula.text)", verdict: fit.verdict,
      tables: Self.tables(fit, summary, slopes, contrasts), diagnostics: notes,
      accounting: [("model", fit.rows)], json: .object(members))
  }

  /// What the JSON of every regression has.
  static func members(
    _ fit: some FittedModel, schemaNotes: [Diagnostic], means: MarginalMeans?, contrasts: Contrasts?,
    provenance: Provenance
  ) -> [String: JSONValue] {
    var members: [String: JSONValue] = [
      "schema": .string("tandem.fit/1"), "rows": ContractJSON.rows(fit.rows),
      "coefficients": ContractJSON.coefficients(fit),
      "covariance": ContractJSON.covariance(fit), "diagnostics": ContractJSON.diagnostics(schemaNotes),
      "provenance": provenance.json, "verdict": .string(fit.verdict),
    ]
    if let means { members["means"] = ContractJSON.means(means) }
    if let contrasts { members["contrasts"] = ContractJSON.contrasts(contrasts) }
    return members
  }

  static func tables(
    _ fit: some FittedModel, _ summary: TidyTable, _ means: MarginalMeans?, _ contrasts: Contrasts?
  ) -> [TidyTable] {
    let arms = ArmPeople(fit.rows)
    var tables = [TidyTable(coefficientsOf: fit), summary.resting(on: fit.fewest)]
    if let means { tables.append(TidyTable(means).knowing(arms)) }
    if let contrasts { tables.append(TidyTable(contrasts, withRatios: true).knowing(arms)) }
    return tables
  }
}

extension FittedModel {
  /// What the least supported coefficient rests on: with it statistics of the whole model are hidden, which would tell of it.
  var fewest: Int {
    [support.least.fewest, ArmPeople(rows).smallest ?? 0].filter { $0 > 0 }.min() ?? 0
  }

  /// Statistics of the whole model.
  func whole(_ members: [String: JSONValue]) -> JSONValue {
    .about(people: fewest, .object(members))
  }
}
