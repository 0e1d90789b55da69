internal import LinearAlgebra

/// How the random effects are integrated out of the likelihood of a generalised linear mixed model.
public enum RandomEffectIntegration: Sendable, Equatable {
  /// Laplace's approximation about each group's most likely effects: R's `glmer` as it comes.
  case laplace
  /// Adaptive Gauss-Hermite quadrature with so many points for each effect, centred at each group's most likely
  /// effects and scaled by their curvature: one set of groups with one or two effects. One point is Laplace's
  /// approximation.
  case quadrature(points: Int)

  /// Points for each effect.
  public var points: Int {
    if case .quadrature(let points) = self { return points }
    return 1
  }

  var label: String {
    points == 1
      ? "Laplace's approximation" : "adaptive Gauss-Hermite quadrature with \(points) points"
  }
}

/// The product rule of Gauss and Hermite for a standard normal weight.
struct QuadratureRule: Sendable {
  let width: Int
  /// Nodes x width, one node after the other.
  let nodes: [Double]
  /// For each node `log weight + |t|^2 / 2`.
  let logWeights: [Double]

  /// The most points an effect may have.
  static let mostPoints = 101

  var count: Int { logWeights.count }

  init(points: Int, width: Int) {
    self.width = width
    guard points > 1 else {
      (nodes, logWeights) = ([Double](repeating: 0, count: width), [0])
      return
    }
    let (own, weights) = Self.single(points)
    let logs = zip(own, weights).map { logarithm($1) + $0 * $0 / 2 }
    var (nodes, logWeights) = ([[Double]]([[]]), [0.0])
    for _ in 0..<width {
      logWeights = logWeights.flatMap { sum in logs.map { sum + $0 } }
      nodes = nodes.flatMap { node in own.map { node + [$0] } }
    }
    self.nodes = nodes.flatMap { $0 }
    self.logWeights = logWeights
  }

  /// Nodes and weights for `E f(t)`, t standard normal.
  ///
  /// Eigenvalues of the Jacobi matrix (Golub and Welsch 1969, Math. Comp. 23:221-230), each polished by Newton's method on
  /// the orthonormal polynomials, whose squares sum to the reciprocal weights.
  static func single(_ points: Int) -> (nodes: [Double], weights: [Double]) {
    var jacobi = Matrix(rowCount: points, columnCount: points)
    for k in 1..<max(points, 1) {
      jacobi[k, k - 1] = Double(k).squareRoot()
      jacobi[k - 1, k] = jacobi[k, k - 1]
    }
    let raw = (try? SymmetricEigen(jacobi).values) ?? []
    var (nodes, weights) = ([Double](), [Double]())
    for start in raw {
      var x = start
      for _ in 0..<3 {
        let (top, below, _) = orthonormal(points, at: x)
        x -= top / (Double(points).squareRoot() * below)
      }
      nodes.append(x)
      weights.append(1 / orthonormal(points, at: x).squares)
    }
    // The rule is symmetric.
    for k in 0..<points / 2 {
      let x = 0.5 * (nodes[points - 1 - k] - nodes[k])
      let weight = 0.5 * (weights[points - 1 - k] + weights[k])
      (nodes[k], nodes[points - 1 - k]) = (-x, x)
      (weights[k], weights[points - 1 - k]) = (weight, weight)
    }
    if points % 2 == 1 { nodes[points / 2] = 0 }
    let total = weights.reduce(0, +)
    return (nodes, weights.map { $0 / total })
  }

  /// The orthonormal Hermite polynomials of degree n and n - 1, and the sum of squares of those below n.
  private static func orthonormal(_ n: Int, at x: Double) -> (top: Double, below: Double, squares: Double) {
    var (before, current, squares) = (0.0, 1.0, 0.0)
    for k in 0..<n {
      squares += current * current
      let next = (x * current - Double(k).squareRoot() * before) / Double(k + 1).squareRoot()
      (before, current) = (current, next)
    }
    return (current, before, squares)
  }
}
