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
    let values = try column.numbers()
    guard let row = values.firstIndex(where: { !$0.isNaN }) else { return }
    guard refusesAsDates(values, name: column.name, unit: unit) else { return }
    throw table.invalidValue(
      row: row, column: column.name,
      expected: DisguisedDates(values) == .compact
        ? "dates with hyphens, such as 2024-03-31"
        : "dates such as 2024-03-31; numbers, such as the days that a spreadsheet counts, are not taken as dates, unless --time-unit "
          + "says what they count")
  }

  /// Whether numbers are refused as times of visits, because they are dates in disguise: dates without hyphens, or
  /// any numbers in a column that is called a date, unless a unit says what they count.
  static func refusesAsDates(_ values: some Sequence<Double>, name: String, unit: TimeUnit?) -> Bool {
    DisguisedDates(values) == .compact || (name.lowercased().contains("date") && unit == nil)
  }
}
