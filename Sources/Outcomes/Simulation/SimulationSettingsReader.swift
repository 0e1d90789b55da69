/// A setting of a simulated cohort that cannot be used, and what was expected.
public struct CohortSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong with the setting.
  public enum Code: String, Sendable {
    /// The value lies outside its range or contradicts another setting.
    case invalidValue
    /// No setting has this name.
    case unknownSetting
  }

  /// What is wrong.
  public let code: Code
  /// The setting's path, such as `arms.therapy.acute_share`.
  public let setting: String
  /// The value given, as text.
  public let value: String
  /// What was expected instead.
  public let expected: String

  /// One sentence with the setting, the value and the expectation.
  public var description: String {
    switch code {
    case .invalidValue: "setting \(setting) is \(value), expected \(expected)"
    case .unknownSetting: "there is no setting \(setting); expected one of \(expected)"
    }
  }
}

/// Reads one group of settings, keeps the default of a setting that is absent and refuses names it
/// does not know: a misspelt setting that silently took its default would falsify a simulation.
struct SimulationSettingsReader<Key: CodingKey & CaseIterable> {
  private let container: KeyedDecodingContainer<Key>

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: Key.self)
    let known = Key.allCases.map(\.stringValue)
    let given = try decoder.container(keyedBy: AnyKey.self)
    for key in given.allKeys where !known.contains(key.stringValue) {
      throw CohortSettingsError(
        code: .unknownSetting, setting: Self.path(given.codingPath + [key]), value: "",
        expected: known.joined(separator: ", "))
    }
  }

  /// Replaces a value by the one given under the key, if there is one.
  func read<Value: Decodable>(_ key: Key, into value: inout Value) throws {
    if let given = try container.decodeIfPresent(Value.self, forKey: key) { value = given }
  }

  /// A decoder of the group of settings under the key, if there is one.
  func nested(_ key: Key) throws -> (any Decoder)? {
    container.contains(key) ? try container.superDecoder(forKey: key) : nil
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    var text = ""
    for key in keys {
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue
      }
    }
    return text
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
      self.stringValue = stringValue
      intValue = nil
    }

    init?(intValue: Int) {
      stringValue = String(intValue)
      self.intValue = intValue
    }
  }
}
