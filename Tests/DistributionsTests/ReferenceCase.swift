import TestSupport

/// A file of reference values: where they come from, and the cases.
struct ReferenceFile<Case: Decodable & Sendable>: Decodable, Sendable {
  /// The software and call that made the values.
  struct Provenance: Decodable, Sendable {
    let software: String
    let version: String
    let call: String
    let date: String
  }

  let provenance: Provenance
  let cases: [Case]

  /// The file of a name below the target's fixtures.
  static func load(_ name: String) throws -> ReferenceFile<Case> {
    try ProjectFiles.decode(Self.self, from: "Tests/DistributionsTests/Fixtures/\(name).json")
  }
}

/// A number written as a decimal string, so that no JSON reader rounds it.
struct DecimalText: Decodable, Sendable {
  let value: Double

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Double(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a number: \(text)")
    }
    self.value = value
  }
}

/// One point of a distribution with its density (or mass) and both tails.
struct TailCase: Decodable, Sendable {
  let parameters: [DecimalText]
  let x: DecimalText
  let density: DecimalText
  let lower: DecimalText
  let upper: DecimalText

  /// Whether the smaller tail is a normal double: a subnormal one does not determine its quantile.
  var isInvertible: Bool { min(lower.value, upper.value).isNormal }

  /// The parameters and the point, for messages.
  var label: String { "\(parameters.map(\.value)) at \(x.value)" }
}
