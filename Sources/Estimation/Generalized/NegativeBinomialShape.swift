#if canImport(Glibc)
  import Glibc
#endif

/// Score and observed information of the negative binomial's shape at given means.
///
/// ```
/// U = sum w (psi(y + t) - psi(t) - log(1 + mu/t) + (mu - y) / (mu + t))
/// ```
/// ## References
/// Lawless (1987), Canadian J. Statistics 15:209-225, section 2; Venables and Ripley (2002), section 7.4.
struct ShapeSums: Fold {
  let family: FittedFamily
  let beta: [Double]

  struct State: Sendable {
    var score = 0.0
    var information = 0.0
    var weight = 0.0
    /// `sum w (y / mu - 1)^2`, for the first guess.
    var spread = 0.0
  }

  var initialState: State { State() }

  func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    let theta = family.theta
    let eta = block.predictor(beta)
    let weights = block.weights
    for i in eta.indices {
      let mean = family.link.point(eta[i]).mean
      let y = block.response[i]
      let weight = weights?[i] ?? 1
      let total = mean + theta
      let (first, second) = Self.rises(y, theta)
      state.score += weight * (first - log1p(mean / theta) + (mean - y) / total)
      state.information += weight * (second - 1 / theta + 2 / total - (y + theta) / (total * total))
      state.weight += weight
      state.spread += weight * (y / mean - 1) * (y / mean - 1)
    }
  }

  /// `psi(y + t) - psi(t)` and `psi'(t) - psi'(y + t)` for a count y.
  ///
  /// Up to 64 both are finite sums of reciprocals, which keep their digits where t is large and the
  /// difference of two functions would not.
  static func rises(_ y: Double, _ theta: Double) -> (Double, Double) {
    guard y > 64 else {
      var (first, second) = (0.0, 0.0)
      for k in 0..<Int(y) {
        let reciprocal = 1 / (theta + Double(k))
        first += reciprocal
        second += reciprocal * reciprocal
      }
      return (first, second)
    }
    let (upper, lower) = (PolyGamma(theta + y), PolyGamma(theta))
    return (upper.digamma - lower.digamma, lower.trigamma - upper.trigamma)
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.score += later.score
    earlier.information += later.information
    earlier.weight += later.weight
    earlier.spread += later.spread
  }

  func finalize(_ state: consuming State) -> State { state }
}

/// The first two derivatives of log Gamma at a positive number.
///
/// Recurrence to 12 or more, then the asymptotic series: errors near 1e-16 of the value.
///
/// ## References
/// Abramowitz and Stegun (1964), 6.3.5, 6.3.18, 6.4.6 and 6.4.12.
struct PolyGamma {
  let digamma: Double
  let trigamma: Double

  init(_ x: Double) {
    var (shifted, first, second) = (x, 0.0, 0.0)
    while shifted < 12 {
      first -= 1 / shifted
      second += 1 / (shifted * shifted)
      shifted += 1
    }
    let r = 1 / (shifted * shifted)
    let series =
      r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * 691 / 32760)))))
    digamma = first + logarithm(shifted) - 0.5 / shifted - series
    let tail =
      r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * (5.0 / 66 - r * 691 / 2730)))))
    trigamma = second + 1 / shifted + 0.5 * r + tail / shifted
  }
}

/// The negative binomial's shape and the coefficients, estimated in turn until both stand still.
struct ShapeSearch: Sendable {
  let family: FittedFamily
  let search: ScoringSearch
  let standardError: Double?
  /// Whether the counts vary no more than Poisson counts, so that the shape grows without bound.
  let isUnbounded: Bool
  let iterations: Int
  let isConverged: Bool

  private static let largest = 1e8

  init(_ rows: GeneralizedRows, link: Link, intercept: Bool, executor: some FoldExecutor) throws {
    var search = try ScoringSearch(
      rows, family: FittedFamily(.poisson, link), intercept: intercept, executor: executor)
    var family = FittedFamily(.negativeBinomial(), link)
    let first = try executor.run(ShapeSums(family: family, beta: search.beta), over: rows)
    family.theta = first.spread > 0 ? first.weight / first.spread : 1
    var (turns, isConverged, information) = (0, false, 0.0)
    while turns < 100, !isConverged, family.theta < Self.largest, search.convergence.isConverged {
      let before = family.theta
      information = try Self.maximise(&family, search.beta, rows, executor)
      search = try ScoringSearch(
        rows, family: family, from: search.beta, intercept: intercept, executor: executor)
      isConverged = abs(family.theta - before) <= 1e-11 * family.theta
      turns += 1
    }
    self.family = family
    self.search = search
    isUnbounded = family.theta >= Self.largest
    standardError = information > 0 && !isUnbounded ? 1 / information.squareRoot() : nil
    iterations = turns
    self.isConverged = isConverged
  }

  /// Newton's method for the shape, on the logarithm where the shape itself would leave its range.
  private static func maximise(
    _ family: inout FittedFamily, _ beta: [Double], _ rows: GeneralizedRows, _ executor: some FoldExecutor
  ) throws -> Double {
    var information = 0.0
    for _ in 0..<60 {
      let sums = try executor.run(ShapeSums(family: family, beta: beta), over: rows)
      information = sums.information
      let theta = family.theta
      let step = information > 0 ? sums.score / information : (sums.score > 0 ? theta : -theta / 2)
      let next = min(max(theta + step, theta / 4), theta * 4)
      family.theta = next
      if abs(next - theta) <= 1e-13 * theta || next >= largest { break }
    }
    return information
  }
}
