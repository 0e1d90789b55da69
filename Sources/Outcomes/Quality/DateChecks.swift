import CohortTables
import Estimation

/// Checks of dates: cells that are none, numbers in their place, clocks that differ, index dates that change.
enum DateChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    file.table.columns.flatMap { column -> [Finding?] in
      guard column.missingCount < column.count, column.name != file.parts.subject else { return [] }
      if column.isNumeric { return [asNumbers(file, column)] }
      return isMeant(column, in: file) ? [notDates(file, column) ?? mixedClocks(file, column)] : []
    }.compactMap { $0 } + [indexDiffers(file)].compactMap { $0 }
  }

  /// Whether a column of text is one of dates: it plays a part that needs them and looks like them, or at least half
  /// of its cells look like them.
  static func isMeant(_ column: Column, in file: CheckedFile) -> Bool {
    guard !column.isNumeric, column.name != file.parts.subject else { return false }
    if file.parts.dates.contains(column.name) { return true }
    guard column.name != file.parts.arm, column.name != file.parts.outcome else { return false }
    let isNamed = column.name == file.parts.time || DisguisedDates.isCalledDate(column.name)
    guard DateColumn.isMeant(by: column) || (isNamed && hasLookalike(column)) else { return false }
    return column.name == file.parts.time || mostlyDates(column)
  }

  private static func looksLikeDate(_ text: String) -> Bool {
    switch DateText.read(text) {
    case .success: true
    case .failure(let refusal): refusal.looksLikeDate
    }
  }

  private static func hasLookalike(_ column: Column) -> Bool {
    column.asCategories().levels.prefix(100).contains(where: looksLikeDate)
  }

  private static func mostlyDates(_ column: Column) -> Bool {
    let coded = CodedColumn(column)
    let looks = coded.values.levels.map(looksLikeDate)
    let count = coded.codes.count { $0 >= 0 && looks[Int($0)] }
    return 2 * count >= column.count - column.missingCount
  }

  // MARK: - Text

  private static func notDates(_ file: CheckedFile, _ column: Column) -> Finding? {
    let cells = DatedCells(column)
    let isPart = file.parts.dates.contains(column.name) || column.name == file.parts.time
    return file.finding(
      .notADate, isPart ? .serious : .caution, column: column.name, rows: cells.refused,
      "\(Words.grouped(cells.refused.count)) of \(Words.count(cells.presentCount, "value is", "values are")) no \(cells.presentCount == 1 ? "date" : "dates"): "
        + examples(file, column, cells.refused),
      consequences(isPart: isPart))
  }

  /// The first different texts with their lines, and what was expected of each.
  private static func examples(_ file: CheckedFile, _ column: Column, _ rows: [Int32]) -> String {
    var seen: Set<String> = []
    var parts: [String] = []
    for row in rows {
      guard let text = column.text(row: Int(row)), seen.insert(text).inserted else { continue }
      guard parts.count < 3 else { return parts.joined(separator: "; ") + "; and others" }
      guard case .failure(let refusal) = DateText.read(text) else { continue }
      let place = file.place(ofRow: row).map { " in \($0)" } ?? ""
      parts.append("'\(Words.excerpt(text))'\(place) \(refusal.found), expected \(refusal.expected)")
    }
    return parts.joined(separator: "; ")
  }

  private static func consequences(isPart: Bool) -> [Consequence] {
    let asLevels = "takes each date as a level of a factor, and refuses the column as --time"
    guard isPart else {
      let levels = "takes each text as a level of a factor where the column is named"
      return [
        Consequence(.compare, .used, levels), Consequence(.relapse, .used, levels),
        Consequence(.fit, .used, asLevels),
      ]
    }
    let refuses = "refuses the file at the first of them"
    return [
      Consequence(.trends, .refused, refuses), Consequence(.compare, .refused, refuses),
      Consequence(.relapse, .refused, refuses), Consequence(.fit, .used, asLevels),
    ]
  }

  /// Date-times with and without an offset beside each other.
  private static func mixedClocks(_ file: CheckedFile, _ column: Column) -> Finding? {
    do {
      _ = try file.table.dates(of: column.name)
      return nil
    } catch {
      let isPart = file.parts.dates.contains(column.name) || column.name == file.parts.time
      return Finding(
        .notADate, isPart ? .serious : .caution, file: file.name, column: column.name, rows: 1,
        lines: (error as? TableError)?.line.map { [$0] } ?? [], message: "clocks differ: \(error)",
        consequences: consequences(isPart: isPart).filter { file.analyses.contains($0.analysis) })
    }
  }

  // MARK: - Numbers

  private static func asNumbers(_ file: CheckedFile, _ column: Column) -> Finding? {
    guard let numbers = try? column.numericValues(), let first = numbers.firstIndex(where: { !$0.isNaN })
    else { return nil }
    let isNeeded = file.parts.dates.contains(column.name) || file.refusesTimeNumbers(column)
    let disguise = DisguisedDates(numbers)
    guard isNeeded || (disguise != nil && DisguisedDates.isCalledDate(column.name)) else { return nil }
    let rows = numbers.indices.filter { !numbers[$0].isNaN }.map { Int32($0) }
    let used = "takes them as numbers where the column is named"
    let refuses = "refuses the file: numbers are not taken as dates"
    return file.finding(
      .dateAsNumber, isNeeded ? .serious : .caution, column: column.name, rows: rows,
      "\(Words.count(rows.count, "date is", "dates are")) written as numbers, first \(advice(numbers[first], disguise, isTime: column.name == file.parts.time))",
      isNeeded
        ? [
          Consequence(.trends, .refused, refuses), Consequence(.compare, .refused, refuses),
          Consequence(.relapse, .refused, refuses), Consequence(.fit, .used, used),
        ]
        : [
          Consequence(.compare, .used, used), Consequence(.relapse, .used, used),
          Consequence(.fit, .used, used),
        ])
  }

  private static func advice(_ number: Double, _ disguise: DisguisedDates?, isTime: Bool) -> String {
    let text = Words.number(number)
    switch disguise {
    case .compact:
      let day = DisguisedDates.day(compact: number).map { ", such as \($0)" } ?? ""
      return "\(text): write them with hyphens\(day)"
    case .serial:
      let days = DisguisedDates.days(serial: number).map {
        ": \(text) is \($0.from1900) if days are counted from 1900, and \($0.from1904) if from 1904"
      }
      return
        "\(text), as a spreadsheet counts days\(days ?? ""); format the column as yyyy-mm-dd before it is exported"
    case nil:
      return "\(text): write them as yyyy-mm-dd"
        + (isTime ? ", or say with --time-unit what a number counts" : "")
    }
  }

  // MARK: - Index dates

  private static func indexDiffers(_ file: CheckedFile) -> Finding? {
    guard file.kind == .visits, let name = file.parts.indexDate, let column = file.table.column(name),
      let people = file.people
    else { return nil }
    let days = DatedCells(column).days
    var rows: [Int32] = []
    for person in 0..<people.count {
      let own = people[person].filter { !days[Int($0)].isNaN }
      guard let first = own.first else { continue }
      rows += own.filter { days[Int($0)] != days[Int(first)] }
    }
    let refuses = "refuses the file: an index date is one date a person"
    return file.finding(
      .indexDateDiffers, .serious, column: name, rows: rows,
      "\(Words.count(rows.count, "row has", "rows have")) another '\(name)' than the person's first row that has one",
      [
        Consequence(.trends, .refused, refuses), Consequence(.compare, .refused, refuses),
        Consequence(.fit, .refused, "refuses it as --index-date"),
      ])
  }
}
