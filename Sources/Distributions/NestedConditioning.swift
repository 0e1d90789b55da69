#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Normal box probabilities for general correlations of up to six variables, by conditioning one variable at a time.
///
/// Leaving the box is split by the first variable that leaves it,
///
///     P(outside) = sum_i int over z outside [l_i, u_i] of phi(z) P(l_j < X_j < u_j for all j < i | X_i = z) dz,
///
/// a sum of positive terms whose weights are the tails themselves, so a small probability keeps its relative accuracy
/// though the inner rectangles are only accurate to about 1e-12 absolutely. An inner rectangle of m variables is an
/// integral over the m-th of rectangles of m - 1; pairs end the recursion in closed form. The conditional correlations
/// do not depend on the values conditioned on and are worked out once.
///
/// - Complexity: about 20^(k-2) bivariate rectangles for k variables.
struct NestedConditioning: Sendable {
  /// One conditioning on the last of m + 1 variables: what it does to the other m.
  private struct Level: Sendable {
    let regressions: [Double]
    let deviations: [Double]
    /// The standard deviation of the variable conditioned on, given the others.
    let scale: Double
  }

  /// The conditionings for the term of variable i: on i, then on i - 1, down to a pair.
  private struct Term: Sendable {
    let levels: [Level]
    let pair: BivariateNormal?
  }

  /// Below this conditional deviation a nested integrand is too sharp for the rules used.
  static let smallestScale = 0.1

  private let terms: [Term]
  /// What the nested rules aim at; fewer digits where every one costs a third of the time.
  private var digits: NormalPanels.Digits { terms.count > 4 ? .ten : .twelve }

  /// The plan for a correlation matrix; nil if a conditional distribution within it is nearly singular.
  init?(_ correlation: CorrelationMatrix) {
    var terms: [Term] = []
    for i in 0..<correlation.order {
      guard let term = Self.term(correlation.selecting(Array(0...i))) else { return nil }
      terms.append(term)
    }
    self.terms = terms
  }

  private static func term(_ correlation: CorrelationMatrix) -> Term? {
    var current = correlation
    var levels: [Level] = []
    var pair: BivariateNormal?
    while true {
      let last = current.order - 1
      if last == 1, !levels.isEmpty { pair = BivariateNormal(correlation: current[0, 1]) }
      guard last > 0, pair == nil else { break }
      let regressions = (0..<last).map { current[$0, last] }
      let deviations = regressions.map { ((1 - $0) * (1 + $0)).squareRoot() }
      let scale = max(0, current.lastConditionalVariance).squareRoot()
      if last >= 3 || levels.count > 0, scale < smallestScale { return nil }
      levels.append(Level(regressions: regressions, deviations: deviations, scale: scale))
      current = current.conditionedOnLast(deviations: deviations)
    }
    return Term(levels: levels, pair: pair)
  }

  /// The probability that a normal vector with these correlations leaves the box.
  func probabilityOutside(_ lower: [Double], _ upper: [Double]) -> Double {
    let isSymmetric = zip(lower, upper).allSatisfy { $0 == -$1 }
    var total = 0.0
    for i in terms.indices {
      let above = exceedance(i, lower, upper)
      let below = isSymmetric ? above : exceedance(i, upper.map(-), lower.map(-))
      total += above + below
    }
    return min(total, 1)
  }

  // MARK: - Kernels

  /// The limits of the variables still free at each depth of one nested integral, in one buffer.
  private struct Limits {
    private var values: [Double]
    private let count: Int

    init(_ lower: [Double], _ upper: [Double]) {
      count = lower.count
      values = lower + upper + [Double](repeating: 0, count: 2 * count * count)
    }

    func lower(_ depth: Int, _ j: Int) -> Double { values[2 * depth * count + j] }

    func upper(_ depth: Int, _ j: Int) -> Double { values[(2 * depth + 1) * count + j] }

    /// Sets the standardised limits at the next depth, given the variable conditioned on.
    mutating func condition(_ depth: Int, on z: Double, _ level: Level) {
      for j in level.regressions.indices {
        let mean = level.regressions[j] * z
        values[(2 * depth + 2) * count + j] = (lower(depth, j) - mean) / level.deviations[j]
        values[(2 * depth + 3) * count + j] = (upper(depth, j) - mean) / level.deviations[j]
      }
    }
  }

  /// P(X_i > u_i, and all earlier variables inside the box).
  private func exceedance(_ i: Int, _ lower: [Double], _ upper: [Double]) -> Double {
    let bound = upper[i]
    guard bound < .infinity else { return 0 }
    guard let level = terms[i].levels.first else { return NormalKernels.upperTail(bound) }
    let from = max(bound, -9)
    let to = (max(bound, 0) * max(bound, 0) + 72).squareRoot()
    var limits = Limits(lower, upper)
    if level.scale >= 0.25 {
      return NormalPanels.smooth(from: from, to: to, scale: level.scale, digits: digits) { z in
        conditioned(i, 0, z, &limits)
      }
    }
    let edges = transitions(terms[i], level, lower, upper)
    return NormalPanels.integral(from: from, to: to, scale: max(level.scale, 0.1), transitions: edges) { z in
      conditioned(i, 0, z, &limits)
    }
  }

  /// phi(z) times the rectangle of the variables before the one that a level conditions on.
  private func conditioned(_ i: Int, _ depth: Int, _ z: Double, _ limits: inout Limits) -> Double {
    let density = NormalKernels.density(z)
    guard density > 0 else { return 0 }
    limits.condition(depth, on: z, terms[i].levels[depth])
    return density * rectangle(i, depth + 1, &limits)
  }

  private func rectangle(_ i: Int, _ depth: Int, _ limits: inout Limits) -> Double {
    let last = i - depth
    if last == 0 { return NormalKernels.interval(limits.lower(depth, 0), limits.upper(depth, 0)) }
    if last == 1, let pair = terms[i].pair {
      return pair.rectangle(
        limits.lower(depth, 0), limits.upper(depth, 0), limits.lower(depth, 1), limits.upper(depth, 1))
    }
    let (from, to) = (max(limits.lower(depth, last), -8.3), min(limits.upper(depth, last), 8.3))
    guard from < to else { return 0 }
    return NormalPanels.smooth(from: from, to: to, scale: terms[i].levels[depth].scale, digits: digits) { z in
      conditioned(i, depth, z, &limits)
    }
  }

  /// Where the inner rectangle of one or two variables turns: at its edges, and where two edges cross.
  private func transitions(
    _ term: Term, _ level: Level, _ lower: [Double], _ upper: [Double]
  ) -> [Transition] {
    var result: [Transition] = []
    for (j, slope) in level.regressions.enumerated() where abs(slope) > 0.9 {
      for bound in [lower[j], upper[j]] where bound.isFinite {
        result.append(Transition(center: bound / slope, width: level.deviations[j] / abs(slope)))
      }
    }
    guard let pair = term.pair, abs(pair.correlation) > 0.9 else { return result }
    let sign = pair.correlation < 0 ? -1.0 : 1.0
    let residual = ((1 - abs(pair.correlation)) * (1 + abs(pair.correlation))).squareRoot()
    let isSingular = abs(pair.correlation) >= BivariateNormal.singular
    // Edges (bound - r z) / t of the first variable against sign times those of the second.
    let (r0, r1) = (
      level.regressions[0] / level.deviations[0], sign * level.regressions[1] / level.deviations[1]
    )
    for first in [lower[0], upper[0]] where first.isFinite {
      for second in [lower[1], upper[1]] where second.isFinite && r0 != r1 {
        let gap = first / level.deviations[0] - sign * second / level.deviations[1]
        result.append(
          Transition(center: gap / (r0 - r1), width: isSingular ? 0 : residual / abs(r0 - r1)))
      }
    }
    return result
  }
}
