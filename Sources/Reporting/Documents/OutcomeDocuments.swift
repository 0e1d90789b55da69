import CohortTables
import Estimation
public import Outcomes

extension TidyTable {
  /// One row a person; rows are made when they are asked for.
  public init(_ trends: PersonTrends, columns: [TrendColumn] = TrendColumn.standard) {
    self.init(
      name: "trends", title: "Trend of each person (slope per \(trends.slopeUnit.rawValue))",
      columns: columns.map(\.rawValue), chunks: trends.chunks, holdsPersons: true
    ) { trends.columns(columns, of: $0) }
  }

  /// How often visits are not on track, beside how often they should be.
  public init(_ calibration: BandCalibration) {
    self.init(
      name: "on_track_calibration", title: "Visits not on track, beside the share that should be",
      columns: ["by", "part", "people", "visits", "nominal", "observed", "conf_low", "conf_high"],
      rows: calibration.groups.map { group in
        [
          .text(group.by), .text(group.part), .integer(group.people), .integer(group.visits),
          .optional(group.nominal), .optional(group.observed), .optional(group.lower), .optional(group.upper),
        ]
      })
  }

  /// A norm, as it is read again.
  public init(_ norm: RecoveryNorm) {
    self.init(
      name: "norm", title: "Expected recovery by first score",
      columns: ["baseline_from", "baseline_to", "week", "expected", "limit"],
      rows: norm.rows.map {
        [
          .number($0.baselineFrom), .number($0.baselineTo), .number($0.week), .number($0.band.expected),
          .number($0.band.limit),
        ]
      })
  }

  /// The trends by arm.
  public init(summaryOf trends: PersonTrends) {
    self.init(
      name: "by_arm", title: "Trends by arm (slope per \(trends.slopeUnit.rawValue))",
      columns: [
        "arm", "people", "with_slope", "mean_slope", "sd_slope", "conf_low", "conf_high", "median_slope",
        "followed_up", "mean_change",
        "mean_change_low", "mean_change_high", "falling_share", "response_share", "remission_share",
        "reliably_improved_share",
        "reliably_worse_share", "response_base", "remission_base", "reliable_base",
      ],
      rows: trends.summaries.map { row in
        [
          .text(row.arm ?? "all"), .integer(row.people), .integer(row.withSlope), .optional(row.meanSlope),
          .optional(row.slopeStandardDeviation), .optional(row.lower), .optional(row.upper),
          .optional(row.medianSlope), .integer(row.followedUp),
          .optional(row.meanChange), .optional(row.meanChangeLower), .optional(row.meanChangeUpper),
          .optional(row.fallingShare), .optional(row.responseShare), .optional(row.remissionShare),
          .optional(row.reliablyImprovedShare), .optional(row.reliablyWorseShare),
          .integer(row.responseBase), .integer(row.remissionBase), .integer(row.reliableBase),
        ]
      })
    // All people together, less the other arms, are the smallest arm.
    var result = empty
    for (cells, summary) in zip(rows, trends.summaries) {
      result.append(cells, people: summary.arm == nil ? trends.smallestArm : nil)
    }
    self = result
  }

  /// Observed means by arm and time.
  public init(_ trajectories: [MeanTrajectory]) {
    self.init(
      name: "mean_trajectories", title: "Observed mean scores",
      columns: ["arm", "time", "people", "mean", "conf_low", "conf_high"],
      rows: trajectories.flatMap { trajectory in
        trajectory.points.map { point in
          [
            .text(trajectory.arm ?? "all"), .number(point.time), .integer(point.people), .number(point.mean),
            .optional(point.lower), .optional(point.upper),
          ]
        }
      })
  }

  /// The risk of relapse at horizons.
  public init(_ risks: [RelapseAnalysis.Risk]) {
    self.init(
      name: "risks", title: "Risk of the event up to each horizon",
      columns: ["group", "horizon", "n_risk", "estimate", "std_error", "conf_low", "conf_high"],
      rows: risks.map { risk in
        [
          .text(risk.group), .number(risk.horizon), .optional(risk.atRisk), .optional(risk.estimate),
          .optional(risk.standardError), .optional(risk.lower), .optional(risk.upper),
        ]
      })
  }
}

extension PersonTrends {
  /// The fewest people of an arm that anything in the summary rests on; nil without arms.
  fileprivate var smallestArm: Int? {
    summaries.filter { $0.arm != nil }.flatMap {
      [$0.people, $0.withSlope, $0.followedUp, $0.responseBase, $0.remissionBase, $0.reliableBase]
    }.filter { $0 > 0 }.min()
  }
}

extension ResultDocument {
  /// The trends of people: the rows themselves first, or only the summary.
  ///
  /// - Parameters:
  ///   - trends: The trends.
  ///   - people: The rows of persons, where they were asked for.
  ///   - tracked: Whether to tell how well the bands fit by which people are not on track.
  ///   - provenance: Where the result comes from.
  ///   - gate: The gate that the document will pass; sentences about fewer people are not made.
  public init(
    _ trends: PersonTrends, people: TidyTable? = nil, tracked: Bool = false, provenance: Provenance,
    gate: DisclosureGate = .off
  ) {
    let summary = TidyTable(summaryOf: trends)
    let answer = TrendAnswer(trends, least: gate.threshold)
    let statements = answer.statements + [answer.caveat]
    let calibration = tracked ? trends.calibration.map { TidyTable($0) } : nil
    let notes = (people == nil ? [] : trends.shrinkageNotes) + (tracked ? trends.progressNotes : [])
    self.init(
      title: "Individual trends", verdict: trends.verdict,
      tables: [people, summary, calibration].compactMap(\.self),
      diagnostics: notes, accounting: [("trends", trends.rows)],
      json: .members([
        "schema": .string("tandem.trends/1"), "statements": .array(statements.map(JSONValue.string)),
        "model": .object([
          "kind": .string("person_trends"), "slope_unit": .string(trends.slopeUnit.rawValue),
          "instrument": .optional(trends.instrument?.name), "conf_level": .number(trends.confidenceLevel),
          "rules": .optional(trends.instrument?.source),
        ]),
        "rows": ContractJSON.rows(trends.rows), "summary": summary.json,
        "people": people?.json, "on_track_calibration": calibration?.json,
        "diagnostics": ContractJSON.diagnostics(notes), "provenance": provenance.json,
        "verdict": .string(trends.verdict),
      ]))
    if let axis = trends.timeAxis { self = stating(axis) }
  }

  /// A relapse analysis.
  public init(_ analysis: RelapseAnalysis, statements: [String], provenance: Provenance) {
    let comparisons = analysis.comparisonTables
    var tables = [TidyTable(analysis.risks)]
    let arms = ArmPeople(analysis.curves.rows)
    if let contrasts = analysis.hazardContrasts {
      tables.append(
        TidyTable(contrasts).knowing(arms).renamed(
          "hazard_contrasts", "Differences of log hazards between arms"))
    }
    tables += comparisons
    if let adjusted = analysis.adjusted {
      tables.append(TidyTable(coefficientsOf: adjusted).renamed("cox_adjusted", "Hazard ratios, adjusted"))
    }
    if let crude = analysis.crude {
      tables.append(TidyTable(coefficientsOf: crude).renamed("cox_crude", "Hazard ratios, crude"))
    }
    if let test = analysis.logRank { tables.append(TidyTable(test)) }
    tables += [TidyTable(quantilesOf: analysis.curves), TidyTable(analysis.curves)]
    // What the curves and the Cox model both say is said once.
    let notes = (analysis.diagnostics + ((analysis.adjusted ?? analysis.crude)?.diagnostics ?? []))
      .reduce(into: [Diagnostic]()) { if !$0.contains($1) { $0.append($1) } }
    func nested(_ fit: CoxFit?) -> JSONValue? {
      fit.map { ResultDocument($0, provenance: provenance).annotated }
    }
    self.init(
      title: "Relapse", verdict: analysis.verdict, statements: statements, tables: tables, diagnostics: notes,
      accounting: [("curves", analysis.curves.rows)]
        + (analysis.adjusted.map { [("adjusted hazard ratios", $0.rows)] } ?? []),
      json: .members([
        "schema": .string("tandem.relapse/1"), "statements": .array(statements.map(JSONValue.string)),
        "rows": ContractJSON.rows(analysis.curves.rows), "curves": ContractJSON.curves(analysis.curves),
        "risks": tables[0].json, "tests": .array(analysis.logRank.map { [ContractJSON.logRank($0)] } ?? []),
        "cox_crude": nested(analysis.crude), "cox_adjusted": nested(analysis.adjusted),
        "contrasts": analysis.hazardContrasts.map { ContractJSON.contrasts($0, scale: "log_hazard") },
        "comparisons": .members(
          Dictionary(comparisons.map { ($0.name, Optional($0.json)) }) { first, _ in first }),
        "diagnostics": ContractJSON.diagnostics(notes), "provenance": provenance.json,
        "verdict": .string(analysis.verdict),
      ]))
  }

  /// A comparison of arms.
  public init(_ comparison: TreatmentComparison, answer: ComparisonAnswer?, provenance: Provenance) {
    let means = Self.stacked(comparison) { TidyTable($0.means).knowing(ArmPeople($0.fit.rows)) }
    let contrasts = Self.stacked(comparison) { TidyTable(comparison: $0) }
    let statements = (answer?.statements ?? []) + [answer?.caveat].compactMap { $0 }.filter { !$0.isEmpty }
    self.init(
      title: "Comparison of arms", verdict: comparison.verdict, statements: statements,
      tables: [contrasts, means].compactMap { $0 }, diagnostics: comparison.diagnostics,
      accounting: [("visits", comparison.visits.rows)]
        + comparison.analyses.filter(\.isAdjusted).map {
          ($0.name(unit: comparison.visits.unit), $0.fit.rows)
        },
      json: .members([
        "schema": .string("tandem.compare/1"), "focus": .string(comparison.question.focus),
        "assignment": .array(
          comparison.question.assignment.map {
            .object(["treatment": .string($0.treatment), "randomised": .bool($0.isRandomised)])
          }),
        "baseline": .string(comparison.question.baseline.name),
        "window": .optional(comparison.question.window),
        "time_unit": .string(comparison.visits.unit.rawValue),
        "rows": ContractJSON.rows(comparison.visits.rows),
        "analyses": .array(comparison.analyses.map { Self.json($0, comparison, provenance) }),
        "findings": .array(
          (answer?.parts ?? []).map {
            .object([
              "comparator": .string($0.comparator), "finding": .string($0.finding.rawValue),
              "sentence": .string($0.sentence),
            ])
          }),
        "statements": .array(statements.map(JSONValue.string)),
        "diagnostics": ContractJSON.diagnostics(comparison.diagnostics), "provenance": provenance.json,
        "verdict": .string(comparison.verdict),
      ]))
    if let axis = comparison.visits.timeAxis { self = stating(axis) }
  }

  private static func json(
    _ analysis: TreatmentComparison.Analysis, _ comparison: TreatmentComparison, _ provenance: Provenance
  ) -> JSONValue {
    .object([
      "name": .string(analysis.name(unit: comparison.visits.unit)), "horizon": .optional(analysis.horizon),
      "adjusted": .bool(analysis.isAdjusted), "complete_case": .bool(analysis.horizon != nil),
      "headline": .bool(analysis.horizon == nil && analysis.isAdjusted),
      "fit": ResultDocument(
        analysis.fit, means: analysis.means, contrasts: analysis.contrasts, provenance: provenance
      ).annotated,
      "contrasts_holm": ContractJSON.contrasts(analysis.holm),
    ])
  }

  /// The same table of every analysis, one under the other.
  private static func stacked(
    _ comparison: TreatmentComparison, _ table: (TreatmentComparison.Analysis) -> TidyTable
  ) -> TidyTable? {
    var result: TidyTable?
    for analysis in comparison.analyses {
      let own = table(analysis).prefixed([
        ("analysis", .text(analysis.horizon == nil ? "mean over follow-up" : "complete cases")),
        ("horizon", .optional(analysis.horizon)), ("adjusted", .text(analysis.isAdjusted ? "yes" : "no")),
      ])
      if result == nil { result = TidyTable(name: own.name, title: own.title, columns: own.columns) }
      for (row, people) in zip(own.rows, own.people) { result?.append(row, people: people) }
    }
    return result
  }
}

extension TidyTable {
  /// The contrasts of one analysis with both adjusted p-values.
  init(comparison analysis: TreatmentComparison.Analysis) {
    let main = TidyTable(analysis.contrasts)
    self.init(
      name: "contrasts", title: "Differences between arms", columns: main.columns + ["p_holm"],
      rows: zip(main.rows, analysis.holm.contrasts).map { $0 + [.optional($1.adjustedPValue)] })
    self = resting(on: analysis.contrasts.contrasts.map(\.support)).knowing(ArmPeople(analysis.fit.rows))
  }

  /// The same table under another name.
  func renamed(_ name: String, _ title: String) -> TidyTable {
    mapped(name: name, title: title)
  }
}
