import CohortTables
import Estimation

/// A form in which a result can be printed or written.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// Aligned tables for a terminal.
  case text
  /// The main table as comma-separated values with full precision.
  case csv
  /// The contract's JSON.
  case json
  /// The main table as JSON, one object a line.
  case jsonl
  /// Tables in Markdown.
  case markdown
}

extension ResultDocument {
  /// The result in a form.
  ///
  /// - Throws: What the JSON encoder throws.
  public func bytes(_ format: OutputFormat) throws -> [UInt8] {
    switch format {
    case .text: Array(text.utf8)
    case .markdown: Array(markdown.utf8)
    case .csv: mainTable?.csv ?? []
    case .jsonl: mainTable?.jsonLines ?? []
    case .json: try json.bytes()
    }
  }

  /// The table that stands alone in formats that hold one.
  private var mainTable: TidyTable? { findings.map { TidyTable($0) } ?? tables.first }

  /// What the CSV of a fit holds, and the tables that were made but are not in it, by name; nil where nothing is lost.
  ///
  /// The one line of statistics of the whole model is no table that was asked for.
  public var tablesBesideCSV: (shown: String, others: [String])? {
    guard findings == nil, let first = tables.first else { return nil }
    let others = tables.dropFirst().map(\.name).filter { $0 != "statistics" }
    return others.isEmpty ? nil : (first.name, others)
  }

  /// Title, verdict, plain sentences, tables, rows and notes for a terminal.
  public var text: String {
    var parts = [title + "\n" + verdict + "\n"]
    if !statements.isEmpty { parts.append(statements.joined(separator: "\n") + "\n") }
    parts += findingTexts
    parts += tables.map { table in
      // Long tables belong into a file: the first rows show what they are.
      let shown = TidyTable(
        name: table.name, title: table.title, columns: table.columns,
        rows: Array(table.rows.prefix(Self.mostRows)))
      let rest = table.rows.count - shown.rows.count
      return table.title + "\n" + shown.text
        + (rest > 0 ? "... \(rest) more rows; --format csv gives all\n" : "")
    }
    parts += accounting.map { "Rows (\($0.name))\n" + gatedRows($0.rows).text }
    if !diagnostics.isEmpty { parts.append("Notes\n" + noteLines.map { "\($0)\n" }.joined()) }
    return parts.joined(separator: "\n")
  }

  static let mostRows = 60

  private func gatedRows(_ rows: RowAccounting) -> TidyTable {
    var log = DisclosureLog()
    return gate.gated(
      TidyTable(rows), HiddenTotals([HiddenTotals([rows], gate: gate), hiddenTotals]), log: &log)
  }

  private var noteLines: [String] {
    diagnostics.sorted { $0.severity > $1.severity }.map { "\($0.severity.rawValue): \($0.message)" }
  }

  /// The same in Markdown.
  public var markdown: String {
    var parts = ["## \(title)\n", verdict + "\n"]
    if !statements.isEmpty { parts.append(statements.map { "- \($0)\n" }.joined()) }
    parts += findingMarkdown
    parts += tables.map { "### \($0.title)\n\n\($0.markdown)" }
    parts += accounting.map { "### Rows (\($0.name))\n\n\(gatedRows($0.rows).markdown)" }
    if !diagnostics.isEmpty { parts.append("### Notes\n\n" + noteLines.map { "- \($0)\n" }.joined()) }
    return parts.joined(separator: "\n")
  }
}
