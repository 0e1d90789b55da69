import CohortTables

extension VisitTable {
  /// The times of a column of dates; nil for a column of numbers.
  ///
  /// - Throws: `OutcomesError` for numbers that are dates in disguise, and for an index date beside a column
  ///   of numbers.
  static func dates(
    _ table: Table, _ time: String, ids: CategoryValues, index: String?, unit: TimeUnit?
  ) throws -> VisitDates? {
    let column = try table.requireColumn(time)
    if DateColumn.isMeant(by: column) {
      return try VisitDates(table, column: time, ids: ids, index: index, unit: unit ?? .day)
    }
    if let index {
      _ = try table.requireColumn(index)
      throw OutcomesError(
        "\(table.source.displayName): the index date '\(index)' needs a time column of dates, and '\(time)' holds none"
      )
    }
    if column.isNumeric { try refuseNumbersAsDates(column, table, unit: unit) }
    return nil
  }

  /// Refuses dates without hyphens, and numbers in a column that is called a date.
  private static func refuseNumbersAsDates(_ column: Column, _ table: Table, unit: TimeUnit?) throws {
    let values = try column.numericValues()
    guard let row = values.firstIndex(where: { !$0.isNaN }) else { return }
    let isCompact = values.allSatisfy { value in
      guard !value.isNaN else { return true }
      guard value == value.rounded(), value >= 18_000_101, value <= 21_991_231 else { return false }
      let whole = Int(value)
      return CalendarDay(year: whole / 10000, month: whole / 100 % 100, day: whole % 100) != nil
    }
    let isCalledDate = column.name.lowercased().contains("date") && unit == nil
    guard isCompact || isCalledDate else { return }
    throw table.invalidValue(
      row: row, column: column.name,
      expected: isCompact
        ? "dates with hyphens, such as 2024-03-31"
        : "dates such as 2024-03-31; numbers, such as the days that a spreadsheet counts, are not taken as dates, unless --time-unit "
          + "says what they count")
  }
}
