internal import LinearAlgebra

/// What the parts of a fitted multinomial model are computed from.
struct MultinomialContext<Executor: FoldExecutor> {
  let model: MultinomialModel
  let frame: ModelFrame
  let outcome: MultinomialOutcome
  let rows: GeneralizedRows
  let columns: IndependentColumns
  let search: MultinomialSearch
  let executor: Executor

  private var pass: MultinomialPass { MultinomialPass(rows: rows, equations: equationCount) }
  private var equationCount: Int { outcome.levels.count - 1 }
  private var countsCopies: Bool { frame.options.countsCopies }

  var observationCount: Double {
    countsCopies ? outcome.totals.reduce(0, +) : Double(frame.usedRows.count)
  }

  /// Indices of the estimated coefficients among all, level by level.
  var estimated: [Int] {
    (0..<equationCount).flatMap { level in columns.kept.map { level * frame.plan.columnCount + $0 } }
  }

  var supports: [Support] {
    (0..<equationCount).flatMap { level in
      frame.plan.columnNames.indices.map { outcome.support(ofLevel: level + 1, column: $0) }
    }
  }

  /// The names of all coefficients.
  var names: [String] {
    outcome.levels.dropFirst().flatMap { level in frame.plan.columnNames.map { "\(level): \($0)" } }
  }

  var nullLogLikelihood: Double {
    let total = outcome.totals.reduce(0, +)
    guard frame.plan.hasIntercept else { return -total * logarithm(Double(outcome.levels.count)) }
    return outcome.totals.reduce(0) { $0 + $1 * logarithm($1 / total) }
  }

  /// Coefficients of the plan's columns, 0 where aliased, x equations.
  var equations: Matrix {
    let own = rows.unshifting * pass.matrix(search.beta)
    var result = Matrix(rowCount: frame.plan.columnCount, columnCount: equationCount)
    for (a, column) in columns.kept.enumerated() {
      for j in 0..<equationCount { result[column, j] = own[a, j] }
    }
    return result
  }

  struct Covariances {
    let model: Matrix
    /// What the standard errors come from, where not from the model.
    var robust: Matrix?
    var clusters: RowAccounting.Clusters?
  }

  func covariances() throws -> Covariances {
    let count = search.beta.count
    guard let factor = search.factor else {
      return Covariances(model: Matrix(rowCount: count, columnCount: count, repeating: .nan))
    }
    let back = unshifting
    let root = back * factor.inverseRoot
    var result = Covariances(model: root * root.transposed())
    guard let kind = model.robust else { return result }
    let beta = pass.matrix(search.beta)
    var meat: Matrix
    if kind.isClustered {
      let clusters = try executor.run(MultinomialClusterSums(beta: beta), over: rows)
      let count = clusters.rows.count
      let column = frame.options.cluster ?? ""
      try ClusterSandwich.requireTwo(count, column)
      result.clusters = RowAccounting.Clusters(
        column: column, count: count, smallest: clusters.rows.min() ?? 0, largest: clusters.rows.max() ?? 0)
      meat = clusters.meat
      if kind == .cr1 { meat = meat.scaled(by: Double(count) / Double(count - 1)) }
    } else {
      meat = try executor.run(MultinomialSandwich(beta: beta, countsCopies: countsCopies), over: rows)
    }
    let scores = factor.inverseRoot.transposed() * meat * factor.inverseRoot
    result.robust = root * scores * root.transposed()
    return result
  }

  /// Coefficients of the shifted columns in the plan's own, equation by equation.
  private var unshifting: Matrix {
    let one = rows.unshifting
    let width = one.rowCount
    var result = Matrix(rowCount: width * equationCount, columnCount: width * equationCount)
    for j in 0..<equationCount {
      for b in 0..<width {
        for a in 0..<width { result[j * width + a, j * width + b] = one[a, b] }
      }
    }
    return result
  }

  func coefficients(_ covariances: Covariances, separation: SeparationReport?) -> [Coefficient] {
    let (equations, names) = (equations, names)
    let covariance = covariances.robust ?? covariances.model
    let width = frame.plan.columnCount
    return Coefficient.all(names, estimated: estimated, unbounded: separation?.terms ?? []) { index, k in
      let column = index % width
      return .wald(
        term: names[index], estimate: equations[column, index / width], variance: covariance[k, k],
        degreesOfFreedom: nil, level: frame.options.confidenceLevel,
        modelVariance: covariances.robust == nil ? nil : covariances.model[k, k],
        ratioKind: column == 0 && frame.plan.hasIntercept ? nil : "odds")
    }
  }

  /// The coefficients without finite estimates, and where they go; nil where all have one.
  func separation() throws -> SeparationReport? {
    guard let separation = search.separation else { return nil }
    let direction = rows.unshifting * pass.matrix(separation.direction)
    let scales = try executor.run(ColumnScales(columnCount: columns.kept.count), over: rows)
    let names = names
    let unbounded = (0..<equationCount).flatMap { level in
      columns.kept.indices.compactMap { a -> SeparationReport.Direction? in
        let change = direction[a, level] * scales[a]
        guard abs(change) > 0.01 else { return nil }
        return SeparationReport.Direction(
          term: names[level * frame.plan.columnCount + columns.kept[a]], isIncreasing: change > 0)
      }
    }
    return SeparationReport(isComplete: separation.isComplete, unbounded: unbounded)
  }
}
