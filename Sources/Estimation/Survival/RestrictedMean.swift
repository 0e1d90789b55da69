import Distributions

/// The mean time free of the event up to a horizon: the area under a survival curve.
///
/// ```
/// mu(tau) = integral of S from 0 to tau,     var = sum over event times s <= tau of A(s)^2 d_s / (n_s (n_s - d_s))
/// ```
/// with A(s) the area from s to the horizon; the variance is R's (no small-sample factor). Of a curve with robust errors the
/// variance is the infinitesimal jackknife's.
///
/// ## References
/// Irwin (1949), J. Hyg. 47:188-189; Royston and Parmar (2013), BMC Med. Res. Methodol. 13:152.
public struct RestrictedMean: Sendable, Equatable {
  /// The horizon.
  public let horizon: Double
  /// The mean time free of the event up to the horizon.
  public let estimate: Double
  /// Its standard error.
  public let standardError: Double
  /// Lower limit.
  public let lower: Double
  /// Upper limit.
  public let upper: Double
}

extension SurvivalCurve {
  /// The mean time free of the event up to a horizon; nil where the curve ends before it above 0.
  ///
  /// - Complexity: O(points); O(rows) with robust errors.
  public func restrictedMean(to horizon: Double) -> RestrictedMean? {
    guard horizon > 0, let last = exactPoints.last, last.time >= horizon || last.estimate == 0 else {
      return nil
    }
    let steps = exactPoints.prefix { $0.time < horizon }
    var area = 0.0
    // The area from each point to the horizon, from the last one back.
    var areas = [Double](repeating: 0, count: steps.count)
    for k in steps.indices.reversed() {
      let end = k + 1 < steps.count ? steps[k + 1].time : horizon
      area += steps[k].estimate * (end - steps[k].time)
      areas[k] = area
    }
    let estimate = area + min(steps.first?.time ?? horizon, horizon)
    let variance = sample.map { $0.areaVariance(areas) } ?? greenwoodVariance(areas)
    let error = variance.squareRoot()
    let critical = NormalDistribution().criticalValue(confidenceLevel: confidenceLevel)
    return RestrictedMean(
      horizon: horizon, estimate: estimate, standardError: error, lower: estimate - critical * error,
      upper: estimate + critical * error)
  }

  private func greenwoodVariance(_ areas: [Double]) -> Double {
    areas.indices.reduce(0) { sum, k in
      let (n, d) = (exactPoints[k].atRisk, exactPoints[k].events)
      return d > 0 && areas[k] > 0 ? sum + areas[k] * areas[k] * d / (n * (n - d)) : sum
    }
  }
}

extension CurveSample {
  /// The robust variance of an area, given the areas from each time to the horizon.
  fileprivate func areaVariance(_ areas: [Double]) -> Double {
    var kernel = InfluenceSums.Kernel()
    for k in table.time.indices {
      let (n, d) = (table.atRisk[k], table.byCause[k])
      let area = k < areas.count && !table.isExhausted(k) ? areas[k] : 0
      kernel.driftB.append(area == 0 ? 0 : area * d / (n * (n - d)))
      kernel.jumpB.append(area == 0 ? 0 : area / (n - d))
    }
    return InfluenceSums.variances(records, clusters, block: block, table, kernel).last ?? 0
  }
}
