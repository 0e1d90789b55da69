import Tandem

/// A schema inferred from a file, with what a check found there: a draft blesses nothing in silence.
struct SchemaDraft {
  private let table: Table
  private let schema: TableSchema
  private let open: [Finding]

  /// A draft; findings that are notes are left out of it.
  init(_ table: Table, _ findings: [Finding], options: CSVOptions) {
    self.table = table
    schema = TableSchema.inferred(from: table, options: options)
    open = findings.filter { $0.severity > .note }
  }

  /// Writes the schema, and says what is open.
  func write(to path: String, _ status: StatusLine) throws {
    try AtomicFile.write(Array(try SchemaText.yaml(schema, comment: comment).utf8), to: path)
    for note in TableSchema.notes(onInferring: table) { status.say(note) }
    status.say("schema written to \(path)")
    guard !open.isEmpty else { return }
    let names = open.map { "\($0.kind)" + ($0.column.map { " in '\($0)'" } ?? "") }
      .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    status.say(
      "\(path): the schema allows what the file holds, \(open.count == 1 ? "an open finding" : "\(open.count) open findings") "
        + "included (\(names.joined(separator: ", "))); the comment at its beginning says what was written for each"
    )
  }

  /// What stands above the schema.
  private var comment: String {
    var lines = [
      "Inferred from \(table.source.displayName): what it holds, not what it may hold. Edit before use."
    ]
    if !open.isEmpty {
      lines.append("Open findings of tandem check, which this schema allows until it is edited:")
      lines += open.map { finding in
        let written = finding.column.flatMap(schema.rule).map { "; written: \(Self.text($0))" } ?? ""
        let text =
          "- \(finding.severity.rawValue) \(finding.kind)"
          + (finding.column.map { " in '\($0)'" } ?? "") + ": \(finding.message)\(written)"
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
      }
    }
    return lines.joined(separator: "\n")
  }

  /// A column's rule in words.
  private static func text(_ rule: TableSchema.ColumnRule) -> String {
    var text = rule.kind.rawValue
    switch rule.limits {
    case .numbers(let from, let to):
      text += from.map { ", min \(NumberText.shortest($0))" } ?? ""
      text += to.map { ", max \(NumberText.shortest($0))" } ?? ""
    case .dates(let from, let to):
      text += from.map { ", min \($0)" } ?? ""
      text += to.map { ", max \($0)" } ?? ""
    case nil: break
    }
    if let levels = rule.levels { text += ", \(levels.count == 1 ? "1 level" : "\(levels.count) levels")" }
    return text + (rule.allowsMissing ? ", may be missing" : "")
  }
}
