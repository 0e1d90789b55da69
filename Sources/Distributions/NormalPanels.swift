#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A place on the axis where an integrand turns within a short width: the edge of a conditional rectangle.
struct Transition: Sendable {
  let center: Double
  let width: Double
}

/// Gauss-Legendre integration of a smooth function on panels that follow the integrand's own scale.
///
/// A normal density of conditional standard deviation w, integrated over a length L with n nodes, leaves an error
/// below 1e-12 when n >= 8 + 1.5 L / w (from the bound on a Bernstein ellipse). Transitions narrower than that scale
/// get panels that grow by factors of 3 away from their centre, so that near-singular correlations cost logarithmically.
enum NormalPanels {
  /// The integral of a function over a...b.
  ///
  /// - Parameters:
  ///   - scale: The width over which the function varies away from the transitions.
  ///   - transitions: Where it varies faster than that; a width of 0 is a kink or jump.
  static func integral(
    from a: Double, to b: Double, scale: Double, transitions: [Transition] = [],
    _ function: (Double) -> Double
  ) -> Double {
    guard a < b else { return 0 }
    if transitions.isEmpty { return smooth(from: a, to: b, scale: scale, function) }
    var cuts = [a, b]
    for transition in transitions {
      var reach = 4 * max(transition.width, 1e-12)
      if transition.width == 0 { cuts.append(transition.center) }
      while transition.width > 0 && reach < 2 * scale {
        cuts.append(transition.center - reach)
        cuts.append(transition.center + reach)
        reach *= 3
      }
    }
    cuts = cuts.filter { $0 >= a && $0 <= b }.sorted()
    var sum = 0.0
    for (left, right) in zip(cuts, cuts.dropFirst()) where right > left {
      sum += panels(from: left, to: right, nodes: 16 + 1.5 * (right - left) / scale, function)
    }
    return sum
  }

  /// The number of nodes for a smooth function: error below 1e-12.
  static func smooth(from a: Double, to b: Double, scale: Double, _ function: (Double) -> Double) -> Double {
    panels(from: a, to: b, nodes: 8 + 1.5 * (b - a) / scale, function)
  }

  private static func panels(
    from a: Double, to b: Double, nodes: Double, _ function: (Double) -> Double
  ) -> Double {
    let largest = GaussLegendre.largestOrder
    let count = max(1, Int((nodes / Double(largest)).rounded(.up)))
    let rule = GaussLegendre.rule(
      min(largest, Int((nodes / Double(count)).rounded(.up)) + (count > 1 ? 8 : 0)))
    let half = 0.5 * (b - a) / Double(count)
    var sum = 0.0
    for panel in 0..<count {
      let middle = a + Double(2 * panel + 1) * half
      for i in rule.nodes.indices { sum += rule.weights[i] * function(middle + half * rule.nodes[i]) }
    }
    return sum * half
  }
}
