import CohortTables
import Outcomes
import TestSupport

/// A table from the text of a CSV file.
func csvTable(_ text: String, name: String = "visits.csv") throws -> Table {
  try Table(csvBytes: Array(text.utf8), name: name)
}

/// The visits of a small cohort, written as rows without a header: `person, week, score`.
func visits(
  _ rows: [(String, Double, Double)], outcome: String = "score", unit: TimeUnit = .week
) throws -> VisitTable {
  let table = try Table(columns: [
    .category("person_id", rows.map { $0.0 }), .numeric("time", rows.map { $0.1 }),
    .numeric(outcome, rows.map { $0.2 }),
  ])
  return try VisitTable(table, roles: ColumnRoles(), unit: unit)
}

/// A data file of the project.
func projectTable(_ path: String) throws -> Table { try Table(csv: ProjectFiles.path(path)) }

/// What an operation throws, as text; nil when it throws nothing.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    return "\(error)"
  }
}
