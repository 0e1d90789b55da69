public import CohortTables
internal import LinearAlgebra

/// How much a row counts by the size of its residual.
///
/// With u the residual over the scale,
/// ```
/// huber:     w(u) = min(1, 1.345 / |u|)
/// bisquare:  w(u) = (1 - (u / 4.685)^2)^2 for |u| < 4.685, otherwise 0
/// ```
/// Both constants give 95% efficiency when errors are normal.
public enum RobustWeighting: String, Sendable, CaseIterable, Codable {
  /// Huber's: large residuals count in proportion to their sign, never not at all.
  case huber
  /// Tukey's bisquare: rows far from the fit do not count.
  case bisquare

  /// The weight of a row.
  func weight(_ u: Double) -> Double {
    switch self {
    case .huber:
      return min(1, 1.345 / abs(u))
    case .bisquare:
      let share = min(1, abs(u) / 4.685)
      let left = 1 - share * share
      return left * left
    }
  }

  /// The derivative of `psi(u) = u w(u)`.
  func derivative(_ u: Double) -> Double {
    switch self {
    case .huber:
      return abs(u) <= 1.345 ? 1 : 0
    case .bisquare:
      let share = u / 4.685 * (u / 4.685)
      return abs(u) < 4.685 ? (1 - share) * (1 - 5 * share) : 0
    }
  }
}

/// The linear model `y = X beta + e` by M-estimation: a few wild values of the response do not move it far.
///
/// ```
/// sum_i psi(e_i / s) x_i = 0,    s = median |e_i| / 0.6745
/// ```
/// with `e_i` times the root of its weight, solved by iteratively reweighted least squares from the least
/// squares fit, with the scale estimated anew in each step, until the residuals move by less than 1e-10 of their
/// size (R's `rlm` stops at 1e-4). Standard errors are Huber's, as in `summary.rlm`; t tests have
/// residual degrees of freedom. Outlying values of the *predictors* are not guarded against, and
/// bisquare may have several solutions: this is the one reached from least squares.
///
/// - Complexity: O(rows x columns^2) a step; rows numbers kept.
///
/// ## References
/// Huber (1981), Robust Statistics, sections 7.6-7.9, eq. 6.5 of chapter 7; Venables and Ripley (2002),
/// Modern Applied Statistics with S, section 6.5: the same steps as MASS's `rlm`.
public struct RobustLinearModel: Sendable {
  /// The formula.
  public let formula: Formula
  /// Options shared by all models.
  public var options: ModelOptions
  /// How rows are weighted by their residuals.
  public var weighting: RobustWeighting

  static let tolerance = 1e-10
  static let mostSteps = 500

  /// A linear model by M-estimation.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, weighting: RobustWeighting = .huber, options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.weighting = weighting
    self.options = options
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError` for cells that cannot be used, `EstimationError` when nothing can be
  ///   estimated.
  public func fit(_ table: Table, executor: some FoldExecutor = SerialExecutor()) throws -> RobustLinearFit {
    guard options.weights?.kind != .sampling, options.cluster == nil else {
      throw EstimationError(
        .unsupported, "M-estimation has its own standard errors: neither sampling weights nor clusters")
    }
    let start = try LinearModel(formula.text, options: options).fit(table, executor: executor)
    let frame = try ModelFrame(formula, table: table, options: options)
    var steps = ReweightedSteps(
      source: try DesignSource(frame), weights: frame.weights.map { all in frame.usedRows.map { all[$0] } },
      isFrequency: options.countsCopies, weighting: weighting, solution: start.solution)
    try steps.run(hasIntercept: start.plan.hasIntercept, tolerance: options.rankTolerance, executor: executor)
    return RobustLinearFit(start: start, steps: steps)
  }
}

/// The iteration of reweighted least squares and where it stands.
struct ReweightedSteps {
  let source: DesignSource
  /// The weights given with the data; nil without.
  let weights: [Double]?
  let isFrequency: Bool
  let weighting: RobustWeighting
  /// Least squares, whose columns and shifts all steps keep.
  let first: LeastSquaresSolution
  private(set) var coefficients: [Double]
  /// Residuals times the root of their precision weight.
  private(set) var residuals: [Double]
  private(set) var scale = 0.0
  private(set) var steps = 0
  private(set) var change = Double.infinity
  private(set) var isExact = false

  init(
    source: DesignSource, weights: [Double]?, isFrequency: Bool, weighting: RobustWeighting,
    solution: LeastSquaresSolution
  ) {
    self.source = source
    self.weights = weights
    self.isFrequency = isFrequency
    self.weighting = weighting
    first = solution
    coefficients = solution.coefficients
    residuals = []
    residuals = weightedResiduals()
  }

  /// Whether the criterion was met.
  var isConverged: Bool { change <= RobustLinearModel.tolerance }

  /// How many copies of a row there are.
  func copies(_ row: Int) -> Double { isFrequency ? weights?[row] ?? 1 : 1 }

  mutating func run(hasIntercept: Bool, tolerance: Double, executor: some FoldExecutor) throws {
    // What least squares left out stays out.
    var norms = first.referenceNorms
    for column in first.aliased { norms[column] = .infinity }
    let total = residuals.indices.reduce(0) { $0 + copies($1) * residuals[$1] * residuals[$1] }
    while !isConverged, steps < RobustLinearModel.mostSteps {
      scale = medianSize() / 0.6745
      // More than half of the rows are fitted exactly: there is nothing to weight by.
      guard scale > 1e-14 * (total / Double(residuals.count)).squareRoot(), total > 0 else {
        (isExact, change) = (true, 0)
        return
      }
      let current = residuals.indices.map { (weights?[$0] ?? 1) * weighting.weight(residuals[$0] / scale) }
      let fold = TriangularFactorization(shifts: first.shifts, usesWeights: true)
      let triangle = try executor.run(fold, over: ReweightedSource(source: source, weights: current))
      let solution = try LeastSquaresSolution(
        factor: triangle, shifts: first.shifts, referenceNorms: norms, hasIntercept: hasIntercept,
        tolerance: tolerance)
      guard solution.kept == first.kept else {
        throw EstimationError(
          .numerical,
          "\(weighting.rawValue) gives no weight to the rows that determine a coefficient: all of them are outliers; use huber, or "
            + "take that term out")
      }
      let before = residuals
      coefficients = solution.coefficients
      residuals = weightedResiduals()
      let moved = zip(before, residuals).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      change = (moved / max(before.reduce(0) { $0 + $1 * $1 }, 1e-20)).squareRoot()
      steps += 1
    }
  }

  private func weightedResiduals() -> [Double] {
    var result: [Double] = []
    for leaf in 0..<source.leafCount {
      source.forEachBlock(ofLeaf: leaf) { block in
        let fitted = block.columns.selecting(columns: first.kept) * coefficients
        let response = block.response
        for i in fitted.indices {
          let root = isFrequency ? 1 : (block.weights?[i] ?? 1).squareRoot()
          result.append((response[i] - fitted[i]) * root)
        }
      }
    }
    return result
  }

  /// The median of the residuals' sizes, copies counted.
  private func medianSize() -> Double {
    let order = residuals.indices.sorted { abs(residuals[$0]) < abs(residuals[$1]) }
    let total = order.reduce(0) { $0 + copies($1) }
    var passed = 0.0
    for (place, row) in order.enumerated() {
      passed += copies(row)
      if passed * 2 == total, place + 1 < order.count {
        return (abs(residuals[row]) + abs(residuals[order[place + 1]])) / 2
      }
      if passed * 2 > total { return abs(residuals[row]) }
    }
    return 0
  }
}

/// The rows of a source with other weights.
private struct ReweightedSource: BlockSource {
  let source: DesignSource
  let weights: [Double]

  var leafCount: Int { source.leafCount }

  func forEachBlock(ofLeaf leaf: Int, _ body: (DesignBlock) -> Void) {
    let own = Array(weights[source.cut.rows(ofLeaf: leaf)])
    source.forEachBlock(ofLeaf: leaf) {
      body(DesignBlock($0, weights: own))
    }
  }
}
