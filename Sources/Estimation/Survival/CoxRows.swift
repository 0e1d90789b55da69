import LinearAlgebra

/// The covariates and events of a Cox model, sorted by stratum and time.
package struct CoxRows: Sendable {
  let survival: SurvivalRows
  /// Rows x covariates, centred on their means: shifts of a covariate cancel from the likelihood.
  let covariates: Matrix
  let means: [Double]
  /// What enters the linear predictor with coefficient 1.
  let offset: [Double]?

  package init(_ frame: ModelFrame, survival: SurvivalRows) {
    self.survival = survival
    var matrix = frame.design.matrix(rows: survival.rows)
    means = (0..<matrix.columnCount).map { column in
      let values = matrix.column(column)
      var total = 0.0
      var sum = 0.0
      for i in values.indices {
        let weight = survival.weights?[i] ?? 1
        total += weight
        sum += weight * values[i]
      }
      return sum / total
    }
    for column in means.indices {
      for row in 0..<matrix.rowCount { matrix[row, column] -= means[column] }
    }
    covariates = matrix
    offset = frame.formula.offsets.isEmpty ? nil : frame.design.offset(rows: survival.rows)
  }

  private init(survival: SurvivalRows, covariates: Matrix, means: [Double], offset: [Double]?) {
    self.survival = survival
    self.covariates = covariates
    self.means = means
    self.offset = offset
  }

  /// The same rows with some of the covariates.
  func keeping(_ columns: [Int]) -> CoxRows {
    CoxRows(
      survival: survival, covariates: covariates.selecting(columns: columns),
      means: columns.map { means[$0] }, offset: offset)
  }

  var rowCount: Int { survival.rows.count }
  var columnCount: Int { covariates.columnCount }

  /// For each key the largest linear predictor among the rows at risk there; -infinity for nobody.
  func largestAtRisk(_ predictor: [Double]) -> [Double] {
    var largest = [Double](repeating: -.infinity, count: survival.keyCount)
    for (i, eta) in predictor.enumerated() {
      let key = Int(survival.keys[i])
      largest[key] = max(largest[key], eta)
    }
    let times = survival.times.count
    for key in largest.indices.reversed() where (key + 1) % times != 0 {
      largest[key] = max(largest[key], largest[key + 1])
    }
    return largest
  }

  /// The linear predictor at some coefficients.
  package func predictor(_ beta: [Double]) -> [Double] {
    var eta = columnCount == 0 ? [Double](repeating: 0, count: rowCount) : covariates * beta
    if let offset { for i in eta.indices { eta[i] += offset[i] } }
    return eta
  }
}
