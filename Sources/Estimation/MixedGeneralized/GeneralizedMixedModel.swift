public import CohortTables
internal import LinearAlgebra

/// A generalised linear mixed model: `g(E(y | b)) = X beta + Z b + offset`, `b ~ N(0, D)`, by maximum likelihood.
///
/// The families are binomial (0 and 1, two levels, or `success / trials`; logit, probit or complementary log-log link)
/// and Poisson (log link, with `offset(log(t))`). Random terms stand in the formula as in ``LinearMixedModel``. The
/// likelihood is integrated over the random effects by Laplace's approximation or, for one set of groups with one or two
/// effects, by adaptive Gauss-Hermite quadrature.
///
/// Coefficients and covariances are estimated jointly with exact gradients. Tests are z; standard errors come from the
/// joint observed information of coefficients and covariance parameters, as `glmer`'s from its differenced Hessian.
/// Coefficients hold the random effects fixed: they, and means transformed back, are of a person at effects of 0.
///
/// Precision weights multiply the rows' log-likelihoods, R's prior weights. Frequency weights count whole groups and must
/// be constant within them (one set of groups only); sampling weights are refused.
///
/// - Complexity: O(rows x (columns + varying columns^2)) a gradient; some 50 to 150 of them.
///
/// ## References
/// Breslow and Clayton (1993), J. American Statistical Association 88:9-25; Pinheiro and Bates (1995), J. Computational
/// and Graphical Statistics 4:12-35; Bates, Maechler, Bolker and Walker (2015), J. Statistical Software 67(1).
public struct GeneralizedMixedModel: Sendable {
  /// The formula, with at least one random term.
  public let formula: Formula
  /// The distribution of the response given the random effects.
  public let family: ResponseFamily
  /// What makes the mean linear.
  public let link: Link
  /// How random effects are integrated out.
  public var integration: RandomEffectIntegration
  /// The covariance of the effects of terms with several columns.
  public var covariance: RandomCovariance
  /// Options shared by all models.
  public var options: ModelOptions

  /// A generalised linear mixed model.
  ///
  /// - Throws: `FormulaError`; `EstimationError` for a formula without random terms, and for families and links that
  ///   such models do not have here.
  public init(
    _ formula: String, family: ResponseFamily, link: Link? = nil,
    integration: RandomEffectIntegration = .laplace, covariance: RandomCovariance = .unstructured,
    options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.family = family
    self.link = link ?? family.usualLink
    self.integration = integration
    self.covariance = covariance
    self.options = options
    try check()
  }

  private func check() throws {
    guard !formula.randomTerms.isEmpty else {
      throw EstimationError(
        .unsupported,
        "a mixed model needs a random term, such as (1 | id); without one use a generalised linear model")
    }
    try checkFamily()
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported,
        "strata(\(stratum)) belongs to survival models; use factor(\(stratum)) or (1 | \(stratum))")
    }
    if options.weights?.kind == .sampling {
      throw EstimationError(
        .unsupported,
        "sampling weights need weights and robust errors at every level of a mixed model, which is not built: use estimating "
          + "equations")
    }
    if let cluster = options.cluster {
      throw EstimationError(
        .notBuilt,
        "cluster-robust errors ('\(cluster)') are not built for mixed models: random effects allow for clusters"
      )
    }
    try checkGroups()
  }

  private func checkFamily() throws {
    switch family {
    case .gaussian:
      throw EstimationError(
        .unsupported, "the gaussian family is that of linear mixed models: leave the family out")
    case .gamma:
      throw EstimationError(
        .notBuilt, "mixed models of the gamma family are not built: use estimating equations")
    case .negativeBinomial:
      throw EstimationError(
        .notBuilt,
        "mixed models of the negative binomial family are not built: use the Poisson family with an effect for each row, "
          + "(1 | row), or estimating equations")
    case .binomial, .poisson: break
    }
    let links: [Link] = family == .poisson ? [.log] : [.logit, .probit, .complementaryLogLog]
    guard links.contains(link) else {
      throw EstimationError(
        .unsupported,
        "mixed models of the \(family.name) family have no \(link.rawValue) link; they have "
          + links.map(\.rawValue).joined(separator: ", "))
    }
  }

  private func checkGroups() throws {
    let isSingle = Set(formula.randomTerms.map { Set($0.groups) }).count == 1
    guard (1...QuadratureRule.mostPoints).contains(integration.points) else {
      throw EstimationError(
        .unsupported,
        "quadrature takes 1 to \(QuadratureRule.mostPoints) points for each effect, not \(integration.points)"
      )
    }
    guard !isSingle else { return }
    if integration.points > 1 {
      throw EstimationError(
        .unsupported,
        "quadrature is for one set of groups, and this model has several: use Laplace's approximation")
    }
    if options.weights?.kind == .frequency {
      throw EstimationError(
        .unsupported,
        "frequency weights count whole groups, and with several sets of groups it is not said which: repeat the rows instead"
      )
    }
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `FormulaError` for random terms that the rows cannot
  ///   determine, `EstimationError` when nothing can be estimated. A fit that did not converge is returned and says so.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws
    -> GeneralizedMixedFit
  {
    try check()
    var options = options
    let random = formula.randomTerms
    let isSingle = Set(random.map { Set($0.groups) }).count == 1
    if options.subject == nil, isSingle, random[0].groups.count == 1 { options.subject = random[0].groups[0] }
    let response = try GeneralizedResponse(formula, family: family, options: options, in: table)
    let frame = try ModelFrame(
      formula, table: table, options: options,
      response: .prepared(
        checks: response.checks, diagnostics: response.diagnostics, events: response.events(family)),
      allowsRandomTerms: true, executor: executor)
    guard case .value(let expression) = formula.response else {
      throw EstimationError(.unsupported, "a mixed model needs a number as response, not Surv( )")
    }
    try response.checkRange(
      family, rows: frame.usedRows, name: "\(expression)", in: table, executor: executor)
    let data = try GeneralizedMixedData(self, frame: frame, response: response, in: table, executor)
    return try GeneralizedMixedFit(self, data, executor: executor)
  }
}

/// What a generalised linear mixed model is fitted to, with the fit without random effects that it starts from.
struct GeneralizedMixedData: Sendable {
  let grouped: GroupedRows
  let start: GeneralizedLinearModel.StartingPoint
  let fixed: ScoringSearch
  let separation: Separation?
  let copies: [Double]
  let trials: [Double]?
  /// A set of groups whose constants vary and each of which has one and the same response in all of its rows.
  let uniform: String?

  var frame: ModelFrame { grouped.frame }
  var rows: GeneralizedRows { start.rows }

  init(
    _ model: GeneralizedMixedModel, frame: ModelFrame, response: GeneralizedResponse, in table: Table,
    _ executor: some FoldExecutor
  ) throws {
    // An effect for each row is known of counts, not of single trials.
    let isSingle = model.family == .binomial && response.trials == nil
    let random = try RandomDesign(
      model.formula, frame: frame, covariance: model.covariance, hasResiduals: isSingle, in: table)
    let grouped = try GroupedRows(frame, random: random)
    self.grouped = grouped
    trials = response.trials
    if model.integration.points > 1, random.groupings[0].width > 2 {
      throw EstimationError(
        .unsupported,
        "quadrature is for one or two effects of a group, and \(random.groupings[0].width) vary here: use Laplace's approximation"
      )
    }
    let rows = try GeneralizedRows(
      frame, response: response.values, trials: response.trials, order: grouped.order,
      leaves: grouped.leafRows, executor: executor)
    let plain = try GeneralizedLinearModel(
      model.formula.text, family: model.family, link: model.link, options: frame.options, penalty: .never)
    start = try plain.startingPoint(frame, rows, in: table, executor)
    let family = FittedFamily(model.family, model.link)
    fixed = try ScoringSearch(
      start.rows, family: family, from: start.first, intercept: frame.plan.hasIntercept, executor: executor)
    separation = try Separation.suspected(start.rows, family: family, search: fixed, executor: executor)
    copies = try Self.copies(frame, grouped, in: table)
    uniform =
      model.family == .binomial
      ? random.groupings.first {
        $0.constant != nil && $0.groups.count < frame.usedRows.count
          && Self.isUniform(response.values, in: $0.groups, frame.usedRows)
      }?.name : nil
  }

  /// Whether the chance of what each group shows grows for ever with the variance between groups: no group has
  /// successes and failures.
  private static func isUniform(_ shares: [Double], in groups: GroupCodes, _ rows: RowSelection) -> Bool {
    var known = [Double](repeating: .nan, count: groups.count)
    for row in rows {
      let group = Int(groups.codes[row])
      guard shares[row] == 0 || shares[row] == 1, known[group].isNaN || known[group] == shares[row] else {
        return false
      }
      known[group] = shares[row]
    }
    return true
  }

  /// Frequency weights, which must be the group's.
  private static func copies(_ frame: ModelFrame, _ rows: GroupedRows, in table: Table) throws -> [Double] {
    guard let kind = frame.options.weights, kind.kind == .frequency, let weights = frame.weights else {
      return []
    }
    return try LinearMixedModel.copies(
      weights, column: kind.column, order: rows.order, starts: rows.starts, in: table)
  }
}
