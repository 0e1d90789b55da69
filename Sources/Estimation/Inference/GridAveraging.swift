import LinearAlgebra

/// The linear functions behind marginal means and slopes: mean rows of the design over a reference grid.
struct GridAveraging {
  /// One row for each combination that is asked for.
  struct Result {
    let rows: Matrix
    let offsets: [Double]
    let at: [[GridCoordinate]]
  }

  private let grid: ReferenceGrid
  private let asked: [Int]
  private let weights: MarginWeights

  init(_ grid: ReferenceGrid, asked: [Int], weights: MarginWeights) throws {
    self.grid = grid
    self.asked = asked
    self.weights = weights
  }

  /// The mean rows of the asked combinations.
  func means() throws -> Result {
    let cells = try grid.combinations(of: asked)
    let sums = try averaged(cells, GridRows(grid))
    return Result(rows: sums.rows, offsets: sums.offsets, at: cells.map(coordinates))
  }

  /// The derivatives of the mean rows by a numeric column.
  func slopes(of column: String, _ fit: some FittedModel) throws -> Result {
    let axis = try grid.axis(of: column)
    guard !grid.axes[axis].isCategorical else {
      throw EstimationError(.unusableColumn, "'\(column)' is categorical: it has no slope")
    }
    let values = grid.axes[axis].values.compactMap(\.number)
    let stencil = Stencil(column, plan: grid.plan, offsets: grid.offsets)
    let cells = try grid.combinations(of: asked)
    let isAsked = asked.contains(axis)
    let shifted = grid.replacing(
      axis, with: values.flatMap { value in stencil.points(value).map { .number($0.x) } })
    let source = try GridRows(shifted)
    var rows = Matrix(rowCount: cells.count, columnCount: grid.plan.columnCount)
    var offsets = [Double](repeating: 0, count: cells.count)
    let size = stencil.count
    for (position, value) in values.enumerated() {
      for (k, point) in stencil.points(value).enumerated() {
        // Where the column is asked for, each combination has its own value; otherwise slopes are averaged.
        let chosen = cells.indices.filter { !isAsked || cells[$0][axis] == position }
        let share = isAsked ? 1 : 1 / Double(values.count)
        let part = try averaged(
          chosen.map { cell in
            var assignment = cells[cell]
            assignment[axis] = position * size + k
            return assignment
          }, source)
        for (index, cell) in chosen.enumerated() {
          offsets[cell] += share * point.weight * part.offsets[index]
          for j in 0..<rows.columnCount { rows[cell, j] += share * point.weight * part.rows[index, j] }
        }
      }
    }
    return Result(rows: rows, offsets: offsets, at: cells.map(coordinates))
  }

  private func coordinates(_ assignment: [Int?]) -> [GridCoordinate] {
    asked.map { axis in
      GridCoordinate(column: grid.axes[axis].column, value: grid.axes[axis].values[assignment[axis] ?? 0])
    }
  }

  // MARK: - Weights

  private func averaged(_ cells: [[Int?]], _ source: GridRows) throws -> (rows: Matrix, offsets: [Double]) {
    switch weights {
    case .equal: return source.rows(cells)
    case .proportional(let frequencies):
      let profiles = try self.profiles(frequencies)
      return average(cells, source) { cell in
        profiles.map { profile in (profile.merging(into: cell), profile.weight) }
      }
    case .cells(let frequencies):
      let profiles = try self.profiles(frequencies)
      return average(cells, source) { cell in
        profiles.filter { $0.agrees(with: cell) }.map { ($0.merging(into: cell), $0.weight) }
      }
    }
  }

  private func average(
    _ cells: [[Int?]], _ source: GridRows, _ parts: ([Int?]) -> [([Int?], Double)]
  ) -> (rows: Matrix, offsets: [Double]) {
    var rows = Matrix(rowCount: cells.count, columnCount: grid.plan.columnCount)
    var offsets = [Double](repeating: 0, count: cells.count)
    for (row, cell) in cells.enumerated() {
      var shares: [[Int?]: Double] = [:]
      var order: [[Int?]] = []
      for (assignment, weight) in parts(cell) {
        if shares[assignment] == nil { order.append(assignment) }
        shares[assignment, default: 0] += weight
      }
      // A combination without rows has no cell mean.
      let total = order.reduce(0) { $0 + (shares[$1] ?? 0) }
      let own = source.rows(order)
      let share = order.map { total > 0 ? (shares[$0] ?? 0) / total : .nan }
      for j in 0..<rows.columnCount {
        rows[row, j] = order.isEmpty ? .nan : order.indices.reduce(0) { $0 + share[$1] * own.rows[$1, j] }
      }
      offsets[row] = order.indices.reduce(0) { $0 + share[$1] * own.offsets[$1] }
    }
    return (rows, offsets)
  }

  /// Combinations of the categorical axes' positions that occur.
  private struct Profile {
    let positions: [(axis: Int, position: Int)]
    let weight: Double

    func agrees(with cell: [Int?]) -> Bool {
      positions.allSatisfy { axis, position in cell[axis].map { $0 == position } ?? true }
    }

    /// The positions of the axes that a cell leaves free.
    func merging(into cell: [Int?]) -> [Int?] {
      var result = cell
      for (axis, position) in positions where cell[axis] == nil { result[axis] = position }
      return result
    }
  }

  private func profiles(_ frequencies: CellFrequencies) throws -> [Profile] {
    let axes = try frequencies.columns.map { try grid.axis(of: $0) }
    let missing = grid.axes.indices.filter { grid.axes[$0].isCategorical && !axes.contains($0) }
    guard missing.isEmpty else {
      throw EstimationError(
        .unknownColumn, "the frequencies do not have the column '\(grid.axes[missing[0]].column)'")
    }
    // Combinations with a level that `at` leaves out are not in the grid.
    return frequencies.cells.compactMap { cell in
      var positions: [(axis: Int, position: Int)] = []
      for (axis, level) in zip(axes, cell.levels) {
        guard let position = grid.axes[axis].values.firstIndex(where: { $0.text == level }) else {
          return nil
        }
        positions.append((axis, position))
      }
      return Profile(positions: positions, weight: cell.weight)
    }
  }
}

/// The points and weights of a derivative by one column.
struct Stencil {
  private let isLinear: Bool
  private let knotGap: Double?

  /// Where the column enters only as itself a difference over a unit is exact.
  init(_ column: String, plan: DesignPlan, offsets: [Expression], isLinearInMean: Bool = true) {
    let readers = plan.variables.filter { $0.source.columns.contains(column) }
    isLinear =
      isLinearInMean && readers.allSatisfy { $0.source == .column(column) } && plan.isLinear(in: column)
      && !offsets.contains { $0.columns.contains(column) && $0 != .column(column) }
    var gaps: [Double] = []
    for case .basis(let basis) in readers.map(\.kind) {
      gaps += zip(basis.knots, basis.knots.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
    }
    knotGap = gaps.min()
  }

  var count: Int { isLinear ? 2 : 4 }

  /// The derivative at x is the sum of weights times values: `f'(x) = [8 (f(x + h) - f(x - h)) - (f(x + 2h) -
  /// f(x - 2h))] / 12h + O(h^4)` (Abramowitz and Stegun 1964, 25.3.6).
  func points(_ x: Double) -> [(x: Double, weight: Double)] {
    if isLinear { return [(1, 1), (0, -1)] }
    let size = 1e-3 * (x == 0 ? 1 : abs(x))
    // A power of 2 leaves no rounding in x + h.
    let h = Self.powerOfTwo(below: min(size, knotGap.map { 1e-2 * $0 } ?? size))
    return [
      (x + h, 8 / (12 * h)), (x - h, -8 / (12 * h)), (x + 2 * h, -1 / (12 * h)), (x - 2 * h, 1 / (12 * h)),
    ]
  }

  private static func powerOfTwo(below value: Double) -> Double {
    Double(sign: .plus, exponent: value.exponent, significand: 1)
  }
}

extension DesignPlan {
  /// Whether each term has a column at most once.
  fileprivate func isLinear(in column: String) -> Bool {
    terms.allSatisfy { term in
      term.factors.count { variables[$0.variable].source.columns.contains(column) } <= 1
    }
  }
}
