internal import LinearAlgebra

/// What a generalised linear mixed model says of each used row, in table order.
public struct GeneralizedMixedFitted: Sendable {
  /// The mean with the predicted random effects.
  public let conditional: [Double]
  /// The mean at random effects of 0.
  public let marginal: [Double]
  /// The mean over the distribution of the random effects.
  public let population: [Double]
  /// The response less the conditional mean.
  public let residuals: [Double]
}

extension GeneralizedMixedFit {
  /// The predicted random effects of each set of groups, on the link's scale, with their variances.
  ///
  /// Predictions are conditional modes, and conditional variances the inverse curvatures there: lme4's `ranef` with
  /// `condVar`.
  ///
  /// - Complexity: One pass over the rows.
  public func randomEffects(executor: some FoldExecutor = SerialExecutor()) throws -> [RandomEffects] {
    let found = try context.effects(executor)
    return zip(found, context.groupings).map { own, grouping in
      RandomEffects(
        group: grouping.name, terms: grouping.columnNames,
        levels: (0..<grouping.groups.count).map(grouping.groups.label), values: own.effects,
        conditionalVariances: own.conditional,
        predictionErrorVariances: zip(own.conditional, own.meanPart).map { $0 + $1 })
    }
  }

  /// Fitted means and residuals of the used rows, in table order; shares for successes out of trials.
  ///
  /// - Complexity: O(rows x columns).
  public func fittedRows(executor: some FoldExecutor = SerialExecutor()) throws -> GeneralizedMixedFitted {
    let rows = context.rowPredictors()
    let frame = context.data.frame
    var place = [Int](repeating: 0, count: (frame.usedRows.last ?? -1) + 1)
    for (index, row) in frame.usedRows.enumerated() { place[row] = index }
    let zeros = [Double](repeating: 0, count: rows.response.count)
    var (conditional, marginal, population, residuals) = (zeros, zeros, zeros, zeros)
    for (i, row) in context.data.grouped.order.enumerated() {
      let target = place[row]
      conditional[target] = link.mean(atPredictor: rows.fixed[i] + rows.random[i])
      marginal[target] = link.mean(atPredictor: rows.fixed[i])
      population[target] = PopulationMean(link, rows.fixed[i], rows.variance[i].squareRoot()).mean
      residuals[target] = rows.response[i] - conditional[target]
    }
    return GeneralizedMixedFitted(
      conditional: conditional, marginal: marginal, population: population, residuals: residuals)
  }
}

/// Predictors of the rows in the order of the groups.
struct RowPredictors {
  var fixed: [Double] = []
  var random: [Double] = []
  /// Of the random part.
  var variance: [Double] = []
  var response: [Double] = []
  var weight: [Double] = []
}

extension GeneralizedMixedContext {
  /// Predictors with the modes.
  func rowPredictors() -> RowPredictors {
    var result = RowPredictors()
    let (beta, factor) = (objective.beta(point.parameters), factors[0])
    let d = factor.columnCount
    for block in objective.rows.blocks {
      let loadings = block.random[0] * factor
      result.fixed += block.predictor(beta)
      result.response += block.response
      for group in 0..<block.groupCount {
        let copies = block.copies.isEmpty ? 1 : block.copies[group]
        let mode = (0..<d).map { point.modes[(block.firstGroup + group) * d + $0] }
        for j in block.starts[group]..<block.starts[group + 1] {
          let row = loadings.row(j)
          result.random.append(dotProduct(row, mode))
          result.variance.append(dotProduct(row, row))
          result.weight.append(copies * (block.weights?[j] ?? 1))
        }
      }
    }
    return result
  }

  /// Twice the loss against a perfect fit at the modes.
  func conditionalDeviance(_ executor: some FoldExecutor) throws -> Double {
    let rows = rowPredictors()
    let family = FittedFamily(model.family, model.link)
    return rows.fixed.indices.reduce(0) { sum, i in
      sum + rows.weight[i] * family.evaluate(rows.response[i], rows.fixed[i] + rows.random[i]).deviance
    }
  }

  /// Modes and their variances in the columns' own scale.
  func effects(_ executor: some FoldExecutor) throws -> [EffectSums] {
    let sums: EffectSums =
      switch (model.family, model.link) {
      case (.binomial, .probit): try effects(ProbitDensity.self, executor)
      case (.binomial, .complementaryLogLog): try effects(ComplementaryLogLogDensity.self, executor)
      case (.poisson, _): try effects(PoissonDensity.self, executor)
      default: try effects(LogitDensity.self, executor)
      }
    return [sums]
  }

  private func effects<Density: ConditionalDensity>(_: Density.Type, _ executor: some FoldExecutor) throws
    -> EffectSums
  {
    let own = Array(0..<objective.coefficientCount)
    return try executor.run(
      EffectPass<Density>(
        pass: IntegralPass(
          beta: objective.beta(point.parameters), factor: factors[0],
          rule: QuadratureRule(points: 1, width: factors[0].columnCount), modes: point.modes),
        map: objective.structures[0].inverseMapping * factors[0],
        covariance: jointCovariance.selecting(rows: own, columns: own)), over: objective.rows)
  }
}

/// The modes of each group with their variances.
struct EffectPass<Density: ConditionalDensity>: Fold {
  let pass: IntegralPass<Density>
  /// From u to effects in the columns' own scale.
  let map: Matrix
  /// Of the coefficients of the shifted columns.
  let covariance: Matrix

  var initialState: EffectSums { EffectSums(width: map.rowCount, effects: [], conditional: [], meanPart: []) }

  func accumulate(_ block: GroupedResponses, into state: inout EffectSums) {
    let d = map.columnCount
    let p = covariance.columnCount
    var integral = pass.integral(block)
    for group in 0..<block.groupCount {
      let rows = block.starts[group]..<block.starts[group + 1]
      for k in 0..<d { integral.mode[k] = pass.modes[(block.firstGroup + group) * d + k] }
      _ = integral.climb(rows)
      let pull = integral.coefficientPull(rows, design: block.design.columnMajor, columns: p)
      let inverse = Matrix(rowCount: d, columnCount: d, columnMajor: integral.inverse)
      let pulled = Matrix(rowCount: p, columnCount: d, columnMajor: pull).transposed()
      let moved = map * inverse * pulled
      state.effects += map * integral.mode
      state.conditional += RandomStructure.elements(map * inverse * map.transposed())
      state.meanPart += RandomStructure.elements(moved * covariance * moved.transposed())
    }
  }

  func merge(_ later: consuming EffectSums, into earlier: inout EffectSums) {
    earlier.effects += later.effects
    earlier.conditional += later.conditional
    earlier.meanPart += later.meanPart
  }

  func finalize(_ state: consuming EffectSums) -> EffectSums { state }
}
