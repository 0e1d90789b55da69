/// How the criterion of a mixed model was brought to its optimum.
public struct OptimizationRecord: Sendable, Equatable {
  /// One search from one start.
  public struct Run: Sendable, Equatable {
    /// Where it started: moments, or unit.
    public let start: String
    /// What was done.
    public let optimizer: String
    /// The criterion (-2 log-likelihood, restricted or not) at the start and after each step.
    public internal(set) var criteria: [Double]
    /// At each of these points, the gradient in units of the Hessian's Cholesky factor: `(g'H^-1 g)^(1/2)`.
    public internal(set) var scaledGradients: [Double]
    /// The share of each Newton step that was taken.
    public internal(set) var stepShares: [Double]
    /// Whether the scaled gradient fell below its tolerance at a point where the Hessian is not negative.
    public internal(set) var isConverged: Bool
  }

  /// The searches, the first that which was kept.
  public internal(set) var runs: [Run]
  /// The parameters of the relative covariance factors at the optimum, in standardised columns.
  public internal(set) var parameters: [Double]
  /// The gradient of the criterion there.
  public internal(set) var gradient: [Double]
}
