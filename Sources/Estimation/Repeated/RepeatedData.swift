internal import CohortTables
internal import LinearAlgebra

/// The rows of a model by person, and their sums by pattern.
struct RepeatedData: Sendable {
  let rows: RepeatedRows
  let system: RepeatedSystem
  /// Whether a column of the plan differs within some person.
  let varies: [Bool]
  let visits: VisitColumn
  /// Where visits lie in time; empty for names.
  let times: [Double]
  /// The levels of the column that covariances are by.
  let groups: [String]
  /// The column that identifies people.
  let subject: String

  var groupCount: Int { max(groups.count, 1) }
  var visitCount: Int { visits.names.count }

  /// The most parameters that one group's covariance may have.
  private static let mostParameters = 1000

  init(
    _ model: RepeatedMeasuresModel, _ frame: ModelFrame, in table: Table, executor: some FoldExecutor
  ) throws {
    let subjects = try table.requireColumn(model.subject).asCategories().codes.array()
    subject = model.subject
    visits = try Self.visits(model, frame, in: table)
    times = try Self.times(model, visits, in: table)
    guard visits.names.count > 1 else {
      throw EstimationError(
        .unsupported,
        "'\(model.visit)' has the single visit \(visits.names.first ?? "") among the used rows: without repeated measures use a "
          + "linear model")
    }
    let order = try PersonOrder(
      frame, subject: subjects, visits: visits, correlation: .unstructured, in: table)
    let groups = try model.covarianceBy.map { try Self.groups($0, frame, in: table) }
    self.groups = groups?.levels ?? []
    rows = try RepeatedRows(
      frame, order: order, groups: groups.map { (model.covarianceBy ?? "", $0.codes) }, in: table)
    let columns = frame.plan.columnCount
    let sums = try executor.run(
      PatternSums(columnCount: columns, weightKind: model.options.weights?.kind), over: rows)
    varies = sums.varies
    system = try RepeatedSystem(sums, rows: rows, columnCount: columns, options: frame.options, in: table)
    guard system.observationCount > Double(system.columnCount) else {
      throw EstimationError(
        .tooFewRows,
        "\(Expression.text(of: system.observationCount)) rows cannot give \(system.columnCount) coefficients and a covariance"
      )
    }
  }

  private static func visits(
    _ model: RepeatedMeasuresModel, _ frame: ModelFrame, in table: Table
  ) throws -> VisitColumn {
    var rows = frame.usedRows
    if model.unobservedVisits == .kept {
      switch try table.requireColumn(model.visit).values {
      case .category(let values):
        let codes = values.codes.array()
        rows = RowSelection(codes.indices.filter { codes[$0] >= 0 })
      case .numeric(let values):
        let numbers = values.array()
        rows = RowSelection(numbers.indices.filter { !numbers[$0].isNaN })
      }
    }
    return try VisitColumn(model.visit, correlation: .unstructured, usedRows: rows, in: table)
  }

  private static func times(
    _ model: RepeatedMeasuresModel, _ visits: VisitColumn, in table: Table
  ) throws -> [Double] {
    guard ([model.covariance] + model.fallback).contains(.spatialExponential) else { return [] }
    guard case .numeric(let values) = try table.requireColumn(model.visit).values else {
      throw EstimationError(
        .unusableColumn,
        "the spatial exponential takes distances in time, and '\(model.visit)' holds names: give a numeric column"
      )
    }
    var times = [Double](repeating: 0, count: visits.names.count)
    for (row, value) in values.array().enumerated() where !value.isNaN { times[visits.places[row]] = value }
    return times
  }

  private static func groups(
    _ column: String, _ frame: ModelFrame, in table: Table
  ) throws -> (levels: [String], codes: [Int]) {
    let values = try table.requireColumn(column).asCategories()
    let codes = values.codes.array()
    var place = [Int](repeating: -1, count: values.levels.count)
    for row in frame.usedRows { place[Int(codes[row])] = 0 }
    let used = place.indices.filter { place[$0] == 0 }
    for (index, code) in used.enumerated() { place[code] = index }
    return (used.map { values.levels[$0] }, codes.map { $0 < 0 ? -1 : place[Int($0)] })
  }

  // MARK: - Structures

  func shape(_ structure: RepeatedCovariance) -> CovarianceShape {
    CovarianceShape(structure: structure, visitCount: visitCount, times: times)
  }

  /// One structure that was tried.
  struct Attempt: Sendable {
    let structure: RepeatedCovariance
    let solution: RepeatedSolution?
    /// Why it was not taken; nil for the one that was.
    let trouble: String?
  }

  /// Tries the structures in turn until one converges.
  ///
  /// - Throws: `EstimationError` when none gives any estimate.
  func attempts(_ model: RepeatedMeasuresModel, executor: some FoldExecutor) throws -> [Attempt] {
    var attempts: [Attempt] = []
    for structure in [model.covariance] + model.fallback {
      let attempt = try attempt(structure, model, executor: executor)
      attempts.append(attempt)
      if attempt.trouble == nil { break }
    }
    guard attempts.contains(where: { $0.solution != nil }) else {
      let reasons = attempts.map { "\($0.structure.label): \($0.trouble ?? "")" }
      throw EstimationError(
        .notEstimable,
        "the data do not determine the covariance: \(reasons.joined(separator: "; "))"
          + (model.fallback.isEmpty ? "; a structure with fewer parameters may do, or a fallback" : ""))
    }
    return attempts
  }

  private func attempt(
    _ structure: RepeatedCovariance, _ model: RepeatedMeasuresModel, executor: some FoldExecutor
  ) throws -> Attempt {
    let shape = shape(structure)
    guard shape.parameterCount <= Self.mostParameters else {
      return Attempt(
        structure: structure, solution: nil,
        trouble:
          "\(visitCount) visits have \(shape.parameterCount) parameters, more than \(Self.mostParameters)")
    }
    let start = RepeatedStart(system, shape, groupCount: groupCount)
    if let trouble = obstacle(structure, start) {
      return Attempt(structure: structure, solution: nil, trouble: trouble)
    }
    let search = RepeatedSearch(
      system: system, shape: shape, groupCount: groupCount, isRestricted: model.method == .reml)
    var best: RepeatedSolution?
    var reason = ""
    // One start will do, unless its search fails: then others have their turn.
    for share in Self.startingShares {
      do {
        let result = try search.run(from: start.parameters(share: share), executor: executor)
        let solution = try RepeatedSolution(
          system, shape, groupCount: groupCount, model, search: result, executor: executor)
        if solution.trouble == nil {
          return Attempt(structure: structure, solution: solution, trouble: nil)
        }
        if let found = best, found.point.criterion <= solution.point.criterion { continue }
        best = solution
      } catch let failure as RepeatedSearch.Failure {
        reason = failure.reason
      }
    }
    return Attempt(structure: structure, solution: best, trouble: best?.trouble ?? reason)
  }

  /// What share of the moments' correlations searches start with, in turn.
  private static let startingShares = [1, 0.4, 0]

  /// What in the data stands against a structure before any search.
  private func obstacle(_ structure: RepeatedCovariance, _ start: RepeatedStart) -> String? {
    guard !system.isExact else { return "the terms reproduce the response exactly" }
    if structure == .unstructured || structure.isHeterogeneous, let empty = start.emptyVisit {
      let group = groups.isEmpty ? "" : " of \(groups[empty.group])"
      return "visit \(visits.names[empty.visit])\(group) has no residual variation"
    }
    guard structure == .unstructured else { return nil }
    for group in 0..<groupCount {
      for b in 0..<visitCount {
        for a in 0..<b where start.counts[group][a, b] == 0 {
          return "no person has both visits \(visits.names[a]) and \(visits.names[b])"
            + (groups.isEmpty ? "" : " among \(groups[group])")
        }
      }
    }
    return nil
  }
}

extension RepeatedSearch.Failure {
  /// The reason in words.
  var reason: String {
    switch self {
    case .start: "no positive definite covariance to start from was found"
    case .notIdentified:
      "the information about its parameters is singular: too few people have the visits together"
    }
  }
}
