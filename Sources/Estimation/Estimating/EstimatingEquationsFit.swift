internal import Distributions
public import LinearAlgebra

/// Fitted estimating equations; people are the clusters of the rows.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``.
public struct EstimatingEquationsFit: StoredFit {
  let core: FitCore
  /// The coefficients' covariance if variance function and working correlation were right.
  public let modelCovariance: Matrix
  /// The sandwich without correction.
  public let sandwichCovariance: Matrix
  /// The distribution whose variance function was used.
  public let family: ResponseFamily
  /// What makes the mean linear.
  public let link: Link
  /// The column that says which visit a row is of, if one was named.
  public let visit: String?
  /// The working correlation that was asked for.
  public let requestedCorrelation: WorkingCorrelation
  /// The working correlation that was used: independence where the one asked for cannot be.
  public let correlation: WorkingCorrelation
  /// The estimated correlations; none for independence.
  public let correlations: [CorrelationParameter]
  /// The scale: what the variance function is multiplied by.
  public let scale: Double
  /// What moments were divided by.
  public let divisor: MomentDivisor
  /// Which covariance the standard errors come from.
  public let covarianceKind: EstimatingCovariance
  /// People less coefficients for t statistics; nil for z.
  public let residualDegreesOfFreedom: Double?
  /// How many observations count: rows, or the sum of frequency weights.
  public let observationCount: Double
  /// The quasi-likelihood of independent rows at unit scale.
  public let quasiLikelihood: Double
  /// Pan's trace: the sandwich in units of the independence model's covariance (CIC).
  public let correlationInformation: Double
  /// How the iteration ended.
  public let convergence: Convergence
  /// How the last step was solved.
  public let solver: StepSolver
  /// Separation of the response by some of the terms, where there is any.
  public let separation: SeparationReport?

  let fayGraubard: FayGraubard?
  private let sole: SoleDirections
  private let root: Matrix

  /// `-2 Q + 2 trace`: the smaller, the better the working correlation and the terms.
  public var qic: Double { -2 * quasiLikelihood + 2 * correlationInformation }
  /// `-2 Q + 2 p`: for comparing terms.
  public var qicu: Double { -2 * quasiLikelihood + 2 * Double(estimated.count) }

  /// The family.
  public var responseFamily: ResponseFamily { family }
  /// Odds, risks, rates or means by family and link; nil where a difference has no such meaning.
  public var ratioKind: String? { family.ratioKind(link) }

  /// Nil for z; people less coefficients, or with Fay and Graubard's covariance their own for each function.
  ///
  /// Not a number where a single person determines the function, so that robust errors do not see all of its
  /// variance.
  ///
  /// - Complexity: O(1); with Fay and Graubard's covariance O(people x columns^3).
  public func degreesOfFreedom(of weights: [Double]) -> Double? {
    guard !sole.loses(root.transposeTimes(weights)) else { return .nan }
    guard let fayGraubard else { return residualDegreesOfFreedom }
    return fayGraubard.degreesOfFreedom(of: weights) ?? residualDegreesOfFreedom
  }

  /// Chi-squared, or F with people less coefficients; none where a single person determines a function.
  public func jointReference(of functions: Matrix) -> JointReference {
    guard !(0..<functions.rowCount).contains(where: { sole.loses(root.transposeTimes(functions.row($0))) })
    else { return .hotelling(eta: .nan) }
    return residualDegreesOfFreedom.map { .f(denominator: $0) } ?? .chiSquared
  }

  init(
    _ model: GeneralizedEstimatingEquations, frame: ModelFrame, solution: EstimatingSolution,
    visits: VisitColumn?, executor: some FoldExecutor
  ) throws {
    let context = EstimatingContext(model: model, frame: frame, solution: solution, visits: visits)
    let kind = context.covarianceKind
    let found = try solution.covariances(kind, executor)
    (family, link, visit) = (model.family, model.link, model.visit)
    requestedCorrelation = model.correlation
    correlation = solution.pass.correlation
    correlations = context.parameters
    scale = solution.search.moments.scale
    divisor = model.divisor
    covarianceKind = kind
    residualDegreesOfFreedom =
      kind.isCorrected ? (solution.degreesOfFreedom > 0 ? solution.degreesOfFreedom : .nan) : nil
    observationCount = solution.observationCount
    quasiLikelihood = try executor.run(
      QuasiLikelihood(family: solution.pass.family, beta: solution.search.beta), over: solution.pass.rows)
    correlationInformation = found.trace
    convergence = context.convergence
    solver = solution.search.factor?.solver ?? .normalEquations
    let separation = solution.separation.map {
      SeparationReport($0, plan: frame.plan, rows: solution.pass.rows.rows)
    }
    self.separation = separation
    modelCovariance = found.model
    sandwichCovariance = found.sandwich
    fayGraubard = found.fayGraubard
    (sole, root) = (found.sole, found.root)
    var rows = frame.accounting
    rows.clusters = RowAccounting.Clusters(
      column: model.subject, count: solution.pass.people.personCount,
      smallest: solution.pass.people.smallest, largest: solution.pass.people.largest)
    core = FitCore(
      frame: frame.summary, rows: rows, estimated: solution.columns.kept,
      aliasing: solution.columns.aliasing, covariance: found.chosen,
      coefficients: context.coefficients(found, separation: separation, residual: residualDegreesOfFreedom),
      diagnostics: frame.diagnostics + context.diagnostics(found, separation: separation, rows: rows))
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let structure =
      correlation == requestedCorrelation
      ? "\(correlation.label) working correlation"
      : "independence instead of \(requestedCorrelation.label) working correlation"
    let tests =
      residualDegreesOfFreedom == nil
      ? "z tests"
      : fayGraubard == nil
        ? "t tests with people less coefficients (\(Expression.text(of: residualDegreesOfFreedom ?? .nan))) df"
        : "t tests with Fay and Graubard's df"
    let people = rows.clusters.map { " over \($0.count) people" } ?? ""
    let state = convergence.isConverged ? "converged" : "not converged"
    return
      "Generalised estimating equations (\(family.name), \(link.rawValue) link), \(structure); \(state); \(tests), "
      + "\(covarianceKind.label) standard errors\(people)\(options.weightsPhrase)\(solver.phrase); "
      + "\(notes.closing)."
  }
}

extension WorkingCorrelation {
  /// The name in a sentence.
  var label: String { self == .autoregressive ? "AR(1)" : rawValue }
}
