public import CohortTables
public import LinearAlgebra

/// The covariance of averaged predictions that allows for the sampling of rows.
///
/// ```
/// V = m / (m - 1) sum_g phi_g phi_g',    phi_g = sum_(i in g) [ w_i (m(x_i) - theta) / W + G IF_i ]
/// ```
/// ## References
/// Sjolander (2016), Eur. J. Epidemiol. 31:563-574, Appendix; Stefanski and Boos (2002), eq. 7.
struct StackedVariance {
  let covariance: Matrix
  /// Nil for z; with clusters one less than their number.
  let degreesOfFreedom: Double?

  init(_ fit: some FittedModel, _ averages: Standardization, in table: Table) throws {
    guard let influence = try fit.rowInfluence(on: averages.gradients.transposed(), in: table) else {
      throw EstimationError(
        .unsupported,
        "errors with sampled covariates need each row's influence on the coefficients, which this model does not have: "
          + "ask for conditional ones")
    }
    let rows = averages.rows
    let means = averages.means(fit)
    let total = averages.population.reduce(0, +)
    let isCopied = fit.options.countsCopies
    let targets = averages.values.count
    var groups: [Int32: Int] = [:]
    var sums: [[Double]] = []
    var units = 0.0
    for i in rows.used.indices {
      // A row that frequency weights repeat is so many independent rows, or so many of its cluster.
      let copies = isCopied ? rows.copies?[i] ?? 1 : 1
      let share = averages.population[i] / copies / total
      let own = (0..<targets).map { share * (means[i, $0] - averages.values[$0]) + influence[i, $0] }
      if let clusters = rows.clusters {
        let index = groups[clusters[i]] ?? sums.count
        if index == sums.count {
          groups[clusters[i]] = index
          sums.append([Double](repeating: 0, count: targets))
        }
        for k in 0..<targets { sums[index][k] += copies * own[k] }
      } else {
        units += copies
        sums.append(own.map { $0 * copies.squareRoot() })
      }
    }
    if rows.clusters != nil { units = Double(sums.count) }
    guard units > 1 else {
      throw EstimationError(.tooFewRows, "a single unit says nothing on how units differ")
    }
    covariance = Matrix(rows: sums).crossProduct().scaled(by: units / (units - 1))
    degreesOfFreedom = rows.clusters == nil ? nil : units - 1
  }
}

extension LinearFit {
  /// `w_i e_i x_i' (X'WX)^-1 f`, where frequency weights are left out: the influence is that of one copy.
  public func rowInfluence(on functions: Matrix, in table: Table) throws -> Matrix? {
    let rows = try fittedRows(in: table)
    let response = try GeneralizedResponse(formula, family: .gaussian, options: options, in: table)
    let design = try BoundDesign(plan, offsets: formula.offsets, in: table)
    let beta = solution.coefficients
    let directions = solution.inverseCrossProduct * functions
    return RowScores(rows: rows, options: options, kept: estimated).influence(design, directions) {
      eta, row in
      response.values[row] - eta
    } predictor: { matrix in
      matrix * beta
    }
  }
}

extension GeneralizedFit {
  /// `w_i r_i x_i' I^-1 f` with the expected information, unless the likelihood was penalised.
  public func rowInfluence(on functions: Matrix, in table: Table) throws -> Matrix? {
    guard !isPenalised else { return nil }
    let rows = try fittedRows(in: table)
    let response = try GeneralizedResponse(formula, family: responseFamily, options: options, in: table)
    let design = try BoundDesign(plan, offsets: formula.offsets, in: table)
    let beta = estimates
    let estimability = predictorEnds == nil ? nil : Estimability(self)
    let fitted = FittedFamily(family, link, theta: theta ?? 1)
    let directions = covariances.root * (covariances.root.transposed() * functions)
    return RowScores(rows: rows, options: options, kept: estimated, estimability: estimability).influence(
      design, directions
    ) {
      eta, row in
      fitted.evaluate(response.values[row], eta).score * (response.trials?[row] ?? 1)
    } predictor: { matrix in
      matrix * beta
    }
  }
}

/// Scores of the form `residual times row of the design`.
private struct RowScores {
  let rows: FittedRows
  let options: ModelOptions
  let kept: [Int]
  /// Which rows are separated, and so without influence; nil where none is.
  var estimability: Estimability?

  func influence(
    _ design: BoundDesign, _ directions: Matrix, residual: (_ eta: Double, _ row: Int) -> Double,
    predictor: (Matrix) -> [Double]
  ) -> Matrix {
    var result = Matrix(rowCount: rows.used.count, columnCount: directions.columnCount)
    let isCopied = options.countsCopies
    for start in stride(from: 0, to: rows.used.count, by: 4096) {
      let range = start..<min(start + 4096, rows.used.count)
      let own = range.map { rows.used[$0] }
      let all = design.matrix(rows: own)
      let matrix = all.selecting(columns: kept)
      var eta = predictor(matrix)
      for (i, value) in design.offset(rows: own).enumerated() { eta[i] += value }
      let turned = matrix * directions
      for (i, index) in range.enumerated() where estimability?.holds(for: all.row(i)) ?? true {
        let weight = (isCopied ? nil : rows.copies?[index]) ?? rows.precision?[index] ?? 1
        let score = weight * residual(eta[i], own[i])
        for k in 0..<directions.columnCount { result[index, k] = score * turned[i, k] }
      }
    }
    return result
  }
}
