import CohortTables
import Figures
import Outcomes

/// Figures of what is missing.
enum CheckFigures {
  static func all(_ check: CheckReport) -> [Report.FigureEntry] {
    check.missingness.flatMap { missingness -> [Report.FigureEntry] in
      let scores = check.files.first { $0.source.displayName == missingness.file }?.parts
        .first { $0.part == "score" }?.column
      return [byVisit(missingness, score: scores), byColumn(missingness)].compactMap { $0 }
    }
  }

  /// The most columns of a file that are drawn; the table has them all.
  private static let mostColumns = 30

  /// People without a score by arm and visit; nil for files without visits.
  private static func byVisit(_ missingness: Missingness, score: String?) -> Report.FigureEntry? {
    let everyone = missingness.visits.filter { $0.arm == nil }
    guard everyone.count > 1 else { return nil }
    let arms = missingness.visits.compactMap(\.arm).reduce(into: [String]()) {
      if $0.last != $1 { $0.append($1) }
    }
    let rows = ([nil] + arms).map { arm -> ShareTableFigure.Row in
      let visits = missingness.visits.filter { $0.arm == arm }
      return ShareTableFigure.Row(
        label: arm ?? "All", shares: visits.map { $0.people > 0 ? $0.share : nil },
        notes: visits.map { "\($0.people - $0.scored) of \($0.people) people" })
    }
    let isWindow = everyone.contains { $0.from != $0.to }
    let what = score.map { "a value of \($0)" } ?? "a score"
    return Report.FigureEntry(
      ShareTableFigure(
        title: "People without \(what), by visit: \(missingness.file)", description: "",
        columnLabel: isWindow ? "Time of the visit, in windows" : "Time of the visit",
        columns: everyone.map {
          isWindow && $0.from != $0.to ? "\u{2264} \(NumberText.shortest($0.to))" : $0.label
        },
        rows: rows),
      caption:
        "Share of all people in the file who have no score at a visit: those who did not come and those whose "
        + "score is missing. People who started late count as missing, too.")
  }

  /// Missing values of the columns that have any, in all rows and by arm; nil where none has.
  private static func byColumn(_ missingness: Missingness) -> Report.FigureEntry? {
    let columns = missingness.columns.filter { $0.missing > 0 }
    guard !columns.isEmpty else { return nil }
    let shown = columns.sorted { $0.share > $1.share }.prefix(mostColumns)
    let arms = missingness.arms.count > 1 ? missingness.arms : []
    let rows = shown.map { column -> ShareTableFigure.Row in
      let byArm = arms.map { arm in column.byArm.first { $0.arm == arm } }
      return ShareTableFigure.Row(
        label: column.column, shares: [column.share] + byArm.map { $0?.share },
        notes: ["\(column.missing) of \(column.rows) rows"]
          + byArm.map { count in count.map { "\($0.missing) of \($0.rows) rows" } ?? "" })
    }
    let rest = columns.count - shown.count
    return Report.FigureEntry(
      ShareTableFigure(
        title: "Missing values by column: \(missingness.file)", description: "", columnLabel: "",
        columns: ["All rows"] + arms.map(ArmName.shown), rows: Array(rows)),
      caption: "Share of rows without a value, the largest first. "
        + "Columns without a missing value are not shown."
        + (rest > 0 ? " \(rest) more columns with missing values stand in the table." : ""))
  }
}
