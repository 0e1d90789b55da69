import Foundation
import Tandem

/// The files that are named on the command line or in a plan.
enum FileNames {
  /// The paths, with a pattern such as `visits-*.csv` replaced by the files that match, in order of name.
  ///
  /// A file whose name is the pattern itself comes first. "-" is standard input and can stand once.
  static func expanded(_ given: [String]) throws -> [String] {
    var paths: [String] = []
    for path in given {
      guard path.contains(where: { "*?[".contains($0) }), !FileManager.default.fileExists(atPath: path) else {
        paths.append(path)
        continue
      }
      let matches = matching(path)
      guard !matches.isEmpty else { throw OutcomesError("\(path): no file matches") }
      paths += matches
    }
    guard paths.count(where: { $0 == "-" }) < 2 else {
      throw OutcomesError("-: standard input can be read only once")
    }
    return paths
  }

  /// Of each file that is read packed and plain, or packed in two ways, the two names: probably the same rows.
  static func repeated(_ paths: [String]) -> [(first: String, second: String)] {
    var byName: [String: String] = [:]
    return paths.compactMap { path in
      let name = [".gz", ".zst"].first(where: path.hasSuffix).map { String(path.dropLast($0.count)) } ?? path
      guard let first = byName[name], first != path else {
        byName[name] = path
        return nil
      }
      return (first, path)
    }
  }

  /// What is said about files that are read packed and plain.
  static func repetitions(_ paths: [String]) -> [Diagnostic] {
    repeated(paths).map { first, second in
      Diagnostic(
        .repeatedFile, .caution,
        "\(first) and \(second) were both read: if one is the other packed, every row of it counts twice")
    }
  }

  /// Whether a path names a file that can be read more than once, unlike a pipe or standard input.
  static func isRegularFile(_ path: String) -> Bool {
    let resolved = URL(filePath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: resolved)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }

  /// One name for a message.
  static func summary(_ paths: [String]) -> String {
    let first = paths.first == "-" ? "standard input" : paths.first ?? ""
    return paths.count > 1 ? "\(first) and \(paths.count - 1) more" : first
  }

  private static func matching(_ pattern: String) -> [String] {
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(unsafe found.gl_pathc)).compactMap { index in
      // SAFETY: glob fills as many NUL-terminated strings as it counts.
      unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
    }
  }
}
