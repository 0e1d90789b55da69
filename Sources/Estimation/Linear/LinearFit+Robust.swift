public import LinearAlgebra

/// The middle of a sandwich and what comes with it.
struct RobustErrors: Sendable {
  let kind: RobustCovariance
  let meat: Matrix
  let clusters: ClusterSandwich?
  /// What single rows or clusters determine.
  let sole: SoleDirections
}

extension LinearFit {
  /// Degrees of freedom of a linear function of the coefficients: residual, or with cluster-robust errors
  /// Satterthwaite's.
  ///
  /// The function's weights on the estimated coefficients are given in their order. Not a number where a single
  /// row or cluster determines the function, so that robust errors do not see all of its variance.
  ///
  /// - Complexity: O(clusters x columns^2) with clusters, otherwise O(1).
  public func degreesOfFreedom(of weights: [Double]) -> Double? {
    let coordinates = solution.inverseRoot.transposeTimes(weights)
    guard !sole.loses(coordinates) else { return .nan }
    guard let clusters else { return residualDegreesOfFreedom }
    return clusters.degreesOfFreedom(of: coordinates) ?? .nan
  }

  /// F with the residual degrees of freedom, or with cluster-robust errors Hotelling's T-squared.
  public func jointReference(of functions: Matrix) -> JointReference {
    let coordinates = functions * solution.inverseRoot
    guard !(0..<coordinates.rowCount).contains(where: { sole.loses(coordinates.row($0)) }) else {
      return .hotelling(eta: .nan)
    }
    guard let clusters else { return residualDegreesOfFreedom.map { .f(denominator: $0) } ?? .chiSquared }
    return .hotelling(
      eta: clusters.hotellingDegreesOfFreedom(of: coordinates) ?? .nan)
  }
}

extension Diagnostic {
  /// Below this, p-values by Satterthwaite's degrees of freedom are not trusted (Tipton 2015).
  private static let fewestDegreesOfFreedom = 4.0

  /// CR0 and CR1 are too small on average below about this many clusters (Cameron, Gelbach and Miller 2008).
  static let fewestClusters = 50

  /// z tests take the errors as known, which those of few clusters are not.
  static func fewClustersForZ(_ clusters: ClusterSandwich?) -> [Diagnostic] {
    guard let clusters, clusters.clusterCount < fewestClusters else { return [] }
    return [
      Diagnostic(
        .fewClusters, .caution,
        "z tests are too liberal and their limits too narrow with as few as \(clusters.clusterCount) clusters: use t tests "
          + "with Satterthwaite's degrees of freedom (--df satterthwaite)")
    ]
  }

  /// What a reader must know of cluster-robust errors.
  static func fewClusters(
    _ kind: RobustCovariance?, _ clusters: ClusterSandwich?, _ coefficients: [Coefficient]
  ) -> [Diagnostic] {
    guard let kind, let clusters else { return [] }
    var result: [Diagnostic] = []
    let few = coefficients.filter { ($0.degreesOfFreedom ?? .infinity) < fewestDegreesOfFreedom }
    if !few.isEmpty {
      let names = few.map(\.term)
      result.append(
        Diagnostic(
          .fewClusters, .caution, terms: names,
          "\(clusters.clusterCount) clusters leave fewer than 4 degrees of freedom for \(names.joined(separator: ", ")): "
            + "p-values and limits may be wrong; a model with random effects for the clusters uses more of the data"
        ))
    }
    if clusters.clusterCount < fewestClusters, kind == .cr0 || kind == .cr1 {
      result.append(
        Diagnostic(
          .fewClusters, .caution,
          "\(kind.name) errors are too small on average with as few as \(clusters.clusterCount) clusters: "
            + "use CR2"))
    }
    if clusters.determiningClusters > 0, kind == .cr2 || kind == .cr3 {
      result.append(
        Diagnostic(
          .fewClusters, .note,
          "\(clusters.determiningClusters) of \(clusters.clusterCount) clusters alone "
            + (clusters.determiningClusters == 1 ? "determines" : "determine")
            + " a coefficient (such as one for each cluster): the generalised inverse leaves that coefficient's part of "
            + (clusters.determiningClusters == 1 ? "it" : "them") + " out"
            + (kind == .cr2 ? ", as clubSandwich does" : "")
        ))
    }
    return result
  }
}
