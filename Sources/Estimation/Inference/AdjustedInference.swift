import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// Adjusted p-values of a family of contrasts and the critical value of its simultaneous limits.
///
/// ## References
/// Dunnett (1955), JASA 50:1096-1121 (here with the contrasts' own correlation); Kramer (1956),
/// Biometrics 12:307-310; Holm (1979), Scand. J. Statist. 6:65-70; Hochberg (1988), Biometrika
/// 75:800-802; Benjamini and Hochberg (1995), JRSS B 57:289-300.
struct AdjustedInference: Sendable {
  /// One for each contrast; nil where there is no statistic.
  let pValues: [Double?]
  /// Half the width of each contrast's simultaneous limits in standard errors; nil where the method gives
  /// none.
  let criticalValues: [Double?]

  /// Where contrasts have unequal degrees of freedom, each is adjusted with its own: as if the whole family
  /// had them.
  init(
    _ estimates: ContrastEstimates, adjustment: MultiplicityAdjustment, means: Int, level: Double,
    isPairwise: Bool
  ) throws {
    let statistics = estimates.statistics
    let df = estimates.degreesOfFreedom.map { $0 ?? .infinity }
    let present = statistics.indices.filter { statistics[$0] != nil && df[$0] > 0 }
    let sizes = present.map { abs(statistics[$0] ?? 0) }
    let raw = zip(present, sizes).map { StudentT(degreesOfFreedom: df[$0]).twoSidedPValue(statistic: $1) }
    let k = Double(raw.count)
    func quantiles(_ confidence: Double) -> [Double] {
      Self.each(present.map { df[$0] }) {
        StudentT(degreesOfFreedom: $0).criticalValue(confidenceLevel: confidence)
      }
    }
    let adjusted: [Double]
    let critical: [Double]
    switch adjustment {
    case .none:
      (adjusted, critical) = (raw, quantiles(level))
    case .bh:
      (adjusted, critical) = (Self.stepUp(raw) { rank in k / Double(rank) }, quantiles(level))
    case .sidak:
      (adjusted, critical) = (raw.map { -expm1(k * log1p(-$0)) }, quantiles(pow(level, 1 / k)))
    case .bonferroni:
      (adjusted, critical) = (raw.map { min(1, k * $0) }, quantiles(1 - (1 - level) / k))
    case .holm:
      (adjusted, critical) = (Self.stepDown(raw), quantiles(1 - (1 - level) / k))
    case .hochberg:
      adjusted = Self.stepUp(raw) { rank in k - Double(rank) + 1 }
      critical = quantiles(1 - (1 - level) / k)
    case .tukey:
      guard isPairwise else {
        throw EstimationError(
          .unsupported,
          "Tukey's adjustment is for all pairwise contrasts; use dunnett or holm for this family")
      }
      let root = 2.0.squareRoot()
      adjusted = zip(present, sizes).map {
        StudentizedRange(groups: means, degreesOfFreedom: df[$0]).upperTail($1 * root)
      }
      critical = Self.each(present.map { df[$0] }) {
        StudentizedRange(groups: means, degreesOfFreedom: $0).quantile(level) / root
      }
    case .dunnett:
      let correlation = estimates.correlation(of: present)
      adjusted = try zip(present, sizes).map {
        try Self.joint(correlation, df: df[$0]).upperTailOfMaximumAbsolute($1)
      }
      critical = try Self.each(present.map { df[$0] }) {
        try Self.joint(correlation, df: $0).criticalValueOfMaximumAbsolute(confidenceLevel: level)
      }
    }
    pValues = Self.spread(adjusted, over: present, count: statistics.count)
    criticalValues = Self.spread(critical, over: present, count: statistics.count)
  }

  private static func spread(_ values: [Double], over present: [Int], count: Int) -> [Double?] {
    var all = [Double?](repeating: nil, count: count)
    for (index, value) in zip(present, values) { all[index] = value }
    return all
  }

  /// A value for each number of degrees of freedom; equal ones are computed once.
  private static func each(_ df: [Double], _ value: (Double) throws -> Double) rethrows -> [Double] {
    var known: [Double: Double] = [:]
    return try df.map { own in
      if let value = known[own] { return value }
      let result = try value(own)
      known[own] = result
      return result
    }
  }

  private static func joint(_ correlation: [[Double]], df: Double) throws -> MultivariateT {
    do {
      return try MultivariateT(correlation: correlation, degreesOfFreedom: df)
    } catch {
      throw EstimationError(
        .unsupported,
        "the exact adjustment cannot be computed for \(correlation.count) contrasts (\(error)); use holm")
    }
  }

  /// Holm: the smallest p times k, the next times k - 1, never decreasing.
  private static func stepDown(_ p: [Double]) -> [Double] {
    var result = p
    var largest = 0.0
    for (position, index) in p.indices.sorted(by: { p[$0] < p[$1] }).enumerated() {
      largest = max(largest, min(1, p[index] * Double(p.count - position)))
      result[index] = largest
    }
    return result
  }

  /// Hochberg and Benjamini-Hochberg: from the largest p downwards, never increasing.
  private static func stepUp(_ p: [Double], factor: (Int) -> Double) -> [Double] {
    var result = p
    var smallest = 1.0
    for (position, index) in p.indices.sorted(by: { p[$0] > p[$1] }).enumerated() {
      smallest = min(smallest, p[index] * factor(p.count - position))
      result[index] = smallest
    }
    return result
  }
}
