internal import Distributions
internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

extension GeneralizedMixedFit {
  /// Confidence limits of a variance, or of a correlation.
  public struct VarianceLimits: Sendable, Equatable {
    /// The variance, or the covariance whose correlation the limits are of.
    public let component: VarianceComponent
    /// The lower limit of the variance or the correlation; nil where there is none.
    public let lower: Double?
    /// The upper limit of the variance or the correlation; nil where there is none.
    public let upper: Double?
    /// How they were found.
    public let method: LimitMethod

    /// Limits of a component; none where they are nil.
    public init(component: VarianceComponent, lower: Double?, upper: Double?, method: LimitMethod) {
      self.component = component
      self.lower = lower
      self.upper = upper
      self.method = method
    }
  }

  /// Confidence limits of the variances and correlations of random effects, in the order of ``varianceComponents``.
  ///
  /// Wald limits are symmetric for log standard deviations and for Fisher's z of correlations; a variance of 0 and a
  /// correlation at its end have none. Profile limits are where the likelihood ratio test just rejects; they are found for
  /// variances that a single parameter gives, such as those of `(1 | id)` and of `(week || id)`, and all others have Wald
  /// limits. A lower profile limit is 0 where the likelihood without the variance is not rejected. They are limits at the
  /// level of a two-sided test on 1 df.
  ///
  /// - Parameters:
  ///   - method: How limits are found.
  ///   - executor: What runs the passes of profile limits.
  /// - Returns: One for each component.
  /// - Throws: What the executor throws.
  /// - Complexity: For each profiled variance some 50 to 100 gradients, about as many as a fit.
  public func varianceLimits(
    _ method: LimitMethod = .wald, executor: some FoldExecutor = SerialExecutor()
  ) throws -> [VarianceLimits] {
    let map = VarianceMap(context)
    let z = NormalDistribution.standard.quantile(0.5 + options.confidenceLevel / 2)
    return try varianceComponents.enumerated().map { index, component in
      guard convergence.isConverged else {
        return VarianceLimits(component: component, lower: nil, upper: nil, method: .wald)
      }
      if method == .profile, let (parameter, scale) = map.soleParameter(index) {
        var profile = VarianceProfile(context, parameter: parameter, executor: executor)
        let (lower, upper) = try profile.limits(z, error: map.logDeviationError(index))
        return VarianceLimits(
          component: component, lower: lower.map { $0 * $0 * scale * scale },
          upper: upper.map { $0 * $0 * scale * scale }, method: .profile)
      }
      let (lower, upper) = map.waldLimits(index, z)
      return VarianceLimits(component: component, lower: lower, upper: upper, method: .wald)
    }
  }
}

/// Variances and covariances of random effects as functions of the parameters.
private struct VarianceMap {
  /// One component: its columns within a grouping, and where that grouping's parameters begin.
  private struct Place {
    let a: Int
    let b: Int
    let grouping: Int
  }

  private let context: GeneralizedMixedContext
  private let places: [Place]
  /// For each grouping the factor in the columns' own scale, and its derivative by each parameter.
  private let factors: [Matrix]
  private let slopes: [[Matrix]]

  init(_ context: GeneralizedMixedContext) {
    self.context = context
    let structures = context.objective.structures
    factors = zip(structures, context.factors).map { $0.inverseMapping * $1 }
    slopes = structures.map { structure in structure.basis.map { structure.inverseMapping * $0 } }
    let groupings = context.groupings
    places = context.components.map { component in
      let grouping = groupings.firstIndex { $0.name == component.group } ?? 0
      let names = groupings[grouping].columnNames
      let a = names.firstIndex(of: component.term) ?? 0
      return Place(
        a: a, b: component.otherTerm.flatMap(names.firstIndex(of:)) ?? a, grouping: grouping)
    }
  }

  private func value(_ k: Int, _ a: Int, _ b: Int) -> Double {
    dotProduct(factors[k].row(a), factors[k].row(b))
  }

  /// By all parameters of the model.
  private func gradient(_ k: Int, _ a: Int, _ b: Int) -> [Double] {
    var result = [Double](repeating: 0, count: context.objective.parameterCount)
    let first = context.objective.ranges[k].lowerBound
    for (j, slope) in slopes[k].enumerated() {
      result[first + j] =
        dotProduct(factors[k].row(a), slope.row(b)) + dotProduct(slope.row(a), factors[k].row(b))
    }
    return result
  }

  /// The parameter that alone gives a standard deviation, and by what it is multiplied; nil where there are several.
  func soleParameter(_ index: Int) -> (parameter: Int, scale: Double)? {
    let place = places[index]
    guard place.a == place.b else { return nil }
    let rows = slopes[place.grouping].map { $0.row(place.a) }
    let moving = rows.indices.filter { rows[$0].contains { $0 != 0 } }
    guard moving.count == 1 else { return nil }
    let scale = dotProduct(rows[moving[0]], rows[moving[0]]).squareRoot()
    return (context.objective.ranges[place.grouping].lowerBound + moving[0], scale)
  }

  /// The standard error of a log standard deviation; nil at 0.
  func logDeviationError(_ index: Int) -> Double? {
    let place = places[index]
    let value = value(place.grouping, place.a, place.a)
    guard value.squareRoot() > MixedContext.boundaryTolerance else { return nil }
    let own = gradient(place.grouping, place.a, place.a)
    let error = context.jointCovariance.quadraticForm(own).squareRoot() / (2 * value)
    return error.isFinite ? error : nil
  }

  func waldLimits(_ index: Int, _ z: Double) -> (lower: Double?, upper: Double?) {
    let place = places[index]
    let value = value(place.grouping, place.a, place.b)
    guard place.a != place.b else {
      guard let error = logDeviationError(index) else { return (nil, nil) }
      return (value * exponential(-2 * z * error), value * exponential(2 * z * error))
    }
    let (first, second) = (
      self.value(place.grouping, place.a, place.a), self.value(place.grouping, place.b, place.b)
    )
    let size = (first * second).squareRoot()
    let correlation = value / size
    guard min(first, second).squareRoot() > MixedContext.boundaryTolerance,
      1 - abs(correlation) > MixedContext.boundaryTolerance
    else { return (nil, nil) }
    let own = gradient(place.grouping, place.a, place.b)
    let (left, right) = (
      gradient(place.grouping, place.a, place.a), gradient(place.grouping, place.b, place.b)
    )
    let slopes = own.indices.map {
      own[$0] / size - correlation / 2 * (left[$0] / first + right[$0] / second)
    }
    let error =
      context.jointCovariance.quadraticForm(slopes).squareRoot() / (1 - correlation * correlation)
    guard error.isFinite else { return (nil, nil) }
    let middle = atanh(correlation)
    return (tanh(middle - z * error), tanh(middle + z * error))
  }
}

/// The likelihood as a function of one parameter, with all others at their best.
private struct VarianceProfile<Executor: FoldExecutor> {
  private let objective: MarginalObjective
  private let best: MarginalObjective.Point
  private let parameter: Int
  private let others: [Int]
  /// Of the log-likelihood at the optimum, less its sign.
  private let information: Matrix
  private let executor: Executor

  private static var mostSteps: Int { 40 }
  private static var mostTrials: Int { 40 }
  /// The Newton step's length at which the other parameters are at their best.
  private static var tolerance: Double { 1e-5 }
  /// Of the signed root of the deviance.
  private static var rootTolerance: Double { 1e-6 }

  init(_ context: GeneralizedMixedContext, parameter: Int, executor: Executor) {
    objective = context.objective
    best = context.point
    self.parameter = parameter
    others = context.point.parameters.indices.filter { $0 != parameter }
    information = PositiveInverse(context.jointCovariance).inverse
    self.executor = executor
  }

  /// Where the signed root of the deviance is z on either side; 0 where it is not reached below.
  mutating func limits(_ z: Double, error: Double?) throws -> (lower: Double?, upper: Double?) {
    let centre = abs(best.parameters[parameter])
    let atZero = try root(at: 0, from: best)
    let step = min(max(error ?? 0.5, 0.05), 1)
    var lower: Double? = 0
    if let error, let atZero, atZero.value > z {
      lower = try limit(z, between: centre, isUpper: false, step: error)
    } else if atZero == nil {
      lower = nil
    }
    let start =
      centre > 0
      ? centre
      : (information[parameter, parameter] > 0
        ? 1 / information[parameter, parameter].squareRoot() : 0.1)
    return (lower, try limit(z, between: start, isUpper: true, step: step))
  }

  /// Steps out until z is passed, then halves and interpolates in the logarithm.
  private func limit(_ z: Double, between centre: Double, isUpper: Bool, step: Double) throws -> Double? {
    let sign = isUpper ? 1.0 : -1.0
    var (near, far) = ((x: logarithm(centre), f: -z), (x: 0.0, f: 0.0))
    var warm = best
    var hasFar = false
    var width = step * z
    for _ in 0..<Self.mostTrials {
      let x: Double
      if hasFar {
        let secant = near.x + (far.x - near.x) * near.f / (near.f - far.f)
        let share = (secant - near.x) / (far.x - near.x)
        x = near.x + min(max(share, 0.02), 0.98) * (far.x - near.x)
      } else {
        x = near.x + sign * width
        width *= 1.3
      }
      guard let found = try root(at: exponential(x), from: warm) else { return nil }
      let value = found.value - z
      if abs(value) < Self.rootTolerance { return exponential(x) }
      warm = found.point
      if value < 0 {
        near = (x, value)
      } else {
        far = (x, value)
        hasFar = true
      }
      if hasFar, abs(far.x - near.x) < 1e-10 { return exponential(x) }
    }
    return nil
  }

  /// The root of twice the loss of log-likelihood, with the parameters that were found.
  private func root(at value: Double, from warm: MarginalObjective.Point) throws -> (
    value: Double, point: MarginalObjective.Point
  )? {
    guard let point = try constrained(to: value, from: warm) else { return nil }
    return (max(2 * (best.logLikelihood - point.logLikelihood), 0).squareRoot(), point)
  }

  /// The best of the other parameters, by Newton's method with a Hessian that BFGS updates carry on.
  private func constrained(to value: Double, from warm: MarginalObjective.Point) throws
    -> MarginalObjective.Point?
  {
    var parameters = warm.parameters
    let sign = parameters[parameter] < 0 || best.parameters[parameter] < 0 ? -1.0 : 1.0
    parameters[parameter] = sign * value
    guard var point = try objective.point(parameters, from: warm.modes, executor) else { return nil }
    var hessian = information.selecting(rows: others, columns: others)
    let scales = hessian.diagonal.map { $0 > 0 && $0.isFinite ? 1 / $0.squareRoot() : 1 }
    for _ in 0..<Self.mostSteps {
      guard let step = SearchStep(others.map { -point.gradient[$0] }, hessian, scales) else { return nil }
      guard step.length >= Self.tolerance else { return point }
      guard let next = try climb(point, step) else {
        return step.length < 1e2 * Self.tolerance ? point : nil
      }
      hessian = MarginalSearch.updated(
        hessian, step: others.map { next.parameters[$0] - point.parameters[$0] },
        change: others.map { point.gradient[$0] - next.gradient[$0] })
      point = next
    }
    return nil
  }

  private func climb(_ point: MarginalObjective.Point, _ step: SearchStep) throws -> MarginalObjective.Point?
  {
    let slack = 1e-12 * max(1, abs(point.logLikelihood))
    var share = 1.0
    for _ in 0..<30 {
      var parameters = point.parameters
      for (k, own) in others.enumerated() { parameters[own] += share * step.step[k] }
      let wanted = step.increase < slack ? -slack : 1e-4 * share * step.increase
      if let next = try objective.point(parameters, from: point.modes, executor),
        next.logLikelihood >= point.logLikelihood + wanted
      {
        return next
      }
      share /= 2
    }
    return nil
  }
}
