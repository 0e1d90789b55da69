public import CohortTables

/// The rows that a model was fitted to, found again in its table.
public struct FittedRows: Sendable {
  /// The used rows, in table order.
  public let used: [Int]
  /// For each used row how many rows or people it stands for (frequency and sampling weights); nil when one.
  public let copies: [Double]?
  /// For each used row the precision weight; nil when there are none.
  public let precision: [Double]?
  /// For each used row the code of its cluster; nil when rows stand alone.
  public let clusters: [Int32]?

  /// The sum of the copies.
  public var total: Double { copies?.reduce(0, +) ?? Double(used.count) }
}

extension FittedModel {
  /// The rows that the model was fitted to.
  ///
  /// - Throws: `EstimationError` when the table does not give as many used rows as the fit has.
  /// - Complexity: O(rows x columns of the formula).
  public func fittedRows(in table: Table) throws -> FittedRows {
    let weights = try options.weights.map { try ModelFrame.weights($0, in: table) }
    let strata = try formula.strata.map { try ModelFrame.missing($0, in: table) }
    var checks = try ModelFrame.checks(
      formula: formula,
      response: .prepared(checks: try responseChecks(in: table), diagnostics: []),
      weights: weights, strata: nil, options: options, in: table)
    checks += strata
    let screen = try RowScreen(rowCount: table.rowCount, checks: checks)
    guard screen.usedRows.count == rows.used, table.rowCount == rows.read else {
      throw EstimationError(
        .unsupported,
        "\(table.source.displayName) is not the table of this fit: \(screen.usedRows.count) of \(table.rowCount) rows could "
          + "be used, and the fit has \(rows.used) of \(rows.read)")
    }
    let chosen = weights.map { all in screen.usedRows.map { all[$0] } }
    let isPrecision = options.weights?.kind == .precision
    let clusters = try options.cluster.map { try table.requireColumn($0).asCategories().codes.array() }
    return FittedRows(
      used: Array(screen.usedRows), copies: isPrecision ? nil : chosen, precision: isPrecision ? chosen : nil,
      clusters: clusters.map { all in screen.usedRows.map { all[$0] } })
  }

  /// The reasons for which the response leaves a row out.
  private func responseChecks(in table: Table) throws -> [RowScreen.Check] {
    guard case .value = formula.response else {
      return try ResponseColumns(formula.response, in: table).checks
    }
    return try GeneralizedResponse(formula, family: responseFamily, options: options, in: table).checks
  }
}
