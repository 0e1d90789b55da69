import CohortTables
public import Estimation

extension TidyTable {
  /// All points of Kaplan-Meier curves.
  public init(_ curves: SurvivalCurves) {
    self.init(
      name: "curves", title: "Kaplan-Meier estimates",
      columns: [
        "group", "time", "n_risk", "n_event", "n_censor", "estimate", "std_error", "conf_low", "conf_high",
      ],
      rows: curves.curves.flatMap { curve in
        curve.points.map { point in
          [
            .text(curve.name), .number(point.time), .number(point.atRisk), .number(point.events),
            .number(point.censored), .number(point.estimate), .optional(point.standardError),
            .optional(point.lower), .optional(point.upper),
          ]
        }
      })
  }

  /// Quartiles of the time to the event.
  public init(quantilesOf curves: SurvivalCurves) {
    self.init(
      name: "quantiles", title: "Time by which a share has had the event",
      columns: ["group", "n", "events", "probability", "time", "conf_low", "conf_high"],
      rows: curves.curves.flatMap { curve in
        [0.25, 0.5, 0.75].map { probability in
          let quantile = curve.quantile(probability)
          return [
            .text(curve.name), .number(curve.count), .number(curve.events), .number(probability),
            .optional(quantile.time), .optional(quantile.lower), .optional(quantile.upper),
          ]
        }
      })
  }

  /// Observed and expected events by group.
  public init(_ test: LogRankTest) {
    self.init(
      name: "log_rank", title: "Log-rank test",
      columns: ["group", "n", "observed", "expected", "chi_squared", "df", "p_value"],
      rows: test.groups.enumerated().map { index, group in
        [
          .text(group.group.map(\.value.text).joined(separator: ", ")), .number(group.count),
          .number(group.observed),
          .number(group.expected), index == 0 ? .optional(test.statistic) : .missing,
          index == 0 ? .number(test.df) : .missing, index == 0 ? .optional(test.pValue) : .missing,
        ]
      })
    // Observed and expected events of all groups have the same sum: one group's differences are those of the others.
    self = resting(on: test.fewest)
  }
}

extension ContractJSON {
  static func curves(_ curves: SurvivalCurves) -> JSONValue {
    .array(
      curves.curves.map { curve in
        .object([
          "kind": .string("survival"), "group": coordinates(curve.group), "cause": .null,
          "transform": .string(curves.transform.rawValue), "variance": .string("greenwood"),
          "points": .array(curve.points.map(point)),
          "quantiles": .array(
            [0.25, 0.5, 0.75].map { probability in
              let quantile = curve.quantile(probability)
              return .object([
                "probability": .number(probability), "time": .optional(quantile.time),
                "conf_low": .optional(quantile.lower), "conf_high": .optional(quantile.upper),
              ])
            }),
        ])
      })
  }

  private static func point(_ point: SurvivalCurve.Point) -> JSONValue {
    .object([
      "time": .optional(point.time), "n_risk": .optional(point.atRisk), "n_event": .optional(point.events),
      "n_censor": .optional(point.censored), "estimate": .optional(point.estimate),
      "std_error": .optional(point.standardError), "conf_low": .optional(point.lower),
      "conf_high": .optional(point.upper),
    ])
  }

  static func logRank(_ test: LogRankTest) -> JSONValue {
    .about(
      people: test.fewest,
      ContractJSON.test(
        name: "log-rank", method: "score", kind: "chi_squared", statistic: test.statistic, df: test.df,
        pValue: test.pValue))
  }
}

extension LogRankTest {
  /// The people or events of the smallest group.
  fileprivate var fewest: Int {
    groups.flatMap { [$0.count, $0.observed] }.filter { $0 > 0 }.min().map { Int($0.rounded(.up)) } ?? 0
  }
}

extension ResultDocument {
  /// Kaplan-Meier curves with, if there are groups, the log-rank test.
  public init(_ curves: SurvivalCurves, logRank: LogRankTest? = nil, provenance: Provenance) {
    let tables =
      [TidyTable(curves), TidyTable(quantilesOf: curves)] + (logRank.map { [TidyTable($0)] } ?? [])
    self.init(
      title: "Survival curves: \(curves.formula.text)", verdict: curves.verdict, tables: tables,
      diagnostics: curves.diagnostics, accounting: [("curves", curves.rows)],
      json: .members([
        "schema": .string("tandem.fit/1"),
        "model": .members([
          "kind": .string("kaplan_meier"), "formula": .string(curves.formula.text),
          "conf_level": .number(curves.options.confidenceLevel),
          "weights": ContractJSON.weights(curves.options.weights),
        ]),
        "rows": ContractJSON.rows(curves.rows), "curves": ContractJSON.curves(curves),
        "tests": .array(logRank.map { [ContractJSON.logRank($0)] } ?? []),
        "diagnostics": ContractJSON.diagnostics(curves.diagnostics), "provenance": provenance.json,
        "verdict": .string(curves.verdict),
      ]))
  }
}
