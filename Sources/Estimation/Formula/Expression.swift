/// Arithmetic over columns, as it stands inside `I( )`, `log( )`, `offset( )` or a response.
public indirect enum Expression: Sendable, Equatable, Hashable {
  /// A literal.
  case number(Double)
  /// A column of the table.
  case column(String)
  /// A sign.
  case negated(Expression)
  /// `+ - * / ^`.
  case binary(BinaryOperator, Expression, Expression)
  /// A function of one number.
  case call(ElementaryFunction, Expression)

  /// An arithmetic operator.
  public enum BinaryOperator: Character, Sendable {
    /// Sum.
    case plus = "+"
    /// Difference.
    case minus = "-"
    /// Product.
    case times = "*"
    /// Quotient.
    case over = "/"
    /// Power.
    case power = "^"

    /// How tightly the operator binds.
    var precedence: Int {
      switch self {
      case .plus, .minus: 1
      case .times, .over: 2
      case .power: 4
      }
    }
  }

  /// A function that formulas may apply to a number.
  public enum ElementaryFunction: String, Sendable, CaseIterable {
    /// Natural logarithm.
    case log
    /// Logarithm to base 2.
    case log2
    /// Logarithm to base 10.
    case log10
    /// `log(1 + x)`.
    case log1p
    /// Exponential.
    case exp
    /// Square root.
    case sqrt
    /// Absolute value.
    case abs
    /// The number itself, as R's `I( )` has it: what stands in it is arithmetic.
    case identity = "I"
  }

  /// The names of functions, in words of what formulas know.
  static var functionNames: String {
    ElementaryFunction.allCases.filter { $0 != .identity }.map(\.rawValue).joined(separator: ", ")
  }

  /// The columns that the expression reads, in order of appearance.
  public var columns: [String] {
    switch self {
    case .number: []
    case .column(let name): [name]
    case .negated(let inner), .call(_, let inner): inner.columns
    case .binary(_, let left, let right): left.columns + right.columns
    }
  }
}

extension Expression: CustomStringConvertible {
  /// The expression as R prints it, with spaces around plus, minus and times but none around powers.
  public var description: String { rendered(within: 0) }

  private func rendered(within outer: Int) -> String {
    switch self {
    case .number(let value): return Self.text(of: value)
    case .column(let name): return FormulaText.quoted(name)
    case .call(let function, let inner): return "\(function.rawValue)(\(inner.rendered(within: 0)))"
    case .negated(let inner):
      let text = "-" + inner.rendered(within: 3)
      return outer > 3 ? "(\(text))" : text
    case .binary(let operation, let left, let right):
      let level = operation.precedence
      // `^` groups to the right, the others to the left.
      let rightLevel = operation == .power ? level : level + 1
      let leftLevel = operation == .power ? level + 1 : level
      let separator: String
      switch operation {
      case .power: separator = "^"
      case .over: separator = "/"
      default: separator = " \(operation.rawValue) "
      }
      let text = left.rendered(within: leftLevel) + separator + right.rendered(within: rightLevel)
      return level < outer ? "(\(text))" : text
    }
  }

  /// A number without a needless fraction.
  static func text(of value: Double) -> String {
    if let integer = Int(exactly: value), abs(value) < 1e15 { return String(integer) }
    return "\(value)"
  }
}

/// How names are written in formulas and labels.
enum FormulaText {
  /// A name, in backticks where it is not a plain identifier.
  static func quoted(_ name: String) -> String {
    let plain =
      name.unicodeScalars.enumerated().allSatisfy { index, scalar in
        isIdentifierHead(scalar) || (index > 0 && (isDigit(scalar) || scalar == "."))
      } && !name.isEmpty
    return plain ? name : "`\(name)`"
  }

  static func isIdentifierHead(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 48 && scalar.value <= 57 }
}
