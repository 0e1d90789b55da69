import CohortTables
import LinearAlgebra

/// The means of a fit's predictions over its rows with one column set to given values, and how they move.
///
/// ```
/// theta_a = sum_i w_i m(x_i(a)'b) / W,    G_a = d theta_a / d b = sum_i w_i m'(x_i(a)'b) x_i(a) / W
/// ```
struct Standardization: Sendable {
  /// What is averaged for each value.
  enum Target: Sendable {
    /// The predicted mean with the column at a value.
    case level(GridValue)
    /// The slope of the predicted mean by the column, at the row's own value.
    case slope
  }

  /// One mean a target.
  let values: [Double]
  /// Targets x estimated coefficients; NaN where a mean takes in rows that stand at the end of their range.
  let gradients: Matrix
  /// The rows that were averaged over, and what each stands for.
  let population: [Double]
  let rows: FittedRows
  private let scenes: [Scene]
  private let beta: [Double]

  private static let blockRows = 4096

  /// Averages over the used rows, each with its weight in the population.
  init(
    _ fit: some FittedModel, _ column: String, targets: [Target], rows: FittedRows, population: [Double],
    in table: Table
  ) throws {
    self.rows = rows
    self.population = population
    let total = population.reduce(0, +)
    guard total > 0 else {
      throw EstimationError(.noRows, "no row is in the group that the effects are asked for")
    }
    let hasLimit = fit.predictorEnds != nil
    guard hasLimit || fit.estimated.allSatisfy({ fit.coefficients[$0].estimate != nil }) else {
      throw EstimationError(
        .notEstimable,
        "a coefficient has no finite estimate, so that predictions have no mean: use Firth's penalty")
    }
    let scenes = try targets.map { try Scene(fit, column, $0, table: table, used: rows.used) }
    let beta = fit.estimates
    var values = [Double](repeating: 0, count: targets.count)
    var gradients = Matrix(rowCount: targets.count, columnCount: beta.count)
    var limits: Set<Int> = []
    for start in stride(from: 0, to: rows.used.count, by: Self.blockRows) {
      let range = start..<min(start + Self.blockRows, rows.used.count)
      for (k, scene) in scenes.enumerated() {
        let part = scene.block(range, fit, beta)
        let weights = range.map { population[$0] / total }
        guard part.isEstimable(weights) else { throw Self.notEstimable(column, targets[k], hasLimit) }
        values[k] += dotProduct(weights, part.means)
        if part.hasEnds(weights) { limits.insert(k) }
        for (j, value) in part.gradient(weights).enumerated() { gradients[k, j] += value }
      }
    }
    // Of a mean at the end of its range the delta method would say that it has no error at all.
    for k in limits { for j in beta.indices { gradients[k, j] = .nan } }
    self.values = values
    self.gradients = gradients
    self.scenes = scenes
    self.beta = beta
  }

  private static func notEstimable(
    _ column: String, _ target: Target, _ isSeparated: Bool
  ) -> EstimationError {
    var place = ""
    if case .level(let value) = target { place = " at '\(value.text)'" }
    if isSeparated {
      return EstimationError(
        .notEstimable,
        "the data separate, so that the mean of '\(column)'\(place) has no value for some of the rows: use Firth's "
          + "penalty, merge levels or drop the term")
    }
    return EstimationError(
      .notEstimable,
      "the model does not determine the mean of '\(column)'\(place) for some of the rows: combinations are empty, and terms "
        + "were left out for it")
  }

  /// Each row's own means, one column a target.
  func means(_ fit: some FittedModel) -> Matrix {
    var elements: [Double] = []
    for scene in scenes {
      for start in stride(from: 0, to: rows.used.count, by: Self.blockRows) {
        elements += scene.block(start..<min(start + Self.blockRows, rows.used.count), fit, beta).means
      }
    }
    return Matrix(rowCount: rows.used.count, columnCount: scenes.count, columnMajor: elements)
  }
}

/// The rows of a table with one column changed: a weighted sum of versions of the design.
private struct Scene: Sendable {
  /// Versions of the design with their weights; one of weight 1 for a level.
  private let versions: [(design: BoundDesign, weight: [Double])]
  private let used: [Int]
  private let estimated: [Int]
  /// Nil where every column is estimated.
  private let estimability: Estimability?

  struct Part {
    var means: [Double]
    fileprivate var versions: [(design: Matrix, slopes: [Double])]
    /// The rows that aliased columns make undetermined.
    fileprivate var undetermined: Set<Int> = []
    /// The rows whose mean is at the end of its range.
    fileprivate var atEnd: Set<Int> = []

    /// Whether the mean of a row that counts is at the end of its range.
    func hasEnds(_ weights: [Double]) -> Bool { atEnd.contains { weights[$0] != 0 } }

    /// Whether all rows that count have a mean.
    func isEstimable(_ weights: [Double]) -> Bool { undetermined.allSatisfy { weights[$0] == 0 } }

    /// `sum_i w_i dm_i/db`.
    func gradient(_ weights: [Double]) -> [Double] {
      var sum: [Double] = []
      for version in versions {
        let own = version.design.transposeTimes(zip(weights, version.slopes).map { $0 * $1 })
        sum = sum.isEmpty ? own : zip(sum, own).map { $0 + $1 }
      }
      return sum
    }
  }

  init(
    _ fit: some FittedModel, _ column: String, _ target: Standardization.Target, table: Table, used: [Int]
  ) throws {
    self.used = used
    estimated = fit.estimated
    estimability = fit.estimated.count < fit.coefficients.count ? Estimability(fit) : nil
    let source = try Self.reduced(table, fit)
    switch target {
    case .level(let value):
      let changed = try Self.replacing(column, fit, source, value)
      versions = [
        (try BoundDesign(fit.plan, offsets: fit.formula.offsets, in: changed), [])
      ]
    case .slope:
      guard fit.plan.levels(of: column) == nil else {
        throw EstimationError(
          .unusableColumn, "'\(column)' is categorical: it has levels to compare, no slope")
      }
      // The mean is not linear in the column even where the predictor is.
      let stencil = Stencil(column, plan: fit.plan, offsets: fit.formula.offsets, isLinearInMean: false)
      let values = try table.requireColumn(column).numericValues()
      let points = values.map { stencil.points($0.isFinite ? $0 : 0) }
      versions = try (0..<stencil.count).map { k in
        let moved = Column(
          name: column, values: .numeric(NumericValues(values.indices.map { points[$0][k].x })))
        let changed = try Self.exchanging(moved, in: source)
        return (
          try BoundDesign(fit.plan, offsets: fit.formula.offsets, in: changed), points.map { $0[k].weight }
        )
      }
    }
  }

  func block(_ range: Range<Int>, _ fit: some FittedModel, _ beta: [Double]) -> Part {
    let rows = range.map { used[$0] }
    var part = Part(means: [Double](repeating: 0, count: rows.count), versions: [])
    for version in versions {
      let all = version.design.matrix(rows: rows)
      var ends: [Int: Double] = [:]
      if let estimability {
        for i in rows.indices where !estimability.holds(for: all.row(i)) {
          ends[i] = mean(atEndOf: all.row(i), fit, estimability)
          if ends[i] == nil { part.undetermined.insert(i) }
        }
        part.atEnd.formUnion(ends.keys)
      }
      let design = all.selecting(columns: estimated)
      var eta = design * beta
      for (i, value) in version.design.offset(rows: rows).enumerated() { eta[i] += value }
      var slopes = [Double](repeating: 0, count: rows.count)
      for i in rows.indices {
        let point = fit.link.point(eta[i])
        let weight = version.weight.isEmpty ? 1 : version.weight[rows[i]]
        part.means[i] += weight * (ends[i] ?? point.mean)
        slopes[i] = ends[i] == nil ? weight * point.slope : 0
      }
      part.versions.append((design, slopes))
    }
    return part
  }

  /// The mean that separated data tend to; nil where there is none.
  private func mean(atEndOf row: [Double], _ fit: some FittedModel, _ estimability: Estimability) -> Double? {
    guard row.allSatisfy(\.isFinite), let end = fit.predictorEnds?.end(of: estimability.gaps(of: row)) else {
      return nil
    }
    let mean = fit.link.mean(atPredictor: end)
    return mean.isFinite ? mean : nil
  }

  /// The columns of the right-hand side.
  private static func reduced(_ table: Table, _ fit: some FittedModel) throws -> Table {
    let names = fit.plan.variables.flatMap(\.source.columns) + fit.formula.offsets.flatMap(\.columns)
    var columns: [Column] = []
    for name in names where !columns.contains(where: { $0.name == name }) {
      columns.append(try table.requireColumn(name))
    }
    return try Table(columns: columns, name: table.source.displayName)
  }

  private static func exchanging(_ column: Column, in table: Table) throws -> Table {
    try Table(
      columns: table.columnNames.map { name in
        name == column.name ? column : try table.requireColumn(name)
      }, name: table.source.displayName)
  }

  private static func replacing(
    _ column: String, _ fit: some FittedModel, _ table: Table, _ value: GridValue
  ) throws -> Table {
    let count = table.rowCount
    if let levels = fit.plan.levels(of: column) {
      guard levels.contains(value.text) else {
        throw EstimationError(
          .unknownLevel, "'\(column)' has no level '\(value.text)'; it has \(levels.joined(separator: ", "))")
      }
      let codes = CategoryValues(codes: [Int32](repeating: 0, count: count), levels: [value.text])
      return try exchanging(Column(name: column, values: .category(codes)), in: table)
    }
    guard case .number(let number) = value else {
      throw EstimationError(.unknownLevel, "'\(column)' is numeric: '\(value.text)' is not a value of it")
    }
    let numbers = NumericValues([Double](repeating: number, count: count))
    return try exchanging(Column(name: column, values: .numeric(numbers)), in: table)
  }
}
