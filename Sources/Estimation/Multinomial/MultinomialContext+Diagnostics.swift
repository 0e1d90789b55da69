extension MultinomialContext {
  /// What a reader must know about the fit.
  func diagnostics(_ rows: RowAccounting, separation: SeparationReport?) -> [Diagnostic] {
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
    result += Diagnostic.aliased(
      frame.plan, kept: columns.kept,
      "determined by earlier terms and left out of every equation; take them out of the formula or recode them"
    )
    if let separation {
      result.append(separation.diagnostic(remedy: "merge levels or drop the term"))
    } else if !search.convergence.isConverged {
      result.append(Diagnostic(.notConverged, .serious, search.convergence.message))
    }
    return result + clusterNotes(rows)
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
