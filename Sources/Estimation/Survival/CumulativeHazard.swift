public import CohortTables
internal import Distributions

/// The Nelson-Aalen estimator of the cumulative hazard, by group.
///
/// ```
/// H(t) = sum over event times s <= t of d_s / n_s
/// ```
/// with variance `sum d / n^2` (Aalen). Fleming and Harrington's version takes tied events one after the other:
/// d events among n add `1/n + 1/(n - 1) + ... + 1/(n - d + 1)`, with the sum of squares as variance; it is R's
/// `survfit(ctype = 2)`, and exp(-H) is then near the Kaplan-Meier curve. With sampling weights or clusters the error of
/// Nelson and Aalen's is the infinitesimal jackknife.
///
/// - Complexity: O(rows), plus the events for Fleming and Harrington's.
///
/// ## References
/// Nelson (1972), Technometrics 14:945-966; Aalen (1978), Ann. Statist. 6:701-726; Fleming and Harrington (1984), Comm.
/// Statist. 13:2469-2486.
public struct CumulativeHazard: Sendable {
  /// What tied events add.
  public enum Ties: String, Sendable, CaseIterable, Codable {
    /// `d / n`: R's `ctype = 1`.
    case nelsonAalen = "nelson-aalen"
    /// One after the other: R's `ctype = 2`.
    case flemingHarrington = "fleming-harrington"
  }

  /// The formula: `Surv(time, status) ~ groups`.
  public let formula: Formula
  /// Options shared by all models.
  public var options: ModelOptions
  /// The scale of the band: log or plain.
  public var transform: BandTransform
  /// What tied events add.
  public var ties: Ties
  /// The variance; nil for Aalen's, and with sampling weights or clusters the infinitesimal jackknife.
  public var variance: CurveVariance?

  /// An estimator of the cumulative hazard.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, ties: Ties = .nelsonAalen, transform: BandTransform = .log,
    variance: CurveVariance? = nil,
    options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.ties = ties
    self.transform = transform
    self.variance = variance
    self.options = options
  }

  /// Estimates the curves.
  ///
  /// - Throws: `TableError`, `EstimationError`.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> StepCurves {
    let variance = self.variance ?? (options.needsRobustCurves ? .infinitesimalJackknife : .aalen)
    guard variance != .greenwood else {
      throw EstimationError(
        .unsupported, "Greenwood's variance is of survival; a cumulative hazard has Aalen's")
    }
    guard variance == .aalen || ties == .nelsonAalen else {
      throw EstimationError(
        .unsupported, "robust errors are those of Nelson and Aalen's estimator: take ties nelson-aalen")
    }
    let history = try EventHistory(curves: formula, table, options: options, executor: executor)
    let band = try CountBand(
      transform: transform,
      critical: NormalDistribution().criticalValue(confidenceLevel: options.confidenceLevel))
    let records = SurvivalRecords(history)
    let clusters = variance == .infinitesimalJackknife ? SurvivalClusters(records) : nil
    let curves = executor.gather(history.groups.count) { group in
      curve(records, clusters, group, history.groups[group], band)
    }
    return StepCurves(
      formula: formula, options: options, transform: transform, variance: variance, curves: curves,
      rows: history.accounting, diagnostics: history.diagnostics,
      estimator: ties == .nelsonAalen
        ? "Nelson-Aalen cumulative hazard"
        : "Fleming-Harrington cumulative hazard (tied events one after the other)")
  }

  private func curve(
    _ records: SurvivalRecords, _ clusters: SurvivalClusters?, _ block: Int, _ group: [GridCoordinate],
    _ band: CountBand
  ) -> StepCurve {
    let table = LifeTable(records, block: block)
    let robust = clusters.map { StepCurve.meanVariances(records, $0, block: block, table) }
    var (hazard, sum) = (0.0, 0.0)
    let points = table.time.indices.map { k in
      let step = increment(table, k)
      hazard += step.hazard
      sum += step.variance
      let error = (robust?[k] ?? sum).squareRoot()
      return StepCurve.point(
        records, table, k, events: table.byCause[k], estimate: hazard, error: error,
        limits: band.limits(hazard, error: error))
    }
    return StepCurve(
      kind: .cumulativeHazard, group: group, points: points, confidenceLevel: options.confidenceLevel)
  }

  /// What the events at a time add to the hazard and its variance.
  private func increment(_ table: LifeTable, _ k: Int) -> (hazard: Double, variance: Double) {
    let (n, d) = (table.atRisk[k], table.byCause[k])
    guard d > 0 else { return (0, 0) }
    guard ties == .flemingHarrington else { return (d / n, d / (n * n)) }
    // Weighted events that are not copies leave one row at a time, each with the mean weight.
    let rows = options.weights?.kind == .sampling ? table.cells[k].events : Int(d)
    let each = d / Double(rows)
    var (hazard, variance) = (0.0, 0.0)
    for place in 0..<rows {
      let left = n - Double(place) * each
      hazard += each / left
      variance += each / (left * left)
    }
    return (hazard, variance)
  }
}

extension StepCurve {
  /// Robust variances of `sum d / n`, of a cumulative hazard or a mean number of events.
  static func meanVariances(
    _ records: SurvivalRecords, _ clusters: SurvivalClusters, block: Int, _ table: LifeTable
  ) -> [Double] {
    var kernel = InfluenceSums.Kernel()
    for k in table.time.indices {
      let n = table.atRisk[k]
      kernel.driftB.append(table.byCause[k] / (n * n))
      kernel.jumpB.append(1 / n)
    }
    return InfluenceSums.variances(records, clusters, block: block, table, kernel)
  }

  /// A point of a curve at the k-th time of a life table.
  static func point(
    _ records: SurvivalRecords, _ table: LifeTable, _ k: Int, events: Double, estimate: Double,
    error: Double?,
    limits: (lower: Double?, upper: Double?), cause: Int = 0
  ) -> Point {
    Point(
      time: records.times[Int(table.time[k])], atRisk: table.atRisk[k], events: events,
      censored: table.censored[k],
      entered: table.entered.isEmpty ? nil : table.entered[k], estimate: estimate, standardError: error,
      lower: limits.lower, upper: limits.upper,
      cells: records.weightsAreCopies ? nil : table.cells(k, cause: cause))
  }
}
