internal import Distributions
internal import LinearAlgebra

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

  init(frame: ModelFrame, ties: TieMethod, independent: OrderedCholesky, search: CoxSearch, events: Double) {
    eventCount = events
    self.ties = ties
    nullLogLikelihood = search.start.likelihood.logLikelihood
    logLikelihood = search.end.likelihood.logLikelihood
    convergence = search.convergence
    let beta = search.end.beta
    let names = frame.plan.columnNames
    let unbounded = search.unbounded.map { names[independent.kept[$0]] }
    let coefficients = Coefficient.all(names, estimated: independent.kept, unbounded: unbounded) {
      column, k in
      .wald(
        term: names[column], estimate: beta[k], variance: search.covariance[k, k], degreesOfFreedom: nil,
        level: frame.options.confidenceLevel, ratioKind: "hazard")
    }
    globalTests = Self.tests(search, beta: beta)
    core = FitCore(
      frame: frame.summary, rows: frame.accounting, estimated: independent.kept,
      aliasing: independent.aliasing, covariance: search.covariance, coefficients: coefficients,
      diagnostics: frame.diagnostics + Diagnostic.dependence(frame.accounting)
        + Self.diagnostics(frame.plan, independent, search, beta: beta, events: events))
  }

  private static func tests(_ search: CoxSearch, beta: [Double]) -> [GlobalTest] {
    let df = Double(beta.count)
    func test(_ method: String, _ statistic: Double) -> GlobalTest {
      GlobalTest(
        method: method, statistic: statistic, df: df,
        pValue: ChiSquared(degreesOfFreedom: df).upperTail(max(statistic, 0)))
    }
    let ratio = 2 * (search.end.likelihood.logLikelihood - search.start.likelihood.logLikelihood)
    var result = [test("lr", ratio), test("score", search.scoreStatistic)]
    if search.unbounded.isEmpty, let inverse = try? CholeskyFactor(search.covariance) {
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

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let strata = formula.strata.isEmpty ? "" : ", stratified by \(formula.strata.joined(separator: ", "))"
    let worst = notes.map(\.severity).max() ?? .note
    let end = worst == .note ? convergence.message : "\(convergence.message); see the notes below"
    return
      "Cox model by partial likelihood, \(ties.name) ties\(strata)\(options.weightsPhrase); "
      + "z tests, model-based standard errors; \(end)."
  }
}
