public import CohortTables
public import LinearAlgebra

/// What every fit tells: what was estimated, from which rows, and whether to trust it.
public protocol EstimatedModel: Sendable {
  /// The formula.
  var formula: Formula { get }
  /// The options it was fitted with.
  var options: ModelOptions { get }
  /// How rows become columns.
  var plan: DesignPlan { get }
  /// All coefficients, aliased ones included.
  var coefficients: [Coefficient] { get }
  /// Indices into `coefficients` of those that are estimated.
  var estimated: [Int] { get }
  /// The covariance of the estimated coefficients.
  var covariance: Matrix { get }
  /// What was read, used and left out.
  var rows: RowAccounting { get }
  /// What a reader must know.
  var diagnostics: [Diagnostic] { get }
  /// One line: estimator, degrees of freedom, standard errors, weights, and whether to trust it.
  ///
  /// It closes with how many of the notes are to be heeded: the fit's, and those of what was computed from it.
  func verdict(closing notes: [Diagnostic]) -> String
}

extension EstimatedModel {
  /// One line: estimator, degrees of freedom, standard errors, weights, and whether to trust it.
  public var verdict: String { verdict(closing: diagnostics) }
}

/// What post-estimation needs of a fit: contrasts, marginal means and tests are functions of this.
///
/// The model has one linear predictor, and its coefficients are in the plan's order.
public protocol FittedModel: EstimatedModel {
  /// Each aliased coefficient's column as a combination of the estimated ones' columns.
  var aliasing: Matrix { get }
  /// Residual degrees of freedom for t statistics; nil for z.
  var residualDegreesOfFreedom: Double? { get }
  /// Degrees of freedom for the t statistic of a linear function of the coefficients, whose weights on the
  /// estimated ones are given in their order; nil for z.
  func degreesOfFreedom(of weights: [Double]) -> Double?
  /// What a joint test of linear functions of the estimated coefficients, one a row, is referred to.
  func jointReference(of functions: Matrix) -> JointReference
  /// What makes the mean of the response a linear function of the terms; identity where nothing does.
  var link: Link { get }
  /// The distribution of the response, for models that have one.
  var responseFamily: ResponseFamily { get }
  /// What an exponentiated difference of linear predictors is a ratio of: odds, risk, rate, hazard; nil where it
  /// is none.
  var ratioKind: String? { get }
  /// The influence of each used row on linear functions of the estimated coefficients.
  ///
  /// With `functions` one a column, element (i, k) is the first-order change of function k when row i is added
  /// once more, so that their cross-product over independent units is the sandwich covariance. Rows that stand
  /// for several count that many times. Nil for models without such a form.
  func rowInfluence(on functions: Matrix, in table: Table) throws -> Matrix?
  /// The rows that the model was fitted to, found again in its table.
  func fittedRows(in table: Table) throws -> FittedRows
  /// The mean over the used rows of each numeric column in the formula.
  var columnMeans: [String: Double] { get }
  /// What each coefficient rests on: how many people, and events, the disclosure gate must know of.
  var support: DesignSupport { get }
}

extension FittedModel {
  /// The residual degrees of freedom, whatever the function.
  public func degreesOfFreedom(of weights: [Double]) -> Double? { residualDegreesOfFreedom }

  /// F with the residual degrees of freedom, otherwise chi-squared.
  public func jointReference(of functions: Matrix) -> JointReference {
    residualDegreesOfFreedom.map { .f(denominator: $0) } ?? .chiSquared
  }

  /// The identity.
  public var link: Link { .identity }

  /// Gaussian.
  public var responseFamily: ResponseFamily { .gaussian }

  /// None.
  public var ratioKind: String? { nil }

  /// None.
  public func rowInfluence(on functions: Matrix, in table: Table) throws -> Matrix? { nil }
}

/// The distribution to which a joint test of q functions refers its Wald statistic Q.
public enum JointReference: Sendable, Equatable {
  /// Q is chi-squared on q degrees of freedom.
  case chiSquared
  /// Q / q is F on q and these.
  case f(denominator: Double)
  /// `(eta - q + 1) / (eta q) Q` is F on q and `eta - q + 1`: Hotelling's T-squared with `eta` degrees of freedom
  /// (Pustejovsky and Tipton 2018, section 3.2).
  case hotelling(eta: Double)
  /// `scale Q / q` is F on q and these, such as Kenward and Roger's.
  case scaledF(denominator: Double, scale: Double)
}
