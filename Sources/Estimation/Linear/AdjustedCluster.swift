internal import LinearAlgebra

/// What one cluster gives to the covariance and to the degrees of freedom.
struct AdjustedCluster: Sendable {
  /// `X_g' W_g A_g e_g`.
  let score: [Double]
  /// Maps a function's weights to `z_g`.
  let link: Matrix
  /// Maps a function's weights to a vector as long as `A_g' W_g X_g c`.
  let length: Matrix
  /// The directions that the cluster determines alone, where `I - H_gg` is singular.
  let directions: [[Double]]

  /// A cluster whose matrices are known.
  init(score: [Double], link: Matrix, length: Matrix, directions: [[Double]]) {
    self.score = score
    self.link = link
    self.length = length
    self.directions = directions
  }

  /// Rows of equal standing: every matrix is a function of S, because with `Q_g` the cluster's rows
  /// `(I - Q_g Q_g')^(-1/2) Q_g = Q_g (I - S)^(-1/2)`.
  init(
    _ kind: RobustCovariance, _ cluster: Int, _ sums: ClusterSums, _ state: ClusterSums.State, total: Matrix
  ) throws {
    try self.init(
      kind, share: sums.matrix(0, ofCluster: cluster, in: state),
      scores: sums.scores(0, ofCluster: cluster, in: state), total: total)
  }

  /// The cluster's share of the total of `X'V^-1X`, in coordinates in which that is the identity, and its scores
  /// `X_g'V_g^-1e_g`.
  init(_ kind: RobustCovariance, share: Matrix, scores: [Double], total: Matrix) throws {
    let eigen = try SymmetricEigen(share)
    let remaining = SoleDirections.remaining(eigen, of: share, total: total)
    let factors = remaining.map { Self.factor(kind, $0) }
    let toAxes = eigen.vectors.transposed()
    score = eigen.vectors * zip(factors, toAxes * scores).map { $0 * $1 }
    let shares = eigen.values.map { max($0, 0) }
    link = eigen.vectors * toAxes.scalingRows(by: zip(factors, shares).map { $0 * $1 })
    length = toAxes.scalingRows(by: zip(factors, shares).map { $0 * $1.squareRoot() })
    directions = SoleDirections.directions(eigen, remaining: remaining)
  }

  static func factor(_ kind: RobustCovariance, _ remaining: Double) -> Double {
    switch kind {
    case .cr2: remaining > ClusterSandwich.tolerance ? 1 / remaining.squareRoot() : 0
    case .cr3: remaining > ClusterSandwich.tolerance ? 1 / remaining : 0
    default: 1
    }
  }

  /// Weighted rows: with `F = [X_g, W_g X_g]`, `(I - H)_g (I - H)_g' = I + F K F'`.
  init(
    _ kind: RobustCovariance, _ cluster: Int, _ sums: ClusterSums, _ state: ClusterSums.State, kernel: Matrix,
    total: Matrix
  ) throws {
    let plain = sums.matrix(0, ofCluster: cluster, in: state)
    let weighted = sums.matrix(1, ofCluster: cluster, in: state)
    let squared = sums.matrix(2, ofCluster: cluster, in: state)
    let scores = sums.scores(1, ofCluster: cluster, in: state)
    let share = try SymmetricEigen(weighted)
    let remaining = SoleDirections.remaining(share, of: weighted, total: total)
    directions = SoleDirections.directions(share, remaining: remaining)
    guard kind == .cr2 else {
      let factor =
        share.vectors.scalingColumns(by: remaining.map { Self.factor(kind, $0) }) * share.vectors.transposed()
      score = factor * scores
      link = (weighted * factor).appendingRows(of: squared * factor)
      let root = try SymmetricEigen(squared)
      length =
        root.vectors.transposed().scalingRows(by: root.values.map { max($0, 0).squareRoot() }) * factor
      return
    }
    // F'F = R'R; the inverse root acts as R' (I + R K R')^(-1/2) on the columns of F.
    let rank = sums.rank
    let gram = plain.appendingColumns(of: weighted).appendingRows(of: weighted.appendingColumns(of: squared))
    let basis = try SymmetricEigen(gram)
    let largest = basis.values.last ?? 0
    let present = basis.values.indices.filter { basis.values[$0] > 1e-13 * largest }
    let roots = present.map { basis.values[$0].squareRoot() }
    let axes = basis.vectors.selecting(columns: present).transposed()
    let root = axes.scalingRows(by: roots)
    let inner = try SymmetricEigen(Matrix.identity(order: present.count) + root * kernel * root.transposed())
    let factors = inner.values.map { Self.factor(.cr2, $0) }
    let second = root.selecting(columns: Array(rank..<2 * rank))
    let toAxes = inner.vectors.transposed()
    let image = toAxes.scalingRows(by: factors) * second
    length = image
    link = root.transposed() * inner.vectors * image
    let residuals = sums.scores(0, ofCluster: cluster, in: state) + scores
    let projected = axes.scalingRows(by: roots.map { 1 / $0 }) * residuals
    let turned = zip(toAxes * projected, factors).map { $0 * ($1 - 1) }
    score = zip(scores, second.transposeTimes(inner.vectors * turned)).map { $0 + $1 }
  }
}
