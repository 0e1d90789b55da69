internal import CohortTables
public import Estimation

extension ResultDocument {
  /// A test of groups: what was compared, by how much it differs, and the test.
  public init(_ fit: GroupComparisonFit, provenance: Provenance) {
    let fewest = fit.support.fewest
    self.init(
      title: "Test of groups: \(fit.formula.text)", verdict: fit.verdict, tables: Self.tables(fit),
      diagnostics: fit.diagnostics, accounting: [("test", fit.rows)],
      json: .members([
        "schema": .string("tandem.fit/1"),
        "model": .members([
          "kind": .string("group_test"), "formula": .string(fit.formula.text),
          "test": .string(fit.kind.rawValue), "group": .string(fit.column),
          "groups": .array(fit.groups.map { .string($0.level) }),
          "response_levels": fit.responseLevels.map { .array($0.map(JSONValue.string)) },
          "conf_level": .number(fit.options.confidenceLevel),
        ]),
        "rows": ContractJSON.rows(fit.rows), "groups": ContractJSON.groups(fit),
        "contrasts": fit.effect.map { .array([.about(people: fewest, ContractJSON.contrast($0, fit))]) },
        "discordant_pairs": fit.discordantPairs.map {
          .about(
            people: fewest,
            .object(["first_only": .integer($0.firstOnly), "second_only": .integer($0.secondOnly)]))
        },
        "tests": .array(
          fit.tests.map { .about(people: fewest, ContractJSON.test($0, term: fit.column)) }),
        "diagnostics": ContractJSON.diagnostics(fit.diagnostics), "provenance": provenance.json,
        "verdict": .string(fit.verdict),
      ]))
  }

  private static func tables(_ fit: GroupComparisonFit) -> [TidyTable] {
    let arms = ArmPeople(fit.rows)
    var tests = TidyTable(
      name: "tests", title: "Tests",
      columns: ["test", "method", "statistic_kind", "statistic", "df", "p_value"])
    for test in fit.tests {
      tests.append([
        .text(test.name), .text(test.method), .optional(test.statisticKind), .optional(test.statistic),
        .optional(test.df), .number(test.pValue),
      ])
    }
    var tables = [tests.resting(on: fit.support.fewest)]
    if let effect = fit.effect, let name = fit.contrast {
      var table = TidyTable(
        name: "contrasts", title: "Effect",
        columns: [
          "contrast", "measure", "estimate", "std_error", "statistic", "df", "p_value", "conf_low",
          "conf_high",
          "interval_method",
        ])
      // The usual test stands beside the effect, so that its row says both; the others are in the next table.
      let test = fit.tests.first
      table.append([
        .text(name), .text(effect.measure), .optional(effect.finiteEstimate), .optional(effect.standardError),
        .optional(test?.statistic), .optional(test?.df), .optional(test?.pValue), .optional(effect.lower),
        .optional(effect.finiteUpper), .optional(effect.intervalMethod),
      ])
      tables.insert(table.resting(on: fit.support.fewest), at: 0)
    }
    if let pairs = fit.discordantPairs {
      let table = TidyTable(
        name: "discordant_pairs", title: "Pairs that disagree",
        columns: ["events_only_in", "pairs"],
        rows: [
          [.text(fit.groups[0].level), .integer(pairs.firstOnly)],
          [.text(fit.groups[1].level), .integer(pairs.secondOnly)],
        ])
      tables.append(table.resting(on: fit.support.fewest))
    }
    tables.append(TidyTable(groupsOf: fit).resting(on: fit.leastGroup.fewest))
    return tables.map { $0.knowing(arms) }
  }
}

extension TidyTable {
  /// What there is in each group: moments of numbers, events of yes or no, or rows at each level.
  fileprivate init(groupsOf fit: GroupComparisonFit) {
    guard let levels = fit.responseLevels else {
      self.init(
        name: "groups", title: "Groups", columns: [fit.column, "n", "mean", "sd", "median_value"],
        rows: fit.groups.map {
          [
            .text($0.level), .integer($0.rows), .optional($0.mean), .optional($0.standardDeviation),
            .optional($0.median),
          ]
        })
      self = resting(on: fit.groups.map(\.support))
      return
    }
    guard levels.count == 2 else {
      self.init(
        name: "groups", title: "Groups", columns: [fit.column, "level", "rows"],
        rows: fit.groups.flatMap { group in
          zip(levels, group.counts ?? []).map { [.text(group.level), .text($0), .integer($1)] }
        })
      self = resting(on: fit.groups.flatMap { group in levels.map { _ in group.support } })
      return
    }
    self.init(
      name: "groups", title: "Groups", columns: [fit.column, "n", "events", "event_share"],
      rows: fit.groups.map {
        [.text($0.level), .integer($0.rows), .optional($0.events.map(Double.init)), .optional($0.share)]
      })
    self = resting(on: fit.groups.map(\.support))
  }
}

extension GroupComparisonFit.Group {
  /// Rows with the event of a yes-or-no response.
  fileprivate var events: Int? { counts.flatMap { $0.count == 2 ? $0[1] : nil } }
  /// Their share.
  fileprivate var share: Double? { events.map { Double($0) / Double(rows) } }
}

extension GroupComparisonFit.Effect {
  // An odds ratio may be infinite, which no format holds.
  fileprivate var finiteEstimate: Double? { estimate.isFinite ? estimate : nil }
  fileprivate var finiteUpper: Double? { upper.flatMap { $0.isFinite ? $0 : nil } }
}

extension ContractJSON {
  fileprivate static func groups(_ fit: GroupComparisonFit) -> JSONValue {
    let levels = fit.responseLevels
    return .array(
      fit.groups.map { group in
        .about(
          people: [group.support.fewest, fit.leastGroup.fewest].filter { $0 > 0 }.min() ?? 0,
          .members([
            "at": .object([fit.column: .string(group.level)]), "n": .integer(group.rows),
            "events": group.events.map(JSONValue.integer), "event_share": group.share.map { .optional($0) },
            "mean": group.mean.map { .optional($0) }, "median_value": group.median.map { .optional($0) },
            "sd": levels == nil ? .optional(group.standardDeviation) : nil,
            "levels": levels.flatMap { names in
              names.count == 2
                ? nil
                : .array(
                  zip(names, group.counts ?? []).map {
                    .object(["level": .string($0), "rows": .integer($1)])
                  })
            },
          ]))
      })
  }

  /// An odds ratio is a contrast of log odds, with its ratio beside it.
  fileprivate static func contrast(_ effect: GroupComparisonFit.Effect, _ fit: GroupComparisonFit)
    -> JSONValue
  {
    let isRatio = effect.isRatio
    func linear(_ value: Double?) -> JSONValue { .optional(effect.onLinearScale(value)) }
    return .members([
      "contrast": .optional(fit.contrast), "measure": .string(effect.measure),
      "scale": .string(isRatio ? "logit" : "response"), "estimate": linear(effect.estimate),
      "std_error": .optional(effect.standardError), "conf_low": linear(effect.lower),
      "conf_high": linear(effect.upper), "interval_method": .optional(effect.intervalMethod),
      "ratio": isRatio ? .optional(effect.estimate) : nil,
      "ratio_low": isRatio ? .optional(effect.lower) : nil,
      "ratio_high": isRatio ? .optional(effect.upper) : nil, "ratio_kind": isRatio ? .string("odds") : nil,
    ])
  }

  fileprivate static func test(_ test: GroupComparisonFit.Test, term: String) -> JSONValue {
    .object([
      "name": .string(test.name), "term": .string(term), "method": .string(test.method),
      "statistic_kind": .optional(test.statisticKind), "statistic": .optional(test.statistic),
      "df": .optional(test.df), "df_denominator": .null, "p_value": .optional(test.pValue),
    ])
  }
}
