internal import LinearAlgebra

/// How a least-squares step was solved.
public enum StepSolver: String, Sendable {
  /// Normal equations by Cholesky; the next iteration, from its own residuals, refines the step.
  case normalEquations = "normal_equations"
  /// Householder QR of the weighted rows, for designs whose cross-product would lose the digits.
  case orthogonal
}

/// A factored information matrix.
///
/// Normal equations are used only while the condition of the scaled information allows it; beyond,
/// the weighted rows themselves are factored (TSQR), in one more pass.
struct InformationFactor: Sendable {
  /// `G` with `G G' = I^-1`.
  let inverseRoot: Matrix
  let solver: StepSolver

  /// The reciprocal condition number of the information, scaled to a unit diagonal, down to which half
  /// of the digits at least survive the normal equations.
  static let leastCondition = 1e-8

  /// Factors an information matrix, or the weighted rows where that would lose too much; nil when even
  /// these do not determine all coefficients.
  init?(information: Matrix, orTriangleOfRows triangle: () throws -> UpperTriangle) rethrows {
    if let factor = Self(information: information) {
      self = factor
      return
    }
    self.init(triangle: try triangle())
  }

  /// The factor of rows that were triangulated; nil when they do not determine all coefficients.
  init?(triangle: UpperTriangle) {
    guard triangle.isFinite, !triangle.diagonal.contains(0), let inverse = try? triangle.inverse() else {
      return nil
    }
    inverseRoot = inverse
    solver = .orthogonal
  }

  /// Factors a matrix of good condition; nil for one that is not.
  init?(information: Matrix, leastCondition: Double = InformationFactor.leastCondition) {
    let diagonal = information.diagonal
    guard diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let scales = diagonal.map { 1 / $0.squareRoot() }
    var scaled = information
    for i in scales.indices {
      for j in scales.indices { scaled[i, j] *= scales[i] * scales[j] }
    }
    guard let factor = try? CholeskyFactor(scaled), factor.reciprocalCondition >= leastCondition else {
      return nil
    }
    let inverse = factor.solveLower(.identity(order: scales.count)).transposed()
    var root = inverse
    for i in scales.indices {
      for j in scales.indices { root[i, j] *= scales[i] }
    }
    inverseRoot = root
    solver = .normalEquations
  }

  /// `I^-1 b`.
  func solve(_ vector: [Double]) -> [Double] { inverseRoot * inverseRoot.transposeTimes(vector) }

  /// `I^-1`.
  var inverse: Matrix { inverseRoot * inverseRoot.transposed() }

  /// `log |I|`.
  var logDeterminant: Double {
    -2 * inverseRoot.diagonal.reduce(0) { $0 + logarithm(abs($1)) }
  }
}

/// The triangular factor of the weighted rows `W^(1/2) X`, by TSQR.
struct WorkingTriangle: Fold {
  let family: FittedFamily
  /// The coefficients; nil for the start.
  let beta: [Double]?
  let columnCount: Int

  var initialState: UpperTriangle { UpperTriangle(order: columnCount) }

  func accumulate(_ block: GeneralizedBlock, into state: inout UpperTriangle) {
    var work = WorkingRows(count: block.rowCount)
    if let beta {
      work.evaluate(block, eta: block.predictor(beta), family)
    } else {
      work.start(block, family)
    }
    let roots = work.weights.map { $0.squareRoot() }
    var scaled = block.design
    let count = block.rowCount
    scaled.withMutableElements { elements in
      for column in 0..<columnCount {
        for i in 0..<count { elements[column * count + i] *= roots[i] }
      }
    }
    state.absorb(scaled)
  }

  func merge(_ later: consuming UpperTriangle, into earlier: inout UpperTriangle) { earlier.stack(later) }

  func finalize(_ state: consuming UpperTriangle) -> UpperTriangle { state }
}
