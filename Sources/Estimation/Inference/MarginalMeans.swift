internal import LinearAlgebra

/// Estimated marginal means: the model's predictions averaged over a reference grid.
///
/// Each mean is a linear function `l'beta` of the coefficients, with standard error
/// `sqrt(l'V l)`. Factors that are not asked for are averaged over their levels, with equal weights unless
/// others are named; numeric columns stand at their means over the used rows. Slopes of a numeric column are
/// held in the same form, `l` being the derivative of a mean's.
///
/// ## References
/// Searle, Speed and Milliken (1980), The American Statistician 34:216-221.
public struct MarginalMeans: Sendable {
  /// One mean.
  public struct Mean: Sendable, Equatable {
    /// The combination of values that it belongs to, in the order asked.
    public let at: [GridCoordinate]
    /// The mean; nil when the design does not determine it.
    public let estimate: Double?
    /// Its standard error.
    public let standardError: Double?
    /// Degrees of freedom; nil for z.
    public let degreesOfFreedom: Double?
    /// Lower confidence limit.
    public let lower: Double?
    /// Upper confidence limit.
    public let upper: Double?
    /// The people and events of the levels behind the coefficients that the mean is made of.
    public let support: Support
  }

  /// What the numbers are.
  public enum Quantity: Sendable, Equatable {
    /// Linear predictors.
    case mean
    /// Their derivatives by a numeric column.
    case slope(of: String)
  }

  /// The means, `by` groups one after the other, the first factor fastest.
  public let means: [Mean]
  /// Means, or slopes of a column.
  public let quantity: Quantity
  /// The factors whose means are given.
  public let factors: [String]
  /// The columns within whose values contrasts are made.
  public let by: [String]
  /// How the other factors were averaged over: equal, proportional or cells.
  public let weighting: String
  /// The values at which numeric columns were held.
  public let held: [GridCoordinate]
  /// The other columns with several values, such as factors, over which the means are averages.
  public let averagedOver: [String]
  /// What a reader must know about these means.
  public let diagnostics: [Diagnostic]
  /// The confidence level.
  public let confidenceLevel: Double
  /// The link that the means are linear on.
  public let link: Link
  /// What an exponentiated difference is a ratio of; nil where it is none.
  public let ratioKind: String?

  /// Means x columns of the design.
  let linear: Matrix
  /// What enters each mean with coefficient 1: the offset at the values at which columns are held.
  let offsets: [Double]
  let estimability: Estimability
  /// The estimated coefficients; 0 where one has no finite estimate.
  let coefficients: [Double]
  let covariance: Matrix
  /// The degrees of freedom of a function of the estimated coefficients; nil for z.
  let degreesOfFreedom: @Sendable (_ weights: [Double]) -> Double?
  let support: DesignSupport
  let jointReference: @Sendable (_ functions: Matrix) -> JointReference

  init(
    _ fit: some FittedModel, of factors: [String], by: [String], at: [String: [GridValue]],
    weights: MarginWeights = .equal, slopeOf column: String? = nil
  ) throws {
    self.factors = factors
    self.by = by
    confidenceLevel = fit.options.confidenceLevel
    link = fit.link
    ratioKind = fit.ratioKind
    weighting = weights.name
    quantity = column.map { .slope(of: $0) } ?? .mean
    let grid = try ReferenceGrid(fit, at: at)
    let names = factors + by
    let axes = try Self.axes(names, grid, at: at)
    let averaging = try GridAveraging(grid, asked: axes, weights: weights)
    let averaged = try column.map { try averaging.slopes(of: $0, fit) } ?? averaging.means()
    coefficients = fit.estimates
    covariance = fit.covariance
    degreesOfFreedom = { fit.degreesOfFreedom(of: $0) }
    jointReference = { fit.jointReference(of: $0) }
    linear = averaged.rows
    offsets = averaged.offsets
    support = fit.support
    estimability = Estimability(fit)
    held = grid.axes.filter {
      !$0.isCategorical && $0.values.count == 1 && !names.contains($0.column) && $0.column != column
    }
    .map { GridCoordinate(column: $0.column, value: $0.values[0]) }
    averagedOver = grid.axes.filter {
      $0.values.count > 1 && !names.contains($0.column) && $0.column != column
    }
    .map(\.column)
    diagnostics =
      Self.interactions(fit.formula, asked: names + (column.map { [$0] } ?? []), weights)
    var means: [Mean] = []
    for (row, at) in averaged.at.enumerated() {
      let l = linear.row(row)
      means.append(
        Self.mean(
          fit.estimated.map { l[$0] }, offset: offsets[row], at: at, estimable: estimability.holds(for: l),
          support: support.support(ofWeights: l), fit, coefficients))
    }
    self.means = means
  }

  private static func axes(
    _ names: [String], _ grid: ReferenceGrid, at: [String: [GridValue]]
  ) throws -> [Int] {
    try names.map { name in
      let index = try grid.axis(of: name)
      guard grid.axes[index].isCategorical || at[name] != nil else {
        throw EstimationError(
          .unusableColumn,
          "'\(name)' is numeric: name its values (at \(name)=...), or write factor(\(name)) in the formula")
      }
      return index
    }
  }

  private static func mean(
    _ l: [Double], offset: Double, at: [GridCoordinate], estimable: Bool, support: Support,
    _ fit: some FittedModel, _ beta: [Double]
  ) -> Mean {
    guard estimable else {
      return Mean(
        at: at, estimate: nil, standardError: nil, degreesOfFreedom: nil, lower: nil, upper: nil,
        support: support)
    }
    let value = zip(l, beta).reduce(0) { $0 + $1.0 * $1.1 } + offset
    let df = fit.degreesOfFreedom(of: l)
    let wald = WaldInference(
      estimate: value, variance: fit.covariance.quadraticForm(l),
      degreesOfFreedom: df, level: fit.options.confidenceLevel)
    return Mean(
      at: at, estimate: value, standardError: wald.standardError,
      degreesOfFreedom: df, lower: wald.lower, upper: wald.upper, support: support)
  }

  private static func interactions(
    _ formula: Formula, asked: [String], _ weights: MarginWeights
  ) -> [Diagnostic] {
    let hidden = formula.terms.filter { term in
      let columns = Set(term.variables.flatMap(\.columns))
      return columns.count > 1 && !columns.isDisjoint(with: asked) && !columns.isSubset(of: asked)
    }
    guard !hidden.isEmpty else { return [] }
    let labels = hidden.map(\.label)
    return [
      Diagnostic(
        .interaction, .caution, terms: labels,
        "the means of \(asked.joined(separator: ", ")) average over the interaction \(labels.joined(separator: ", "))"
          + (weights == .equal ? ": " : " with \(weights.name) weights: ")
          + "the effect may differ between its levels")
    ]
  }
}

/// Which linear functions of the coefficients the design determines.
///
/// A function is estimable when it gives each aliased column the weight that its dependence on the
/// estimated columns implies, and none to a coefficient without a finite estimate. Of separated data the columns
/// that only separated rows tell apart count as aliased.
struct Estimability: Sendable {
  /// The columns that are estimated.
  let estimated: [Int]
  private let aliased: [Int]
  private let aliasing: Matrix
  private let unbounded: [Int]

  init(_ fit: some FittedModel) {
    self.init(
      estimated: fit.estimated, columnCount: fit.coefficients.count, aliasing: fit.aliasing,
      // In the limit of separated data the columns that were left out say what is finite.
      unbounded: fit.predictorEnds == nil
        ? fit.estimated.filter { fit.coefficients[$0].estimate == nil } : [])
  }

  init(estimated: [Int], columnCount: Int, aliasing: Matrix, unbounded: [Int] = []) {
    self.estimated = estimated
    let kept = Set(estimated)
    aliased = (0..<columnCount).filter { !kept.contains($0) }
    self.aliasing = aliasing
    self.unbounded = unbounded
  }

  /// Whether a function, one weight for each column, is estimable.
  func holds(for weights: [Double]) -> Bool {
    guard weights.allSatisfy(\.isFinite), unbounded.allSatisfy({ abs(weights[$0]) <= 1e-8 }) else {
      return false
    }
    return gaps(of: weights).allSatisfy { $0 == 0 }
  }

  /// How far each aliased column's weight is from the one that its dependence implies; 0 up to rounding.
  func gaps(of weights: [Double]) -> [Double] {
    aliased.enumerated().map { index, column in
      var implied = 0.0
      var scale = abs(weights[column])
      for (k, kept) in estimated.enumerated() {
        let part = weights[kept] * aliasing[k, index]
        implied += part
        scale = max(scale, abs(part))
      }
      let gap = weights[column] - implied
      return abs(gap) <= 1e-8 * max(scale, 1) ? 0 : gap
    }
  }
}

/// A column and its value in a grid.
public struct GridCoordinate: Sendable, Equatable, Hashable {
  /// The column.
  public let column: String
  /// The value.
  public let value: GridValue
}

extension FittedModel {
  /// Estimated marginal means of the combinations of some factors' levels.
  ///
  /// - Parameters:
  ///   - factors: Categorical columns, or numeric ones whose values `at` names.
  ///   - by: Columns within whose values contrasts will be made.
  ///   - at: Values for numeric columns (otherwise their mean) and levels for categorical ones
  ///     (otherwise all).
  ///   - weights: How the other factors' levels are averaged over.
  /// - Returns: The means, one for each combination.
  /// - Throws: `EstimationError` for unknown columns and levels.
  /// - Complexity: O(means x columns x levels); the grid is never written out.
  public func marginalMeans(
    of factors: [String], by: [String] = [], at: [String: [GridValue]] = [:],
    weights: MarginWeights = .equal
  ) throws -> MarginalMeans {
    try MarginalMeans(self, of: factors, by: by, at: at, weights: weights)
  }

  /// Slopes of a numeric column within the combinations of some factors' levels.
  ///
  /// The slope is the derivative of the linear predictor by the column, at the values of `at` or else at the
  /// column's mean: exact where the column enters linearly, elsewhere by a central difference of fourth order.
  ///
  /// - Parameters:
  ///   - column: The numeric column.
  ///   - factors: Categorical columns; without any there is a single slope.
  ///   - by: Columns within whose values contrasts will be made.
  ///   - at: Values for numeric columns and levels for categorical ones.
  ///   - weights: How the other factors' levels are averaged over.
  /// - Returns: The slopes, one for each combination.
  /// - Throws: `EstimationError` for unknown columns and levels.
  public func slopes(
    of column: String, within factors: [String] = [], by: [String] = [], at: [String: [GridValue]] = [:],
    weights: MarginWeights = .equal
  ) throws -> MarginalMeans {
    try MarginalMeans(self, of: factors, by: by, at: at, weights: weights, slopeOf: column)
  }

  /// Estimated marginal means of one factor, with numeric columns held at single values.
  public func marginalMeans(of factor: String, at: [String: GridValue] = [:]) throws -> MarginalMeans {
    try MarginalMeans(self, of: [factor], by: [], at: at.mapValues { [$0] })
  }
}
