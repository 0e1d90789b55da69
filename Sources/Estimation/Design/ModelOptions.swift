/// What a weight means.
public enum WeightKind: String, Sendable, CaseIterable, Codable {
  /// Inverse variances up to a factor: R's `weights` in `lm`. The number of rows stays the sample size.
  case precision
  /// So many identical rows. The sample size is the sum of the weights.
  case frequency
  /// Inverse sampling probabilities: point estimates are weighted, standard errors are robust.
  case sampling
}

/// A column of weights and what they mean.
public struct Weights: Sendable, Equatable {
  /// The column's name.
  public let column: String
  /// What a weight means.
  public let kind: WeightKind

  /// Weights in a column.
  public init(column: String, kind: WeightKind) {
    self.column = column
    self.kind = kind
  }
}

/// What every model may be told about the data besides its formula.
public struct ModelOptions: Sendable, Equatable {
  /// Weights, if any.
  public var weights: Weights?
  /// The column that identifies people; rows are also counted by person when it is given.
  public var subject: String?
  /// The column that holds the treatment arm; exclusions are also counted by arm when it is given.
  public var arm: String?
  /// Columns that must be present in a row though the formula does not name them, so that models with
  /// different terms can be fitted to the same rows.
  public var required: [String]
  /// The reference level of a categorical column; the first in sorted order where none is named.
  public var references: [String: String]
  /// How categories become columns.
  public var coding: ContrastCoding
  /// Of columns that depend on each other, the later one is left out when its remaining norm falls
  /// below this share of its own norm.
  public var rankTolerance: Double
  /// The level of confidence limits.
  public var confidenceLevel: Double
  /// The column that tells which rows belong together, for standard errors that allow for it.
  public var cluster: String?

  /// Whether a row stands for as many as its weight says.
  var countsCopies: Bool { weights?.kind == .frequency }

  /// Options with the field's usual defaults.
  public init(
    weights: Weights? = nil, subject: String? = nil, arm: String? = nil, required: [String] = [],
    references: [String: String] = [:],
    coding: ContrastCoding = .treatment, rankTolerance: Double = 1e-7, confidenceLevel: Double = 0.95,
    cluster: String? = nil
  ) {
    self.weights = weights
    self.subject = subject
    self.arm = arm
    self.required = required
    self.references = references
    self.coding = coding
    self.rankTolerance = rankTolerance
    self.confidenceLevel = confidenceLevel
    self.cluster = cluster
  }
}
