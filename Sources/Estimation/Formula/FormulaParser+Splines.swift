/// The terms `ns(x, 3)`, `bs(x, 4)` and `pw(x, 4, 12)`.
extension FormulaParser {
  /// `column, degrees of freedom )`.
  mutating func parseSplineArguments(_ function: String, least: Int) throws -> (column: String, df: Int) {
    let column = try expectName("a column inside \(function)( )")
    try expect(",", "and the degrees of freedom after the column of \(function)( )")
    guard case .number(let value) = current, let df = Int(exactly: value), (least...50).contains(df) else {
      throw failure("expected the degrees of freedom of \(function)( ), a whole number from \(least) to 50")
    }
    position += 1
    try expect(")", "after the degrees of freedom of \(function)( )")
    return (column, df)
  }

  /// `column, knot, knot, ... )` with ascending knots.
  mutating func parsePiecewise() throws -> FormulaVariable {
    let column = try expectName("a column inside pw( )")
    try expect(",", "and the knots after the column of pw( )")
    var knots: [Double] = []
    repeat {
      let isNegative = accept("-")
      guard case .number(let value) = current else { throw failure("expected a knot of pw( ), a number") }
      let knot = isNegative ? -value : value
      if let last = knots.last, knot <= last {
        throw failure(
          "the knots of pw( ) ascend: \(Expression.text(of: knot)) is not above \(Expression.text(of: last))")
      }
      knots.append(knot)
      position += 1
    } while accept(",")
    try expect(")", "after the knots of pw( )")
    return .piecewise(column, knots: knots)
  }
}
