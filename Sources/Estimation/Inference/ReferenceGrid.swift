import CohortTables
import LinearAlgebra

/// All combinations of the model's factor levels, with numeric columns at chosen values.
///
/// Numeric columns stand at their mean over the used rows unless `at` names values; categorical
/// columns take all their levels unless `at` names some.
///
/// ## References
/// Searle, Speed and Milliken (1980), The American Statistician 34:216-221; R's emmeans.
struct ReferenceGrid: Sendable {
  /// One column of the grid.
  struct Axis: Sendable {
    let column: String
    let values: [GridValue]
    let isCategorical: Bool
  }

  let axes: [Axis]
  /// For each cell, the index of the value on each axis; the first axis varies fastest.
  let cells: [[Int]]
  /// Cells x columns of the plan.
  let design: Matrix
  /// What enters each cell's prediction with coefficient 1.
  let offset: [Double]

  init(_ fit: some FittedModel, at: [String: [GridValue]]) throws {
    let axes = try Self.axes(of: fit, at: at)
    self.axes = axes
    let sizes = axes.map(\.values.count)
    let count = sizes.reduce(1, *)
    guard count <= 200_000 else {
      throw EstimationError(
        .unsupported, "the reference grid would have \(count) cells; fix some columns with 'at' values")
    }
    cells = (0..<count).map { cell in
      var rest = cell
      return sizes.map { size in
        defer { rest /= size }
        return rest % size
      }
    }
    let table = try Table(columns: Self.columns(axes: axes, cells: cells), name: "reference grid")
    let bound = try BoundDesign(fit.plan, offsets: fit.formula.offsets, in: table)
    design = bound.matrix(rows: Array(0..<count))
    offset = bound.offset(rows: Array(0..<count))
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

  private static func columns(axes: [Axis], cells: [[Int]]) -> [Column] {
    axes.enumerated().map { index, axis in
      if axis.isCategorical {
        return Column.category(axis.column, cells.map { axis.values[$0[index]].text })
      }
      return Column.numeric(axis.column, cells.map { axis.values[$0[index]].number ?? .nan })
    }
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

  /// The number, if it is one.
  var number: Double? {
    if case .number(let value) = self { return value }
    return nil
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
