internal import LinearAlgebra

extension MixedFit {
  /// The predicted random effects of each set of groups, with their variances.
  ///
  /// - Complexity: One pass over the groups.
  public func randomEffects(executor: some FoldExecutor = SerialExecutor()) throws -> [RandomEffects] {
    let factors = context.objective.factors(context.value.theta)
    let sums = try context.objective.sums.effects(factors, context.value.point, executor)
    let scale = 1 / context.responseScale
    let sigma2 = context.sigmaSquared
    return zip(sums, context.rows.random.groupings).enumerated().map { index, pair in
      let (own, grouping) = pair
      let back = context.objective.structures[index].inverseMapping.transposed()
      // Z = Z_sums M, so that b = M^-1 b_sums.
      let count = grouping.groups.count
      let (q, m) = (own.width, own.width * (own.width + 1) / 2)
      var (values, conditional, errors) = ([Double](), [Double](), [Double]())
      for group in 0..<count {
        let effects = back.transposeTimes(Array(own.effects[group * q..<(group + 1) * q]))
        values += effects.map { $0 * scale }
        func mapped(_ elements: ArraySlice<Double>) -> [Double] {
          let inner = RandomStructure.matrix(elements, width: q)
          return RandomStructure.elements((back.transposed() * inner * back).scaled(by: sigma2))
        }
        let given = mapped(own.conditional[group * m..<(group + 1) * m])
        conditional += given
        errors += zip(given, mapped(own.meanPart[group * m..<(group + 1) * m])).map { $0 + $1 }
      }
      return RandomEffects(
        group: grouping.name, terms: grouping.columnNames, levels: (0..<count).map(grouping.groups.label),
        values: values, conditionalVariances: conditional, predictionErrorVariances: errors)
    }
  }
}
