internal import CohortTables
public import Estimation

extension CoxFit: DocumentedFit {
  /// A Cox model, with its three global tests.
  public var description: FitDescription { description(proportionalHazards: nil) }

  /// A Cox model with its global tests and, where they were made, tests of proportional hazards and predictions.
  ///
  /// A log hazard has no meaning of its own; its slope by a column has.
  ///
  /// - Parameters:
  ///   - test: Tests of proportional hazards.
  ///   - curves: Predicted curves; their points are told, unless `risksOnly`.
  ///   - horizons: Times at which the curves' risks are given.
  ///   - risksOnly: Whether only the risks of the curves are told: a curve's steps are the times of single events.
  /// - Returns: The description.
  public func description(
    proportionalHazards test: ProportionalHazardsTest?, curves: [PredictedCurve] = [],
    horizons: [Double] = [],
    risksOnly: Bool = false
  ) -> FitDescription {
    var summary = TidyTable(
      name: "tests", title: "Global tests", columns: ["method", "chi_squared", "df", "p_value"])
    for test in globalTests {
      summary.append([.text(test.method), .number(test.statistic), .number(test.df), .number(test.pValue)])
    }
    var result = FitDescription(
      title: "Cox model",
      model: [
        "kind": .string("cox_model"), "ties": .string(ties.rawValue),
        "vcov": .string(isRobust ? "robust" : "model"),
        "vcov_cluster": rows.clusters.map { .string($0.column) } ?? .null,
        "strata": formula.strata.isEmpty ? nil : .array(formula.strata.map(JSONValue.string)),
      ],
      statistics: [
        "log_lik": .optional(logLikelihood), "null_log_lik": .optional(nullLogLikelihood),
        "aic": .optional(aic), "bic": .optional(bic), "bic_n": .optional(rows.events),
        "parameters": .integer(parameterCount),
      ], summary: summary)
    result.tests = globalTests.map { test in
      ContractJSON.test(
        name: "global", method: test.method, kind: "chi_squared", statistic: test.statistic, df: test.df,
        pValue: test.pValue)
    }
    if let test {
      result.tests? += test.tests.map { own in
        ContractJSON.test(
          name: "proportional_hazards_\(test.transform.rawValue)", term: own.term, method: "zph",
          kind: "chi_squared", statistic: own.statistic, df: Double(own.df), pValue: own.pValue)
      }
      result.tables.append(TidyTable(test).resting(on: fewest))
    }
    if !curves.isEmpty {
      if !horizons.isEmpty {
        result.tables.append(TidyTable(risksOf: curves, at: horizons).resting(on: fewest))
      }
      if !risksOnly {
        if horizons.isEmpty { result.tables.append(TidyTable(curves).resting(on: fewest)) }
        result.members["curves"] = .array(curves.map(\.json))
      }
    }
    result.convergence = convergence
    result.scale = "log_hazard"
    result.hasMeans = false
    return result
  }
}

extension TidyTable {
  /// Tests of proportional hazards, a row a term.
  init(_ test: ProportionalHazardsTest) {
    self.init(
      name: "proportional_hazards",
      title: "Are hazards proportional? Score tests, transform \(test.transform.rawValue)",
      columns: ["term", "chi_squared", "df", "p_value"],
      rows: test.tests.map {
        [.text($0.term ?? "(all)"), .number($0.statistic), .number(Double($0.df)), .number($0.pValue)]
      })
  }

  /// All points of predicted curves.
  init(_ curves: [PredictedCurve]) {
    self.init(
      name: "predicted_curves", title: "Predicted survival",
      columns: [
        "group", "time", "n_risk", "n_event", "n_censor", "estimate", "std_error", "conf_low", "conf_high",
      ],
      rows: curves.flatMap { curve in
        curve.points.map { point in
          [
            .text(curve.name), .number(point.time), .number(point.atRisk), .number(point.events),
            .number(point.censored), .number(point.survival), .number(point.standardError * point.survival),
            .number(point.lower), .number(point.upper),
          ]
        }
      })
  }

  /// Predicted risks at horizons.
  init(risksOf curves: [PredictedCurve], at horizons: [Double]) {
    self.init(
      name: "predicted_risks", title: "Predicted risk",
      columns: ["group", "horizon", "estimate", "std_error", "conf_low", "conf_high"],
      rows: curves.flatMap { curve in
        horizons.map { horizon in
          let risk = curve.risk(at: horizon)
          return [
            .text(curve.name), .number(horizon), .optional(risk?.estimate), .optional(risk?.standardError),
            .optional(risk?.lower), .optional(risk?.upper),
          ]
        }
      })
  }
}

extension PredictedCurve {
  /// The stratum and what was set.
  fileprivate var name: String {
    let parts = covariates.map { "\($0.column)=\($0.value.text)" } + (stratum.isEmpty ? [] : [stratum])
    return parts.isEmpty ? "means" : parts.joined(separator: ", ")
  }

  fileprivate var json: JSONValue {
    var group = covariates.map { ($0.column, JSONValue.string($0.value.text)) }
    if !stratum.isEmpty { group.append(("strata", .string(stratum))) }
    return .object([
      "kind": .string("survival"), "group": .object(Dictionary(group) { first, _ in first }), "cause": .null,
      "transform": .string("log"), "variance": .string("tsiatis"),
      "points": .array(
        points.map { point in
          .object([
            "time": .number(point.time), "n_risk": .number(point.atRisk), "n_event": .number(point.events),
            "n_censor": .number(point.censored), "estimate": .number(point.survival),
            "std_error": .number(point.standardError * point.survival), "conf_low": .number(point.lower),
            "conf_high": .number(point.upper),
          ])
        }),
    ])
  }
}
