public import CohortTables
internal import LinearAlgebra

/// How much each row counts in a linear fit, and how far it lies from it.
///
/// With the weighted design's orthonormal rows `q_i`, residuals `e_i`, weights `w_i`, residual standard
/// deviation s on n - p degrees of freedom:
/// ```
/// h_i = q_i'q_i                          leverage
/// r_i = sqrt(w_i) e_i / (s sqrt(1 - h_i))        standardised residual
/// s_(i)^2 = ((n - p) s^2 - w_i e_i^2 / (1 - h_i)) / (n - p - 1)
/// t_i = sqrt(w_i) e_i / (s_(i) sqrt(1 - h_i))    studentised: by the fit without the row
/// D_i = r_i^2 h_i / ((1 - h_i) p)        Cook's distance
/// ```
/// A frequency weight stands for equal rows: the numbers are those of one of them. Where a row alone
/// determines a coefficient (h = 1) only the leverage exists; the others are NaN.
///
/// ## References
/// Belsley, Kuh and Welsch (1980), Regression Diagnostics, ch. 2; Cook (1977), Technometrics 19:15-18.
public struct RowDiagnostics: Sendable {
  /// The used rows, as indices into the table.
  public internal(set) var rows: [Int] = []
  /// The fitted values, offsets included.
  public internal(set) var fitted: [Double] = []
  /// Response less fitted value.
  public internal(set) var residuals: [Double] = []
  /// The weight of the row in its own fitted value.
  public internal(set) var leverage: [Double] = []
  /// Residuals over their standard error.
  public internal(set) var standardized: [Double] = []
  /// Residuals over their standard error by the fit without the row: t with n - p - 1 degrees of freedom.
  public internal(set) var studentized: [Double] = []
  /// How far all fitted values move when the row is left out.
  public internal(set) var cooksDistance: [Double] = []
}

extension LinearFit {
  /// Leverage, residuals and influence of each used row.
  ///
  /// - Parameter table: The table that the model was fitted to.
  /// - Returns: One value of each kind for each used row.
  /// - Throws: `TableError`, or `EstimationError` when the table does not have the rows of the fit.
  /// - Complexity: O(rows x columns^2) time; O(rows) numbers kept.
  public func rowDiagnostics(_ table: Table) throws -> RowDiagnostics {
    let frame = try ModelFrame(formula, table: table, options: options)
    guard frame.usedRows.count == rows.used else {
      throw EstimationError(
        .unsupported,
        "\(table.source.displayName): \(frame.usedRows.count) rows can be used, and the model was fitted to \(rows.used): give the "
          + "table of the fit")
    }
    let design = try BoundDesign(plan, offsets: formula.offsets, in: table)
    let source = try DesignSource(frame, design: design)
    var result = RowDiagnostics()
    result.rows = Array(frame.usedRows)
    for leaf in 0..<source.leafCount {
      source.forEachBlock(ofLeaf: leaf) { append($0, to: &result) }
    }
    if !formula.offsets.isEmpty {
      for (i, offset) in design.offset(rows: result.rows).enumerated() { result.fitted[i] += offset }
    }
    return result
  }

  private func append(_ block: DesignBlock, to result: inout RowDiagnostics) {
    let (coordinates, residuals) = solution.coordinatesAndResiduals(of: block)
    let response = block.response
    let rank = Double(estimated.count)
    let df = residualDegreesOfFreedom ?? .nan
    for (i, residual) in residuals.enumerated() {
      let weight = block.weights?[i] ?? 1
      let root = options.countsCopies ? 1 : weight.squareRoot()
      var leverage = 0.0
      for j in estimated.indices { leverage += coordinates[i, j] * coordinates[i, j] }
      leverage *= root * root
      let left = 1 - leverage > 1e-10 ? 1 - leverage : .nan
      let own = root * residual / left.squareRoot()
      let standardized = own / (sigma ?? .nan)
      let without = (residualSumOfSquares - own * own) / (df - 1)
      result.fitted.append(response[i] - residual)
      result.residuals.append(residual)
      result.leverage.append(leverage)
      result.standardized.append(standardized)
      result.studentized.append(df > 1 && without > 0 ? own / without.squareRoot() : .nan)
      result.cooksDistance.append(standardized * standardized * leverage / (left * rank))
    }
  }
}
