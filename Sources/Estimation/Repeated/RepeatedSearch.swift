internal import LinearAlgebra

/// The search for the covariance parameters: Newton's method in a trust region.
///
/// The region is a ball in the metric of the expected information, so that its radius counts standard errors
/// and neither the units of visits nor the parametrisation matter. With that metric's factor `M = G G'` and
/// the eigenvectors of `G^-1 H G^-T`, the step is exact. Unstructured matrices move along `L exp(L^-1 D L^-T)
/// L'`, which stays positive definite; other structures move their variances on the log scale and their
/// correlations on a logistic one between their bounds, Toeplitz covariances as they are.
///
/// The search ends when `g'H^-1g`, twice what the next step promises, is at most 1e-13: that step is taken as
/// the last, and as convergence is quadratic it leaves what rounding allows.
///
/// ## References
/// Conn, Gould and Toint (2000), Trust-Region Methods, sections 7.3 and 17.1; Pinheiro and Bates (1996),
/// Statistics and Computing 6:289-296, on parametrisations.
struct RepeatedSearch: Sendable {
  let system: RepeatedSystem
  let shape: CovarianceShape
  let groupCount: Int
  let isRestricted: Bool

  /// One step, for the record.
  struct Step: Sendable {
    let criterion: Double
    let decrement: Double
    let radius: Double
    let isAccepted: Bool
  }

  /// Why no search could be made.
  enum Failure: Error {
    case start
    case notIdentified
  }

  struct Result: Sendable {
    let point: RepeatedPoint
    let steps: [Step]
    /// Why the search ended before its criterion was met; nil when it was.
    let trouble: String?
  }

  static let mostSteps = 100
  /// Below this promise of a step the criterion's rounding says more than its change.
  private static let quiet = 1e-8
  /// The promise whose step is the last.
  private static let last = 1e-13
  private static let done = 1e-24

  private var usesGeodesics: Bool { shape.structure == .unstructured }

  func run(from start: [Double], executor: some FoldExecutor) throws -> Result {
    let scales = shape.scales
    var coordinates = start.indices.map { scales[$0 % scales.count].inverse(start[$0]) }
    guard var point = point(coordinates, executor) else { throw Failure.start }
    var radius = 0.5 * system.personCount.squareRoot()
    var steps: [Step] = []
    for _ in 0..<Self.mostSteps {
      guard let derivatives = derivatives(point, executor) else { throw Failure.start }
      guard let model = QuadraticModel(derivatives, geodesic: geodesic(derivatives, point)) else {
        if steps.isEmpty { throw Failure.notIdentified }
        return Result(point: point, steps: steps, trouble: "the information became singular")
      }
      if model.isConvex, model.decrement <= Self.done {
        return Result(point: point, steps: steps, trouble: nil)
      }
      let isQuiet = model.isConvex && model.decrement <= Self.quiet
      var moved = false
      while !moved {
        let step = model.step(radius: isQuiet ? .infinity : radius)
        let trial = move(coordinates, by: step.change)
        let next = self.point(trial, executor)
        let gain = next.map { (point.criterion - $0.criterion) / step.promise } ?? -1
        // Near the optimum the criterion's differences are rounding errors.
        let isAccepted = next != nil && (isQuiet || gain > 1e-4)
        steps.append(
          Step(
            criterion: next?.criterion ?? .nan, decrement: model.decrement, radius: radius,
            isAccepted: isAccepted))
        if isAccepted, let next {
          (point, coordinates, moved) = (next, trial, true)
          if gain > 0.75, step.length > 0.9 * radius { radius *= 2 }
          if isQuiet, model.decrement <= Self.last { return Result(point: point, steps: steps, trouble: nil) }
        }
        if !isQuiet, gain < 0.25 { radius = 0.25 * min(step.length, radius) }
        if !moved, isQuiet || radius < 1e-9 || steps.count > 4 * Self.mostSteps {
          return Result(
            point: point, steps: steps, trouble: isQuiet ? nil : "no step lowers the criterion any more")
        }
      }
    }
    return Result(point: point, steps: steps, trouble: "\(Self.mostSteps) steps did not suffice")
  }

  private func point(_ coordinates: [Double], _ executor: some FoldExecutor) -> RepeatedPoint? {
    let covariance = CovariancePoint(shape, groupCount: groupCount, coordinates: coordinates)
    guard covariance.parameters.allSatisfy(\.isFinite), isDefinite(covariance) else { return nil }
    return RepeatedPoint(covariance, system, isRestricted: isRestricted, executor: executor)
  }

  /// Whether the whole matrix is positive definite, also where no person has all visits.
  private func isDefinite(_ covariance: CovariancePoint) -> Bool {
    guard shape.structure != .spatialExponential else { return true }
    return (0..<groupCount).allSatisfy {
      (try? CholeskyFactor(covariance.matrix($0, Array(0..<shape.visitCount)))) != nil
    }
  }

  private func derivatives(_ point: RepeatedPoint, _ executor: some FoldExecutor) -> RepeatedDerivatives? {
    RepeatedDerivatives(
      at: point, in: point.covariance, system, isRestricted: isRestricted, keepsScatter: usesGeodesics,
      executor: executor)
  }

  // MARK: - Geodesics of unstructured matrices

  /// `tr(T D2 Sigma)` along geodesics: `tr(T E_h Sigma^-1 E_l)`, made symmetric.
  private func geodesic(_ derivatives: RepeatedDerivatives, _ point: RepeatedPoint) -> Matrix? {
    guard usesGeodesics else { return nil }
    let (m, q) = (shape.visitCount, shape.parameterCount)
    var result = Matrix(rowCount: q * groupCount, columnCount: q * groupCount)
    for group in 0..<groupCount {
      guard let factor = try? CholeskyFactor(point.covariance.matrix(group, Array(0..<m))) else { return nil }
      let inverse = factor.inverse()
      let units = (0..<m).flatMap { a in
        (a..<m).map { b -> SparseSymmetric in
          var unit = SparseSymmetric()
          unit.append(a, b, 1)
          return unit
        }
      }
      for l in 0..<q {
        let product = units[l].between(inverse, derivatives.scatter[group])
        for h in 0...l {
          let value = units[h].trace(product)
          result[group * q + h, group * q + l] = value
          result[group * q + l, group * q + h] = value
        }
      }
    }
    return result
  }

  private func move(_ coordinates: [Double], by change: [Double]) -> [Double] {
    guard usesGeodesics else { return zip(coordinates, change).map { $0 + $1 } }
    let q = shape.parameterCount
    return (0..<groupCount).flatMap { group -> [Double] in
      let own = Array(coordinates[group * q..<(group + 1) * q])
      let moved = geodesicMove(own, by: Array(change[group * q..<(group + 1) * q]))
      return moved ?? own.map { _ in .nan }
    }
  }

  /// `L exp(L^-1 D L^-T) L'`.
  private func geodesicMove(_ own: [Double], by change: [Double]) -> [Double]? {
    let m = shape.visitCount
    guard let factor = try? CholeskyFactor(shape.matrix(at: own)) else { return nil }
    let half = factor.solveLower(shape.matrix(at: change))
    let inner = factor.solveLower(half.transposed())
    guard let eigen = try? SymmetricEigen(inner) else { return nil }
    let root = factor.lower * eigen.applying { exponential(0.5 * $0) }
    let moved = root * root.transposed()
    return (0..<m).flatMap { a in (a..<m).map { moved[a, $0] } }
  }
}

/// The criterion to second order, in coordinates in which the expected information is the identity.
private struct QuadraticModel {
  private let eigenvalues: [Double]
  /// The gradient in the axes of the curvature.
  private let slopes: [Double]
  /// Maps axes back to parameters.
  private let axes: Matrix
  /// `g'H^-1g`.
  let decrement: Double
  let isConvex: Bool

  /// Nil where the expected information is singular: the data do not determine the parameters.
  init?(_ derivatives: RepeatedDerivatives, geodesic: Matrix?) {
    let diagonal = derivatives.expected.diagonal
    guard diagonal.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let scales = diagonal.map { 1 / $0.squareRoot() }
    let metric = derivatives.expected.scalingRows(by: scales).scalingColumns(by: scales)
    guard let factor = try? CholeskyFactor(metric), factor.reciprocalCondition > 1e-12 else { return nil }
    let curvature = (geodesic.map { derivatives.observed + $0 } ?? derivatives.observed)
      .scalingRows(by: scales).scalingColumns(by: scales)
    let inner = factor.solveLower(factor.solveLower(curvature).transposed())
    guard let eigen = try? SymmetricEigen(inner) else { return nil }
    eigenvalues = eigen.values
    let gradient = zip(derivatives.gradient, scales).map { $0 * $1 }
    slopes = eigen.vectors.transposeTimes(factor.solveLower(gradient))
    axes = TriangularSystem.solve(factor.lower, .lower, isTransposed: true, eigen.vectors).scalingRows(
      by: scales)
    isConvex = (eigen.values.first ?? 1) > 0
    decrement = zip(slopes, eigen.values).reduce(0) { $0 + $1.0 * $1.0 / abs($1.1) }
  }

  struct Step {
    let change: [Double]
    let length: Double
    /// By how much the model's value falls.
    let promise: Double
  }

  /// The lowest point of the model within a radius.
  func step(radius: Double) -> Step {
    let lowest = eigenvalues.first ?? 1
    func move(_ shift: Double) -> [Double] {
      zip(slopes, eigenvalues).map { slope, value in -slope / (value + shift) }
    }
    var chosen = isConvex ? move(0) : []
    if !isConvex || euclideanNorm(chosen) > radius {
      // The length falls as the shift grows: bracket it, then halve on the log scale.
      var lower = max(0, -lowest)
      var upper = lower + euclideanNorm(slopes) / radius + 1e-8
      for _ in 0..<60 {
        let middle = 0.5 * (lower + upper)
        if euclideanNorm(move(middle)) > radius { lower = middle } else { upper = middle }
      }
      chosen = move(upper)
    }
    let promise = -zip(slopes, zip(eigenvalues, chosen)).reduce(0) {
      $0 + $1.0 * $1.1.1 + 0.5 * $1.1.0 * $1.1.1 * $1.1.1
    }
    return Step(change: axes * chosen, length: euclideanNorm(chosen), promise: promise)
  }
}
