/// How a part of the treatment came about: by chance or by choice.
public struct TreatmentAssignment: Sendable, Equatable, Codable {
  /// What was given, such as "therapy programme".
  public let treatment: String
  /// Whether chance decided who got it.
  public let isRandomised: Bool

  /// A statement on how a treatment was assigned.
  public init(treatment: String, isRandomised: Bool) {
    self.treatment = treatment
    self.isRandomised = isRandomised
  }

  /// "therapy programme: randomised".
  public var statement: String { "\(treatment): \(isRandomised ? "randomised" : "not randomised")" }
}
