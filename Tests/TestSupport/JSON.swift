/// A JSON value that tells an absent key from null.
public indirect enum JSON: Decodable, Equatable, Sendable {
  /// null.
  case null
  /// true or false.
  case bool(Bool)
  /// A number.
  case number(Double)
  /// Text.
  case text(String)
  /// A list.
  case list([JSON])
  /// Members by name.
  case object([String: JSON])

  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  /// The member of an object; nil when the key is absent.
  public subscript(key: String) -> JSON? {
    if case .object(let members) = self { return members[key] }
    return nil
  }

  /// The keys of an object.
  public var keys: Set<String> {
    if case .object(let members) = self { return Set(members.keys) }
    return []
  }

  /// The elements of a list.
  public var list: [JSON] {
    if case .list(let list) = self { return list }
    return []
  }

  /// The number, if it is one.
  public var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }

  /// The text, if it is one.
  public var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  /// Every text in the value, keys left out.
  public var texts: [String] {
    switch self {
    case .text(let text): [text]
    case .list(let list): list.flatMap(\.texts)
    case .object(let members): members.values.flatMap(\.texts)
    default: []
    }
  }
}
