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
  /// What is finite of separated data beside single coefficients.
  var limit: Limit?

  /// Separated data determine linear functions of the coefficients that are in the row space of the other rows.
  struct Limit: Sendable {
    /// The estimated coefficients in coordinates in which the columns that were left out stand at 0, so that
    /// with these functions come out right even where single coefficients have no finite value.
    let estimates: [Double]
    /// Where the predictors of separated rows go.
    let ends: PredictorEnds
  }
}

extension FittedModel {
  /// The estimated coefficients in their order, from which every estimable function is computed.
  var estimates: [Double] {
    (self as? any StoredFit)?.core.limit?.estimates ?? estimated.map { coefficients[$0].estimate ?? 0 }
  }

  /// Where predictors go that are finite for no data; nil unless data separate.
  var predictorEnds: PredictorEnds? { (self as? any StoredFit)?.core.limit?.ends }
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
