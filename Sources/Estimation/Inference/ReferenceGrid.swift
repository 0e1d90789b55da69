import CohortTables
import LinearAlgebra

/// The values that each column of a model takes in a reference grid.
///
/// Numeric columns stand at their mean over the used rows unless `at` names values; categorical
/// columns take all their levels unless `at` names some. The grid is the product of the axes, and it is never
/// written out: averages of products over independent axes are products of averages (`GridRows`).
///
/// ## References
/// Searle, Speed and Milliken (1980), The American Statistician 34:216-221; R's emmeans.
struct ReferenceGrid: Sendable {
  /// One column of the grid.
  struct Axis: Sendable {
    let column: String
    var values: [GridValue]
    let isCategorical: Bool
  }

  private(set) var axes: [Axis]
  let plan: DesignPlan
  let offsets: [Expression]

  init(_ fit: some FittedModel, at: [String: [GridValue]]) throws {
    axes = try Self.axes(of: fit, at: at)
    plan = fit.plan
    offsets = fit.formula.offsets
  }

  /// The axis of a column.
  func axis(of column: String) throws -> Int {
    guard let index = axes.firstIndex(where: { $0.column == column }) else {
      throw EstimationError(
        .unknownColumn,
        "'\(column)' is not in the formula; it has \(axes.map(\.column).joined(separator: ", "))")
    }
    return index
  }

  /// The same grid with other values on one axis.
  func replacing(_ axis: Int, with values: [GridValue]) -> ReferenceGrid {
    var grid = self
    grid.axes[axis].values = values
    return grid
  }

  /// All combinations of some axes' positions, the first fastest; the other axes are free.
  func combinations(of asked: [Int]) throws -> [[Int?]] {
    let sizes = asked.map { axes[$0].values.count }
    let (count, tooMany) = sizes.reduce((1, false)) { product, size in
      let (value, overflow) = product.0.multipliedReportingOverflow(by: size)
      return (value, product.1 || overflow)
    }
    guard !tooMany, count <= 200_000 else {
      throw EstimationError(
        .unsupported, "more than 200,000 combinations are asked for; fix some columns with 'at' values")
    }
    return (0..<count).map { cell in
      var rest = cell
      var assignment = [Int?](repeating: nil, count: axes.count)
      for (axis, size) in zip(asked, sizes) {
        assignment[axis] = rest % size
        rest /= size
      }
      return assignment
    }
  }

  private static func axes(of fit: some FittedModel, at: [String: [GridValue]]) throws -> [Axis] {
    var axes: [Axis] = []
    let sources = fit.plan.variables.map(\.source.columns) + fit.formula.offsets.map(\.columns)
    for columns in sources {
      for column in columns where !axes.contains(where: { $0.column == column }) {
        axes.append(try axis(column, fit: fit, at: at[column]))
      }
    }
    for column in at.keys.sorted() where !axes.contains(where: { $0.column == column }) {
      throw EstimationError(
        .unknownColumn,
        "'\(column)' is not in the formula; it has \(axes.map(\.column).joined(separator: ", "))")
    }
    return axes
  }

  private static func axis(_ column: String, fit: some FittedModel, at: [GridValue]?) throws -> Axis {
    if let levels = fit.plan.levels(of: column) {
      let wanted = at?.map(\.text) ?? levels
      for level in wanted where !levels.contains(level) {
        throw EstimationError(
          .unknownLevel, "'\(column)' has no level '\(level)'; it has \(levels.joined(separator: ", "))")
      }
      return Axis(column: column, values: wanted.map(GridValue.level), isCategorical: true)
    }
    if let at {
      for case .level(let text) in at {
        throw EstimationError(.unknownLevel, "'\(column)' is numeric: '\(text)' is not a value of it")
      }
      return Axis(column: column, values: at, isCategorical: false)
    }
    guard let mean = fit.columnMeans[column] else {
      throw EstimationError(.unknownColumn, "the mean of '\(column)' is not known")
    }
    return Axis(column: column, values: [.number(mean)], isCategorical: false)
  }
}

/// A value of a column in a reference grid.
public enum GridValue: Sendable, Equatable, Hashable, CustomStringConvertible {
  /// A level of a categorical column.
  case level(String)
  /// A value of a numeric column.
  case number(Double)

  /// The value as text: numbers without a needless fraction.
  public var text: String {
    switch self {
    case .level(let level): level
    case .number(let value): Expression.text(of: value)
    }
  }

  /// The number, also where it is a level's name.
  var number: Double? {
    switch self {
    case .level(let level): NumberText.parse(level)
    case .number(let value): value
    }
  }

  /// The value as text.
  public var description: String { text }
}

extension GridValue: ExpressibleByStringLiteral, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  /// A level.
  public init(stringLiteral value: String) { self = .level(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
}
