import CohortTables

/// The response of a formula, looked up in a table.
enum ResponseColumns: Sendable {
  case value(BoundExpression, label: String, columns: [RowScreen.Check])
  case survival(time: [Double], event: [Double], SurvivalLabels)
  /// A response that its model has read itself; with the events of each row of the table if it is yes or no.
  case prepared(checks: [RowScreen.Check], diagnostics: [Diagnostic], events: BinaryEvents? = nil)

  /// A yes-or-no response: the share of each row's trials with the event, and the trials, nil for one a row.
  struct BinaryEvents: Sendable {
    let shares: [Double]
    let trials: [Double]?

    /// How many trials of a row have the event, and how many have not.
    func counts(_ row: Int) -> (events: Double, nonEvents: Double) {
      let trials = trials?[row] ?? 1
      let events = (shares[row] * trials).rounded()
      return (events, trials - events)
    }
  }

  struct SurvivalLabels: Sendable {
    let checks: [RowScreen.Check]
    let diagnostics: [Diagnostic]
  }

  init(_ response: Formula.Response, in table: Table) throws {
    switch response {
    case .value(let expression):
      if case .binary(.over, .column(let a), .column(let b)) = expression {
        throw EstimationError(
          .notBuilt,
          "a response of successes / trials ('\(a) / \(b)') needs the binomial family (--family binomial); "
            + "write I(\(a) / \(b)) to model the ratio as a number")
      }
      let checks = try Self.unique(expression.columns).map { try ModelFrame.missing($0, in: table) }
      self = .value(try BoundExpression(expression, in: table), label: "\(expression)", columns: checks)
    case .countingProcess:
      throw EstimationError(
        .notBuilt, "Surv(start, stop, status) is not built yet; Surv(time, status) is")
    case .survival(let time, let status):
      let times = try table.requireColumn(time).numericValues()
      let reader = StatusReader(status, timeColumn: time, table: table)
      let (events, diagnostics) = try reader.events(times: times)
      let checks = [
        RowScreen.Check(reason: "missing \(time)", test: .missingNumber(times)),
        RowScreen.Check(reason: "missing \(status.column)", test: .missingNumber(events)),
      ]
      self = .survival(
        time: times, event: events, SurvivalLabels(checks: checks, diagnostics: diagnostics))
    }
  }

  private static func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The reasons for which the response leaves a row out.
  var checks: [RowScreen.Check] {
    switch self {
    case .survival(_, _, let labels): return labels.checks
    case .prepared(let checks, _, _): return checks
    case .value(let expression, let label, let columns):
      return columns + [RowScreen.Check(reason: "\(label) is not finite", test: .notFinite(expression))]
    }
  }

  var diagnostics: [Diagnostic] {
    switch self {
    case .survival(_, _, let labels): return labels.diagnostics
    case .prepared(_, let diagnostics, _): return diagnostics
    case .value: return []
    }
  }

  /// Adds events and time at risk to a row accounting.
  func counted(
    _ accounting: RowAccounting, frameRows: RowSelection, arm: String?, table: Table
  ) -> RowAccounting {
    guard case .survival(let time, let event, _) = self else { return accounting }
    var result = accounting
    result.events = frameRows.count { event[$0] == 1 }
    result.timeAtRisk = frameRows.reduce(0) { $0 + time[$1] }
    guard let arm, let values = table.column(arm)?.asCategories() else { return result }
    result.byArm = result.byArm?.map { entry in
      let rows = frameRows.filter {
        values.codes[$0] < 0 ? entry.arm == "(missing)" : values.levels[Int(values.codes[$0])] == entry.arm
      }
      var entry = entry
      entry.events = rows.count { event[$0] == 1 }
      entry.timeAtRisk = rows.reduce(0) { $0 + time[$1] }
      return entry
    }
    return result
  }
}

/// Reads an event status as 0 and 1, and refuses what is neither.
struct StatusReader {
  let status: Formula.Status
  let timeColumn: String
  let table: Table

  init(_ status: Formula.Status, timeColumn: String, table: Table) {
    self.status = status
    self.timeColumn = timeColumn
    self.table = table
  }

  /// 1 for an event, 0 for a censored row, NaN where the status is missing.
  func events(times: [Double]) throws -> ([Double], [Diagnostic]) {
    for (row, time) in times.enumerated() where time < 0 || time.isInfinite {
      throw EstimationError(
        .unusableColumn,
        "\(place(row)): column '\(timeColumn)': time \(time), expected a finite time of at least 0")
    }
    let column = try table.requireColumn(status.column)
    if let wanted = status.event {
      let values = column.asCategories()
      guard let code = values.levels.firstIndex(of: wanted) else {
        throw EstimationError(
          .unknownLevel,
          "column '\(status.column)' never has the value '\(wanted)'; it has "
            + values.levels.prefix(8).joined(separator: ", "))
      }
      return (values.codes.map { $0 < 0 ? .nan : (Int($0) == code ? 1 : 0) }, [])
    }
    switch column.values {
    case .numeric(let values): return try numericStatus(values.array())
    case .category(let values): return (try logicalStatus(values), [])
    }
  }

  /// 0 and 1, or 1 (censored) and 2 (event) as R accepts them; the latter is said.
  private func numericStatus(_ values: [Double]) throws -> ([Double], [Diagnostic]) {
    let present = Set(values.filter { !$0.isNaN })
    if present.isSubset(of: [0, 1]) { return (values, []) }
    if present.isSubset(of: [1, 2]) {
      let note = Diagnostic(
        .coding, .note, terms: [status.column],
        "'\(status.column)' holds 1 and 2: 1 was read as censored and 2 as the event, as R does")
      return (values.map { $0 - 1 }, [note])
    }
    let row = values.firstIndex { !$0.isNaN && $0 != 0 && $0 != 1 } ?? 0
    throw EstimationError(
      .unusableColumn,
      "\(place(row)): column '\(status.column)': status \(Expression.text(of: values[row])), "
        + "expected 0 (censored) or 1 (event); for another code write Surv(\(timeColumn), \(status.column) == 2)"
    )
  }

  private func logicalStatus(_ values: CategoryValues) throws -> [Double] {
    let meaning = try values.levels.map { level -> Double in
      switch level.lowercased() {
      case "true", "yes": return 1
      case "false", "no": return 0
      default:
        throw EstimationError(
          .unusableColumn,
          "column '\(status.column)' holds '\(level)', expected 0 or 1, true or false, yes or no; "
            + "for another text write Surv(\(timeColumn), \(status.column) == \"\(level)\")")
      }
    }
    return values.codes.map { $0 < 0 ? .nan : meaning[Int($0)] }
  }

  private func place(_ row: Int) -> String {
    table.source.displayName + (table.lineNumber(ofRow: row).map { ":\($0)" } ?? "")
  }
}
