public import CohortTables
public import Estimation

extension FindingKind {
  /// Columns that may tell who someone is.
  public static let identifyingColumn = FindingKind("identifying_column")
  /// Differences from a declared schema.
  public static let schemaViolation = FindingKind("schema_violation")
  /// Files that were probably read twice, packed and plain.
  public static let repeatedFile = FindingKind("repeated_file")
}

extension Finding {
  /// What an identifier screen found, as findings of a check.
  public static func identifying(_ found: [IdentifierFinding], in table: Table) -> [Finding] {
    found.map { finding in
      let example = finding.maskedExample.map { ", such as '\($0)'" } ?? ""
      return Finding(
        .identifyingColumn, .serious, file: table.source.displayName, column: finding.column,
        rows: table.column(finding.column).map { $0.count - $0.missingCount } ?? table.rowCount,
        lines: finding.line.map { [$0] } ?? [],
        message: "'\(finding.column)' seems to hold \(finding.kind.noun): \(finding.reason)\(example)",
        consequences: Consequence.Analysis.allCases.map {
          Consequence($0, .refused, "refuses the file unless --allow-identifiers names the column")
        })
    }
  }

  /// Files of one table that were probably read twice.
  public static func repeated(_ found: [Diagnostic], in table: Table) -> [Finding] {
    found.map { diagnostic in
      Finding(
        .repeatedFile, diagnostic.severity, file: table.source.displayName, rows: table.rowCount,
        message: diagnostic.message,
        consequences: Consequence.Analysis.allCases.map {
          Consequence($0, .used, "uses the rows of both, and says so")
        })
    }
  }

  /// The differences of a table from its schema, as findings of a check.
  public static func violations(_ found: [SchemaViolation], in table: Table) -> [Finding] {
    found.map { violation in
      Finding(
        .schemaViolation, .serious, file: table.source.displayName, column: violation.column,
        rows: violation.count, lines: violation.rows.compactMap { table.lineNumber(ofRow: $0) },
        lineFiles: table.source.parts.isEmpty ? [] : violation.rows.map { table.fileName(ofRow: $0) },
        message: "\(violation.kind.rawValue.replacing("_", with: " ")): first \(violation.error)",
        consequences: Consequence.Analysis.allCases.map {
          Consequence($0, .refused, "refuses the file when it is read with the schema")
        })
    }
  }
}
