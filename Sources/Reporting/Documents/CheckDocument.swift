import CohortTables
import Estimation
public import Outcomes

extension ResultDocument {
  /// What a check of cohort files found.
  public init(_ report: CheckReport, provenance: Provenance) {
    self.init(
      title: "Data check", verdict: report.verdict,
      tables: [TidyTable(filesOf: report)]
        + report.missingness.flatMap {
          [TidyTable(columnsOf: $0), TidyTable(visitsOf: $0)].compactMap { $0 }
        }
        + [TidyTable(digitsOf: report)].compactMap { $0 },
      diagnostics: [], accounting: [], json: CheckJSON.report(report, provenance: provenance))
    findings = report.findings
  }
}

extension TidyTable {
  /// Findings, one row each; lines stand with spaces between them.
  public init(_ findings: [Finding]) {
    self.init(
      name: "findings", title: "Findings",
      columns: [
        "kind", "severity", "file", "column", "rows", "people", "lines", "message", "consequence",
      ],
      rows: findings.map { finding in
        [
          .text(finding.kind.code), .text(finding.severity.rawValue), .text(finding.file),
          finding.column.map(CSVCell.text) ?? .missing, .integer(finding.rows),
          finding.people.map(CSVCell.integer) ?? .missing,
          finding.lines.isEmpty ? .missing : .text(finding.places.joined(separator: " ")),
          .text(finding.message), .text(finding.consequence),
        ]
      })
  }

  /// What the files hold, one row a file.
  init(filesOf report: CheckReport) {
    let hasEvents = report.files.contains { $0.events != nil }
    self.init(
      name: "files", title: "Files",
      columns: ["file", "kind", "rows", "columns", "people", "rows_min", "rows_median", "rows_max"]
        + (hasEvents ? ["events"] : []) + ["taken"],
      rows: report.files.map { file in
        let spread = file.rowsPerPerson
        let counts: [CSVCell] = [
          .integer(file.rows), .integer(file.columns), file.people.map(CSVCell.integer) ?? .missing,
          spread.map { .integer($0.minimum) } ?? .missing, spread.map { .number($0.median) } ?? .missing,
          spread.map { .integer($0.maximum) } ?? .missing,
        ]
        let events: [CSVCell] = hasEvents ? [file.events.map { .integer($0.count) } ?? .missing] : []
        let taken = file.parts.map { "\($0.part) = \($0.column)" }.joined(separator: ", ")
        return [.text(file.source.displayName), .text(file.kind.rawValue)] + counts + events + [.text(taken)]
      })
  }

  /// Missing values of the columns that have any, in all rows and by arm; nil where none has.
  init?(columnsOf missingness: Missingness) {
    let shown = missingness.columns.filter { $0.missing > 0 }
    guard !shown.isEmpty else { return nil }
    let arms = missingness.arms
    self.init(
      name: "missing_by_column", title: "Missing values by column and arm: \(missingness.file)",
      columns: ["column", "rows", "missing", "share"] + arms.map { ArmName.shown($0) },
      rows: shown.map { count in
        [.text(count.column), .integer(count.rows), .integer(count.missing), .number(count.share)]
          + arms.map { arm in
            count.byArm.first { $0.arm == arm }.map { .optional($0.share) } ?? .missing
          }
      })
    labels = Set(arms.map { ArmName.shown($0) })
  }

  /// The share of people without a score by visit; nil for files without visits.
  init?(visitsOf missingness: Missingness) {
    let everyone = missingness.visits.filter { $0.arm == nil }
    guard !everyone.isEmpty else { return nil }
    let arms = missingness.visits.compactMap(\.arm).reduce(into: [String]()) {
      if $0.last != $1 { $0.append($1) }
    }
    self.init(
      name: "missing_by_visit", title: "People without a score by visit and arm: \(missingness.file)",
      columns: ["visit", "people", "with_row", "with_score", "share"] + arms,
      rows: everyone.map { visit in
        [
          .text(visit.label), .integer(visit.people), .integer(visit.seen), .integer(visit.scored),
          .number(visit.share),
        ]
          + arms.map { arm in
            missingness.visits.first { $0.arm == arm && $0.to == visit.to }.map { .number($0.share) }
              ?? .missing
          }
      })
    labels = Set(arms)
  }

  /// The tests of digit preference that could be made; nil where none could.
  init?(digitsOf report: CheckReport) {
    let tested = report.digitPreference.filter { $0.statistic != nil }
    guard !tested.isEmpty else { return nil }
    self.init(
      name: "digit_preference", title: "Digit preference",
      columns: [
        "file", "column", "period", "n", "at_multiples", "share", "chi_squared", "df", "p_value",
      ],
      rows: tested.map { test in
        [
          .text(test.file), .text(test.column), .number(test.period), .integer(test.count),
          .integer(test.atMultiples), .optional(test.share), .optional(test.statistic), .integer(1),
          .optional(test.pValue),
        ]
      })
  }
}

/// Arms as headings.
enum ArmName {
  static func shown(_ arm: String?) -> String { arm ?? "(missing)" }
}

extension Missingness {
  /// The arms of the columns' counts, in order; nil is the rows without one.
  var arms: [String?] { columns.first?.byArm.map(\.arm) ?? [] }
}

extension Missingness.ArmCount {
  /// The share of rows without a value; nil for an arm without rows.
  var share: Double? { rows > 0 ? Double(missing) / Double(rows) : nil }
}

extension Missingness.VisitCount {
  /// "4" for a planned visit, "> 4 to 8" for a window.
  var label: String {
    let low = NumberText.shortest(from)
    return from == to
      ? low
      : from < to && to <= 0 ? "up to \(NumberText.shortest(to))" : "> \(low) to \(NumberText.shortest(to))"
  }
}

// MARK: - Findings in words

extension ResultDocument {
  /// Findings for a terminal: what, where, and what follows.
  var findingTexts: [String] {
    guard let findings, !findings.isEmpty else { return [] }
    return findings.map { finding in
      "\(finding.severity.rawValue): \(finding.kind) in \(finding.place)\n  \(finding.message)\n"
        + finding.consequenceLines.map { "  - \($0)\n" }.joined()
    }
  }

  /// Findings in Markdown.
  var findingMarkdown: [String] {
    guard let findings, !findings.isEmpty else { return [] }
    return [
      "### Findings\n",
      findings.map { finding in
        "- **\(finding.severity.rawValue): \(finding.kind)** in \(finding.place)  \n  \(finding.message)\n"
          + finding.consequenceLines.map { "  - \($0)\n" }.joined()
      }.joined(),
    ]
  }
}

extension Finding {
  /// "visits.csv, column 'phq9': 3 rows of 2 people, lines 4, 7, 9".
  var place: String {
    "\(file)" + (column.map { ", column '\(CellText.text(.text($0), column: ""))'" } ?? "") + ": \(amount)"
  }

  /// "3 rows of 2 people, lines 4, 7, 9".
  var amount: String {
    var text = PageText.count(rows, "row", "rows")
    if let people { text += " of \(PageText.count(people, "person", "people"))" }
    guard !lines.isEmpty else { return text }
    let rest = rows > lines.count ? " ..." : ""
    return text + ", \(lines.count == 1 && rows == 1 ? "line" : "lines") "
      + (lineFiles.isEmpty ? places.joined(separator: ", ") : linesByFile) + rest
  }

  /// "4, 7 of visits-1.csv; 3 of visits-2.csv".
  private var linesByFile: String {
    var parts: [(file: String, lines: [Int])] = []
    for (line, file) in zip(lines, lineFiles) {
      if parts.last?.file == file {
        parts[parts.count - 1].lines.append(line)
      } else {
        parts.append((file, [line]))
      }
    }
    return parts.map { "\($0.lines.map(String.init).joined(separator: ", ")) of \($0.file)" }
      .joined(separator: "; ")
  }

  /// The first lines, each with its file where there are several: "4", or "visits-1.csv:4".
  var places: [String] {
    lineFiles.isEmpty ? lines.map(String.init) : zip(lineFiles, lines).map { "\($0):\($1)" }
  }

  /// One line for each thing that analyses do: "trends, compare: refuses the file".
  var consequenceLines: [String] {
    groupedConsequences.map { part in
      "\(part.analyses.map(\.rawValue).joined(separator: ", ")): \(part.message)"
    }
  }
}
