internal import LinearAlgebra

/// PLACEHOLDER
struct RepeatedSandwich: Sendable {
  let meat: Matrix
  init(_ kind: RobustCovariance, data: RepeatedData, solution: RepeatedSolution, executor: some FoldExecutor) throws {
    throw EstimationError(.notBuilt, "sandwich errors are not built yet")
  }
  func degreesOfFreedom(of weights: [Double]) -> Double? { nil }
  func reference(of functions: Matrix) -> JointReference? { nil }
  func note(in rows: inout RowAccounting, column: String) {}
  func diagnostics(_ kind: RobustCovariance?, _ coefficients: [Coefficient]) -> [Diagnostic] { [] }
}
