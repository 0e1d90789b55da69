internal import CohortTables

/// Why a model could not be fitted at all.
///
/// Trouble that leaves a result (not converged, aliased, near separation) is a `Diagnostic` on the
/// fit instead.
public struct EstimationError: Error, Sendable, Equatable, CustomStringConvertible {
  private enum Kind: Sendable, Equatable {
    case notBuilt, noRows, tooFewRows, noEvents, unknownLevel, unknownColumn, unusableColumn,
      unusableWeights, notEstimable, unsupported, numerical, designTooLarge
  }

  /// What kind of error it is; compare with the static constants.
  public struct Code: Sendable, Equatable {
    private let kind: Kind
    /// A model of the contract that this version does not have.
    public static let notBuilt = Code(kind: .notBuilt)
    /// No row has all the values that the model needs.
    public static let noRows = Code(kind: .noRows)
    /// Fewer rows than coefficients.
    public static let tooFewRows = Code(kind: .tooFewRows)
    /// A time-to-event model without events.
    public static let noEvents = Code(kind: .noEvents)
    /// A level that the data do not have.
    public static let unknownLevel = Code(kind: .unknownLevel)
    /// A name that the model does not have.
    public static let unknownColumn = Code(kind: .unknownColumn)
    /// A column that cannot play the part given to it.
    public static let unusableColumn = Code(kind: .unusableColumn)
    /// Negative or, for frequencies, fractional weights.
    public static let unusableWeights = Code(kind: .unusableWeights)
    /// A quantity that the design does not determine.
    public static let notEstimable = Code(kind: .notEstimable)
    /// Options that exclude each other.
    public static let unsupported = Code(kind: .unsupported)
    /// More columns, or levels of one variable, than a model takes.
    public static let designTooLarge = Code(kind: .designTooLarge)
    /// A factorisation failed.
    public static let numerical = Code(kind: .numerical)
  }

  /// What kind of error it is.
  public let code: Code
  /// What is wrong and what would help, in one line.
  public let message: String

  /// An error with its message.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }

  /// Values that are infinite, or so large that their squares are.
  static func tooLarge(_ name: String, in table: Table) -> EstimationError {
    EstimationError(
      .numerical,
      "\(table.source.displayName): the values of '\(name)' are infinite or too large to be squared: rescale them"
    )
  }
}
