import Foundation
public import Testing

/// A JSON fixture whose parts are asked for by key and index.
///
/// Numbers may be written as text (for more digits than a double holds); `null` reads as nil.
public struct Fixture: Sendable {
  private let value: JSON

  private init(_ value: JSON) { self.value = value }

  /// Reads a file below the project's root.
  public init(_ path: String) throws {
    value = try JSONDecoder().decode(JSON.self, from: ProjectFiles.data(path))
  }

  /// The member of an object; null when there is none.
  public subscript(key: String) -> Fixture {
    if case .object(let members) = value { return Fixture(members[key] ?? .null) }
    return Fixture(.null)
  }

  /// The element of a list.
  public subscript(index: Int) -> Fixture {
    if case .list(let list) = value, list.indices.contains(index) { return Fixture(list[index]) }
    return Fixture(.null)
  }

  /// The keys of an object, sorted.
  public var keys: [String] {
    if case .object(let members) = value { return members.keys.sorted() }
    return []
  }

  /// The elements of a list.
  public var list: [Fixture] {
    if case .list(let list) = value { return list.map { Fixture($0) } }
    return []
  }

  /// The number, also when it is written as text.
  public var number: Double? {
    switch value {
    case .number(let number): number
    case .text(let text): Double(text)
    default: nil
    }
  }

  /// The number; fails the test and gives NaN when there is none.
  public func number(sourceLocation: SourceLocation = #_sourceLocation) -> Double {
    guard let number else {
      Issue.record("the fixture has no number here", sourceLocation: sourceLocation)
      return .nan
    }
    return number
  }

  /// The numbers of a list; null reads as nil.
  public var numbers: [Double?] { list.map(\.number) }

  /// The text.
  public var text: String? {
    if case .text(let text) = value { return text }
    return nil
  }

  /// The truth value.
  public var flag: Bool? {
    if case .bool(let flag) = value { return flag }
    return nil
  }

  /// Whether there is nothing.
  public var isNull: Bool {
    if case .null = value { return true }
    return false
  }
}

/// Expects that an optional number agrees with a fixture's, where null means that there is none.
public func expectAgreement(
  _ value: Double?, _ expected: Fixture, digits: Double, absolute: Double = 0, _ label: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  switch (value, expected.number) {
  case (nil, nil): break
  case (let value?, let expected?):
    expectAgreement(
      value, expected, digits: digits, absolute: absolute, label, sourceLocation: sourceLocation)
  case (let value, let expected):
    Issue.record(
      "\(label): got \(String(describing: value)), expected \(String(describing: expected))",
      sourceLocation: sourceLocation)
  }
}
