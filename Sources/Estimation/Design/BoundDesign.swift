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
    let rows = RowRun(rows)
    return Matrix(rowCount: rows.count, columnCount: plan.columnCount) { write(rows, into: &$0) }
  }

  /// The design of some rows, each column less a number, and the response less its own as the last column.
  func matrix(_ rows: RowRun, response: BoundExpression, shifts: [Double]?) -> Matrix {
    let count = rows.count
    let last = plan.columnCount
    return Matrix(rowCount: count, columnCount: last + 1) { elements in
      write(rows, shifts: shifts, into: &elements)
      response.write(at: rows, less: shifts?[last] ?? 0, into: &elements, from: last * count)
      guard hasOffset else { return }
      let offset = offset(rows)
      for place in offset.indices { elements[last * count + place] -= offset[place] }
    }
  }

  /// The design of some rows, each column less a number.
  func matrix(_ rows: RowRun, shifts: [Double]) -> Matrix {
    Matrix(rowCount: rows.count, columnCount: plan.columnCount) { write(rows, shifts: shifts, into: &$0) }
  }

  /// Writes the columns of some rows one after the other, each less its shift.
  private func write(_ rows: RowRun, shifts: [Double]? = nil, into elements: inout MutableSpan<Double>) {
    let count = rows.count
    if plan.hasIntercept {
      let one = 1 - (shifts?[0] ?? 0)
      for place in 0..<count { elements[place] = one }
    }
    for term in plan.terms {
      let made = isCopied(term) ? [] : products(of: term, rows)
      for (place, number) in term.columns.enumerated() {
        let shift = shifts?[number] ?? 0
        if made.isEmpty {
          write(term.factors[0], column: place, rows, less: shift, into: &elements, from: number * count)
        } else {
          let values = made[place]
          elements.write(values.span, less: shift, from: number * count)
        }
      }
    }
  }

  /// Whether the columns of some rows are copies of the table's numbers, or found by a level's code.
  var isCopied: Bool {
    plan.terms.allSatisfy(isCopied)
      && sources.allSatisfy { if case .numeric(let expression) = $0 { expression.isColumn } else { true } }
  }

  /// Whether a term's columns need no computation: those of a basis, such as a spline's, are made together.
  private func isCopied(_ term: DesignPlan.Term) -> Bool {
    guard term.factors.count == 1 else { return false }
    if case .basis = sources[term.factors[0].variable] { return false }
    return true
  }

  /// The products of an interaction's columns, those of the first variable varying fastest.
  private func products(of term: DesignPlan.Term, _ rows: RowRun) -> [[Double]] {
    var products: [[Double]] = []
    for factor in term.factors {
      let own = columns(of: factor, rows)
      products = products.isEmpty ? own : own.flatMap { b in products.map { a in Self.product(a, b) } }
    }
    return products
  }

  private func columns(of factor: DesignPlan.Factor, _ rows: RowRun) -> [[Double]] {
    if case .basis(let basis, let expression) = sources[factor.variable] {
      return basis.columns(at: expression.values(at: rows))
    }
    return (0..<factor.width).map { column in
      Matrix(rowCount: rows.count, columnCount: 1) {
        write(factor, column: column, rows, less: 0, into: &$0, from: 0)
      }.columnMajor
    }
  }

  /// Writes one column of a variable that is no basis at some rows, less a number.
  private func write(
    _ factor: DesignPlan.Factor, column number: Int, _ rows: RowRun, less shift: Double,
    into elements: inout MutableSpan<Double>, from start: Int
  ) {
    switch sources[factor.variable] {
    case .numeric(let expression), .basis(_, let expression):
      expression.write(at: rows, less: shift, into: &elements, from: start)
    case .categorical(let codes, let levelCount):
      let entries =
        [.nan]
        + (0..<levelCount).map { level in
          plan.coding.entry(level: level, column: number, levels: levelCount, full: factor.isFull) - shift
        }
      let (codes, numbers) = (codes.span, entries.span)
      // A code of -1 stands for no level.
      rows.forEach { place, row in elements[start + place] = numbers[Int(codes[row]) + 1] }
    }
  }

  /// Whether the formula has an offset.
  var hasOffset: Bool { !offsets.isEmpty }

  /// The sum of the offsets at some rows.
  public func offset(rows: [Int]) -> [Double] { offset(RowRun(rows)) }

  /// The sum of the offsets at some rows.
  func offset(_ rows: RowRun) -> [Double] {
    var sum = [Double](repeating: 0, count: rows.count)
    for offset in offsets {
      let values = offset.values(at: rows)
      for i in sum.indices { sum[i] += values[i] }
    }
    return sum
  }

  private static func product(_ a: [Double], _ b: [Double]) -> [Double] {
    var result = a
    for i in result.indices { result[i] *= b[i] }
    return result
  }
}
