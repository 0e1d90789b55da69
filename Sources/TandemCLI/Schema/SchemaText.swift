package import Tandem
import Yams

/// A table's schema as YAML, to be written by people or from a file.
///
/// ```yaml
/// schema: tandem.schema/1
/// missing: [NA, '-99']           # codes of the whole file, besides the empty field
/// key: [subject_id, week]        # no two rows have the same
/// extra_columns: false
/// columns:
/// - name: phq9
///   type: integer                # number, integer, category, date or identifier
///   min: 0
///   max: 27
///   unit: points
///   missing: ['-99', '-98']      # codes of this column, in place of the file's
///   missing_allowed: true
/// - name: modality
///   type: category
///   levels: [combined, medication, therapy]
/// ```
package enum SchemaText {
  package static let version = "tandem.schema/1"

  /// Reads a schema file.
  ///
  /// - Throws: `PlanError` with file, line and column.
  package static func read(_ path: String) throws -> TableSchema {
    try parse(PlanText.read(path), file: path)
  }

  /// Reads a schema's text; `file` stands for it in messages.
  package static func parse(_ text: String, file: String) throws -> TableSchema {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw PlanError(error, file: file)
    }
    guard let node else { throw PlanError(file: file, line: 1, "the schema is empty") }
    return try schema(PlanNode(node, file: file, name: "schema"))
  }

  private static func schema(_ root: PlanNode) throws -> TableSchema {
    let members = try root.members(["schema", "missing", "key", "extra_columns", "columns"])
    if let version = members["schema"], try version.text() != Self.version {
      throw version.failure("schema: '\(try version.text())' is not known; expected \(Self.version)")
    }
    guard let list = members["columns"] else { throw root.failure("schema: 'columns' is missing") }
    var columns: [TableSchema.ColumnRule] = []
    for element in try list.elements() {
      let rule = try SchemaRuleNode(element).rule()
      guard !columns.contains(where: { $0.name == rule.name }) else {
        throw element.failure("\(element.name): column '\(rule.name)' is declared twice")
      }
      columns.append(rule)
    }
    guard !columns.isEmpty else { throw list.failure("schema.columns: there is no column") }
    let key = try members["key"]?.elements().map { node in
      let name = try node.text()
      guard columns.contains(where: { $0.name == name }) else {
        throw node.failure("\(node.name): '\(name)' is not a declared column")
      }
      return name
    }
    return TableSchema(
      columns: columns, key: key ?? [], missingCodes: try members["missing"]?.texts(),
      allowsExtraColumns: try members["extra_columns"]?.flag() ?? false)
  }

  // MARK: - Writing

  /// The schema as YAML that reads back as the same schema; `comment` stands above it.
  package static func yaml(_ schema: TableSchema, comment: String? = nil) throws -> String {
    var members: [(String, Node)] = [("schema", YAMLNode.text(version))]
    if let codes = schema.missingCodes { members.append(("missing", YAMLNode.texts(codes))) }
    if !schema.key.isEmpty { members.append(("key", YAMLNode.texts(schema.key))) }
    members.append(("extra_columns", YAMLNode.flag(schema.allowsExtraColumns)))
    members.append(("columns", Node.sequence(Node.Sequence(schema.columns.map(rule)))))
    let lines = (comment ?? "").split(separator: "\n").map { "# \($0)\n" }.joined()
    return lines + (try Yams.serialize(node: YAMLNode.mapping(members), allowUnicode: true))
  }

  private static func rule(_ rule: TableSchema.ColumnRule) -> Node {
    var members: [(String, Node)] = [
      ("name", YAMLNode.text(rule.name)), ("type", YAMLNode.text(rule.kind.rawValue)),
    ]
    if let levels = rule.levels { members.append(("levels", YAMLNode.texts(levels))) }
    switch rule.limits {
    case .numbers(let from, let to):
      if let from { members.append(("min", YAMLNode.number(from))) }
      if let to { members.append(("max", YAMLNode.number(to))) }
    case .dates(let from, let to):
      if let from { members.append(("min", YAMLNode.text(from.description))) }
      if let to { members.append(("max", YAMLNode.text(to.description))) }
    case nil: break
    }
    if let unit = rule.unit { members.append(("unit", YAMLNode.text(unit))) }
    if let codes = rule.missingCodes { members.append(("missing", YAMLNode.texts(codes))) }
    members.append(("missing_allowed", YAMLNode.flag(rule.allowsMissing)))
    return YAMLNode.mapping(members)
  }
}

/// One column of a schema file.
private struct SchemaRuleNode {
  private let node: PlanNode
  private let members: [String: PlanNode]

  init(_ node: PlanNode) throws {
    self.node = node
    members = try node.members([
      "name", "type", "levels", "min", "max", "unit", "missing", "missing_allowed",
    ])
  }

  func rule() throws -> TableSchema.ColumnRule {
    guard let name = try members["name"]?.text() else {
      throw node.failure("\(node.name): 'name' is missing")
    }
    guard let kind = try members["type"]?.choice(TableSchema.ColumnKind.self) else {
      throw node.failure(
        "\(node.name): 'type' of column '\(name)' is missing: \(TableSchema.ColumnKind.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    return TableSchema.ColumnRule(
      name, kind, levels: try levels(kind), limits: try limits(kind), unit: try members["unit"]?.text(),
      missingCodes: try members["missing"]?.texts(),
      allowsMissing: try members["missing_allowed"]?.flag() ?? true)
  }

  private func levels(_ kind: TableSchema.ColumnKind) throws -> [String]? {
    guard let list = members["levels"] else { return nil }
    guard kind == .category else { throw list.failure("\(list.name): only a category has levels") }
    let levels = try list.texts()
    guard !levels.isEmpty else { throw list.failure("\(list.name): there is no level") }
    guard Set(levels).count == levels.count else { throw list.failure("\(list.name): a level stands twice") }
    return levels
  }

  private func limits(_ kind: TableSchema.ColumnKind) throws -> TableSchema.Limits? {
    guard let place = members["min"] ?? members["max"] else { return nil }
    func failIfReversed(_ isReversed: Bool) throws {
      if isReversed { throw place.failure("\(node.name): min is above max") }
    }
    switch kind {
    case .number, .integer:
      let (from, to) = (try members["min"].map(number), try members["max"].map(number))
      if let from, let to { try failIfReversed(from > to) }
      return .numbers(from: from, to: to)
    case .date:
      let (from, to) = (try members["min"].map(date), try members["max"].map(date))
      if let from, let to { try failIfReversed(from > to) }
      return .dates(from: from, to: to)
    case .category, .identifier:
      throw place.failure("\(place.name): only numbers, integers and dates have limits")
    }
  }

  private func number(_ node: PlanNode) throws -> Double {
    guard let value = NumberText.parse(try node.text()) else {
      throw node.failure("\(node.name): '\(try node.text())' is not a number")
    }
    return value
  }

  private func date(_ node: PlanNode) throws -> CalendarDay {
    guard let day = CalendarDay(iso: try node.text()) else {
      throw node.failure("\(node.name): '\(try node.text())' is not a date such as 2024-03-31")
    }
    return day
  }
}
