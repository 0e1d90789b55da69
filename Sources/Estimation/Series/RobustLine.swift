import Distributions

/// A straight line through a series by Huber's or Tukey's M-estimation, as ``RobustLinearModel`` fits it.
///
/// Weights and scale (the median size of the residuals over 0.6745) are those of R's `MASS::rlm`, and so are the
/// standard errors (Huber 1981, section 7.6). Iterations end when residuals move by less than 1e-10 of their size.
public struct RobustLine: Sendable, Equatable {
  /// The value at time 0.
  public let intercept: Double
  /// The change of the value in one unit of time.
  public let slope: Double
  /// The standard error of the slope; nil where more than half of the values lie on the line.
  public let standardError: Double?
  /// The scale of the deviations.
  public let scale: Double
  /// Whether the iterations ended by themselves.
  public let isConverged: Bool

  /// The line through a series; nil for fewer than three observations and where all times, or those of all values
  /// with a weight, are equal.
  ///
  /// - Precondition: There are as many values as times, all finite.
  /// - Complexity: O(n log n) an iteration.
  public init?(times: Span<Double>, values: Span<Double>, weighting: RobustWeighting) {
    precondition(times.count == values.count, "a value at each time")
    let n = times.count
    guard n > 2 else { return nil }
    let t = times.indices.map { times[$0] - times[0] }
    let y = values.indices.map { values[$0] - values[0] }
    guard var line = Self.weighted(t, y, [Double](repeating: 1, count: n)) else { return nil }
    let total = line.residuals.reduce(0) { $0 + $1 * $1 }
    var (change, steps, scale) = (Double.infinity, 0, 0.0)
    while change > RobustLinearModel.tolerance, steps < RobustLinearModel.mostSteps {
      scale = Self.median(line.residuals.map { abs($0) }) / 0.6745
      guard scale > 1e-14 * (total / Double(n)).squareRoot(), total > 0 else {
        (intercept, slope) = (values[0] + line.intercept - line.slope * times[0], line.slope)
        (standardError, self.scale, isConverged) = (nil, 0, true)
        return
      }
      guard let next = Self.weighted(t, y, line.residuals.map { weighting.weight($0 / scale) }) else {
        return nil
      }
      let moved = zip(line.residuals, next.residuals).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      change = (moved / max(line.residuals.reduce(0) { $0 + $1 * $1 }, 1e-20)).squareRoot()
      line = next
      steps += 1
    }
    isConverged = change <= RobustLinearModel.tolerance
    (intercept, slope, self.scale) = (values[0] + line.intercept - line.slope * times[0], line.slope, scale)
    standardError = Self.error(line.residuals, t, scale, weighting)
  }

  private static func weighted(
    _ t: [Double], _ y: [Double], _ w: [Double]
  ) -> (intercept: Double, slope: Double, residuals: [Double])? {
    let total = w.reduce(0, +)
    guard total > 0 else { return nil }
    let meanT = zip(w, t).reduce(0) { $0 + $1.0 * $1.1 } / total
    let meanY = zip(w, y).reduce(0) { $0 + $1.0 * $1.1 } / total
    var (squares, products) = (0.0, 0.0)
    for i in t.indices {
      squares += w[i] * (t[i] - meanT) * (t[i] - meanT)
      products += w[i] * (t[i] - meanT) * (y[i] - meanY)
    }
    let span = (t.max() ?? 0) - (t.min() ?? 0)
    guard squares > 1e-20 * total * span * span, squares > 0 else { return nil }
    let slope = products / squares
    return (meanY - slope * meanT, slope, t.indices.map { y[$0] - meanY - slope * (t[$0] - meanT) })
  }

  private static func error(
    _ residuals: [Double], _ t: [Double], _ scale: Double, _ weighting: RobustWeighting
  ) -> Double? {
    let n = Double(t.count)
    let scaled = residuals.map { $0 / scale }
    let squares = zip(residuals, scaled).reduce(0) { sum, pair in
      let influence = pair.0 * weighting.weight(pair.1)
      return sum + influence * influence
    }
    let derivatives = scaled.map { weighting.derivative($0) }
    let mean = derivatives.reduce(0, +) / n
    guard mean != 0 else { return nil }
    let variance = derivatives.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    let correction = 1 + 2 * variance / (n * mean * mean)
    let meanT = t.reduce(0, +) / n
    let spread = t.reduce(0) { $0 + ($1 - meanT) * ($1 - meanT) }
    return (squares / (n - 2)).squareRoot() * abs(correction / mean) / spread.squareRoot()
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
