internal import Distributions
public import LinearAlgebra

/// A fitted proportional-hazards model.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``.
public struct CoxFit: StoredFit {
  let core: FitCore
  /// Nil: z statistics.
  public var residualDegreesOfFreedom: Double? { nil }
  /// Hazards.
  public var ratioKind: String? { "hazard" }
  /// How tied events entered.
  public let ties: TieMethod
  /// The log partial likelihood at 0.
  public let nullLogLikelihood: Double
  /// The log partial likelihood at the estimates.
  public let logLikelihood: Double
  /// Likelihood ratio, score and Wald tests that all coefficients are 0.
  public let globalTests: [GlobalTest]
  /// How the iteration ended.
  public let convergence: Convergence
  /// Whether standard errors are robust.
  public let isRobust: Bool
  /// The covariance from the information, whatever standard errors rest on.
  public let modelCovariance: Matrix
  /// The sorted rows with the estimated covariates.
  let riskRows: RiskRows
  /// The independent units of robust errors; nil where rows are.
  let units: RobustUnits?
  /// The estimated coefficients as the search left them, also where they grow without bound.
  let beta: [Double]

  /// A chi-squared test of all coefficients at once.
  public struct GlobalTest: Sendable, Equatable {
    /// lr, score or wald.
    public let method: String
    /// The chi-squared statistic.
    public let statistic: Double
    /// Degrees of freedom.
    public let df: Double
    /// The upper tail probability.
    public let pValue: Double
  }

  /// Estimated coefficients.
  public var parameterCount: Int { estimated.count }
  /// `-2 logLik + 2 parameters`.
  public var aic: Double { -2 * logLikelihood + 2 * Double(parameterCount) }
  /// `-2 logLik + log(events) parameters`, as R.
  public var bic: Double { -2 * logLikelihood + logarithm(eventCount) * Double(parameterCount) }
  /// The number of events, with frequency weights their sum.
  public let eventCount: Double

  init(
    frame: ModelFrame, model: CoxModel, independent: OrderedCholesky, search: CoxSearch, units: RobustUnits?,
    executor: some FoldExecutor
  ) throws {
    let rows = search.rows
    let events = rows.eventTotal
    eventCount = events
    ties = model.ties
    riskRows = rows
    self.units = units
    nullLogLikelihood = search.start.logLikelihood
    logLikelihood = search.end.logLikelihood
    convergence = search.convergence
    let beta = search.end.beta
    self.beta = beta
    modelCovariance = search.covariance
    let robust = try units.map { try Self.robust(search, model.ties, $0, executor) }
    let covariance = robust ?? search.covariance
    isRobust = robust != nil
    let names = frame.plan.columnNames
    let unbounded = search.unbounded.map { names[independent.kept[$0]] }
    let coefficients = Coefficient.all(names, estimated: independent.kept, unbounded: unbounded) {
      column, k in
      .wald(
        term: names[column], estimate: beta[k], variance: covariance[k, k], degreesOfFreedom: nil,
        level: frame.options.confidenceLevel, modelVariance: robust.map { _ in search.covariance[k, k] },
        ratioKind: "hazard")
    }
    globalTests = Self.tests(search, beta: beta, covariance: covariance)
    var accounting = frame.accounting
    if let units, let column = units.column {
      accounting.clusters = RowAccounting.Clusters(
        column: column, count: units.count, smallest: units.smallest, largest: units.largest)
    }
    core = FitCore(
      frame: frame.summary, rows: accounting, estimated: independent.kept,
      aliasing: independent.aliasing, covariance: covariance, coefficients: coefficients,
      diagnostics: frame.diagnostics
        + (units == nil && rows.entryTimes == nil ? Diagnostic.dependence(frame.accounting) : [])
        + Self.robustNotes(units)
        + Self.diagnostics(frame.plan, independent, search, beta: beta, events: events))
  }

  /// The infinitesimal jackknife: `sum over units of D D'`, D what a unit's rows move the estimates by.
  private static func robust(
    _ search: CoxSearch, _ ties: TieMethod, _ units: RobustUnits, _ executor: some FoldExecutor
  ) throws -> Matrix {
    guard let likelihood = PartialLikelihood(search.rows, search.end.beta, ties, executor) else {
      throw EstimationError(.notEstimable, "robust standard errors cannot be computed at these estimates")
    }
    var sums = ScoreResiduals(likelihood, executor).sums(units, search.rows)
    if units.column == nil, search.rows.weightsAreCopies, let weights = search.rows.weights {
      // Each copy is a unit of its own.
      for i in weights.indices {
        for j in 0..<sums.columnCount { sums[i, j] /= weights[i].squareRoot() }
      }
    }
    return (sums * search.covariance).crossProduct()
  }

  private static func robustNotes(_ units: RobustUnits?) -> [Diagnostic] {
    guard let units else { return [] }
    let whose = units.column.map { "by '\($0)'" } ?? "over rows"
    var result: [Diagnostic] = []
    if let reason = units.reason {
      result.append(
        Diagnostic(.dependence, .note, "standard errors are robust, summed \(whose), since \(reason)"))
    }
    if units.count < 50 {
      result.append(
        Diagnostic(
          .fewClusters, .caution,
          "robust standard errors \(whose) rest on \(units.count) units: with fewer than about 50 they are too small on average"
        ))
    }
    return result
  }

  private static func tests(_ search: CoxSearch, beta: [Double], covariance: Matrix) -> [GlobalTest] {
    let df = Double(beta.count)
    func test(_ method: String, _ statistic: Double) -> GlobalTest {
      GlobalTest(
        method: method, statistic: statistic, df: df,
        pValue: ChiSquared(degreesOfFreedom: df).upperTail(max(statistic, 0)))
    }
    let ratio = 2 * (search.end.logLikelihood - search.start.logLikelihood)
    var result = [test("lr", ratio), test("score", search.scoreStatistic)]
    if search.unbounded.isEmpty, let inverse = try? CholeskyFactor(covariance) {
      result.append(test("wald", dotProduct(beta, inverse.solve(beta))))
    }
    return result
  }

  private static func diagnostics(
    _ plan: DesignPlan, _ independent: OrderedCholesky, _ search: CoxSearch, beta: [Double], events: Double
  ) -> [Diagnostic] {
    let names = plan.columnNames
    var result = Diagnostic.aliased(
      plan, kept: independent.kept, "determined by earlier terms or constant within the risk sets, left out")
    for k in search.unbounded {
      let name = names[independent.kept[k]]
      let way = beta[k] > 0 ? "upwards" : "downwards"
      result.append(
        Diagnostic(
          .monotoneLikelihood, .serious, terms: [name],
          "\(name) grows \(way) without bound: the events are split by it, so no finite estimate exists; "
            + "merge levels or leave the term out, and rely on the likelihood ratio test"))
    }
    if search.unbounded.isEmpty, !search.convergence.isConverged {
      result.append(
        Diagnostic(
          .notConverged, .serious,
          "\(search.convergence.message): do not use these estimates; rescale or simplify the model"))
    }
    if events < Double(10 * beta.count) {
      result.append(
        Diagnostic(
          .smallSample, .caution,
          "\(Expression.text(of: events)) events for \(beta.count) coefficients, fewer than 10 for each: limits are approximate"
        ))
    }
    return result
  }

  private var errorsPhrase: String {
    guard isRobust else { return "model-based standard errors" }
    let units = rows.clusters.map { "\($0.count) groups of '\($0.column)'" } ?? "rows"
    return "robust standard errors (infinitesimal jackknife over \(units))"
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let strata = formula.strata.isEmpty ? "" : ", stratified by \(formula.strata.joined(separator: ", "))"
    let worst = notes.map(\.severity).max() ?? .note
    let end = worst == .note ? convergence.message : "\(convergence.message); see the notes below"
    return
      "Cox model by partial likelihood, \(ties.name) ties\(strata)\(options.weightsPhrase); "
      + "z tests, \(errorsPhrase); \(end)."
  }
}
