public import CohortTables
public import LinearAlgebra

/// A design plan whose columns were looked up in a table: it makes matrices of chosen rows.
public struct BoundDesign: Sendable {
  private enum Source: Sendable {
    case numeric(BoundExpression)
    case basis(ColumnBasis, BoundExpression)
    /// Codes into the plan's levels; -1 where missing.
    case categorical([Int32], levelCount: Int)
  }

  /// The plan.
  public let plan: DesignPlan
  private let sources: [Source]
  private let offsets: [BoundExpression]

  /// Looks up a plan's columns in a table.
  ///
  /// - Throws: `TableError` when a column is missing or of the wrong type; `EstimationError` when the
  ///   table has a level that the plan does not know.
  public init(_ plan: DesignPlan, offsets: [Expression] = [], in table: Table) throws {
    self.plan = plan
    self.offsets = try offsets.map { try BoundExpression($0, in: table) }
    sources = try plan.variables.map { variable in
      switch variable.kind {
      case .numeric:
        return .numeric(try BoundExpression(Self.expression(variable.source), in: table))
      case .basis(let basis):
        return .basis(basis, try BoundExpression(Self.expression(variable.source), in: table))
      case .categorical(let levels):
        let codes = try Self.codes(of: variable.source, levels: levels, in: table)
        return .categorical(codes, levelCount: levels.count)
      }
    }
  }

  private static func expression(_ variable: FormulaVariable) -> Expression {
    switch variable {
    case .column(let name), .factor(let name), .polynomial(let name, _), .naturalSpline(let name, _),
      .bSpline(let name, _), .piecewise(let name, _):
      .column(name)
    case .expression(let expression): expression
    }
  }

  private static func codes(
    of variable: FormulaVariable, levels: [String], in table: Table
  ) throws -> [Int32] {
    let name = variable.columns[0]
    let values = try table.requireColumn(name).asCategories()
    let map = values.levels.map { level -> Int32 in
      guard let code = levels.firstIndex(of: level) else {
        // A level that only unused rows have never reaches the matrix.
        return -1
      }
      return Int32(code)
    }
    return values.codes.array().map { $0 < 0 ? -1 : map[Int($0)] }
  }

  /// The design matrix of some rows: rows x columns of the plan.
  public func matrix(rows: [Int]) -> Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * plan.columnCount)
    if plan.hasIntercept { elements.append(contentsOf: repeatElement(1, count: rows.count)) }
    for term in plan.terms {
      var columns: [[Double]] = []
      for factor in term.factors {
        let own = self.columns(of: factor, rows: rows)
        columns = columns.isEmpty ? own : own.flatMap { b in columns.map { a in Self.product(a, b) } }
      }
      for column in columns { elements.append(contentsOf: column) }
    }
    return Matrix(rowCount: rows.count, columnCount: plan.columnCount, columnMajor: elements)
  }

  /// Whether the formula has an offset.
  var hasOffset: Bool { !offsets.isEmpty }

  /// The sum of the offsets at some rows.
  public func offset(rows: [Int]) -> [Double] {
    var sum = [Double](repeating: 0, count: rows.count)
    for offset in offsets {
      let values = offset.values(at: rows)
      for i in sum.indices { sum[i] += values[i] }
    }
    return sum
  }

  private func columns(of factor: DesignPlan.Factor, rows: [Int]) -> [[Double]] {
    switch sources[factor.variable] {
    case .numeric(let expression):
      return [expression.values(at: rows)]
    case .basis(let basis, let expression):
      return basis.columns(at: expression.values(at: rows))
    case .categorical(let codes, let levelCount):
      return (0..<factor.width).map { column in
        let entries = (0..<levelCount).map {
          plan.coding.entry(level: $0, column: column, levels: levelCount, full: factor.isFull)
        }
        return rows.map { codes[$0] < 0 ? .nan : entries[Int(codes[$0])] }
      }
    }
  }

  private static func product(_ a: [Double], _ b: [Double]) -> [Double] {
    var result = a
    for i in result.indices { result[i] *= b[i] }
    return result
  }
}
