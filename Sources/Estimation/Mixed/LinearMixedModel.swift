public import CohortTables
internal import LinearAlgebra

/// The linear mixed model `y = X beta + Z b + e`.
///
/// ```
/// b ~ N(0, D),   e ~ N(0, sigma^2 W^-1),   Var(y) = V = Z D Z' + sigma^2 W^-1
/// ```
/// with W diagonal precision weights. Random terms stand in the formula: `(1 | id)`, `(week | id)`, `(week || id)`,
/// `(0 + x | g)`, `(1 | site/id)`, several of them nested or crossed; their effects are independent of those of other
/// terms. Estimates agree with R's lme4, degrees of freedom with lmerTest and pbkrtest.
///
/// With one set of groups, one pass over the rows sums `Z'WZ`, `Z'WX` and `Z'Wy` of each group, and all else works on these
/// sums. With several the sums also go across groups: the effects of the finest groups are eliminated one by one, and
/// the others together wherever they hang together, so that sites with patients stay apart and crossed therapists do
/// not.
///
/// Columns are shifted and scaled before they are summed, and estimates mapped back exactly. Frequency weights count
/// whole groups and must be constant within them (one set of groups only); sampling weights are refused.
///
/// - Complexity: One set of groups: O(rows x columns x varying columns), then O(groups) a step.
///
/// ## References
/// Bates, Maechler, Bolker and Walker (2015), J. Statistical Software 67(1); Gilmour, Thompson and Cullis (1995),
/// Biometrics 51:1440-1450 (average information).
public struct LinearMixedModel: Sendable {
  /// The formula, with at least one random term.
  public let formula: Formula
  /// How the parameters are estimated.
  public var method: LikelihoodMethod
  /// How degrees of freedom are found.
  public var degreesOfFreedom: VarianceDegreesOfFreedom
  /// Which information these rest on; nil for observed with Satterthwaite and expected with Kenward and Roger.
  public var information: VarianceInformation?
  /// The covariance of the effects of terms with several columns.
  public var covariance: RandomCovariance
  /// The cluster-robust estimator of the coefficients' covariance; nil for the model's own.
  ///
  /// Clusters are those of `options.cluster`, without that the groups in which all others lie. With
  /// `options.cluster` it is CR2, unless another of CR0 to CR3 is named. V of the fitted model is the working
  /// covariance, and degrees of freedom are Satterthwaite's under it.
  public var robust: RobustCovariance?
  /// Options shared by all models.
  public var options: ModelOptions

  /// A mixed model.
  ///
  /// - Throws: `FormulaError`; `EstimationError` for a formula without random terms, and for Kenward and Roger's df with
  ///   maximum likelihood or robust errors.
  public init(
    _ formula: String, method: LikelihoodMethod = .reml,
    degreesOfFreedom: VarianceDegreesOfFreedom = .satterthwaite,
    information: VarianceInformation? = nil, covariance: RandomCovariance = .unstructured,
    robust: RobustCovariance? = nil, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.method = method
    self.degreesOfFreedom = degreesOfFreedom
    self.information = information
    self.covariance = covariance
    self.robust = robust
    self.options = options
    try check()
  }

  /// The information that degrees of freedom rest on.
  public var usedInformation: VarianceInformation {
    information ?? (degreesOfFreedom.isKenwardRoger ? .expected : .observed)
  }

  private func check() throws {
    guard !formula.randomTerms.isEmpty else {
      throw EstimationError(
        .unsupported, "a mixed model needs a random term, such as (1 | id); without one use a linear model")
    }
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported,
        "strata(\(stratum)) belongs to survival models; use factor(\(stratum)) or (1 | \(stratum))")
    }
    if degreesOfFreedom.isKenwardRoger, method == .ml {
      throw EstimationError(
        .unsupported,
        "Kenward and Roger's adjustment is of restricted maximum likelihood: use REML, or Satterthwaite's df")
    }
    if options.weights?.kind == .sampling {
      throw EstimationError(
        .unsupported,
        "sampling weights need weights and robust errors at every level of a mixed model, which is not built: use estimating "
          + "equations, or precision weights for known variances")
    }
    try checkRobust()
    if options.weights?.kind == .frequency, Set(formula.randomTerms.map { Set($0.groups) }).count > 1 {
      throw EstimationError(
        .unsupported,
        "frequency weights count whole groups, and with several sets of groups it is not said which: repeat the rows instead"
      )
    }
  }

  /// The estimator that is used.
  public var usedRobust: RobustCovariance? { robust ?? (options.cluster == nil ? nil : .cr2) }

  private func checkRobust() throws {
    guard let kind = usedRobust else { return }
    guard kind.isClustered else {
      throw EstimationError(
        .unsupported,
        "\(kind.rawValue) takes rows as independent, and a mixed model's are not: cr0, cr1, cr2 or cr3 sum over clusters"
      )
    }
    if degreesOfFreedom.isKenwardRoger {
      throw EstimationError(
        .unsupported, "Kenward and Roger's covariance and a sandwich exclude each other: choose one")
    }
    if options.weights?.kind == .frequency {
      throw EstimationError(.unsupported, "sandwich errors need people themselves, not frequency weights")
    }
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `FormulaError` for random terms that the rows cannot
  ///   determine, `EstimationError` when nothing can be estimated, and where clusters cut through groups. A fit that did
  ///   not converge is returned and says so.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> MixedFit {
    try fit(table, executor: executor, usesGeneralSums: false)
  }

  /// A fit of a single set of groups by the sums that serve several, to compare both.
  package func fit(_ table: Table, executor: some FoldExecutor, usesGeneralSums: Bool) throws -> MixedFit {
    try check()
    var options = options
    let random = formula.randomTerms
    let isSingle = Set(random.map { Set($0.groups) }).count == 1
    if options.subject == nil, isSingle, random[0].groups.count == 1 { options.subject = random[0].groups[0] }
    let frame = try ModelFrame(
      formula, table: table, options: options, response: nil, allowsRandomTerms: true)
    guard case .value(let response, _, _) = frame.response else {
      throw EstimationError(.unsupported, "a mixed model needs a number as response, not Surv( )")
    }
    let design = try RandomDesign(formula, frame: frame, covariance: covariance, in: table)
    var rows = MixedRows(frame, response: response, random: design)
    rows.usesGeneralSums = usesGeneralSums
    rows.copies = try copies(frame, rows, in: table)
    let columns = try MixedColumns(&rows, frame: frame, in: table, executor)
    return try MixedFit(self, frame: frame, rows: rows, columns: columns, executor: executor)
  }

  private func copies(_ frame: ModelFrame, _ rows: MixedRows, in table: Table) throws -> [Double] {
    guard let kind = options.weights, kind.kind == .frequency, let weights = frame.weights else { return [] }
    return try Self.copies(weights, column: kind.column, order: rows.order, starts: rows.starts, in: table)
  }

  /// Frequency weights, which must be the group's.
  static func copies(
    _ weights: [Double], column: String, order: [Int], starts: [Int], in table: Table
  ) throws -> [Double] {
    try (0..<starts.count - 1).map { group in
      let first = weights[order[starts[group]]]
      for row in order[starts[group]..<starts[group + 1]] where weights[row] != first {
        throw EstimationError(
          .unusableWeights,
          "\(table.place(row)): frequency '\(column)' is \(Expression.text(of: weights[row])), and "
            + "\(Expression.text(of: first)) at another row of the same group: a frequency counts whole groups here, so that it "
            + "must be the same in all of their rows")
      }
      return first
    }
  }
}
