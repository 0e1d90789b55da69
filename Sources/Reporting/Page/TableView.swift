import CohortTables

/// A table as the page shows it: headings for people, limits in one cell, numbers to the right.
struct TableView {
  struct Heading {
    let text: String
    let isNumber: Bool
  }

  struct Cell {
    let text: String
    let isNumber: Bool
  }

  struct Row {
    let head: Cell
    let cells: [Cell]
    let isTotal: Bool
  }

  let tableID: String
  let tableLabel: String?
  let tableTitle: String
  let headings: [Heading]
  let rows: [Row]
  let hasNoRows: Bool
  /// Says how many rows a table has that is folded because it is long.
  let fold: String?

  /// The most rows that are shown unfolded.
  static let longest = 40

  /// What stands for a value that does not exist.
  static let nothing = "\u{2013}"

  /// A result, its columns renamed for people.
  init(_ table: TidyTable, id: String, label: String, level: Double?) {
    self.init(table, id: id, label: label, columns: Self.columns(table, level: level), totals: [])
  }

  /// A table whose columns are already named for people, with the rows that are totals.
  init(verbatim table: TidyTable, id: String, totals: Set<Int> = []) {
    let columns = table.columns.indices.map { index in
      let digits = NumberColumn(table.rows.map { $0[index] }, name: "")
      return Column(heading: table.columns[index], isNumber: Self.isNumber(table, index)) { row in
        digits.text(row[index]) ?? Self.nothing
      }
    }
    self.init(table, id: id, label: nil, columns: columns, totals: totals)
  }

  private init(_ table: TidyTable, id: String, label: String?, columns: [Column], totals: Set<Int>) {
    tableID = id
    tableLabel = label
    tableTitle = PageText.clean(table.title.isEmpty ? table.name : table.title)
    headings = columns.map { Heading(text: PageText.clean($0.heading), isNumber: $0.isNumber) }
    rows = table.rows.enumerated().compactMap { index, row in
      let cells = columns.map { Cell(text: $0.text(row), isNumber: $0.isNumber) }
      guard let head = cells.first else { return nil }
      return Row(head: head, cells: Array(cells.dropFirst()), isTotal: totals.contains(index))
    }
    hasNoRows = rows.isEmpty
    fold = rows.count > Self.longest ? "Show all \(PageText.count(rows.count, "row", "rows"))" : nil
  }

  // MARK: - Columns

  private struct Column {
    let heading: String
    let isNumber: Bool
    let text: ([CSVCell]) -> String
  }

  private static func columns(_ table: TidyTable, level: Double?) -> [Column] {
    var result: [Column] = []
    var index = 0
    while index < table.columns.count {
      let name = table.columns[index]
      let next = index + 1
      if next < table.columns.count, isNumber(table, index), isNumber(table, next),
        let heading = ColumnHeading.interval(name, table.columns[next], level: level)
      {
        let low = index
        let digits = NumberColumn(table.rows.flatMap { [$0[low], $0[next]] }, name: name)
        result.append(
          Column(heading: heading, isNumber: true) { row in
            interval(row[low], row[next], digits)
          })
        index += 2
        continue
      }
      // z statistics have no degrees of freedom: an empty column says nothing to a reader.
      if name != "df" || table.rows.isEmpty || table.rows.contains(where: { $0[index] != .missing }) {
        let place = index
        let digits = NumberColumn(table.rows.map { $0[place] }, name: name)
        result.append(
          Column(
            heading: table.labels.contains(name) ? name : ColumnHeading.text(name),
            isNumber: isNumber(table, index)
          ) { row in
            digits.text(row[place]) ?? nothing
          })
      }
      index += 1
    }
    return result
  }

  private static func isNumber(_ table: TidyTable, _ index: Int) -> Bool {
    var hasNumber = false
    for row in table.rows {
      switch row[index] {
      case .text: return false
      case .number, .integer: hasNumber = true
      case .missing, .withheld: break
      case .below: hasNumber = true
      }
    }
    return hasNumber
  }

  private static func interval(_ low: CSVCell, _ high: CSVCell, _ digits: NumberColumn) -> String {
    if low == .withheld, high == .withheld { return digits.text(low) ?? nothing }
    let limits = (digits.text(low), digits.text(high))
    return limits == (nil, nil) ? nothing : "\(limits.0 ?? nothing) to \(limits.1 ?? nothing)"
  }
}
