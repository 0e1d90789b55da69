public import CohortTables
internal import LinearAlgebra

/// How confidence limits of single coefficients are made.
public enum LimitMethod: String, Sendable, CaseIterable, Codable {
  /// Estimate plus and minus a multiple of the standard error.
  case wald
  /// Where the likelihood ratio test just rejects.
  case profile
}

/// When a likelihood is penalised by Jeffreys' prior.
public enum Penalty: String, Sendable, CaseIterable, Codable {
  /// Never: coefficients without a finite estimate are reported as such.
  case never
  /// Where the data separate, so that there are no finite estimates.
  case onSeparation
  /// Always.
  case always
}

/// A generalised linear model: `g(E y) = X beta + offset`, by maximum likelihood.
///
/// ```
/// U(beta) = X'r = 0,    r_i = w_i (y_i - mu_i) (dmu/deta) / V(mu_i)
/// ```
/// Fisher scoring, one fold an iteration, from R's start; a step that raises the deviance is halved. Of
/// columns that depend on each other the later one is left out and reported as aliased, by R's rule and
/// tolerance.
///
/// Statistics are z, or t with the residual degrees of freedom where the dispersion is estimated
/// (gaussian, gamma), as in R's `summary.glm`. Standard errors are the model's from the expected information.
///
/// - Complexity: O(rows x columns^2) an iteration; the design is kept in memory up to 512 MB and otherwise
///   made again in each pass.
///
/// ## References
/// McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed.; Venables and Ripley (2002), section 7.4
/// (negative binomial); Firth (1993), Biometrika 80:27-38.
public struct GeneralizedLinearModel: Sendable {
  /// The formula; `success / trials ~ terms` for binomial counts.
  public let formula: Formula
  /// The distribution of the response.
  public let family: ResponseFamily
  /// What makes the mean linear.
  public let link: Link
  /// Options shared by all models.
  public var options: ModelOptions
  /// Robust standard errors; nil for the model's own.
  ///
  /// Sampling weights force HC3. With `options.cluster` it is CR2, unless another of CR0 to CR3 is named.
  public var robust: RobustCovariance?
  /// Whether statistics with cluster-robust errors are t with Satterthwaite's degrees of freedom; otherwise z.
  public var usesSatterthwaite = false
  /// How confidence limits are made.
  public var limits: LimitMethod
  /// How tests and limits are made where the likelihood is penalised: profile, unless Wald's are asked for.
  public var penalisedLimits = LimitMethod.profile
  /// When the likelihood is penalised.
  public var penalty: Penalty
  /// Whether a Poisson model of a 0/1 response estimates risk ratios.
  let isModifiedPoisson: Bool

  /// A generalised linear model.
  ///
  /// - Throws: `FormulaError`, `EstimationError` for a link that the family cannot have.
  public init(
    _ formula: String, family: ResponseFamily, link: Link? = nil, options: ModelOptions = ModelOptions(),
    robust: RobustCovariance? = nil, limits: LimitMethod = .wald, penalty: Penalty = .onSeparation
  ) throws {
    try self.init(
      formula, family, link, options, robust: robust, limits: limits, penalty: penalty, modified: false)
  }

  /// Poisson regression with robust errors of a 0/1 response: risk ratios without the odds.
  ///
  /// Unlike the binomial model with log link it converges wherever there is a risk to compare. Errors are
  /// HC0 unless told otherwise, with clusters CR2.
  ///
  /// ## References
  /// Zou (2004), American J. Epidemiology 159:702-706.
  public static func modifiedPoisson(
    _ formula: String, options: ModelOptions = ModelOptions(), robust: RobustCovariance? = nil
  ) throws -> GeneralizedLinearModel {
    try GeneralizedLinearModel(
      formula, .poisson, .log, options, robust: robust ?? (options.cluster == nil ? .hc0 : nil),
      limits: .wald, penalty: .never, modified: true)
  }

  private init(
    _ formula: String, _ family: ResponseFamily, _ link: Link?, _ options: ModelOptions,
    robust: RobustCovariance?, limits: LimitMethod, penalty: Penalty, modified: Bool
  ) throws {
    self.formula = try Formula(formula)
    self.family = family
    self.link = link ?? family.usualLink
    guard family.links.contains(self.link) else {
      throw EstimationError(
        .unsupported,
        "the \(family.name) family has no \(self.link.rawValue) link; it has "
          + family.links.map(\.rawValue).joined(separator: ", "))
    }
    self.options = options
    self.robust = robust ?? RobustCovariance.usual(options)
    self.limits = limits
    self.penalty = penalty
    isModifiedPoisson = modified
    if penalty == .always { try requirePenalty() }
  }

  /// Whether Jeffreys' prior is also Firth's correction: for natural links of known dispersion.
  var canBePenalised: Bool {
    (family == .binomial && link == .logit) || (family == .poisson && link == .log)
  }

  private func requirePenalty() throws {
    guard canBePenalised else {
      throw EstimationError(
        .unsupported,
        "Firth's penalty is for the binomial family with logit link and the Poisson family with log link")
    }
    guard robust == nil else {
      throw EstimationError(.unsupported, "Firth's estimates have no robust standard errors")
    }
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `EstimationError` when nothing can be
  ///   estimated. A fit that did not converge is returned and says so.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> GeneralizedFit {
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "strata(\(stratum)) belongs to survival models; use factor(\(stratum))")
    }
    try options.checkClusters(robust)
    let (frame, rows) = try rows(table, executor)
    let start = try startingPoint(frame, rows, in: table, executor)
    return try GeneralizedFit(self, frame: frame, start: start, executor: executor)
  }

  private func rows(_ table: Table, _ executor: some FoldExecutor) throws -> (ModelFrame, GeneralizedRows) {
    let response = try GeneralizedResponse(
      formula, family: isModifiedPoisson ? .binomial : family, options: options, in: table)
    let frame = try ModelFrame(
      formula, table: table, options: options,
      response: .prepared(
        checks: response.checks, diagnostics: response.diagnostics,
        events: response.events(isModifiedPoisson ? .binomial : family)), executor: executor)
    guard case .value(let expression) = formula.response else {
      throw EstimationError(.unsupported, "no response")
    }
    try response.checkRange(
      isModifiedPoisson ? .binomial : family, rows: frame.usedRows, name: "\(expression)", in: table,
      executor: executor)
    let rows = try GeneralizedRows(
      frame, response: response.values, trials: response.trials, executor: executor)
    return (frame, rows)
  }

  /// The rows with the columns that stand on their own.
  struct StartingPoint: Sendable {
    let rows: GeneralizedRows
    let columns: IndependentColumns
    /// The first coefficients, where no column was left out.
    let first: [Double]?
  }

  /// Which columns stand on their own, and the first coefficients.
  func startingPoint(
    _ frame: ModelFrame, _ rows: GeneralizedRows, in table: Table, _ executor: some FoldExecutor
  ) throws -> StartingPoint {
    try startingPoint(frame, rows, executor) { throw EstimationError.tooLarge($0, in: table) }
  }

  /// Which columns stand on their own among some of the rows, and the first coefficients.
  func startingPoint(
    _ frame: ModelFrame, _ rows: GeneralizedRows, _ executor: some FoldExecutor,
    refuse: (_ tooLarge: String) throws -> Void = { _ in }
  ) throws -> StartingPoint {
    // The shape does not matter to which columns depend on each other.
    let family = FittedFamily(self.family, link)
    let pass = ScoringPass(rows: rows, family: family)
    let start = try pass.sums(at: nil, executor)
    for (column, name) in frame.plan.columnNames.enumerated()
    where !start.information[column, column].isFinite {
      try refuse(name)
    }
    let columns = try IndependentColumns(
      start, rows: rows, family: family, hasIntercept: frame.plan.hasIntercept,
      tolerance: options.rankTolerance, executor: executor)
    let isComplete = columns.kept.count == frame.plan.columnCount
    let canStart = isComplete && self.family.name != "negative_binomial"
    let factor = canStart ? try pass.factor(start, at: nil, executor) : nil
    return StartingPoint(
      rows: try rows.keeping(columns.kept, executor: executor), columns: columns,
      first: factor?.solve(start.score))
  }
}
