/// Why a clinical question cannot be answered from a file.
public struct OutcomesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong and what would help, in one line that names file and line where they are known.
  public let message: String

  /// An error with its message.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}
