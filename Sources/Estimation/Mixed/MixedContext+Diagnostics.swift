internal import LinearAlgebra

extension MixedContext {
  /// The random terms whose covariance is singular, with what is 0 or 1 in them.
  var boundaries: [(term: Formula.RandomTerm, what: String, names: [String])] {
    var result: [(term: Formula.RandomTerm, what: String, names: [String])] = []
    let factors = objective.factors(value.theta)
    for (index, grouping) in rows.random.groupings.enumerated() {
      let structure = objective.structures[index]
      let own = objective.ranges(\.parameterCount)[index]
      for (part, term) in zip(grouping.parts, structure.terms) {
        let theta = term.places.map { value.theta[own.lowerBound + $0] }
        guard let what = Self.boundary(part, term, theta, factors[index]) else { continue }
        result.append((part.term, what.words, what.names))
      }
    }
    return result
  }

  /// What is 0 or 1 in the covariance of a term, in words and as names; nil where nothing is.
  static func boundary(
    _ part: RandomDesign.Part, _ term: TermParameters, _ theta: [Double], _ factor: Matrix
  ) -> (words: String, names: [String])? {
    let names = part.plan.columnNames.map { $0 == "(Intercept)" ? "the constant" : $0 }
    func variances(_ zero: [String]) -> String {
      zero.count == 1
        ? "the variance of \(zero[0]) is 0" : "the variances of \(zero.joined(separator: ", ")) are 0"
    }
    switch part.covariance {
    case .diagonal:
      let zero = theta.indices.filter { abs(theta[$0]) < boundaryTolerance }
      return zero.isEmpty ? nil : (variances(zero.map { names[$0] }), zero.map { part.plan.columnNames[$0] })
    case .compoundSymmetry:
      let isZero = theta.map { abs($0) < boundaryTolerance }
      guard isZero.contains(true) else { return nil }
      let words =
        isZero == [true, true]
        ? variances(names)
        : isZero[1]
          ? "all correlations are 1"
          : "all correlations have their least possible value, -1 / (number of effects - 1)"
      return (words, part.plan.columnNames)
    case .unstructured:
      let own = Array(part.columns)
      let block =
        term.isInSumCoordinates ? factor.selecting(rows: own, columns: own) : lower(theta, width: own.count)
      let covariance = block * block.transposed()
      let deviations = covariance.diagonal.map { $0.squareRoot() }
      let zero = deviations.indices.filter { deviations[$0] < boundaryTolerance }
      if !zero.isEmpty { return (variances(zero.map { names[$0] }), zero.map { part.plan.columnNames[$0] }) }
      guard let values = try? SingularValueDecomposition(block).values, let least = values.min(),
        least < boundaryTolerance
      else { return nil }
      guard own.count == 2 else {
        return ("some combination of \(names.joined(separator: ", ")) does not vary", part.plan.columnNames)
      }
      let sign = covariance[0, 1] > 0 ? "1" : "-1"
      return ("the correlation of \(names[0]) and \(names[1]) is \(sign)", part.plan.columnNames)
    }
  }

  private static func lower(_ theta: [Double], width: Int) -> Matrix {
    var result = Matrix(rowCount: width, columnCount: width)
    for a in 0..<width {
      for b in 0...a { result[a, b] = theta[LaneLayout.pair(a, b)] }
    }
    return result
  }

  func diagnostics(aliased: [String]) -> [Diagnostic] {
    var result: [Diagnostic] = []
    if !aliased.isEmpty {
      result.append(
        Diagnostic(
          .aliased, .caution, terms: aliased,
          "\(aliased.joined(separator: ", ")): determined by earlier terms and left out; take them out of the formula or "
            + "recode them"))
    }
    for boundary in boundaries {
      result.append(
        Diagnostic(
          .boundary, .caution, terms: [boundary.term.text],
          "\(boundary.term.text): \(boundary.what) at the optimum: \(Self.reason(boundary.what, boundary.term.group)). The fit "
            + "is valid and all else is estimated given this; a simpler term (one that leaves it out, or ||) fits as well"
        ))
    }
    if !convergence.isConverged {
      result.append(Diagnostic(.notConverged, .serious, convergence.message))
    }
    for grouping in rows.random.groupings where grouping.groups.count < Self.fewGroups {
      result.append(
        Diagnostic(
          .smallSample, .caution, terms: [grouping.name],
          "\(grouping.groups.count) groups of \(grouping.name): a variance between so few is hardly known; compare with "
            + "\(grouping.name) as a fixed term"))
    }
    if objective.sums.trailing > Self.mostTrailing {
      result.append(
        Diagnostic(
          .notComputed, .note,
          "\(objective.sums.trailing) crossed effects are too many for exact information matrices (up to "
            + "\(Self.mostTrailing)): degrees of freedom rest on the average information"))
    }
    return result
  }

  /// What the rows say at a boundary: of a variance of 0, or of effects that do not vary apart.
  private static func reason(_ what: String, _ group: String) -> String {
    what.hasPrefix("the variance")
      ? "the rows show no such variation between the groups of \(group) beyond that of single rows"
      : "the rows do not show these effects to vary apart from each other between the groups of \(group)"
  }

  /// Below about this many groups a variance between them is hardly estimable.
  static let fewGroups = 5

  var convergence: Convergence {
    let run = record.runs[0]
    let last = run.scaledGradients.last(where: \.isFinite) ?? .nan
    return Convergence(
      isConverged: run.isConverged, iterations: run.stepShares.count,
      criterion: "gradient in units of the Hessian's Cholesky factor", value: last,
      message: run.isConverged
        ? "converged in \(run.stepShares.count) steps"
        : "no optimum of the likelihood was reached in \(run.stepShares.count) steps (scaled gradient \(last)): the random terms "
          + "may be more than the rows can tell apart; use fewer")
  }
}
