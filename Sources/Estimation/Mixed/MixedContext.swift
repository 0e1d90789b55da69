internal import LinearAlgebra

/// A mixed model at its optimum, in the coordinates of the sums, and the way back.
struct MixedContext: Sendable {
  let model: LinearMixedModel
  let rows: MixedRows
  let objective: MixedObjective
  let value: MixedObjective.Value
  let record: OptimizationRecord
  let slope: MixedObjective.Slope
  /// From coefficients of shifted and scaled columns to those of the columns.
  let back: Matrix

  /// Standard deviations of effects, in units of the residual one and of standardised columns, below which a term is
  /// at its boundary: the one tolerance for messages, tests and results.
  static let boundaryTolerance = 1e-4

  init(_ model: LinearMixedModel, rows: MixedRows, sums: any MixedSums, executor: some FoldExecutor) throws {
    self.model = model
    self.rows = rows
    let structures = rows.random.groupings.enumerated().map {
      RandomStructure($1, scales: rows.randomScales[$0])
    }
    let responseScale = rows.meanScales.scales.last ?? 1
    let isREML = model.method == .reml
    let df = sums.rows - (isREML ? Double(sums.columnCount) : 0)
    let objective = MixedObjective(
      sums: sums, structures: structures, method: model.method,
      constant: -2 * df * logarithm(responseScale) - sums.logWeight
        - (isREML ? 2 * (rows.meanScales.logScale(of: rows.kept) + Self.logDeterminant(rows.combination)) : 0)
    )
    self.objective = objective
    (value, record, slope) = try Self.optimum(objective, executor)
    back = Self.back(rows)
  }

  /// The best of one search, or of three where there is doubt: at a boundary, after a saddle, or without convergence.
  private static func optimum(
    _ objective: MixedObjective, _ executor: some FoldExecutor
  ) throws -> (MixedObjective.Value, OptimizationRecord, MixedObjective.Slope) {
    func isZero(_ theta: Double) -> Bool { abs(theta) < boundaryTolerance }
    let start = objective.start
    var searches: [MixedSearch] = []
    func search(_ theta: [Double], _ name: String, usesMoments: Bool) throws {
      guard
        var found = try MixedSearch(objective, from: theta, name: name, usesMoments: usesMoments, executor)
      else { return }
      try found.settle(isZero, executor)
      searches.append(found)
    }
    try search(start, "moments", usesMoments: true)
    if let first = searches.first {
      let own = objective.ranges(\.parameterCount)
      let isAtBoundary = objective.structures.enumerated().contains { index, structure in
        structure.terms.flatMap(\.pivots).contains { isZero(first.value.theta[own[index].lowerBound + $0]) }
      }
      if isAtBoundary || first.sawNegativeCurvature || !first.run.isConverged {
        try search(start, "unit", usesMoments: false)
        try search(start.map { 0.1 * $0 }, "tenth", usesMoments: false)
      }
    }
    guard
      let best = searches.enumerated().min(by: {
        // Of equal optima the converged and then the earlier one stays.
        let slack = 1e-9 * max(1, abs($0.element.value.deviance))
        let (a, b) = ($0.element, $1.element)
        if abs(a.value.deviance - b.value.deviance) > slack { return a.value.deviance < b.value.deviance }
        if a.run.isConverged != b.run.isConverged { return a.run.isConverged }
        return $0.offset < $1.offset
      })?.element
    else {
      throw EstimationError(
        .numerical,
        "the likelihood of this mixed model cannot be computed: nothing of the response is left beside the terms"
      )
    }
    let runs = [best.run] + searches.map(\.run).filter { $0.start != best.run.start }
    let isFull = objective.sums.trailing <= mostTrailing
    let slope = try objective.slope(best.value, DerivativeOrder(traces: isFull, slopes: true), executor)
    return (
      best.value,
      OptimizationRecord(runs: runs, parameters: best.value.theta, gradient: slope.gradient), slope
    )
  }

  /// Up to this many columns beyond the largest grouping that hang together, informations are exact; beyond, the average
  /// information stands in for the observed and the expected one.
  static let mostTrailing = 2_000

  private static func logDeterminant(_ triangle: Matrix?) -> Double {
    triangle?.diagonal.reduce(0) { $0 + logarithm($1) } ?? 0
  }

  private static func back(_ rows: MixedRows) -> Matrix {
    let own = shiftedBack(rows)
    return rows.combination.map { own * $0 } ?? own
  }

  private static func shiftedBack(_ rows: MixedRows) -> Matrix {
    let (kept, scales) = (rows.kept, rows.meanScales)
    let response = scales.scales.last ?? 1
    var result = Matrix(rowCount: kept.count, columnCount: kept.count)
    for (j, column) in kept.enumerated() { result[j, j] = scales.scales[column] / response }
    guard rows.frame.plan.hasIntercept, kept.first == 0 else { return result }
    for (j, column) in kept.enumerated().dropFirst() {
      result[0, j] = -scales.shifts[column] * scales.scales[column] / response
    }
    return result
  }

  /// The coefficients of the kept columns.
  var beta: [Double] {
    var result = back * value.point.beta
    if rows.frame.plan.hasIntercept, rows.kept.first == 0 { result[0] += rows.meanScales.shifts.last ?? 0 }
    return result
  }

  var responseScale: Double { rows.meanScales.scales.last ?? 1 }
  /// The residual variance in the response's own scale.
  var sigmaSquared: Double { value.sigmaSquared / (responseScale * responseScale) }

  /// The covariance of each grouping's effects in their own scale.
  var effectCovariances: [Matrix] {
    zip(objective.factors(value.theta), objective.structures).map { factor, structure in
      let own = structure.inverseMapping * factor
      return (own * own.transposed()).scaled(by: sigmaSquared)
    }
  }

  var components: [VarianceComponent] {
    VarianceComponent.all(rows.random.groupings, effectCovariances) + [
      VarianceComponent(
        group: "residual", term: "", otherTerm: nil, value: sigmaSquared, scaled: sigmaSquared.squareRoot(),
        support: rows.frame.support.total)
    ]
  }
}

extension VarianceComponent {
  /// Variances and covariances of the effects of each grouping.
  static func all(_ groupings: [RandomDesign.Grouping], _ covariances: [Matrix]) -> [VarianceComponent] {
    var result: [VarianceComponent] = []
    for (grouping, d) in zip(groupings, covariances) {
      for part in grouping.parts {
        let names = part.plan.columnNames
        let own = d.selecting(rows: Array(part.columns), columns: Array(part.columns))
        for (a, name) in names.enumerated() {
          result.append(
            VarianceComponent(
              group: grouping.name, term: name, otherTerm: nil, value: own[a, a],
              scaled: own[a, a].squareRoot(), support: part.support.columns[a]))
        }
        guard part.covariance != .diagonal else { continue }
        for a in names.indices {
          for b in names.indices.dropFirst(a + 1) {
            let size = (own[a, a] * own[b, b]).squareRoot()
            result.append(
              VarianceComponent(
                group: grouping.name, term: names[a], otherTerm: names[b], value: own[a, b],
                scaled: size > 0 ? max(-1, min(1, own[a, b] / size)) : nil,
                support: Support.fewest(of: [part.support.columns[a], part.support.columns[b]])))
          }
        }
      }
    }
    return result
  }
}
