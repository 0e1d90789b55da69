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
  /// Half the width of simultaneous limits in standard errors; nil where the method gives none.
  let criticalValue: Double?

  init(
    _ estimates: ContrastEstimates, adjustment: MultiplicityAdjustment, means: Int, level: Double,
    isPairwise: Bool
  ) throws {
    let statistics = estimates.statistics
    let present = statistics.indices.filter { statistics[$0] != nil }
    let df = estimates.degreesOfFreedom ?? .infinity
    guard df > 0, !present.isEmpty else {
      pValues = statistics.map { _ in nil }
      criticalValue = nil
      return
    }
    let t = StudentT(degreesOfFreedom: df)
    let sizes = present.map { abs(statistics[$0] ?? 0) }
    let raw = sizes.map { t.twoSidedPValue(statistic: $0) }
    let k = Double(raw.count)
    let adjusted: [Double]
    switch adjustment {
    case .none:
      adjusted = raw
      criticalValue = t.criticalValue(confidenceLevel: level)
    case .bh:
      adjusted = Self.stepUp(raw) { rank in k / Double(rank) }
      criticalValue = t.criticalValue(confidenceLevel: level)
    case .sidak:
      adjusted = raw.map { -expm1(k * log1p(-$0)) }
      criticalValue = t.criticalValue(confidenceLevel: pow(level, 1 / k))
    case .bonferroni, .holm, .hochberg:
      switch adjustment {
      case .holm: adjusted = Self.stepDown(raw)
      case .hochberg: adjusted = Self.stepUp(raw) { rank in k - Double(rank) + 1 }
      default: adjusted = raw.map { min(1, k * $0) }
      }
      criticalValue = t.criticalValue(confidenceLevel: 1 - (1 - level) / k)
    case .tukey:
      guard isPairwise else {
        throw EstimationError(
          .unsupported,
          "Tukey's adjustment is for all pairwise contrasts; use dunnett or holm for this family")
      }
      let range = StudentizedRange(groups: means, degreesOfFreedom: df)
      let root = 2.0.squareRoot()
      adjusted = sizes.map { range.upperTail($0 * root) }
      criticalValue = range.quantile(level) / root
    case .dunnett:
      let joint = try Self.joint(estimates.correlation(of: present), df: df)
      adjusted = sizes.map { joint.upperTailOfMaximumAbsolute($0) }
      criticalValue = joint.criticalValueOfMaximumAbsolute(confidenceLevel: level)
    }
    var all = [Double?](repeating: nil, count: statistics.count)
    for (index, p) in zip(present, adjusted) { all[index] = p }
    pValues = all
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
