/// Cuts a formula into tokens that remember where they stood.
struct FormulaLexer {
  enum Token: Equatable {
    case name(String)
    case number(Double)
    case string(String)
    case symbol(String)
    case end
  }

  struct Positioned: Equatable {
    var token: Token
    var offset: Int
  }

  private static let symbols = ["||", "==", "~", "+", "-", "*", ":", "/", "^", "(", ")", ",", "|"]

  let text: String

  func tokens() throws -> [Positioned] {
    var result: [Positioned] = []
    let scalars = Array(text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar.properties.isWhitespace {
        index += 1
      } else if FormulaText.isDigit(scalar)
        || (scalar == "." && next(scalars, index + 1, FormulaText.isDigit))
      {
        result.append(try number(scalars, &index))
      } else if FormulaText.isIdentifierHead(scalar) {
        result.append(name(scalars, &index))
      } else if scalar == "`" || scalar == "'" || scalar == "\"" {
        result.append(try quoted(scalars, &index))
      } else {
        result.append(try symbol(scalars, &index))
      }
    }
    result.append(Positioned(token: .end, offset: scalars.count))
    return result
  }

  private func next(_ scalars: [Unicode.Scalar], _ index: Int, _ test: (Unicode.Scalar) -> Bool) -> Bool {
    index < scalars.count && test(scalars[index])
  }

  private func slice(_ scalars: [Unicode.Scalar], _ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  private func number(_ scalars: [Unicode.Scalar], _ index: inout Int) throws -> Positioned {
    let start = index
    func digits() { while next(scalars, index, FormulaText.isDigit) { index += 1 } }
    digits()
    if next(scalars, index, { $0 == "." }) {
      index += 1
      digits()
    }
    if next(scalars, index, { $0 == "e" || $0 == "E" }) {
      let signed = next(scalars, index + 1) { $0 == "+" || $0 == "-" } ? index + 2 : index + 1
      if next(scalars, signed, FormulaText.isDigit) {
        index = signed
        digits()
      }
    }
    guard let value = Double(slice(scalars, start..<index)) else {
      throw FormulaError(formula: text, offset: start, message: "this is not a number")
    }
    return Positioned(token: .number(value), offset: start)
  }

  private func name(_ scalars: [Unicode.Scalar], _ index: inout Int) -> Positioned {
    let start = index
    while next(
      scalars, index, { FormulaText.isIdentifierHead($0) || FormulaText.isDigit($0) || $0 == "." })
    {
      index += 1
    }
    return Positioned(token: .name(slice(scalars, start..<index)), offset: start)
  }

  private func quoted(_ scalars: [Unicode.Scalar], _ index: inout Int) throws -> Positioned {
    let (start, mark) = (index, scalars[index])
    index += 1
    while index < scalars.count, scalars[index] != mark { index += 1 }
    guard index < scalars.count else {
      throw FormulaError(
        formula: text, offset: start, message: "the quote \(mark) that opens here is not closed")
    }
    let inner = slice(scalars, start + 1..<index)
    guard !(mark == "`" && inner.isEmpty) else {
      throw FormulaError(formula: text, offset: start, message: "there is no name between the quotes")
    }
    index += 1
    return Positioned(token: mark == "`" ? .name(inner) : .string(inner), offset: start)
  }

  private func symbol(_ scalars: [Unicode.Scalar], _ index: inout Int) throws -> Positioned {
    let start = index
    for candidate in Self.symbols {
      let end = start + candidate.unicodeScalars.count
      if end <= scalars.count, slice(scalars, start..<end) == candidate {
        index = end
        return Positioned(token: .symbol(candidate), offset: start)
      }
    }
    throw FormulaError(
      formula: text, offset: start,
      message: "'\(scalars[start])' has no meaning in a formula; known are ~ + - * : ( ) and functions")
  }
}
