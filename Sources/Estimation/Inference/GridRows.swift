import CohortTables
import LinearAlgebra

/// Averages of the design's rows over the free axes of a reference grid, without writing the grid out.
///
/// A column of the design is a product of factors, each of which reads few axes. Axes that are averaged over
/// independently of each other factor: the mean of a product is the product of the means. So the mean row of a
/// grid of 10 axes with 10 levels each costs 100 entries a column and not 10^10. Axes that one expression reads
/// together, such as in `I(x * z)`, form a cluster whose combinations are enumerated.
///
/// - Complexity: O(rows asked x columns x levels of the axes in a term).
struct GridRows: Sendable {
  /// Axes that must be looked at together, and the values of the variables that read them.
  private struct Cluster: Sendable {
    let axes: [Int]
    /// The position on each of the axes, for each combination.
    let cells: [[Int]]
  }

  private let grid: ReferenceGrid
  private let clusters: [Cluster]
  /// The cluster of each variable of the plan.
  private let clusterOf: [Int]
  /// For each factor of each term its columns at the cluster's cells.
  private let entries: [[[[Double]]]]
  /// For each offset its cluster and its values.
  private let offsets: [(cluster: Int, values: [Double])]

  private static let mostCells = 200_000

  init(_ grid: ReferenceGrid) throws {
    self.grid = grid
    let found = Self.groups(grid)
    // A formula of constants reads no axis.
    let groups = found.isEmpty ? [[]] : found
    clusters = try groups.map { try Self.cluster($0, grid) }
    let plan = grid.plan
    func cluster(reading columns: [String]) -> Int? {
      groups.firstIndex { axes in axes.contains { grid.axes[$0].column == columns.first } }
    }
    // A variable without columns, such as I(1), reads none of the clusters: any one does.
    let clusterOf = plan.variables.map { cluster(reading: $0.source.columns) ?? 0 }
    self.clusterOf = clusterOf
    let clusters = clusters
    let tables = try clusters.map { try Self.table($0.cells, axes: $0.axes, grid) }
    entries = try plan.terms.map { term in
      try term.factors.map { factor in
        let own = clusterOf[factor.variable]
        return try Self.columns(of: factor, plan, in: tables[own], cells: clusters[own], grid)
      }
    }
    offsets = try grid.offsets.map { offset in
      let own = cluster(reading: offset.columns) ?? 0
      let bound = try BoundExpression(offset, in: tables[own])
      return (own, bound.values(at: Array(clusters[own].cells.indices)))
    }
  }

  /// The mean rows for some assignments of positions to axes, where nil is averaged over, and the mean offsets.
  func rows(_ assignments: [[Int?]]) -> (rows: Matrix, offsets: [Double]) {
    var rows = Matrix(rowCount: assignments.count, columnCount: grid.plan.columnCount)
    var sums = [Double](repeating: 0, count: assignments.count)
    for (row, assignment) in assignments.enumerated() {
      let cells = clusters.map { cluster in
        cluster.cells.indices.filter { cell in
          zip(cluster.axes, cluster.cells[cell]).allSatisfy { axis, position in
            assignment[axis].map { $0 == position } ?? true
          }
        }
      }
      if grid.plan.hasIntercept { rows[row, 0] = 1 }
      for (index, term) in grid.plan.terms.enumerated() {
        for (k, value) in means(ofTerm: index, cells).enumerated() {
          rows[row, term.columns.lowerBound + k] = value
        }
      }
      for offset in offsets {
        let own = cells[offset.cluster]
        sums[row] += own.reduce(0) { $0 + offset.values[$1] } / Double(own.count)
      }
    }
    return (rows, sums)
  }

  /// The means of a term's columns, the first factor's columns fastest.
  private func means(ofTerm index: Int, _ cells: [[Int]]) -> [Double] {
    let factors = grid.plan.terms[index].factors
    let widths = factors.map(\.width)
    let involved = factors.map { clusterOf[$0.variable] }
    return (0..<widths.reduce(1, *)).map { column in
      var rest = column
      let own = widths.map { width in
        defer { rest /= width }
        return rest % width
      }
      var product = 1.0
      for cluster in Set(involved).sorted() {
        let parts = involved.indices.filter { involved[$0] == cluster }
        var sum = 0.0
        for cell in cells[cluster] {
          sum += parts.reduce(1) { $0 * entries[index][$1][own[$1]][cell] }
        }
        product *= sum / Double(cells[cluster].count)
      }
      return product
    }
  }

  // MARK: - Clusters

  /// Axes that an expression or an offset reads together.
  private static func groups(_ grid: ReferenceGrid) -> [[Int]] {
    var groups = grid.axes.indices.map { [$0] }
    let readers = grid.plan.variables.map(\.source.columns) + grid.offsets.map(\.columns)
    for columns in readers {
      let touched = groups.indices.filter { group in
        groups[group].contains { columns.contains(grid.axes[$0].column) }
      }
      guard touched.count > 1 else { continue }
      let merged = touched.flatMap { groups[$0] }.sorted()
      for group in touched.dropFirst().reversed() { groups.remove(at: group) }
      groups[touched[0]] = merged
    }
    return groups
  }

  private static func cluster(_ axes: [Int], _ grid: ReferenceGrid) throws -> Cluster {
    let sizes = axes.map { grid.axes[$0].values.count }
    let count = sizes.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard count <= mostCells, count >= 0 else {
      throw EstimationError(
        .unsupported,
        "the columns \(axes.map { grid.axes[$0].column }.joined(separator: ", ")) have \(count) combinations in the "
          + "reference grid; fix some with 'at' values")
    }
    let cells = (0..<count).map { cell in
      var rest = cell
      return sizes.map { size in
        defer { rest /= size }
        return rest % size
      }
    }
    return Cluster(axes: axes, cells: cells)
  }

  private static func table(_ cells: [[Int]], axes: [Int], _ grid: ReferenceGrid) throws -> Table {
    let columns = axes.enumerated().map { index, axis in
      Column.numeric(
        grid.axes[axis].column, cells.map { grid.axes[axis].values[$0[index]].number ?? .nan })
    }
    return try Table(
      columns: columns.isEmpty ? [.numeric("none", cells.map { _ in 0 })] : columns, name: "reference grid")
  }

  private static func columns(
    of factor: DesignPlan.Factor, _ plan: DesignPlan, in table: Table, cells: Cluster, _ grid: ReferenceGrid
  ) throws -> [[Double]] {
    let variable = plan.variables[factor.variable]
    let rows = Array(cells.cells.indices)
    switch variable.kind {
    case .numeric:
      return [try BoundExpression(variable.source.expression, in: table).values(at: rows)]
    case .basis(let basis):
      return basis.columns(at: try BoundExpression(variable.source.expression, in: table).values(at: rows))
    case .categorical(let levels):
      let column = variable.source.columns[0]
      guard let index = cells.axes.firstIndex(where: { grid.axes[$0].column == column }) else { return [] }
      let codes = grid.axes[cells.axes[index]].values.map { levels.firstIndex(of: $0.text) }
      return (0..<factor.width).map { entry in
        cells.cells.map { cell in
          codes[cell[index]].map {
            plan.coding.entry(level: $0, column: entry, levels: levels.count, full: factor.isFull)
          } ?? .nan
        }
      }
    }
  }
}

extension FormulaVariable {
  /// The arithmetic that the variable starts from.
  var expression: Expression {
    switch self {
    case .column(let name), .factor(let name), .polynomial(let name, _), .naturalSpline(let name, _),
      .bSpline(let name, _), .piecewise(let name, _):
      .column(name)
    case .expression(let expression): expression
    }
  }
}
