/// The point after a step from some coefficients, or after its half, its quarter and so on: the first acceptable one.
///
/// Shared by all searches that damp Newton's method or scoring. Each says itself what an acceptable point is; where
/// it gives nil for the step and 29 halvings there is none.
func halvingStep<Point>(
  _ step: [Double], from beta: [Double], to acceptable: ([Double]) throws -> Point?
) rethrows -> Point? {
  var scale = 1.0
  for _ in 0..<30 {
    if let point = try acceptable(zip(beta, step).map { $0 + scale * $1 }) { return point }
    scale /= 2
  }
  return nil
}
