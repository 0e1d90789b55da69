#if canImport(Glibc)
  import Glibc
#endif

/// The integral over one group's random effects, with its derivatives.
///
/// With `b = L u`, `u ~ N(0, I)`, loadings `a_j = L'z_j` and predictors `eta_j = x_j'beta + a_j'u`:
/// ```
/// h(u) = sum_j l_j(eta_j) - |u|^2 / 2,   mode m,   H = -h''(m) = I + sum_j w_j a_j a_j' = R R'
/// L    = -log |R| + log sum_k exp(log weight_k + |t_k|^2 / 2 + h(m + R^-T t_k))
/// ```
/// One node at 0 is Laplace's approximation. The gradient is exact: what depends on the mode goes through the implicit
/// function theorem, `dm = H^-1 d(h')`, and what depends on R through the derivative of Cholesky's factorisation. All
/// of it is propagated backwards, so that a gradient costs no more than a few values: row j of the design enters
/// with `residuals[j]`, its varying columns with `loadingSlopes[j]`.
///
/// ## References
/// Pinheiro and Bates (1995), J. Computational and Graphical Statistics 4:12-35; Liu and Pierce (1994), Biometrika
/// 81:624-629; Smith (1995), J. Computational and Graphical Statistics 4:134-147 (Cholesky).
struct GroupIntegral<Density: ConditionalDensity> {
  let width: Int
  let rule: QuadratureRule
  /// Rows of the block: response, weight, predictor at u = 0, and loadings with one column after the other.
  let response: [Double]
  let weights: [Double]?
  let fixed: [Double]
  let loadings: [Double]

  /// The mode, which on entry is where the search starts.
  var mode: [Double]
  /// `dL / d(x_j'beta)`.
  private(set) var residuals: [Double]
  /// `dL / d a_j`, a row's elements one column after the other.
  private(set) var loadingSlopes: [Double]
  /// `H^-1`.
  private(set) var inverse: [Double]

  private var score: [Double]
  private var information: [Double]
  private var slope: [Double]
  private var root: [Double]
  private var inverseRoot: [Double]
  private var gradient: [Double]
  private var step: [Double]
  private var previous: [Double]
  private var pull: [Double]
  private var curvature: [Double]
  private let none: [Double]
  private var nodeScores: [Double] = []
  private var nodeValues: [Double]

  init(
    width: Int, rule: QuadratureRule, response: [Double], weights: [Double]?, fixed: [Double],
    loadings: [Double]
  ) {
    self.width = width
    self.rule = rule
    self.response = response
    self.weights = weights
    self.fixed = fixed
    self.loadings = loadings
    let rows = [Double](repeating: 0, count: response.count)
    let square = [Double](repeating: 0, count: width * width)
    let line = [Double](repeating: 0, count: width)
    (residuals, score, information, slope) = (rows, rows, rows, rows)
    loadingSlopes = [Double](repeating: 0, count: response.count * width)
    (inverse, root, inverseRoot, curvature) = (square, square, square, square)
    (mode, gradient, step, previous, pull, none) = (line, line, line, line, line, line)
    nodeValues = [Double](repeating: 0, count: rule.count)
  }

  private var rowCount: Int { response.count }

  // MARK: - Mode

  /// Climbs to the mode by Newton's method; false where h has no finite value.
  ///
  /// The squared step in units of H falls quadratically: after one of 1e-13 the mode is exact to rounding.
  mutating func climb(_ rows: Range<Int>) -> Double? {
    var value = evaluate(rows)
    if !value.isFinite {
      for k in 0..<width { mode[k] = 0 }
      value = evaluate(rows)
    }
    guard value.isFinite else { return nil }
    for _ in 0..<200 {
      let decrement = newton(rows)
      guard decrement.isFinite else { return nil }
      if decrement <= 1e-24 { return value }
      for k in 0..<width { previous[k] = mode[k] }
      let slack = 1e-12 * max(1, abs(value))
      var share = 1.0
      while true {
        for k in 0..<width { mode[k] = previous[k] + share * step[k] }
        let next = evaluate(rows)
        if next >= value + 1e-4 * share * decrement - slack {
          value = next
          break
        }
        share /= 2
        guard share > 1e-12 else { return nil }
      }
      if decrement <= 1e-13 {
        _ = newton(rows)
        return value
      }
    }
    return nil
  }

  /// h at the mode's current place, with the rows' derivatives.
  private mutating func evaluate(_ rows: Range<Int>) -> Double {
    var sum = 0.0
    for j in rows {
      var eta = fixed[j]
      for k in 0..<width { eta += loadings[j + k * rowCount] * mode[k] }
      let point = Density.at(response[j], eta)
      let weight = weights?[j] ?? 1
      sum += weight * point.log
      score[j] = weight * point.score
      information[j] = weight * point.information
      slope[j] = weight * point.slope
    }
    for k in 0..<width { sum -= 0.5 * mode[k] * mode[k] }
    return sum
  }

  /// Gradient, factor of H and step there; returns the squared length of the step in units of H.
  private mutating func newton(_ rows: Range<Int>) -> Double {
    let d = width
    for k in 0..<d {
      gradient[k] = -mode[k]
      for l in 0...k { root[k * d + l] = k == l ? 1 : 0 }
    }
    for j in rows {
      for k in 0..<d {
        let a = loadings[j + k * rowCount]
        gradient[k] += score[j] * a
        let weighted = information[j] * a
        for l in 0...k { root[k * d + l] += weighted * loadings[j + l * rowCount] }
      }
    }
    factor()
    var squared = 0.0
    for k in 0..<d {
      var half = 0.0
      for l in 0...k { half += inverseRoot[k * d + l] * gradient[l] }
      step[k] = half
      squared += half * half
    }
    for k in 0..<d {
      var sum = 0.0
      for l in k..<d { sum += inverseRoot[l * d + k] * step[l] }
      step[k] = sum
    }
    return squared
  }

  /// Cholesky's factor in place, and its inverse: both lower triangles, row after row.
  private mutating func factor() {
    let d = width
    for i in 0..<d {
      for j in 0...i {
        var sum = root[i * d + j]
        for k in 0..<j { sum -= root[i * d + k] * root[j * d + k] }
        root[i * d + j] = i == j ? sum.squareRoot() : sum / root[j * d + j]
      }
    }
    for j in 0..<d {
      for i in j..<d {
        var sum = i == j ? 1.0 : 0
        for k in j..<i { sum -= root[i * d + k] * inverseRoot[k * d + j] }
        inverseRoot[i * d + j] = sum / root[i * d + i]
      }
    }
  }

  private mutating func invert() {
    let d = width
    for i in 0..<d {
      for j in 0...i {
        var sum = 0.0
        for k in i..<d { sum += inverseRoot[k * d + i] * inverseRoot[k * d + j] }
        inverse[i * d + j] = sum
        inverse[j * d + i] = sum
      }
    }
  }

  private var logRoot: Double {
    var sum = 0.0
    for k in 0..<width { sum += logarithm(root[k * width + k]) }
    return sum
  }

  // MARK: - Integral

  /// The log-integral and, for the rows, its derivatives; nil where it has none.
  mutating func integrate(_ rows: Range<Int>) -> Double? {
    guard let top = climb(rows) else { return nil }
    invert()
    guard rule.count > 1 else {
      for j in rows {
        residuals[j] = score[j]
        for k in 0..<width { loadingSlopes[j + k * rowCount] = score[j] * mode[k] }
      }
      propagate(rows, modeSlope: none, spreadSlope: nil)
      return top - logRoot
    }
    return quadrature(rows)
  }

  /// The sum over nodes; leaves the nodes' part of the derivatives in the rows and propagates the rest.
  private mutating func quadrature(_ rows: Range<Int>) -> Double? {
    let (d, n) = (width, rows.count)
    let needed = n * rule.count
    if nodeScores.count < needed { nodeScores = [Double](repeating: 0, count: needed) }
    var places = [Double](repeating: 0, count: rule.count * d)
    var largest = -Double.infinity
    for k in 0..<rule.count {
      place(k, &places)
      nodeValues[k] = rule.logWeights[k] + evaluateNode(k, rows, places)
      largest = max(largest, nodeValues[k])
    }
    guard largest.isFinite else { return nil }
    var total = 0.0
    for k in 0..<rule.count {
      nodeValues[k] = exponential(nodeValues[k] - largest)
      total += nodeValues[k]
    }
    for j in rows { residuals[j] = 0 }
    for i in 0..<d {
      for j in rows { loadingSlopes[j + i * rowCount] = 0 }
    }
    var modeSlope = [Double](repeating: 0, count: d)
    var spread = [Double](repeating: 0, count: d * d)
    for k in 0..<rule.count {
      let share = nodeValues[k] / total
      for i in 0..<d { gradient[i] = -places[k * d + i] }
      for j in rows {
        let own = nodeScores[k * n + j - rows.lowerBound]
        residuals[j] += share * own
        for i in 0..<d {
          gradient[i] += own * loadings[j + i * rowCount]
          loadingSlopes[j + i * rowCount] += share * own * places[k * d + i]
        }
      }
      for i in 0..<d {
        modeSlope[i] += share * gradient[i]
        for l in 0..<d { spread[i * d + l] += share * gradient[i] * rule.nodes[k * d + l] }
      }
    }
    propagate(rows, modeSlope: modeSlope, spreadSlope: scaling(spread))
    return largest + logarithm(total) - logRoot
  }

  /// `m + R^-T t_k`.
  private func place(_ k: Int, _ places: inout [Double]) {
    let d = width
    for i in 0..<d {
      var sum = mode[i]
      for l in i..<d { sum += inverseRoot[l * d + i] * rule.nodes[k * d + l] }
      places[k * d + i] = sum
    }
  }

  private mutating func evaluateNode(_ k: Int, _ rows: Range<Int>, _ places: [Double]) -> Double {
    let (d, n) = (width, rows.count)
    var sum = 0.0
    for j in rows {
      var eta = fixed[j]
      for i in 0..<d { eta += loadings[j + i * rowCount] * places[k * d + i] }
      let point = Density.at(response[j], eta)
      let weight = weights?[j] ?? 1
      sum += weight * point.log
      nodeScores[k * n + j - rows.lowerBound] = weight * point.score
    }
    for i in 0..<d { sum -= 0.5 * places[k * d + i] * places[k * d + i] }
    return sum.isNaN ? -.infinity : sum
  }

  /// From the slope S by `M = R^-T` to what is subtracted from that by H: `M Psi M'`, with Psi the symmetric half of
  /// the lower triangle of `S'M`.
  private func scaling(_ spread: [Double]) -> [Double] {
    let d = width
    func m(_ i: Int, _ j: Int) -> Double { i <= j ? inverseRoot[j * d + i] : 0 }
    var psi = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      for j in 0...i {
        var sum = 0.0
        for l in 0..<d { sum += spread[l * d + i] * m(l, j) }
        psi[i * d + j] = 0.5 * sum
        psi[j * d + i] = 0.5 * sum
      }
    }
    var result = psi
    for i in 0..<d {
      for j in 0..<d {
        var sum = 0.0
        for k in 0..<d {
          for l in 0..<d { sum += m(i, k) * psi[k * d + l] * m(j, l) }
        }
        result[i * d + j] = sum
      }
    }
    return result
  }

  /// Carries the slopes by mode and curvature on to the rows: that by H is `-H^-1 / 2` less what the places give.
  private mutating func propagate(_ rows: Range<Int>, modeSlope: [Double], spreadSlope: [Double]?) {
    let d = width
    for k in 0..<d { pull[k] = modeSlope[k] }
    for k in 0..<d * d { curvature[k] = -0.5 * inverse[k] - (spreadSlope?[k] ?? 0) }
    for j in rows {
      var leverage = 0.0
      for k in 0..<d {
        var sum = 0.0
        for l in 0..<d { sum += curvature[k * d + l] * loadings[j + l * rowCount] }
        leverage += sum * loadings[j + k * rowCount]
        loadingSlopes[j + k * rowCount] += 2 * information[j] * sum
      }
      slope[j] *= leverage
      for k in 0..<d { pull[k] += slope[j] * loadings[j + k * rowCount] }
    }
    for k in 0..<d {
      step[k] = 0
      for l in 0..<d { step[k] += inverse[k * d + l] * pull[l] }
    }
    for j in rows {
      var along = 0.0
      for k in 0..<d { along += loadings[j + k * rowCount] * step[k] }
      let own = slope[j] - information[j] * along
      residuals[j] += own
      for k in 0..<d { loadingSlopes[j + k * rowCount] += own * mode[k] + score[j] * step[k] }
    }
  }

  // MARK: - Effects

  /// `-sum_j w_j a_j x_j'`, by which the mode's equations depend on the coefficients: width x columns, row after row.
  mutating func coefficientPull(_ rows: Range<Int>, design: [Double], columns: Int) -> [Double] {
    invert()
    var result = [Double](repeating: 0, count: width * columns)
    for j in rows {
      for k in 0..<width {
        let weighted = information[j] * loadings[j + k * rowCount]
        for c in 0..<columns { result[k * columns + c] -= weighted * design[j + c * rowCount] }
      }
    }
    return result
  }

  /// Scales the derivatives of a group that stands for several.
  mutating func repeatRows(_ rows: Range<Int>, times copies: Double) {
    for j in rows {
      residuals[j] *= copies
      for k in 0..<width { loadingSlopes[j + k * rowCount] *= copies }
    }
  }
}
