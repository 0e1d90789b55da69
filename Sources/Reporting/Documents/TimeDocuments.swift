import CohortTables
import Estimation
public import Outcomes

extension ResultDocument {
  /// The result with what its times were derived from, as notes and as the JSON's `time`.
  public func stating(_ axis: TimeAxis) -> ResultDocument {
    let notes = axis.notes.map { Diagnostic(.assumption, .note, terms: [axis.column], $0) }
    var json = annotated
    if case .object(var members) = json {
      var known: [JSONValue] = []
      if case .array(let values) = members["diagnostics"] { known = values }
      if case .array(let own) = ContractJSON.diagnostics(notes) {
        members["diagnostics"] = .array(known + own)
      }
      members["time"] = axis.json
      json = .object(members)
    }
    return ResultDocument(
      title: title, verdict: verdict, statements: statements, tables: tables,
      diagnostics: diagnostics + notes,
      accounting: accounting, json: json)
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
