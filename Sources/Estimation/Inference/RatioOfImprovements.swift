internal import Distributions
internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// How many times as large one improvement is as another, with Fieller's set and log-ratio limits.
///
/// The set is the exact one for normal estimates: where the denominator may be 0 it is not an interval, and it
/// says so. The log-ratio limits `r exp(+- c se)` with `se^2 = V_aa / a^2 - 2 V_ab / (a b) + V_bb / b^2` exist
/// for improvements of the same sign and are too short where the denominator is uncertain.
public struct RatioOfImprovements: Sendable, Equatable {
  /// What is compared.
  public enum Kind: String, Sendable, Codable {
    /// Model means.
    case means = "ratio of means"
    /// Changes of model means from one value of a column to another.
    case meanChanges = "ratio of mean changes"
    /// Slopes of a numeric column.
    case slopes = "ratio of slopes"
    /// Standardised probabilities of response.
    case responseRates = "ratio of response rates"
  }

  /// What is compared.
  public let kind: Kind
  /// The two, such as `combined / therapy`.
  public let name: String
  /// The values of the `by` columns.
  public let by: [GridCoordinate]
  /// The improvement above the line.
  public let numerator: Double?
  /// The improvement below the line.
  public let denominator: Double?
  /// Their quotient; nil when one is not determined or the denominator is 0.
  public let ratio: Double?
  /// Degrees of freedom, the smaller of the two; nil for z.
  public let degreesOfFreedom: Double?
  /// The confidence level.
  public let confidenceLevel: Double
  /// Fieller's set.
  public let fieller: ConfidenceSet?
  /// The standard error of the logarithm; nil for improvements of unlike sign.
  public let logStandardError: Double?
  /// The lower limit by the log ratio.
  public let lower: Double?
  /// The upper limit by the log ratio.
  public let upper: Double?
  /// The two-sided p-value of a ratio of 1: that the improvements are equal.
  public let pValue: Double?
  /// What a reader must know.
  public let diagnostics: [Diagnostic]

  /// The ratio of two estimates with a joint covariance; nil values where they are not determined.
  init(
    _ kind: Kind, name: String, by: [GridCoordinate], values: (Double, Double)?, covariance v: Matrix,
    degreesOfFreedom: Double?, level: Double
  ) {
    self.kind = kind
    self.name = name
    self.by = by
    self.degreesOfFreedom = degreesOfFreedom
    confidenceLevel = level
    let isUsable = v.diagonal.allSatisfy { $0.isFinite && $0 >= 0 } && degreesOfFreedom.map { $0 > 0 } ?? true
    guard let (a, b) = values, isUsable else {
      (numerator, denominator, ratio, fieller, logStandardError) = (values?.0, values?.1, nil, nil, nil)
      (lower, upper, pValue, diagnostics) = (nil, nil, nil, [])
      return
    }
    let distribution = StudentT(degreesOfFreedom: degreesOfFreedom ?? .infinity)
    let critical = distribution.criticalValue(confidenceLevel: level)
    numerator = a
    denominator = b
    ratio = b == 0 ? nil : a / b
    let set = ConfidenceSet.fieller(
      numerator: a, denominator: b, variances: (v[0, 0], v[1, 1]), covariance: v[0, 1], critical: critical)
    fieller = set
    diagnostics = Self.notes(name, set, hasSameSign: a * b > 0)
    let difference = (v[0, 0] - 2 * v[0, 1] + v[1, 1]).squareRoot()
    pValue = difference > 0 ? distribution.twoSidedPValue(statistic: (a - b) / difference) : nil
    if a * b > 0 {
      let variance = v[0, 0] / (a * a) - 2 * v[0, 1] / (a * b) + v[1, 1] / (b * b)
      let error = max(variance, 0).squareRoot()
      logStandardError = error
      lower = a / b * exp(-critical * error)
      upper = a / b * exp(critical * error)
    } else {
      (logStandardError, lower, upper) = (nil, nil, nil)
    }
  }

  private static func notes(_ name: String, _ set: ConfidenceSet, hasSameSign: Bool) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    if set.kind != "interval" {
      notes.append(
        Diagnostic(
          .smallSample, .caution, terms: [name],
          "the denominator of \(name) does not differ from 0 at this level: the ratio is \(set), and it should not be "
            + "read as a size"))
    }
    if !hasSameSign {
      notes.append(
        Diagnostic(
          .notComputed, .note, terms: [name],
          "\(name): the two improvements do not have the same sign, so that there is no log ratio"))
    }
    return notes
  }
}

extension MarginalMeans {
  /// The ratio of two of these means or slopes, for each value of the `by` columns.
  ///
  /// - Parameters:
  ///   - numerator: The label of the one above the line, such as `combined`.
  ///   - denominator: The label of the one below.
  /// - Returns: One ratio for each value of the `by` columns.
  /// - Throws: `EstimationError` for unknown labels, and for means on the scale of a link, whose ratios say nothing.
  public func ratio(_ numerator: String, over denominator: String) throws -> [RatioOfImprovements] {
    try ratios(quantity == .mean ? .means : .slopes, "\(numerator) / \(denominator)") { labels in
      try [numerator, denominator].map { wanted in
        var weights = [Double](repeating: 0, count: labels.count)
        weights[try Self.index(of: [wanted], in: labels)] = 1
        return weights
      }
    }
  }

  /// The ratio of the changes of two groups' means from one value of a column to another.
  ///
  /// The means are those of two factors, the groups first: `marginalMeans(of: ["modality", "visit"])`.
  ///
  /// - Parameters:
  ///   - numerator: The group above the line.
  ///   - denominator: The group below.
  ///   - start: The value of the second factor from which changes are taken, such as `0`.
  ///   - end: The value to which they are taken.
  /// - Returns: One ratio for each value of the `by` columns.
  /// - Throws: `EstimationError` for unknown labels, and for means that are not of two factors.
  public func ratioOfChanges(
    _ numerator: String, over denominator: String, from start: String, to end: String
  ) throws -> [RatioOfImprovements] {
    guard factors.count == 2, quantity == .mean else {
      throw EstimationError(
        .unsupported,
        "a ratio of changes needs the means of two factors: the groups and what they change over")
    }
    return try ratios(.meanChanges, "\(numerator) / \(denominator), from \(start) to \(end)") { labels in
      try [numerator, denominator].map { group in
        var weights = [Double](repeating: 0, count: labels.count)
        weights[try Self.index(of: [group, end], in: labels)] += 1
        weights[try Self.index(of: [group, start], in: labels)] -= 1
        return weights
      }
    }
  }

  private static func index(of wanted: [String], in labels: [[String]]) throws -> Int {
    guard let found = labels.firstIndex(of: wanted) else {
      let known = labels.map { $0.joined(separator: " ") }.joined(separator: ", ")
      throw EstimationError(
        .unknownLevel, "there is no mean '\(wanted.joined(separator: " "))'; there are \(known)")
    }
    return found
  }

  private func ratios(
    _ kind: RatioOfImprovements.Kind, _ name: String, _ weights: ([[String]]) throws -> [[Double]]
  ) throws -> [RatioOfImprovements] {
    guard link == .identity, ratioKind == nil else {
      throw EstimationError(
        .unsupported,
        "the ratio of two numbers on the scale of the \(link.rawValue) link says nothing: compare standardised means "
          + "(effects) instead")
    }
    return try Contrasts.groups(self).map { group in
      let labels = group.rows.map { row in
        let parts = means[row].at.prefix(factors.count).map(\.value.text)
        return kind == .meanChanges ? parts : [parts.joined(separator: " ")]
      }
      let estimates = try ContrastEstimates(self, rows: group.rows, weights: try weights(labels))
      let df = estimates.degreesOfFreedom.compactMap { $0 }.min()
      return RatioOfImprovements(
        kind, name: name, by: group.by,
        values: estimates.isEstimable.allSatisfy { $0 } ? (estimates.values[0], estimates.values[1]) : nil,
        covariance: estimates.covariance, degreesOfFreedom: df, level: confidenceLevel)
    }
  }
}
