extension MultinomialContext {
  /// What a reader must know about the fit.
  func diagnostics(_ rows: RowAccounting, unbounded: [(term: String, isIncreasing: Bool)]) -> [Diagnostic] {
    var result = frame.diagnostics
    result.append(
      Diagnostic(
        .coding, .note, terms: [outcome.column],
        "each equation is of the odds of a level of '\(outcome.column)' against '\(outcome.levels[0])'"))
    if !outcome.unused.isEmpty {
      result.append(
        Diagnostic(
          .coding, .note, terms: [outcome.column],
          "no used row has \(outcome.unused.map { "'\($0)'" }.joined(separator: ", ")): the model knows nothing of it"
        ))
    }
    result += Diagnostic.dependence(rows)
    let kept = Set(columns.kept)
    let aliased = frame.plan.columnNames.indices.filter { !kept.contains($0) }
      .map { frame.plan.columnNames[$0] }
    if !aliased.isEmpty {
      result.append(
        Diagnostic(
          .aliased, .caution, terms: aliased,
          "\(aliased.joined(separator: ", ")): determined by earlier terms and left out of every equation; take "
            + "them out of the formula or recode them"))
    }
    if let separation = search.separation {
      result.append(separationNote(separation, unbounded))
    } else if !search.convergence.isConverged {
      result.append(Diagnostic(.notConverged, .serious, search.convergence.message))
    }
    return result + clusterNotes(rows)
  }

  private func separationNote(
    _ separation: MultinomialSeparation, _ unbounded: [(term: String, isIncreasing: Bool)]
  ) -> Diagnostic {
    let directions = unbounded.map { "\($0.term) to \($0.isIncreasing ? "plus" : "minus") infinity" }
    let kind = separation.isComplete ? "complete" : "quasi-complete"
    return Diagnostic(
      .monotoneLikelihood, .serious, terms: unbounded.map(\.term),
      "\(kind) separation: the likelihood grows for ever as \(directions.joined(separator: " and ")); merge levels "
        + "or drop the term")
  }

  private func clusterNotes(_ rows: RowAccounting) -> [Diagnostic] {
    guard let clusters = rows.clusters, clusters.count < Diagnostic.fewestClusters else { return [] }
    return [
      Diagnostic(
        .fewClusters, .caution,
        "cluster-robust errors without a correction for small samples are too small on average with as few as "
          + "\(clusters.count) clusters")
    ]
  }
}
