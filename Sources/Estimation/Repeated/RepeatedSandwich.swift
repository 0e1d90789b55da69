internal import LinearAlgebra

/// The cluster-robust covariance of a repeated-measures model: people are the clusters, the model the working
/// model.
///
/// With `M = (X'V^-1X)^-1`, residuals `e_i` and `V_i = L_i L_i'`,
/// ```
/// V_CR = M [ sum_i X_i'V_i^-1 A_i e_i e_i'A_i'V_i^-1 X_i ] M
/// CR0: A = I    CR1: times n / (n - 1)    CR3: A = (I - X_i M X_i'V_i^-1)^-1
/// CR2: A = L_i B_i^-1/2 L_i',   B_i = L_i'(V_i - X_i M X_i')L_i
/// ```
/// CR2 is clubSandwich's with V as target: unbiased when the model's covariance is right. Degrees of freedom
/// are those of Satterthwaite under the same covariance, V taken as known.
///
/// - Complexity: O(people x (visits^3 + visits x columns^2)) time in one more pass over the rows; O(people x columns^2)
///   numbers kept.
///
/// ## References
/// Liang and Zeger (1986), Biometrika 73:13-22; Bell and McCaffrey (2002), Survey Methodology 28:169-181;
/// Pustejovsky and Tipton (2018), J. Bus. Econ. Stat. 36:672-683, eqs. 4-11.
struct RepeatedSandwich: Sendable {
  private let clusters: ClusterSandwich

  /// The middle in coordinates in which the model's covariance is the identity.
  var meat: Matrix { clusters.meat }

  init(
    _ kind: RobustCovariance, data: RepeatedData, solution: RepeatedSolution, executor: some FoldExecutor
  ) throws {
    let pass = RepeatedScores(kind: kind, rows: data.rows, solution: solution)
    let adjusted = try executor.gather(data.rows.leafCount) { try pass.people(ofLeaf: $0) }.flatMap { $0 }
    try ClusterSandwich.requireTwo(adjusted.count, data.subject)
    let sizes = data.rows.people.flatMap { spans in
      (0..<spans.count).map { spans.starts[$0 + 1] - spans.starts[$0] }
    }
    clusters = ClusterSandwich(
      kind, adjusted, rows: sizes, kernel: Matrix.identity(order: data.system.columnCount).scaled(by: -1))
  }

  /// Of the t statistic of a function, whose weights are on the coordinates; not a number where its variance
  /// is 0.
  func degreesOfFreedom(of weights: [Double]) -> Double { clusters.degreesOfFreedom(of: weights) ?? .nan }

  /// Hotelling's T-squared for several functions, one a row.
  func reference(of functions: Matrix) -> JointReference {
    .hotelling(eta: clusters.hotellingDegreesOfFreedom(of: functions) ?? .nan)
  }

  func note(in rows: inout RowAccounting, column: String) { rows.noteClusters(clusters, of: column) }

  /// The coefficients have the coordinates that are given, one a row.
  func diagnostics(
    _ kind: RobustCovariance?, _ coefficients: [Coefficient], names: [String], coordinates: Matrix
  ) -> [Diagnostic] {
    let lost = names.indices.filter { clusters.sole.loses(coordinates.row($0)) }
    return Diagnostic.fewClusters(kind, clusters, coefficients)
      + Diagnostic.sole(lost.map { names[$0] }, unit: "person")
  }
}

/// Each person's part of the sandwich.
private struct RepeatedScores: Sendable {
  let kind: RobustCovariance
  let rows: RepeatedRows
  let columns: [Int]
  /// Maps the kept columns to coordinates in which `X'V^-1X` is the identity.
  let toCoordinates: Matrix
  let coefficients: [Double]
  let covariance: CovariancePoint

  init(kind: RobustCovariance, rows: RepeatedRows, solution: RepeatedSolution) {
    self.kind = kind
    self.rows = rows
    columns = solution.system.kept
    toCoordinates = solution.map.transposed()
    coefficients = solution.coefficients
    covariance = solution.point.covariance
  }

  func people(ofLeaf leaf: Int) throws -> [AdjustedCluster] {
    var result: [AdjustedCluster] = []
    var failure: (any Error)?
    rows.forEachBlock(ofLeaf: leaf) { block in
      let design = block.rows.design.selecting(columns: columns)
      let residuals = zip(block.rows.response, design * coefficients).map { $0 - $1 }
      let turned = design * toCoordinates
      for person in 0..<block.people.count where failure == nil {
        let own = Array(block.people.starts[person]..<block.people.starts[person + 1])
        let roots = own.map { block.rows.weights?[$0].squareRoot() ?? 1 }
        do {
          result.append(
            try cluster(
              block.patterns[block.people.patterns[person]],
              turned.selecting(rows: own).scalingRows(by: roots), zip(own, roots).map { residuals[$0] * $1 },
              roots))
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return result
  }

  private func cluster(
    _ pattern: VisitPattern, _ design: Matrix, _ residuals: [Double], _ roots: [Double]
  ) throws -> AdjustedCluster {
    let factor = try CholeskyFactor(covariance.matrix(pattern.group, pattern.visits))
    // Rows that were multiplied by the root of a weight have it divided out again.
    return try AdjustedCluster(
      kind, factor: factor, design: design, residuals: residuals,
      square: factor.lower.scalingRows(by: roots.map { 1 / $0 }).crossProduct())
  }
}
