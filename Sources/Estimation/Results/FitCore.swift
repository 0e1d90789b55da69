internal import LinearAlgebra

/// What every fitted model stores: the frame that it was fitted to, and the coefficients that it came to.
struct FitCore: Sendable {
  let frame: ModelFrame.Summary
  /// The frame's accounting, with the clusters where there are any.
  let rows: RowAccounting
  let estimated: [Int]
  let aliasing: Matrix
  let covariance: Matrix
  let coefficients: [Coefficient]
  let diagnostics: [Diagnostic]
}

/// A fitted model that stores a core, and answers from it what all fitted models are asked.
protocol StoredFit: FittedModel {
  var core: FitCore { get }
}

extension StoredFit {
  /// The formula.
  public var formula: Formula { core.frame.formula }
  /// The options it was fitted with.
  public var options: ModelOptions { core.frame.options }
  /// How rows become columns.
  public var plan: DesignPlan { core.frame.plan }
  /// All coefficients in the plan's order, aliased ones included.
  public var coefficients: [Coefficient] { core.coefficients }
  /// Indices of the coefficients that are estimated.
  public var estimated: [Int] { core.estimated }
  /// The covariance of the estimated coefficients, which the standard errors come from.
  public var covariance: Matrix { core.covariance }
  /// Each aliased column as a combination of the estimated ones.
  public var aliasing: Matrix { core.aliasing }
  /// The mean over the used rows of each numeric column in the formula.
  public var columnMeans: [String: Double] { core.frame.columnMeans }
  /// What was read, used and left out.
  public var rows: RowAccounting { core.rows }
  /// What each coefficient rests on.
  public var support: DesignSupport { core.frame.support }
  /// What a reader must know.
  public var diagnostics: [Diagnostic] { core.diagnostics }
}
