internal import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// A margin within which, or beyond which, a difference is to lie.
public enum Margin: Sendable, Equatable {
  /// Between two limits: two one-sided tests.
  case equivalence(lower: Double, upper: Double)
  /// Not worse than by the margin, which is positive.
  case nonInferiority(Double, higherIsBetter: Bool)
  /// Better by more than the margin, which is not negative.
  case superiority(Double, higherIsBetter: Bool)
}

/// A contrast tested against a margin.
///
/// Each one-sided test refers `(estimate - limit) / se` to the contrast's own t or z distribution. Equivalence is
/// shown when both tests reject (Schuirmann 1987): its p-value is the larger of the two, and it holds at level
/// alpha just when the `1 - 2 alpha` limits lie inside the margins.
///
/// ## References
/// Schuirmann (1987), J. Pharmacokinet. Biopharm. 15:657-680; Piaggio et al. (2012), JAMA 308:2594-2604 (CONSORT);
/// ICH E9 (1998), section 3.3.2.
public struct MarginTest: Sendable, Equatable {
  /// The contrast.
  public let contrast: String
  /// The values of the `by` columns.
  public let by: [GridCoordinate]
  /// The margin as it was given.
  public let margin: Margin
  /// Whether estimate, margins and limits are ratios.
  public let isRatio: Bool
  /// The estimate; nil when it is not determined.
  public let estimate: Double?
  /// The p-value that the difference lies at or below the lower limit; nil where there is no such limit.
  public let pAboveLower: Double?
  /// The p-value that the difference lies at or above the upper limit; nil where there is no such limit.
  public let pBelowUpper: Double?
  /// The p-value of the whole question: the larger of the two.
  public let pValue: Double?
  /// The level of each one-sided test.
  public let alpha: Double
  /// The lower `1 - 2 alpha` limit.
  public let lower: Double?
  /// The upper `1 - 2 alpha` limit.
  public let upper: Double?
  /// The answer in words.
  public let verdict: String

  /// Whether the question is answered with yes.
  public var isShown: Bool { pValue.map { $0 < alpha } ?? false }

  init(_ contrast: Contrasts.Contrast, margin: Margin, isRatio: Bool, alpha: Double) {
    self.contrast = contrast.name
    by = contrast.by
    self.margin = margin
    self.isRatio = isRatio
    self.alpha = alpha
    func shown(_ value: Double) -> Double { isRatio ? exp(value) : value }
    estimate = contrast.estimate.map(shown)
    let limits = margin.limits(isRatio: isRatio)
    guard let value = contrast.estimate, let error = contrast.standardError, error > 0 else {
      (pAboveLower, pBelowUpper, pValue, lower, upper) = (nil, nil, nil, nil, nil)
      verdict = "\(contrast.name): not determined by the data"
      return
    }
    let distribution = StudentT(degreesOfFreedom: contrast.degreesOfFreedom ?? .infinity)
    pAboveLower = limits.lower.map { distribution.upperTail((value - $0) / error) }
    pBelowUpper = limits.upper.map { distribution.upperTail(($0 - value) / error) }
    let p = [pAboveLower, pBelowUpper].compactMap { $0 }.max()
    pValue = p
    let critical = distribution.criticalValue(confidenceLevel: 1 - 2 * alpha)
    let ends = (shown(value - critical * error), shown(value + critical * error))
    (lower, upper) = ends
    verdict = Self.words(contrast.name, margin, isShown: p.map { $0 < alpha } ?? false, ends, limits, isRatio)
  }

  private static func words(
    _ name: String, _ margin: Margin, isShown: Bool, _ ends: (Double, Double),
    _ limits: (lower: Double?, upper: Double?), _ isRatio: Bool
  ) -> String {
    func outside(_ ends: (Double, Double)) -> Bool {
      let low = limits.lower.map { isRatio ? exp($0) : $0 } ?? -.infinity
      let high = limits.upper.map { isRatio ? exp($0) : $0 } ?? .infinity
      return ends.1 <= low || ends.0 >= high
    }
    switch margin {
    case .equivalence:
      if isShown { return "\(name): equivalent within the margins" }
      return outside(ends)
        ? "\(name): different by more than a margin"
        : "\(name): equivalence is not shown, nor is a difference beyond it"
    case .nonInferiority:
      if isShown { return "\(name): not inferior by the margin" }
      return outside(ends)
        ? "\(name): inferior by more than the margin" : "\(name): non-inferiority is not shown"
    case .superiority:
      return isShown
        ? "\(name): superior by more than the margin" : "\(name): superiority by the margin is not shown"
    }
  }
}

extension Margin {
  /// The limits between which the difference (or log ratio) is to lie.
  fileprivate func limits(isRatio: Bool) -> (lower: Double?, upper: Double?) {
    func scaled(_ value: Double) -> Double { isRatio ? log(value) : value }
    switch self {
    case .equivalence(let lower, let upper): return (scaled(lower), scaled(upper))
    case .nonInferiority(let margin, let higherIsBetter):
      // A ratio margin of 1.25 means not worse than 1.25 times, or 1 / 1.25 where more is better.
      let size = scaled(margin)
      return higherIsBetter ? (-size, nil) : (nil, size)
    case .superiority(let margin, let higherIsBetter):
      let size = scaled(margin)
      return higherIsBetter ? (size, nil) : (nil, -size)
    }
  }

  /// The level of each one-sided test where none is named: 0.05 for equivalence, 0.025 else (ICH E9).
  public var usualAlpha: Double {
    if case .equivalence = self { return 0.05 }
    return 0.025
  }

  fileprivate func check(isRatio: Bool) throws {
    let isSound: Bool
    switch self {
    case .equivalence(let lower, let upper):
      isSound = isRatio ? 0 < lower && lower < 1 && 1 < upper : lower < 0 && 0 < upper
    case .nonInferiority(let margin, _): isSound = margin > (isRatio ? 1 : 0)
    case .superiority(let margin, _): isSound = margin >= (isRatio ? 1 : 0)
    }
    guard isSound else {
      throw EstimationError(
        .unsupported,
        isRatio
          ? "margins of a ratio lie on both sides of 1; a single one is above 1"
          : "margins of a difference lie on both sides of 0; a single one is positive")
    }
  }
}

extension Contrasts {
  /// The contrasts tested against a margin, each on its own.
  ///
  /// - Parameters:
  ///   - margin: On the scale of the contrasts, or of their ratios.
  ///   - asRatio: Whether the margin is one of the exponentiated contrasts.
  ///   - alpha: The level of each one-sided test; the margin's usual one where none is given.
  /// - Returns: One test a contrast.
  /// - Throws: `EstimationError` for a margin on the wrong side, and for ratios where contrasts have none.
  public func tested(
    against margin: Margin, asRatio: Bool = false, alpha: Double? = nil
  ) throws -> [MarginTest] {
    try margin.check(isRatio: asRatio)
    if asRatio, contrasts.contains(where: { $0.ratio == nil && $0.estimate != nil }) {
      throw EstimationError(.unsupported, "these contrasts are not logarithms of ratios")
    }
    let alpha = alpha ?? margin.usualAlpha
    guard alpha > 0, alpha < 0.5 else {
      throw EstimationError(.unsupported, "the level of a one-sided test lies between 0 and 0.5")
    }
    return contrasts.map { MarginTest($0, margin: margin, isRatio: asRatio, alpha: alpha) }
  }
}
