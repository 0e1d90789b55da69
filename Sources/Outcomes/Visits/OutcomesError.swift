import CohortTables

/// Why a clinical question cannot be answered from a file.
public struct OutcomesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong and what would help, in one line that names file and line where they are known.
  public let message: String

  /// An error with its message.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

extension Table {
  /// Requires a column that a formula can name.
  func requireFormulaColumn(_ name: String) throws {
    _ = try requireColumn(name)
    guard !name.contains("`") else {
      throw OutcomesError(
        "\(source.displayName):1: column '\(name)': a name with a backtick cannot stand in a formula: rename the column"
      )
    }
  }
}
