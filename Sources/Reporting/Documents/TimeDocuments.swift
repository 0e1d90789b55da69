import CohortTables
public import Estimation
public import Outcomes

extension ResultDocument {
  /// The result with what its times were derived from, as notes and as the JSON's `time`.
  public func stating(_ axis: TimeAxis) -> ResultDocument {
    let notes = axis.notes.map { Diagnostic(.assumption, .note, terms: [axis.column], $0) }
    return adding(notes, members: ["time": axis.json])
  }

  /// The result with further things that a reader must know.
  public func adding(_ further: [Diagnostic]) -> ResultDocument {
    further.isEmpty ? self : adding(further, members: [:])
  }

  private func adding(_ further: [Diagnostic], members more: [String: JSONValue]) -> ResultDocument {
    var json = annotated
    if case .object(var members) = json {
      var known: [JSONValue] = []
      if case .array(let values) = members["diagnostics"] { known = values }
      if case .array(let own) = ContractJSON.diagnostics(further) {
        members["diagnostics"] = .array(known + own)
      }
      json = .object(members.merging(more) { _, new in new })
    }
    var result = ResultDocument(
      title: title, verdict: verdict, statements: statements, tables: tables,
      diagnostics: diagnostics + further, accounting: accounting, json: json, gate: gate)
    result.findings = findings
    return result
  }
}

extension TimeAxis {
  /// The contract's `time` object.
  var json: JSONValue {
    let origin: String =
      switch origin {
      case .firstVisit: "first_visit"
      case .indexDate: "index_date"
      case .start: "start"
      }
    return .object([
      "column": .string(column), "origin": .string(origin), "origin_column": .optional(originColumn),
      "unit": .string(unit.rawValue), "days_per_unit": .optional(unit.days),
      "rows_before_zero": .integer(rowsBeforeZero), "people_before_zero": .integer(peopleBeforeZero),
      "statement": .string(statement),
    ])
  }
}

extension Report.Cohort {
  /// Says once how times were derived from dates.
  public mutating func state(_ axis: TimeAxis) {
    let sentences = axis.notes.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
    methods += sentences.filter { !methods.contains($0) }
  }
}
