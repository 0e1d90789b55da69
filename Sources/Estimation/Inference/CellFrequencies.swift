public import CohortTables

/// How often each combination of the categorical columns' levels occurs among a fit's used rows.
///
/// Frequency and sampling weights are summed; precision weights are not frequencies, so that rows count once.
public struct CellFrequencies: Sendable, Equatable {
  /// A combination that occurs.
  public struct Cell: Sendable, Equatable {
    /// The level of each column.
    public let levels: [String]
    /// Rows, or the sum of their weights.
    public let weight: Double
  }

  /// The categorical columns of the model, in formula order.
  public let columns: [String]
  /// The combinations that occur, in the order of their levels.
  public let cells: [Cell]

  /// Frequencies from elsewhere, such as a population to standardise to.
  ///
  /// - Precondition: Each cell has a level for each column and a weight that is not negative.
  public init(columns: [String], cells: [Cell]) {
    precondition(cells.allSatisfy { $0.levels.count == columns.count && $0.weight >= 0 })
    self.columns = columns
    self.cells = cells
  }
}

extension CellFrequencies.Cell {
  /// A combination and its weight.
  public init(_ levels: [String], weight: Double) {
    self.levels = levels
    self.weight = weight
  }
}

extension FittedModel {
  /// Counts the combinations of the model's categorical columns over the used rows of its table.
  ///
  /// - Throws: `EstimationError` when the table is not the one that the model was fitted to.
  /// - Complexity: O(rows).
  public func cellFrequencies(in table: Table) throws -> CellFrequencies {
    let rows = try fittedRows(in: table)
    let known = plan.variables.filter { $0.levels != nil }
    var columns: [String] = []
    for variable in known where !columns.contains(variable.source.columns[0]) {
      columns.append(variable.source.columns[0])
    }
    let codes = try columns.map { name -> [Int] in
      let values = try table.requireColumn(name).asCategories()
      let levels = plan.levels(of: name) ?? []
      let map = values.levels.map { levels.firstIndex(of: $0) ?? -1 }
      return values.codes.array().map { $0 < 0 ? -1 : map[Int($0)] }
    }
    var counts: [[Int]: Double] = [:]
    for (position, row) in rows.used.enumerated() {
      counts[codes.map { $0[row] }, default: 0] += rows.copies?[position] ?? 1
    }
    let cells = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, weight in
      CellFrequencies.Cell(zip(columns, key).map { plan.levels(of: $0)?[$1] ?? "" }, weight: weight)
    }
    return CellFrequencies(columns: columns, cells: cells)
  }
}

/// How the levels of columns that are not asked for are averaged over.
public enum MarginWeights: Sendable, Equatable {
  /// Every level counts the same: as in a balanced design.
  case equal
  /// Combinations of the other columns count by their share of all rows, the same for every mean.
  case proportional(CellFrequencies)
  /// Combinations count by their share of the rows that the mean itself belongs to.
  case cells(CellFrequencies)

  /// The name in results.
  public var name: String {
    switch self {
    case .equal: "equal"
    case .proportional: "proportional"
    case .cells: "cells"
    }
  }
}
