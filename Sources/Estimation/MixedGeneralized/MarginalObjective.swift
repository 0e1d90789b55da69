internal import LinearAlgebra

/// The log-likelihood of a generalised linear mixed model as a function of coefficients and covariance factors.
struct MarginalObjective: Sendable {
  let family: ResponseFamily
  let link: Link
  let rows: BlockList<GroupedResponses>
  let structures: [RandomStructure]
  let coefficientCount: Int
  var points: Int
  /// What does not depend on the parameters.
  let constant: Double

  /// The log-likelihood and its gradient, by the coefficients first.
  struct Point: Sendable {
    let parameters: [Double]
    let logLikelihood: Double
    let gradient: [Double]
    let modes: [Double]
  }

  var parameterCount: Int { coefficientCount + structures.reduce(0) { $0 + $1.parameterCount } }

  /// The covariance parameters of each grouping among all.
  var ranges: [Range<Int>] {
    var start = coefficientCount
    return structures.map { structure in
      defer { start += structure.parameterCount }
      return start..<start + structure.parameterCount
    }
  }

  /// The parameters that are 0 at a boundary.
  var pivots: [Int] {
    zip(ranges, structures).flatMap { range, structure in
      structure.terms.flatMap(\.pivots).map { range.lowerBound + $0 }
    }
  }

  func beta(_ parameters: [Double]) -> [Double] { Array(parameters[..<coefficientCount]) }

  func factors(_ parameters: [Double]) -> [Matrix] {
    zip(structures, ranges).map { $0.factor(parameters[$1]) }
  }

  /// Nil where the log-likelihood has no finite value.
  func point(_ parameters: [Double], from modes: [Double], _ executor: some FoldExecutor) throws -> Point? {
    guard parameters.allSatisfy(\.isFinite) else { return nil }
    let sums = try sums(beta(parameters), factors(parameters), modes, executor)
    guard sums.logLikelihood.isFinite else { return nil }
    var gradient = sums.coefficients
    for (structure, slopes) in zip(structures, sums.factors) {
      for basis in structure.basis { gradient.append(dotProduct(basis.columnMajor, slopes.columnMajor)) }
    }
    guard gradient.allSatisfy(\.isFinite) else { return nil }
    return Point(
      parameters: parameters, logLikelihood: sums.logLikelihood + constant, gradient: gradient,
      modes: sums.modes)
  }

  private func sums(
    _ beta: [Double], _ factors: [Matrix], _ modes: [Double], _ executor: some FoldExecutor
  ) throws -> IntegralSums {
    switch (family, link) {
    case (.binomial, .probit): try sums(ProbitDensity.self, beta, factors, modes, executor)
    case (.binomial, .complementaryLogLog):
      try sums(ComplementaryLogLogDensity.self, beta, factors, modes, executor)
    case (.poisson, _): try sums(PoissonDensity.self, beta, factors, modes, executor)
    default: try sums(LogitDensity.self, beta, factors, modes, executor)
    }
  }

  private func sums<Density: ConditionalDensity>(
    _: Density.Type, _ beta: [Double], _ factors: [Matrix], _ modes: [Double], _ executor: some FoldExecutor
  ) throws -> IntegralSums {
    if structures.count > 1 {
      return try executor.run(CrossedPass<Density>(beta: beta, factors: factors, modes: modes), over: rows)
    }
    let rule = QuadratureRule(points: points, width: factors[0].columnCount)
    return try executor.run(
      IntegralPass<Density>(beta: beta, factor: factors[0], rule: rule, modes: modes), over: rows)
  }
}

/// What a log-likelihood has besides its kernel: numbers of ways, and factorials.
struct DensityConstants: Fold {
  let family: ResponseFamily

  var initialState: Double { 0 }

  func accumulate(_ block: GroupedResponses, into state: inout Double) {
    for group in 0..<block.groupCount {
      let copies = block.copies.isEmpty ? 1 : block.copies[group]
      for j in block.starts[group]..<block.starts[group + 1] { state += copies * row(block, j) }
    }
  }

  /// As R's families have it: a weight of a 0/1 response counts trials.
  private func row(_ block: GroupedResponses, _ j: Int) -> Double {
    let y = block.response[j]
    let given = block.given?[j] ?? 1
    if family == .poisson { return -given * GeneralizedLikelihood.logGamma(y + 1) }
    let trials = (block.trials?[j] ?? given).rounded(.toNearestOrEven)
    let successes = ((block.trials?[j] ?? given) * y).rounded(.toNearestOrEven)
    guard successes > 0, successes < trials else { return 0 }
    let ways = [trials, successes, trials - successes].map { GeneralizedLikelihood.logGamma($0 + 1) }
    return (block.trials == nil ? 1 : given) * (ways[0] - ways[1] - ways[2])
  }

  func merge(_ later: consuming Double, into earlier: inout Double) { earlier += later }

  func finalize(_ state: consuming Double) -> Double { state }
}
