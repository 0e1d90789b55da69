/// A formula that could not be read, with a caret under the place.
public struct FormulaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The formula as it was given.
  public let formula: String
  /// The 0-based character at which reading failed.
  public let offset: Int
  /// What is wrong and what would be right.
  public let message: String

  /// An error at a place in a formula.
  public init(formula: String, offset: Int, message: String) {
    self.formula = formula
    self.offset = offset
    self.message = message
  }

  /// The formula, a caret under the place, and the message.
  public var description: String {
    let indent = String(repeating: " ", count: offset)
    return "formula: \(message)\n  \(formula)\n  \(indent)^"
  }
}
