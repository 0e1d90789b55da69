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
/// below 1e-12 when n >= 8 + 1.5 L / w (from the bound on a Bernstein ellipse). A transition narrower than
/// that scale gets panels of 4 and of 8 of its own widths on both sides, beyond which a normal integral is flat, so that
/// near-singular correlations cost no more than moderate ones.
enum NormalPanels {
  /// The digits a smooth integral aims at, in nodes for its length in units of its scale.
  enum Digits: Sendable {
    case ten
    case twelve

    func nodes(_ length: Double) -> Double {
      switch self {
      case .ten: 8 + 1.3 * length
      case .twelve: 8 + 1.5 * length
      }
    }
  }

  /// The integral of a function over a...b.
  ///
  /// - Parameters:
  ///   - a: The lower limit.
  ///   - b: The upper limit.
  ///   - scale: The width over which the function varies away from the transitions.
  ///   - transitions: Where it varies faster than that; a width of 0 is a kink or jump.
  ///   - function: The integrand.
  /// - Returns: The integral, 0 if a is not below b.
  static func integral(
    from a: Double, to b: Double, scale: Double, transitions: [Transition] = [],
    _ function: (Double) -> Double
  ) -> Double {
    guard a < b else { return 0 }
    if transitions.isEmpty { return smooth(from: a, to: b, scale: scale, digits: .twelve, function) }
    var cuts = [a, b]
    for transition in transitions where transition.width < scale {
      cuts.append(transition.center)
      guard transition.width > 0 else { continue }
      for reach in [4 * transition.width, 12 * transition.width] {
        cuts.append(transition.center - reach)
        cuts.append(transition.center + reach)
      }
    }
    cuts = cuts.filter { $0 >= a && $0 <= b }.sorted()
    var sum = 0.0
    for (left, right) in zip(cuts, cuts.dropFirst()) where right > left {
      sum += panels(from: left, to: right, nodes: 16 + 1.5 * (right - left) / scale, function)
    }
    return sum
  }

  /// The integral of a function that varies over the scale throughout.
  static func smooth(
    from a: Double, to b: Double, scale: Double, digits: Digits = .twelve, _ function: (Double) -> Double
  ) -> Double {
    panels(from: a, to: b, nodes: digits.nodes((b - a) / scale), function)
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
