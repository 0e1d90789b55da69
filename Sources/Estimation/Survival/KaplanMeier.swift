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

/// How the variance of a curve is estimated.
public enum CurveVariance: String, Sendable, CaseIterable, Codable {
  /// Greenwood's, for survival.
  case greenwood
  /// Aalen's: of a cumulative hazard `sum d / n^2`, of a cumulative incidence as `cmprsk::cuminc` has it.
  case aalen
  /// Sums over rows or clusters of squared influences, as R's `survfit` has it with `robust` or `id`.
  case infinitesimalJackknife = "infinitesimal_jackknife"

  /// For the line that says how curves were made.
  var phrase: String {
    switch self {
    case .greenwood: "Greenwood's variance"
    case .aalen: "Aalen's variance"
    case .infinitesimalJackknife: "robust variance (infinitesimal jackknife)"
    }
  }
}

/// The Kaplan-Meier estimator of survival, by group.
///
/// ```
/// S(t) = prod over event times s <= t of (1 - d_s / n_s)
/// ```
/// with Greenwood's variance `S(t)^2 sum d_s / (n_s (n_s - d_s))`. Frequency weights count a row that
/// many times; with sampling weights and clusters errors are robust (infinitesimal jackknife, see `InfluenceSums`). With
/// `Surv(start, stop, status)` a row is at risk from just after `start` (left truncation, rows cut at changes of group).
/// Near-tied times are settled first (see `EventTimes`).
///
/// - Complexity: O(rows): times are sorted by radix; groups are computed in parallel.
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
  /// The variance; nil for Greenwood's, and with sampling weights or clusters the infinitesimal jackknife.
  public var variance: CurveVariance?

  /// A Kaplan-Meier estimator.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, transform: BandTransform = .log, variance: CurveVariance? = nil,
    options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.transform = transform
    self.variance = variance
    self.options = options
  }

  /// Estimates the curves.
  ///
  /// - Throws: `TableError`, `EstimationError`.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> SurvivalCurves {
    let history = try EventHistory(curves: formula, table, options: options, executor: executor)
    let records = SurvivalRecords(history)
    let variance = self.variance ?? (options.needsRobustCurves ? .infinitesimalJackknife : .greenwood)
    if variance == .greenwood, options.weights?.kind == .sampling {
      throw EstimationError(
        .unsupported, "Greenwood's variance takes weights for counts, and sampling weights are none")
    }
    let clusters = variance == .infinitesimalJackknife ? SurvivalClusters(records) : nil
    let curves = executor.gather(history.groups.count) { group in
      SurvivalCurve(
        records, block: group, group: history.groups[group], transform: transform,
        level: options.confidenceLevel, clusters: clusters)
    }
    return SurvivalCurves(
      formula: formula, options: options, transform: transform, variance: variance, curves: curves,
      rows: history.accounting, diagnostics: history.diagnostics)
  }
}

extension ModelOptions {
  /// Whether curves have robust errors where nothing is said: with sampling weights and clusters.
  var needsRobustCurves: Bool { weights?.kind == .sampling || cluster != nil }
}

extension EventHistory {
  /// The rows of curves, which are drawn by groups and have no strata.
  init(
    curves formula: Formula, _ table: Table, options: ModelOptions, severalCauses: Bool = false,
    executor: some FoldExecutor
  ) throws {
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "curves are drawn by groups: write \(stratum) instead of strata(\(stratum))")
    }
    try self.init(formula, table, options: options, severalCauses: severalCauses, executor: executor)
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
  /// How variances were made.
  public let variance: CurveVariance
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
      "Kaplan-Meier with \(variance.phrase), \(level)% bands on the \(transform.rawValue) scale"
      + "\(options.weightsPhrase); \(rows.used) rows, \(rows.events ?? 0) events."
  }
}
