internal import LinearAlgebra

/// A fitted generalised linear mixed model.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``. Marginal means and
/// contrasts are on the link's scale; transformed back they are of a person whose random effects are 0, and
/// ``populationMeans(_:)`` averages over them.
public struct GeneralizedMixedFit: StoredFit {
  let core: FitCore
  /// The distribution of the response given the random effects.
  public let family: ResponseFamily
  /// What makes the mean linear.
  public let link: Link
  /// How random effects were integrated out.
  public let integration: RandomEffectIntegration
  /// Variances and covariances of the random effects, on the link's scale.
  public let varianceComponents: [VarianceComponent]
  /// The log-likelihood with all constants, as R's `logLik`.
  public let logLikelihood: Double
  /// Twice the loss of log-likelihood against a perfect fit at the predicted random effects: lme4's `deviance`.
  public let conditionalDeviance: Double
  /// How many observations count: rows, or those that frequency weights stand for.
  public let observationCount: Double
  /// The sets of groups, with how many there are, largest first.
  public let groupCounts: [(group: String, count: Int)]
  /// How the search ended.
  public let convergence: Convergence
  /// How the likelihood was brought to its optimum; criteria are `-2 logLik`.
  public let optimization: OptimizationRecord
  /// Random terms whose covariance is singular at the optimum, as they were written.
  public let boundaryTerms: [String]
  /// Separation of the response by some of the terms, where there is any.
  public let separation: SeparationReport?
  /// How far a finer integration would move the estimates; nil with several sets of groups or more than two effects.
  public let integrationCheck: IntegrationCheck?

  let context: GeneralizedMixedContext

  /// The covariance of the effects of terms with several columns.
  public var randomCovariance: RandomCovariance { context.model.covariance }
  /// `-2` times the log-likelihood.
  public var criterion: Double { -2 * logLikelihood }
  /// Estimated coefficients and parameters of the random terms.
  public var parameterCount: Int { context.objective.parameterCount }
  /// `-2 logLik + 2 parameters`, as lme4.
  public var aic: Double { criterion + 2 * Double(parameterCount) }
  /// `-2 logLik + log(n) parameters` with n the rows, as lme4.
  public var bic: Double { criterion + logarithm(observationCount) * Double(parameterCount) }
  /// None: statistics are z.
  public var residualDegreesOfFreedom: Double? { nil }
  /// That of the response given the random effects.
  public var responseFamily: ResponseFamily { family }
  /// Odds, rates or hazards by family and link, of a person whose random effects stay the same.
  public var ratioKind: String? { family.ratioKind(link) }

  init(_ model: GeneralizedMixedModel, _ data: GeneralizedMixedData, executor: some FoldExecutor) throws {
    let context = try GeneralizedMixedContext(model, data, executor)
    self.context = context
    family = model.family
    link = model.link
    integration = model.integration
    varianceComponents = context.components
    logLikelihood = context.point.logLikelihood
    conditionalDeviance = try context.conditionalDeviance(executor)
    observationCount = context.observationCount
    groupCounts = context.groupings.map { ($0.name, $0.groups.count) }
    convergence = context.convergence
    optimization = context.record
    boundaryTerms = context.boundaries.map(\.term.text)
    separation = context.separation
    integrationCheck = context.check
    let covariance = context.covariance
    core = FitCore(
      frame: data.frame.summary, rows: Self.accounting(data), estimated: data.rows.columns,
      aliasing: data.start.columns.aliasing, covariance: covariance,
      coefficients: Self.coefficients(context, covariance),
      diagnostics: data.frame.diagnostics + context.diagnostics())
  }

  private static func coefficients(_ context: GeneralizedMixedContext, _ covariance: Matrix) -> [Coefficient]
  {
    let plan = context.data.frame.plan
    let beta = context.beta
    let ratio = context.model.family.ratioKind(context.model.link)
    return Coefficient.all(
      plan.columnNames, estimated: context.data.rows.columns, unbounded: context.separation?.terms ?? []
    ) { column, k in
      .wald(
        term: plan.columnNames[column], estimate: beta[k], variance: covariance[k, k], degreesOfFreedom: nil,
        level: context.data.frame.options.confidenceLevel,
        ratioKind: column == 0 && plan.hasIntercept ? nil : ratio)
    }
  }

  /// The frame's accounting, with the sizes of the groups where there is one set of them.
  private static func accounting(_ data: GeneralizedMixedData) -> RowAccounting {
    var accounting = data.frame.accounting
    let groupings = data.grouped.random.groupings
    guard groupings.count == 1 else { return accounting }
    let starts = data.grouped.starts
    let sizes = (0..<starts.count - 1).map { starts[$0 + 1] - starts[$0] }
    accounting.clusters = RowAccounting.Clusters(
      column: groupings[0].name, count: sizes.count, smallest: sizes.min() ?? 0, largest: sizes.max() ?? 0)
    return accounting
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let groups = groupCounts.map { "\($0.count) groups of \($0.group)" }.joined(separator: ", ")
    return
      "Generalised linear mixed model (\(family.name), \(link.rawValue) link) by maximum likelihood, \(integration.label), "
      + "over \(groups); z tests, standard errors from the joint observed information"
      + "\(options.weightsPhrase): \(convergence.message); \(notes.closing)."
  }
}
