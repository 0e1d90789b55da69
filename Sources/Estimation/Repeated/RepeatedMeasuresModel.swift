public import CohortTables
internal import LinearAlgebra

/// The mixed model for repeated measures: a linear model whose residuals of one person are correlated.
///
/// ```
/// y_i = X_i beta + e_i,    e_i ~ N(0, W_i^-1/2 S_i Sigma S_i' W_i^-1/2)
/// ```
/// over people i; Sigma is the covariance of all visits (of the person's group, where there are groups), S_i
/// picks the visits that were observed and W_i holds precision weights. Visits that are missing are taken as
/// missing at random.
///
/// One pass over the rows sums people with the same set of visits together; every iteration works on these
/// sums, and costs the same for a hundred people as for a million. Sigma maximises the restricted likelihood
/// (REML) or the likelihood (ML) by Newton's method with exact derivatives.
///
/// People count once each; frequency weights count copies of a person and must be the same in all of a
/// person's rows.
///
/// - Complexity: O(rows x columns^2) once, O(patterns x visits^2 x columns^2) an iteration. For the spatial exponential
///   a pattern is a distinct set of times, which may be each person's own.
///
/// ## References
/// Mallinckrodt, Clark and David (2001), J. Biopharm. Stat. 11:9-21; Jennrich and Schluchter (1986), Biometrics
/// 42:805-820; Kenward and Roger (1997), Biometrics 53:983-997.
public struct RepeatedMeasuresModel: Sendable {
  /// The formula; visits enter the mean only where it names them.
  public let formula: Formula
  /// The column that identifies people.
  public let subject: String
  /// The column that says which visit a row is of.
  public let visit: String
  /// The covariance structure.
  public let covariance: RepeatedCovariance
  /// Structures to be tried in turn where one before cannot be fitted; what happened is among the diagnostics.
  public var fallback: [RepeatedCovariance]
  /// A column whose levels have a covariance of their own each, such as the arm.
  public var covarianceBy: String?
  /// REML or ML.
  public var method: LikelihoodMethod
  /// What tests are referred to.
  public var degreesOfFreedom: VarianceDegreesOfFreedom
  /// Whose inverse is the covariance of the variance parameters in degrees of freedom.
  public var information: VarianceInformation
  /// The sandwich to take standard errors from: CR0, CR1, CR2 or CR3 over people; nil for the model's.
  public var robust: RobustCovariance?
  /// What becomes of visits at which no row is used.
  public var unobservedVisits: UnobservedVisits
  /// A visit at which arms share one mean, for randomised arms whose baseline is a visit of the outcome.
  public var constrainedBaseline: ConstrainedBaseline?
  /// Options shared by all models.
  public var options: ModelOptions

  /// A model of repeated measures.
  ///
  /// - Throws: `FormulaError`; `EstimationError` for options that exclude each other.
  public init(
    _ formula: String, subject: String, visit: String, covariance: RepeatedCovariance = .unstructured,
    fallback: [RepeatedCovariance] = [], covarianceBy: String? = nil, method: LikelihoodMethod = .reml,
    degreesOfFreedom: VarianceDegreesOfFreedom = .satterthwaite, information: VarianceInformation = .observed,
    robust: RobustCovariance? = nil, unobservedVisits: UnobservedVisits = .dropped,
    constrainedBaseline: ConstrainedBaseline? = nil, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.subject = subject
    self.visit = visit
    self.covariance = covariance
    self.fallback = fallback
    self.covarianceBy = covarianceBy
    self.method = method
    self.degreesOfFreedom = degreesOfFreedom
    self.information = information
    self.robust = robust
    self.unobservedVisits = unobservedVisits
    self.constrainedBaseline = constrainedBaseline
    self.options = options
    try checkOptions()
  }

  private func checkOptions() throws {
    func refuse(_ message: String) -> EstimationError { EstimationError(.unsupported, message) }
    if let stratum = formula.strata.first {
      throw refuse("strata(\(stratum)) belongs to survival models; use factor(\(stratum))")
    }
    if let cluster = options.cluster {
      throw refuse(
        "clusters are given ('\(cluster)'), and in repeated measures the people of '\(subject)' are the clusters"
      )
    }
    if options.weights?.kind == .sampling {
      throw refuse(
        "sampling weights are not built for repeated measures: estimating equations take them, with sandwich errors"
      )
    }
    if let robust, !robust.isClustered {
      throw refuse("\(robust.rawValue) takes rows as independent: cr0, cr1, cr2 or cr3 sum over people")
    }
    if robust != nil, degreesOfFreedom.isKenwardRoger {
      throw refuse("Kenward and Roger's covariance and a sandwich exclude each other: choose one")
    }
    if robust != nil, options.weights?.kind == .frequency {
      throw refuse("sandwich errors need people themselves, not frequency weights")
    }
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used; `EstimationError` when nothing can be estimated, for two
  ///   rows of a person at one visit, and where the data do not determine the covariance and no fallback does
  ///   better. A fit that did not converge is returned and says so.
  public func fit(
    _ table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> RepeatedMeasuresFit {
    try checkOptions()
    let (model, table) = try constrained(table)
    var options = model.options
    options.subject = subject
    options.required += [visit] + [model.covarianceBy].compactMap { $0 }
    let frame = try ModelFrame(formula, table: table, options: options)
    let data = try RepeatedData(model, frame, in: table, executor: executor)
    let attempts = try data.attempts(model, executor: executor)
    return try RepeatedMeasuresFit(model, frame: frame, data: data, attempts: attempts, executor: executor)
  }
}
