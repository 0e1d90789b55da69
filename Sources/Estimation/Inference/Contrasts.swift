internal import Distributions
internal import LinearAlgebra

/// Differences of marginal means, tested against 0, with the family's adjustment.
///
/// With `by` columns each of their values is a family of its own.
public struct Contrasts: Sendable {
  /// One contrast.
  public struct Contrast: Sendable, Equatable {
    /// Its name, such as `combined - therapy`.
    public let name: String
    /// The values of the `by` columns.
    public let by: [GridCoordinate]
    /// The difference; nil when the design does not determine it.
    public let estimate: Double?
    /// Its standard error.
    public let standardError: Double?
    /// Estimate over standard error.
    public let statistic: Double?
    /// Degrees of freedom; nil for z.
    public let degreesOfFreedom: Double?
    /// Two-sided, for this contrast alone.
    public let pValue: Double?
    /// Lower limit, for this contrast alone.
    public let lower: Double?
    /// Upper limit, for this contrast alone.
    public let upper: Double?
    /// The p-value that allows for the whole family.
    public let adjustedPValue: Double?
    /// The simultaneous lower limit.
    public let adjustedLower: Double?
    /// The simultaneous upper limit.
    public let adjustedUpper: Double?
    /// The people and events of the levels behind the coefficients that the contrast is made of.
    public let support: Support
    /// The exponentiated difference with its own limits, for models on a log scale: `combined / therapy`.
    public var ratio: Ratio?
  }

  /// An exponentiated contrast.
  public struct Ratio: Sendable, Equatable {
    /// Its name, such as `combined / therapy`.
    public let name: String
    /// What it is a ratio of: odds, risk, rate, hazard.
    public let kind: String
    /// The ratio.
    public let value: Double
    /// Its standard error by the delta method.
    public let standardError: Double
    /// Lower limit, for this contrast alone.
    public let lower: Double
    /// Upper limit, for this contrast alone.
    public let upper: Double
    /// The simultaneous lower limit.
    public let adjustedLower: Double?
    /// The simultaneous upper limit.
    public let adjustedUpper: Double?
  }

  /// A joint test of the contrasts of one family, one for each `by` value.
  public let jointTests: [JointTest]

  /// The contrasts, one `by` value after the other.
  public let contrasts: [Contrast]
  /// The adjustment.
  public let adjustment: MultiplicityAdjustment
  /// How many contrasts are adjusted together.
  public let familySize: Int
  /// The confidence level.
  public let confidenceLevel: Double
  /// Values at which columns were held.
  public let held: [GridCoordinate]
  /// What a reader must know.
  public let diagnostics: [Diagnostic]

  init(_ means: MarginalMeans, family: ContrastFamily, adjustment: MultiplicityAdjustment) throws {
    try self.init(means, adjustment: adjustment, isPairwise: family == .pairwise) { rows in
      try family.contrasts(of: Self.labels(means, rows))
    }
  }

  /// Contrasts of rows that share the values of the `by` columns.
  init(
    _ means: MarginalMeans, adjustment: MultiplicityAdjustment, isPairwise: Bool,
    members: (_ rows: [Int]) throws -> [ContrastFamily.Member]
  ) throws {
    self.adjustment = adjustment
    confidenceLevel = means.confidenceLevel
    held = means.held
    var all: [Contrast] = []
    var tests: [JointTest] = []
    var size = 0
    for group in Self.groups(means) {
      let named = try members(group.rows)
      guard !named.isEmpty else {
        throw EstimationError(.unsupported, "there is a single mean: nothing to contrast")
      }
      size = named.count
      let estimates = try ContrastEstimates(means, rows: group.rows, weights: named.map(\.weights))
      let adjusted = try AdjustedInference(
        estimates, adjustment: adjustment, means: group.rows.count, level: confidenceLevel,
        isPairwise: isPairwise)
      for (k, entry) in named.enumerated() {
        var contrast = Self.contrast(
          entry.name, by: group.by, k, estimates, adjusted, level: confidenceLevel)
        if let kind = means.ratioKind, abs(entry.weights.reduce(0, +)) < 1e-9 || means.quantity != .mean {
          contrast.ratio = Ratio(contrast, name: entry.ratioName, kind: kind)
        }
        all.append(contrast)
      }
      tests.append(estimates.jointTest(by: group.by, means))
    }
    jointTests = tests
    contrasts = all
    familySize = size
    diagnostics = means.diagnostics + Self.notes(all, adjustment)
  }

  private static func notes(_ all: [Contrast], _ adjustment: MultiplicityAdjustment) -> [Diagnostic] {
    var notes: [Diagnostic] = []
    if adjustment != .none, haveUnequalDegreesOfFreedom(all) {
      notes.append(
        Diagnostic(
          .coding, .note,
          "the contrasts have unequal degrees of freedom: each is adjusted with its own"))
    }
    if adjustment == .holm || adjustment == .hochberg {
      notes.append(
        Diagnostic(
          .coding, .note, "\(adjustment.rawValue) adjusts p-values only: simultaneous limits are Bonferroni's"
        ))
    }
    if adjustment == .bh {
      notes.append(
        Diagnostic(.coding, .note, "bh adjusts p-values only: the limits stand for each contrast on its own"))
    }
    return notes
  }

  private static func labels(_ means: MarginalMeans, _ rows: [Int]) -> [String] {
    rows.map { row in
      means.means[row].at.prefix(means.factors.count).map(\.value.text).joined(separator: " ")
    }
  }

  private static func haveUnequalDegreesOfFreedom(_ contrasts: [Contrast]) -> Bool {
    Set(contrasts.compactMap(\.degreesOfFreedom)).count > 1
  }

  static func groups(_ means: MarginalMeans) -> [(by: [GridCoordinate], rows: [Int])] {
    var groups: [(by: [GridCoordinate], rows: [Int])] = []
    for (row, mean) in means.means.enumerated() {
      let by = Array(mean.at.dropFirst(means.factors.count))
      if let index = groups.firstIndex(where: { $0.by == by }) {
        groups[index].rows.append(row)
      } else {
        groups.append((by, [row]))
      }
    }
    return groups
  }

  private static func contrast(
    _ name: String, by: [GridCoordinate], _ k: Int, _ estimates: ContrastEstimates,
    _ adjusted: AdjustedInference, level: Double
  ) -> Contrast {
    guard estimates.isEstimable[k] else {
      return Contrast(
        name: name, by: by, estimate: nil, standardError: nil, statistic: nil, degreesOfFreedom: nil,
        pValue: nil, lower: nil, upper: nil, adjustedPValue: nil, adjustedLower: nil, adjustedUpper: nil,
        support: estimates.support[k])
    }
    let wald = WaldInference(
      estimate: estimates.values[k], variance: estimates.covariance[k, k],
      degreesOfFreedom: estimates.degreesOfFreedom[k], level: level)
    let margin = adjusted.criticalValues[k].flatMap { c in wald.standardError.map { c * $0 } }
    return Contrast(
      name: name, by: by, estimate: estimates.values[k], standardError: wald.standardError,
      statistic: wald.statistic, degreesOfFreedom: estimates.degreesOfFreedom[k], pValue: wald.pValue,
      lower: wald.lower, upper: wald.upper, adjustedPValue: adjusted.pValues[k],
      adjustedLower: margin.map { estimates.values[k] - $0 },
      adjustedUpper: margin.map { estimates.values[k] + $0 }, support: estimates.support[k])
  }
}

/// The contrasts' estimates and their joint covariance.
struct ContrastEstimates: Sendable {
  /// The contrasts as functions of the estimated coefficients, one a row.
  let functions: Matrix
  let values: [Double]
  let covariance: Matrix
  let isEstimable: [Bool]
  /// One for each contrast; nil for z.
  let degreesOfFreedom: [Double?]
  let support: [Support]

  init(_ means: MarginalMeans, rows: [Int], weights: [[Double]]) throws {
    let all = Array(0..<means.linear.columnCount)
    let functions = Matrix(rows: weights) * means.linear.selecting(rows: rows, columns: all)
    let l = functions.selecting(rows: Array(weights.indices), columns: means.estimability.estimated)
    let offsets = rows.map { means.offsets[$0] }
    self.functions = l
    values = zip(l * means.coefficients, weights).map { value, weights in
      zip(weights, offsets).reduce(value) { $0 + $1.0 * $1.1 }
    }
    let spread = l * means.covariance * l.transposed()
    covariance = spread
    degreesOfFreedom = weights.indices.map { means.degreesOfFreedom(l.row($0)) }
    support = weights.indices.map { means.support.support(ofWeights: functions.row($0)) }
    isEstimable = weights.indices.map { means.estimability.holds(for: functions.row($0)) }
  }

  /// The t (or z) statistics; nil where there is none.
  var statistics: [Double?] {
    values.indices.map { k in
      let variance = covariance[k, k]
      return isEstimable[k] && variance > 0 ? values[k] / variance.squareRoot() : nil
    }
  }

  /// The correlation of some of the contrasts.
  func correlation(of indices: [Int]) -> [[Double]] {
    indices.map { i in
      indices.map { j in
        i == j ? 1 : covariance[i, j] / (covariance[i, i] * covariance[j, j]).squareRoot()
      }
    }
  }
}

extension MarginalMeans {
  /// Contrasts of these means.
  ///
  /// - Parameters:
  ///   - family: Which differences.
  ///   - adjustment: How to allow for their number; the field's usual one where none is given.
  /// - Returns: The contrasts, one family for each value of the `by` columns.
  /// - Throws: `EstimationError` for unknown levels and for an adjustment that does not fit the family.
  public func contrasts(
    _ family: ContrastFamily, adjustment: MultiplicityAdjustment? = nil
  ) throws -> Contrasts {
    try Contrasts(self, family: family, adjustment: adjustment ?? family.usualAdjustment)
  }
}
