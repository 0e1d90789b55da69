import CohortTables

/// How large the design of a model may become.
///
/// A categorical variable has a column for all but one of its levels, and a fit takes memory with the square of
/// the columns and time with the rows times that square. A column of text that is an identifier, or numbers with a slip among them, has
/// about as many levels as rows: such a formula would not end, and is refused before anything is computed.
enum DesignLimit {
  /// The most levels of one variable.
  static let mostLevels = 1_000
  /// The most columns of all terms: a triangular factor of them takes 32 MB, and a pass over 20,000 rows some 10 s.
  static let mostColumns = 2_000

  /// Refuses a variable with too many levels; where a few cells made text of numbers, the first of them is named.
  ///
  /// - Throws: `EstimationError` with code ``EstimationError/Code/designTooLarge``.
  static func check(_ name: String, levelCount: Int, in table: Table) throws {
    guard levelCount > mostLevels else { return }
    let reason = table.column(name)?.inference?.textAmongNumbers
    let remedy =
      reason.map { "it was read as text, because \($0): correct the cell, or name it as a missing code" }
      ?? "take it out of the formula, or join its levels"
    throw EstimationError(
      .designTooLarge,
      "\(table.source.displayName): column '\(name)' has \(levelCount) levels among the used rows, and a model takes at most "
        + "\(mostLevels) of one variable; \(remedy)")
  }

  /// Refuses terms with too many columns together, counted before any is named.
  ///
  /// - Throws: `EstimationError` with code ``EstimationError/Code/designTooLarge``.
  static func check(_ formula: Formula, _ variables: [DesignPlan.Variable], in table: Table) throws {
    var total = 1.0
    for term in formula.terms {
      total += term.variables.reduce(1.0) { product, variable in
        product * Double(variables.first { $0.source == variable }.map(width) ?? 1)
      }
      guard total > Double(mostColumns) else { continue }
      throw EstimationError(
        .designTooLarge,
        "\(table.source.displayName): the formula has more than \(mostColumns) columns up to the term \(term.label): take out "
          + "interactions, or join levels")
    }
  }

  /// The columns that a variable has at most, less one for its reference level.
  private static func width(_ variable: DesignPlan.Variable) -> Int {
    switch variable.kind {
    case .numeric: 1
    case .basis(let basis): basis.width
    case .categorical(let levels): max(1, levels.count - 1)
    }
  }
}
