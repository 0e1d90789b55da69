public import Foundation

/// Where the project's own data and fixtures lie, found from this source file's place.
public enum ProjectFiles {
  /// The folder that holds `Package.swift`.
  public static let root: URL = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A path below the project's root, such as `Data/demo/visits.csv`.
  public static func path(_ relative: String) -> String {
    root.appending(path: relative).path
  }

  /// The bytes of a file below the project's root.
  public static func data(_ relative: String) throws -> Data {
    try Data(contentsOf: root.appending(path: relative))
  }

  /// A JSON fixture below the project's root, decoded.
  public static func decode<T: Decodable>(_ type: T.Type, from relative: String) throws -> T {
    try JSONDecoder().decode(type, from: data(relative))
  }
}
