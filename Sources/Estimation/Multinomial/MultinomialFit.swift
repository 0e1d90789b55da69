public import LinearAlgebra

/// A fitted baseline-category logit model: an equation for each level of the response but the reference.
///
/// It has several coefficients for each column of the design, so that it is not a ``FittedModel``: marginal means
/// and contrasts do not apply; ``probabilities(in:)`` gives what the model says of rows.
public struct MultinomialFit: EstimatedModel {
  /// One level of the response.
  public struct Level: Sendable, Equatable {
    /// The level.
    public let name: String
    /// Used rows with the level.
    public let rows: Int
    /// What the level rests on.
    public let support: Support
  }

  /// The formula.
  public let formula: Formula
  /// The options it was fitted with.
  public let options: ModelOptions
  /// How rows become columns, the same in every equation.
  public let plan: DesignPlan
  /// The column that is the response.
  public let responseColumn: String
  /// The levels of the response that used rows have, the reference first.
  public let levels: [Level]
  /// Level by level but for the reference, the coefficients in the plan's order, named `level: term`; aliased ones
  /// included.
  public let coefficients: [Coefficient]
  /// Indices into `coefficients` of those that are estimated.
  public let estimated: [Int]
  /// The covariance of the estimated coefficients.
  public let covariance: Matrix
  /// Each aliased column as a combination of the estimated ones, the same in every equation.
  public let aliasing: Matrix
  /// What was read, used and left out.
  public let rows: RowAccounting
  /// What each coefficient rests on: the people, with either level, that it compares.
  public let supports: [Support]
  /// What a reader must know.
  public let diagnostics: [Diagnostic]
  /// The robust covariance, if any.
  public let robust: RobustCovariance?
  /// `sum w log P(y)`, as nnet's `logLik`.
  public let logLikelihood: Double
  /// The log-likelihood of the intercepts alone; of equal chances without an intercept.
  public let nullLogLikelihood: Double
  /// Estimated coefficients of all equations.
  public let parameterCount: Int
  /// How many observations count: rows, or the sum of frequency weights.
  public let observationCount: Double
  /// How the iteration ended.
  public let convergence: Convergence
  /// How the last step was solved.
  public let solver: StepSolver
  /// Coefficients of the plan's columns (0 where aliased) x levels but for the reference; those of the last step
  /// where there are no finite ones.
  let equations: Matrix

  /// The reference level of the response.
  public var referenceLevel: String { levels.first?.name ?? "" }
  /// `-2 logLik`: a row's own level with certainty is the perfect fit.
  public var deviance: Double { -2 * logLikelihood }
  /// The deviance of the intercepts alone.
  public var nullDeviance: Double { -2 * nullLogLikelihood }
  /// `-2 logLik + 2 parameters`.
  public var aic: Double { deviance + 2 * Double(parameterCount) }
  /// `-2 logLik + log(n) parameters`.
  public var bic: Double { deviance + logarithm(observationCount) * Double(parameterCount) }
  /// The least that any coefficient, or level, rests on: statistics of the whole model tell of it too.
  public var leastSupport: Support {
    Support.fewest(of: supports + levels.map(\.support)) ?? Support(people: 0)
  }

  init<Executor: FoldExecutor>(_ context: MultinomialContext<Executor>) throws {
    let (frame, outcome) = (context.frame, context.outcome)
    formula = frame.formula
    options = frame.options
    plan = frame.plan
    responseColumn = outcome.column
    let supports = outcome.supports.map { Support(people: $0.total.events ?? 0) }
    levels = outcome.levels.indices.map {
      Level(name: outcome.levels[$0], rows: outcome.rowCounts[$0], support: supports[$0])
    }
    estimated = context.estimated
    aliasing = context.columns.aliasing
    robust = context.model.robust
    self.supports = context.supports
    logLikelihood = context.search.end.logLikelihood
    nullLogLikelihood = context.nullLogLikelihood
    parameterCount = context.estimated.count
    observationCount = context.observationCount
    convergence = context.search.convergence
    solver = context.search.factor?.solver ?? .normalEquations
    equations = context.equations
    let covariances = try context.covariances()
    covariance = covariances.robust ?? covariances.model
    let separation = try context.separation()
    coefficients = context.coefficients(covariances, separation: separation)
    var rows = frame.accounting
    rows.clusters = covariances.clusters
    self.rows = rows
    diagnostics = context.diagnostics(rows, separation: separation)
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let errors = robust?.label ?? "model-based"
    return
      "Multinomial logit model ('\(responseColumn)', each level against '\(referenceLevel)') "
      + "by maximum likelihood; z tests, \(errors) standard errors\(rows.clustersPhrase)"
      + "\(options.weightsPhrase)\(solver.phrase); \(notes.closing)."
  }
}
