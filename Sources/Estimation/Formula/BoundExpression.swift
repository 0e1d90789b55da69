internal import CohortTables

#if canImport(Glibc)
  import Glibc
#endif

/// An expression whose columns were looked up in a table, ready to be evaluated over rows.
indirect enum BoundExpression: Sendable {
  case number(Double)
  case values([Double])
  case negated(BoundExpression)
  case binary(Expression.BinaryOperator, BoundExpression, BoundExpression)
  case call(Expression.ElementaryFunction, BoundExpression)

  /// Looks the columns up.
  ///
  /// - Throws: `TableError` when a column is missing or holds text.
  init(_ expression: Expression, in table: Table) throws {
    switch expression {
    case .number(let value): self = .number(value)
    case .column(let name): self = .values(try table.requireColumn(name).numericValues())
    case .negated(let inner): self = .negated(try BoundExpression(inner, in: table))
    case .call(let function, let inner): self = .call(function, try BoundExpression(inner, in: table))
    case .binary(let operation, let left, let right):
      self = .binary(
        operation, try BoundExpression(left, in: table), try BoundExpression(right, in: table))
    }
  }

  /// Whether this is a column as it stands.
  var isColumn: Bool { if case .values = self { true } else { false } }

  /// The value at one row; NaN where a column is missing or the result is undefined.
  func value(at row: Int) -> Double {
    switch self {
    case .number(let value): return value
    case .values(let values): return values[row]
    case .negated(let inner): return -inner.value(at: row)
    case .call(let function, let inner): return Self.apply(function, inner.value(at: row))
    case .binary(let operation, let left, let right):
      return Self.combine(operation, left.value(at: row), right.value(at: row))
    }
  }

  /// The values at several rows.
  func values(at rows: [Int]) -> [Double] { values(at: RowRun(rows)) }

  /// The values at several rows.
  func values(at rows: RowRun) -> [Double] {
    if case .values(let all) = self { return rows.picked(from: all) }
    switch rows {
    case .consecutive(let range): return range.map(value(at:))
    case .listed(let rows): return rows.map(value(at:))
    }
  }

  /// The values at all rows.
  func allValues(rowCount: Int) -> [Double] {
    if case .values(let all) = self { return all }
    return values(at: .consecutive(0..<rowCount))
  }

  /// Writes the values at several rows, each less a number, from a place on.
  func write(
    at rows: RowRun, less shift: Double, into elements: inout MutableSpan<Double>, from start: Int
  ) {
    guard case .values(let all) = self else {
      return rows.forEach { place, row in elements[start + place] = value(at: row) - shift }
    }
    switch rows {
    case .consecutive(let range): elements.write(all.span.extracting(range), less: shift, from: start)
    case .listed(let rows):
      let (values, rows) = (all.span, rows.span)
      for place in rows.indices { elements[start + place] = values[rows[place]] - shift }
    }
  }

  private static func combine(
    _ operation: Expression.BinaryOperator, _ left: Double, _ right: Double
  ) -> Double {
    switch operation {
    case .plus: return left + right
    case .minus: return left - right
    case .times: return left * right
    case .over: return left / right
    // A square is one correctly rounded product; the library's power need not be.
    case .power: return right == 2 ? left * left : pow(left, right)
    }
  }

  private static func apply(_ function: Expression.ElementaryFunction, _ x: Double) -> Double {
    switch function {
    case .log: return log(x)
    case .log2: return log2(x)
    case .log10: return log10(x)
    case .log1p: return log1p(x)
    case .exp: return exp(x)
    case .sqrt: return x.squareRoot()
    case .abs: return abs(x)
    case .identity: return x
    }
  }
}

extension MutableSpan<Double> {
  /// Writes values, each less a number, from a place on.
  mutating func write(_ values: Span<Double>, less shift: Double, from start: Int) {
    // The loop has no checks of its own once its ends are known to be inside.
    precondition(start >= 0 && start + values.count <= count)
    for place in values.indices { self[start + place] = values[place] - shift }
  }
}
