import Distributions

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A straight line through a series whose deviations are correlated from one observation to the next.
///
/// `y = a + b t + e`, where the correlation of two deviations is `phi^(distance / gap)`. Where all distances are multiples of
/// the smallest, which is then the gap, this is a first-order autoregression, with observations left out perhaps, and phi may be negative;
/// otherwise it is its continuous-time form, the gap is the median distance, and phi is not negative (Jones 1993,
/// chapter 3). Phi and the variance are estimated by restricted maximum likelihood with the exact likelihood of the
/// first observation (Harville 1977), given which the line is that of generalised least squares.
///
/// Degrees of freedom are the observations less 2, as in R's `nlme::gls`. They do not know that phi is estimated: with fewer than
/// ``fewObservations`` observations errors tend to be too small.
public struct AutoregressiveLine: Sendable, Equatable {
  /// The value at the first observation's time.
  public let intercept: Double
  /// The change of the value in one unit of time.
  public let slope: Double
  /// The standard error of the slope.
  public let standardError: Double
  /// Observations less 2.
  public let degreesOfFreedom: Double
  /// Slope over standard error.
  public let statistic: Double
  /// Two-sided, by t.
  public let pValue: Double
  /// Lower limit of the slope.
  public let lower: Double
  /// Upper limit of the slope.
  public let upper: Double
  /// The correlation of deviations a gap apart.
  public let correlation: Double
  /// The distance in time to which the correlation belongs.
  public let gap: Double
  /// Whether the correlation is that of a continuous time, which is not negative.
  public let isContinuous: Bool
  /// The standard deviation of the deviations.
  public let residualStandardDeviation: Double
  /// Twice the negative restricted log-likelihood, with all constants.
  public let criterion: Double

  /// Below this number of observations the errors are to be read with caution.
  public static let fewObservations = 50

  /// The line through a series; nil for fewer than five observations, for observations at one time, where the likelihood
  /// has no maximum within (-1, 1), and where the values lie on a line.
  ///
  /// - Precondition: There are as many values as times, all finite; times ascend.
  /// - Complexity: O(n) for each of some tens of values of phi.
  public init?(times: Span<Double>, values: Span<Double>, confidenceLevel: Double = 0.95) {
    guard let likelihood = LineLikelihood(times: times, values: values), let phi = likelihood.maximum,
      let point = likelihood.point(phi)
    else { return nil }
    correlation = phi
    gap = likelihood.gap
    isContinuous = likelihood.isContinuous
    criterion = point.criterion
    intercept = point.intercept + values[0]
    slope = point.slope
    standardError = point.slopeError
    degreesOfFreedom = Double(times.count - 2)
    residualStandardDeviation = point.sigma
    statistic = point.slope / point.slopeError
    let t = StudentT(degreesOfFreedom: degreesOfFreedom)
    pValue = t.twoSidedPValue(statistic: statistic)
    let margin = t.criticalValue(confidenceLevel: confidenceLevel) * point.slopeError
    (lower, upper) = (point.slope - margin, point.slope + margin)
  }
}

/// The restricted likelihood of a line with autoregressive deviations, as a function of phi.
private struct LineLikelihood {
  struct Point {
    let criterion: Double
    let intercept: Double
    let slope: Double
    let slopeError: Double
    let sigma: Double
  }

  /// From the first observation's.
  private let times: [Double]
  private let values: [Double]
  /// Distances to the observation before, in gaps.
  private let distances: [Double]
  private let isOneApart: Bool
  let gap: Double
  let isContinuous: Bool

  init?(times: Span<Double>, values: Span<Double>) {
    precondition(times.count == values.count, "a value at each time")
    let n = times.count
    guard n >= 5 else { return nil }
    let between = (1..<n).map { times[$0] - times[$0 - 1] }
    guard let smallest = between.min(), smallest > 0 else { return nil }
    let multiples = between.map { $0 / smallest }
    isContinuous = !multiples.allSatisfy { abs($0 - $0.rounded()) <= 1e-6 * $0 }
    gap = isContinuous ? between.sorted()[(n - 1) / 2] : smallest
    let gap = gap
    distances = isContinuous ? between.map { $0 / gap } : multiples.map { $0.rounded() }
    isOneApart = distances.allSatisfy { $0 == 1 }
    self.times = times.indices.map { times[$0] - times[0] }
    self.values = values.indices.map { values[$0] - values[0] }
  }

  /// The likelihood's parts at a correlation; nil where the values lie on a line.
  func point(_ phi: Double) -> Point? {
    var sums = Sums()
    sums.add(1, times[0], values[0])
    var logDeterminant = 0.0
    var (correlation, root) = (phi, ((1 - phi) * (1 + phi)).squareRoot())
    for i in 1..<times.count {
      if !isOneApart { (correlation, root) = Self.link(phi, distances[i - 1]) }
      logDeterminant += isOneApart ? 0 : 2 * log(root)
      // What is new in an observation, given the one before.
      sums.add(
        (1 - correlation) / root, (times[i] - correlation * times[i - 1]) / root,
        (values[i] - correlation * values[i - 1]) / root)
    }
    if isOneApart { logDeterminant = 2 * Double(times.count - 1) * log(root) }
    return sums.point(logDeterminant: logDeterminant, count: times.count)
  }

  /// The correlation over a distance, and the root of what it leaves of the variance.
  private static func link(_ phi: Double, _ distance: Double) -> (Double, Double) {
    if distance == 1 { return (phi, ((1 - phi) * (1 + phi)).squareRoot()) }
    guard phi != 0 else { return (0, 1) }
    let logarithm = distance * log(abs(phi))
    let size = exp(logarithm)
    let isNegative = phi < 0 && distance.truncatingRemainder(dividingBy: 2) == 1
    return (isNegative ? -size : size, (-expm1(2 * logarithm)).squareRoot())
  }

  /// The correlation of the greatest likelihood; nil where it is not within the range.
  var maximum: Double? {
    // In z with phi = tanh(z) the likelihood is about a parabola; the best of a grid is bracketed by its neighbours.
    let grid = (isContinuous ? 0 : -32)...32
    let heights = grid.map { value(Double($0) / 8) }
    guard let best = heights.indices.min(by: { heights[$0] < heights[$1] }), heights[best].isFinite else {
      return nil
    }
    if isContinuous, best == 0 {
      // Correlations that are not negative may be none.
      return value(1e-3) >= heights[0] ? 0 : tanh(refine(0, 1 / 8))
    }
    guard best > 0, best + 1 < heights.count else { return nil }
    let centre = Double(grid.lowerBound + best) / 8
    return tanh(refine(centre - 1 / 8, centre + 1 / 8))
  }

  private func value(_ z: Double) -> Double { point(tanh(z))?.criterion ?? .infinity }

  /// The least value between two places, by golden section, and at the end the vertex of a parabola, whose place is known
  /// better than that of the least of rounded values.
  private func refine(_ low: Double, _ high: Double) -> Double {
    let section = 0.618_033_988_749_894_9
    var (a, b) = (low, high)
    var (x1, x2) = (b - section * (b - a), a + section * (b - a))
    var (f1, f2) = (value(x1), value(x2))
    while b - a > 1e-3 {
      if f1 <= f2 {
        (b, x2, f2) = (x2, x1, f1)
        x1 = b - section * (b - a)
        f1 = value(x1)
      } else {
        (a, x1, f1) = (x1, x2, f2)
        x2 = a + section * (b - a)
        f2 = value(x2)
      }
    }
    // Newton's steps with derivatives from five points, whose error is of the fourth order of their distance.
    var z = (a + b) / 2
    let h = 2e-3
    for _ in 0..<4 {
      let (m2, m1, zero, p1, p2) = (
        value(z - 2 * h), value(z - h), value(z), value(z + h), value(z + 2 * h)
      )
      let slope = (m2 - 8 * m1 + 8 * p1 - p2) / (12 * h)
      let curvature = (-m2 + 16 * m1 - 30 * zero + 16 * p1 - p2) / (12 * h * h)
      guard curvature > 0 else { break }
      let step = max(-h, min(h, slope / curvature))
      z -= step
      if abs(step) < 1e-10 { break }
    }
    return isContinuous ? max(z, 0) : z
  }
}

/// Cross-products of the whitened constant, time and value.
private struct Sums {
  private var (cc, ct, tt, cy, ty, yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
  private var rows: [(c: Double, t: Double, y: Double)] = []

  mutating func add(_ c: Double, _ t: Double, _ y: Double) {
    rows.append((c, t, y))
    cc += c * c
    ct += c * t
    cy += c * y
    yy += y * y
  }

  /// The generalised least-squares line and the criterion there.
  func point(logDeterminant: Double, count: Int) -> LineLikelihood.Point? {
    // Time with the constant taken out; then the deviations themselves, so that nothing is lost to cancellation.
    let share = ct / cc
    var (within, product) = (0.0, 0.0)
    for row in rows {
      let time = row.t - share * row.c
      within += time * time
      product += time * row.y
    }
    guard within > 0 else { return nil }
    let slope = product / within
    let intercept = (cy - slope * ct) / cc
    var residual = 0.0
    for row in rows {
      let deviation = row.y - intercept * row.c - slope * row.t
      residual += deviation * deviation
    }
    guard residual > 1e-24 * yy else { return nil }
    let df = Double(count - 2)
    let variance = residual / df
    let criterion = df * (log(2 * .pi * variance) + 1) + logDeterminant + log(cc * within)
    return LineLikelihood.Point(
      criterion: criterion, intercept: intercept, slope: slope, slopeError: (variance / within).squareRoot(),
      sigma: variance.squareRoot())
  }
}
