internal import LinearAlgebra

/// One evaluation of the likelihood: generalised least squares at a covariance.
///
/// With `V = L L'` for each pattern and rows `L^-1 [C e]`, one pass over the patterns gives
/// ```
/// C'V^-1C,   C'V^-1e,   e'V^-1e,   sum log |V|
/// ```
struct RepeatedCriterionSums: Fold {
  let point: CovariancePoint
  let columnCount: Int

  struct State: Sendable {
    var cross: Matrix
    var logDeterminant = 0.0
    var isDefinite = true
  }

  var initialState: State { State(cross: Matrix(rowCount: columnCount + 1, columnCount: columnCount + 1)) }

  func accumulate(_ block: PatternRows, into state: inout State) {
    guard state.isDefinite else { return }
    guard let factor = try? CholeskyFactor(point.matrix(block.pattern.group, block.pattern.visits)) else {
      state.isDefinite = false
      return
    }
    let visits = block.visitCount
    let solved = factor.solveLower(
      Matrix(
        rowCount: visits, columnCount: block.personCount * (columnCount + 1),
        columnMajor: block.rows.columnMajor))
    state.cross += Matrix(
      rowCount: visits * block.personCount, columnCount: columnCount + 1, columnMajor: solved.columnMajor
    ).crossProduct()
    state.logDeterminant += block.people * factor.logDeterminant
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.cross += later.cross
    earlier.logDeterminant += later.logDeterminant
    earlier.isDefinite = earlier.isDefinite && later.isDefinite
  }

  func finalize(_ state: consuming State) -> State { state }
}

/// Generalised least squares at a covariance, and the criterion there.
struct RepeatedPoint: Sendable {
  let covariance: CovariancePoint
  /// The factor of `C'V^-1C`.
  let information: CholeskyFactor
  /// The coefficients in orthonormal coordinates.
  let coefficients: [Double]
  /// `r'V^-1r`.
  let squares: Double
  /// `sum log |V| + r'V^-1r`, for REML with `log |C'V^-1C|`.
  let criterion: Double

  /// Nil where the covariance is not positive definite.
  init?(
    _ covariance: CovariancePoint, _ system: RepeatedSystem, isRestricted: Bool, executor: some FoldExecutor
  ) {
    let count = system.columnCount
    let fold = RepeatedCriterionSums(point: covariance, columnCount: count)
    guard let sums = try? executor.run(fold, over: PatternSource(system.patterns)), sums.isDefinite,
      let information = try? CholeskyFactor(
        sums.cross.selecting(rows: Array(0..<count), columns: Array(0..<count)))
    else { return nil }
    let right = (0..<count).map { sums.cross[$0, count] }
    self.covariance = covariance
    self.information = information
    coefficients = information.solve(right)
    squares = sums.cross[count, count] - dotProduct(coefficients, right)
    criterion =
      sums.logDeterminant + squares + (isRestricted ? information.logDeterminant : 0)
    guard criterion.isFinite else { return nil }
  }

  /// The root `U^-1` with `U^-1 U^-T = (C'V^-1C)^-1`.
  var inverseRoot: Matrix {
    information.solveLower(.identity(order: information.order)).transposed()
  }
}
