public import CohortTables

/// The scale on which a survival curve's confidence band is symmetric.
public enum BandTransform: String, Sendable, CaseIterable, Codable {
  /// `S exp(+-z se / S)`: R's default.
  case log
  /// `S^exp(+-z se / (S log S))`: SAS's default; stays within 0 and 1.
  case logLog = "log-log"
  /// `S +- z se`.
  case plain
}

/// The Kaplan-Meier estimator of survival, by group.
///
/// ```
/// S(t) = prod over event times s <= t of (1 - d_s / n_s)
/// ```
/// with Greenwood's variance `S(t)^2 sum d_s / (n_s (n_s - d_s))`. Frequency weights count a row that
/// many times. Near-tied times are settled first (see `EventTimes`).
///
/// - Complexity: O(rows log rows), for the sort; then one fold.
///
/// ## References
/// Kaplan and Meier (1958), JASA 53:457-481; Greenwood (1926); Kalbfleisch and Prentice (2002), sec. 1.4.
public struct KaplanMeier: Sendable {
  /// The formula: `Surv(time, status) ~ groups`.
  public let formula: Formula
  /// Options shared by all models.
  public var options: ModelOptions
  /// The scale of the band.
  public var transform: BandTransform

  /// A Kaplan-Meier estimator.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, transform: BandTransform = .log, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.transform = transform
    self.options = options
  }

  /// Estimates the curves.
  ///
  /// - Throws: `TableError`, `EstimationError`.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> SurvivalCurves {
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "curves are drawn by groups: write \(stratum) instead of strata(\(stratum))")
    }
    let frame = try ModelFrame(formula, table: table, options: options, design: .groups)
    let rows = try SurvivalRows(frame)
    let groups = try SurvivalGroups(formula, rows: rows, table: table)
    let counts = try executor.run(
      EventCounts(rows: rows, groups: groups.codes, groupCount: groups.labels.count),
      over: SurvivalSource(rows))
    let curves = groups.labels.indices.map { group in
      SurvivalCurve(
        group: groups.labels[group], counts: counts, column: group, times: rows.times, transform: transform,
        level: options.confidenceLevel)
    }
    return SurvivalCurves(
      formula: formula, options: options, transform: transform, curves: curves, rows: frame.accounting,
      diagnostics: frame.diagnostics + Diagnostic.dependence(frame.accounting))
  }
}

/// Kaplan-Meier curves of all groups.
public struct SurvivalCurves: Sendable {
  /// The formula.
  public let formula: Formula
  /// The options.
  public let options: ModelOptions
  /// The scale of the bands.
  public let transform: BandTransform
  /// One curve a group.
  public internal(set) var curves: [SurvivalCurve]
  /// What was read, used and left out.
  public let rows: RowAccounting
  /// What a reader must know.
  public let diagnostics: [Diagnostic]

  /// One line on how the curves were made.
  public var verdict: String {
    let level = Expression.text(of: (options.confidenceLevel * 100))
    return
      "Kaplan-Meier with Greenwood's variance, \(level)% bands on the \(transform.rawValue) scale"
      + "\(options.weightsPhrase); \(rows.used) rows, \(rows.events ?? 0) events."
  }
}
