public import CohortTables
internal import LinearAlgebra

/// Generalised estimating equations: a model of the mean of repeated responses that leaves their
/// correlation open.
///
/// ```
/// sum_i D_i'V_i^-1 (y_i - mu_i) = 0,    g(mu) = X beta + offset,    V_i = phi A_i^1/2 R(alpha) A_i^1/2
/// ```
/// over people i, with `D = dmu/dbeta`, A the variance function over the weights, and R the working correlation.
/// Scale and correlations are moments of Pearson's residuals, stated at ``MomentDivisor`` and
/// <doc:EstimatingEquations>; the default agrees with R's geepack.
///
/// Standard errors come from the spread of people's scores. Statistics are z; with fewer than 50 people and no
/// covariance named, Kauermann and Carroll's correction with t statistics (people less coefficients) is used,
/// and the fit says so. People whose rows are missing are taken as missing completely at random.
///
/// A working correlation that turns out not to be one (not positive definite) is never used: the fit then is that of
/// working independence, with a diagnostic that says why.
///
/// - Complexity: O(rows x columns^2) a turn; no matrix of the order of a person's rows is formed, but for
///   unstructured correlations one for each set of visits.
///
/// ## References
/// Liang and Zeger (1986), Biometrika 73:13-22; Hojsgaard, Halekoh and Yan (2006), J. Statistical Software
/// 15(2).
public struct GeneralizedEstimatingEquations: Sendable {
  /// The formula; `success / trials ~ terms` for binomial counts.
  public let formula: Formula
  /// The distribution whose variance function is used.
  public let family: ResponseFamily
  /// What makes the mean linear.
  public let link: Link
  /// The working correlation.
  public let correlation: WorkingCorrelation
  /// The column that identifies people.
  public let subject: String
  /// The column that says which visit a row is of; nil to number each person's rows as they stand in the table.
  public let visit: String?
  /// Options shared by all models.
  public var options: ModelOptions
  /// The covariance; nil for the sandwich, or with fewer than 50 people Kauermann and Carroll's.
  public var covariance: EstimatingCovariance?
  /// What moments are divided by.
  public var divisor: MomentDivisor

  /// Estimating equations for the rows of people.
  ///
  /// - Throws: `FormulaError`; `EstimationError` for a link that the family cannot have and for families without
  ///   a known variance function (negative binomial).
  public init(
    _ formula: String, subject: String, visit: String? = nil,
    correlation: WorkingCorrelation = .independence, family: ResponseFamily = .gaussian, link: Link? = nil,
    options: ModelOptions = ModelOptions(), covariance: EstimatingCovariance? = nil,
    divisor: MomentDivisor = .count
  ) throws {
    guard family.name != "negative_binomial" else {
      throw EstimationError(
        .unsupported,
        "estimating equations have the families gaussian, binomial, poisson and gamma: counts that vary more than "
          + "Poisson counts are taken in by the scale, so use poisson")
    }
    let base = try GeneralizedLinearModel(formula, family: family, link: link)
    self.formula = base.formula
    self.family = family
    self.link = base.link
    self.correlation = correlation
    self.subject = subject
    self.visit = visit
    self.options = options
    self.covariance = covariance
    self.divisor = divisor
    try checkOptions()
  }

  private func checkOptions() throws {
    if let cluster = options.cluster {
      throw EstimationError(
        .unsupported,
        "clusters are given ('\(cluster)'), and in estimating equations the people of '\(subject)' are the clusters"
      )
    }
    if options.weights?.kind == .sampling, covariance == .model {
      throw EstimationError(
        .unsupported,
        "with sampling weights model-based errors are wrong: use the sandwich or a correction of it")
    }
  }

  /// Fits the equations to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `EstimationError` when nothing can be estimated, for
  ///   two rows of a person at one visit, and for frequencies that differ within a person. A fit that did not
  ///   converge is returned and says so.
  public func fit(
    _ table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> EstimatingEquationsFit {
    try checkOptions()
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "strata(\(stratum)) belongs to survival models; use factor(\(stratum))")
    }
    var options = options
    options.subject = subject
    if let visit { options.required.append(visit) }
    let response = try GeneralizedResponse(formula, family: family, options: options, in: table)
    let frame = try ModelFrame(
      formula, table: table, options: options,
      response: .prepared(
        checks: response.checks, diagnostics: response.diagnostics, events: response.events(family)))
    guard case .value(let expression) = formula.response else {
      throw EstimationError(.unsupported, "no response")
    }
    try response.checkRange(family, rows: frame.usedRows, name: "\(expression)", in: table)
    let (people, visits) = try order(frame, in: table)
    let rows = try GeneralizedRows(
      frame, response: response.values, trials: response.trials, order: people.order, leaves: people.leaves,
      executor: executor)
    let base = try GeneralizedLinearModel(
      formula.text, family: family, link: link, options: options, penalty: .never)
    let start = try base.startingPoint(frame, rows, in: table, executor)
    let solution = try EstimatingSolution(
      self, frame: frame, people: people, start: start, executor: executor)
    return try EstimatingEquationsFit(
      self, frame: frame, solution: solution, visits: visits, executor: executor)
  }

  private func order(_ frame: ModelFrame, in table: Table) throws -> (PersonOrder, VisitColumn?) {
    let codes = try table.requireColumn(subject).asCategories().codes.array()
    let visits = try visit.map {
      try VisitColumn($0, correlation: correlation, usedRows: frame.usedRows, in: table)
    }
    let people = try PersonOrder(
      frame, subject: codes, visits: visits, correlation: correlation, in: table)
    guard people.personCount > 1 else {
      throw EstimationError(
        .tooFewRows,
        "all used rows belong to one person of '\(subject)': the error of estimating equations is the spread between people"
      )
    }
    if correlation == .unstructured, people.visitNames.count > VisitColumn.mostVisits {
      throw EstimationError(
        .unsupported,
        "\(people.visitNames.count) visits have too many pairs for correlations of their own: use exchangeable or AR(1)"
      )
    }
    if correlation == .autoregressive, people.farthest > VisitColumn.farthest {
      throw EstimationError(
        .unusableColumn,
        "two visits of one person lie \(people.farthest) apart in '\(visit ?? subject)': number the visits, or give them in a "
          + "larger unit")
    }
    return (people, visits)
  }
}
