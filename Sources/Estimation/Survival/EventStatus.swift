import CohortTables

/// What ended each row of a survival response: 0 for censoring, 1 and on for the causes of the event.
struct EventStatus: Sendable {
  /// The cause of each row of the table; -1 where it is missing.
  let codes: [Int32]
  /// The names of the causes; a single empty one where there is one kind of event.
  let causes: [String]
  /// How the column was read.
  let diagnostics: [Diagnostic]

  /// Reads one kind of event: 0 and 1, yes and no, or the value that the formula names.
  init(_ status: Formula.Status, timeColumn: String, table: Table) throws {
    let reader = StatusReader(status, timeColumn: timeColumn, table: table)
    let (events, diagnostics) = try reader.events(times: [])
    codes = events.map { $0.isNaN ? -1 : $0 == 1 ? 1 : 0 }
    causes = [""]
    self.diagnostics = diagnostics
  }

  /// Reads several causes: the first level, or the one named as reference, is censoring.
  init(causesOf column: String, reference: String?, table: Table) throws {
    let values = try table.requireColumn(column).asCategories()
    guard let censoring = reference ?? values.levels.first else {
      throw EstimationError(.unusableColumn, "column '\(column)' holds no status")
    }
    guard let censored = values.levels.firstIndex(of: censoring) else {
      throw EstimationError(
        .unknownLevel,
        "column '\(column)' never has the value '\(censoring)', which was named as censoring; it has "
          + values.levels.prefix(8).joined(separator: ", "))
    }
    let others = values.levels.indices.filter { $0 != censored }
    var codeOfLevel = [Int32](repeating: 0, count: values.levels.count)
    for (place, level) in others.enumerated() { codeOfLevel[level] = Int32(place + 1) }
    codes = values.codes.map { $0 < 0 ? -1 : codeOfLevel[Int($0)] }
    causes = others.map { values.levels[$0] }
    diagnostics = [
      Diagnostic(
        .coding, .note, terms: [column],
        "'\(column)': '\(censoring)' was read as censored, \(causes.map { "'\($0)'" }.joined(separator: ", ")) as "
          + "causes of the event; --reference \(column)=LEVEL names another level for censoring")
    ]
  }

  /// Whether a column holds more than one kind of event.
  ///
  /// It does where it holds whole numbers from 0 to 2 or more without a gap, or words other than
  /// yes and no. What is neither this nor one kind of event is refused where it is read.
  static func hasSeveralCauses(_ status: Formula.Status, in table: Table) throws -> Bool {
    guard status.event == nil else { return false }
    switch try table.requireColumn(status.column).values {
    case .numeric(let values):
      var present = Set<Double>()
      for value in values.array() where !value.isNaN {
        present.insert(value)
        if present.count > 100 { break }
      }
      return present.count > 2 && present == Set((0..<present.count).map(Double.init))
    case .category(let values):
      return !values.levels.contains { ["true", "false", "yes", "no"].contains($0.lowercased()) }
    }
  }
}
