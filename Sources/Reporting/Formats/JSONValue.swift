import Foundation

/// A JSON value whose absent keys and nulls are chosen one by one.
///
/// Keys that a result does not have are left out; values that do not exist are null. A number that
/// is not finite does not exist either.
public indirect enum JSONValue: Sendable, Equatable, Encodable {
  /// null.
  case null
  /// true or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A finite number, written so that it reads back as the same double.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members by name; they are written in sorted order.
  case object([String: JSONValue])
  /// A value that is known to rest on so many people or events, for the disclosure gate; written as the value alone.
  case about(people: Int, JSONValue)

  /// The value without what is known about it.
  public var bare: JSONValue {
    if case .about(_, let value) = self { value.bare } else { self }
  }

  /// The value without what is known about any part of it.
  public var plain: JSONValue {
    switch self {
    case .about(_, let value): value.plain
    case .array(let values): .array(values.map(\.plain))
    case .object(let members): .object(members.mapValues(\.plain))
    case .null, .bool, .integer, .number, .string: self
    }
  }

  /// A number, or null when there is none or it is not finite.
  public static func optional(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    if let integer = Int(exactly: value), abs(value) < 1e15 { return .integer(integer) }
    return .number(value)
  }

  /// A whole number or null.
  public static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }

  /// Text or null.
  public static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }

  /// A truth value or null.
  public static func optional(_ value: Bool?) -> JSONValue { value.map(JSONValue.bool) ?? .null }

  /// An object of the members that are given; nil members are left out.
  public static func members(_ members: [String: JSONValue?]) -> JSONValue {
    .object(members.compactMapValues { $0 })
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    if case .about(_, let value) = self { return try value.encode(to: encoder) }
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    case .about: break
    }
  }

  /// The text: indented, keys sorted, the same bytes for the same value.
  public func bytes() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [0x0A]
  }
}
