import CohortTables
public import Estimation

/// Tests that go with curves of hazard, incidence and mean number.
public enum StepCurveTests: Sendable {
  /// A test of the log-rank family, and against a trend.
  case rank(LogRankTest?, LogRankTest.TrendTest?)
  /// Gray's test of each cause.
  case gray([GrayTest])
  /// The test of recurrent events.
  case recurrent(RecurrentEventsTest?)

  var tables: [TidyTable] {
    switch self {
    case .rank(let test, let trend):
      (test.map { [TidyTable($0)] } ?? []) + (trend.map { [TidyTable($0, of: test)] } ?? [])
    case .gray(let tests): tests.isEmpty ? [] : [TidyTable(tests)]
    case .recurrent(let test): test.map { [TidyTable($0)] } ?? []
    }
  }

  var json: [JSONValue] {
    switch self {
    case .rank(let test, let trend):
      (test.map { [ContractJSON.logRank($0)] } ?? [])
        + (trend.map { [ContractJSON.trend($0, of: test)] } ?? [])
    case .gray(let tests):
      tests.map {
        .about(
          people: $0.fewestEvents,
          ContractJSON.test(
            name: "Gray", term: $0.cause, method: "score", kind: "chi_squared", statistic: $0.statistic,
            df: $0.df,
            pValue: $0.pValue))
      }
    case .recurrent(let test):
      (test.map { [$0] } ?? []).map {
        .about(
          people: $0.fewest,
          ContractJSON.test(
            name: "recurrent events", method: "score", kind: "chi_squared", statistic: $0.statistic,
            df: $0.df,
            pValue: $0.pValue))
      }
    }
  }
}

extension RecurrentEventsTest {
  /// The people or events of the smallest group.
  fileprivate var fewest: Int {
    groups.flatMap { [$0.count, $0.observed] }.filter { $0 > 0 }.min().map { Int($0.rounded(.up)) } ?? 0
  }
}

extension TidyTable {
  /// All points of step curves.
  public init(_ curves: StepCurves) {
    let entries = curves.curves.contains { $0.points.contains { $0.entered != nil } }
    let causes = curves.curves.contains { $0.cause != nil }
    self.init(
      name: "curves", title: curves.title,
      columns: ["group"] + (causes ? ["cause"] : []) + Self.pointColumns(entries: entries),
      rows: curves.curves.flatMap { curve in
        curve.points.map { point in
          [.text(curve.name)] + (causes ? [.text(curve.cause ?? "")] : [])
            + Self.cells(point, entries: entries)
        }
      })
  }

  /// Gray's tests.
  init(_ tests: [GrayTest]) {
    self.init(
      name: "gray", title: "Gray's test of equal cumulative incidence",
      columns: ["cause", "chi_squared", "df", "p_value"],
      rows: tests.map { [.text($0.cause), .optional($0.statistic), .number($0.df), .optional($0.pValue)] })
    self = resting(on: tests.map(\.fewestEvents).min() ?? 0)
  }

  /// The test of recurrent events.
  init(_ test: RecurrentEventsTest) {
    self.init(
      name: "recurrent_events", title: "Test of equal mean numbers of events",
      columns: ["group", "n", "observed", "expected", "chi_squared", "df", "p_value"],
      rows: test.groups.enumerated().map { index, group in
        [
          .text(group.group.map(\.value.text).joined(separator: ", ")), .number(group.count),
          .number(group.observed), .number(group.expected), index == 0 ? .optional(test.statistic) : .missing,
          index == 0 ? .number(test.df) : .missing, index == 0 ? .optional(test.pValue) : .missing,
        ]
      })
    self = resting(on: test.fewest)
  }
}

extension StepCurves {
  fileprivate var title: String {
    switch curves.first?.kind {
    case .cumulativeHazard: "Cumulative hazards"
    case .meanCumulativeFunction: "Mean numbers of events"
    case .cumulativeIncidence, nil: "Cumulative incidences"
    }
  }

  fileprivate var modelKind: String {
    switch curves.first?.kind {
    case .cumulativeHazard: "cumulative_hazard"
    case .meanCumulativeFunction: "mean_cumulative_function"
    case .cumulativeIncidence, nil: "aalen_johansen"
    }
  }
}

extension ContractJSON {
  static func curves(_ curves: StepCurves) -> JSONValue {
    .array(
      curves.curves.map { curve in
        .object([
          "kind": .string(curve.kind.rawValue), "group": coordinates(curve.group),
          "cause": curve.cause.map { .string($0) } ?? .null, "transform": .string(curves.transform.rawValue),
          "variance": .string(curves.variance.rawValue), "points": .array(curve.points.map(point)),
        ])
      })
  }
}

extension ResultDocument {
  /// Curves of hazard, incidence or mean number with their tests and comparisons at a time.
  public init(
    _ curves: StepCurves, tests: StepCurveTests, comparisons: (time: Double, rows: [ArmComparison])? = nil,
    provenance: Provenance
  ) {
    let fewest = curves.curves.map { Int($0.events) }.min() ?? 0
    let scale = curves.curves.first?.kind == .meanCumulativeFunction ? "mean number" : "risk"
    var tables = [TidyTable(curves)] + tests.tables
    if let comparisons {
      tables.append(TidyTable(comparisons: [(scale, comparisons.rows)], fewest: fewest))
    }
    var members: [String: JSONValue] = [
      "schema": .string("tandem.fit/1"),
      "model": .members([
        "kind": .string(curves.modelKind), "formula": .string(curves.formula.text),
        "conf_level": .number(curves.options.confidenceLevel),
        "weights": ContractJSON.weights(curves.options.weights),
        "vcov_cluster": curves.options.cluster.map { .string($0) },
      ]),
      "rows": ContractJSON.rows(curves.rows), "curves": ContractJSON.curves(curves),
      "tests": .array(tests.json),
      "diagnostics": ContractJSON.diagnostics(curves.diagnostics), "provenance": provenance.json,
      "verdict": .string(curves.verdict),
    ]
    if let comparisons {
      members["contrasts"] = .array(
        comparisons.rows.map {
          ContractJSON.comparison(
            $0, at: comparisons.time, of: scale.split(separator: " ").joined(separator: "_"), fewest)
        })
    }
    self.init(
      title: "\(curves.title): \(curves.formula.text)", verdict: curves.verdict, tables: tables,
      diagnostics: curves.diagnostics, accounting: [("curves", curves.rows)], json: .object(members))
  }
}
