internal import LinearAlgebra

/// A linear model fitted by M-estimation.
///
/// Formula, coefficients, covariance, rows and diagnostics are those of every ``FittedModel``.
public struct RobustLinearFit: StoredFit {
  let core: FitCore
  /// How rows were weighted by their residuals.
  public let weighting: RobustWeighting
  /// Rows, or with frequency weights their sum, less the estimated coefficients.
  public let residualDegreesOfFreedom: Double?
  /// The median size of the residuals over 0.6745: a standard deviation that outliers do not move.
  public let scale: Double
  /// The weight that each used row got from its residual, in table order.
  public let rowWeights: [Double]
  /// How the iteration ended.
  public let convergence: Convergence
  /// How many observations count: rows, or the sum of frequency weights.
  public let observationCount: Double

  init(start: LinearFit, steps: ReweightedSteps) {
    weighting = steps.weighting
    residualDegreesOfFreedom = start.residualDegreesOfFreedom
    observationCount = start.observationCount
    scale = steps.scale
    rowWeights = steps.residuals.map { steps.isExact ? 1 : steps.weighting.weight($0 / steps.scale) }
    let df = start.residualDegreesOfFreedom ?? .nan
    let variance =
      steps.isExact ? .nan : Self.variance(steps, rank: Double(start.estimated.count), df: df)
    let covariance = start.solution.inverseCrossProduct.scaled(by: variance)
    let names = start.plan.columnNames
    let coefficients = Coefficient.all(names, estimated: start.estimated) { column, k in
      .wald(
        term: names[column], estimate: steps.coefficients[k], variance: covariance[k, k],
        degreesOfFreedom: df,
        level: start.options.confidenceLevel)
    }
    convergence = Convergence(
      isConverged: steps.isConverged, iterations: steps.steps,
      criterion: "relative change of the residuals", value: steps.change,
      message: steps.isConverged
        ? "converged" : "the residuals still move after \(steps.steps) steps: huber always converges")
    core = FitCore(
      frame: start.core.frame, rows: start.rows, estimated: start.estimated, aliasing: start.aliasing,
      covariance: covariance, coefficients: coefficients,
      diagnostics: start.diagnostics.filter { $0.kind != .perfectFit }
        + Self.diagnostics(steps, weights: rowWeights, convergence: convergence))
  }

  /// The factor of the inverse cross-product in the covariance.
  ///
  /// With m the mean and v the variance of `psi'(e_i / s)` it is
  /// `sum psi^2 s^2 / (n - p) [ (1 + p v / (n m^2)) / m ]^2` (Huber 1981, section 7.6, eq. 6.5).
  private static func variance(_ steps: ReweightedSteps, rank: Double, df: Double) -> Double {
    var (squares, count, mean) = (0.0, 0.0, 0.0)
    let u = steps.residuals.map { $0 / steps.scale }
    for (i, residual) in steps.residuals.enumerated() {
      let psi = residual * steps.weighting.weight(u[i])
      squares += steps.copies(i) * psi * psi
      count += steps.copies(i)
      mean += steps.copies(i) * steps.weighting.derivative(u[i])
    }
    mean /= count
    var spread = 0.0
    for (i, value) in u.enumerated() {
      let deviation = steps.weighting.derivative(value) - mean
      spread += steps.copies(i) * deviation * deviation
    }
    let correction = 1 + rank * (spread / (count - 1)) / (count * mean * mean)
    return squares / df * (correction / mean) * (correction / mean)
  }

  private static func diagnostics(
    _ steps: ReweightedSteps, weights: [Double], convergence: Convergence
  ) -> [Diagnostic] {
    if steps.isExact {
      return [
        Diagnostic(
          .perfectFit, .serious,
          "more than half of the rows are fitted exactly: the scale is 0, so no row can be called an outlier; "
            + "the estimates are those of the last step")
      ]
    }
    var result: [Diagnostic] = []
    if !convergence.isConverged { result.append(Diagnostic(.notConverged, .serious, convergence.message)) }
    let low = weights.count { $0 < 0.5 }
    if low > 0 {
      result.append(
        Diagnostic(
          .robust, .note,
          "\(low) of \(weights.count) rows count less than half because they lie far from the fit"))
    }
    return result
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let df = residualDegreesOfFreedom.map { " with \(Expression.text(of: $0)) df" } ?? ""
    return
      "Linear model by M-estimation (\(weighting.rawValue), scale by the median absolute residual); t tests\(df), Huber's standard "
      + "errors\(options.weightsPhrase); \(notes.closing)."
  }
}
