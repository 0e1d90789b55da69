internal import LinearAlgebra

/// The sums by cluster of a generalised linear model's rows, as if it were its last weighted least-squares step.
///
/// With working weights `W_i` and scores `r_i`, row i is `W_i^(1/2) G'x_i` with the residual
/// `r_i W_i^(-1/2)`: rows are then independent with the variance that the model gives them. It serves CR0, CR1
/// and CR3; CR2's root depends on the rows' own scale (``UnequalClusters``).
///
/// ## References
/// Pustejovsky and Tipton (2018), J. Bus. Econ. Stat. 36:672-683, section 2.1.
struct GeneralizedClusterSums: Fold {
  let sums: ClusterSums
  let family: FittedFamily
  let beta: [Double]
  let inverseRoot: Matrix
  let countsCopies: Bool

  init(family: FittedFamily, beta: [Double], inverseRoot: Matrix, countsCopies: Bool) {
    self.family = family
    self.beta = beta
    self.inverseRoot = inverseRoot
    self.countsCopies = countsCopies
    sums = ClusterSums(rank: beta.count, isWeighted: false)
  }

  var initialState: ClusterSums.State { ClusterSums.State() }

  func accumulate(_ block: GeneralizedBlock, into state: inout ClusterSums.State) {
    var work = WorkingRows(count: block.rowCount)
    work.evaluate(block, eta: block.predictor(beta), family)
    var coordinates = block.design * inverseRoot
    var residuals = work.residuals
    for i in residuals.indices {
      // Of a row that stands for several, one copy.
      let copies = countsCopies ? block.given?[i] ?? 1 : 1
      let root = copies > 0 ? (work.weights[i] / copies).squareRoot() : 0
      // A row without information has no score either.
      residuals[i] = root > 0 ? residuals[i] / (copies * root) : 0
      for j in beta.indices { coordinates[i, j] *= root }
    }
    sums.accumulate(
      coordinates, residuals: residuals, weights: countsCopies ? block.given : nil, clusters: block.clusters,
      into: &state)
  }

  func merge(_ later: consuming ClusterSums.State, into earlier: inout ClusterSums.State) {
    sums.merge(later, into: &earlier)
  }

  func finalize(_ state: consuming ClusterSums.State) -> ClusterSums.State { state }
}

/// The clusters that the rows belong to, and how many rows each has.
struct BlockClusters: Fold {
  var initialState: [Int32: Int] { [:] }

  func accumulate(_ block: GeneralizedBlock, into state: inout [Int32: Int]) {
    for cluster in block.clusters ?? [] { state[cluster, default: 0] += 1 }
  }

  func merge(_ later: consuming [Int32: Int], into earlier: inout [Int32: Int]) {
    earlier.merge(later) { $0 + $1 }
  }

  func finalize(_ state: consuming [Int32: Int]) -> [Int32: Int] { state }
}
