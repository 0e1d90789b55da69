internal import LinearAlgebra

/// CR2's adjustment of clusters whose rows have variances of their own, as the model gives them.
///
/// With the working variances `Phi = diag(v)`, `D = Phi^(1/2)` and the rows `X_g` in coordinates in which
/// `X' Phi^-1 X` is the identity,
/// ```
/// A_g = D B_g^(-1/2) D,    B_g = D (Phi_g - X_g X_g') D
/// ```
/// with the symmetric, generalised inverse root. `D` does not commute with the rest, so that, unlike for
/// equal variances, B_g is decomposed whole.
///
/// - Complexity: O(rows^3) time and O(rows^2) memory a cluster.
///
/// ## References
/// Pustejovsky and Tipton (2018), J. Bus. Econ. Stat. 36:672-683, eqs. 4-6.
struct UnequalClusters: Fold {
  let family: FittedFamily
  let beta: [Double]
  let inverseRoot: Matrix
  let countsCopies: Bool

  /// Rows as they stand in the blocks.
  struct State: Sendable {
    var clusters: [Int32] = []
    /// One row after the other: `dmu/deta G'x`.
    var coordinates: [Double] = []
    var residuals: [Double] = []
    var variances: [Double] = []
    /// How many copies each row stands for.
    var copies: [Double] = []
  }

  /// A cluster of more rows than this is refused: its root would take minutes.
  static let mostRows = 2000
  /// Below this share of the largest an eigenvalue is a rounding error.
  private static let tolerance = 1e-13

  var initialState: State { State() }

  func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    guard let clusters = block.clusters else { preconditionFailure("the rows must have clusters") }
    var work = WorkingRows(count: block.rowCount)
    let eta = block.predictor(beta)
    work.evaluate(block, eta: eta, family)
    let coordinates = block.design * inverseRoot
    for i in eta.indices where work.weights[i] > 0 {
      let copies = countsCopies ? block.given?[i] ?? 1 : 1
      let slope = family.link.point(eta[i]).slope
      state.clusters.append(clusters[i])
      state.copies.append(copies)
      state.variances.append(slope * slope * copies / work.weights[i])
      state.residuals.append(work.residuals[i] * slope / work.weights[i])
      for j in beta.indices { state.coordinates.append(slope * coordinates[i, j]) }
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.clusters += later.clusters
    earlier.coordinates += later.coordinates
    earlier.residuals += later.residuals
    earlier.variances += later.variances
    earlier.copies += later.copies
  }

  func finalize(_ state: consuming State) -> State { state }

  /// The sandwich of the gathered rows.
  func sandwich(_ state: State, column: String, executor: some FoldExecutor) throws -> ClusterSandwich {
    let order = state.clusters.indices.sorted { (state.clusters[$0], $0) < (state.clusters[$1], $1) }
    var groups: [[Int]] = []
    for row in order {
      if let last = groups.last?.first, state.clusters[last] == state.clusters[row] {
        groups[groups.count - 1].append(row)
      } else {
        groups.append([row])
      }
    }
    try ClusterSandwich.requireTwo(groups.count, column)
    let expanded = groups.map { $0.flatMap { repeatElement($0, count: Int(state.copies[$0])) } }
    if let large = expanded.map(\.count).max(), large > Self.mostRows {
      throw EstimationError(
        .unsupported,
        "a cluster of '\(column)' has \(large) rows, and CR2 errors of a generalised linear model are built for "
          + "\(Self.mostRows): use cr1 or cr3")
    }
    let total = expanded.reduce(Matrix(rowCount: beta.count, columnCount: beta.count)) {
      $0 + share($1, state)
    }
    let adjusted = try executor.gather(expanded.count) { try cluster(expanded[$0], state, total: total) }
    return ClusterSandwich(
      .cr2, adjusted, rows: groups.map(\.count), kernel: Matrix.identity(order: beta.count).scaled(by: -1))
  }

  private func design(_ rows: [Int], _ state: State) -> Matrix {
    let rank = beta.count
    var x = Matrix(rowCount: rows.count, columnCount: rank)
    for (i, row) in rows.enumerated() {
      for j in 0..<rank { x[i, j] = state.coordinates[row * rank + j] }
    }
    return x
  }

  /// `X_g' Phi_g^-1 X_g`.
  private func share(_ rows: [Int], _ state: State) -> Matrix {
    design(rows, state).crossProduct(weights: rows.map { 1 / state.variances[$0] })
  }

  private func cluster(_ rows: [Int], _ state: State, total: Matrix) throws -> AdjustedCluster {
    let x = design(rows, state)
    let variances = rows.map { state.variances[$0] }
    let deviations = variances.map { $0.squareRoot() }
    let outer = x.scalingRows(by: deviations)
    let whole = Matrix.diagonal(variances.map { $0 * $0 }) - outer * outer.transposed()
    let eigen = try SymmetricEigen(whole)
    let least = Self.tolerance * (eigen.values.last ?? 0)
    let toAxes = eigen.vectors.transposed()
    // Y = B^(-1/2) D^-1 X, of which A' Phi^-1 X = D Y.
    let turned = toAxes * x.scalingRows(by: deviations.map { 1 / $0 })
    let y = eigen.vectors * turned.scalingRows(by: eigen.values.map { $0 > least ? 1 / $0.squareRoot() : 0 })
    let link = outer.transposeTimes(y)
    let spread = try SymmetricEigen(y.scalingRows(by: variances).crossProduct())
    let length = spread.vectors.transposed().scalingRows(by: spread.values.map { max($0, 0).squareRoot() })
    let residuals = zip(rows, deviations).map { state.residuals[$0] * $1 }
    let own = share(rows, state)
    let shares = try SymmetricEigen(own)
    let remaining = SoleDirections.remaining(shares, of: own, total: total)
    return AdjustedCluster(
      score: y.transposeTimes(residuals), link: link, length: length,
      directions: SoleDirections.directions(shares, remaining: remaining))
  }
}
