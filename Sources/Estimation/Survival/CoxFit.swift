internal import Distributions
public import LinearAlgebra

/// A fitted proportional-hazards model.
public struct CoxFit: FittedModel {
  /// The formula.
  public let formula: Formula
  /// The options it was fitted with.
  public let options: ModelOptions
  /// How rows become columns.
  public let plan: DesignPlan
  /// All coefficients in the plan's order, aliased ones included.
  public let coefficients: [Coefficient]
  /// Indices of the coefficients that are estimated.
  public let estimated: [Int]
  /// The covariance of the estimated coefficients.
  public let covariance: Matrix
  /// Each aliased column as a combination of the estimated ones.
  public let aliasing: Matrix
  /// The mean over the used rows of each numeric column in the formula.
  public let columnMeans: [String: Double]
  /// What was read, used and left out.
  public let rows: RowAccounting
  /// What a reader must know.
  public let diagnostics: [Diagnostic]
  /// What each coefficient rests on.
  public let support: DesignSupport
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
    formula = frame.formula
    options = frame.options
    plan = frame.plan
    rows = frame.accounting
    eventCount = events
    support = frame.support
    columnMeans = frame.columnMeans
    self.ties = ties
    estimated = independent.kept
    aliasing = independent.aliasing
    covariance = search.covariance
    nullLogLikelihood = search.start.likelihood.logLikelihood
    logLikelihood = search.end.likelihood.logLikelihood
    convergence = search.convergence
    let beta = search.end.beta
    let position = Dictionary(uniqueKeysWithValues: independent.kept.enumerated().map { ($1, $0) })
    let names = frame.plan.columnNames
    coefficients = names.indices.map { column in
      guard let k = position[column] else { return .aliased(term: names[column]) }
      guard !search.unbounded.contains(k) else { return .unbounded(term: names[column]) }
      return .wald(
        term: names[column], estimate: beta[k], variance: search.covariance[k, k], degreesOfFreedom: nil,
        level: frame.options.confidenceLevel, ratioKind: "hazard")
    }
    globalTests = Self.tests(search, beta: beta)
    diagnostics =
      frame.diagnostics + Diagnostic.dependence(frame.accounting)
      + Self.diagnostics(names, independent, search, beta: beta, events: events)
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
    _ names: [String], _ independent: OrderedCholesky, _ search: CoxSearch, beta: [Double], events: Double
  ) -> [Diagnostic] {
    var result: [Diagnostic] = []
    let aliased = names.indices.filter { !independent.kept.contains($0) }.map { names[$0] }
    if !aliased.isEmpty {
      result.append(
        Diagnostic(
          .aliased, .caution, terms: aliased,
          "\(aliased.joined(separator: ", ")): determined by earlier terms or constant within the risk sets, left out"
        ))
    }
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
  public var verdict: String {
    let strata = formula.strata.isEmpty ? "" : ", stratified by \(formula.strata.joined(separator: ", "))"
    let weights = options.weights.map { ", \($0.kind.rawValue) weights '\($0.column)'" } ?? ""
    let worst = diagnostics.map(\.severity).max() ?? .note
    let end = worst == .note ? convergence.message : "\(convergence.message); see the notes below"
    return
      "Cox model by partial likelihood, \(ties.name) ties\(strata)\(weights); z tests, model-based standard errors; \(end)."
  }
}

extension Coefficient {
  /// A coefficient without a finite estimate.
  static func unbounded(term: String) -> Coefficient {
    Coefficient(
      term: term, estimate: nil, standardError: nil, statistic: nil, degreesOfFreedom: nil, pValue: nil,
      lower: nil, upper: nil, isAliased: false, modelStandardError: nil, ratio: nil)
  }
}
