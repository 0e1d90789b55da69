import CohortTables
public import Estimation

extension TidyTable {
  /// The predicted effects of single groups, such as people, with both variances; covariances stand as rows of two terms.
  ///
  /// - Parameters:
  ///   - effects: The effects, one set of groups after the other.
  ///   - confidenceLevel: The level of the limits.
  public init(_ effects: [RandomEffects], confidenceLevel: Double) {
    self.init(
      name: "random_effects",
      title: "Predicted effects of single groups (normal limits, variances taken as known)",
      columns: [
        "group", "level", "term", "estimate", "std_error", "conf_low", "conf_high",
        "prediction_error_variance", "conditional_variance",
      ],
      rows: effects.flatMap { own in
        own.predictions.map { row in
          let limits = row.limits(confidenceLevel: confidenceLevel)
          return [
            .text(own.group), .text(row.level), .text(row.otherTerm.map { "\(row.term)~\($0)" } ?? row.term),
            .optional(row.estimate), .optional(row.standardError), .optional(limits?.lower),
            .optional(limits?.upper), .optional(row.predictionErrorVariance),
            .optional(row.conditionalVariance),
          ]
        }
      }, holdsPersons: true)
  }
}

extension ResultDocument {
  /// The result with predicted effects of single groups as a table and as the JSON's `random_effects`.
  ///
  /// The disclosure gate lets them pass: they are made only where they were asked for.
  ///
  /// - Parameters:
  ///   - effects: The effects, one set of groups after the other.
  ///   - confidenceLevel: The level of the limits.
  /// - Returns: The result with its other parts as they were.
  public func adding(_ effects: [RandomEffects], confidenceLevel: Double) -> ResultDocument {
    guard case .object(var members) = annotated else { return self }
    let table = TidyTable(effects, confidenceLevel: confidenceLevel)
    members["random_effects"] = table.json
    var result = ResultDocument(
      title: title, verdict: verdict, statements: statements, tables: tables + [table],
      diagnostics: diagnostics, accounting: accounting, json: .object(members), gate: gate)
    result.findings = findings
    return result
  }
}

extension ResultDocument {
  /// The result without predicted effects of single groups, and these on their own.
  public var separatingPeople: (result: ResultDocument, people: TidyTable?) {
    guard let people = tables.first(where: { $0.name == "random_effects" && $0.holdsPersons }),
      case .object(var members) = annotated
    else { return (self, nil) }
    members["random_effects"] = nil
    var result = ResultDocument(
      title: title, verdict: verdict, statements: statements, tables: tables.filter { !$0.holdsPersons },
      diagnostics: diagnostics, accounting: accounting, json: .object(members), gate: gate)
    result.findings = findings
    return (result, people)
  }
}
