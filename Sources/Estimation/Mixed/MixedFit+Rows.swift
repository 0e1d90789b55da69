internal import LinearAlgebra

/// What a mixed model says of each used row, in table order.
public struct MixedFitted: Sendable {
  /// The mean with the predicted random effects.
  public let conditional: [Double]
  /// The mean at random effects of 0.
  public let marginal: [Double]
  /// The response less the conditional mean.
  public let residuals: [Double]
  /// The variance of each row's random part, `z'Dz`.
  public let randomVariances: [Double]
}

/// How much of the variance of a response a mixed model explains.
///
/// With the variance f of the rows' marginal means, the mean r of the variances of their random part, and the residual
/// variance:
/// ```
/// marginal R2 = f / (f + r + sigma^2),   conditional R2 = (f + r) / (f + r + sigma^2),   ICC = r / (r + sigma^2)
/// ```
///
/// ## References
/// Nakagawa and Schielzeth (2013), Methods Ecol. Evol. 4:133-142; Johnson (2014), 5:944-946, for random slopes.
public struct ExplainedVariance: Sendable, Equatable {
  /// The variance of the rows' marginal means.
  public let fixed: Double
  /// The mean variance of their random part.
  public let random: Double
  /// The residual variance, of a row of weight 1.
  public let residual: Double

  /// The share of the mean.
  public var marginalRSquared: Double { fixed / (fixed + random + residual) }
  /// The share of the mean and the random effects.
  public var conditionalRSquared: Double { (fixed + random) / (fixed + random + residual) }
  /// The intraclass correlation: of what the mean leaves, the share of the random effects.
  public var intraclassCorrelation: Double { random / (random + residual) }
}

extension MixedFit {
  /// Fitted values and residuals of the used rows, in table order.
  ///
  /// - Complexity: O(rows x columns).
  public func fittedRows(executor: some FoldExecutor = SerialExecutor()) throws -> MixedFitted {
    let rows = context.rows
    let effects = try context.objective.sums.effects(
      context.objective.factors(context.value.theta), context.value.point, executor)
    let deltas = context.objective.factors(context.value.theta).map {
      ($0 * $0.transposed()).scaled(by: context.sigmaSquared)
    }
    var place = [Int](repeating: 0, count: (rows.frame.usedRows.last ?? -1) + 1)
    for (index, row) in rows.frame.usedRows.enumerated() { place[row] = index }
    let zeros = [Double](repeating: 0, count: rows.order.count)
    var (conditional, marginal, residuals, variances) = (zeros, zeros, zeros, zeros)
    let scale = 1 / context.responseScale
    let shift = rows.meanScales.shifts.last ?? 0
    let beta = context.value.point.beta
    var position = 0
    var firstGroup = 0
    for leaf in 0..<rows.leafCount {
      rows.forEachBlock(ofLeaf: leaf) { block in
        var group = 0
        for i in 0..<block.rowCount {
          while block.starts[group + 1] <= i { group += 1 }
          var mean = 0.0
          for (j, b) in beta.enumerated() { mean += block.mean[i, j] * b }
          var (own, variance) = (0.0, 0.0)
          for (k, z) in block.random.enumerated() {
            let level = k == 0 ? firstGroup + group : Int(block.others[k - 1][i])
            let row = z.row(i)
            for (a, value) in row.enumerated() { own += value * effects[k].effects[level * row.count + a] }
            variance += deltas[k].quadraticForm(row)
          }
          let target = place[rows.order[position + i]]
          marginal[target] = mean * scale + shift
          conditional[target] = (mean + own) * scale + shift
          residuals[target] = (block.mean[i, beta.count] - mean - own) * scale
          variances[target] = variance
        }
        position += block.rowCount
        firstGroup += block.groupCount
      }
    }
    return MixedFitted(
      conditional: conditional, marginal: marginal, residuals: residuals, randomVariances: variances)
  }

  /// How much of the variance of the response the mean and the random effects explain.
  ///
  /// Frequency weights count rows; precision weights do not.
  ///
  /// - Complexity: O(rows x columns).
  public func explainedVariance(executor: some FoldExecutor = SerialExecutor()) throws -> ExplainedVariance {
    let fitted = try fittedRows(executor: executor)
    let frame = context.rows.frame
    let counts =
      options.weights?.kind == .frequency ? frame.weights.map { all in frame.usedRows.map { all[$0] } } : nil
    func weight(_ i: Int) -> Double { counts?[i] ?? 1 }
    let n = observationCount
    let mean = fitted.marginal.indices.reduce(0) { $0 + weight($1) * fitted.marginal[$1] } / n
    let squares = fitted.marginal.indices.reduce(0) {
      $0 + weight($1) * (fitted.marginal[$1] - mean) * (fitted.marginal[$1] - mean)
    }
    let random = fitted.marginal.indices.reduce(0) { $0 + weight($1) * fitted.randomVariances[$1] } / n
    return ExplainedVariance(fixed: squares / (n - 1), random: random, residual: context.sigmaSquared)
  }
}
