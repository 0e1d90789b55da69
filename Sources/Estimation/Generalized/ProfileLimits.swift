internal import Distributions
internal import LinearAlgebra

/// Confidence limits where the (penalised) likelihood ratio test of one coefficient just rejects.
///
/// Each trial value b of a coefficient `c'beta` asks for the maximum of the likelihood under `c'beta = b`:
/// scoring steps along the constraint, from the tangent at the estimate. The signed root
/// ```
/// z(b) = sign(b - b_0) sqrt((D(b) - D_0) / phi)
/// ```
/// is nearly linear in b, so that a bracketed secant finds `z(b) = +-quantile` in a few trials.
///
/// ## References
/// Venzon and Moolgavkar (1988), Applied Statistics 37:87-94; Heinze and Schemper (2002), section 2.3.
struct ProfileLimits {
  private let search: any ProfileSearching

  init<E: FoldExecutor>(_ context: GeneralizedContext<E>) throws {
    let pass = ScoringPass(rows: context.start.rows, family: context.estimate.family)
    let isPenalised = context.estimate.penalised != nil
    guard let dispersion = context.dispersion,
      let best = try LikelihoodPoint(
        context.estimate.beta, pass: pass, isPenalised: isPenalised, context.executor)
    else {
      throw EstimationError(.numerical, "profile limits need a finite maximum and a dispersion")
    }
    let df = context.model.family.hasFreeDispersion ? context.degreesOfFreedom : Double.infinity
    let quantile = StudentT(degreesOfFreedom: df).criticalValue(
      confidenceLevel: context.frame.options.confidenceLevel)
    search = ProfileSearch(
      pass: pass, best: best, isPenalised: isPenalised, dispersion: dispersion, quantile: quantile,
      executor: context.executor)
    penalised = isPenalised
  }

  private let penalised: Bool

  /// The coefficient with profile limits, and with a test from the penalised profile where there is a
  /// penalty: Wald tests fail where Firth's estimates are needed.
  func replacing(_ wald: Coefficient, column: Int, ratioKind: String?) throws -> Coefficient {
    let limits = try search.limits(ofColumn: column)
    let root = penalised ? try search.signedRoot(ofColumn: column, at: 0).map { -$0 } : wald.statistic
    let p =
      penalised
      ? root.map { StudentT(degreesOfFreedom: .infinity).twoSidedPValue(statistic: $0) } : wald.pValue
    return Coefficient(
      term: wald.term, estimate: wald.estimate, standardError: wald.standardError, statistic: root,
      degreesOfFreedom: wald.degreesOfFreedom, pValue: p, lower: limits.lower, upper: limits.upper,
      isAliased: false, modelStandardError: wald.modelStandardError,
      ratio: wald.ratio.map {
        Coefficient.Ratio(
          kind: $0.kind, value: $0.value, lower: limits.lower.map(exponential) ?? 0,
          upper: limits.upper.map(exponential) ?? .infinity)
      }, intervalMethod: penalised ? .penalisedProfile : .profile)
  }
}

/// A profile search whatever its executor.
private protocol ProfileSearching {
  func limits(ofColumn column: Int) throws -> (lower: Double?, upper: Double?)
  func signedRoot(ofColumn column: Int, at value: Double) throws -> Double?
}

/// The profile of one coefficient at a time.
private struct ProfileSearch<Executor: FoldExecutor>: ProfileSearching {
  let pass: ScoringPass
  let best: LikelihoodPoint
  let isPenalised: Bool
  let dispersion: Double
  let quantile: Double
  let executor: Executor

  func limits(ofColumn column: Int) throws -> (lower: Double?, upper: Double?) {
    (try limit(column, sign: -1), try limit(column, sign: 1))
  }

  /// The value at which the signed root reaches the quantile; nil where it never does.
  private func limit(_ column: Int, sign: Double) throws -> Double? {
    let direction = pass.rows.unshifting.row(column)
    let centre = dotProduct(direction, best.beta)
    let error = (best.factor.inverse.quadraticForm(direction) * dispersion).squareRoot()
    var inner = (distance: 0.0, root: 0.0)
    var outer: (distance: Double, root: Double)?
    var distance = quantile * error
    var warm = best
    for _ in 0..<100 {
      let found = try constrained(direction, to: centre + sign * distance, from: warm)
      let root = found.map { signedRoot($0) } ?? .infinity
      if let found { warm = found }
      if abs(root - quantile) <= 1e-10 * quantile { return centre + sign * distance }
      if root < quantile { inner = (distance, root) } else { outer = (distance, root) }
      guard let end = outer else {
        guard distance < 1e4 * error else { return nil }
        distance = root > 0 ? min(distance * quantile / root, 4 * distance) : 2 * distance
        if distance <= inner.distance * (1 + 1e-9) { distance *= 1.01 }
        continue
      }
      let width = end.distance - inner.distance
      guard width > 1e-13 * end.distance else { return centre + sign * inner.distance }
      let secant =
        end.root.isFinite
        ? inner.distance + width * (quantile - inner.root) / (end.root - inner.root) : .nan
      let isInside = secant > inner.distance && secant < end.distance
      distance = isInside ? secant : inner.distance + width / 2
    }
    return nil
  }

  func signedRoot(ofColumn column: Int, at value: Double) throws -> Double? {
    let direction = pass.rows.unshifting.row(column)
    guard let found = try constrained(direction, to: value, from: best) else { return nil }
    let root = signedRoot(found)
    return value < dotProduct(direction, best.beta) ? -root : root
  }

  private func signedRoot(_ point: LikelihoodPoint) -> Double {
    (max(0, point.objective - best.objective) / dispersion).squareRoot()
  }

  /// The maximum under `c'beta = value`; nil where the likelihood does not exist there.
  private func constrained(
    _ c: [Double], to value: Double, from start: LikelihoodPoint
  ) throws -> LikelihoodPoint? {
    let across = start.factor.solve(c)
    let move = (value - dotProduct(c, start.beta)) / dotProduct(c, across)
    let first = zip(start.beta, across).map { $0 + move * $1 }
    guard var point = try LikelihoodPoint(first, pass: pass, isPenalised: isPenalised, executor) else {
      return nil
    }
    var (previous, isNewton) = (Double.infinity, false)
    for _ in 0..<200 {
      let root = try point.stepRoot(isNewton: isNewton, pass: pass, executor)
      let (free, side) = (root.transposeTimes(point.score), root.transposeTimes(c))
      let back = dotProduct(side, free) / dotProduct(side, side)
      let along = zip(free, side).map { $0 - back * $1 }
      let step = root * along
      let decrement = dotProduct(along, along) / dispersion
      isNewton = isNewton || (isPenalised && LikelihoodPoint.isStalling(decrement, after: previous))
      previous = decrement
      guard let next = try point.after(step, pass: pass, isPenalised: isPenalised, executor) else { break }
      point = next
      if decrement <= 1e-14 { break }
    }
    return point
  }
}
