public import CohortTables

/// Cumulative incidence of each cause of an event with the other causes at work, by group.
///
/// ```
/// F_j(t) = sum over event times s <= t of S(s-) d_js / n_s
/// ```
/// with S the survival free of all causes (Aalen and Johansen). The status column holds a level for censoring (the
/// first, or the one that `options.references` names) and one for each cause. Two variances are there:
/// - ``CurveVariance/aalen``: Aalen's, as `cmprsk::cuminc` computes it, with `(n - d) / (n - 1)` for tied events;
/// - ``CurveVariance/infinitesimalJackknife``: as R's `survfit` of several states; with clusters and sampling weights.
///
/// Without competing events F is 1 - S of Kaplan and Meier.
///
/// - Complexity: O(rows + times x causes).
///
/// ## References
/// Aalen and Johansen (1978), Scand. J. Statist. 5:141-150; Aalen (1978), Ann. Statist. 6:534-545; Gray (1988), Ann.
/// Statist. 16:1141-1154.
public struct AalenJohansen: Sendable {
  /// The formula: `Surv(time, status) ~ groups`, the status with several levels.
  public let formula: Formula
  /// Options shared by all models.
  public var options: ModelOptions
  /// The scale of the band.
  public var transform: BandTransform
  /// The variance; nil for Aalen's, and with sampling weights or clusters the infinitesimal jackknife.
  public var variance: CurveVariance?

  /// An estimator of cumulative incidence.
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

  /// Whether a formula's status column holds several kinds of events, so that curves are of incidence.
  ///
  /// - Throws: `TableError` where there is no such column.
  public static func isNeeded(for formula: Formula, in table: Table) throws -> Bool {
    switch formula.response {
    case .value: false
    case .survival(_, let status), .countingProcess(_, _, let status):
      try EventStatus.hasSeveralCauses(status, in: table)
    }
  }

  /// Estimates the curves of all causes.
  ///
  /// - Throws: `TableError`, `EstimationError`.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> StepCurves {
    let variance = self.variance ?? (options.needsRobustCurves ? .infinitesimalJackknife : .aalen)
    guard variance != .greenwood else {
      throw EstimationError(
        .unsupported,
        "Greenwood's variance is of survival; a cumulative incidence has Aalen's or the jackknife's")
    }
    guard variance != .aalen || options.weights?.kind != .sampling else {
      throw EstimationError(
        .unsupported, "Aalen's variance takes weights for counts, and sampling weights are none")
    }
    let history = try EventHistory(
      curves: formula, table, options: options, severalCauses: try Self.isNeeded(for: formula, in: table),
      executor: executor)
    let records = SurvivalRecords(history)
    let clusters = variance == .infinitesimalJackknife ? SurvivalClusters(records) : nil
    let curves = executor.gather(history.groups.count) { group in
      let table = LifeTable(records, block: group, causeCount: history.causes.count)
      return history.causes.indices.map { cause in
        let incidence = CauseIncidence(table, cause: cause)
        let variances =
          clusters.map { incidence.robustVariances(records, $0, block: group, table) }
          ?? incidence.aalenVariances(table)
        let name = history.causes[cause].isEmpty ? nil : history.causes[cause]
        return curve(records, table, incidence, variances, name, history.groups[group])
      }
    }
    return StepCurves(
      formula: formula, options: options, transform: transform, variance: variance,
      curves: curves.flatMap { $0 }, rows: history.accounting, diagnostics: history.diagnostics,
      estimator: "Aalen-Johansen cumulative incidence")
  }

  private func curve(
    _ records: SurvivalRecords, _ table: LifeTable, _ incidence: CauseIncidence, _ variances: [Double],
    _ cause: String?, _ group: [GridCoordinate]
  ) -> StepCurve {
    let band = SurvivalBand(transform: transform, level: options.confidenceLevel)
    let points = table.time.indices.map { k in
      let estimate = incidence.estimate[k]
      let error = variances[k].squareRoot()
      return StepCurve.point(
        records, table, k, events: table.events(k, cause: incidence.cause), estimate: estimate, error: error,
        limits: band.limits(survival: estimate, logVariance: variances[k] / (estimate * estimate)),
        cause: incidence.cause)
    }
    return StepCurve(
      kind: .cumulativeIncidence, group: group, cause: cause, points: points,
      confidenceLevel: options.confidenceLevel)
  }
}

/// The incidence of one cause and the survival free of all of them, at each time of a life table.
struct CauseIncidence: Sendable {
  /// The cause, numbered from 0.
  let cause: Int
  /// Incidence just after each time.
  private(set) var estimate: [Double] = []
  /// Survival just after each time.
  private(set) var survival: [Double] = []

  init(_ table: LifeTable, cause: Int) {
    self.cause = cause
    var (free, incidence) = (1.0, 0.0)
    for k in table.time.indices {
      incidence += free * table.events(k, cause: cause) / table.atRisk[k]
      if table.events(k) > 0 { free *= table.surviving(k) }
      estimate.append(incidence)
      survival.append(free)
    }
  }

  /// Survival just before a time.
  private func before(_ k: Int) -> Double { k == 0 ? 1 : survival[k - 1] }

  /// Aalen's variance.
  ///
  /// With `c = (n - d) / (n - 1)` and `g(s) = (F(t) - F(s)) / S(s)` it is the sum over times s up to t of
  /// `S(s-)^2 / n^2 [(1 - g)^2 c_1 d_1 + g^2 c_2 d_2]`, 1 the cause and 2 the others; expanded in powers of F(t) it
  /// takes three running sums.
  func aalenVariances(_ table: LifeTable) -> [Double] {
    var (constant, linear, square) = (0.0, 0.0, 0.0)
    return table.time.indices.map { k in
      let n = table.atRisk[k]
      let own = table.events(k, cause: cause)
      let others = table.events(k) - own
      let scale = before(k) * before(k) / (n * n)
      let after = survival[k]
      let inverse = after > 0 ? 1 / after : 0
      func add(_ events: Double, _ start: Double) {
        guard events > 0 else { return }
        let spread = scale * events * (events > 1 ? (n - events) / (n - 1) : 1)
        // The influence is start - F(t) / S(s): start holds 1 or 0, and F(s) / S(s).
        let value = start + estimate[k] * inverse
        constant += spread * value * value
        linear += spread * value * inverse
        square += spread * inverse * inverse
      }
      add(own, 1)
      if after > 0 { add(others, 0) }
      let incidence = estimate[k]
      return max(0, constant - 2 * incidence * linear + incidence * incidence * square)
    }
  }

  /// The infinitesimal jackknife's variance.
  ///
  /// An event at u moves F(t) by `S(u-) / n` if it is of the cause, and by `-(F(t) - F(u)) / (n - d)` since it takes
  /// survival away; being at risk moves it by less of both.
  func robustVariances(
    _ records: SurvivalRecords, _ clusters: SurvivalClusters, block: Int, _ table: LifeTable
  ) -> [Double] {
    var kernel = InfluenceSums.Kernel()
    kernel.cause = Int32(cause + 1)
    kernel.factor = estimate
    var jumps: [Double] = []
    for k in table.time.indices {
      let (n, d) = (table.atRisk[k], table.events(k))
      let isLast = table.isExhausted(k)
      let loss = isLast ? 0 : 1 / (n - d)
      let drift = isLast ? 0 : d / (n * (n - d))
      kernel.driftB.append(drift)
      kernel.jumpB.append(loss)
      kernel.driftP.append(before(k) * table.events(k, cause: cause) / (n * n) + estimate[k] * drift)
      kernel.jumpP.append(before(k) / n)
      jumps.append(estimate[k] * loss)
    }
    kernel.anyJumpP = jumps
    return InfluenceSums.variances(records, clusters, block: block, table, kernel)
  }
}
