internal import LinearAlgebra

/// A fitted covariance and what follows from it: estimates, information, sensitivities.
struct RepeatedSolution: Sendable {
  let system: RepeatedSystem
  let shape: CovarianceShape
  let groupCount: Int
  let method: LikelihoodMethod
  let search: RepeatedSearch.Result
  /// At the estimates, in the parameters themselves.
  let derivatives: RepeatedDerivatives?
  /// The covariance of the variance parameters from the information that was asked for; nil where that is not
  /// positive definite.
  let parameterCovariance: Matrix?
  /// The same from the observed information, which standard errors of the parameters come from.
  let observedCovariance: Matrix?
  let sensitivity: VarianceSensitivity?
  /// The largest element of `L^-1 g`, L the Cholesky factor of the Hessian of -2 log-likelihood.
  let scaledGradient: Double

  /// The scaled gradient up to which a fit counts as converged.
  static let tolerance = 1e-5

  var point: RepeatedPoint { search.point }
  var isRestricted: Bool { method == .reml }

  init(
    _ system: RepeatedSystem, _ shape: CovarianceShape, groupCount: Int, _ model: RepeatedMeasuresModel,
    search: RepeatedSearch.Result, executor: some FoldExecutor
  ) throws {
    self.system = system
    self.shape = shape
    self.groupCount = groupCount
    self.search = search
    method = model.method
    let natural = CovariancePoint(
      shape, groupCount: groupCount, parameters: search.point.covariance.parameters)
    let found = RepeatedDerivatives(
      at: search.point, in: natural, system, isRestricted: model.method == .reml, executor: executor)
    derivatives = found
    let observed = found.flatMap { Self.inverse($0.observed) }
    observedCovariance = observed?.inverse.scaled(by: 2)
    scaledGradient = found.flatMap { own in observed?.scaledGradient(own.gradient) } ?? .nan
    let chosen =
      model.information == .observed
      ? observedCovariance : found.flatMap { Self.inverse($0.expected)?.inverse.scaled(by: 2) }
    parameterCovariance = chosen
    guard let found, let chosen else {
      sensitivity = nil
      return
    }
    let order = system.columnCount
    var sums: RepeatedWeightedProducts.State?
    if model.degreesOfFreedom.isKenwardRoger {
      sums = try executor.run(
        RepeatedWeightedProducts(point: natural, transform: search.point.transform, weights: chosen),
        over: PatternSource(system.patterns))
    }
    func matrix(_ elements: [Double]) -> Matrix {
      Matrix(rowCount: order, columnCount: order, columnMajor: elements)
    }
    sensitivity = VarianceSensitivity(
      covariance: .identity(order: order), derivatives: found.changes, parameterCovariance: chosen,
      weightedProducts: sums.map { matrix($0.products) },
      weightedCurvature: model.degreesOfFreedom == .kenwardRoger && !shape.structure.isLinear
        ? sums.map { matrix($0.curvature) } : nil)
  }

  /// A factored information at unit diagonal.
  private struct Inverse {
    let inverse: Matrix
    let factor: CholeskyFactor
    let scales: [Double]

    func scaledGradient(_ gradient: [Double]) -> Double {
      factor.solveLower(zip(gradient, scales).map { $0 * $1 }).reduce(0) { max($0, abs($1)) }
    }
  }

  private static func inverse(_ information: Matrix) -> Inverse? {
    let diagonal = information.diagonal
    guard diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let scales = diagonal.map { 1 / $0.squareRoot() }
    let scaled = information.scalingRows(by: scales).scalingColumns(by: scales)
    guard let factor = try? CholeskyFactor(scaled), factor.reciprocalCondition > 1e-14 else { return nil }
    return Inverse(
      inverse: factor.inverse().scalingRows(by: scales).scalingColumns(by: scales), factor: factor,
      scales: scales)
  }

  /// Whether the search met its criterion at a point where the likelihood is at a maximum.
  var isConverged: Bool { search.trouble == nil && scaledGradient <= Self.tolerance }

  /// Why the fit cannot be trusted; nil when it can.
  var trouble: String? {
    if search.trouble != nil || observedCovariance == nil, isNearlySingular {
      return
        "the likelihood grows without bound as the covariance becomes singular: too few people for so many parameters"
    }
    if let trouble = search.trouble { return trouble }
    if observedCovariance == nil {
      return "the likelihood is flat or has no maximum at the end of the search"
    }
    return isConverged ? nil : "the scaled gradient is \(scaledGradient)"
  }

  /// Whether a correlation matrix at the end of the search can hardly be inverted.
  private var isNearlySingular: Bool {
    guard shape.structure != .spatialExponential else { return false }
    return (0..<groupCount).contains { group in
      let matrix = shape.matrix(at: point.covariance.parameters(ofGroup: group))
      let scales = matrix.diagonal.map { 1 / $0.squareRoot() }
      let correlation = matrix.scalingRows(by: scales).scalingColumns(by: scales)
      let smallest = (try? SymmetricEigen(correlation))?.values.first ?? 0
      return smallest < 1e-4
    }
  }

  /// The coefficients of the plan's kept columns.
  var coefficients: [Double] {
    zip(system.start, system.toColumns * point.coefficients).map { $0 + $1 }
  }

  /// Maps weights on the coefficients to coordinates in which their covariance is the identity.
  var map: Matrix { point.information.solveLower(system.toColumns.transposed()) }

  /// The log-likelihood, for REML that of the error contrasts in SAS's scale.
  var logLikelihood: Double {
    let rows = system.observationCount - (isRestricted ? Double(system.columnCount) : 0)
    let scale =
      isRestricted ? -2 * system.toColumns.diagonal.reduce(0) { $0 + logarithm(abs($1)) } : 0
    return -0.5 * (point.criterion + scale + rows * logarithm(2 * .pi) - system.logWeight)
  }
}
