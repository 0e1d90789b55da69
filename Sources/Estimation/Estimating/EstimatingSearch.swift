internal import LinearAlgebra

/// Estimating equations solved by turns: each pass gives a scoring step for the coefficients, and scale and
/// correlations for the next pass.
///
/// The iteration ends when the step (in standard errors under the working covariance), the change of every
/// correlation and the relative change of the scale are at most 1e-9; the step that belongs to it is still
/// taken. A step to means outside the family's range is halved. Correlations that are not positive definite
/// end it, with the reason.
///
/// ## References
/// Liang and Zeger (1986), Biometrika 73:13-22, section 3.2.
struct EstimatingSearch: Sendable {
  /// The coefficients of the rows' shifted columns.
  let beta: [Double]
  let moments: MomentEstimates
  /// The last pass: at coefficients and correlations that moved no more than the criterion.
  let end: EstimatingSums.State
  let whitening: Whitening
  let factor: InformationFactor?
  let convergence: Convergence
  /// Why the working correlation could not be used.
  let refusal: Whitening.Refusal?

  /// Unstructured correlations close to singular take some hundred turns.
  static let mostIterations = 1000
  static let tolerance = 1e-9

  /// Starts from coefficients and the pass over them without correlation.
  init(
    _ pass: EstimatingPass, from first: [Double], _ start: EstimatingSums.State,
    executor: some FoldExecutor
  ) throws {
    var (beta, sums, moments) = (first, start, pass.estimates(start))
    var whitening = Whitening.none
    var refusal: Whitening.Refusal?
    var factor: InformationFactor?
    var (iterations, value, isConverged) = (0, Double.infinity, false)
    var step = [Double](repeating: 0, count: first.count)
    while !isConverged, sums.isInside, iterations < Self.mostIterations {
      switch Whitening.make(pass.correlation, moments.correlations, pass.people) {
      case .failure(let reason): refusal = reason
      case .success(let next): whitening = next
      }
      guard refusal == nil else { break }
      if iterations > 0 || pass.correlation != .independence {
        sums = try pass.halving(&beta, step, whitening, executor)
      }
      factor = sums.isInside ? try pass.factor(sums, at: beta, whitening, executor) : nil
      guard let current = factor else { break }
      step = current.solve(sums.score)
      let next = pass.estimates(sums)
      let length = next.scale > 0 ? max(dotProduct(step, sums.score), 0) / next.scale : 0
      value = max(length.squareRoot(), moments.change(to: next))
      isConverged = value <= Self.tolerance
      beta = zip(beta, step).map(+)
      moments = next
      iterations += 1
    }
    self.beta = beta
    self.moments = moments
    self.whitening = whitening
    self.factor = factor
    self.refusal = refusal
    end = sums
    convergence = Convergence(
      isConverged: isConverged, iterations: iterations,
      criterion: "largest of the step in standard errors and the changes of scale and correlations",
      value: value,
      message: isConverged
        ? "converged after \(iterations) \(iterations == 1 ? "turn" : "turns")"
        : factor == nil
          ? "no coefficients with means in the family's range and a positive information were found"
          : "not converged after \(iterations) turns")
  }
}

extension MomentEstimates {
  /// The largest change of a correlation or, relative, of the scale.
  func change(to next: MomentEstimates) -> Double {
    let correlations = zip(correlations, next.correlations).map { abs($0 - $1) }.max() ?? 0
    return max(correlations, next.scale == scale ? 0 : abs(next.scale / scale - 1))
  }
}

/// The folds that a turn runs.
struct EstimatingPass: Sendable {
  let rows: PersonRows
  let people: PersonOrder
  let family: FittedFamily
  let correlation: WorkingCorrelation
  let divisor: MomentDivisor
  let pairing: PairWeights
  let totals: MomentTotals.State

  var moments: CorrelationMoments { CorrelationMoments(correlation, people) }

  func fold(at beta: [Double], _ whitening: Whitening) -> EstimatingSums {
    EstimatingSums(family: family, beta: beta, whitening: whitening, moments: moments, pairing: pairing)
  }

  func sums(
    at beta: [Double], _ whitening: Whitening, _ executor: some FoldExecutor
  ) throws -> EstimatingSums.State {
    try executor.run(fold(at: beta, whitening), over: rows)
  }

  func estimates(_ sums: EstimatingSums.State) -> MomentEstimates {
    MomentEstimates(
      squares: sums.squares, products: sums.products, totals: totals, moments: moments, divisor: divisor,
      columnCount: sums.columnCount)
  }

  func factor(
    _ sums: EstimatingSums.State, at beta: [Double], _ whitening: Whitening, _ executor: some FoldExecutor
  ) throws -> InformationFactor? {
    try InformationFactor(information: sums.information) {
      try executor.run(WhitenedTriangle(sums: fold(at: beta, whitening)), over: rows)
    }
  }

  /// The pass after a step, taken back by halves while means lie outside the family's range.
  func halving(
    _ beta: inout [Double], _ step: [Double], _ whitening: Whitening, _ executor: some FoldExecutor
  ) throws -> EstimatingSums.State {
    var result = try sums(at: beta, whitening, executor)
    var scale = 1.0
    for _ in 0..<30 where !result.isInside {
      scale /= 2
      beta = zip(beta, step).map { $0 - scale * $1 }
      result = try sums(at: beta, whitening, executor)
    }
    return result
  }
}
