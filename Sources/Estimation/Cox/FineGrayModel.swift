public import CohortTables
internal import Distributions
public import LinearAlgebra

/// The proportional subdistribution hazards model: covariates act on the cumulative incidence of one cause.
///
/// ```
/// P(T <= t, cause | x) = 1 - exp(-H(t) exp(x'beta))
/// ```
/// Who has had another event stays in the risk set, weighted by the probability to be still under observation (one
/// Kaplan-Meier curve for all). Censorings tied with events leave after them. Standard errors are sandwich errors that count the
/// estimation of that probability.
///
/// - Complexity: O(rows x columns^2) an iteration.
///
/// ## References
/// Fine and Gray (1999), JASA 94:496-509.
public struct FineGrayModel: Sendable {
  /// The formula: `Surv(time, status) ~ terms`, the status holding several kinds of events.
  public let formula: Formula
  /// The cause of interest: a value of the status column.
  public let cause: String
  /// The value of the status column that means censoring; nil for its first level.
  public var censoring: String?
  /// How tied events enter: Efron's or Breslow's.
  public var ties: TieMethod
  /// Options shared by all models; weights are not taken.
  public var options: ModelOptions

  /// A subdistribution hazard model.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, cause: String, censoring: String? = nil, ties: TieMethod = .efron,
    options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.cause = cause
    self.censoring = censoring
    self.ties = ties
    self.options = options
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError`, `EstimationError` for strata, weights, offsets or late entry, which it does not take, for a cause that
  ///   nobody has, and where there is nothing to estimate.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> FineGrayFit {
    guard case .survival(let timeColumn, let status) = formula.response, status.event == nil else {
      throw EstimationError(
        .unsupported,
        "a subdistribution hazard model needs Surv(time, status) with all kinds of events in the status column"
      )
    }
    let refused: [(String, Bool)] = [
      ("strata( )", !formula.strata.isEmpty), ("offsets", !formula.offsets.isEmpty),
      ("weights", options.weights != nil), ("discrete ties", ties == .discrete),
      ("clusters", options.cluster != nil),
    ]
    if let (what, _) = refused.first(where: \.1) {
      throw EstimationError(.notBuilt, "subdistribution hazard models do not take \(what)")
    }
    let read = try EventStatus(causesOf: status.column, reference: censoring, table: table)
    guard let place = read.causes.firstIndex(of: cause) else {
      throw EstimationError(
        .unknownLevel,
        "column '\(status.column)' has no cause '\(cause)'; it has \(read.causes.joined(separator: ", "))")
    }
    let times = try table.requireColumn(timeColumn).numericValues()
    try StatusReader(status, timeColumn: timeColumn, table: table).checkTimes(times)
    let codes = read.codes.map { $0 < 0 ? Double.nan : $0 == 0 ? 0 : Int($0) == place + 1 ? 1 : 2 }
    let checks = [
      RowScreen.Check(reason: "missing \(timeColumn)", test: .missingNumber(times)),
      RowScreen.Check(reason: "missing \(status.column)", test: .missingNumber(codes)),
    ]
    let labels = ResponseColumns.SurvivalLabels(checks: checks, diagnostics: read.diagnostics)
    let frame = try ModelFrame(
      formula, table: table, options: options, design: .columnsWithoutIntercept,
      response: .survival(time: times, event: codes.map { $0 == 1 ? 1 : $0.isNaN ? .nan : 0 }, labels),
      executor: executor)
    guard frame.plan.columnCount > 0 else {
      throw EstimationError(
        .unsupported,
        "the model needs at least one term; without terms cumulative incidence is estimated by --curve")
    }
    let used = Array(frame.usedRows)
    let all = SubdistributionRows(
      rows: used, time: used.map { times[$0] }, code: used.map { Int8(codes[$0]) }
    ) { frame.design.matrix(rows: $0) }
    guard all.eventCounts.contains(where: { $0 > 0 }) else {
      throw EstimationError(
        .noEvents, "\(table.source.displayName): none of the \(used.count) used rows has the event '\(cause)'"
      )
    }
    let zero = [Double](repeating: 0, count: all.middles.count)
    guard let atZero = SubdistributionLikelihood(all, zero, ties),
      (0..<zero.count).allSatisfy({ atZero.information[$0, $0].isFinite })
    else {
      throw EstimationError(
        .unusableColumn, "\(table.source.displayName): a covariate is too large to compute with")
    }
    let rounding = zero.indices.map { 1e-12 * (atZero.information[$0, $0] + atZero.meanProducts[$0, $0]) }
    let independent = try OrderedCholesky(
      atZero.information, tolerance: max(options.rankTolerance * options.rankTolerance, 1e-12),
      rounding: rounding)
    guard !independent.kept.isEmpty else {
      throw EstimationError(
        .notEstimable, "no term varies within the risk sets: there is nothing to estimate")
    }
    let rows = all.keeping(independent.kept)
    return try FineGrayFit(
      self, frame: frame, independent: independent, search: FineGraySearch(rows, ties), cause: cause)
  }
}

/// Newton's method with step halving.
struct FineGraySearch: Sendable {
  let start: SubdistributionLikelihood
  let end: SubdistributionLikelihood
  let covariance: Matrix
  let convergence: Convergence
  let isUnbounded: Bool

  init(_ rows: SubdistributionRows, _ ties: TieMethod) throws {
    guard var point = SubdistributionLikelihood(rows, [Double](repeating: 0, count: rows.middles.count), ties)
    else {
      throw EstimationError(.notEstimable, "the likelihood cannot be computed")
    }
    start = point
    var iterations = 0
    var decrement = Double.infinity
    var isConverged = false
    var movement = 0.0
    var factor = try CholeskyFactor(point.information)
    while iterations < CoxModel.mostIterations, !isConverged {
      let step = factor.solve(point.score)
      decrement = dotProduct(step, point.score)
      isConverged = decrement <= CoxModel.decrementTolerance
      let moved = rows.covariates * step
      movement = (moved.max() ?? 0) - (moved.min() ?? 0)
      if isConverged, movement > 0.1 { break }
      let limit = point.logLikelihood - 1e-12 * abs(point.logLikelihood)
      let next = halvingStep(step, from: point.beta) { beta -> SubdistributionLikelihood? in
        guard let found = SubdistributionLikelihood(rows, beta, ties), found.logLikelihood >= limit else {
          return nil
        }
        return found
      }
      guard let next else { break }
      point = next
      iterations += 1
      guard let renewed = try? CholeskyFactor(point.information) else { break }
      factor = renewed
    }
    end = point
    covariance = factor.inverse()
    isUnbounded = decrement <= 1e-6 && movement > 0.1
    let finished = isConverged && !isUnbounded
    convergence = Convergence(
      isConverged: finished, iterations: iterations, criterion: "squared Newton decrement U' I^-1 U",
      value: decrement,
      message: finished
        ? "converged after \(iterations) Newton steps"
        : isUnbounded
          ? "the likelihood has no maximum at finite coefficients"
          : "not converged after \(iterations) Newton steps")
  }
}

/// A fitted subdistribution hazard model.
public struct FineGrayFit: StoredFit {
  let core: FitCore
  /// Nil: z statistics.
  public var residualDegreesOfFreedom: Double? { nil }
  /// Subdistribution hazards.
  public var ratioKind: String? { "subdistribution" }
  /// The cause of interest.
  public let cause: String
  /// How tied events entered.
  public let ties: TieMethod
  /// The log pseudo-likelihood at 0.
  public let nullLogLikelihood: Double
  /// The log pseudo-likelihood at the estimates.
  public let logLikelihood: Double
  /// How the iteration ended.
  public let convergence: Convergence
  /// The covariance of sandwich errors that take the probability to be under observation as known, as R's finegray with clusters.
  public let covarianceWithKnownWeights: Matrix
  /// The covariance from the information, which is right for no data: rows with other events count more than once.
  public let modelCovariance: Matrix
  let likelihood: SubdistributionLikelihood

  init(
    _ model: FineGrayModel, frame: ModelFrame, independent: OrderedCholesky, search: FineGraySearch,
    cause: String
  ) throws {
    self.cause = cause
    ties = model.ties
    nullLogLikelihood = search.start.logLikelihood
    logLikelihood = search.end.logLikelihood
    convergence = search.convergence
    likelihood = search.end
    let influence = SubdistributionInfluence(search.end)
    let covariance = ((influence.known + influence.estimated) * search.covariance).crossProduct()
    covarianceWithKnownWeights = (influence.known * search.covariance).crossProduct()
    modelCovariance = search.covariance
    let names = frame.plan.columnNames
    let unbounded = search.isUnbounded ? independent.kept.map { names[$0] } : []
    let beta = search.end.beta
    let coefficients = Coefficient.all(names, estimated: independent.kept, unbounded: unbounded) {
      column, k in
      .wald(
        term: names[column], estimate: beta[k], variance: covariance[k, k], degreesOfFreedom: nil,
        level: frame.options.confidenceLevel, ratioKind: "subdistribution")
    }
    var notes = Diagnostic.aliased(
      frame.plan, kept: independent.kept,
      "determined by earlier terms or constant within the risk sets, left out")
    if search.isUnbounded {
      notes.append(
        Diagnostic(
          .monotoneLikelihood, .serious, terms: unbounded,
          "some coefficient grows without bound: the events of '\(cause)' are split by the terms; merge levels or leave terms out"
        ))
    } else if !search.convergence.isConverged {
      notes.append(
        Diagnostic(.notConverged, .serious, "\(search.convergence.message): do not use these estimates"))
    }
    let events = search.end.rows.eventCounts.reduce(0, +)
    if events < 10 * beta.count {
      notes.append(
        Diagnostic(
          .smallSample, .caution,
          "\(events) events for \(beta.count) coefficients, fewer than 10 for each: limits are approximate"))
    }
    notes.append(
      Diagnostic(
        .assumption, .note,
        "subdistribution hazard ratios tell the direction of effects on the cumulative incidence of '\(cause)', through the hazards of "
          + "the other causes too; for mechanisms fit cause-specific hazards, Surv(time, status == \"\(cause)\")"
      ))
    core = FitCore(
      frame: frame.summary, rows: frame.accounting, estimated: independent.kept,
      aliasing: independent.aliasing,
      covariance: covariance, coefficients: coefficients,
      diagnostics: frame.diagnostics + Diagnostic.dependence(frame.accounting) + notes)
  }

  /// The number of events of the cause.
  public var eventCount: Int { likelihood.rows.eventCounts.reduce(0, +) }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let worst = notes.map(\.severity).max() ?? .note
    let end = worst == .note ? convergence.message : "\(convergence.message); see the notes below"
    return
      "Subdistribution hazards of '\(cause)' (Fine and Gray), \(ties.name) ties, censorings after events; z tests, sandwich "
      + "standard errors that count the estimated weights; \(end)."
  }

  /// The predicted cumulative incidence at given covariates; columns not named are held at means, factors at reference levels.
  ///
  /// - Returns: For each combination of values its coordinates, and at each time with an event of the cause the cumulative incidence with
  ///   limits on the log-log scale.
  /// - Throws: `EstimationError` for columns that are not in the model.
  public func cumulativeIncidence(at values: [String: [GridValue]] = [:]) throws -> [PredictedIncidence] {
    let grid = try CovariatePoints(self, values, middles: likelihood.rows.middles, beta: likelihood.beta)
    let variances = HazardInfluence(likelihood, modelCovariance)
    let critical = NormalDistribution().criticalValue(confidenceLevel: options.confidenceLevel)
    return grid.points.map { point in
      PredictedIncidence(
        covariates: point.coordinates,
        points: likelihood.steps.indices.filter { likelihood.steps[$0] != nil }.map { k in
          let hazard = likelihood.hazard[k] * exponential(point.predictor)
          // Of log H + eta.
          let error = variances.logStandardError(k, point.difference)
          func incidence(_ shift: Double) -> Double { 1 - exponential(-hazard * exponential(shift)) }
          return PredictedIncidence.Point(
            time: likelihood.rows.times[k], estimate: incidence(0),
            standardError: hazard * exponential(-hazard) * error, lower: incidence(-critical * error),
            upper: incidence(critical * error))
        })
    }
  }
}

/// The cumulative incidence of a cause that a model predicts.
public struct PredictedIncidence: Sendable, Equatable {
  /// A time with an event of the cause.
  public struct Point: Sendable, Equatable {
    /// The time.
    public let time: Double
    /// The cumulative incidence.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// Lower limit.
    public let lower: Double
    /// Upper limit.
    public let upper: Double
  }

  /// The columns that were set.
  public let covariates: [GridCoordinate]
  /// The steps.
  public let points: [Point]
}

/// What each row moves the baseline cumulative hazard and the coefficients by.
private struct HazardInfluence {
  let likelihood: SubdistributionLikelihood
  /// Rows x columns, on the coefficients.
  private let coefficients: Matrix
  private let means: Matrix

  init(_ likelihood: SubdistributionLikelihood, _ covariance: Matrix) {
    self.likelihood = likelihood
    let influence = SubdistributionInfluence(likelihood)
    coefficients = (influence.known + influence.estimated) * covariance
    let columns = likelihood.beta.count
    var means = Matrix(rowCount: likelihood.rows.timeCount, columnCount: columns)
    for j in 0..<columns {
      var sum = 0.0
      for k in 0..<likelihood.rows.timeCount {
        if let step = likelihood.steps[k] {
          sum += step.squares * likelihood.totals[k, j] - step.mixed * likelihood.owns[k, j]
        }
        means[k, j] = sum
      }
    }
    self.means = means
  }

  /// The standard error of `log H(t) + d'beta`.
  func logStandardError(_ last: Int, _ difference: [Double]) -> Double {
    let rows = likelihood.rows
    let total = likelihood.hazard[last]
    guard total > 0 else { return 0 }
    var own = [Double](repeating: 0, count: rows.rows.count)
    // `int dM / S` up to the horizon: events, those at risk, and those with other events through their weights.
    var (squares, weighted) = (0.0, 0.0)
    var (atTime, weightedAt) = (
      [Double](repeating: 0, count: rows.timeCount), [Double](repeating: 0, count: rows.timeCount)
    )
    for k in 0..<rows.timeCount {
      if k <= last, let step = likelihood.steps[k] {
        squares += step.squares
        weighted += rows.observed[k] * step.squares
      }
      (atTime[k], weightedAt[k]) = (squares, weighted)
    }
    var (left, compensator) = (0.0, 0.0)
    for k in 0..<rows.timeCount {
      let step = k <= last ? likelihood.steps[k] : nil
      let events = rows.starts[k] + rows.eventCounts[k]
      for i in rows.starts[k]..<events {
        if let step { own[i] += step.hazard / Double(rows.eventCounts[k]) + likelihood.risk[i] * step.mixed }
      }
      for i in rows.starts[k]..<rows.starts[k + 1] { own[i] -= likelihood.risk[i] * atTime[k] }
      for i in rows.others(k) {
        own[i] -= likelihood.risk[i] / rows.observed[k] * (weighted - weightedAt[k])
        left += likelihood.risk[i] / rows.observed[k]
      }
      // The weights' own estimation.
      let censored = rows.others(k).upperBound..<rows.starts[k + 1]
      let atRisk = Double(rows.rows.count - censored.lowerBound)
      let jump = censored.isEmpty ? 0 : left * (weighted - weightedAt[k]) / atRisk
      for i in rows.starts[k]..<censored.lowerBound { own[i] -= compensator }
      if !censored.isEmpty { compensator += jump * Double(censored.count) / atRisk }
      for i in censored { own[i] += jump - compensator }
    }
    var variance = 0.0
    for i in own.indices {
      var value = own[i] / total
      for j in difference.indices { value += coefficients[i, j] * (difference[j] - means[last, j] / total) }
      variance += value * value
    }
    return variance.squareRoot()
  }
}
