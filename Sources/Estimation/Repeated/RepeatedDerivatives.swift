internal import LinearAlgebra

/// First and second derivatives of the criterion in the covariance parameters, in one pass over the patterns.
///
/// In coordinates in which `C'V^-1C` is the identity, with `Y = V^-1 C U^-1` and `r* = V^-1 r`,
/// ```
/// P_h = -sum Y'V_hY,   u_h = sum Y'V_h r*,   T = sum (V^-1 - r*r*' - Y Y')
/// d(-2l)/dh   = tr(T V_h)
/// d2(-2l)/dhl = tr(T V_hl) + sum tr(V_h V^-1 V_l (2 r*r*' + 2 Y Y' - V^-1)) - tr(P_h P_l) - 2 u_h'u_l
/// E[d2(-2l)]  = sum tr(V_h V^-1 V_l (V^-1 - 2 Y Y')) + tr(P_h P_l)
/// ```
/// for REML; for ML without the terms of Y Y' and P.
///
/// - Complexity: O(patterns x visits^2 x columns^2) and for each pattern parameters^2 small traces; the number of
///   people does not matter.
///
/// ## References
/// Lindstrom and Bates (1988), JASA 83:1014-1022; Wolfinger, Tobias and Sall (1994), SIAM J. Sci. Comput.
/// 15:1294-1310, section 3.
struct RepeatedDerivativeSums: Fold {
  let point: CovariancePoint
  let transform: Matrix
  let isRestricted: Bool
  /// Whether T is wanted, for unstructured matrices.
  let keepsScatter: Bool

  struct State: Sendable {
    var gradient: [Double]
    /// Without the terms of P and u.
    var observed: Matrix
    var expected: Matrix
    /// P_h, one after the other.
    var changes: [Double]
    /// u_h, one after the other.
    var crossed: [Double]
    /// T for each group over all visits.
    var scatter: [Matrix]
    var isDefinite = true
  }

  var columnCount: Int { transform.rowCount - 1 }
  private var parameterCount: Int { point.parameters.count }

  var initialState: State {
    let (q, p, m) = (parameterCount, columnCount, keepsScatter ? point.shape.visitCount : 0)
    return State(
      gradient: [Double](repeating: 0, count: q), observed: Matrix(rowCount: q, columnCount: q),
      expected: Matrix(rowCount: q, columnCount: q), changes: [Double](repeating: 0, count: q * p * p),
      crossed: [Double](repeating: 0, count: q * p),
      scatter: Array(repeating: Matrix(rowCount: m, columnCount: m), count: point.groupCount))
  }

  func accumulate(_ block: PatternRows, into state: inout State) {
    guard let own = PatternDerivatives(block, point, transform: transform) else {
      state.isDefinite = false
      return
    }
    let (p, start) = (columnCount, block.pattern.group * point.shape.parameterCount)
    let inverse = own.inverse.scaled(by: block.people)
    var slope = inverse - own.residual
    if isRestricted { slope -= own.design }
    let used = own.first.indices.filter { own.first[$0].count > 0 }
    for h in used {
      state.gradient[start + h] += own.first[h].trace(slope)
      own.add(
        own.first[h], factor: -1, to: &state.changes, at: (start + h) * p * p, residualTo: &state.crossed,
        at: (start + h) * p)
    }
    addCurvature(own, used, people: inverse, start, to: &state)
    addSecond(block.pattern, slope, start, to: &state)
    guard keepsScatter else { return }
    for (j, b) in block.pattern.visits.enumerated() {
      for (i, a) in block.pattern.visits.enumerated() {
        state.scatter[block.pattern.group][a, b] += slope[i, j]
      }
    }
  }

  private func addCurvature(
    _ own: PatternDerivatives, _ used: [Int], people: Matrix, _ start: Int, to state: inout State
  ) {
    var observed = own.residual.scaled(by: 2) - people
    var expected = people
    if isRestricted {
      observed += own.design.scaled(by: 2)
      expected -= own.design.scaled(by: 2)
    }
    for l in used {
      let left = own.first[l].between(own.inverse, observed)
      let right = own.first[l].between(own.inverse, expected)
      for h in used where h <= l {
        state.observed[start + h, start + l] += own.first[h].trace(left)
        state.expected[start + h, start + l] += own.first[h].trace(right)
      }
    }
  }

  /// Adds `tr(T V_hl)`.
  private func addSecond(_ pattern: VisitPattern, _ slope: Matrix, _ start: Int, to state: inout State) {
    guard point.hasSecondDerivatives else { return }
    for (i, a) in pattern.visits.enumerated() {
      for j in i..<pattern.visits.count {
        let entry = point.entry(pattern.group, a, pattern.visits[j])
        let weight = i == j ? slope[i, i] : 2 * slope[i, j]
        let count = entry.indices.count
        for x in 0..<count {
          for y in 0..<count where entry.indices[x] <= entry.indices[y] {
            state.observed[start + entry.indices[x], start + entry.indices[y]] +=
              weight * entry.second[x + count * y]
          }
        }
      }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    for k in earlier.gradient.indices { earlier.gradient[k] += later.gradient[k] }
    for k in earlier.changes.indices { earlier.changes[k] += later.changes[k] }
    for k in earlier.crossed.indices { earlier.crossed[k] += later.crossed[k] }
    for group in earlier.scatter.indices { earlier.scatter[group] += later.scatter[group] }
    earlier.observed += later.observed
    earlier.expected += later.expected
    earlier.isDefinite = earlier.isDefinite && later.isDefinite
  }

  func finalize(_ state: consuming State) -> State { state }
}

/// The criterion's derivatives at a point.
struct RepeatedDerivatives: Sendable {
  let gradient: [Double]
  /// Second derivatives of the criterion.
  let observed: Matrix
  /// Their expectation.
  let expected: Matrix
  /// P_h: the derivative of the information of the coefficients in each parameter, in coordinates in which
  /// that information is the identity.
  let changes: [Matrix]
  let scatter: [Matrix]

  /// Nil where the covariance is not positive definite.
  init?(
    at point: RepeatedPoint, in covariance: CovariancePoint, _ system: RepeatedSystem, isRestricted: Bool,
    keepsScatter: Bool = false, executor: some FoldExecutor
  ) {
    let p = system.columnCount
    let fold = RepeatedDerivativeSums(
      point: covariance, transform: point.transform, isRestricted: isRestricted, keepsScatter: keepsScatter)
    guard let sums = try? executor.run(fold, over: PatternSource(system.patterns)), sums.isDefinite else {
      return nil
    }
    let q = sums.gradient.count
    var (observed, expected) = (sums.observed, sums.expected)
    for l in 0..<q {
      for h in 0...l {
        let changed = Self.product(sums.changes, h, l, length: p * p)
        observed[h, l] -= 2 * Self.product(sums.crossed, h, l, length: p)
        if isRestricted {
          observed[h, l] -= changed
          expected[h, l] += changed
        }
      }
    }
    gradient = sums.gradient
    self.observed = observed.mirroring(.upper)
    self.expected = expected.mirroring(.upper)
    changes = (0..<q).map { h in
      Matrix(rowCount: p, columnCount: p, columnMajor: Array(sums.changes[h * p * p..<(h + 1) * p * p]))
    }
    scatter = sums.scatter
  }

  private static func product(_ values: [Double], _ h: Int, _ l: Int, length: Int) -> Double {
    var sum = 0.0
    for k in 0..<length { sum += values[h * length + k] * values[l * length + k] }
    return sum
  }
}

extension RepeatedPoint {
  /// `[U^-1, -g; 0, 1]`: turns design and first residual into orthonormal columns and the residual.
  var transform: Matrix {
    let root = inverseRoot
    let p = root.rowCount
    var result = Matrix(rowCount: p + 1, columnCount: p + 1)
    for j in 0..<p {
      for i in 0..<p { result[i, j] = root[i, j] }
      result[j, p] = -coefficients[j]
    }
    result[p, p] = 1
    return result
  }
}
