public import CohortTables
public import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

extension MultinomialFit {
  /// The probability of each level for each row of a table: rows x levels, in the order of ``levels``.
  ///
  /// The response need not be in the table. A row that lacks a value of the formula, or has a level of a category
  /// that no used row had, is NaN throughout; so is every row of a fit without finite estimates.
  ///
  /// - Throws: `TableError` when a column of the formula is missing or of the wrong type.
  /// - Complexity: O(rows x columns x levels).
  public func probabilities(in table: Table) throws -> Matrix {
    let design = try BoundDesign(plan, in: table)
    var result = Matrix(rowCount: table.rowCount, columnCount: levels.count, repeating: .nan)
    guard !coefficients.contains(where: { $0.estimate == nil && !$0.isAliased }) else { return result }
    let cut = LeafCut(rowCount: table.rowCount)
    for leaf in 0..<cut.leafCount {
      let rows = Array(cut.rows(ofLeaf: leaf))
      let eta = design.matrix(rows: rows) * equations
      for (i, row) in rows.enumerated() {
        let own = [0] + eta.row(i)
        guard own.allSatisfy(\.isFinite), let highest = own.max() else { continue }
        let shares = own.map { exp($0 - highest) }
        let sum = shares.reduce(0, +)
        for j in shares.indices { result[row, j] = shares[j] / sum }
      }
    }
    return result
  }
}
