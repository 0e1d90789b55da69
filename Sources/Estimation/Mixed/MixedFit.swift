public import LinearAlgebra

/// A fitted linear mixed model.
///
/// Formula, coefficients, covariance (the model's, or Kenward and Roger's adjusted one), rows and diagnostics are those of
/// every ``FittedModel``; without robust errors the groups are the clusters of a model with one set of them.
public struct MixedFit: StoredFit {
  let core: FitCore
  /// The covariance of the estimated coefficients with variances taken as known.
  public let modelCovariance: Matrix
  /// How the parameters were estimated.
  public let method: LikelihoodMethod
  /// How degrees of freedom are found.
  public let degreesOfFreedomMethod: VarianceDegreesOfFreedom
  /// The information that they rest on.
  public let information: VarianceInformation
  /// Variances and covariances, those of the residuals last.
  public let varianceComponents: [VarianceComponent]
  /// The residual standard deviation (of a row of weight 1).
  public let sigma: Double
  /// `-2` times the log-likelihood, restricted with ``LikelihoodMethod/reml``.
  public let criterion: Double
  /// How many observations count: rows, or the sum of frequency weights.
  public let observationCount: Double
  /// The sets of groups, with how many there are, largest first.
  public let groupCounts: [(group: String, count: Int)]
  /// How the search ended.
  public let convergence: Convergence
  /// How the criterion was brought to its optimum.
  public let optimization: OptimizationRecord
  /// Random terms whose covariance is singular at the optimum, as they were written.
  public let boundaryTerms: [String]

  /// The sandwich, if any.
  public let robust: RobustCovariance?

  let context: MixedContext
  let inference: MixedInference
  let sandwich: MixedSandwich?

  /// The covariance of the effects of terms with several columns.
  public var randomCovariance: RandomCovariance { context.model.covariance }
  /// The log-likelihood, restricted with ``LikelihoodMethod/reml``.
  public var logLikelihood: Double { -criterion / 2 }
  /// Estimated coefficients, parameters of the random terms, and the residual variance.
  public var parameterCount: Int { estimated.count + context.objective.parameterCount + 1 }
  /// `criterion + 2 parameters`, as lme4.
  public var aic: Double { criterion + 2 * Double(parameterCount) }
  /// `criterion + log(n) parameters` with n the rows, as lme4.
  public var bic: Double { criterion + logarithm(observationCount) * Double(parameterCount) }
  /// Rows less coefficients.
  public var residualDegreesOfFreedom: Double? { observationCount - Double(estimated.count) }

  init(
    _ model: LinearMixedModel, frame: ModelFrame, rows: MixedRows, columns: MixedColumns,
    executor: some FoldExecutor
  ) throws {
    let context = try MixedContext(model, rows: rows, sums: columns.sums, executor: executor)
    let inference = try MixedInference(context, executor)
    self.context = context
    self.inference = inference
    method = model.method
    degreesOfFreedomMethod = inference.method
    information = model.usedInformation
    varianceComponents = context.components
    sigma = context.sigmaSquared.squareRoot()
    criterion = context.value.deviance
    observationCount = columns.sums.rows
    groupCounts = rows.random.groupings.map { ($0.name, $0.groups.count) }
    convergence = context.convergence
    optimization = context.record
    boundaryTerms = context.boundaries.map(\.term.text)
    modelCovariance = inference.modelCovariance
    robust = model.usedRobust
    let sandwich = try model.usedRobust.map { try MixedSandwich($0, context, executor) }
    self.sandwich = sandwich
    let coefficients = Self.coefficients(frame, kept: rows.kept, context.beta, inference, sandwich)
    let aliased = coefficients.filter(\.isAliased).map(\.term)
    let terms = rows.kept.map { coefficients[$0].term }
    core = FitCore(
      frame: frame.summary, rows: Self.accounting(frame, rows, sandwich), estimated: rows.kept,
      aliasing: columns.aliasing, covariance: sandwich?.covariance ?? inference.covariance,
      coefficients: coefficients,
      diagnostics: frame.diagnostics + context.diagnostics(aliased: aliased) + inference.diagnostics
        + (model.usedRobust.flatMap { sandwich?.diagnostics($0, coefficients, estimated: terms) } ?? []))
  }

  private static func coefficients(
    _ frame: ModelFrame, kept: [Int], _ beta: [Double], _ inference: MixedInference,
    _ sandwich: MixedSandwich?
  ) -> [Coefficient] {
    let covariance = sandwich?.covariance ?? inference.covariance
    let position = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    return frame.plan.columnNames.enumerated().map { column, name in
      guard let k = position[column] else { return .aliased(term: name) }
      let unit = beta.indices.map { $0 == k ? 1.0 : 0 }
      return .wald(
        term: name, estimate: beta[k], variance: covariance[k, k],
        degreesOfFreedom: sandwich?.degreesOfFreedom(of: unit) ?? inference.degreesOfFreedom(of: unit)
          ?? .nan,
        level: frame.options.confidenceLevel,
        modelVariance: inference.method.isKenwardRoger || sandwich != nil
          ? inference.modelCovariance[k, k] : nil)
    }
  }

  /// The frame's accounting, with the sizes of the clusters, or of the groups where there is one set of them.
  private static func accounting(
    _ frame: ModelFrame, _ rows: MixedRows, _ sandwich: MixedSandwich?
  ) -> RowAccounting {
    var accounting = frame.accounting
    if let sandwich {
      sandwich.note(in: &accounting)
      return accounting
    }
    guard rows.random.groupings.count == 1 else { return accounting }
    let sizes = (0..<rows.starts.count - 1).map { rows.starts[$0 + 1] - rows.starts[$0] }
    accounting.clusters = RowAccounting.Clusters(
      column: rows.random.groupings[0].name, count: sizes.count, smallest: sizes.min() ?? 0,
      largest: sizes.max() ?? 0)
    return accounting
  }

  /// Degrees of freedom of a linear function of the estimated coefficients: the sandwich's, else by the fit's method.
  ///
  /// - Complexity: O(variance parameters x columns^2), with a sandwich O(clusters x columns^2).
  public func degreesOfFreedom(of weights: [Double]) -> Double? {
    sandwich?.degreesOfFreedom(of: weights) ?? inference.degreesOfFreedom(of: weights) ?? .nan
  }

  /// F, with Kenward and Roger's scale where that is the method, and with a sandwich Hotelling's T-squared.
  public func jointReference(of functions: Matrix) -> JointReference {
    sandwich?.reference(of: functions) ?? inference.jointReference(of: functions)
  }

  /// One line on how the fit was made and whether it can be trusted.
  public func verdict(closing notes: [Diagnostic]) -> String {
    let groups = groupCounts.map { "\($0.count) groups of \($0.group)" }.joined(separator: ", ")
    let information =
      degreesOfFreedomMethod == .satterthwaite || degreesOfFreedomMethod.isKenwardRoger
      ? " (\(self.information.rawValue) information)" : ""
    let errors =
      robust.map { "\($0.label) standard errors\(rows.clustersPhrase) with Satterthwaite df" }
      ?? "\(degreesOfFreedomMethod.label)\(information)"
    return
      "Linear mixed model by \(method.rawValue) over \(groups), \(errors)"
      + "\(options.weightsPhrase): \(convergence.message); \(notes.closing)."
  }
}
