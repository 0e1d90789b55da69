internal import LinearAlgebra

/// Least squares by normal equations with one step of refinement, where the condition of the columns allows it.
///
/// With columns shifted by s, A = X'WX and z = X'Wy are summed in one pass. A second pass takes the residuals of
/// `b0 = A^-1 z` and corrects what squaring the condition number has cost:
/// ```
/// r = y - X b0,   g = X'Wr,   b = b0 + A^-1 g,   RSS = r'Wr - g'A^-1 g
/// ```
/// A is trusted if its reciprocal condition number, at unit diagonal, is at least ``leastCondition``: then the
/// covariance, which is not refined, keeps ten digits at least. Other designs are factored by Householder
/// reflections, as are those without an intercept, whose columns have no shift.
///
/// - Complexity: O(rows x columns^2 / 2) in the first pass, O(rows x columns) in the second.
///
/// ## References
/// Björck (1996), Numerical Methods for Least Squares Problems, sections 2.2.1 and 2.9.3.
struct NormalEquations {
  /// The triangular factor of `[X - 1s' | y - s_y]`.
  let triangle: UpperTriangle
  let shifts: [Double]
  let moments: ShiftedCrossProducts.State

  /// The reciprocal condition number from which on normal equations are trusted.
  static let leastCondition = 1e-6

  /// Solves the normal equations; nil where they cannot be trusted.
  init?<Source: DesignRows>(
    _ plan: DesignPlan, over source: Source, executor: some FoldExecutor
  ) throws {
    guard plan.hasIntercept, source.leafCount > 0 else { return nil }
    let shifts = Self.shifts(source, columnCount: plan.columnCount)
    let source = source.shifted(by: shifts)
    let moments = try executor.run(ShiftedCrossProducts(columnCount: shifts.count), over: source)
    let own = Array(0..<plan.columnCount)
    let information = moments.products.selecting(rows: own, columns: own)
    guard let factor = InformationFactor(information: information, leastCondition: Self.leastCondition) else {
      return nil
    }
    let right = own.map { moments.products[$0, plan.columnCount] }
    let first = factor.solve(right)
    let rest = try executor.run(ShiftedResiduals(coefficients: first), over: source)
    let correction = factor.solve(rest.scores)
    let coefficients = zip(first, correction).map { $0 + $1 }
    let squares = rest.squares - dotProduct(correction, rest.scores)
    guard coefficients.allSatisfy(\.isFinite), squares.isFinite, squares >= 0,
      let root = try? CholeskyFactor(information).lower.transposed()
    else { return nil }
    let bottom = Matrix(
      rowCount: 1, columnCount: plan.columnCount + 1, columnMajor: own.map { _ in 0 } + [squares.squareRoot()]
    )
    self.shifts = shifts
    self.moments = moments
    triangle = UpperTriangle(
      factoring: root.appendingColumns(of: Matrix(columns: [root * coefficients])).appendingRows(of: bottom))
  }

  /// The weighted norm of a column as it stands, not shifted.
  func norm(ofColumn column: Int) -> Double {
    let (shift, products) = (shifts[column], moments.products)
    let squares = products[column, column] + 2 * shift * products[0, column] + shift * shift * moments.weight
    return max(squares, 0).squareRoot()
  }

  /// Means of the first rows, which need only be near the columns' own: an intercept takes them back in.
  private static func shifts<Source: DesignRows>(
    _ source: Source, columnCount: Int
  ) -> [Double] {
    var shifts = [Double](repeating: 0, count: columnCount + 1)
    var isFirst = true
    source.forEachBlock(ofLeaf: 0) { block in
      guard isFirst, block.rowCount > 0 else { return }
      isFirst = false
      for column in 1...columnCount {
        let mean = block.columns.column(column).reduce(0, +) / Double(block.rowCount)
        shifts[column] = mean.isFinite ? mean : 0
      }
    }
    return shifts
  }
}

/// Cross-products of shifted columns, the response last.
struct ShiftedCrossProducts: Fold {
  let columnCount: Int

  struct State: Sendable {
    var products: Matrix
    var rows = 0
    var weight = 0.0
    var logWeight = 0.0
  }

  var initialState: State { State(products: Matrix(rowCount: columnCount, columnCount: columnCount)) }

  func accumulate(_ block: DesignBlock, into state: inout State) {
    state.products +=
      block.weights.map { block.columns.crossProduct(weights: $0) } ?? block.columns.crossProduct()
    state.rows += block.rowCount
    state.weight += block.weights?.reduce(0, +) ?? Double(block.rowCount)
    state.logWeight += block.weights?.reduce(0) { $0 + logarithm($1) } ?? 0
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.products += later.products
    earlier.rows += later.rows
    earlier.weight += later.weight
    earlier.logWeight += later.logWeight
  }

  func finalize(_ state: consuming State) -> State { state }
}

/// Residuals of shifted columns: their weighted sum of squares, and their products with the columns.
struct ShiftedResiduals: Fold {
  let coefficients: [Double]

  struct State: Sendable {
    var scores: [Double]
    var squares = 0.0
  }

  var initialState: State { State(scores: [Double](repeating: 0, count: coefficients.count)) }

  func accumulate(_ block: DesignBlock, into state: inout State) {
    // The response has the coefficient -1: what comes out are residuals with the sign turned.
    let turned = block.columns * (coefficients + [-1])
    let weighted = block.weights.map { zip($0, turned).map { $0 * $1 } } ?? turned
    let scores = block.columns.transposeTimes(weighted)
    for column in coefficients.indices { state.scores[column] -= scores[column] }
    state.squares += dotProduct(turned, weighted)
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    for column in coefficients.indices { earlier.scores[column] += later.scores[column] }
    earlier.squares += later.squares
  }

  func finalize(_ state: consuming State) -> State { state }
}
