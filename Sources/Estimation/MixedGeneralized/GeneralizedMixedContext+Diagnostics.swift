internal import LinearAlgebra

extension GeneralizedMixedContext {
  /// The random terms whose covariance is singular, with what is 0 or 1 in them.
  var boundaries: [(term: Formula.RandomTerm, what: String)] {
    var result: [(term: Formula.RandomTerm, what: String)] = []
    for (index, grouping) in groupings.enumerated() {
      let structure = objective.structures[index]
      let own = objective.ranges[index]
      for (part, term) in zip(grouping.parts, structure.terms) {
        let theta = term.places.map { point.parameters[own.lowerBound + $0] }
        guard let what = MixedContext.boundary(part, term, theta, factors[index]) else { continue }
        result.append((part.term, what.words))
      }
    }
    return result
  }

  var separation: SeparationReport? {
    data.separation.map { SeparationReport($0, plan: data.frame.plan, rows: data.rows) }
  }

  func diagnostics() -> [Diagnostic] {
    var result = Diagnostic.aliased(data.frame.plan, kept: data.rows.columns)
    if let separation {
      result.append(
        separation.diagnostic(
          remedy:
            "merge levels or drop the term, or use Firth's penalised likelihood without random effects (--firth)"
        ))
    } else if !convergence.isConverged {
      result.append(Diagnostic(.notConverged, .serious, convergence.message))
    }
    for boundary in boundaries {
      result.append(
        Diagnostic(
          .boundary, .caution, terms: [boundary.term.text],
          "\(boundary.term.text): \(boundary.what) at the optimum: the rows show no such variation between the groups of "
            + "\(boundary.term.group) beyond that of single rows. The fit is valid and all else is estimated given this; a simpler "
            + "term (one that leaves it out, or ||) fits as well"))
    }
    return result + integrationNotes() + groupNotes()
  }

  private func groupNotes() -> [Diagnostic] {
    groupings.compactMap { grouping in
      let count = grouping.groups.count
      guard count < Self.fewForZ else { return nil }
      return count < MixedContext.fewGroups
        ? Diagnostic(
          .smallSample, .caution, terms: [grouping.name],
          "\(count) groups of \(grouping.name): a variance between so few is hardly known; compare with \(grouping.name) as a "
            + "fixed term")
        : Diagnostic(
          .smallSample, .note, terms: [grouping.name],
          "\(count) groups of \(grouping.name): z tests take the variance between them as known, so that p values of terms "
            + "that vary between groups are somewhat too small")
    }
  }

  private func integrationNotes() -> [Diagnostic] {
    guard convergence.isConverged else { return [] }
    if let check {
      guard max(check.shift, check.deviationShift) > IntegrationCheck.mostShift else { return [] }
      func tenths(_ x: Double) -> Double { (10 * x).rounded() / 10 }
      let remedy =
        model.integration.points > 1
        ? "use more points (--quadrature \(check.points))"
        : "use quadrature (--quadrature \(max(check.points, 10)))"
      return [
        Diagnostic(
          .assumption, .caution, terms: [check.term],
          "\(model.integration.label) is coarse here: with \(check.points) points \(check.term) would move by about "
            + "\(tenths(check.shift)) standard errors and the standard deviation of the effects by about "
            + "\(Int((100 * check.deviationShift).rounded()))%; \(remedy)")
      ]
    }
    guard model.family == .binomial, model.integration.points == 1, let trials = fewestTrials,
      trials.count < Self.fewTrials
    else { return [] }
    return [
      Diagnostic(
        .assumption, .caution, terms: [trials.group],
        "\((10 * trials.count).rounded() / 10) trials for each effect of \(trials.group) on average: Laplace's approximation "
          + "takes variances of effects of so few binary responses as too small, and coefficients as too near 0; quadrature, for one "
          + "set of groups with one or two effects, does not")
    ]
  }

  /// The mean number of trials for each random effect, where it is least.
  private var fewestTrials: (group: String, count: Double)? {
    let total = data.grouped.order.reduce(0.0) { $0 + (data.trials?[$1] ?? 1) }
    return groupings.map { ($0.name, total / Double($0.groups.count * $0.width)) }.min { $0.1 < $1.1 }
  }

  private static let fewForZ = 20
  private static let fewTrials = 10.0

  var convergence: Convergence {
    let run = record.runs[0]
    let last = run.scaledGradients.last(where: \.isFinite) ?? .nan
    let steps = run.stepShares.count
    let isConverged = run.isConverged && data.separation == nil && data.uniform == nil
    var message = "converged in \(steps) steps"
    if let separation {
      message = "not converged: \(separation.kind), the likelihood grows for ever"
    } else if let uniform = data.uniform {
      message =
        "not converged: every group of \(uniform) has one and the same response in all of its rows, so that the likelihood grows "
        + "for ever with the variance between them; analyse one row a group"
    } else if !run.isConverged {
      message =
        "no optimum of the likelihood was reached in \(steps) steps (scaled gradient \(last)): \(reason)"
    }
    return Convergence(
      isConverged: isConverged, iterations: steps,
      criterion: "gradient in units of the Hessian's Cholesky factor", value: last, message: message)
  }

  /// What most likely stands in the way of an optimum.
  private var reason: String {
    let large = components.filter { ($0.standardDeviation ?? 0) > 10 }
    guard let first = large.first else {
      return "the random terms may be more than the rows can tell apart; use fewer"
    }
    return
      "the variance of \(first.term == "(Intercept)" ? "the constant" : first.term) between the groups of \(first.group) "
      + "grows without bound, as it does when nearly every group has one and the same response in all of its rows"
  }
}
