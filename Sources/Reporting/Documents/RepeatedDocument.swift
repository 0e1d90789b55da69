internal import CohortTables
public import Estimation
internal import LinearAlgebra

extension RepeatedMeasuresFit: DocumentedFit {
  /// The design's least supported column, or that parameter of the covariance of which the fewest people tell.
  public var leastSupport: Support {
    let fewest = residualCovariances.flatMap(\.parameters).map(\.people).filter { $0 > 0 }.min()
    guard let fewest, fewest < support.least.fewest else { return support.least }
    return Support(people: fewest)
  }

  /// A mixed model for repeated measures, with the covariance of its visits and the record of the search.
  public var description: FitDescription {
    var result = FitDescription(
      title: "Mixed model for repeated measures", model: modelMembers,
      statistics: [
        "log_lik": .optional(logLikelihood), "reml_criterion": remlCriterion.map { .number($0) },
        "deviance": method == .ml ? .optional(deviance) : nil, "aic": .optional(aic), "bic": .optional(bic),
        "bic_n": .optional(subjectCount), "parameters": .integer(parameterCount),
        "df_residual": .optional(residualDegreesOfFreedom),
      ], summary: summary)
    result.members["residual_covariance"] = .array(residualCovariances.map(json))
    result.members["visits"] = .about(people: fewestAtVisits, .array(visitRows.map(Self.json)))
    result.members["optimisation"] = .about(people: fewest, .object(["steps": .array(record.map(Self.json))]))
    result.tables = [visitTable] + residualCovariances.flatMap(tables) + [searchTable.resting(on: fewest)]
    result.convergence = convergence
    return result
  }

  private var usesInformation: Bool {
    robust == nil && (degreesOfFreedomMethod == .satterthwaite || degreesOfFreedomMethod.isKenwardRoger)
  }

  private var modelMembers: [String: JSONValue?] {
    [
      "kind": .string("repeated_measures"), "family": .string("gaussian"), "link": .string("identity"),
      "method": .string(method.rawValue),
      "df_method": .string(robust == nil ? degreesOfFreedomMethod.rawValue : "satterthwaite"),
      "df_information": usesInformation ? .string(information.rawValue) : nil,
      "covariance_structure": .string(structure.rawValue),
      "covariance_structure_requested": structure == requestedStructure
        ? nil : .string(requestedStructure.rawValue),
      "covariance_by": covarianceBy.map { .string($0) },
      "constrained_baseline": constrainedBaseline.map {
        .object([
          "arm": .string($0.arm), "visit": .string($0.visit),
          "reference": .optional(plan.referenceLevels[$0.arm] ?? options.references[$0.arm]),
        ])
      }, "subject": .string(subject), "visit": .string(visit),
      "vcov": .string(
        robust?.rawValue
          ?? (degreesOfFreedomMethod.isKenwardRoger ? degreesOfFreedomMethod.rawValue : "model")),
      "vcov_cluster": robust == nil ? .null : .string(subject),
    ]
  }

  private var summary: TidyTable {
    var summary = TidyTable(
      name: "statistics", title: "Model",
      columns: [
        "n", "people", "parameters", "log_lik", method == .reml ? "reml_criterion" : "deviance", "aic", "bic",
      ])
    summary.append([
      .number(observationCount), .number(subjectCount), .integer(parameterCount), .number(logLikelihood),
      .number(deviance), .number(aic), .number(bic),
    ])
    return summary
  }

  // MARK: - Visits

  private var visitRows: [(group: String?, visit: String, people: Int)] {
    residualCovariances.flatMap { own in
      zip(visits, own.visitPeople).map { (own.group, $0, $1) }
    }
  }

  /// One small visit would follow from the others: all rest on the smallest.
  private var fewestAtVisits: Int { visitRows.map(\.people).filter { $0 > 0 }.min() ?? 0 }

  private var visitTable: TidyTable {
    TidyTable(
      name: "visits", title: "People with each \(visit)", columns: groupColumn + ["visit", "people"],
      rows: visitRows.map { cells($0.group) + [.text($0.visit), .integer($0.people)] }
    ).resting(on: fewestAtVisits)
  }

  private static func json(_ row: (group: String?, visit: String, people: Int)) -> JSONValue {
    .object([
      "group": .string(row.group ?? "all"), "visit": .string(row.visit), "people": .integer(row.people),
    ])
  }

  /// The column that covariances are by, under a name that the gate knows.
  private var groupColumn: [String] { covarianceBy == nil ? [] : ["group"] }

  private func cells(_ group: String?) -> [CSVCell] { group.map { [.text($0)] } ?? [] }

  // MARK: - Covariance

  private func json(_ own: ResidualCovariance) -> JSONValue {
    func elements(_ matrix: Matrix?) -> JSONValue {
      guard let matrix else { return .null }
      return .array(
        (0..<matrix.rowCount).map { a in
          .array(
            (0..<matrix.columnCount).map { b in
              .about(people: own.elementPeople?[a][b] ?? 0, .optional(matrix[a, b]))
            })
        })
    }
    return .object([
      "group": .string(own.group ?? "all"), "visits": .array(visits.map(JSONValue.string)),
      "matrix": elements(own.covariance), "correlation": elements(own.correlation),
      "parameters": .array(
        own.parameters.map { parameter in
          .about(
            people: parameter.people,
            .object([
              "name": .string(parameter.name), "estimate": .optional(parameter.estimate),
              "std_error": .optional(parameter.standardError),
            ]))
        }),
    ])
  }

  private func tables(_ own: ResidualCovariance) -> [TidyTable] {
    let group = own.group.map { ", \($0)" } ?? ""
    let shape = "\(structure.label)\(group)"
    guard let covariance = own.covariance, let correlation = own.correlation, visits.count <= Self.mostShown
    else { return [parameterTable(own, "Residual covariance (\(shape))")] }
    var tables = [
      triangle(covariance, own, name: "residual_covariance", "Residual covariance (\(shape))"),
      triangle(correlation, own, name: "residual_correlation", "Residual correlations (\(shape))"),
    ]
    if structure != .unstructured {
      tables.append(parameterTable(own, "Parameters of the covariance (\(shape))"))
    }
    return tables
  }

  /// Up to so many visits matrices are shown.
  private static let mostShown = 20

  /// The lower triangle, by visit: each row is about the people who tell of its elements.
  private func triangle(
    _ matrix: Matrix, _ own: ResidualCovariance, name: String, _ title: String
  ) -> TidyTable {
    let labels = visits.map { ["group", "visit", "std_dev"].contains($0) ? "visit \($0)" : $0 }
    let isCorrelation = name == "residual_correlation"
    var table = TidyTable(
      name: name, title: title, columns: groupColumn + ["visit"] + (isCorrelation ? [] : ["std_dev"]) + labels
    )
    table.labels = Set(labels)
    for (a, visit) in visits.enumerated() {
      let elements = visits.indices.map { b in b <= a ? CSVCell.number(matrix[a, b]) : .missing }
      let deviation: [CSVCell] = isCorrelation ? [] : [.number(matrix[a, a].squareRoot())]
      table.append(
        cells(own.group) + [.text(visit)] + deviation + elements,
        people: (own.elementPeople?[a][...a]).flatMap { $0.filter { $0 > 0 }.min() })
    }
    return table
  }

  private func parameterTable(_ own: ResidualCovariance, _ title: String) -> TidyTable {
    var table = TidyTable(
      name: "covariance_parameters", title: title, columns: groupColumn + ["name", "estimate", "std_error"])
    for parameter in own.parameters {
      table.append(
        cells(own.group) + [
          .text(parameter.name), .optional(parameter.estimate), .optional(parameter.standardError),
        ], people: parameter.people)
    }
    return table
  }

  // MARK: - Search

  private static func json(_ step: OptimisationStep) -> JSONValue {
    .object([
      "criterion": .optional(step.criterion), "decrement": .optional(step.decrement),
      "radius": .optional(step.radius), "accepted": .bool(step.isAccepted),
    ])
  }

  private var searchTable: TidyTable {
    TidyTable(
      name: "optimisation", title: "Search for the covariance",
      columns: ["structure", "steps", "criterion", "scaled_gradient", "converged"],
      rows: [
        [
          .text(structure.rawValue), .integer(record.count), .number(deviance), .optional(convergence.value),
          .text(convergence.isConverged ? "yes" : "no"),
        ]
      ])
  }
}
