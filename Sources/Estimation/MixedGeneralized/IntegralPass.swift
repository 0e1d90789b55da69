internal import LinearAlgebra

/// The integrated log-likelihood and its gradient, summed over groups.
struct IntegralSums: Sendable {
  var logLikelihood = 0.0
  /// By the coefficients.
  var coefficients: [Double]
  /// For each grouping by the elements of its covariance factor.
  var factors: [Matrix]
  /// The modes, in the order of the groups.
  var modes: [Double] = []

  /// Adds the sums of later groups.
  mutating func add(_ later: IntegralSums) {
    logLikelihood += later.logLikelihood
    for j in coefficients.indices { coefficients[j] += later.coefficients[j] }
    for k in factors.indices { factors[k] += later.factors[k] }
    modes.append(contentsOf: later.modes)
  }
}

/// One pass over the rows of a single grouping.
struct IntegralPass<Density: ConditionalDensity>: Fold {
  let beta: [Double]
  /// L with `b = L u`.
  let factor: Matrix
  let rule: QuadratureRule
  /// Where each group's search for its mode starts; empty for 0.
  let modes: [Double]

  var initialState: IntegralSums {
    IntegralSums(
      coefficients: [Double](repeating: 0, count: beta.count),
      factors: [Matrix(rowCount: factor.rowCount, columnCount: factor.columnCount)])
  }

  func accumulate(_ block: GroupedResponses, into state: inout IntegralSums) {
    let d = factor.columnCount
    var integral = integral(block)
    state.modes.reserveCapacity(state.modes.count + block.groupCount * d)
    for group in 0..<block.groupCount {
      let rows = block.starts[group]..<block.starts[group + 1]
      for k in 0..<d { integral.mode[k] = modes.isEmpty ? 0 : modes[(block.firstGroup + group) * d + k] }
      guard let value = integral.integrate(rows) else {
        state.logLikelihood = -.infinity
        state.modes += [Double](repeating: 0, count: d)
        continue
      }
      let copies = block.copies.isEmpty ? 1 : block.copies[group]
      if copies != 1 { integral.repeatRows(rows, times: copies) }
      state.logLikelihood += copies * value
      for k in 0..<d { state.modes.append(integral.mode[k]) }
    }
    if !beta.isEmpty {
      let slopes = block.design.transposeTimes(integral.residuals)
      for j in slopes.indices { state.coefficients[j] += slopes[j] }
    }
    state.factors[0] += block.random[0].transposeTimes(
      Matrix(rowCount: block.rowCount, columnCount: d, columnMajor: integral.loadingSlopes))
  }

  /// The rows of a block, ready for one group after the other.
  func integral(_ block: GroupedResponses) -> GroupIntegral<Density> {
    GroupIntegral<Density>(
      width: factor.columnCount, rule: rule, response: block.response, weights: block.weights,
      fixed: block.predictor(beta), loadings: (block.random[0] * factor).columnMajor)
  }

  func merge(_ later: consuming IntegralSums, into earlier: inout IntegralSums) { earlier.add(later) }

  func finalize(_ state: consuming IntegralSums) -> IntegralSums { state }
}
