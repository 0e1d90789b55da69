internal import LinearAlgebra

/// The curvature of a likelihood with Jeffreys' penalty, for Newton's method where scoring stalls.
///
/// In coordinates `q_i = G'x_i` in which the information is the identity, with working weights W, leverages
/// `h_i = W_i q_i'q_i` and `xi = (d2mu/deta2) / (dmu/deta) = (dW/deta) / W` of natural links,
/// ```
/// -d2/db2 [ l + 1/2 log|I| ] = 1 - 1/2 { sum h_i (xi_i^2 + xi_i') q_i q_i' - T }
/// T_tu = sum_rs A_trs A_urs,    A_trs = sum_i W_i xi_i q_it q_ir q_is
/// ```
/// Scoring takes it for the identity. Where a row has leverage h its step is then too long by that share: along a
/// level of a single row scoring goes to and fro for ever.
///
/// - Complexity: O(rows x columns^3) time, O(columns^3) state.
///
/// ## References
/// Firth (1993), Biometrika 80:27-38, section 3.3; the derivatives follow from `d log|I| = tr(I^-1 dI)`.
struct PenalisedCurvature: Fold {
  let family: FittedFamily
  let beta: [Double]
  let inverseRoot: Matrix

  struct State: Sendable {
    /// `sum h_i (xi_i^2 + xi_i') q_i q_i'`.
    var direct: Matrix
    /// For each t the matrix `A_t`, one after the other.
    var tensor: Matrix
  }

  var initialState: State {
    let order = beta.count
    return State(
      direct: Matrix(rowCount: order, columnCount: order),
      tensor: Matrix(rowCount: order, columnCount: order * order))
  }

  func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    let eta = block.predictor(beta)
    var work = WorkingRows(count: block.rowCount)
    work.evaluate(block, eta: eta, family)
    let coordinates = block.design * inverseRoot
    var direct = work.weights
    var bent = work.weights
    for i in eta.indices {
      var length = 0.0
      for j in beta.indices { length += coordinates[i, j] * coordinates[i, j] }
      let point = family.link.point(eta[i])
      let isLogit = family.link == .logit
      let bend = isLogit ? point.complement - point.mean : 1
      let slope = isLogit ? -2 * point.mean * point.complement : 0
      direct[i] = work.weights[i] * length * (bend * bend + slope)
      bent[i] = work.weights[i] * bend
    }
    state.direct += coordinates.crossProduct(weights: direct)
    let order = beta.count
    for t in 0..<order {
      let part = coordinates.crossProduct(weights: eta.indices.map { bent[$0] * coordinates[$0, t] })
      for s in 0..<order { for r in 0..<order { state.tensor[r, t * order + s] += part[r, s] } }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.direct += later.direct
    earlier.tensor += later.tensor
  }

  /// A root of the inverse curvature in the rows' columns; along directions in which the curvature is not clearly
  /// positive that of scoring, so that a step with it always climbs.
  func finalize(_ state: consuming State) throws -> Matrix {
    let order = beta.count
    let flat = Matrix(rowCount: order * order, columnCount: order, columnMajor: state.tensor.columnMajor)
    let twice = state.direct - flat.crossProduct()
    let eigen = try SymmetricEigen(Matrix.identity(order: order) - twice.scaled(by: 0.5))
    return inverseRoot
      * eigen.vectors.scalingColumns(by: eigen.values.map { $0 > 0.01 ? 1 / $0.squareRoot() : 1 })
  }
}

extension LikelihoodPoint {
  /// `R` of which `R R'` takes the place of the inverse information in steps: Newton's where it is asked for.
  func stepRoot(isNewton: Bool, pass: ScoringPass, _ executor: some FoldExecutor) throws -> Matrix {
    guard isNewton else { return factor.inverseRoot }
    return try executor.run(
      PenalisedCurvature(family: pass.family, beta: beta, inverseRoot: factor.inverseRoot), over: pass.rows)
  }

  /// Whether scoring steps shrink too slowly to go on with them: by less than half from one to the next.
  static func isStalling(_ squaredStep: Double, after previous: Double) -> Bool { squaredStep > previous / 4 }
}
