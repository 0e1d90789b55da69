/// The values that a test does not reject, where they need not be one interval.
public enum ConfidenceSet: Sendable, Equatable, CustomStringConvertible {
  /// All values between two limits.
  case interval(lower: Double, upper: Double)
  /// All values but those strictly between two limits.
  case complement(below: Double, above: Double)
  /// Every value: the data say nothing.
  case wholeLine

  /// Whether a value is in the set.
  public func contains(_ value: Double) -> Bool {
    switch self {
    case .interval(let lower, let upper): lower <= value && value <= upper
    case .complement(let below, let above): value <= below || value >= above
    case .wholeLine: true
    }
  }

  /// The name in results: interval, complement or whole_line.
  public var kind: String {
    switch self {
    case .interval: "interval"
    case .complement: "complement"
    case .wholeLine: "whole_line"
    }
  }

  /// The limits; nil for the whole line.
  public var limits: (first: Double, second: Double)? {
    switch self {
    case .interval(let lower, let upper): (lower, upper)
    case .complement(let below, let above): (below, above)
    case .wholeLine: nil
    }
  }

  /// The set in words.
  public var description: String {
    switch self {
    case .interval(let lower, let upper): "from \(lower) to \(upper)"
    case .complement(let below, let above): "at most \(below) or at least \(above)"
    case .wholeLine: "any value"
    }
  }

  /// Fieller's set for the ratio of two means.
  ///
  /// All `r` for which `(a - r b)^2 <= c^2 (V_aa - 2 r V_ab + r^2 V_bb)`: an interval when the denominator
  /// differs from 0 at this level, else the complement of one or the whole line.
  ///
  /// - Parameters:
  ///   - a: The numerator.
  ///   - b: The denominator.
  ///   - variances: V_aa and V_bb.
  ///   - covariance: V_ab.
  ///   - c: The two-sided critical value of t or z.
  /// - Returns: The set.
  ///
  /// ## References
  /// Fieller (1954), JRSS B 16:175-185; Zerbe (1978), The American Statistician 32:103-105.
  public static func fieller(
    numerator a: Double, denominator b: Double, variances: (numerator: Double, denominator: Double),
    covariance: Double, critical c: Double
  ) -> ConfidenceSet {
    // On the scale of the ratio's own standard errors the quadratic has no large coefficients.
    let square = c * c
    let leading = b * b - square * variances.denominator
    let middle = a * b - square * covariance
    let constant = a * a - square * variances.numerator
    // (a b - c^2 V_ab)^2 - (b^2 - c^2 V_bb)(a^2 - c^2 V_aa), without the terms a^2 b^2 that cancel.
    let spread =
      a * a * variances.denominator - 2 * a * b * covariance + b * b * variances.numerator
      - square * (variances.numerator * variances.denominator - covariance * covariance)
    guard leading != 0 else {
      // One root is infinite.
      guard middle != 0 else { return .wholeLine }
      let root = constant / (2 * middle)
      return middle > 0 ? .interval(lower: root, upper: .infinity) : .interval(lower: -.infinity, upper: root)
    }
    guard spread > 0 || leading > 0 else { return .wholeLine }
    let half = c * max(spread, 0).squareRoot()
    // The root without cancellation first, the other by the product of both.
    let larger = (middle >= 0 ? middle + half : middle - half) / leading
    let smaller = larger == 0 ? 0 : constant / leading / larger
    let ends = (min(larger, smaller), max(larger, smaller))
    return leading > 0
      ? .interval(lower: ends.0, upper: ends.1) : .complement(below: ends.0, above: ends.1)
  }
}
