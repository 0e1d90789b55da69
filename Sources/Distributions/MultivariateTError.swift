/// Why a multivariate t distribution cannot be evaluated.
public struct MultivariateTError: Error, Equatable, CustomStringConvertible {
  /// The kind of error, to be matched.
  public struct Code: Hashable, Sendable {
    private let name: String

    private init(_ name: String) { self.name = name }

    /// More variables than deterministic quadrature reaches without product structure.
    public static let dimensionTooLarge = Code("dimensionTooLarge")
    /// The matrix is not symmetric with unit diagonal, or not positive semidefinite.
    public static let notACorrelationMatrix = Code("notACorrelationMatrix")
    /// Four or more variables of which some are nearly determined by the others.
    public static let nearlySingular = Code("nearlySingular")
  }

  /// The kind of error.
  public let code: Code
  /// What is wrong, with the numbers.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
