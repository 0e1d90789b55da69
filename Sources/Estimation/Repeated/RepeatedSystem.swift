internal import CohortTables
internal import LinearAlgebra

/// A pattern's people as rows of a well conditioned system.
struct PatternRows: Sendable {
  let pattern: VisitPattern
  /// How many people there are.
  let people: Double
  /// How many persons the rows stand for them: a triangular factor's rows.
  let personCount: Int
  /// Rows (visit by visit within a person) x (columns + 1): the design in orthonormal coordinates, and the
  /// response less a first fit.
  let rows: Matrix

  var visitCount: Int { pattern.visits.count }
}

/// The sums over all people in coordinates in which nothing cancels.
///
/// The design of all rows is `Q R` by orthogonal reflections. With `C = X R^-1`, whose columns are
/// orthonormal, and e the residuals of least squares,
/// ```
/// X'V^-1X = R' (C'V^-1C) R,    beta = b + R^-1 g,    g = (C'V^-1C)^-1 C'V^-1e
/// ```
/// so that the matrix to be inverted is as well conditioned as the covariance, whatever the columns are.
struct RepeatedSystem: Sendable {
  let patterns: [PatternRows]
  /// Estimated columns.
  let kept: [Int]
  let aliasing: Matrix
  /// Maps orthonormal coordinates to the plan's kept columns.
  let toColumns: Matrix
  /// The least-squares coefficients in the kept columns.
  let start: [Double]
  /// Rows, copies counted.
  let observationCount: Double
  /// People, copies counted.
  let personCount: Double
  let logWeight: Double
  /// Whether the columns reproduce the response up to rounding.
  let isExact: Bool

  /// The share of the response's squares below which residuals are rounding errors.
  private static let exactFit = 1e-26

  var columnCount: Int { kept.count }

  /// - Throws: `EstimationError` for values whose squares are infinite; `FactorizationError` for values that are not
  ///   finite.
  init(
    _ sums: PatternSums.State, rows: RepeatedRows, columnCount: Int, options: ModelOptions, in table: Table
  ) throws {
    let hasIntercept = rows.frame.plan.hasIntercept
    let parts = sums.parts.sorted { $0.key < $1.key }
    let stacked = parts.map { Self.stacked($0.value, width: columnCount + 1) }
    var cross = Matrix(rowCount: 1, columnCount: columnCount + 1)
    var squares = [Double](repeating: 0, count: columnCount + 1)
    for own in stacked {
      for j in 0...columnCount {
        let column = own.column(j)
        squares[j] += dotProduct(column, column)
        if hasIntercept { cross[0, j] += dotProduct(column, own.column(0)) }
      }
    }
    guard squares.allSatisfy(\.isFinite) else {
      throw EstimationError.tooLarge(rows.frame.formula.text, in: table)
    }
    let shifts = (0...columnCount).map { j in hasIntercept && j > 0 ? cross[0, j] / squares[0] : 0 }
    let shifted = stacked.map { own in hasIntercept ? Self.shifted(own, by: shifts) : own }
    var triangle = UpperTriangle(order: columnCount + 1)
    for own in shifted { triangle.absorb(own) }
    let solution = try LeastSquaresSolution(
      factor: triangle, shifts: shifts, referenceNorms: (0..<columnCount).map { squares[$0].squareRoot() },
      hasIntercept: hasIntercept, tolerance: options.rankTolerance)
    let residual = solution.residualNorm * solution.residualNorm
    isExact = residual <= Self.exactFit * (residual + solution.regressionSquares)
    kept = solution.kept
    aliasing = solution.aliasing
    toColumns = solution.inverseRoot
    let rank = solution.kept.count
    let coordinates = shifted.map { $0.selecting(columns: solution.kept) * solution.shiftedInverse }
    // The first fit in the same coordinates, so that what it leaves is what the coefficients do not say.
    var first = [Double](repeating: 0, count: rank)
    for (own, rows) in zip(coordinates, shifted) {
      let part = own.transposeTimes(rows.column(columnCount))
      for j in 0..<rank { first[j] += part[j] }
    }
    var start = solution.inverseRoot * first
    if hasIntercept, kept.first == 0 { start[0] += shifts[columnCount] }
    self.start = start
    patterns = parts.indices.map { index in
      let (own, response) = (coordinates[index], shifted[index].column(columnCount))
      let left = zip(response, own * first).map { $0 - $1 }
      let pattern = rows.patterns[parts[index].key]
      return PatternRows(
        pattern: pattern, people: parts[index].value.people,
        personCount: own.rowCount / pattern.visits.count,
        rows: own.appendingColumns(of: Matrix(columns: [left])))
    }
    observationCount = patterns.reduce(0) { $0 + $1.people * Double($1.visitCount) }
    personCount = patterns.reduce(0) { $0 + $1.people }
    logWeight = parts.reduce(0) { $0 + $1.value.logWeight }
  }

  /// One row a visit, visit by visit within a person.
  private static func stacked(_ part: PatternPart, width: Int) -> Matrix {
    let (count, visits) = (part.rows.rowCount, part.rows.columnCount / width)
    var elements = [Double](repeating: 0, count: count * visits * width)
    part.rows.withElements { source in
      for visit in 0..<visits {
        for column in 0..<width {
          let (from, to) = (count * (column + width * visit), visit + visits * count * column)
          for person in 0..<count { elements[to + visits * person] = source[from + person] }
        }
      }
    }
    return Matrix(rowCount: count * visits, columnCount: width, columnMajor: elements)
  }

  private static func shifted(_ rows: Matrix, by shifts: [Double]) -> Matrix {
    var result = rows
    let count = rows.rowCount
    result.withMutableElements { elements in
      for column in shifts.indices where shifts[column] != 0 {
        for i in 0..<count { elements[i + count * column] -= shifts[column] * elements[i] }
      }
    }
    return result
  }
}

/// Patterns, a few to a leaf.
struct PatternSource: BlockSource {
  let patterns: [PatternRows]
  let cut: LeafCut

  init(_ patterns: [PatternRows]) {
    self.patterns = patterns
    cut = LeafCut(rowCount: patterns.count, leafRows: 8)
  }

  var leafCount: Int { cut.leafCount }

  func forEachBlock(ofLeaf leaf: Int, _ body: (PatternRows) -> Void) {
    for index in cut.rows(ofLeaf: leaf) { body(patterns[index]) }
  }
}
