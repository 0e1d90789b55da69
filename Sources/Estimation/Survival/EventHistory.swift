package import CohortTables

/// The used rows of a survival formula as arrays: entry, exit, what happened, weight, group and stratum.
package struct EventHistory: Sendable {
  /// The numbers in the table of the used rows.
  package let rows: RowSelection
  /// When each row came under observation; nil where all did at the beginning.
  package let entry: [Double]?
  /// When observation ended.
  package let exit: [Double]
  /// 0 for censoring, 1 and on for the causes.
  package let cause: [Int32]
  /// The names of the causes; a single empty one where there is one kind of event.
  package let causes: [String]
  /// How often each row counts, or how many it stands for.
  package let weights: [Double]?
  /// Whether a weight is so many rows.
  package let weightsAreCopies: Bool
  /// The group of each row.
  package let group: [Int32]
  /// The columns and levels of each group, the first column slowest.
  package let groups: [[GridCoordinate]]
  /// The stratum of each row.
  package let stratum: [Int32]
  /// How many strata there are.
  package let stratumCount: Int
  /// Which rows belong together in robust errors; nil where each stands alone.
  package let cluster: [Int32]?
  /// Rows that are not the last of a person's consecutive ones: their end is no censoring.
  package let goesOn: [Bool]?
  /// Rows that follow at once on another of the same person: their start is no entry.
  package let follows: [Bool]?
  /// What was read, used and left out.
  package let accounting: RowAccounting
  /// What a reader must know.
  package let diagnostics: [Diagnostic]

  /// Reads the rows of a formula.
  ///
  /// - Parameters:
  ///   - formula: `Surv(time, status)` or `Surv(start, stop, status)` by groups and strata.
  ///   - table: The data.
  ///   - options: Options shared by all models.
  ///   - severalCauses: Whether the status column holds several kinds of events.
  ///   - executor: Runs the checks of rows.
  /// - Throws: `TableError`, `EstimationError`.
  package init(
    _ formula: Formula, _ table: Table, options: ModelOptions, severalCauses: Bool = false,
    executor: some FoldExecutor
  ) throws {
    try ModelFrame.refuseDates(in: formula, table)
    let response = try HistoryResponse(
      formula.response, table, references: options.references, severalCauses: severalCauses)
    if options.weights?.kind == .precision {
      throw EstimationError(
        .notBuilt,
        "survival curves take frequency and sampling weights; precision weights have no meaning for them")
    }
    let frame = try ModelFrame(
      formula, table: table, options: options, design: .groups,
      response: .prepared(checks: response.checks, diagnostics: response.status.diagnostics),
      executor: executor)
    let used = frame.usedRows
    let entry = response.start.map { all in used.map { all[$0] } }
    let exit = used.map { response.stop[$0] }
    let cause = used.map { response.status.codes[$0] }
    (rows, self.entry, self.exit, self.cause) = (used, entry, exit, cause)
    causes = response.status.causes
    weights = frame.weights.map { all in used.map { all[$0] } }
    weightsAreCopies = options.weights?.kind != .sampling
    let (groups, group) = try HistoryGroups.read(formula, rows: used, table: table)
    (self.groups, self.group) = (groups, group)
    stratum = frame.strata.map { all in used.map { all.codes[$0] } } ?? []
    stratumCount = frame.strata?.levels.count ?? 1
    let people = try options.subject.map { try table.requireColumn($0).asCategories().codes.array() }
    let subject = people.map { all in used.map { all[$0] } }
    cluster = frame.clusters.map { all in used.map { all[$0] } }
    let stretches = subject.map {
      PersonStretches(subject: $0, group: group, entry: entry, exit: exit, cause: cause)
    }
    goesOn = entry == nil ? nil : stretches?.goesOn
    follows = entry == nil ? nil : stretches?.follows
    accounting = response.counted(frame.accounting, rows: frame.usedRows, arm: options.arm, table: table)
    let isIndependent = entry != nil && stretches?.hasOneEventEach == true
    diagnostics = frame.diagnostics + (isIndependent ? [] : Diagnostic.dependence(accounting))
  }
}

/// The columns of a survival response.
private struct HistoryResponse {
  let start: [Double]?
  let stop: [Double]
  let status: EventStatus
  let checks: [RowScreen.Check]

  init(
    _ response: Formula.Response, _ table: Table, references: [String: String], severalCauses: Bool
  ) throws {
    let names: (start: String?, stop: String, status: Formula.Status)
    switch response {
    case .value: throw EstimationError(.unsupported, "a survival model needs Surv(time, status) as response")
    case .survival(let time, let status): names = (nil, time, status)
    case .countingProcess(let start, let stop, let status): names = (start, stop, status)
    }
    stop = try table.requireColumn(names.stop).numericValues()
    start = try names.start.map { try table.requireColumn($0).numericValues() }
    status =
      severalCauses
      ? try EventStatus(
        causesOf: names.status.column, reference: references[names.status.column], table: table)
      : try EventStatus(names.status, timeColumn: names.stop, table: table)
    if let start, let name = names.start {
      try Self.check(start: start, stop: stop, names: (name, names.stop), table)
    } else {
      for (row, time) in stop.enumerated() where time < 0 || time.isInfinite {
        throw EstimationError(
          .unusableColumn,
          "\(Self.place(row, table)): column '\(names.stop)': time \(time), expected a finite time of at least 0"
        )
      }
    }
    var checks: [RowScreen.Check] = []
    if let start, let name = names.start {
      checks.append(RowScreen.Check(reason: "missing \(name)", test: .missingNumber(start)))
    }
    checks.append(RowScreen.Check(reason: "missing \(names.stop)", test: .missingNumber(stop)))
    checks.append(
      RowScreen.Check(reason: "missing \(names.status.column)", test: .missingCategory(status.codes)))
    self.checks = checks
  }

  private static func check(
    start: [Double], stop: [Double], names: (start: String, stop: String), _ table: Table
  ) throws {
    for row in start.indices where start[row].isInfinite || stop[row].isInfinite || start[row] >= stop[row] {
      throw EstimationError(
        .unusableColumn,
        "\(place(row, table)): '\(names.start)' is \(Expression.text(of: start[row])) and '\(names.stop)' "
          + "\(Expression.text(of: stop[row])), expected finite times, the start before the end")
    }
  }

  private static func place(_ row: Int, _ table: Table) -> String {
    table.source.displayName + (table.lineNumber(ofRow: row).map { ":\($0)" } ?? "")
  }

  /// Adds events and time at risk to a row accounting.
  func counted(_ accounting: RowAccounting, rows: RowSelection, arm: String?, table: Table) -> RowAccounting {
    func isEvent(_ row: Int) -> Bool { status.codes[row] > 0 }
    func duration(_ row: Int) -> Double { stop[row] - (start?[row] ?? 0) }
    var result = accounting
    result.events = rows.count(where: isEvent)
    result.timeAtRisk = rows.reduce(0) { $0 + duration($1) }
    guard let arm, let values = table.column(arm)?.asCategories() else { return result }
    var events = [Int](repeating: 0, count: values.levels.count + 1)
    var times = [Double](repeating: 0, count: values.levels.count + 1)
    for row in rows {
      events[Int(values.codes[row]) + 1] += isEvent(row) ? 1 : 0
      times[Int(values.codes[row]) + 1] += duration(row)
    }
    result.byArm = result.byArm?.map { entry in
      let place = values.levels.firstIndex(of: entry.arm).map { $0 + 1 } ?? 0
      var entry = entry
      entry.events = events[place]
      entry.timeAtRisk = times[place]
      return entry
    }
    return result
  }
}

/// The groups that a formula's right-hand side makes of the rows.
private enum HistoryGroups {
  static func read(_ formula: Formula, rows: RowSelection, table: Table) throws -> (
    [[GridCoordinate]], [Int32]
  ) {
    guard formula.offsets.isEmpty else {
      throw EstimationError(.unsupported, "curves are drawn by groups: an offset has no place in them")
    }
    var columns: [(name: String, values: CategoryValues)] = []
    for variable in formula.variables {
      switch variable {
      case .column(let name), .factor(let name):
        columns.append((name, try table.requireColumn(name).asCategories()))
      case .expression, .polynomial, .naturalSpline, .bSpline, .piecewise:
        throw EstimationError(
          .unsupported, "curves are drawn by groups: '\(variable.label)' is arithmetic, not a column")
      }
    }
    guard !columns.isEmpty else { return ([[]], [Int32](repeating: 0, count: rows.count)) }
    var combined = [Int](repeating: 0, count: rows.count)
    for (_, values) in columns {
      let codes = values.codes.array()
      for (place, row) in rows.enumerated() {
        combined[place] = combined[place] * values.levels.count + Int(codes[row])
      }
    }
    let present = Array(Set(combined)).sorted()
    let position = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, Int32($0)) })
    var known = (code: -1, position: Int32(0))
    let codes = combined.map { code -> Int32 in
      if code != known.code { known = (code, position[code] ?? 0) }
      return known.position
    }
    let labels = present.map { code -> [GridCoordinate] in
      var rest = code
      return Array(
        columns.reversed().map { name, values in
          defer { rest /= values.levels.count }
          return GridCoordinate(column: name, value: .level(values.levels[rest % values.levels.count]))
        }.reversed())
    }
    return (labels, codes)
  }
}

/// Which rows of a person follow on each other without a gap.
private struct PersonStretches {
  var goesOn: [Bool]
  var follows: [Bool]
  /// Whether nobody has more than one event, or is under observation twice at a time.
  var hasOneEventEach = true

  init(subject: [Int32], group: [Int32], entry: [Double]?, exit: [Double], cause: [Int32]) {
    let count = subject.count
    goesOn = [Bool](repeating: false, count: count)
    follows = goesOn
    guard let entry else {
      hasOneEventEach = Set(subject).count == count
      return
    }
    let order = subject.indices.sorted { (subject[$0], entry[$0], $0) < (subject[$1], entry[$1], $1) }
    for (row, next) in zip(order, order.dropFirst()) where subject[row] == subject[next] {
      if cause[row] > 0 || entry[next] < exit[row] { hasOneEventEach = false }
      guard group[row] == group[next], exit[row] == entry[next] else { continue }
      follows[next] = true
      if cause[row] == 0 { goesOn[row] = true }
    }
  }
}
