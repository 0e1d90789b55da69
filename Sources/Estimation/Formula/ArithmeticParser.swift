/// Arithmetic inside `I( )`, functions, offsets and responses.
///
/// Precedence as in R: `^` over sign over `* /` over `+ -`; `^` groups to the right, so `-x^2` is
/// `-(x^2)` and `2^3^2` is `2^(3^2)`.
extension FormulaParser {
  mutating func parseArithmetic() throws -> Expression {
    var left = try parseFactors()
    while true {
      if accept("+") {
        left = .binary(.plus, left, try parseFactors())
      } else if accept("-") {
        left = .binary(.minus, left, try parseFactors())
      } else {
        return left
      }
    }
  }

  private mutating func parseFactors() throws -> Expression {
    var left = try parseSigned()
    while true {
      if accept("*") {
        left = .binary(.times, left, try parseSigned())
      } else if accept("/") {
        left = .binary(.over, left, try parseSigned())
      } else {
        return left
      }
    }
  }

  private mutating func parseSigned() throws -> Expression {
    if accept("-") { return .negated(try parseSigned()) }
    if accept("+") { return try parseSigned() }
    let base = try parseOperand()
    return accept("^") ? .binary(.power, base, try parseSigned()) : base
  }

  private mutating func parseOperand() throws -> Expression {
    let place = offset
    switch current {
    case .number(let value):
      position += 1
      return .number(value)
    case .name(let name):
      position += 1
      guard accept("(") else { return .column(name) }
      guard let function = Expression.ElementaryFunction(rawValue: name) else {
        throw failure(
          "unknown function '\(name)' in arithmetic; known are "
            + Expression.functionNames, at: place)
      }
      let inner = try parseArithmetic()
      try expect(")", "to close \(name)( )")
      if function == .identity, case .column = inner { return inner }
      return .call(function, inner)
    case .symbol("("):
      position += 1
      let inner = try parseArithmetic()
      try expect(")", "to close the parenthesis")
      return inner
    default:
      throw failure(current == .end ? "a number or column is missing here" : "expected a number or a column")
    }
  }
}
