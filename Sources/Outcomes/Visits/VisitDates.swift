public import CohortTables

/// Times of visits from their dates.
struct VisitDates {
  /// One time a row; NaN where the date or the index date is missing.
  let times: [Double]
  /// Rows that have a date, but whose person has no index date; nil where time zero is the first visit.
  let lacksIndex: [Bool]?
  /// How the times were derived.
  let axis: TimeAxis

  /// Counts days from each person's first date, or from their index date.
  ///
  /// - Throws: `TableError` for what is not a date, and for an index date that differs between a person's
  ///   rows; `OutcomesError` for a unit that has no length.
  init(
    _ table: Table, column: String, ids: CategoryValues, index: String?, unit: TimeUnit
  ) throws {
    guard let length = unit.days else {
      throw OutcomesError(
        "\(table.source.displayName): '\(column)' holds dates, whose distances are known: the unit of time is day, week, month or year, "
          + "not visit")
    }
    let people = Array(ids.codes)
    let dates = try table.dates(of: column)
    let zero =
      try index.map { try Self.indexDays(table, $0, people: people, ids: ids) }
      ?? Self.firstDays(dates.dayNumbers, people: people, count: ids.levels.count)
    var times = [Double](repeating: .nan, count: people.count)
    var before = 0
    var isBefore = [Bool](repeating: false, count: ids.levels.count)
    for (row, person) in people.enumerated() where person >= 0 {
      let days = dates.dayNumbers[row] - zero[Int(person)]
      times[row] = days / length
      guard days < 0 else { continue }
      before += 1
      isBefore[Int(person)] = true
    }
    self.times = times
    lacksIndex =
      index == nil
      ? nil : people.indices.map { people[$0] >= 0 && times[$0].isNaN && !dates.dayNumbers[$0].isNaN }
    axis = TimeAxis(
      column: column, origin: index.map { .indexDate(column: $0) } ?? .firstVisit, unit: unit,
      rowsBeforeZero: before, peopleBeforeZero: isBefore.count { $0 }, isUTC: dates.clock == .utc)
  }

  /// The earliest day of each person; NaN where there is none.
  private static func firstDays(_ days: [Double], people: [Int32], count: Int) -> [Double] {
    var first = [Double](repeating: .nan, count: count)
    for (row, person) in people.enumerated() where person >= 0 && !days[row].isNaN {
      let known = first[Int(person)]
      if known.isNaN || days[row] < known { first[Int(person)] = days[row] }
    }
    return first
  }

  /// The index day of each person, which all of their rows that have one must share.
  private static func indexDays(
    _ table: Table, _ column: String, people: [Int32], ids: CategoryValues
  ) throws -> [Double] {
    let days = try table.dates(of: column).dayNumbers
    var index = [Double](repeating: .nan, count: ids.levels.count)
    for (row, person) in people.enumerated() where person >= 0 && !days[row].isNaN {
      let known = index[Int(person)]
      guard known.isNaN || known == days[row] else {
        throw table.invalidValue(
          row: row, column: column,
          expected:
            "\(CalendarDay(number: Int(known))) as in an earlier row of person \(ids.levels[Int(person)]): an index date "
            + "is one date a person")
      }
      index[Int(person)] = days[row]
    }
    return index
  }
}

extension Table {
  /// The table with a column of times that are derived from dates, named by its unit: `day`, `week`, `month`
  /// or `year`.
  ///
  /// - Parameters:
  ///   - column: The dates of the visits.
  ///   - subject: The column that identifies people.
  ///   - index: The column with each person's index date; nil for their first visit.
  ///   - unit: The unit.
  /// - Returns: The table with the column at its end, and how the times were derived.
  /// - Throws: `TableError` for what is not a date and for an index date that differs between a person's
  ///   rows; `OutcomesError` where the name is taken already or the unit has no length.
  /// - Complexity: O(rows).
  public func addingTime(
    from column: String, subject: String, index: String? = nil, unit: TimeUnit = .day
  ) throws -> (table: Table, axis: TimeAxis) {
    let ids = try requireColumn(subject).asCategories()
    let dates = try VisitDates(self, column: column, ids: ids, index: index, unit: unit)
    guard self.column(unit.rawValue) == nil else {
      throw OutcomesError(
        "\(source.displayName):1: column '\(unit.rawValue)': the time that is derived from '\(column)' would have this name: rename "
          + "the column, or choose another unit of time")
    }
    return (try adding(.numeric(unit.rawValue, dates.times)), dates.axis)
  }

  /// The table with a column of durations from one date to another in the same row, and that column's name.
  ///
  /// - Throws: `TableError` for what is not a date and for an end before its start; `OutcomesError` for a
  ///   unit without a length.
  /// - Complexity: O(rows).
  public func addingDuration(
    from start: String, to end: String, unit: TimeUnit = .day
  ) throws -> (table: Table, column: String, axis: TimeAxis) {
    guard let length = unit.days else {
      throw OutcomesError(
        "\(source.displayName): the unit of time between dates is day, week, month or year, not visit")
    }
    let from = try dates(of: start)
    let to = try dates(of: end)
    guard from.clock == .none || to.clock == .none || (from.clock == .local) == (to.clock == .local) else {
      throw OutcomesError(
        "\(source.displayName): of '\(start)' and '\(end)' one has date-times with an offset from UTC and the other without: their days "
          + "cannot be compared")
    }
    var durations = [Double](repeating: .nan, count: rowCount)
    for row in durations.indices {
      let days = to.dayNumbers[row] - from.dayNumbers[row]
      if days < 0 {
        throw invalidValue(
          row: row, column: end,
          expected: "a date not before '\(start)', which is \(CalendarDay(number: Int(from.dayNumbers[row])))"
        )
      }
      durations[row] = days / length
    }
    let name = "\(unit.rawValue)s from \(start) to \(end)"
    let axis = TimeAxis(
      column: end, origin: .start(column: start), unit: unit, rowsBeforeZero: 0, peopleBeforeZero: 0,
      isUTC: to.clock == .utc)
    return (try adding(.numeric(name, durations)), name, axis)
  }
}
