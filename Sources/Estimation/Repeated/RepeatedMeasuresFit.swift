public import LinearAlgebra

/// A fitted mixed model for repeated measures.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``.
public struct RepeatedMeasuresFit: StoredFit {
  let core: FitCore
  /// The covariance of the estimated coefficients with that of the residuals taken as known: `(X'V^-1X)^-1`.
  public let modelCovariance: Matrix
  /// The column that identifies people.
  public let subject: String
  /// The column that says which visit a row is of.
  public let visit: String
  /// The visits in order.
  public let visits: [String]
  /// The column that covariances are by, if any.
  public let covarianceBy: String?
  /// What became of visits at which no row is used.
  public let unobservedVisits: UnobservedVisits
  /// A visit at which arms share one mean, if any.
  public let constrainedBaseline: ConstrainedBaseline?
  /// The structure that was asked for.
  public let requestedStructure: RepeatedCovariance
  /// The structure that was fitted.
  public let structure: RepeatedCovariance
  /// The residuals' covariance, one a group.
  public let residualCovariances: [ResidualCovariance]
  /// The covariance of the estimated variance parameters, groups one after the other, from the information
  /// that was asked for; nil where that is not positive definite.
  public let parameterCovariance: Matrix?
  /// REML or ML.
  public let method: LikelihoodMethod
  /// What tests are referred to.
  public let degreesOfFreedomMethod: VarianceDegreesOfFreedom
  /// Whose inverse is the covariance of the variance parameters.
  public let information: VarianceInformation
  /// The sandwich, if any.
  public let robust: RobustCovariance?
  /// The log-likelihood, for REML that of the error contrasts (SAS's "Res Log Likelihood").
  public let logLikelihood: Double
  /// Rows, copies counted.
  public let observationCount: Double
  /// People, copies counted: what BIC counts.
  public let subjectCount: Double
  /// How many sets of visits people have.
  public let patternCount: Int
  /// How the search ended.
  public let convergence: Convergence
  /// The search, step by step.
  public let record: [OptimisationStep]
  /// Rows less coefficients.
  public let residualDegreesOfFreedom: Double?

  let inference: RepeatedInference
  let sandwich: RepeatedSandwich?

  /// A step of the search.
  public struct OptimisationStep: Sendable, Equatable {
    /// -2 log-likelihood without constants at the trial; nil where the covariance was not positive definite.
    public let criterion: Double?
    /// `g'H^-1g` before the step: twice the fall that is still expected.
    public let decrement: Double
    /// The trust region's radius, in standard errors of the expected information.
    public let radius: Double
    /// Whether the step was taken.
    public let isAccepted: Bool
  }

  /// A parameter of the covariance.
  public struct CovarianceParameter: Sendable, Equatable {
    /// Its name: `variance(4)`, `covariance(4, 8)`, `correlation`.
    public let name: String
    /// The estimate.
    public let estimate: Double
    /// From the observed information; nil where that is not positive definite.
    public let standardError: Double?
    /// How many people tell of it: those with visits in whose covariance it takes part.
    public let people: Int
  }

  /// The residuals' covariance in one group.
  public struct ResidualCovariance: Sendable, Equatable {
    /// The level of the column that covariances are by; nil without one.
    public let group: String?
    /// Its parameters.
    public let parameters: [CovarianceParameter]
    /// Over all visits, for a unit weight; nil where visits are more than a hundred times.
    public let covariance: Matrix?
    /// The same in correlations.
    public let correlation: Matrix?
    /// How many people have each visit.
    public let visitPeople: [Int]
    /// For each element of the covariance how many people tell of its least known parameter, row by row; nil
    /// where the covariance is.
    public let elementPeople: [[Int]]?
  }

  /// `-2 logLik`.
  public var deviance: Double { -2 * logLikelihood }
  /// `-2 logLik` for REML; nil for ML.
  public var remlCriterion: Double? { method == .reml ? -2 * logLikelihood : nil }
  /// Parameters of the covariance, over all groups: what AIC and BIC count with REML.
  public var covarianceParameterCount: Int { residualCovariances.reduce(0) { $0 + $1.parameters.count } }
  /// What AIC and BIC count: parameters of the covariance, with ML also the coefficients (as SAS).
  public var parameterCount: Int { covarianceParameterCount + (method == .ml ? estimated.count : 0) }
  /// `-2 logLik + 2 parameters`.
  public var aic: Double { deviance + 2 * Double(parameterCount) }
  /// `-2 logLik + log(people) parameters`.
  public var bic: Double { deviance + logarithm(subjectCount) * Double(parameterCount) }

  /// Satterthwaite's, Kenward and Roger's, or what else was asked for; not a number where they cannot be
  /// computed.
  ///
  /// With a sandwich those of Bell and McCaffrey, or where CR0 or CR1 are asked for the same.
  public func degreesOfFreedom(of weights: [Double]) -> Double? {
    sandwich?.degreesOfFreedom(of: inference.map * weights) ?? inference.degreesOfFreedom(of: weights)
  }

  /// F with the method's degrees of freedom, for Kenward and Roger's scaled.
  public func jointReference(of functions: Matrix) -> JointReference {
    sandwich?.reference(of: functions * inference.map.transposed()) ?? inference.reference(of: functions)
  }

  init(
    _ model: RepeatedMeasuresModel, frame: ModelFrame, data: RepeatedData, attempts: [RepeatedData.Attempt],
    executor: some FoldExecutor
  ) throws {
    let chosen =
      attempts.last { $0.solution != nil && $0.trouble == nil } ?? attempts.first { $0.solution != nil }
    guard let chosen, let solution = chosen.solution else { preconditionFailure("no structure was fitted") }
    let context = RepeatedContext(
      model: model, frame: frame, data: data, attempts: attempts, solution: solution)
    let system = data.system
    (subject, visit, visits) = (model.subject, model.visit, data.visits.names)
    (covarianceBy, unobservedVisits) = (model.covarianceBy, model.unobservedVisits)
    constrainedBaseline = model.constrainedBaseline
    requestedStructure = model.covariance
    structure = chosen.structure
    (method, degreesOfFreedomMethod, information) = (model.method, model.degreesOfFreedom, model.information)
    robust = model.robust
    logLikelihood = solution.logLikelihood
    (observationCount, subjectCount) = (system.observationCount, system.personCount)
    patternCount = system.patterns.count
    residualDegreesOfFreedom = system.observationCount - Double(system.columnCount)
    residualCovariances = context.residualCovariances
    parameterCovariance = solution.parameterCovariance
    convergence = context.convergence
    record = solution.search.steps.map {
      OptimisationStep(
        criterion: $0.criterion.isFinite ? $0.criterion : nil, decrement: $0.decrement, radius: $0.radius,
        isAccepted: $0.isAccepted)
    }
    let inference = context.inference
    self.inference = inference
    let sandwich = try model.robust.map {
      try RepeatedSandwich($0, data: data, solution: solution, executor: executor)
    }
    self.sandwich = sandwich
    modelCovariance = inference.map.transposed() * inference.map
    let covariance =
      sandwich.map { inference.map.transposed() * $0.meat * inference.map } ?? inference.covariance
    var rows = frame.accounting
    sandwich?.note(in: &rows, column: model.subject)
    let coefficients = context.coefficients(covariance, sandwich: sandwich)
    core = FitCore(
      frame: frame.summary, rows: rows, estimated: system.kept, aliasing: system.aliasing,
      covariance: covariance, coefficients: coefficients,
      diagnostics: frame.diagnostics
        + Self.explained(
          context.diagnostics(sandwich: sandwich, coefficients), model.constrainedBaseline, visit: visit))
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let shape =
      structure == requestedStructure
      ? structure.label : "\(structure.label) instead of \(requestedStructure.label)"
    let by = covarianceBy.map { " by '\($0)'" } ?? ""
    let errors =
      robust.map { "\($0.name) standard errors over people with Satterthwaite df" }
      ?? (degreesOfFreedomMethod.label
        + (degreesOfFreedomMethod.isKenwardRoger || degreesOfFreedomMethod == .satterthwaite
          ? " (\(information.rawValue) information)" : "")
        + (degreesOfFreedomMethod.isKenwardRoger ? "" : ", model-based standard errors"))
    return
      "Mixed model for repeated measures by \(method.rawValue), \(shape) covariance over \(visits.count) visits"
      + "\(by)\(constrainedBaseline.map { ", arms with one mean at \(visit) \($0.visit)" } ?? ""); \(convergence.isConverged ? "converged" : "not converged"); t and F tests with \(errors)"
      + "\(options.weightsPhrase); \(notes.closing)."
  }
}
