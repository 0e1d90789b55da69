import CohortTables

/// Expected courses that were estimated elsewhere, as a table: for ranges of the first score, the expected score and the limit
/// at weeks, with straight lines between.
struct CourseTable: Sendable, Equatable {
  /// One row.
  struct Row: Sendable, Equatable {
    let from: Double
    let to: Double
    let week: Double
    let band: RecoveryBand
  }

  /// The table's columns.
  static let columns = ["baseline_from", "baseline_to", "week", "expected", "limit"]

  private struct Course: Sendable, Equatable {
    let starts: ClosedRange<Double>
    let rows: [Row]
  }

  private let courses: [Course]

  /// Reads the rows of a table.
  ///
  /// - Throws: `TableError` naming line and column where a cell is missing, not a number, or does not fit the others.
  init(_ table: Table) throws {
    let columns = try Self.columns.map { try table.requireColumn($0).numericValues() }
    var rows: [Row] = []
    for row in 0..<table.rowCount {
      for (name, values) in zip(Self.columns, columns) where !values[row].isFinite {
        throw table.invalidValue(row: row, column: name, expected: "a number")
      }
      guard columns[0][row] <= columns[1][row] else {
        throw table.invalidValue(row: row, column: Self.columns[1], expected: "no less than baseline_from")
      }
      rows.append(
        Row(
          from: columns[0][row], to: columns[1][row], week: columns[2][row],
          band: RecoveryBand(expected: columns[3][row], limit: columns[4][row])))
    }
    var courses: [Course] = []
    for (row, next) in rows.enumerated() {
      let starts = next.from...next.to
      if let last = courses.last, last.starts == starts {
        guard let before = last.rows.last, before.week < next.week else {
          throw table.invalidValue(
            row: row, column: "week", expected: "later weeks down the rows of one range")
        }
        courses[courses.count - 1] = Course(starts: starts, rows: last.rows + [next])
      } else {
        guard !courses.contains(where: { $0.starts.overlaps(starts) }) else {
          throw table.invalidValue(
            row: row, column: "baseline_from", expected: "a range of first scores that no other one overlaps")
        }
        courses.append(Course(starts: starts, rows: [next]))
      }
    }
    guard !courses.isEmpty else {
      throw OutcomesError("\(table.source.displayName): no row of expected scores")
    }
    self.courses = courses
  }

  /// The band of a visit; nil outside the table.
  func band(week: Double, baseline: Double) -> RecoveryBand? {
    guard let course = courses.first(where: { $0.starts.contains(baseline) }) else { return nil }
    guard let next = course.rows.firstIndex(where: { $0.week >= week }) else { return nil }
    let above = course.rows[next]
    if above.week == week { return above.band }
    guard next > 0 else { return nil }
    let below = course.rows[next - 1]
    let share = (week - below.week) / (above.week - below.week)
    func between(_ value: (RecoveryBand) -> Double) -> Double {
      value(below.band) + share * (value(above.band) - value(below.band))
    }
    return RecoveryBand(expected: between(\.expected), limit: between(\.limit))
  }
}
