internal import Distributions
public import LinearAlgebra

/// A fitted generalised linear model.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``.
public struct GeneralizedFit: StoredFit {
  let core: FitCore
  /// The distribution of the response, with its estimated shape.
  public let family: ResponseFamily
  /// What makes the mean linear.
  public let link: Link
  /// Nil for z statistics; for t statistics rows (or their frequencies) less coefficients.
  public let residualDegreesOfFreedom: Double?
  /// Rows, or with frequency weights their sum, less the estimated coefficients; of separated data both without
  /// what is separated.
  public let devianceDegreesOfFreedom: Double
  /// The robust covariance, if any.
  public let robust: RobustCovariance?
  /// Twice the loss of log-likelihood against a perfect fit.
  public let deviance: Double
  /// The deviance of the intercept and offset alone; nil where it has no maximum.
  public let nullDeviance: Double?
  /// The factor of the variance: 1 where the family fixes it; nil without residual degrees of freedom.
  public let dispersion: Double?
  /// The negative binomial's shape, if that is the family.
  public let theta: Double?
  /// Its standard error where it was estimated.
  public let thetaStandardError: Double?
  /// The log-likelihood with all constants, as R's `logLik`.
  public let logLikelihood: Double
  /// The log-likelihood plus Jeffreys' penalty, for penalised fits.
  public let penalisedLogLikelihood: Double?
  /// Estimated parameters: coefficients, and a free dispersion or shape.
  public let parameterCount: Int
  /// How many observations count: rows, or the sum of frequency weights.
  public let observationCount: Double
  /// How the iteration ended.
  public let convergence: Convergence
  /// How the last step was solved.
  public let solver: StepSolver
  /// Separation of the response by some of the terms, where there is any.
  public let separation: SeparationReport?
  /// Whether the likelihood was penalised by Jeffreys' prior (Firth).
  public let isPenalised: Bool
  /// How the limits of the coefficients were made.
  public let limits: LimitMethod
  /// Whether it is a Poisson model of a 0/1 response with robust errors.
  public let isModifiedPoisson: Bool

  /// Whether statistics are t with Satterthwaite's degrees of freedom.
  public let usesSatterthwaite: Bool
  /// What Satterthwaite's degrees of freedom are computed from.
  let covariances: (clusters: ClusterSandwich?, root: Matrix, sole: SoleDirections)

  /// Residual degrees of freedom, nil for z; with cluster-robust errors nil, or Satterthwaite's if asked for.
  ///
  /// Not a number where a single row or cluster determines the function, so that robust errors do not see all of
  /// its variance.
  public func degreesOfFreedom(of weights: [Double]) -> Double? {
    guard !covariances.sole.loses(covariances.root.transposeTimes(weights)) else { return .nan }
    guard let clusters = covariances.clusters else { return residualDegreesOfFreedom }
    guard usesSatterthwaite else { return nil }
    return clusters.degreesOfFreedom(of: covariances.root.transposeTimes(weights)) ?? .nan
  }

  /// Chi-squared, F with the residual degrees of freedom, or with cluster-robust errors Hotelling's T-squared.
  public func jointReference(of functions: Matrix) -> JointReference {
    let coordinates = functions * covariances.root
    guard !(0..<coordinates.rowCount).contains(where: { covariances.sole.loses(coordinates.row($0)) }) else {
      return .hotelling(eta: .nan)
    }
    guard let clusters = covariances.clusters else {
      return residualDegreesOfFreedom.map { .f(denominator: $0) } ?? .chiSquared
    }
    guard usesSatterthwaite else { return .chiSquared }
    return .hotelling(
      eta: clusters.hotellingDegreesOfFreedom(of: coordinates) ?? .nan)
  }

  /// The family; binomial for a modified Poisson model, whose response is 0 or 1.
  public var responseFamily: ResponseFamily { isModifiedPoisson ? .binomial : family }

  /// Odds, risks, rates, hazards or means by family and link; nil where a difference has no such meaning.
  public var ratioKind: String? { isModifiedPoisson ? "risk" : family.ratioKind(link) }

  /// `-2 logLik + 2 parameters`.
  public var aic: Double { -2 * logLikelihood + 2 * Double(parameterCount) }
  /// `-2 logLik + log(n) parameters`.
  public var bic: Double { -2 * logLikelihood + logarithm(observationCount) * Double(parameterCount) }

  init(
    _ model: GeneralizedLinearModel, frame: ModelFrame, start: GeneralizedLinearModel.StartingPoint,
    executor: some FoldExecutor
  ) throws {
    let estimate = try GeneralizedEstimate(model, frame: frame, start: start, executor: executor)
    let context = GeneralizedContext(
      model: model, frame: frame, all: start, estimate: estimate, executor: executor)
    link = model.link
    theta = context.theta
    family = context.theta.map { .negativeBinomial(theta: $0) } ?? model.family
    robust = model.robust
    limits = estimate.penalised == nil ? model.limits : model.penalisedLimits
    isModifiedPoisson = model.isModifiedPoisson
    observationCount = context.observationCount
    devianceDegreesOfFreedom = context.degreesOfFreedom
    residualDegreesOfFreedom = model.family.hasFreeDispersion ? context.degreesOfFreedom : nil
    dispersion = context.dispersion
    deviance = estimate.sums.deviance
    nullDeviance = try context.nullDeviance()
    thetaStandardError = estimate.shapeError
    logLikelihood = try context.logLikelihood()
    penalisedLogLikelihood = estimate.penalised.map { _ in 0 }.map { _ in
      (try? context.logLikelihood()).map { $0 + 0.5 * (estimate.factor?.logDeterminant ?? .nan) } ?? .nan
    }
    parameterCount = start.columns.kept.count + context.extraParameters
    convergence = estimate.penalised?.convergence ?? estimate.convergence
    solver = estimate.factor?.solver ?? .normalEquations
    isPenalised = estimate.penalised != nil
    separation = estimate.separation.map { SeparationReport($0, plan: frame.plan, rows: start.rows) }
    let covariances = try context.covariances()
    usesSatterthwaite = model.usesSatterthwaite
    self.covariances = (covariances.clusters, covariances.root, covariances.sole)
    var rows = frame.accounting
    rows.noteClusters(covariances.clusters, of: frame.options.cluster)
    if estimate.limit != nil, let column = frame.options.cluster {
      rows.noteClusters(try executor.run(BlockClusters(), over: start.rows), of: column)
    }
    let covariance = covariances.robust ?? covariances.model
    let coefficients = try context.coefficients(covariances, separation: separation)
    core = FitCore(
      frame: frame.summary, rows: rows, estimated: context.start.columns.kept,
      aliasing: context.start.columns.aliasing, covariance: covariance, coefficients: coefficients,
      diagnostics: try frame.diagnostics + Diagnostic.dependence(rows)
        + context.diagnostics(separation: separation, covariances)
        + Diagnostic.fewClusters(model.robust, covariances.clusters, coefficients)
        + (model.usesSatterthwaite ? [] : Diagnostic.fewClustersForZ(covariances.clusters)),
      limit: estimate.limit.map {
        FitCore.Limit(estimates: context.start.rows.unshifting * estimate.beta, ends: $0.ends)
      })
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let name =
      isModifiedPoisson
      ? "Modified Poisson regression for risk ratios"
      : "Generalised linear model (\(family.name), \(link.rawValue) link)"
    let method =
      isPenalised
      ? "by Firth's penalised likelihood (Jeffreys' prior)"
      : separation == nil ? "by maximum likelihood" : "by maximum likelihood in the limit of separated data"
    let residual = residualDegreesOfFreedom.map { "t tests with \(Expression.text(of: $0)) df" } ?? "z tests"
    let tests =
      covariances.clusters == nil ? residual : usesSatterthwaite ? "t tests with Satterthwaite df" : "z tests"
    let errors = robust?.label ?? "model-based"
    if isPenalised, limits == .profile {
      return
        "\(name) \(method); tests (signed roots of the penalised likelihood ratio, as z) and limits from the penalised "
        + "profile, model-based standard errors\(options.weightsPhrase)\(solver.phrase); \(notes.closing)."
    }
    let kind = limits == .wald ? "" : ", profile limits"
    return "\(name) \(method); \(tests), \(errors) standard errors\(rows.clustersPhrase)\(kind)"
      + "\(options.weightsPhrase)\(solver.phrase); \(notes.closing)."
  }
}
