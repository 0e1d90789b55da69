/// How a person's values vary from one observation to the next, whatever their trend.
///
/// The root mean square of successive differences tells instability from slow movement, which the standard deviation
/// does not (von Neumann et al. 1941; Jahng, Wood and Trull 2008). It takes observations as they follow each other, whatever time
/// lies between them.
public struct SeriesVariability: Sendable, Equatable {
  /// The mean.
  public let mean: Double
  /// The standard deviation, by n - 1; nil for one observation.
  public let standardDeviation: Double?
  /// The root mean square of successive differences; nil for one observation.
  public let rootMeanSquareSuccessiveDifference: Double?
  /// The correlation of successive deviations from the mean, `sum d_i d_(i+1) / sum d_i^2`; nil for fewer than three
  /// observations and for constant values.
  public let autocorrelation: Double?

  /// What is to be said of a series; nil for an empty one.
  ///
  /// - Complexity: O(n).
  public init?(_ values: Span<Double>) {
    let n = values.count
    guard n > 0 else { return nil }
    var sum = 0.0
    for i in 1..<max(n, 1) { sum += values[i] - values[0] }
    let shift = sum / Double(n)
    mean = values[0] + shift
    var (squares, products, successive) = (0.0, 0.0, 0.0)
    var before = 0.0
    for i in 0..<n {
      let deviation = values[i] - values[0] - shift
      squares += deviation * deviation
      if i > 0 {
        products += deviation * before
        let step = values[i] - values[i - 1]
        successive += step * step
      }
      before = deviation
    }
    standardDeviation = n > 1 ? (squares / Double(n - 1)).squareRoot() : nil
    rootMeanSquareSuccessiveDifference = n > 1 ? (successive / Double(n - 1)).squareRoot() : nil
    autocorrelation = n > 2 && squares > 0 ? products / squares : nil
  }
}

/// Whether a series' variance and autocorrelation rise, which may precede a sudden change.
///
/// Both are computed in windows of half the series' length, of the deviations from a straight line through the window, and
/// each one's trend is Kendall's tau of window and value (Dakos et al. 2012; in depression van de Leemput et al. 2014).
/// Overlapping windows are not independent, so that there is no p-value: the taus describe.
public struct EarlyWarning: Sendable, Equatable {
  /// Kendall's tau of the rolling variance with time.
  public let varianceTau: Double?
  /// Kendall's tau of the rolling lag-1 autocorrelation with time.
  public let autocorrelationTau: Double?

  /// The fewest observations of which anything is said.
  public static let fewestObservations = 20

  /// What is to be said of a series; nil for one with too few observations.
  ///
  /// - Complexity: O(n^2).
  public init?(_ values: Span<Double>) {
    let n = values.count
    guard n >= Self.fewestObservations else { return nil }
    let width = n / 2
    var (places, variances, correlations): ([Double], [Double], [Double]) = ([], [], [])
    for start in 0...n - width {
      let deviations = Self.detrended(values.extracting(start..<start + width))
      guard let own = SeriesVariability(deviations.span), let deviation = own.standardDeviation else {
        continue
      }
      places.append(Double(start))
      variances.append(deviation * deviation)
      correlations.append(own.autocorrelation ?? 0)
    }
    varianceTau = MannKendallTest(times: places.span, values: variances.span).tau
    autocorrelationTau = MannKendallTest(times: places.span, values: correlations.span).tau
  }

  private static func detrended(_ values: Span<Double>) -> [Double] {
    let n = Double(values.count)
    let middle = (n - 1) / 2
    var (mean, products) = (0.0, 0.0)
    for i in values.indices { mean += values[i] / n }
    for i in values.indices { products += (Double(i) - middle) * (values[i] - mean) }
    let slope = products / (n * (n * n - 1) / 12)
    return values.indices.map { values[$0] - mean - slope * (Double($0) - middle) }
  }
}
