public import LinearAlgebra

extension CoxFit {
  /// Residuals of the used rows, in the order of the table.
  public struct Residuals: Sendable {
    /// The rows of the table.
    public let rows: [Int]
    /// Events less those expected given the model; their sum is 0.
    public let martingale: [Double]
    /// Martingale residuals made more nearly symmetric.
    public let deviance: [Double]
    /// Each row's part of the score: rows x estimated coefficients; not weighted.
    public let score: Matrix
    /// How far each row moves the estimates: score residuals, weighted, times the covariance from the information.
    public let dfbeta: Matrix
  }

  /// Schoenfeld residuals: covariates of who has the event less their mean in the risk set.
  public struct SchoenfeldResiduals: Sendable {
    /// The rows of the table with the event, by stratum and time.
    public let rows: [Int]
    /// Their times.
    public let times: [Double]
    /// Their strata.
    public let strata: [String]
    /// Events x estimated coefficients.
    public let residuals: Matrix
    /// `beta + events V residual`: each event's own estimate of the coefficient, to be smoothed over time.
    public let scaled: Matrix
  }

  /// Martingale, deviance, score and dfbeta residuals.
  ///
  /// - Throws: `EstimationError` for discrete ties.
  /// - Complexity: O(rows x columns).
  ///
  /// ## References
  /// Therneau, Grambsch and Fleming (1990), Biometrika 77:147-160.
  public func residuals(executor: some FoldExecutor = SerialExecutor()) throws -> Residuals {
    let all = ScoreResiduals(try likelihood(executor), executor)
    let martingale = all.martingales.flatMap { $0 }
    let score = Matrix.stacking(all.byLeaf)
    let rows = riskRows.rows
    var isEvent = [Bool](repeating: false, count: rows.count)
    for key in 0..<riskRows.keyCount {
      for row in riskRows.events(ofKey: key) { isEvent[row] = true }
    }
    let order = rows.indices.sorted { rows[$0] < rows[$1] }
    var weighted = score
    if let weights = riskRows.weights {
      for i in weights.indices {
        for j in 0..<weighted.columnCount { weighted[i, j] *= weights[i] }
      }
    }
    return Residuals(
      rows: order.map { rows[$0] }, martingale: order.map { martingale[$0] },
      deviance: order.map { Self.deviance(martingale[$0], isEvent: isEvent[$0]) },
      score: score.selecting(rows: order), dfbeta: (weighted * modelCovariance).selecting(rows: order))
  }

  private static func deviance(_ martingale: Double, isEvent: Bool) -> Double {
    let event = isEvent ? 1.0 : 0
    let inner = martingale + (isEvent ? logarithm(event - martingale) : 0)
    let size = max(-2 * inner, 0).squareRoot()
    return martingale < 0 ? -size : size
  }

  /// Schoenfeld residuals, plain and scaled.
  ///
  /// - Throws: `EstimationError` for discrete ties.
  /// - Complexity: O(rows x columns).
  ///
  /// ## References
  /// Schoenfeld (1982), Biometrika 69:239-241; Grambsch and Therneau (1994), Biometrika 81:515-526.
  public func schoenfeldResiduals(executor: some FoldExecutor = SerialExecutor()) throws
    -> SchoenfeldResiduals
  {
    let likelihood = try likelihood(executor)
    let rows = likelihood.rows
    let means = CumulativeMeans(likelihood, executor).means
    var (events, times, strata): ([Int], [Double], [String]) = ([], [], [])
    var columns = [[Double]](repeating: [], count: rows.columnCount)
    for (leaf, own) in rows.leaves.enumerated() {
      let base = Int(rows.keyStarts[own.keys.lowerBound])
      var place = 0
      for key in own.keys where rows.eventCounts[key] > 0 {
        let stratum = rows.strata[rows.stratum(ofKey: key)]
        for row in rows.events(ofKey: key) {
          events.append(rows.rows[row])
          times.append(rows.times[key])
          strata.append(stratum)
          for j in columns.indices {
            columns[j].append(rows.blocks[leaf][row - base, j] - means[leaf][place, j])
          }
        }
        place += 1
      }
    }
    let residuals = Matrix(columns: columns)
    var scaled = (residuals * modelCovariance).scaled(by: Double(events.count))
    for j in beta.indices {
      for i in events.indices { scaled[i, j] += beta[j] }
    }
    return SchoenfeldResiduals(
      rows: events, times: times, strata: strata, residuals: residuals, scaled: scaled)
  }

  /// The likelihood at the estimates.
  func likelihood(_ executor: some FoldExecutor) throws -> PartialLikelihood {
    guard ties != .discrete else {
      throw EstimationError(
        .unsupported,
        "residuals, curves and tests of proportional hazards rest on a hazard in continuous time: with discrete ties use Efron's"
      )
    }
    guard let found = PartialLikelihood(riskRows, beta, ties, executor) else {
      throw EstimationError(.notEstimable, "the likelihood cannot be computed at these estimates")
    }
    return found
  }
}

extension Matrix {
  /// Matrices with the same columns, one below the other.
  static func stacking(_ parts: [Matrix]) -> Matrix {
    let columns = parts.first?.columnCount ?? 0
    let count = parts.reduce(0) { $0 + $1.rowCount }
    return Matrix(rowCount: count, columnCount: columns) { target in
      var start = 0
      for part in parts {
        let values = part.columnMajor.span
        for j in 0..<columns {
          for i in 0..<part.rowCount { target[j * count + start + i] = values[j * part.rowCount + i] }
        }
        start += part.rowCount
      }
    }
  }
}
