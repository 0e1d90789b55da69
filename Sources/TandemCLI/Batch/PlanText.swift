import Foundation
import Yams

/// A plan or settings file that could not be understood, with its place.
struct PlanError: Error, CustomStringConvertible {
  let file: String
  let line: Int?
  let column: Int?
  let message: String

  init(file: String, line: Int?, column: Int? = nil, _ message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  /// What the YAML parser refuses, in one line.
  init(_ error: YamlError, file: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(file: file, line: mark.line, column: mark.column, "not YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        file: file, line: context.mark.line, column: context.mark.column,
        "not YAML: \(names) stands twice in one mapping")
    default:
      let text = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
      self.init(file: file, line: nil, "not YAML: \(text)")
    }
  }

  var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    return "\(place): \(message)"
  }
}

/// The text of a plan.
enum PlanText {
  static func read(_ path: String) throws -> String {
    guard FileManager.default.fileExists(atPath: path) else {
      throw PlanError(file: path, line: nil, "no such file; expected a YAML file")
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw PlanError(file: path, line: nil, "the file cannot be read; expected a YAML file")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw PlanError(file: path, line: nil, "the file is not UTF-8 text; expected YAML")
    }
    return text
  }

  /// A file named in a plan, whose paths are relative to the plan.
  static func place(_ file: String, in folder: String) -> String {
    file.hasPrefix("/") || folder.isEmpty ? file : "\(folder)/\(file)"
  }
}

/// A part of a YAML file that knows its place, so that every surprise is named with line and column.
struct PlanNode {
  let node: Node
  let file: String
  /// What the part is called, for messages.
  let name: String

  init(_ node: Node, file: String, name: String) {
    self.node = node
    self.file = file
    self.name = name
  }

  func failure(_ message: String) -> PlanError {
    PlanError(file: file, line: node.mark?.line, column: node.mark?.column, message)
  }

  /// The members of a mapping; a key that is neither known nor unlisted is an error.
  func members(_ known: [String], unlisted: [String] = []) throws -> [String: PlanNode] {
    guard case .mapping(let mapping) = node else { throw failure("\(name): expected keys and values") }
    var result: [String: PlanNode] = [:]
    for (key, value) in mapping {
      guard let text = key.string else {
        throw PlanNode(key, file: file, name: name).failure("\(name): a key must be a text")
      }
      guard known.contains(text) || unlisted.contains(text) else {
        throw PlanNode(key, file: file, name: name).failure(
          "\(name): unknown key '\(text)'; known are \(known.joined(separator: ", "))"
            + (text.nearest(of: known).map { "; did you mean '\($0)'?" } ?? ""))
      }
      result[text] = PlanNode(value, file: file, name: "\(name).\(text)")
    }
    return result
  }

  /// The elements of a list.
  func elements() throws -> [PlanNode] {
    guard case .sequence(let sequence) = node else { throw failure("\(name): expected a list") }
    return sequence.enumerated().map { PlanNode($0.element, file: file, name: "\(name)[\($0.offset + 1)]") }
  }

  func text() throws -> String {
    guard let text = node.string else { throw failure("\(name): expected a text") }
    return text
  }

  func number() throws -> Double {
    guard let number = node.float ?? node.int.map(Double.init) else {
      throw failure("\(name): expected a number")
    }
    return number
  }

  /// A level of confidence limits.
  func level() throws -> Double {
    let level = try number()
    guard level > 0, level < 1 else { throw failure("\(name): must lie between 0 and 1, such as 0.95") }
    return level
  }

  /// A name that becomes part of a path.
  func checkedName(_ text: String, of what: String) throws -> String {
    guard !text.isEmpty, text.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }) else {
      throw failure("\(name).name: '\(text)' names \(what): only letters, digits, _ and - are allowed")
    }
    return text
  }

  func flag() throws -> Bool {
    guard let flag = node.bool else { throw failure("\(name): expected true or false") }
    return flag
  }

  /// One file or pattern, or a list of them that is read as one table, relative to the plan.
  func files(in folder: String) throws -> [String] {
    guard case .sequence = node else {
      guard let text = node.string else { throw failure("\(name): expected a file, or a list of files") }
      return [PlanText.place(text, in: folder)]
    }
    let files = try texts()
    guard !files.isEmpty else { throw failure("\(name): there is no file") }
    if let twice = files.first(where: { file in files.count { $0 == file } > 1 }) {
      throw failure("\(name): '\(twice)' stands twice")
    }
    return files.map { PlanText.place($0, in: folder) }
  }

  func texts() throws -> [String] { try elements().map { try $0.text() } }

  func numbers() throws -> [Double] { try elements().map { try $0.number() } }

  /// A text that must be one of an enumeration's values.
  func choice<T: RawRepresentable & CaseIterable>(_ type: T.Type) throws -> T where T.RawValue == String {
    let text = try text()
    guard let value = T(rawValue: text) else {
      throw failure("\(name): '\(text)' is not one of \(T.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return value
  }
}

extension String {
  /// The name that is least different, by letters put in, left out or changed; nil where none is near.
  func nearest(of names: [String]) -> String? {
    let most = max(1, count / 3)
    return names.map { ($0, distance(to: $0)) }.filter { $0.1 <= most }.min { $0.1 < $1.1 }?.0
  }

  /// How many letters must be put in, left out or changed to get another text (Levenshtein).
  private func distance(to other: String) -> Int {
    var row = Array(0...other.count)
    for (i, own) in enumerated() {
      var corner = row[0]
      row[0] = i + 1
      for (j, letter) in other.enumerated() {
        let changed = corner + (own == letter ? 0 : 1)
        corner = row[j + 1]
        row[j + 1] = Swift.min(changed, row[j] + 1, corner + 1)
      }
    }
    return row[other.count]
  }
}
