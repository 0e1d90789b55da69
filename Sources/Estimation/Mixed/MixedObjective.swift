internal import LinearAlgebra

/// The profiled deviance of a mixed model as a function of the parameters of the relative covariances.
///
/// With `H = W^-1 + Z Delta Z'`, `A = X'H^-1X` and `rho = r'H^-1 r` at the generalised least squares estimate,
/// ```
/// REML:  log |H| + log |A| + (n - p) (1 + log(2 pi rho / (n - p))),   sigma^2 = rho / (n - p)
/// ML:    log |H|           +    n    (1 + log(2 pi rho /    n   )),   sigma^2 = rho /    n
/// ```
/// Bates, Maechler, Bolker and Walker (2015), J. Statistical Software 67(1), eqs. 34 and 41.
struct MixedObjective: Sendable {
  let sums: any MixedSums
  let structures: [RandomStructure]
  let method: LikelihoodMethod
  /// What shifting and scaling the columns adds to the deviance, less the sum of the weights' logarithms.
  let constant: Double

  /// The criterion at some parameters.
  struct Value: Sendable {
    let theta: [Double]
    let deviance: Double
    let point: MixedPoint
    /// In the scale of the sums.
    let sigmaSquared: Double
  }

  /// Derivatives of the deviance by the parameters.
  struct Slope: Sendable {
    let gradient: [Double]
    let hessian: Matrix
    let sums: DerivativeSums
  }

  var parameterCount: Int { structures.reduce(0) { $0 + $1.parameterCount } }
  var pairCount: Int { structures.reduce(0) { $0 + $1.pairCount } }
  var start: [Double] { structures.flatMap(\.start) }

  /// What rho is divided by.
  var degreesOfFreedom: Double { method == .reml ? sums.rows - Double(sums.columnCount) : sums.rows }

  /// The parameters, and the elements, of each grouping.
  func ranges(_ count: (RandomStructure) -> Int) -> [Range<Int>] {
    var start = 0
    return structures.map { structure in
      defer { start += count(structure) }
      return start..<start + count(structure)
    }
  }

  func factors(_ theta: [Double]) -> [Matrix] {
    zip(structures, ranges(\.parameterCount)).map { $0.factor(theta[$1]) }
  }

  /// The deviance; nil where it has no finite value.
  func value(_ theta: [Double], _ executor: some FoldExecutor) throws -> Value? {
    guard theta.allSatisfy(\.isFinite), let found = try sums.criterion(factors(theta), executor),
      let point = MixedPoint(found.products)
    else { return nil }
    let df = degreesOfFreedom
    var deviance = found.logDeterminant + df * (1 + logarithm(2 * .pi * point.residual / df)) + constant
    if method == .reml { deviance += point.logDeterminantA }
    guard deviance.isFinite else { return nil }
    return Value(theta: theta, deviance: deviance, point: point, sigmaSquared: point.residual / df)
  }

  /// Gradient and Hessian; with traces the exact Hessian, otherwise the average information in its place.
  func slope(_ value: Value, _ order: DerivativeOrder, _ executor: some FoldExecutor) throws -> Slope {
    let sums = try self.sums.derivatives(factors(value.theta), value.point, order, executor)
    let gradient = elementGradient(sums, value)
    let curvature = elementHessian(sums, value)
    let jacobian = self.jacobian(value.theta)
    var hessian = jacobian.transposed() * curvature * jacobian
    hessian += bending(gradient)
    hessian = (hessian + hessian.transposed()).scaled(by: 0.5)
    return Slope(gradient: jacobian.transposeTimes(gradient), hessian: hessian, sums: sums)
  }

  // MARK: - By elements of the relative covariances

  /// `d deviance / d Delta_r`, with sigma^2 and the coefficients at their best.
  func elementGradient(_ sums: DerivativeSums, _ value: Value) -> [Double] {
    sums.trace.indices.map { r in
      sums.trace[r] - (method == .reml ? sums.meanTrace[r] : 0) - sums.squares[r] / value.sigmaSquared
    }
  }

  /// `y'P H_r P H_s P y`, where P belongs to H.
  func projectedSquares(_ sums: DerivativeSums, _ value: Value) -> Matrix {
    let spread = value.point.inverseRoot.transposed() * sums.cross
    return sums.squareProducts - spread.transposeTimes(spread)
  }

  /// `tr(P H_r P H_s)`, or for maximum likelihood `tr(H^-1 H_r H^-1 H_s)`; nil without traces.
  ///
  /// Without slopes the smallest of its three parts, of the order of the columns of X over the groups, is left out.
  func projectedTraces(_ sums: DerivativeSums, _ value: Value) -> Matrix? {
    guard var result = sums.traceProducts else { return nil }
    guard method == .reml else { return result }
    if let meanProducts = sums.meanProducts { result -= meanProducts.scaled(by: 2) }
    guard let slopes = sums.slopes else { return result }
    let root = value.point.inverseRoot
    let images = slopes.map { (root.transposed() * $0 * root).columnMajor }
    for r in images.indices {
      for s in images.indices { result[r, s] += dotProduct(images[r], images[s]) }
    }
    return result
  }

  private func elementHessian(_ sums: DerivativeSums, _ value: Value) -> Matrix {
    let sigma2 = value.sigmaSquared
    var result = projectedSquares(sums, value).scaled(by: 2 / sigma2)
    if let traces = projectedTraces(sums, value) {
      result -= traces
    } else {
      result = result.scaled(by: 0.5)
    }
    for r in sums.squares.indices {
      for s in sums.squares.indices {
        result[r, s] -= sums.squares[r] * sums.squares[s] / (sigma2 * sigma2 * degreesOfFreedom)
      }
    }
    return result
  }

  // MARK: - From elements to parameters

  /// `d Delta_r / d theta_k = (B_k L' + L B_k')_r`: elements x parameters.
  func jacobian(_ theta: [Double]) -> Matrix {
    var result = Matrix(rowCount: pairCount, columnCount: parameterCount)
    let (own, elements) = (ranges(\.parameterCount), ranges(\.pairCount))
    for (index, factor) in factors(theta).enumerated() {
      for (k, basis) in structures[index].basis.enumerated() {
        let half = basis * factor.transposed()
        for (r, value) in RandomStructure.elements(half + half.transposed()).enumerated() {
          result[elements[index].lowerBound + r, own[index].lowerBound + k] = value
        }
      }
    }
    return result
  }

  /// `sum_r g_r d^2 Delta_r / d theta_k d theta_l = sum_r g_r (B_k B_l' + B_l B_k')_r`.
  func bending(_ gradient: [Double]) -> Matrix {
    var result = Matrix(rowCount: parameterCount, columnCount: parameterCount)
    let (own, elements) = (ranges(\.parameterCount), ranges(\.pairCount))
    for (index, structure) in structures.enumerated() {
      let g = Array(gradient[elements[index]])
      for k in 0..<structure.parameterCount {
        for l in 0...k {
          let half = structure.basis[k] * structure.basis[l].transposed()
          let value = dotProduct(g, RandomStructure.elements(half + half.transposed()))
          result[own[index].lowerBound + k, own[index].lowerBound + l] = value
          result[own[index].lowerBound + l, own[index].lowerBound + k] = value
        }
      }
    }
    return result
  }
}
