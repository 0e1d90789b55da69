internal import LinearAlgebra

/// Sums over the rows of each cluster: all that cluster-robust errors need of the data.
///
/// With `x_i` the i-th row in coordinates in which `X'WX` is the identity, and residuals `e_i`, one
/// cluster's numbers are, for rows of equal standing (frequencies f count as f rows),
/// ```
/// S = sum f x x',   u = sum f x e
/// ```
/// and with precision or sampling weights
/// ```
/// sum x x',   S = sum w x x',   sum w^2 x x',   sum x e,   u = sum w x e
/// ```
/// A state lists the clusters that were seen in ascending order of their codes, so that states merge
/// like sorted lists and never grow beyond clusters x columns^2.
struct ClusterSums: Sendable {
  /// How many columns are estimated.
  let rank: Int
  /// Whether weights stand for variances or sampling, not for copies.
  let isWeighted: Bool

  struct State: Sendable, Equatable {
    /// The clusters' codes, ascending.
    var codes: [Int32] = []
    /// How many rows each cluster has.
    var rows: [Int] = []
    /// Clusters x width, one cluster after the other.
    var values: [Double] = []
  }

  /// Numbers in one symmetric matrix, its upper half by columns.
  var triangle: Int { rank * (rank + 1) / 2 }
  /// Numbers a cluster.
  var width: Int { isWeighted ? 3 * triangle + 2 * rank : triangle + rank }

  /// Adds rows, given in orthonormal coordinates.
  func accumulate(
    _ coordinates: Matrix, residuals: [Double], weights: [Double]?, clusters: [Int32]?,
    into state: inout State
  ) {
    guard let clusters else { preconditionFailure("the rows must have clusters") }
    let order = residuals.indices.sorted { (clusters[$0], $0) < (clusters[$1], $1) }
    var own = State()
    var x = [Double](repeating: 0, count: rank)
    for i in order {
      if own.codes.last != clusters[i] {
        own.codes.append(clusters[i])
        own.rows.append(0)
        own.values.append(contentsOf: repeatElement(0, count: width))
      }
      own.rows[own.rows.count - 1] += 1
      for j in 0..<rank { x[j] = coordinates[i, j] }
      add(x, residual: residuals[i], weight: weights?[i] ?? 1, to: &own.values)
    }
    merge(own, into: &state)
  }

  /// Adds one row to the last cluster.
  private func add(_ x: [Double], residual: Double, weight: Double, to values: inout [Double]) {
    var place = values.count - width
    func addSquares(_ factor: Double) {
      for j in 0..<rank {
        let scaled = factor * x[j]
        for i in 0...j { values[place + i] += scaled * x[i] }
        place += j + 1
      }
    }
    func addScores(_ factor: Double) {
      for j in 0..<rank { values[place + j] += factor * x[j] }
      place += rank
    }
    if isWeighted { addSquares(1) }
    addSquares(weight)
    if isWeighted { addSquares(weight * weight) }
    if isWeighted { addScores(residual) }
    addScores(weight * residual)
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    guard !earlier.codes.isEmpty else {
      earlier = later
      return
    }
    var result = State()
    result.values.reserveCapacity(earlier.values.count + later.values.count)
    var (i, j) = (0, 0)
    while i < earlier.codes.count || j < later.codes.count {
      let takesEarlier =
        j == later.codes.count || (i < earlier.codes.count && earlier.codes[i] <= later.codes[j])
      let takesLater =
        i == earlier.codes.count || (j < later.codes.count && later.codes[j] <= earlier.codes[i])
      let start = result.values.count
      result.codes.append(takesEarlier ? earlier.codes[i] : later.codes[j])
      result.rows.append((takesEarlier ? earlier.rows[i] : 0) + (takesLater ? later.rows[j] : 0))
      if takesEarlier {
        result.values.append(contentsOf: earlier.values[i * width..<(i + 1) * width])
        i += 1
      }
      if takesLater {
        let own = later.values[j * width..<(j + 1) * width]
        if takesEarlier {
          for (k, value) in own.enumerated() { result.values[start + k] += value }
        } else {
          result.values.append(contentsOf: own)
        }
        j += 1
      }
    }
    earlier = result
  }

  /// A symmetric matrix of one cluster: the `index`-th of those it holds.
  func matrix(_ index: Int, ofCluster cluster: Int, in state: State) -> Matrix {
    var result = Matrix(rowCount: rank, columnCount: rank)
    var place = cluster * width + index * triangle
    for j in 0..<rank {
      for i in 0...j {
        result[i, j] = state.values[place]
        result[j, i] = state.values[place]
        place += 1
      }
    }
    return result
  }

  /// A vector of scores of one cluster, the weighted ones last.
  func scores(_ index: Int, ofCluster cluster: Int, in state: State) -> [Double] {
    let start = cluster * width + (isWeighted ? 3 : 1) * triangle + index * rank
    return Array(state.values[start..<start + rank])
  }
}

/// The sums of a linear model's rows.
struct LinearClusterSums: Fold {
  let sums: ClusterSums
  let solution: LeastSquaresSolution

  init(solution: LeastSquaresSolution, isWeighted: Bool) {
    self.solution = solution
    sums = ClusterSums(rank: solution.kept.count, isWeighted: isWeighted)
  }

  var initialState: ClusterSums.State { ClusterSums.State() }

  func accumulate(_ block: DesignBlock, into state: inout ClusterSums.State) {
    let (coordinates, residuals) = solution.coordinatesAndResiduals(of: block)
    sums.accumulate(
      coordinates, residuals: residuals, weights: block.weights, clusters: block.clusters, into: &state)
  }

  func merge(_ later: consuming ClusterSums.State, into earlier: inout ClusterSums.State) {
    sums.merge(later, into: &earlier)
  }

  func finalize(_ state: consuming ClusterSums.State) -> ClusterSums.State { state }
}
