public import CohortTables
internal import LinearAlgebra

/// The accelerated failure time model `log T = x'beta + scale error`, by maximum likelihood.
///
/// A row that is at risk from a start on counts given that it got there. Newton's method in `(beta, log scale)` with the exact
/// second derivative; steps that lower the likelihood are halved.
///
/// - Complexity: O(rows x columns^2) an iteration.
///
/// ## References
/// Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, ch. 3; as R's `survreg`.
public struct AcceleratedFailureTimeModel: Sendable {
  /// The formula: `Surv(time, status) ~ terms` or `Surv(start, stop, status) ~ terms`.
  public let formula: Formula
  /// The distribution of the time.
  public var distribution: SurvivalDistribution
  /// Which standard errors.
  public var errors: CoxErrors
  /// Options shared by all models; weights are frequency or sampling weights.
  public var options: ModelOptions

  static let mostIterations = 100

  /// An accelerated failure time model.
  ///
  /// - Throws: `FormulaError`.
  public init(
    _ formula: String, distribution: SurvivalDistribution = .weibull, errors: CoxErrors = .automatic,
    options: ModelOptions = ModelOptions()
  ) throws {
    self.formula = try Formula(formula)
    self.distribution = distribution
    self.errors = errors
    self.options = options
  }

  /// Fits the model to a table.
  ///
  /// - Throws: `TableError`; `EstimationError` for strata, an event at time 0, no events, or nothing to estimate.
  public func fit(
    _ table: Table, executor: some FoldExecutor = SerialExecutor()
  ) throws -> AcceleratedFailureTimeFit {
    guard formula.strata.isEmpty else {
      throw EstimationError(
        .notBuilt, "accelerated failure time models have no strata: take the column as a term")
    }
    let frame = try ModelFrame(formula, table: table, options: options, executor: executor)
    let rows = try FailureTimes(frame, in: table)
    guard rows.events.contains(true) else {
      throw EstimationError(
        .noEvents, "\(table.source.displayName): none of the \(frame.usedRows.count) used rows has the event")
    }
    let products = rows.design.crossProduct(
      weights: rows.weights ?? [Double](repeating: 1, count: rows.count))
    for (column, name) in frame.plan.columnNames.enumerated() where !products[column, column].isFinite {
      throw EstimationError.tooLarge(name, in: table)
    }
    let independent = try OrderedCholesky(products, tolerance: options.rankTolerance * options.rankTolerance)
    guard !independent.kept.isEmpty else {
      throw EstimationError(
        .notEstimable, "the design has no column that is not 0: there is nothing to estimate")
    }
    let kept = rows.keeping(independent.kept)
    let search = try FailureTimeSearch(kept, distribution)
    return try AcceleratedFailureTimeFit(self, frame, independent, search, in: table)
  }
}

/// The used rows of an accelerated failure time model.
struct FailureTimes: Sendable {
  let rows: [Int]
  let design: Matrix
  /// Logarithms of the times.
  let logTimes: [Double]
  /// Logarithms of the starts; -infinity where a row is at risk from 0.
  let logStarts: [Double]?
  let events: [Bool]
  let weights: [Double]?
  let offset: [Double]?

  var count: Int { rows.count }

  init(_ frame: ModelFrame, in table: Table) throws {
    guard case .survival(let time, let event, let labels) = frame.response else {
      throw EstimationError(.unsupported, "a survival model needs Surv(time, status) as response")
    }
    if frame.options.weights?.kind == .precision {
      throw EstimationError(
        .unsupported,
        "precision weights have no meaning for survival times: weights are frequency (copies of a row) or sampling"
      )
    }
    let used = Array(frame.usedRows)
    for row in used where !(time[row] > 0) {
      let place = table.lineNumber(ofRow: row).map { ":\($0)" } ?? ""
      throw EstimationError(
        .unusableColumn,
        "\(table.source.displayName)\(place): time \(Expression.text(of: time[row])), expected a time above 0: accelerated "
          + "failure time models are of its logarithm")
    }
    rows = used
    design = frame.design.matrix(rows: used)
    logTimes = used.map { logarithm(time[$0]) }
    logStarts = labels.entry.map { all in used.map { all[$0] > 0 ? logarithm(all[$0]) : -.infinity } }
    events = used.map { event[$0] == 1 }
    weights = frame.weights.map { all in used.map { all[$0] } }
    offset = frame.formula.offsets.isEmpty ? nil : frame.design.offset(rows: used)
  }

  private init(_ other: FailureTimes, design: Matrix) {
    rows = other.rows
    self.design = design
    logTimes = other.logTimes
    logStarts = other.logStarts
    events = other.events
    weights = other.weights
    offset = other.offset
  }

  func keeping(_ columns: [Int]) -> FailureTimes {
    FailureTimes(self, design: design.selecting(columns: columns))
  }
}

/// The likelihood of an accelerated failure time model with its derivatives in `(beta, log scale)`.
struct FailureTimePoint: Sendable {
  let beta: [Double]
  let logScale: Double
  let logLikelihood: Double
  /// Each row's derivative by the linear predictor and by the log scale.
  let byPredictor: [Double]
  let byScale: [Double]
  let score: [Double]
  let information: Matrix

  init?(_ rows: FailureTimes, _ distribution: SurvivalDistribution, _ beta: [Double], _ logScale: Double) {
    self.beta = beta
    self.logScale = logScale
    let scale = exponential(logScale)
    var eta = rows.design * beta
    if let offset = rows.offset { for i in eta.indices { eta[i] += offset[i] } }
    var total = 0.0
    var (first, second) = (
      [Double](repeating: 0, count: rows.count), [Double](repeating: 0, count: rows.count)
    )
    var (byScale, mixed) = (first, first)
    var scaleSecond = 0.0
    for i in 0..<rows.count {
      let weight = rows.weights?[i] ?? 1
      func add(_ part: SurvivalDistribution.Derivatives, _ z: Double, _ sign: Double) {
        first[i] -= sign * part.first / scale
        byScale[i] -= sign * part.first * z
        second[i] -= sign * weight * part.second / (scale * scale)
        mixed[i] -= sign * weight * (part.first + part.second * z) / scale
        scaleSecond -= sign * weight * (part.first * z + part.second * z * z)
        total += sign * weight * part.value
      }
      let z = (rows.logTimes[i] - eta[i]) / scale
      if rows.events[i] {
        add(distribution.logDensity(z), z, 1)
        byScale[i] -= 1
        total -= weight * (logScale + rows.logTimes[i])
      } else {
        add(distribution.logSurvival(z), z, 1)
      }
      if let start = rows.logStarts?[i], start > -.infinity {
        let entry = (start - eta[i]) / scale
        add(distribution.logSurvival(entry), entry, -1)
      }
    }
    guard total.isFinite else { return nil }
    logLikelihood = total
    byPredictor = first
    self.byScale = byScale
    func weighted(_ values: [Double]) -> [Double] {
      rows.weights.map { zip($0, values).map { $0 * $1 } } ?? values
    }
    let columns = beta.count
    let free = distribution.hasFreeScale
    var score = rows.design.transposeTimes(weighted(first))
    let products = rows.design.crossProduct(weights: second)
    var information = Matrix(rowCount: columns + (free ? 1 : 0), columnCount: columns + (free ? 1 : 0))
    for j in 0..<columns { for k in 0..<columns { information[j, k] = products[j, k] } }
    if free {
      score.append(weighted(byScale).reduce(0, +))
      let cross = rows.design.transposeTimes(mixed)
      for j in 0..<columns {
        information[j, columns] = cross[j]
        information[columns, j] = cross[j]
      }
      information[columns, columns] = scaleSecond
    }
    self.score = score
    self.information = information
  }
}

/// Newton's method from a regression of the log times.
struct FailureTimeSearch: Sendable {
  let rows: FailureTimes
  let end: FailureTimePoint
  let covariance: Matrix
  let nullLogLikelihood: Double?
  let convergence: Convergence

  init(_ rows: FailureTimes, _ distribution: SurvivalDistribution) throws {
    self.rows = rows
    let (point, convergence) = try Self.maximum(rows, distribution)
    end = point
    self.convergence = convergence
    guard let factor = try? CholeskyFactor(point.information) else {
      throw EstimationError(
        .notEstimable,
        "the likelihood has no maximum at finite coefficients: in some group nobody has the event, or all times are one"
      )
    }
    covariance = factor.inverse()
    let ones = Matrix(rowCount: rows.count, columnCount: 1, repeating: 1)
    nullLogLikelihood = try? Self.maximum(rows.replacing(ones), distribution).0.logLikelihood
  }

  private static func maximum(
    _ rows: FailureTimes, _ distribution: SurvivalDistribution
  ) throws -> (FailureTimePoint, Convergence) {
    let weights = rows.weights ?? [Double](repeating: 1, count: rows.count)
    let factor = try CholeskyFactor(rows.design.crossProduct(weights: weights))
    let response = rows.offset.map { zip(rows.logTimes, $0).map { $0 - $1 } } ?? rows.logTimes
    let beta = factor.solve(rows.design.transposeTimes(zip(weights, response).map { $0 * $1 }))
    let fitted = rows.design * beta
    let squares = zip(weights, zip(response, fitted)).reduce(0.0) {
      $0 + $1.0 * ($1.1.0 - $1.1.1) * ($1.1.0 - $1.1.1)
    }
    let deviation = (squares / weights.reduce(0, +)).squareRoot()
    let free = distribution.hasFreeScale
    let start = free ? logarithm(max(deviation, 1e-6)) : 0
    guard
      var point = FailureTimePoint(rows, distribution, beta, start)
        ?? FailureTimePoint(rows, distribution, beta, start + 2)
    else {
      throw EstimationError(.notEstimable, "the likelihood cannot be computed at the starting values")
    }
    var (iterations, decrement, isConverged) = (0, Double.infinity, false)
    while iterations < AcceleratedFailureTimeModel.mostIterations, !isConverged {
      let step = Self.step(point)
      decrement = dotProduct(step, point.score)
      isConverged = decrement <= 1e-12
      let limit = point.logLikelihood - 1e-12 * abs(point.logLikelihood)
      let current = point.beta + (free ? [point.logScale] : [])
      let next = halvingStep(step, from: current) { all -> FailureTimePoint? in
        let found = FailureTimePoint(
          rows, distribution, Array(all.prefix(beta.count)), free ? all[beta.count] : 0)
        guard let found, found.logLikelihood >= limit else { return nil }
        return found
      }
      guard let next else { break }
      point = next
      iterations += 1
    }
    return (
      point,
      Convergence(
        isConverged: isConverged, iterations: iterations, criterion: "squared Newton decrement U' I^-1 U",
        value: decrement,
        message: isConverged
          ? "converged after \(iterations) Newton steps" : "not converged after \(iterations) Newton steps")
    )
  }

  /// Newton's step, or one along the gradient as far as needed where the likelihood is not concave.
  private static func step(_ point: FailureTimePoint) -> [Double] {
    let order = point.score.count
    var ridge = 0.0
    for _ in 0..<40 {
      var information = point.information
      for j in 0..<order { information[j, j] += ridge * max(abs(information[j, j]), 1e-12) }
      if let factor = try? CholeskyFactor(information) { return factor.solve(point.score) }
      ridge = ridge == 0 ? 1e-4 : ridge * 4
    }
    return point.score
  }
}

extension FailureTimes {
  /// The same times with another design.
  func replacing(_ design: Matrix) -> FailureTimes { FailureTimes(self, design: design) }
}
