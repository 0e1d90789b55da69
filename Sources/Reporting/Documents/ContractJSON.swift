import CohortTables
import Estimation
import LinearAlgebra

/// The parts of the contract's JSON that results share.
enum ContractJSON {
  static func rows(_ rows: RowAccounting) -> JSONValue {
    .members([
      "read": .integer(rows.read), "used": .integer(rows.used), "zero_weight": .integer(rows.zeroWeight),
      "subjects_read": rows.subjectsRead.map(JSONValue.integer),
      "subjects": rows.subjects.map(JSONValue.integer),
      "events": rows.events.map(JSONValue.integer), "time_at_risk": rows.timeAtRisk.map { .optional($0) },
      "by_arm": rows.byArm.map { arms in
        .array(
          arms.map { arm in
            .members([
              "arm": .string(arm.arm), "rows": .integer(arm.rows),
              "subjects": arm.subjects.map(JSONValue.integer),
              "events": arm.events.map(JSONValue.integer),
              "time_at_risk": arm.timeAtRisk.map { .optional($0) },
            ])
          })
      },
      "clusters": rows.clusters.map { clusters in
        .object([
          "column": .string(clusters.column), "n": .integer(clusters.count),
          "min": .integer(clusters.smallest), "max": .integer(clusters.largest),
        ])
      },
      "excluded": .array(rows.excluded.map(exclusion)),
    ])
  }

  private static func exclusion(_ exclusion: RowAccounting.Exclusion) -> JSONValue {
    .members([
      "reason": .string(exclusion.reason), "rows": .integer(exclusion.rows),
      "subjects": exclusion.subjects.map(JSONValue.integer),
      "by_arm": exclusion.byArm.map { arms in
        // A file may have an arm that is itself called "(missing)".
        .object(Dictionary(arms.map { ($0.arm, $0.rows) }, uniquingKeysWith: +).mapValues(JSONValue.integer))
      },
    ])
  }

  static func coefficients(
    _ fit: some DocumentedFit, further: [(label: CoefficientLabel, coefficient: Coefficient)] = []
  ) -> JSONValue {
    let (supports, labels) = (fit.coefficientSupports, fit.coefficientLabels)
    return .array(
      fit.coefficients.indices.map {
        .about(people: supports[$0].fewest, coefficient(fit.coefficients[$0], labels[$0]))
      } + further.map { .about(people: fit.fewest, coefficient($0.coefficient, $0.label)) })
  }

  private static func coefficient(_ coefficient: Coefficient, _ label: CoefficientLabel) -> JSONValue {
    var members: [String: JSONValue] = [
      "term": .string(label.term), "component": .string(label.component),
      "estimate": .optional(coefficient.estimate), "std_error": .optional(coefficient.standardError),
      "statistic": .optional(coefficient.statistic), "df": .optional(coefficient.degreesOfFreedom),
      "p_value": .optional(coefficient.pValue), "conf_low": .optional(coefficient.lower),
      "conf_high": .optional(coefficient.upper), "aliased": .bool(coefficient.isAliased),
      "interval_method": .string(coefficient.intervalMethod.rawValue),
    ]
    if let outcome = label.outcome { members["outcome"] = .string(outcome) }
    if let model = coefficient.modelStandardError { members["std_error_model"] = .optional(model) }
    if let ratio = coefficient.ratio {
      members["ratio"] = .optional(ratio.value)
      members["ratio_low"] = .optional(ratio.lower)
      members["ratio_high"] = .optional(ratio.upper)
      members["ratio_kind"] = .string(ratio.kind)
    }
    return .object(members)
  }

  static func covariance(_ fit: some DocumentedFit) -> JSONValue {
    let supports = fit.coefficientSupports
    return .object([
      "terms": .array(fit.estimated.map { .string(fit.coefficients[$0].term) }),
      "matrix": .array(
        fit.estimated.indices.map { row in
          .array(
            fit.estimated.indices.map { column in
              .about(
                people: fewest(supports[fit.estimated[row]], supports[fit.estimated[column]]),
                .optional(fit.covariance[row, column]))
            })
        }),
    ])
  }

  /// The smaller support of two coefficients.
  private static func fewest(_ a: Support, _ b: Support) -> Int {
    [a.fewest, b.fewest].filter { $0 > 0 }.min() ?? 0
  }

  static func model(_ fit: some DocumentedFit, _ own: [String: JSONValue?]) -> JSONValue {
    var members: [String: JSONValue?] = [
      "formula": .string(fit.formula.text), "reference_levels": references(fit.plan.referenceLevels),
      "conf_level": .number(fit.options.confidenceLevel),
      "coding": fit.plan.referenceLevels.isEmpty ? nil : .string(fit.options.coding.rawValue),
      "weights": weights(fit.options.weights),
    ]
    members.merge(own) { _, new in new }
    return .members(members)
  }

  static func weights(_ weights: Weights?) -> JSONValue? {
    weights.map { .object(["column": .string($0.column), "kind": .string($0.kind.rawValue)]) }
  }

  private static func references(_ levels: [String: String]) -> JSONValue {
    .object(levels.mapValues { .string($0) })
  }

  static func diagnostics(_ diagnostics: [Diagnostic]) -> JSONValue {
    .array(
      diagnostics.map {
        .object([
          "kind": .string($0.kind.rawValue), "severity": .string($0.severity.rawValue),
          "terms": .array($0.terms.map(JSONValue.string)), "message": .string($0.message),
        ])
      })
  }

  static func convergence(_ convergence: Convergence) -> JSONValue {
    .object([
      "converged": .bool(convergence.isConverged), "iterations": .integer(convergence.iterations),
      "criterion": .string(convergence.criterion), "value": .optional(convergence.value),
      "message": .string(convergence.message),
    ])
  }

  static func coordinates(_ coordinates: [GridCoordinate]) -> JSONValue {
    .object(
      Dictionary(coordinates.map { ($0.column, value($0.value)) }) { first, _ in first })
  }

  private static func value(_ value: GridValue) -> JSONValue {
    switch value {
    case .level(let level): .string(level)
    case .number(let number): .optional(number)
    }
  }

  static func test(
    name: String, term: String? = nil, method: String, kind: String, statistic: Double?, df: Double,
    dfDenominator: Double? = nil, pValue: Double?
  ) -> JSONValue {
    .object([
      "name": .string(name), "term": .optional(term), "method": .string(method),
      "statistic_kind": .string(kind),
      "statistic": .optional(statistic), "df": .optional(df), "df_denominator": .optional(dfDenominator),
      "p_value": .optional(pValue),
    ])
  }

  /// The means on the link's scale, then on the response's; slopes on the link's alone.
  ///
  /// Of models with random effects and a link they say where these stand: at zero, or averaged.
  static func means(
    _ means: MarginalMeans, link: Link, scale: String, population: [MarginalMeans.Mean]? = nil,
    isOfPerson: Bool = false
  ) -> JSONValue {
    let person = isOfPerson ? "zero" : nil
    var rows = means.means.map { mean($0, of: means, scale: scale, effects: person) }
    if link != .identity, means.quantity == .mean {
      rows += means.onResponseScale(link).map { mean($0, of: means, scale: "response", effects: person) }
      rows += (population ?? []).map { mean($0, of: means, scale: "response", effects: "averaged") }
    }
    return .array(rows)
  }

  /// A mean, or a slope of the column that it names.
  private static func mean(
    _ mean: MarginalMeans.Mean, of means: MarginalMeans, scale: String, effects: String?
  ) -> JSONValue {
    var slope: JSONValue?
    if case .slope(let column) = means.quantity { slope = .string(column) }
    return .about(
      people: mean.support.fewest,
      .members([
        "at": coordinates(mean.at), "held": coordinates(means.held), "weights": .string(means.weighting),
        "scale": .string(scale), "random_effects": effects.map(JSONValue.string),
        "slope_of": slope, "estimate": .optional(mean.estimate), "std_error": .optional(mean.standardError),
        "df": .optional(mean.degreesOfFreedom), "conf_low": .optional(mean.lower),
        "conf_high": .optional(mean.upper),
      ]))
  }

  static func contrasts(_ contrasts: Contrasts, scale: String = "response") -> JSONValue {
    .array(
      contrasts.contrasts.map { contrast in
        .about(
          people: contrast.support.fewest,
          .members([
            "contrast": .string(contrast.name), "at": coordinates(contrasts.held),
            "by": coordinates(contrast.by),
            "scale": .string(scale), "null": .integer(0), "side": .string("two"),
            "estimate": .optional(contrast.estimate), "std_error": .optional(contrast.standardError),
            "statistic": .optional(contrast.statistic), "df": .optional(contrast.degreesOfFreedom),
            "p_value": .optional(contrast.pValue), "conf_low": .optional(contrast.lower),
            "conf_high": .optional(contrast.upper), "adjustment": .string(contrasts.adjustment.rawValue),
            "family_size": .integer(contrasts.familySize), "p_adjusted": .optional(contrast.adjustedPValue),
            "conf_low_adjusted": .optional(contrast.adjustedLower),
            "conf_high_adjusted": .optional(contrast.adjustedUpper),
            "ratio": contrast.ratio.map { .optional($0.value) },
            "ratio_low": contrast.ratio.map { .optional($0.lower) },
            "ratio_high": contrast.ratio.map { .optional($0.upper) },
            "ratio_kind": contrast.ratio.map { .string($0.kind) },
            "ratio_low_adjusted": contrast.ratio.map { .optional($0.adjustedLower) },
            "ratio_high_adjusted": contrast.ratio.map { .optional($0.adjustedUpper) },
          ]))
      })
  }
}
