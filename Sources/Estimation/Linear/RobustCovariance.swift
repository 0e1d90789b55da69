#if canImport(Glibc)
  import Glibc
#endif

/// How the standard errors of a linear model allow for unequal variances or for rows that belong together.
public enum RobustCovariance: String, Sendable, CaseIterable, Codable {
  /// White's estimator.
  case hc0
  /// HC0 times n / (n - p).
  case hc1
  /// Squared residuals over `1 - h`.
  case hc2
  /// Squared residuals over `(1 - h)^2`: close to the jackknife, the default where robust is asked.
  case hc3
  /// Squared residuals over `(1 - h)^min(4, n h / p)`: for rows of very high leverage.
  case hc4
  /// Sums of scores by cluster, unadjusted (Liang and Zeger).
  case cr0
  /// CR0 times m / (m - 1) for m clusters.
  case cr1
  /// Bias-reduced: exact when rows are independent with equal variance. The default with clusters.
  case cr2
  /// Close to the jackknife over clusters.
  case cr3

  /// Whether rows are summed by cluster.
  public var isClustered: Bool {
    switch self {
    case .hc0, .hc1, .hc2, .hc3, .hc4: false
    case .cr0, .cr1, .cr2, .cr3: true
    }
  }

  /// What the options ask for where nothing is named; nil for the model's own errors.
  static func usual(_ options: ModelOptions) -> RobustCovariance? {
    if options.cluster != nil { return .cr2 }
    return options.weights?.kind == .sampling ? .hc3 : nil
  }
}

extension RobustCovariance {
  /// What a row's squared residual is divided by, where `1 - h` is left of its leverage h.
  func power(ofRemaining rest: Double, rowsPerCoefficient: Double) -> Double {
    switch self {
    case .hc0, .hc1: 1
    case .hc2: rest
    case .hc3: rest * rest
    case .hc4: pow(rest, min(4, rowsPerCoefficient * (1 - rest)))
    case .cr0, .cr1, .cr2, .cr3: preconditionFailure("rows are summed by cluster elsewhere")
    }
  }
}

extension ModelOptions {
  /// Clusters and an estimator that sums over them come together or not at all.
  func checkClusters(_ robust: RobustCovariance?) throws {
    switch (cluster, robust) {
    case (let cluster?, let kind?) where !kind.isClustered:
      throw EstimationError(
        .unsupported,
        "\(kind.rawValue) takes rows as independent, and clusters are given ('\(cluster)'): cr0, cr1, cr2 or cr3 allow for them"
      )
    case (nil, let kind?) where kind.isClustered:
      throw EstimationError(.unsupported, "\(kind.rawValue) needs the column that names the clusters")
    default: break
    }
  }
}
