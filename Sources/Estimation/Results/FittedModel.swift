public import LinearAlgebra

/// What post-estimation needs of a fit: contrasts, marginal means and tests are functions of this.
public protocol FittedModel: Sendable {
  /// The formula.
  var formula: Formula { get }
  /// The options it was fitted with.
  var options: ModelOptions { get }
  /// How rows become columns.
  var plan: DesignPlan { get }
  /// All coefficients in the plan's order, aliased ones included.
  var coefficients: [Coefficient] { get }
  /// Indices into `coefficients` of those that are estimated.
  var estimated: [Int] { get }
  /// The covariance of the estimated coefficients.
  var covariance: Matrix { get }
  /// Each aliased coefficient's column as a combination of the estimated ones' columns.
  var aliasing: Matrix { get }
  /// Residual degrees of freedom for t statistics; nil for z.
  var residualDegreesOfFreedom: Double? { get }
  /// Degrees of freedom for the t statistic of a linear function of the coefficients, whose weights on the
  /// estimated ones are given in their order; nil for z.
  func degreesOfFreedom(of weights: [Double]) -> Double?
  /// The mean over the used rows of each numeric column in the formula.
  var columnMeans: [String: Double] { get }
  /// What was read, used and left out.
  var rows: RowAccounting { get }
  /// What each coefficient rests on: how many people, and events, the disclosure gate must know of.
  var support: DesignSupport { get }
  /// What a reader must know.
  var diagnostics: [Diagnostic] { get }
  /// One line: estimator, degrees of freedom, standard errors, weights, and whether to trust it.
  var verdict: String { get }
}

extension FittedModel {
  /// The residual degrees of freedom, whatever the function.
  public func degreesOfFreedom(of weights: [Double]) -> Double? { residualDegreesOfFreedom }
}
