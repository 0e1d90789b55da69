import CohortTables
public import Estimation

extension TidyTable {
  /// All points of Kaplan-Meier curves.
  public init(_ curves: SurvivalCurves) {
    let entries = curves.curves.contains { $0.points.contains { $0.entered != nil } }
    self.init(
      name: "curves", title: "Kaplan-Meier estimates",
      columns: ["group"] + Self.pointColumns(entries: entries),
      rows: curves.curves.flatMap { curve in
        curve.points.map { [.text(curve.name)] + Self.cells($0, entries: entries) }
      })
  }

  /// The columns of a curve's points.
  static func pointColumns(entries: Bool) -> [String] {
    ["time", "n_risk", "n_event", "n_censor"] + (entries ? ["n_enter"] : [])
      + ["estimate", "std_error", "conf_low", "conf_high"]
  }

  /// A point of a curve.
  static func cells(_ point: SurvivalCurve.Point, entries: Bool) -> [CSVCell] {
    [.number(point.time), .number(point.atRisk), .number(point.events), .number(point.censored)]
      + (entries ? [.optional(point.entered)] : [])
      + [
        .number(point.estimate), .optional(point.standardError), .optional(point.lower),
        .optional(point.upper),
      ]
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
    let isPlain = test.weights == .logRank
    self.init(
      name: isPlain ? "log_rank" : "rank_test", title: "\(test.title) test",
      columns: ["group", "n", isPlain ? "observed" : "n_event"] + (isPlain ? [] : ["weighted"])
        + ["expected", "chi_squared", "df", "p_value"],
      rows: test.groups.enumerated().map { index, group in
        [
          .text(group.group.map(\.value.text).joined(separator: ", ")), .number(group.count),
          .number(group.events),
        ]
          + (isPlain ? [] : [.number(group.observed)])
          + [
            .number(group.expected), index == 0 ? .optional(test.statistic) : .missing,
            index == 0 ? .number(test.df) : .missing, index == 0 ? .optional(test.pValue) : .missing,
          ]
      })
    // Observed and expected events of all groups have the same sum: one group's differences are those of the others.
    self = resting(on: test.fewest)
  }
}

extension ContractJSON {
  static func curves(_ curves: SurvivalCurves, restricted: RestrictedMeans? = nil) -> JSONValue {
    .array(
      curves.curves.enumerated().map { place, curve in
        var members: [String: JSONValue] = [
          "kind": .string("survival"), "group": coordinates(curve.group), "cause": .null,
          "transform": .string(curves.transform.rawValue), "variance": .string(curves.variance.rawValue),
          "points": .array(curve.points.map(point)),
          "quantiles": .array(
            [0.25, 0.5, 0.75].map { probability in
              let quantile = curve.quantile(probability)
              return .object([
                "probability": .number(probability), "time": .optional(quantile.time),
                "conf_low": .optional(quantile.lower), "conf_high": .optional(quantile.upper),
              ])
            }),
        ]
        if let restricted {
          let mean = restricted.means[place]
          members["restricted_mean"] = .about(
            people: Int(curve.events),
            .object([
              "horizon": .number(restricted.horizon), "estimate": .optional(mean?.estimate),
              "std_error": .optional(mean?.standardError), "conf_low": .optional(mean?.lower),
              "conf_high": .optional(mean?.upper),
            ]))
        }
        return .object(members)
      })
  }

  static func point(_ point: SurvivalCurve.Point) -> JSONValue {
    var members: [String: JSONValue] = [
      "time": .optional(point.time), "n_risk": .optional(point.atRisk), "n_event": .optional(point.events),
      "n_censor": .optional(point.censored), "estimate": .optional(point.estimate),
      "std_error": .optional(point.standardError), "conf_low": .optional(point.lower),
      "conf_high": .optional(point.upper),
    ]
    if let entered = point.entered { members["n_enter"] = .optional(entered) }
    return .object(members)
  }

  static func logRank(_ test: LogRankTest) -> JSONValue {
    .about(
      people: test.fewest,
      ContractJSON.test(
        name: test.weights.name, method: "score", kind: "chi_squared", statistic: test.statistic, df: test.df,
        pValue: test.pValue))
  }
}

extension LogRankTest {
  /// The test's name, to begin a line with.
  fileprivate var title: String { weights.name.prefix(1).uppercased() + weights.name.dropFirst() }

  /// The people or events of the smallest group.
  var fewest: Int {
    groups.flatMap { [$0.count, $0.events] }.filter { $0 > 0 }.min().map { Int($0.rounded(.up)) } ?? 0
  }
}

extension ResultDocument {
  /// Kaplan-Meier curves with, if there are groups, the test of the log-rank family, and what was asked at a horizon.
  public init(
    _ curves: SurvivalCurves, logRank: LogRankTest? = nil, trend: LogRankTest.TrendTest? = nil,
    restrictedMeans: RestrictedMeans? = nil, risks: HorizonRisks? = nil, provenance: Provenance
  ) {
    let fewest = curves.curves.map { Int($0.events) }.min() ?? 0
    var tables =
      [TidyTable(curves), TidyTable(quantilesOf: curves)] + (logRank.map { [TidyTable($0)] } ?? [])
    tables += trend.map { [TidyTable($0, of: logRank)] } ?? []
    tables += restrictedMeans.map { [TidyTable($0, of: curves)] } ?? []
    tables += risks.map { [TidyTable($0, of: curves)] } ?? []
    let comparisons = (restrictedMeans?.comparisons ?? []) + (risks?.comparisons ?? [])
    if !comparisons.isEmpty {
      tables.append(TidyTable(comparisonsOf: restrictedMeans, risks, fewest: fewest))
    }
    if let risks, !risks.numbersNeeded.isEmpty {
      tables.append(TidyTable(numbersNeededOf: risks, fewest: fewest))
    }
    let tests =
      (logRank.map { [ContractJSON.logRank($0)] } ?? [])
      + (trend.map { [ContractJSON.trend($0, of: logRank)] } ?? [])
      + (risks.map { ContractJSON.tests($0, curves, fewest: fewest) } ?? [])
    var members: [String: JSONValue] = [
      "schema": .string("tandem.fit/1"),
      "model": .members([
        "kind": .string("kaplan_meier"), "formula": .string(curves.formula.text),
        "conf_level": .number(curves.options.confidenceLevel),
        "weights": ContractJSON.weights(curves.options.weights),
        "vcov_cluster": curves.options.cluster.map { .string($0) },
      ]),
      "rows": ContractJSON.rows(curves.rows),
      "curves": ContractJSON.curves(curves, restricted: restrictedMeans),
      "tests": .array(tests),
      "diagnostics": ContractJSON.diagnostics(curves.diagnostics), "provenance": provenance.json,
      "verdict": .string(curves.verdict),
    ]
    if restrictedMeans != nil || risks != nil {
      members["contrasts"] = .array(
        (restrictedMeans.map { means in
          means.comparisons.map {
            ContractJSON.comparison($0, at: means.horizon, of: "restricted_mean", fewest)
          }
        } ?? [])
          + (risks.map { risks in
            risks.comparisons.map { ContractJSON.comparison($0, at: risks.horizon, of: "risk", fewest) }
          } ?? []))
    }
    self.init(
      title: "Survival curves: \(curves.formula.text)", verdict: curves.verdict, tables: tables,
      diagnostics: curves.diagnostics, accounting: [("curves", curves.rows)], json: .object(members))
  }
}
