internal import LinearAlgebra

/// A covariance structure over given visits: its parameters, and each element as a function of them.
///
/// Parameters are variances, covariances and correlations (for the spatial exponential variance and range),
/// the ones in which Kenward and Roger's second derivatives are taken.
struct CovarianceShape: Sendable {
  let structure: RepeatedCovariance
  let visitCount: Int
  /// Where visits lie in time; used by the spatial exponential alone.
  let times: [Double]
  /// How each parameter is moved.
  let scales: [Scale]

  init(structure: RepeatedCovariance, visitCount: Int, times: [Double]) {
    (self.structure, self.visitCount, self.times) = (structure, visitCount, times)
    scales = Self.scales(structure, visitCount)
  }

  /// How the search moves a parameter: over all numbers.
  enum Scale: Sendable, Equatable {
    case identity
    case log
    case interval(lower: Double, upper: Double)

    func value(_ x: Double) -> Double {
      switch self {
      case .identity: x
      case .log: exponential(x)
      case .interval(let lower, let upper): lower + (upper - lower) / (1 + exponential(-x))
      }
    }

    func inverse(_ value: Double) -> Double {
      switch self {
      case .identity: value
      case .log: logarithm(value)
      case .interval(let lower, let upper): logarithm((value - lower) / (upper - value))
      }
    }

    /// First and second derivative of the value.
    func slopes(_ x: Double) -> (first: Double, second: Double) {
      switch self {
      case .identity: return (1, 0)
      case .log: return (exponential(x), exponential(x))
      case .interval(let lower, let upper):
        let share = 1 / (1 + exponential(-x))
        let first = (upper - lower) * share * (1 - share)
        return (first, first * (1 - 2 * share))
      }
    }
  }

  /// How many variances come first among the parameters.
  private var varianceCount: Int { structure.isHeterogeneous ? visitCount : 1 }

  /// How many parameters there are.
  var parameterCount: Int { scales.count }

  private static func scales(_ structure: RepeatedCovariance, _ m: Int) -> [Scale] {
    let variances = structure.isHeterogeneous ? m : 1
    let correlation = Scale.interval(lower: -1, upper: 1)
    func with(_ others: [Scale]) -> [Scale] { Array(repeating: .log, count: variances) + others }
    switch structure {
    case .unstructured: return Array(repeating: .identity, count: m * (m + 1) / 2)
    case .compoundSymmetry: return [.identity, .identity]
    case .toeplitz: return Array(repeating: .identity, count: m)
    case .heterogeneousCompoundSymmetry: return with([.interval(lower: -1 / Double(m - 1), upper: 1)])
    case .autoregressive, .heterogeneousAutoregressive: return with([correlation])
    case .heterogeneousToeplitz: return with(Array(repeating: .identity, count: m - 1))
    case .anteDependence, .heterogeneousAnteDependence:
      return with(Array(repeating: correlation, count: m - 1))
    case .spatialExponential: return with([.log])
    }
  }

  /// The place of an element of an unstructured matrix, column by column of the lower triangle.
  func place(_ a: Int, _ b: Int) -> Int { a * visitCount - a * (a - 1) / 2 + b - a }

  /// The element of visits a <= b.
  func entry(_ a: Int, _ b: Int, at parameters: [Double]) -> CovarianceEntry {
    switch structure {
    case .unstructured: return CovarianceEntry(sumOf: [place(a, b)], at: parameters)
    case .compoundSymmetry: return CovarianceEntry(sumOf: a == b ? [0, 1] : [0], at: parameters)
    case .toeplitz: return CovarianceEntry(sumOf: [b - a], at: parameters)
    default: break
    }
    let first = structure.isHeterogeneous ? a : 0
    guard a != b else { return CovarianceEntry(sumOf: [first], at: parameters) }
    let correlation = correlation(a, b, at: parameters)
    guard structure.isHeterogeneous else {
      return CovarianceEntry(sumOf: [0], at: parameters) * correlation
    }
    return CovarianceEntry(rootOf: a, at: parameters) * CovarianceEntry(rootOf: b, at: parameters)
      * correlation
  }

  private func correlation(_ a: Int, _ b: Int, at parameters: [Double]) -> CovarianceEntry {
    let start = varianceCount
    switch structure {
    case .autoregressive, .heterogeneousAutoregressive:
      return Self.power(start, b - a, at: parameters)
    case .heterogeneousToeplitz: return CovarianceEntry(sumOf: [start + b - a - 1], at: parameters)
    case .anteDependence, .heterogeneousAnteDependence:
      return CovarianceEntry(productOf: start + a..<start + b, at: parameters)
    case .spatialExponential:
      let (range, distance) = (parameters[start], abs(times[b] - times[a]))
      let (value, ratio) = (exponential(-distance / range), distance / range)
      return CovarianceEntry(
        start, value: value, first: value * ratio / range,
        second: value * ratio * (ratio - 2) / (range * range))
    default: return CovarianceEntry(sumOf: [start], at: parameters)
    }
  }

  /// An element of the spatial exponential without derivatives, the parameters of all groups given.
  func spatialValue(_ a: Int, _ b: Int, at parameters: [Double], group: Int) -> Double {
    parameters[2 * group] * exponential(-abs(times[b] - times[a]) / parameters[2 * group + 1])
  }

  private static func power(_ index: Int, _ exponent: Int, at parameters: [Double]) -> CovarianceEntry {
    let base = parameters[index]
    func power(_ k: Int) -> Double { (0..<max(k, 0)).reduce(1) { product, _ in product * base } }
    let n = Double(exponent)
    return CovarianceEntry(
      index, value: power(exponent), first: n * power(exponent - 1),
      second: exponent < 2 ? 0 : n * (n - 1) * power(exponent - 2))
  }

  /// The whole matrix.
  func matrix(at parameters: [Double]) -> Matrix {
    var result = Matrix(rowCount: visitCount, columnCount: visitCount)
    for a in 0..<visitCount {
      for b in a..<visitCount {
        let value = entry(a, b, at: parameters).value
        (result[a, b], result[b, a]) = (value, value)
      }
    }
    return result
  }

  /// What the parameters are called.
  func names(_ visits: [String]) -> [String] {
    let m = visitCount
    let variances = structure.isHeterogeneous ? visits.map { "variance(\($0))" } : ["variance"]
    switch structure {
    case .unstructured:
      return (0..<m).flatMap { a in
        (a..<m).map { b in a == b ? "variance(\(visits[a]))" : "covariance(\(visits[a]), \(visits[b]))" }
      }
    case .compoundSymmetry: return ["covariance", "residual variance"]
    case .toeplitz: return ["variance"] + (1..<max(m, 1)).map { "covariance(lag \($0))" }
    case .heterogeneousCompoundSymmetry, .autoregressive, .heterogeneousAutoregressive:
      return variances + ["correlation"]
    case .heterogeneousToeplitz: return variances + (1..<max(m, 1)).map { "correlation(lag \($0))" }
    case .anteDependence, .heterogeneousAnteDependence:
      return variances + (1..<max(m, 1)).map { "correlation(\(visits[$0 - 1]), \(visits[$0]))" }
    case .spatialExponential: return variances + ["range"]
    }
  }
}
