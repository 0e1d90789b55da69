import ArgumentParser
import Tandem
import Yams

/// A single model of a plan: the options of `tandem fit` as keys, which are read by the command's own code.
///
/// A key is an option's name with `_` for `-`: `conf_level` is `--conf-level`. A flag takes true or false. A list is an
/// option that may be repeated, or texts with commas between; a mapping is `COL=VALUE`, as in
/// `reference: {modality: therapy}`.
struct FitPlan {
  var name: String
  var files: [String]
  var missing: [String]?
  var schema: PlannedSchema?
  /// Columns of the file that may tell who someone is.
  var allowIdentifiers: Set<String> = []
  /// Whether predicted effects of single people are written.
  var personLevel = false
  private let analysis: FitAnalysis
  private let place: PlanPlace

  /// Keys that are not options of the question.
  private static let ownKeys = [
    "name", "file", "formula", "missing", "allow_identifiers", "schema", "person_level",
  ]

  init(_ node: PlanNode, folder: String) throws {
    let members = try node.members(
      Self.ownKeys + OptionKeys.all.filter(\.isBuilt).map(\.name),
      unlisted: OptionKeys.all.filter { !$0.isBuilt }.map(\.name))
    guard let name = try members["name"]?.text(), let files = try members["file"]?.files(in: folder),
      let formula = members["formula"]
    else { throw node.failure("\(node.name): expected 'name', 'file' and 'formula'") }
    self.name = try node.checkedName(name, of: "files")
    self.files = files
    missing = try members["missing"]?.texts()
    schema = try PlannedSchema(members, folder: folder)
    allowIdentifiers = Set(try members["allow_identifiers"]?.texts() ?? [])
    let text = try formula.text()
    let parsed: Formula
    do {
      parsed = try Formula(text)
    } catch {
      throw formula.failure("\(error)")
    }
    if let references = members["reference"], case .mapping = references.node {
      _ = try references.members(parsed.columnNames)
    }
    let arguments = try OptionKeys.all.flatMap { key in
      try members[key.name].map { try key.arguments($0) } ?? []
    }
    let place = PlanPlace(node: node, formula: formula, members: members)
    self.place = place
    analysis = try place.placing {
      try FitAnalysis(text, try FitQuestion.parse(arguments))
    }
    personLevel = try members["person_level"]?.flag() ?? false
    if personLevel, !analysis.kind.predictsEffects, let node = members["person_level"] {
      throw node.failure(
        "\(node.name): only models with random terms, such as (week | id), predict effects of people")
    }
  }

  /// Runs the analysis; what is wrong with a key is told with its place.
  func placing<Result>(_ body: (FitAnalysis) throws -> Result) throws -> Result {
    try place.placing { try body(analysis) }
  }
}

extension Formula {
  /// The columns of the right-hand side, and of a response that is no survival time.
  fileprivate var columnNames: [String] {
    var names = variables.flatMap(\.columns)
    if case .value(let response) = response { names += response.columns }
    return names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// Where the keys of a fit stand.
private struct PlanPlace {
  let node: PlanNode
  let formula: PlanNode
  let members: [String: PlanNode]

  /// Says what is wrong with an option in the words of a plan, at the key's place.
  func placing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as FormulaError {
      let text = "\(error)"
      throw formula.failure(
        "\(formula.name): \(text.hasPrefix("formula: ") ? String(text.dropFirst("formula: ".count)) : text)")
    } catch let error as ValidationError {
      throw failure(error.message)
    } catch  where Self.isOfParser(error) {
      throw failure(FitQuestion.message(for: error))
    }
  }

  /// Whether an error is of the option parser, and not of the data.
  private static func isOfParser(_ error: any Error) -> Bool {
    switch error {
    case is TableError, is EstimationError, is OutcomesError, is PlanError: false
    default: FitQuestion.exitCode(for: error) == .validationFailure
    }
  }

  private func failure(_ text: String) -> PlanError {
    // The parser's own messages have '--tests <tests>'.
    let message = text.replacing(/'(--[a-z][a-z-]*)(?: <[^>]*>)?'/) { $0.output.1 }
    // An option, perhaps with what stands for its value: --time COL.
    let option = /--(?<name>[a-z][a-z-]*)(?: [A-Z]+\b)?/
    let named = message.matches(of: option).map { OptionKeys.key(ofOption: "--" + $0.output.name) }
    let given = named.first { members[$0] != nil }
    var rest = message[...]
    if let own = try? option.prefixMatch(in: message),
      OptionKeys.key(ofOption: "--" + own.output.name) == given
    {
      rest = message[own.range.upperBound...].drop { $0 == ":" || $0 == " " }
    }
    let words = rest.replacing(option) { "'\(OptionKeys.key(ofOption: "--" + $0.output.name))'" }
    let place = given.flatMap { members[$0] } ?? node
    return place.failure("\(place.name): \(words)")
  }
}

/// The options of a fit as keys of a plan, found in the declarations themselves.
private enum OptionKeys {
  /// One option.
  struct Key {
    enum Kind {
      case flag
      case repeated
      case single
    }

    let name: String
    let kind: Kind
    /// Whether it is more than a word that its model is not built yet.
    let isBuilt: Bool

    private var option: String { "--" + name.replacing("_", with: "-") }

    /// The command line that says what a plan says.
    func arguments(_ value: PlanNode) throws -> [String] {
      switch kind {
      case .flag: try value.flag() ? [option] : []
      case .single: ["\(option)=\(try texts(value).joined(separator: ","))"]
      case .repeated: try texts(value).map { "\(option)=\($0)" }
      }
    }

    private func texts(_ value: PlanNode) throws -> [String] {
      switch value.node {
      case .mapping(let mapping):
        return try mapping.map { key, inner in
          let column = try PlanNode(key, file: value.file, name: value.name).text()
          let node = PlanNode(inner, file: value.file, name: "\(value.name).\(column)")
          return "\(column)=\(try listed(node).joined(separator: ","))"
        }
      default: return try listed(value)
      }
    }

    private func listed(_ value: PlanNode) throws -> [String] {
      if case .sequence = value.node { return try value.texts() }
      return [try value.text()]
    }
  }

  /// All options, in the order of the help.
  static let all: [Key] = (try? FitQuestion.parse([])).map { keys(of: $0) } ?? []

  /// The key of an option: `conf_level` of `--conf-level`.
  static func key(ofOption name: some StringProtocol) -> String {
    String(name.dropFirst(2)).replacing("-", with: "_")
  }

  private static func keys(of arguments: any ParsableArguments) -> [Key] {
    Mirror(reflecting: arguments).children.flatMap { child -> [Key] in
      if let group = child.value as? any GroupOfOptions { return keys(of: group.arguments) }
      // A property wrapper is stored under its property's name with an underscore in front.
      guard let label = child.label, label.hasPrefix("_") else { return [] }
      let kind: Key.Kind =
        child.value is Flag<Bool> ? .flag : child.value is Option<[String]> ? .repeated : .single
      return [
        Key(name: snakeCase(label.dropFirst()), kind: kind, isBuilt: !(arguments is UnbuiltOptions))
      ]
    }
  }

  private static func snakeCase(_ name: Substring) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}

/// A group of options within another.
private protocol GroupOfOptions {
  var arguments: any ParsableArguments { get }
}

extension OptionGroup: GroupOfOptions {
  fileprivate var arguments: any ParsableArguments { wrappedValue }
}
