import CohortTables
import Estimation

extension TidyTable {
  /// Mean times free of the event up to a horizon.
  init(_ means: RestrictedMeans, of curves: SurvivalCurves) {
    self.init(
      name: "restricted_means", title: "Mean time free of the event up to \(CellText.number(means.horizon))",
      columns: ["group", "n", "n_event", "estimate", "std_error", "conf_low", "conf_high"],
      rows: zip(curves.curves, means.means).map { curve, mean in
        [
          .text(curve.name), .number(curve.count), .number(curve.events), .optional(mean?.estimate),
          .optional(mean?.standardError), .optional(mean?.lower), .optional(mean?.upper),
        ]
      })
  }

  /// Risks of the event up to a horizon.
  init(_ risks: HorizonRisks, of curves: SurvivalCurves) {
    self.init(
      name: "risks", title: "Risk of the event up to \(CellText.number(risks.horizon))",
      columns: ["group", "n", "estimate", "std_error", "conf_low", "conf_high"],
      rows: zip(curves.curves, risks.risks).map { curve, risk in
        [
          .text(curve.name), .number(curve.count), .optional(risk?.estimate), .optional(risk?.standardError),
          .optional(risk?.lower), .optional(risk?.upper),
        ]
      })
  }

  /// Differences and ratios of mean times and of risks.
  init(comparisonsOf means: RestrictedMeans?, _ risks: HorizonRisks?, fewest: Int) {
    self.init(
      comparisons: [
        ("restricted mean", means?.comparisons ?? []), ("risk", risks?.comparisons ?? []),
      ], fewest: fewest)
  }

  /// Differences and ratios between groups; the error of a ratio is that of its logarithm.
  init(comparisons: [(of: String, rows: [ArmComparison])], fewest: Int) {
    self.init(
      name: "comparisons", title: "Comparisons between groups",
      columns: [
        "contrast", "measure", "estimate", "std_error", "log_std_error", "statistic", "p_value", "conf_low",
        "conf_high",
      ],
      rows: comparisons.flatMap { part in
        part.rows.map { row in
          let isRatio = row.measure == .ratio
          return [
            .text(row.name), .text("\(part.of) \(row.measure.rawValue)"), .optional(row.estimate),
            .optional(isRatio ? nil : row.standardError), .optional(isRatio ? row.standardError : nil),
            .optional(row.statistic), .optional(row.pValue), .optional(row.lower), .optional(row.upper),
          ]
        }
      })
    self = resting(on: fewest)
  }

  /// Numbers needed to treat.
  init(numbersNeededOf risks: HorizonRisks, fewest: Int) {
    self.init(
      name: "numbers_needed", title: "Number needed to treat with the first rather than the second",
      columns: ["contrast", "estimate", "conf_low", "conf_high"],
      rows: risks.numbersNeeded.map {
        [
          .text("\($0.first) - \($0.second)"), .optional($0.estimate), .optional($0.lower),
          .optional($0.upper),
        ]
      })
    self = resting(on: fewest)
  }

  /// A test against a trend.
  init(_ trend: LogRankTest.TrendTest, of test: LogRankTest?) {
    self.init(
      name: "trend", title: "Trend over the groups in their order",
      columns: ["chi_squared", "df", "p_value"],
      rows: [[.number(trend.statistic), .number(1), .number(trend.pValue)]])
    self = resting(on: test?.fewest ?? 0)
  }
}

extension ArmComparison {
  /// What is compared with what.
  var name: String { "\(first) \(measure == .ratio ? "/" : "-") \(second)" }
}

extension ContractJSON {
  static func comparison(_ row: ArmComparison, at time: Double, of scale: String, _ fewest: Int) -> JSONValue
  {
    let isRatio = row.measure == .ratio
    var members: [String: JSONValue] = [
      "contrast": .string(row.name), "at": .object(["time": .number(time)]), "by": .object([:]),
      "scale": .string(scale), "measure": .string(row.measure.rawValue), "null": .number(isRatio ? 1 : 0),
      "side": .string("two"), "estimate": .optional(row.estimate),
      "std_error": .optional(isRatio ? nil : row.standardError), "statistic": .optional(row.statistic),
      "df": .null,
      "p_value": .optional(row.pValue), "conf_low": .optional(row.lower), "conf_high": .optional(row.upper),
    ]
    if isRatio { members["log_std_error"] = .optional(row.standardError) }
    return .about(people: fewest, .object(members))
  }

  static func trend(_ trend: LogRankTest.TrendTest, of test: LogRankTest?) -> JSONValue {
    .about(
      people: test?.fewest ?? 0,
      ContractJSON.test(
        name: "\(test?.weights.name ?? "log-rank") trend", method: "score", kind: "chi_squared",
        statistic: trend.statistic, df: 1, pValue: trend.pValue))
  }

  /// Tests of the curves at a horizon on the complementary log-log scale.
  static func tests(_ risks: HorizonRisks, _ curves: SurvivalCurves, fewest: Int) -> [JSONValue] {
    zip(risks.numbersNeeded, risks.tests).map { pair, test in
      .about(
        people: fewest,
        ContractJSON.test(
          name: "risk at \(CellText.number(risks.horizon)), log(-log S)",
          term: "\(pair.first) - \(pair.second)",
          method: "wald", kind: "z", statistic: test?.statistic, df: 1, pValue: test?.pValue))
    }
  }
}
