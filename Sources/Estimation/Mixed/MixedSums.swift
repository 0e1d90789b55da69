internal import LinearAlgebra

/// What the criterion needs at one relative covariance `H = W^-1 + Z Delta Z'`.
struct CriterionSums: Sendable {
  /// `log |H W|`, summed over groups.
  var logDeterminant: Double
  /// `[X y]'H^-1[X y]`.
  var products: Matrix
}

/// Coefficients and what belongs to them at one relative covariance.
struct MixedPoint: Sendable {
  let beta: [Double]
  /// `R^-1` with `A = X'H^-1X = R'R`.
  let inverseRoot: Matrix
  /// `r'H^-1 r` with `r = y - X beta`.
  let residual: Double
  let logDeterminantA: Double

  /// Nil where A is not positive definite, or nothing is left of the response.
  init?(_ products: Matrix) {
    let p = products.columnCount - 1
    let own = Array(0..<p)
    let right = own.map { products[$0, p] }
    guard p > 0 else {
      (beta, inverseRoot, logDeterminantA) = ([], Matrix(rowCount: 0, columnCount: 0), 0)
      residual = products[0, 0]
      return
    }
    guard let factor = try? CholeskyFactor(products.selecting(rows: own, columns: own)) else { return nil }
    let half = factor.solveLower(right)
    beta = factor.solve(right)
    residual = products[p, p] - dotProduct(half, half)
    inverseRoot = factor.solveLower(.identity(order: p)).transposed()
    logDeterminantA = factor.logDeterminant
    guard residual > 0, residual.isFinite else { return nil }
  }

  /// The elements of `R^-1`, column after column.
  var inverseRootElements: [Double] { inverseRoot.columnMajor }

  /// `A^-1`.
  var inverse: Matrix { inverseRoot * inverseRoot.transposed() }
}

/// Sums over groups for the first and second derivatives, at fixed coefficients.
///
/// Directions are the elements (a, b), a >= b, of each grouping's relative covariance, one grouping after the other:
/// `dH = Z E_r Z'`. With `F_r = X'H^-1 dH_r H^-1 X`, `F_rs = X'H^-1 dH_r H^-1 dH_s H^-1 X` and `e = H^-1 (y - X beta)`.
struct DerivativeSums: Sendable {
  /// `tr(H^-1 dH_r)`.
  var trace: [Double]
  /// `tr(A^-1 F_r)`.
  var meanTrace: [Double]
  /// `e'dH_r e`.
  var squares: [Double]
  /// `X'H^-1 dH_r e`, a column for each direction.
  var cross: Matrix
  /// `tr(H^-1 dH_r H^-1 dH_s)`; nil where only the average information is wanted.
  var traceProducts: Matrix?
  /// `tr(A^-1 F_rs)`.
  var meanProducts: Matrix?
  /// `e'dH_r H^-1 dH_s e`.
  var squareProducts: Matrix
  /// F; nil where it is not wanted.
  var slopes: [Matrix]?
}

/// Which derivatives a pass sums.
struct DerivativeOrder: Sendable {
  /// Traces of products, for the expected and the observed information.
  var traces: Bool
  /// F as matrices.
  var slopes: Bool
}

/// Sums over the rows, from which the criterion and its derivatives follow at any relative covariance.
protocol MixedSums: Sendable {
  /// Rows, or the sum of frequency weights.
  var rows: Double { get }
  /// Columns of the mean.
  var columnCount: Int { get }
  /// The columns that vary in each grouping.
  var widths: [Int] { get }
  var logWeight: Double { get }
  /// `[X y]'W[X y]`.
  var totals: Matrix { get }
  /// The most columns beyond the first grouping that hang together.
  var trailing: Int { get }

  /// Sums at a relative covariance `Delta = L L'` with one factor L for each grouping; nil where one is not finite.
  func criterion(_ factors: [Matrix], _ executor: some FoldExecutor) throws -> CriterionSums?
  func derivatives(
    _ factors: [Matrix], _ point: MixedPoint, _ order: DerivativeOrder, _ executor: some FoldExecutor
  ) throws -> DerivativeSums
  /// `sum over r, s of w_rs F_rs`.
  func weightedProducts(
    _ factors: [Matrix], _ weights: Matrix, _ executor: some FoldExecutor
  ) throws -> Matrix
  /// Predicted effects and what their variances are made of.
  func effects(_ factors: [Matrix], _ point: MixedPoint, _ executor: some FoldExecutor) throws -> [EffectSums]
}

/// The effects of one grouping, in the coordinates of the sums.
struct EffectSums: Sendable {
  let width: Int
  /// Groups x columns, a group after the other: `Delta Z'e`.
  var effects: [Double]
  /// For each group elements (a, b), a >= b, of `Delta - Delta Z'H^-1 Z Delta`.
  var conditional: [Double]
  /// For each group the elements of `Delta Z'H^-1X A^-1 X'H^-1Z Delta`.
  var meanPart: [Double]
}
