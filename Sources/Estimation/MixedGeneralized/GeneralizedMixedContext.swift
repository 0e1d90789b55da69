internal import LinearAlgebra

/// A generalised linear mixed model at its optimum.
struct GeneralizedMixedContext: Sendable {
  let model: GeneralizedMixedModel
  let data: GeneralizedMixedData
  let objective: MarginalObjective
  let point: MarginalObjective.Point
  let record: OptimizationRecord
  /// Of coefficients and covariance parameters, in the coordinates of the search.
  let jointCovariance: Matrix
  /// How far a finer integration would move the estimates; nil where there is none.
  let check: IntegrationCheck?

  init(_ model: GeneralizedMixedModel, _ data: GeneralizedMixedData, _ executor: some FoldExecutor) throws {
    self.model = model
    self.data = data
    let structures = data.grouped.random.groupings.enumerated().map {
      RandomStructure($1, scales: data.grouped.randomScales[$0])
    }
    let blocks = BlockList(try data.grouped.blocks(data.rows, copies: data.copies, executor))
    let objective = MarginalObjective(
      family: model.family, link: model.link, rows: blocks, structures: structures,
      coefficientCount: data.rows.columns.count, points: model.integration.points,
      constant: try executor.run(DensityConstants(family: model.family), over: blocks))
    self.objective = objective
    let search = try Self.optimum(objective, data, executor)
    point = search.best.point
    record = search.record
    jointCovariance = PositiveInverse(search.best.information).inverse
    check = try IntegrationCheck(objective, point, jointCovariance, data, executor)
  }

  /// The best of one search, or of three where there is doubt: at a boundary, after a saddle, or without convergence.
  private static func optimum(
    _ objective: MarginalObjective, _ data: GeneralizedMixedData, _ executor: some FoldExecutor
  ) throws -> (best: MarginalSearch, record: OptimizationRecord) {
    let groups = Double(data.grouped.random.groupings.map(\.groups.count).min() ?? 1)
    let theta = objective.structures.flatMap(\.start)
    let scales =
      data.fixed.end.information.diagonal.map { $0 > 0 && $0.isFinite ? 1 / $0.squareRoot() : 1 }
      + theta.map { _ in 1 / groups.squareRoot() }
    var searches: [MarginalSearch] = []
    func search(_ share: Double, _ name: String) throws {
      let start = data.fixed.beta + theta.map { share * $0 }
      if let found = try MarginalSearch(objective, from: start, scales: scales, name: name, executor) {
        searches.append(found)
      }
    }
    try search(1, "unit")
    if let first = searches.first, data.separation == nil {
      let isAtBoundary = objective.pivots.contains { first.point.parameters[$0] == 0 }
      if isAtBoundary || first.sawSaddle || !first.run.isConverged {
        try search(0.3, "three tenths")
        if !first.run.isConverged { try search(3, "three") }
      }
    } else if searches.isEmpty {
      try search(0.1, "tenth")
    }
    guard let best = best(of: searches) else {
      throw EstimationError(
        .numerical, "the likelihood of this mixed model cannot be computed: its predictors are too large")
    }
    let runs = [best.run] + searches.map(\.run).filter { $0.start != best.run.start }
    return (
      best,
      OptimizationRecord(
        runs: runs, parameters: Array(best.point.parameters[objective.coefficientCount...]),
        gradient: best.point.gradient.map { -2 * $0 })
    )
  }

  /// The highest; of equal optima the converged and then the earlier one.
  private static func best(of searches: [MarginalSearch]) -> MarginalSearch? {
    searches.enumerated().min {
      let (a, b) = ($0.element, $1.element)
      let slack = 1e-9 * max(1, abs(a.point.logLikelihood))
      if abs(a.point.logLikelihood - b.point.logLikelihood) > slack {
        return a.point.logLikelihood > b.point.logLikelihood
      }
      if a.run.isConverged != b.run.isConverged { return a.run.isConverged }
      return $0.offset < $1.offset
    }?.element
  }

  var groupings: [RandomDesign.Grouping] { data.grouped.random.groupings }

  /// From coefficients of shifted columns to those of the columns.
  var back: Matrix { data.rows.unshifting }

  var beta: [Double] { back * objective.beta(point.parameters) }

  var factors: [Matrix] { objective.factors(point.parameters) }

  /// Of the coefficients, in the columns' own scale.
  var covariance: Matrix {
    let own = Array(0..<objective.coefficientCount)
    return back * jointCovariance.selecting(rows: own, columns: own) * back.transposed()
  }

  /// The covariance of each grouping's effects in their own scale.
  var effectCovariances: [Matrix] {
    zip(factors, objective.structures).map { factor, structure in
      let own = structure.inverseMapping * factor
      return own * own.transposed()
    }
  }

  var components: [VarianceComponent] { VarianceComponent.all(groupings, effectCovariances) }

  /// Rows, or the sum of frequency weights.
  var observationCount: Double {
    guard !data.copies.isEmpty else { return Double(data.grouped.order.count) }
    let starts = data.grouped.starts
    return data.copies.indices.reduce(0) { $0 + data.copies[$1] * Double(starts[$1 + 1] - starts[$1]) }
  }
}

/// How far a finer integration over the random effects would move the estimates.
///
/// One Newton step from the optimum by the finer likelihood's gradient: for Laplace's approximation that of quadrature,
/// and for quadrature that with twice as many points. Quadrature whose points suffice has a shift of nearly 0.
public struct IntegrationCheck: Sendable, Equatable {
  /// The finer integration's points for each effect.
  public let points: Int
  /// The coefficient that moves most, in its standard errors.
  public let term: String
  /// By how many standard errors it moves.
  public let shift: Double
  /// The largest change of a standard deviation of effects, as a share of it; 0 where all are 0.
  public let deviationShift: Double

  /// A shift of a coefficient, or of a standard deviation, that deserves a caution.
  static let mostShift = 0.1

  init?(
    _ objective: MarginalObjective, _ point: MarginalObjective.Point, _ covariance: Matrix,
    _ data: GeneralizedMixedData, _ executor: some FoldExecutor
  ) throws {
    guard objective.structures.count == 1, objective.structures[0].width <= 2,
      covariance.columnMajor.allSatisfy(\.isFinite)
    else { return nil }
    var finer = objective
    finer.points =
      objective.points > 1
      ? min(2 * objective.points + 1, QuadratureRule.mostPoints) : objective.structures[0].width == 1 ? 15 : 7
    guard finer.points > objective.points,
      let own = try finer.point(point.parameters, from: point.modes, executor)
    else { return nil }
    points = finer.points
    let step = covariance * own.gradient
    let count = objective.coefficientCount
    let back = data.rows.unshifting
    let moves = back * Array(step[..<count])
    let kept = Array(0..<count)
    let errors = (back * covariance.selecting(rows: kept, columns: kept) * back.transposed()).diagonal
    var (largest, name) = (0.0, "")
    for k in kept where errors[k] > 0 {
      let size = abs(moves[k]) / errors[k].squareRoot()
      if size >= largest { (largest, name) = (size, data.frame.plan.columnNames[data.rows.columns[k]]) }
    }
    (term, shift) = (name, largest)
    let now = objective.factors(point.parameters)[0]
    let then = objective.factors(zip(point.parameters, step).map { $0 + $1 })[0]
    let deviations = [now, then].map { factor in
      (factor * factor.transposed()).diagonal.map { $0.squareRoot() }
    }
    deviationShift = zip(deviations[0], deviations[1]).reduce(0) {
      max($0, $1.0 > MixedContext.boundaryTolerance ? abs($1.1 - $1.0) / $1.0 : 0)
    }
  }
}
