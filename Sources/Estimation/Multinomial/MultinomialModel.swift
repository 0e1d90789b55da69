public import CohortTables
internal import LinearAlgebra

/// A baseline-category (multinomial) logit model: which of several unordered levels a row has.
///
/// With the reference level 0 and the others 1 to J,
/// ```
/// log(P(y = j) / P(y = 0)) = x'beta_j,     P(y = j) = exp(x'beta_j) / (1 + sum_k exp(x'beta_k))
/// U_j = sum w (1[y = j] - p_j) x,          I_jk = sum w p_j (1[j = k] - p_k) x x'
/// ```
/// Maximum likelihood by Newton's method with the analytic information, one fold an iteration, from the shares of
/// the levels; a step that lowers the likelihood is halved. With two levels it is the binomial model with logit link.
/// Of columns that depend on each other the later one is left out of every equation and reported as aliased.
///
/// The response is a column of categories (or of codes: each value is a level); `options.references` may name its
/// reference level, otherwise it is the first in sorted order. Levels without a used row have no equation. Statistics
/// are z. Standard errors are the model's, or with `robust` HC0, with clusters CR0 or CR1 (the default; corrections
/// for small samples are not made for this model). Sampling weights force HC0.
///
/// - Complexity: O(rows x (J columns)^2) an iteration; the design is kept in memory up to 512 MB.
///
/// ## References
/// Agresti (2013), Categorical Data Analysis, 3rd ed., section 8.1; McCullagh and Nelder (1989), Generalized Linear
/// Models, 2nd ed., section 5.2.4; Albert and Anderson (1984), Biometrika 71:1-10 (existence of the estimates);
/// Liang and Zeger (1986), Biometrika 73:13-22 (sums by cluster).
public struct MultinomialModel: Sendable {
  /// The formula; the response is one column.
  public let formula: Formula
  /// Options shared by all models.
  public var options: ModelOptions
  /// Robust standard errors: HC0, CR0 or CR1; nil for the model's own.
  public var robust: RobustCovariance?

  /// A baseline-category logit model.
  ///
  /// - Throws: `FormulaError`; `EstimationError` for robust errors that the model does not have.
  public init(
    _ formula: String, options: ModelOptions = ModelOptions(), robust: RobustCovariance? = nil
  ) throws {
    self.formula = try Formula(formula)
    self.options = options
    self.robust =
      robust ?? (options.cluster != nil ? .cr1 : options.weights?.kind == .sampling ? .hc0 : nil)
    guard self.robust.map({ [.hc0, .cr0, .cr1].contains($0) }) ?? true else {
      throw EstimationError(
        .unsupported,
        "the multinomial model has the robust errors hc0 and, with clusters, cr0 and cr1; "
          + "\(self.robust?.rawValue ?? "") is not built for it")
    }
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `EstimationError` when nothing can be
  ///   estimated. A fit that did not converge is returned and says so.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> MultinomialFit {
    try check()
    let response = try MultinomialResponse(formula, in: table)
    let frame = try ModelFrame(
      formula, table: table, options: options, response: .prepared(checks: response.checks, diagnostics: []))
    let outcome = try MultinomialOutcome(response, frame: frame, in: table)
    let (rows, columns) = try independent(frame, outcome, in: table, executor)
    let search = try MultinomialSearch(
      rows, outcome: outcome, intercept: frame.plan.hasIntercept, executor: executor)
    return try MultinomialFit(
      MultinomialContext(
        model: self, frame: frame, outcome: outcome, rows: rows, columns: columns, search: search,
        executor: executor))
  }

  private func check() throws {
    if let stratum = formula.strata.first {
      throw EstimationError(
        .unsupported, "strata(\(stratum)) belongs to survival models; use factor(\(stratum))")
    }
    guard formula.offsets.isEmpty else {
      throw EstimationError(
        .unsupported, "an offset would enter every equation of a multinomial model alike: leave it out")
    }
    try options.checkClusters(robust)
  }

  /// The rows with the columns that stand on their own: with equal chances every equation has the weights of the
  /// rows alone, so that they are those of a linear model.
  private func independent(
    _ frame: ModelFrame, _ outcome: MultinomialOutcome, in table: Table, _ executor: some FoldExecutor
  ) throws -> (GeneralizedRows, IndependentColumns) {
    let rows = try GeneralizedRows(frame, response: outcome.codes, trials: nil, executor: executor)
    let family = FittedFamily(.gaussian, .identity)
    let start = try ScoringPass(rows: rows, family: family).sums(at: nil, executor)
    for (column, name) in frame.plan.columnNames.enumerated()
    where !start.information[column, column].isFinite {
      throw EstimationError.tooLarge(name, in: table)
    }
    let columns = try IndependentColumns(
      start, rows: rows, family: family, hasIntercept: frame.plan.hasIntercept,
      tolerance: options.rankTolerance, executor: executor)
    let parameters = columns.kept.count * (outcome.levels.count - 1)
    guard parameters <= DesignLimit.mostColumns else {
      throw EstimationError(
        .designTooLarge,
        "\(table.source.displayName): \(outcome.levels.count - 1) equations of \(columns.kept.count) columns are "
          + "\(parameters) coefficients, and a model takes at most \(DesignLimit.mostColumns): join levels of "
          + "'\(outcome.column)'")
    }
    return (try rows.keeping(columns.kept, executor: executor), columns)
  }
}
