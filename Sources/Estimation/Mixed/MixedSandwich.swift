internal import LinearAlgebra

/// The cluster-robust covariance of a mixed model, whose V is the working covariance.
///
/// With `M = (X'V^-1X)^-1`, residuals `e_g` and V at the estimated variances,
/// ```
/// V_CR = M [ sum_g X_g'V_g^-1 A_g e_g e_g'A_g'V_g^-1 X_g ] M
/// ```
/// with the A of CR0 to CR3 (see ``AdjustedCluster``). Degrees of freedom are Satterthwaite's under the same V,
/// taken as known (Bell and McCaffrey 2002; Pustejovsky and Tipton 2018, eqs. 4-11).
///
/// - Complexity: O(sum over clusters of rows^3).
struct MixedSandwich: Sendable {
  private let clusters: ClusterSandwich
  /// From weights on the coefficients to those on coordinates in which the model's covariance is the identity.
  private let map: Matrix
  let name: String
  /// In the columns' own scale.
  let covariance: Matrix

  /// CR2 decomposes matrices of a cluster's order, CR0, CR1 and CR3 factor one.
  private static let mostRows = 2_000
  private static let mostFactoredRows = 10_000

  init(_ kind: RobustCovariance, _ context: MixedContext, _ executor: some FoldExecutor) throws {
    let groups = try MixedClusters(context.model.options.cluster, context.rows)
    let most = kind == .cr2 ? Self.mostRows : Self.mostFactoredRows
    if let large = groups.rows.map(\.count).max(), large > most {
      throw EstimationError(
        .designTooLarge,
        "a cluster of '\(groups.name)' has \(large) rows, and \(kind.name) errors of a mixed model are built for \(most)"
          + (kind == .cr2 && large <= Self.mostFactoredRows ? ": use cr1 or cr3" : ""))
    }
    let pass = MixedScores(kind, context)
    let adjusted = try executor.gather(groups.leaves.count) { leaf in
      try pass.clusters(groups.leaves[leaf].map { groups.rows[$0] })
    }.flatMap { $0 }
    name = groups.name
    let order = context.objective.sums.columnCount
    clusters = ClusterSandwich(
      kind, adjusted, rows: groups.rows.map(\.count),
      kernel: Matrix.identity(order: order).scaled(by: -1))
    let own = context.back * pass.toCoordinates
    map = own.transposed()
    covariance = own * clusters.meat * own.transposed()
  }

  /// Satterthwaite's, of a function whose weights are on the estimated coefficients; not a number where its variance is 0.
  func degreesOfFreedom(of weights: [Double]) -> Double {
    clusters.degreesOfFreedom(of: map * weights) ?? .nan
  }

  /// Hotelling's T-squared for several functions, one a row.
  func reference(of functions: Matrix) -> JointReference {
    .hotelling(eta: clusters.hotellingDegreesOfFreedom(of: functions * map.transposed()) ?? .nan)
  }

  func note(in rows: inout RowAccounting) { rows.noteClusters(clusters, of: name) }

  /// What is to be said; the terms are those of the estimated coefficients.
  func diagnostics(
    _ kind: RobustCovariance, _ coefficients: [Coefficient], estimated terms: [String]
  ) -> [Diagnostic] {
    let lost = terms.indices.filter { clusters.sole.loses(map.column($0)) }
    return Diagnostic.fewClusters(kind, clusters, coefficients)
      + Diagnostic.sole(lost.map { terms[$0] }, unit: "cluster")
  }
}

/// Each cluster's part of the sandwich, in the coordinates of the sums.
private struct MixedScores: Sendable {
  let kind: RobustCovariance
  let rows: MixedRows
  let beta: [Double]
  /// Maps the columns of the sums to coordinates in which `X'V^-1X` is the identity.
  let toCoordinates: Matrix
  let covariance: MixedCovariance

  init(_ kind: RobustCovariance, _ context: MixedContext) {
    self.kind = kind
    rows = context.rows
    beta = context.value.point.beta
    covariance = MixedCovariance(context)
    toCoordinates = context.value.point.inverseRoot.scaled(by: context.value.sigmaSquared.squareRoot())
  }

  func clusters(_ lists: [[Int]]) throws -> [AdjustedCluster] {
    let all = lists.flatMap { $0 }
    let block = rows.block(rows: all)
    var start = 0
    return try lists.map { list in
      let own = Array(start..<start + list.count)
      start += list.count
      let mean = block.mean.selecting(rows: own)
      let design = mean.selecting(columns: Array(beta.indices))
      let residuals = zip(mean.column(beta.count), design * beta).map { $0 - $1 }
      return try AdjustedCluster(
        kind, factor: CholeskyFactor(covariance.matrix(block, own, rows: list)),
        design: design * toCoordinates,
        residuals: residuals)
    }
  }
}

/// The covariance V of some rows under a mixed model, in the coordinates of the sums.
struct MixedCovariance: Sendable {
  let random: RandomDesign
  let factors: [Matrix]
  let sigmaSquared: Double

  init(_ context: MixedContext) {
    random = context.rows.random
    factors = context.objective.factors(context.value.theta)
    sigmaSquared = context.value.sigmaSquared
  }

  /// `sigma^2 (W^-1 + Z Delta Z')` over some rows of a block, which are these rows of the table.
  func matrix(_ block: MixedBlock, _ places: [Int], rows: [Int]) -> Matrix {
    var result = Matrix.diagonal(places.map { sigmaSquared / (block.weights?[$0] ?? 1) })
    for (k, grouping) in random.groupings.enumerated() {
      let image = block.random[k].selecting(rows: places) * factors[k]
      let products = image * image.transposed()
      let codes = rows.map { grouping.groups.codes[$0] }
      for i in codes.indices {
        for j in codes.indices where codes[i] == codes[j] { result[i, j] += sigmaSquared * products[i, j] }
      }
    }
    return result
  }
}
