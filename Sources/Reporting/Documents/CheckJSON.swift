import CohortTables
import Estimation
import Outcomes

/// The JSON of a check: `tandem.check/1`.
enum CheckJSON {
  static func report(_ report: CheckReport, provenance: Provenance) -> JSONValue {
    .object([
      "schema": .string("tandem.check/1"), "verdict": .string(report.verdict),
      "summary": .object([
        "serious": .integer(report.count(.serious)), "caution": .integer(report.count(.caution)),
        "note": .integer(report.count(.note)),
        "would_refuse": .array(report.refusals.map { .string($0.rawValue) }),
      ]),
      "files": .array(report.files.map(file)), "findings": .array(report.findings.map(finding)),
      "missingness": .array(report.missingness.map(missingness)),
      "digit_preference": .array(report.digitPreference.map(digits)),
      "rules": .array(report.rules.map(JSONValue.string)), "provenance": provenance.json,
    ])
  }

  private static func file(_ file: CheckReport.File) -> JSONValue {
    .members([
      "file": .string(file.source.fileName), "kind": .string(file.kind.rawValue), "rows": .integer(file.rows),
      "columns": .integer(file.columns), "people": .optional(file.people),
      "roles": .object(
        Dictionary(uniqueKeysWithValues: file.parts.map { ($0.part, .string($0.column)) })),
      "time_unit": file.unit.map { .string($0.rawValue) } ?? .null,
      "rows_per_person": file.rowsPerPerson.map {
        .object([
          "min": .integer($0.minimum), "median": .optional($0.median), "max": .integer($0.maximum),
        ])
      },
      "events": file.events.map { .integer($0.count) },
      "instruments": .array(
        file.scales.map { column, scale in
          .object([
            "column": .string(column), "name": .string(scale.name), "minimum": .optional(scale.minimum),
            "maximum": .optional(scale.maximum), "reliable_change": .optional(scale.reliableChange),
            "source": .string(scale.source),
          ])
        }),
    ])
  }

  private static func finding(_ finding: Finding) -> JSONValue {
    .members([
      "kind": .string(finding.kind.code), "severity": .string(finding.severity.rawValue),
      "file": .string(finding.file), "column": .optional(finding.column), "rows": .integer(finding.rows),
      "people": .optional(finding.people), "lines": .array(finding.lines.map(JSONValue.integer)),
      "line_files": finding.lineFiles.isEmpty ? nil : .array(finding.lineFiles.map(JSONValue.string)),
      "message": .string(finding.message),
      "consequences": .array(
        finding.consequences.map {
          .object([
            "analysis": .string($0.analysis.rawValue), "effect": .string($0.effect.rawValue),
            "message": .string($0.message),
          ])
        }),
    ])
  }

  private static func missingness(_ missingness: Missingness) -> JSONValue {
    .object([
      "file": .string(missingness.file),
      "columns": .array(
        missingness.columns.map { count in
          .object([
            "column": .string(count.column), "rows": .integer(count.rows), "missing": .integer(count.missing),
            "share": .optional(count.share),
            "by_arm": .array(
              count.byArm.map {
                .object([
                  "arm": .optional($0.arm), "rows": .integer($0.rows), "missing": .integer($0.missing),
                ])
              }),
          ])
        }),
      "visits": .array(
        missingness.visits.map { visit in
          .object([
            "arm": .optional(visit.arm), "from": .optional(visit.from), "to": .optional(visit.to),
            "people": .integer(visit.people), "with_row": .integer(visit.seen),
            "with_score": .integer(visit.scored), "share_missing": .optional(visit.share),
          ])
        }),
    ])
  }

  private static func digits(_ test: DigitPreference) -> JSONValue {
    .object([
      "file": .string(test.file), "column": .string(test.column), "period": .optional(test.period),
      "n": .integer(test.count), "at_multiples": .integer(test.atMultiples), "share": .optional(test.share),
      "statistic": .optional(test.statistic), "df": test.statistic == nil ? .null : .integer(1),
      "p_value": .optional(test.pValue), "reason": .optional(test.reason),
    ])
  }
}
