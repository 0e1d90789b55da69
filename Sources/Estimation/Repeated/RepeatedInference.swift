internal import LinearAlgebra

/// Degrees of freedom and the covariance of the coefficients.
///
/// Sensitivities are in coordinates in which the coefficients' model-based covariance is the identity.
struct RepeatedInference: Sendable {
  let method: VarianceDegreesOfFreedom
  /// Maps weights on the estimated coefficients to the coordinates.
  let map: Matrix
  /// Nil where the covariance of the variance parameters is not known.
  let sensitivity: VarianceSensitivity?
  let betweenWithin: BetweenWithin
  /// Rows less coefficients.
  let residual: Double

  /// Degrees of freedom of columns between and within people.
  struct BetweenWithin: Sendable {
    let between: Double
    let within: Double
    /// Whether each estimated coefficient is between people.
    let isBetween: [Bool]

    init(_ system: RepeatedSystem, varies: [Bool], hasIntercept: Bool) {
      let first = hasIntercept && system.kept.first == 0
      isBetween = system.kept.map { !varies[$0] && !(first && $0 == 0) }
      let count = Double(isBetween.count(where: { $0 }))
      between = system.personCount - (first ? 1 : 0) - count
      let others = Double(system.columnCount) - count - (first ? 1 : 0)
      within = system.observationCount - system.personCount - others
    }

    func least(of weights: [[Double]]) -> Double {
      let involved = isBetween.indices.filter { k in weights.contains { $0[k] != 0 } }
      let all = involved.map { isBetween[$0] ? between : within }
      return all.min() ?? within
    }
  }

  /// The covariance of the estimated coefficients, model-based or Kenward and Roger's.
  var covariance: Matrix {
    guard method.isKenwardRoger, let sensitivity else { return map.transposed() * map }
    return map.transposed() * sensitivity.kenwardRogerCovariance() * map
  }

  /// Degrees of freedom of a linear function; not a number where they cannot be computed.
  func degreesOfFreedom(of weights: [Double]) -> Double {
    switch method {
    case .residual: residual
    case .betweenWithin: betweenWithin.least(of: [weights])
    case .satterthwaite, .kenwardRoger, .kenwardRogerLinear:
      sensitivity?.satterthwaite(of: map * weights) ?? .nan
    }
  }

  /// What a joint test of linear functions, one a row, is referred to.
  func reference(of functions: Matrix) -> JointReference {
    let turned = functions * map.transposed()
    switch method {
    case .residual: return .f(denominator: residual)
    case .betweenWithin:
      return .f(denominator: betweenWithin.least(of: (0..<functions.rowCount).map { functions.row($0) }))
    case .satterthwaite: return .f(denominator: sensitivity?.satterthwaite(jointly: turned) ?? .nan)
    case .kenwardRoger, .kenwardRogerLinear:
      return sensitivity?.kenwardRoger(jointly: turned) ?? .f(denominator: .nan)
    }
  }
}

/// The sums of Kenward and Roger's covariance, weighted by the covariance W of the variance parameters.
///
/// ```
/// sum W_hl Q_hl = sum Y'[sum W_hl V_h V^-1 V_l] Y,    sum W_hl R_hl = sum Y'[sum W_hl V_hl] Y
/// ```
/// so that no product of the order of the coefficients is formed for a pair of parameters.
struct RepeatedWeightedProducts: Fold {
  let point: CovariancePoint
  let transform: Matrix
  let weights: Matrix

  struct State: Sendable {
    var products: [Double]
    var curvature: [Double]
    /// Products with the residual, which nothing needs.
    var unused: [Double]
  }

  private var columnCount: Int { transform.rowCount - 1 }

  var initialState: State {
    let p = columnCount
    let zeros = [Double](repeating: 0, count: p * p)
    return State(products: zeros, curvature: zeros, unused: [Double](repeating: 0, count: p))
  }

  func accumulate(_ block: PatternRows, into state: inout State) {
    guard let own = PatternDerivatives(block, point, transform: transform) else { return }
    let start = block.pattern.group * point.shape.parameterCount
    let order = own.visits
    var middle = Matrix(rowCount: order, columnCount: order)
    for h in own.first.indices where own.first[h].count > 0 {
      var mixed = Matrix(rowCount: order, columnCount: order)
      for l in own.first.indices { own.first[l].add(to: &mixed, factor: weights[start + h, start + l]) }
      middle += own.first[h].between(Matrix.identity(order: order), own.inverse * mixed)
    }
    own.add(
      SparseSymmetric(symmetricPartOf: middle), factor: 1, to: &state.products, at: 0,
      residualTo: &state.unused, at: 0)
    guard point.hasSecondDerivatives else { return }
    own.add(
      second(block.pattern, start), factor: 1, to: &state.curvature, at: 0, residualTo: &state.unused, at: 0)
  }

  /// `sum W_hl V_hl`.
  private func second(_ pattern: VisitPattern, _ start: Int) -> SparseSymmetric {
    var result = SparseSymmetric()
    for (i, a) in pattern.visits.enumerated() {
      for j in i..<pattern.visits.count {
        let entry = point.entry(pattern.group, a, pattern.visits[j])
        let count = entry.indices.count
        var sum = 0.0
        for x in 0..<count {
          for y in 0..<count {
            sum += weights[start + entry.indices[x], start + entry.indices[y]] * entry.second[x + count * y]
          }
        }
        result.append(i, j, sum)
      }
    }
    return result
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    for k in earlier.products.indices {
      earlier.products[k] += later.products[k]
      earlier.curvature[k] += later.curvature[k]
    }
  }

  func finalize(_ state: consuming State) -> State { state }
}

extension SparseSymmetric {
  init(symmetricPartOf matrix: Matrix) {
    self.init()
    for j in 0..<matrix.rowCount {
      for i in 0...j { append(i, j, 0.5 * (matrix[i, j] + matrix[j, i])) }
    }
  }

  func add(to matrix: inout Matrix, factor: Double) {
    guard factor != 0 else { return }
    for k in values.indices {
      matrix[rows[k], columns[k]] += factor * values[k]
      if rows[k] != columns[k] { matrix[columns[k], rows[k]] += factor * values[k] }
    }
  }
}
