internal import CohortTables
internal import Distributions
public import LinearAlgebra

/// A fitted accelerated failure time model.
///
/// Coefficients are of the log time: an exponentiated one is the factor by which times are longer.
public struct AcceleratedFailureTimeFit: StoredFit {
  let core: FitCore
  /// Nil: z statistics.
  public var residualDegreesOfFreedom: Double? { nil }
  /// Times.
  public var ratioKind: String? { "time" }
  /// The distribution of the time.
  public let distribution: SurvivalDistribution
  /// The scale of the errors: 1 over the shape of a Weibull distribution.
  public let scale: Double
  /// `Log(scale)` with its error; nil where the scale is fixed.
  public let logScale: Coefficient?
  /// The covariance of the coefficients and, last, of the log scale.
  public let fullCovariance: Matrix
  /// The log-likelihood of the times.
  public let logLikelihood: Double
  /// The log-likelihood with an intercept alone.
  public let nullLogLikelihood: Double?
  /// Estimated coefficients, the scale included.
  public let parameterCount: Int
  /// Whether standard errors are robust.
  public let isRobust: Bool
  /// How the iteration ended.
  public let convergence: Convergence

  /// `-2 logLik + 2 parameters`.
  public var aic: Double { -2 * logLikelihood + 2 * Double(parameterCount) }

  init(
    _ model: AcceleratedFailureTimeModel, _ frame: ModelFrame, _ independent: OrderedCholesky,
    _ search: FailureTimeSearch, in table: Table
  ) throws {
    distribution = model.distribution
    scale = exponential(search.end.logScale)
    logLikelihood = search.end.logLikelihood
    nullLogLikelihood = search.nullLogLikelihood
    convergence = search.convergence
    let columns = search.end.beta.count
    parameterCount = search.covariance.rowCount
    let units = try FailureTimeUnits(model, frame, search.rows, in: table)
    let full = units.map { Self.robust(search, $0) } ?? search.covariance
    isRobust = units != nil
    fullCovariance = full
    let covariance = full.selecting(rows: Array(0..<columns), columns: Array(0..<columns))
    let names = frame.plan.columnNames
    let level = frame.options.confidenceLevel
    let coefficients = Coefficient.all(names, estimated: independent.kept) { column, k in
      .wald(
        term: names[column], estimate: search.end.beta[k], variance: full[k, k], degreesOfFreedom: nil,
        level: level,
        modelVariance: units.map { _ in search.covariance[k, k] }, ratioKind: "time")
    }
    logScale =
      model.distribution.hasFreeScale
      ? .wald(
        term: "Log(scale)", estimate: search.end.logScale, variance: full[columns, columns],
        degreesOfFreedom: nil,
        level: level, modelVariance: units.map { _ in search.covariance[columns, columns] }) : nil
    var accounting = frame.accounting
    if let units, let column = units.column {
      accounting.clusters = RowAccounting.Clusters(
        column: column, count: units.count, smallest: units.smallest, largest: units.largest)
    }
    var notes = Diagnostic.aliased(frame.plan, kept: independent.kept)
    if !search.convergence.isConverged {
      notes.append(
        Diagnostic(
          .notConverged, .serious,
          "\(search.convergence.message): do not use these estimates; a group without events may have no finite time ratio"
        ))
    }
    let events = search.rows.events.count { $0 }
    if events < 10 * columns {
      notes.append(
        Diagnostic(
          .smallSample, .caution,
          "\(events) events for \(columns) coefficients, fewer than 10 for each: limits are approximate"))
    }
    core = FitCore(
      frame: frame.summary, rows: accounting, estimated: independent.kept, aliasing: independent.aliasing,
      covariance: covariance, coefficients: coefficients,
      diagnostics: frame.diagnostics + (units == nil ? Diagnostic.dependence(frame.accounting) : []) + notes)
  }

  /// The sandwich over units of the rows' scores.
  private static func robust(_ search: FailureTimeSearch, _ units: FailureTimeUnits) -> Matrix {
    let point = search.end
    let columns = point.beta.count
    let order = search.covariance.rowCount
    var sums = Matrix(rowCount: units.count, columnCount: order)
    for i in 0..<search.rows.count {
      let weight = units.scale(search.rows.weights?[i] ?? 1)
      let unit = Int(units.codes[i])
      for j in 0..<columns { sums[unit, j] += weight * point.byPredictor[i] * search.rows.design[i, j] }
      if order > columns { sums[unit, columns] += weight * point.byScale[i] }
    }
    return (sums * search.covariance).crossProduct()
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let worst = notes.map(\.severity).max() ?? .note
    let end = worst == .note ? convergence.message : "\(convergence.message); see the notes below"
    let errors = isRobust ? "robust standard errors\(rows.clustersPhrase)" : "model-based standard errors"
    return
      "Accelerated failure time model (\(distribution.rawValue)) by maximum likelihood\(options.weightsPhrase); z tests, \(errors); \(end)."
  }

  /// Predicted survival at given covariates and times; columns not named are held at means, factors at reference levels.
  ///
  /// Limits are on the scale of the standardised residual, by the delta method.
  ///
  /// - Throws: `EstimationError` for columns that are not in the model.
  public func survival(
    at values: [String: [GridValue]] = [:], times: [Double]
  ) throws -> [(covariates: [GridCoordinate], points: [PredictedIncidence.Point])] {
    let beta = estimated.map { coefficients[$0].estimate ?? 0 }
    let grid = try CovariatePoints(self, values, middles: beta.map { _ in 0 }, beta: beta)
    let critical = NormalDistribution().criticalValue(confidenceLevel: options.confidenceLevel)
    return grid.points.map { point in
      (
        point.coordinates,
        times.map { time in
          guard time > 0 else {
            return PredictedIncidence.Point(time: time, estimate: 1, standardError: 0, lower: 1, upper: 1)
          }
          let z = (logarithm(time) - point.predictor) / scale
          let gradient = point.difference.map { -$0 / scale } + (logScale == nil ? [] : [-z])
          let error = fullCovariance.quadraticForm(gradient).squareRoot()
          let own = distribution.logSurvival(z)
          return PredictedIncidence.Point(
            time: time, estimate: exponential(own.value),
            standardError: abs(exponential(own.value) * own.first) * error,
            lower: exponential(distribution.logSurvival(z + critical * error).value),
            upper: exponential(distribution.logSurvival(z - critical * error).value))
        }
      )
    }
  }
}

/// The independent units of robust errors.
private struct FailureTimeUnits {
  let codes: [Int32]
  let count: Int
  let smallest: Int
  let largest: Int
  let column: String?
  /// Whether each copy that a weight stands for is a unit of its own.
  let copies: Bool

  init?(_ model: AcceleratedFailureTimeModel, _ frame: ModelFrame, _ rows: FailureTimes, in table: Table)
    throws
  {
    guard model.errors != .model else { return nil }
    let given: [Int32]
    if let name = frame.options.cluster, let clusters = frame.clusters {
      (column, given) = (name, rows.rows.map { clusters[$0] })
    } else if model.errors == .robust || frame.options.weights?.kind == .sampling {
      (column, given) = (nil, rows.rows.indices.map { Int32($0) })
    } else {
      return nil
    }
    copies = column == nil && frame.options.countsCopies
    var number: [Int32: Int32] = [:]
    codes = given.map { code in
      if let known = number[code] { return known }
      let next = Int32(number.count)
      number[code] = next
      return next
    }
    count = number.count
    guard count > 1 else {
      throw EstimationError(
        .tooFewRows,
        "all used rows belong to one cluster of '\(column ?? "")': its error cannot be told from the coefficients"
      )
    }
    var sizes = [Int](repeating: 0, count: count)
    for code in codes { sizes[Int(code)] += 1 }
    smallest = sizes.min() ?? 0
    largest = sizes.max() ?? 0
  }

  func scale(_ weight: Double) -> Double { copies ? weight.squareRoot() : weight }
}
