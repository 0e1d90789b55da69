internal import LinearAlgebra

/// What the parts of a fitted repeated-measures model are made from.
struct RepeatedContext: Sendable {
  let model: RepeatedMeasuresModel
  let frame: ModelFrame
  let data: RepeatedData
  let attempts: [RepeatedData.Attempt]
  let solution: RepeatedSolution

  /// Above this many visits the covariance matrix is not written out.
  private static let mostWrittenVisits = 100

  var inference: RepeatedInference {
    RepeatedInference(
      method: model.degreesOfFreedom, map: solution.map, sensitivity: solution.sensitivity,
      betweenWithin: RepeatedInference.BetweenWithin(
        data.system, varies: data.varies, hasIntercept: frame.plan.hasIntercept),
      residual: data.system.observationCount - Double(data.system.columnCount))
  }

  var residualCovariances: [RepeatedMeasuresFit.ResidualCovariance] {
    let (shape, point) = (solution.shape, solution.point.covariance)
    let names = shape.names(data.visits.names)
    return (0..<data.groupCount).map { group in
      let parameters = point.parameters(ofGroup: group)
      let matrix = data.visitCount <= Self.mostWrittenVisits ? shape.matrix(at: parameters) : nil
      let start = group * parameters.count
      let people = RepeatedPeople(data.system.patterns, point, group: group)
      return RepeatedMeasuresFit.ResidualCovariance(
        group: data.groups.isEmpty ? nil : data.groups[group],
        parameters: parameters.indices.map { k in
          RepeatedMeasuresFit.CovarianceParameter(
            name: names[k], estimate: parameters[k],
            standardError: solution.observedCovariance.map { $0[start + k, start + k].squareRoot() },
            people: people.parameters[k])
        },
        covariance: matrix,
        correlation: matrix.map { own in
          let scales = own.diagonal.map { 1 / $0.squareRoot() }
          var result = own.scalingRows(by: scales).scalingColumns(by: scales)
          for a in scales.indices { result[a, a] = 1 }
          return result
        }, visitPeople: people.visits,
        elementPeople: matrix.map { own in
          (0..<own.rowCount).map { a in
            (0..<own.rowCount).map { b in people.fewest(point.entry(group, min(a, b), max(a, b))) }
          }
        })
    }
  }

  var convergence: Convergence {
    Convergence(
      isConverged: solution.isConverged, iterations: solution.search.steps.count,
      criterion: "largest element of the gradient scaled by the Hessian's Cholesky factor",
      value: solution.scaledGradient,
      message: solution.trouble ?? "the search for the covariance ended at a maximum of the likelihood")
  }

  func coefficients(_ covariance: Matrix, sandwich: RepeatedSandwich?) -> [Coefficient] {
    let names = frame.plan.columnNames
    let beta = solution.coefficients
    let inference = inference
    let modelCovariance = inference.map.transposed() * inference.map
    let position = Dictionary(uniqueKeysWithValues: data.system.kept.enumerated().map { ($1, $0) })
    return names.indices.map { column in
      guard let k = position[column] else { return .aliased(term: names[column]) }
      let unit = beta.indices.map { $0 == k ? 1.0 : 0 }
      let df =
        sandwich.map { $0.degreesOfFreedom(of: inference.map * unit) } ?? inference.degreesOfFreedom(of: unit)
      let isModel = sandwich == nil && !model.degreesOfFreedom.isKenwardRoger
      return .wald(
        term: names[column], estimate: beta[k], variance: covariance[k, k], degreesOfFreedom: df,
        level: frame.options.confidenceLevel, modelVariance: isModel ? nil : modelCovariance[k, k])
    }
  }

  // MARK: - Diagnostics

  func diagnostics(sandwich: RepeatedSandwich?, _ coefficients: [Coefficient]) -> [Diagnostic] {
    aliased + refused + unfinished + visitOrder + missing + small
      + (sandwich?.diagnostics(
        model.robust, coefficients, names: data.system.kept.map { frame.plan.columnNames[$0] },
        coordinates: inference.map.transposed()) ?? [])
  }

  private var aliased: [Diagnostic] {
    let kept = Set(data.system.kept)
    let names = frame.plan.columnNames.indices.filter { !kept.contains($0) }.map {
      frame.plan.columnNames[$0]
    }
    guard !names.isEmpty else { return [] }
    return [
      Diagnostic(
        .aliased, .caution, terms: names,
        "\(names.joined(separator: ", ")): determined by earlier terms and left out; take them out of the "
          + "formula or recode them")
    ]
  }

  /// The structures that could not be fitted, and what stands in for them.
  private var refused: [Diagnostic] {
    guard solution.trouble == nil else { return [] }
    let chosen = attempts.last?.structure ?? model.covariance
    return attempts.dropLast().map { attempt in
      Diagnostic(
        .covarianceStructure, .caution,
        "the \(attempt.structure.label) covariance could not be fitted: \(attempt.trouble ?? ""). The declared fallback "
          + "\(chosen.label) was used")
    }
  }

  private var unfinished: [Diagnostic] {
    guard let trouble = solution.trouble else { return [] }
    let others = attempts.filter { $0.solution == nil || $0.trouble != nil }.dropFirst().map {
      "\($0.structure.label) failed too (\($0.trouble ?? ""))"
    }
    let remedy =
      model.fallback.isEmpty
      ? "try a structure with fewer parameters, or declare a fallback" : others.joined(separator: ", ")
    return [
      Diagnostic(
        .notConverged, .serious,
        "the \(solution.shape.structure.label) covariance did not converge: \(trouble); \(vanished ?? remedy)"
      )
    ]
  }

  /// Visits whose variance the search brought down to nothing.
  private var vanished: String? {
    let variances = residualCovariances.compactMap { $0.covariance?.diagonal }
    let largest = variances.joined().max() ?? 0
    let names = data.visits.names.indices.filter { visit in
      variances.contains { $0[visit] < Self.nothing * largest }
    }.map { data.visits.names[$0] }
    guard !names.isEmpty else { return nil }
    return
      "nothing of the response is left beside the terms at \(names.count == 1 ? "visit" : "visits") "
      + "\(names.joined(separator: ", ")): a covariate may be the response itself there, such as a baseline score; leave these "
      + "rows out, or the covariate"
  }

  /// A variance below this share of the largest is a vanished one.
  private static let nothing = 1e-10

  private var visitOrder: [Diagnostic] {
    var result: [Diagnostic] = []
    let isLagged = solution.shape.structure.needsOrder && solution.shape.structure != .spatialExponential
    if isLagged {
      result.append(
        Diagnostic(
          .covarianceStructure, .note, terms: [model.visit],
          "visits are taken in the order \(data.visits.names.joined(separator: ", ")), each next to the one before"
        ))
    }
    let observed = Set(data.system.patterns.flatMap(\.pattern.visits))
    let empty = data.visits.names.indices.filter { !observed.contains($0) }.map { data.visits.names[$0] }
    if !empty.isEmpty {
      result.append(
        Diagnostic(
          .missingData, .note, terms: [model.visit],
          "visits without a used row keep their place in the order: \(empty.joined(separator: ", "))"))
    }
    return result
  }

  private var missing: [Diagnostic] {
    guard data.system.patterns.contains(where: { $0.visitCount < data.visitCount }) else { return [] }
    return [
      Diagnostic(
        .missingData, .note,
        "people have different visits: those that are missing are taken as missing at random, given the observed "
          + "outcomes and the terms of the model")
    ]
  }

  private var small: [Diagnostic] {
    guard solution.sensitivity == nil, model.degreesOfFreedom != .residual,
      model.degreesOfFreedom != .betweenWithin
    else { return [] }
    return [
      Diagnostic(
        .notComputed, .serious,
        "the information about the covariance is not positive definite, so that degrees of freedom cannot be computed: "
          + "ask for residual or between-within ones, or a simpler structure")
    ]
  }
}
