/// One element of a covariance matrix with its derivatives in the few parameters that it depends on.
struct CovarianceEntry: Sendable {
  var value: Double
  /// The parameters.
  var indices: [Int]
  /// First derivatives, one a parameter.
  var first: [Double]
  /// Second derivatives, parameters x parameters.
  var second: [Double]

  /// The sum of some parameters.
  init(sumOf indices: [Int], at parameters: [Double]) {
    self.indices = indices
    value = indices.reduce(0) { $0 + parameters[$1] }
    first = indices.map { _ in 1 }
    second = [Double](repeating: 0, count: indices.count * indices.count)
  }

  /// A function of no parameter.
  init(constant: Double) { (value, indices, first, second) = (constant, [], [], []) }

  /// A function of one parameter.
  init(_ index: Int, value: Double, first: Double, second: Double) {
    (self.value, indices, self.first, self.second) = (value, [index], [first], [second])
  }

  /// The product of different parameters.
  init(productOf range: Range<Int>, at parameters: [Double]) {
    indices = Array(range)
    let count = indices.count
    func product(without left: Int, _ right: Int) -> Double {
      range.reduce(1) { $1 == left || $1 == right ? $0 : $0 * parameters[$1] }
    }
    value = product(without: -1, -1)
    first = indices.map { product(without: $0, $0) }
    second = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0..<count where i != j { second[i + count * j] = product(without: indices[i], indices[j]) }
    }
  }

  /// The square root of one parameter.
  init(rootOf index: Int, at parameters: [Double]) {
    let root = parameters[index].squareRoot()
    self.init(
      index, value: root, first: 0.5 / root, second: -0.25 / (root * parameters[index]))
  }

  /// The product of two functions of different parameters.
  static func * (a: CovarianceEntry, b: CovarianceEntry) -> CovarianceEntry {
    var result = a
    result.value = a.value * b.value
    result.indices = a.indices + b.indices
    result.first = a.first.map { $0 * b.value } + b.first.map { $0 * a.value }
    let (left, count) = (a.indices.count, a.indices.count + b.indices.count)
    var second = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0..<count {
        second[i + count * j] =
          switch (i < left, j < left) {
          case (true, true): a.second[i + left * j] * b.value
          case (false, false): b.second[i - left + (count - left) * (j - left)] * a.value
          case (true, false): a.first[i] * b.first[j - left]
          case (false, true): a.first[j] * b.first[i - left]
          }
      }
    }
    result.second = second
    return result
  }

  /// The same element in other coordinates, by the first and second derivative of each parameter.
  func transformed(by slopes: [(first: Double, second: Double)]) -> CovarianceEntry {
    var result = self
    let count = indices.count
    for i in 0..<count {
      let own = slopes[indices[i]]
      result.first[i] = first[i] * own.first
      for j in 0..<count {
        result.second[i + count * j] = second[i + count * j] * own.first * slopes[indices[j]].first
      }
      result.second[i + count * i] += first[i] * own.second
    }
    return result
  }
}
