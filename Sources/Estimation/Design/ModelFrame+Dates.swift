import CohortTables

extension ModelFrame {
  /// Refuses columns of dates where a formula takes numbers, and says how dates become times.
  ///
  /// `factor(date)` takes every date as a level, and is let through.
  static func refuseDates(in formula: Formula, _ table: Table) throws {
    let names: [String] =
      switch formula.response {
      case .value(let expression): expression.columns
      case .survival(let time, _): [time]
      case .countingProcess(let start, let stop, _): [start, stop]
      }
    let variables = formula.variables.flatMap { variable -> [String] in
      if case .factor = variable { return [] }
      return variable.columns
    }
    for name in names + variables + formula.offsets.flatMap(\.columns) {
      guard let column = table.column(name), DateColumn.isHeld(by: column) else { continue }
      if case .survival(let time, _) = formula.response, time == name {
        throw EstimationError(
          .unusableColumn,
          "\(table.source.displayName): column '\(name)' holds dates, and a survival time is a number: derive it from two dates (tandem "
            + "relapse --start COL --end COL), or write the days into the file")
      }
      throw EstimationError(
        .unusableColumn,
        "\(table.source.displayName): column '\(name)' holds dates, and a formula needs numbers: derive the time first (with "
          + "--time \(name) --subject ID, 'day' in the formula is the days since each person's first date, and with --time-unit week "
          + "'week' the weeks), or write factor(\(name)) to take each date as a level")
    }
  }
}
