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
    let (beta, factors) = (objective.beta(point.parameters), factors)
    for block in objective.rows.blocks {
      let loadings = zip(block.random, factors).map { $0 * $1 }
      result.fixed += block.predictor(beta)
      result.response += block.response
      for group in 0..<block.groupCount {
        let copies = block.copies.isEmpty ? 1 : block.copies[group]
        for j in block.starts[group]..<block.starts[group + 1] {
          let rows = loadings.map { $0.row(j) }
          result.random.append(
            zip(rows, places(block, group, row: j)).reduce(0) { sum, own in
              own.0.indices.reduce(sum) { $0 + own.0[$1] * point.modes[own.1 + $1] }
            })
          result.variance.append(rows.reduce(0) { $0 + dotProduct($1, $1) })
          result.weight.append(copies * (block.weights?[j] ?? 1))
        }
      }
    }
    return result
  }

  /// For each grouping where the effects of a row's group begin among all modes.
  private func places(_ block: GroupedResponses, _ group: Int, row: Int) -> [Int] {
    let d = factors[0].columnCount
    guard let crossing = block.crossing,
      let own = crossing.components.first(where: { $0.groups.contains(group) })
    else { return [(block.firstGroup + group) * d] }
    var result = [own.modeStart + (group - own.groups.lowerBound) * d]
    let first = own.modeStart + own.groups.count * d
    var entry = row * crossing.entryCount
    for factor in factors.dropFirst() {
      result.append(first + crossing.entryColumns[entry])
      entry += factor.columnCount
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
    switch (model.family, model.link) {
    case (.binomial, .probit): try effects(ProbitDensity.self, executor)
    case (.binomial, .complementaryLogLog): try effects(ComplementaryLogLogDensity.self, executor)
    case (.poisson, _): try effects(PoissonDensity.self, executor)
    default: try effects(LogitDensity.self, executor)
    }
  }

  private func effects<Density: ConditionalDensity>(_: Density.Type, _ executor: some FoldExecutor) throws
    -> [EffectSums]
  {
    let own = Array(0..<objective.coefficientCount)
    let covariance = jointCovariance.selecting(rows: own, columns: own)
    let maps = zip(objective.structures, factors).map { $0.inverseMapping * $1 }
    let beta = objective.beta(point.parameters)
    guard maps.count > 1 else {
      let pass = IntegralPass<Density>(
        beta: beta, factor: factors[0], rule: QuadratureRule(points: 1, width: factors[0].columnCount),
        modes: point.modes)
      return [
        try executor.run(
          EffectPass(pass: pass, map: maps[0], covariance: covariance), over: objective.rows)
      ]
    }
    let pass = CrossedPass<Density>(beta: beta, factors: factors, modes: point.modes)
    let found = try executor.run(
      CrossedEffects(pass: pass, maps: maps, covariance: covariance), over: objective.rows)
    var result = groupings.map { grouping in
      let (values, pairs) = (
        grouping.groups.count * grouping.width, grouping.width * (grouping.width + 1) / 2
      )
      let variances = [Double](repeating: 0, count: grouping.groups.count * pairs)
      return EffectSums(
        width: grouping.width, effects: [Double](repeating: 0, count: values), conditional: variances,
        meanPart: variances)
    }
    for effect in found {
      let (q, m) = (effect.values.count, effect.conditional.count)
      result[effect.grouping].effects.replaceSubrange(
        effect.group * q..<(effect.group + 1) * q, with: effect.values)
      let place = effect.group * m..<(effect.group + 1) * m
      result[effect.grouping].conditional.replaceSubrange(place, with: effect.conditional)
      result[effect.grouping].meanPart.replaceSubrange(place, with: effect.meanPart)
    }
    return result
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
