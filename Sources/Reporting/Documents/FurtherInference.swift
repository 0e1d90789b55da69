import CohortTables
public import Estimation

/// What is computed from a fit besides means and contrasts.
public struct FurtherInference: Sendable {
  /// Tests of terms, with the name of their hypothesis: II, III or lr.
  public var terms: (kind: String, tests: [JointTest])?
  /// Joint tests of the families of contrasts.
  public var families: [JointTest] = []
  /// Average effects.
  public var effects: [AverageEffects] = []
  /// Ratios of improvements.
  public var ratios: [RatioOfImprovements] = []
  /// Contrasts tested against a margin.
  public var margins: [MarginTest] = []

  /// Nothing yet.
  public init() {}

  private var diagnostics: [Diagnostic] {
    effects.flatMap(\.diagnostics) + ratios.flatMap(\.diagnostics)
      + (margins.isEmpty
        ? [] : [Diagnostic(.assumption, .note, "each contrast is tested against the margin on its own")])
  }

  private var tables: [TidyTable] {
    var result: [TidyTable] = []
    if let terms { result.append(TidyTable(terms.tests, title: "Tests of terms (\(terms.kind))")) }
    if !families.isEmpty, terms != nil {
      result.append(TidyTable(families, name: "joint_tests", title: "Joint tests of the contrasts"))
    }
    let averages = effects.filter { !$0.levels.isEmpty }
    if !averages.isEmpty { result.append(TidyTable(standardized: averages)) }
    if !effects.isEmpty { result.append(TidyTable(effects)) }
    if !ratios.isEmpty { result.append(TidyTable(ratios)) }
    if !margins.isEmpty { result.append(TidyTable(margins)) }
    return result
  }

  /// Each of the results takes the whole fit: all rest on what its least supported coefficient rests on.
  private func json(restingOn fewest: Int) -> [String: JSONValue] {
    func array(_ values: [JSONValue]) -> JSONValue { .array(values.map { .about(people: fewest, $0) }) }
    var members: [String: JSONValue] = [:]
    if !effects.isEmpty { members["effects"] = array(effects.flatMap(ContractJSON.effects)) }
    if !ratios.isEmpty { members["ratios"] = array(ratios.map(ContractJSON.ratio)) }
    if !margins.isEmpty { members["margins"] = array(margins.map(ContractJSON.margin)) }
    return members
  }

  /// A document with these results at its end.
  func added(to document: ResultDocument, of fit: some DocumentedFit) -> ResultDocument {
    guard case .object(var members) = document.annotated else { return document }
    let (arms, fewest) = (ArmPeople(fit.rows), fit.fewest)
    // Average effects of several columns may say the same.
    let further = diagnostics.reduce(into: [Diagnostic]()) { if !$0.contains($1) { $0.append($1) } }
    let notes = document.diagnostics + further
    let verdict = fit.verdict(closing: notes)
    members["verdict"] = .string(verdict)
    for (key, value) in json(restingOn: fewest) { members[key] = value }
    let tests = (terms?.tests.map { ($0, terms?.kind ?? "") } ?? []) + families.map { ($0, "family") }
    if !tests.isEmpty {
      var known: [JSONValue] = []
      if case .array(let values) = members["tests"] { known = values }
      members["tests"] = .array(
        known + tests.map { .about(people: fewest, ContractJSON.jointTest($0.0, kind: $0.1)) })
    }
    if case .array(let known) = members["diagnostics"],
      case .array(let own) = ContractJSON.diagnostics(further)
    {
      members["diagnostics"] = .array(known + own)
    }
    return ResultDocument(
      title: document.title, verdict: verdict,
      statements: document.statements,
      tables: document.tables + tables.map { $0.resting(on: fewest).knowing(arms) },
      diagnostics: notes, accounting: document.accounting,
      json: .object(members),
      gate: document.gate)
  }
}

extension ResultDocument {
  /// The document of a fit with what else was computed from it.
  public func adding(_ inference: FurtherInference, of fit: some DocumentedFit) -> ResultDocument {
    inference.added(to: self, of: fit)
  }
}

extension TidyTable {
  init(_ tests: [JointTest], name: String = "terms", title: String) {
    let by = tests.first?.by.map(\.column) ?? []
    self.init(
      name: name, title: title,
      columns: by + [
        "term", "method", "statistic_kind", "statistic", "df", "df_denominator", "p_value", "tested",
      ],
      rows: tests.map { test in
        test.by.map { CSVCell.text($0.value.text) } + [
          .text(test.name), .text(test.method), .text(test.statisticKind.rawValue), .optional(test.statistic),
          .number(test.df), .optional(test.dfDenominator), .optional(test.pValue), .text(test.hypothesis),
        ]
      })
  }

  /// The standardised means of one or several columns, which the first column of the table names.
  init(standardized effects: [AverageEffects]) {
    self.init(
      name: "standardized_means",
      title: "Means standardised to \(effects.first?.population.words ?? "all used rows")",
      columns: ["column", "level", "estimate", "std_error", "conf_low", "conf_high"],
      rows: effects.flatMap { effect in
        effect.levels.map {
          [
            .text(effect.column), .text($0.value.text), .number($0.estimate), .optional($0.standardError),
            .optional($0.lower), .optional($0.upper),
          ]
        }
      })
  }

  /// The average effects of one or several columns, which the first column of the table names.
  init(_ effects: [AverageEffects]) {
    let columns = effects.map(\.column).joined(separator: ", ")
    self.init(
      name: "effects",
      title: "Average effects of \(columns) (\(effects.first?.variance.rawValue ?? "") errors)",
      columns: [
        "column", "effect", "measure", "estimate", "std_error", "statistic", "df", "p_value", "conf_low",
        "conf_high",
        "set",
      ],
      rows: effects.flatMap { all in all.effects.map { (all.column, $0) } }.map { column, effect in
        let limits = effect.set?.limits
        return [
          .text(column), .text(effect.name), .text(effect.label), .number(effect.estimate),
          .optional(effect.standardError), .optional(effect.statistic), .optional(effect.degreesOfFreedom),
          .optional(effect.pValue), .optional(effect.lower ?? limits?.first),
          .optional(effect.upper ?? limits?.second), .optional(effect.set?.kind),
        ]
      })
  }

  init(_ ratios: [RatioOfImprovements]) {
    let by = ratios.first?.by.map(\.column) ?? []
    self.init(
      name: "ratios", title: "Ratios of improvements",
      columns: by + [
        "ratio_of", "kind", "numerator", "denominator", "ratio", "fieller_set", "fieller_low", "fieller_high",
        "conf_low", "conf_high", "df", "p_value",
      ],
      rows: ratios.map {
        $0.by.map { CSVCell.text($0.value.text) } + [
          .text($0.name), .text($0.kind.rawValue), .optional($0.numerator), .optional($0.denominator),
          .optional($0.ratio), .optional($0.fieller?.kind), .optional($0.fieller?.limits?.first),
          .optional($0.fieller?.limits?.second), .optional($0.lower), .optional($0.upper),
          .optional($0.degreesOfFreedom), .optional($0.pValue),
        ]
      })
  }

  init(_ margins: [MarginTest]) {
    let by = margins.first?.by.map(\.column) ?? []
    self.init(
      name: "margins", title: "Tests against a margin",
      columns: by + [
        "contrast", "margin", "estimate", "p_above_lower", "p_below_upper", "p_value", "alpha", "conf_low",
        "conf_high", "margin_verdict",
      ],
      rows: margins.map {
        $0.by.map { CSVCell.text($0.value.text) } + [
          .text($0.contrast), .text($0.margin.words), .optional($0.estimate), .optional($0.pAboveLower),
          .optional($0.pBelowUpper), .optional($0.pValue), .number($0.alpha), .optional($0.lower),
          .optional($0.upper), .text($0.verdict),
        ]
      })
  }
}

extension EffectPopulation {
  var words: String {
    switch self {
    case .all: "all used rows"
    case .level(let level): "the rows at \(level)"
    }
  }
}

extension Margin {
  var words: String {
    switch self {
    case .equivalence(let lower, let upper): "equivalence \(lower) to \(upper)"
    case .nonInferiority(let margin, let higher):
      "non-inferiority \(margin), \(higher ? "higher" : "lower") is better"
    case .superiority(let margin, let higher):
      "superiority \(margin), \(higher ? "higher" : "lower") is better"
    }
  }
}

extension ContractJSON {
  static func jointTest(_ joint: JointTest, kind: String) -> JSONValue {
    guard
      case .object(var members) = test(
        name: kind == "family" ? "contrasts" : kind == "lr" ? "term" : "term type \(kind)",
        term: kind == "family" ? nil : joint.name, method: joint.method, kind: joint.statisticKind.rawValue,
        statistic: joint.statistic, df: joint.df, dfDenominator: joint.dfDenominator, pValue: joint.pValue)
    else { return .null }
    members["hypothesis"] = .string(joint.hypothesis)
    if !joint.by.isEmpty { members["by"] = coordinates(joint.by) }
    return .object(members)
  }

  static func effects(_ effects: AverageEffects) -> [JSONValue] {
    let shared: [String: JSONValue] = [
      "column": .string(effects.column), "variance": .string(effects.variance.rawValue),
      "population": .string(effects.population.words),
    ]
    let levels = effects.levels.map { level in
      JSONValue.object(
        shared.merging([
          "effect": .string(level.value.text), "measure": .string("mean"),
          "estimate": .number(level.estimate),
          "std_error": .optional(level.standardError), "conf_low": .optional(level.lower),
          "conf_high": .optional(level.upper),
        ]) { $1 })
    }
    return levels
      + effects.effects.map { effect in
        JSONValue.object(
          shared.merging([
            "effect": .string(effect.name), "measure": .string(effect.measure.rawValue),
            "label": .string(effect.label), "estimate": .number(effect.estimate),
            "std_error": .optional(effect.standardError), "statistic": .optional(effect.statistic),
            "df": .optional(effect.degreesOfFreedom), "p_value": .optional(effect.pValue),
            "conf_low": .optional(effect.lower ?? effect.set?.limits?.first),
            "conf_high": .optional(effect.upper ?? effect.set?.limits?.second),
            "set": .string(effect.set?.kind ?? "interval"),
          ]) { $1 })
      }
  }

  static func ratio(_ ratio: RatioOfImprovements) -> JSONValue {
    .object([
      "ratio_of": .string(ratio.name), "kind": .string(ratio.kind.rawValue), "by": coordinates(ratio.by),
      "numerator": .optional(ratio.numerator), "denominator": .optional(ratio.denominator),
      "ratio": .optional(ratio.ratio), "fieller_set": .optional(ratio.fieller?.kind),
      "fieller_low": .optional(ratio.fieller?.limits?.first),
      "fieller_high": .optional(ratio.fieller?.limits?.second),
      "log_std_error": .optional(ratio.logStandardError), "conf_low": .optional(ratio.lower),
      "conf_high": .optional(ratio.upper), "df": .optional(ratio.degreesOfFreedom),
      "p_value": .optional(ratio.pValue), "conf_level": .number(ratio.confidenceLevel),
    ])
  }

  static func margin(_ test: MarginTest) -> JSONValue {
    .object([
      "contrast": .string(test.contrast), "by": coordinates(test.by), "margin": .string(test.margin.words),
      "scale": .string(test.isRatio ? "ratio" : "difference"), "estimate": .optional(test.estimate),
      "p_above_lower": .optional(test.pAboveLower), "p_below_upper": .optional(test.pBelowUpper),
      "p_value": .optional(test.pValue), "alpha": .number(test.alpha), "conf_low": .optional(test.lower),
      "conf_high": .optional(test.upper), "margin_verdict": .string(test.verdict),
    ])
  }
}
