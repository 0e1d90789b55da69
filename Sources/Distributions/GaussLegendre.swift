#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A Gauss-Legendre rule on -1...1, exact for polynomials of degree 2n - 1.
struct GaussLegendre: Sendable {
  let nodes: [Double]
  let weights: [Double]

  /// The largest order kept; longer intervals are split.
  static let largestOrder = 40

  /// The rules of 1 to `largestOrder` nodes.
  private static let rules: [GaussLegendre] = (1...largestOrder).map(GaussLegendre.init(order:))

  /// The rule of an order from 1 to `largestOrder`.
  static func rule(_ order: Int) -> GaussLegendre { rules[order - 1] }

  /// Newton's method on the Legendre polynomial from Tricomi's starting points; the nodes come out to a rounding or two.
  private init(order n: Int) {
    var nodes = [Double](repeating: 0, count: n)
    var weights = [Double](repeating: 0, count: n)
    for i in 0..<n {
      var x = -cos(.pi * (Double(i) + 0.75) / (Double(n) + 0.5))
      var slope = 1.0
      for _ in 0..<8 {
        let (value, derivative) = Self.legendre(n, x)
        slope = derivative
        let step = value / derivative
        x -= step
        if abs(step) < 1e-16 { break }
      }
      slope = Self.legendre(n, x).derivative
      nodes[i] = x
      weights[i] = 2 / ((1 - x * x) * slope * slope)
    }
    self.nodes = nodes
    self.weights = weights
  }

  /// P_n and its derivative at x, by the three-term recurrence.
  private static func legendre(_ n: Int, _ x: Double) -> (value: Double, derivative: Double) {
    var previous = 1.0
    var current = x
    for k in stride(from: 2, through: n, by: 1) {
      let degree = Double(k)
      (previous, current) = (current, ((2 * degree - 1) * x * current - (degree - 1) * previous) / degree)
    }
    return (current, Double(n) * (x * current - previous) / (x * x - 1))
  }
}
