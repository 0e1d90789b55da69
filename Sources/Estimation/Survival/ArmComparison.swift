import Distributions

/// One arm compared with another: a difference or a ratio with limits and a test.
public struct ArmComparison: Sendable, Equatable {
  /// What is compared.
  public enum Measure: String, Sendable, Codable {
    /// The first less the second.
    case difference
    /// The first over the second; limits are symmetric on the log scale.
    case ratio
  }

  /// The arm compared.
  public let first: String
  /// The arm it is compared with.
  public let second: String
  /// What is compared.
  public let measure: Measure
  /// The difference or ratio; nil where a ratio has 0 below.
  public let estimate: Double?
  /// The standard error of a difference, or of the logarithm of a ratio.
  public let standardError: Double?
  /// The difference, or the logarithm of the ratio, over its standard error.
  public let statistic: Double?
  /// Two-sided, from the normal distribution.
  public let pValue: Double?
  /// Lower limit.
  public let lower: Double?
  /// Upper limit.
  public let upper: Double?

  /// A quantity of one arm.
  struct Quantity {
    let name: String
    let estimate: Double
    let standardError: Double
  }

  /// Compares quantities of independent arms.
  init(_ measure: Measure, _ first: Quantity, _ second: Quantity, level: Double) {
    self.first = first.name
    self.second = second.name
    self.measure = measure
    let isRatio = measure == .ratio
    let isDefined = !isRatio || (first.estimate > 0 && second.estimate > 0)
    let (a, b) = (first.estimate, second.estimate)
    let spread =
      isRatio
      ? Self.root(first.standardError / a, second.standardError / b)
      : Self.root(first.standardError, second.standardError)
    let center = isRatio ? logarithm(a / b) : a - b
    let critical = NormalDistribution().criticalValue(confidenceLevel: level)
    guard isDefined, spread.isFinite else {
      estimate = isRatio && b > 0 ? a / b : nil
      (standardError, statistic, pValue, lower, upper) = (nil, nil, nil, nil, nil)
      return
    }
    func back(_ value: Double) -> Double { isRatio ? exponential(value) : value }
    estimate = back(center)
    standardError = spread
    statistic = spread > 0 ? center / spread : nil
    pValue = statistic.map { 2 * NormalDistribution().upperTail(abs($0)) }
    lower = back(center - critical * spread)
    upper = back(center + critical * spread)
  }

  private static func root(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
}

/// Mean times free of the event up to a horizon, arm by arm and compared.
public struct RestrictedMeans: Sendable, Equatable {
  /// The horizon.
  public let horizon: Double
  /// The mean of each group; nil where its curve ends before the horizon.
  public let means: [RestrictedMean?]
  /// Differences and ratios of each later group and each earlier one.
  public let comparisons: [ArmComparison]
}

/// The risk of the event up to a horizon, arm by arm and compared.
///
/// Differences have limits by the delta method, ratios on the log scale. `tests` compare the curves at the horizon on the
/// complementary log-log scale, which keeps its level best in small samples.
///
/// ## References
/// Klein, Logan, Harhoff and Andersen (2007), Stat. Med. 26:4505-4519; Altman and Andersen (1999), BMJ 319:1492-1495, for
/// numbers needed to treat.
public struct HorizonRisks: Sendable, Equatable {
  /// The risk of one group.
  public struct Risk: Sendable, Equatable {
    /// The group.
    public let group: String
    /// One less the survival.
    public let estimate: Double
    /// Its standard error.
    public let standardError: Double
    /// Lower limit, by the curve's band.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// How many must be given the first arm rather than the second for one event fewer.
  public struct NumberNeeded: Sendable, Equatable {
    /// The arm compared.
    public let first: String
    /// The arm it is compared with.
    public let second: String
    /// One over the risk of the second less that of the first; negative for one event more.
    public let estimate: Double?
    /// The limits of the risk difference, inverted: nil where these hold 0, since the set then reaches through infinity.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// The horizon.
  public let horizon: Double
  /// The risk of each group; nil where its curve ends before the horizon.
  public let risks: [Risk?]
  /// Differences and ratios of each later group and each earlier one.
  public let comparisons: [ArmComparison]
  /// Numbers needed to treat, for the same pairs.
  public let numbersNeeded: [NumberNeeded]
  /// Tests on the complementary log-log scale, for the same pairs: z and p.
  public let tests: [(statistic: Double, pValue: Double)?]

  /// Risks are the same when what they say is.
  public static func == (a: HorizonRisks, b: HorizonRisks) -> Bool {
    a.horizon == b.horizon && a.risks == b.risks && a.comparisons == b.comparisons
  }
}

extension SurvivalCurves {
  /// Mean times free of the event up to a horizon, with differences and ratios between groups.
  ///
  /// Groups are taken as independent: clusters that reach over groups are not allowed for in comparisons.
  ///
  /// - Complexity: O(points + groups^2).
  public func restrictedMeans(to horizon: Double) -> RestrictedMeans {
    let means = curves.map { $0.restrictedMean(to: horizon) }
    let quantities = zip(curves, means).map { curve, mean in
      mean.map {
        ArmComparison.Quantity(name: curve.name, estimate: $0.estimate, standardError: $0.standardError)
      }
    }
    return RestrictedMeans(horizon: horizon, means: means, comparisons: compared(quantities))
  }

  /// Risks of the event up to a horizon, with differences, ratios, numbers needed to treat and tests between groups.
  ///
  /// - Parameters:
  ///   - horizon: The time.
  ///   - isTold: Whether the risk of each group may be told; empty for all.
  /// - Returns: The risks and their comparisons.
  /// - Complexity: O(points + groups^2).
  public func risks(at horizon: Double, where isTold: [Bool] = []) -> HorizonRisks {
    let points = curves.indices.map { isTold.isEmpty || isTold[$0] ? curves[$0].point(at: horizon) : nil }
    let risks = zip(curves, points).map { curve, point in
      point.map {
        HorizonRisks.Risk(
          group: curve.name, estimate: 1 - $0.estimate, standardError: $0.standardError ?? 0,
          lower: $0.upper.map { 1 - $0 }, upper: $0.lower.map { 1 - $0 })
      }
    }
    let quantities = risks.map { risk in
      risk.map {
        ArmComparison.Quantity(name: $0.group, estimate: $0.estimate, standardError: $0.standardError)
      }
    }
    let comparisons = compared(quantities)
    return HorizonRisks(
      horizon: horizon, risks: risks, comparisons: comparisons,
      numbersNeeded: comparisons.filter { $0.measure == .difference }.map(HorizonRisks.NumberNeeded.init),
      tests: pairs.compactMap { second, first in
        guard let a = risks[first], let b = risks[second] else { return nil }
        return Self.logLogTest(a, b)
      })
  }

  /// Each later group beside each earlier one.
  private var pairs: [(second: Int, first: Int)] {
    curves.indices.flatMap { second in curves.indices.filter { $0 > second }.map { (second, $0) } }
  }

  private func compared(_ quantities: [ArmComparison.Quantity?]) -> [ArmComparison] {
    pairs.flatMap { second, first -> [ArmComparison] in
      guard let a = quantities[first], let b = quantities[second] else { return [] }
      return [.difference, .ratio].map { ArmComparison($0, a, b, level: options.confidenceLevel) }
    }
  }

  /// The difference of log(-log S) over its standard error; nil where a risk is 0 or 1.
  private static func logLogTest(
    _ a: HorizonRisks.Risk, _ b: HorizonRisks.Risk
  ) -> (statistic: Double, pValue: Double)? {
    func scaled(_ risk: HorizonRisks.Risk) -> (value: Double, variance: Double)? {
      let survival = 1 - risk.estimate
      guard survival > 0, survival < 1 else { return nil }
      let error = risk.standardError / (survival * logarithm(survival))
      return (logarithm(-logarithm(survival)), error * error)
    }
    guard let x = scaled(a), let y = scaled(b) else { return nil }
    let statistic = (x.value - y.value) / (x.variance + y.variance).squareRoot()
    return (statistic, 2 * NormalDistribution().upperTail(abs(statistic)))
  }
}

extension HorizonRisks.NumberNeeded {
  /// The number that belongs to a difference of risks.
  fileprivate init(_ difference: ArmComparison) {
    first = difference.first
    second = difference.second
    estimate = difference.estimate.flatMap { $0 == 0 ? nil : -1 / $0 }
    if let low = difference.lower, let high = difference.upper, low * high > 0 {
      lower = -1 / low
      upper = -1 / high
    } else {
      (lower, upper) = (nil, nil)
    }
  }
}
