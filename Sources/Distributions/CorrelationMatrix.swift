#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A small correlation matrix and the conditionings that multivariate normal integrals need.
struct CorrelationMatrix: Sendable {
  let order: Int
  private let elements: [Double]

  init(_ rows: [[Double]]) {
    order = rows.count
    elements = rows.flatMap { $0 }
  }

  private init(order: Int, elements: [Double]) {
    self.order = order
    self.elements = elements
  }

  subscript(_ i: Int, _ j: Int) -> Double { elements[i * order + j] }

  /// The correlations of the chosen variables.
  func selecting(_ indices: [Int]) -> CorrelationMatrix {
    CorrelationMatrix(order: indices.count, elements: indices.flatMap { i in indices.map { self[i, $0] } })
  }

  /// The partial correlations of all but the last variable, given the last; the deviations must be positive.
  func conditionedOnLast(deviations: [Double]) -> CorrelationMatrix {
    let last = order - 1
    var partial = [Double](repeating: 1, count: last * last)
    for i in 0..<last {
      for j in 0..<last where j != i {
        let value = (self[i, j] - self[i, last] * self[j, last]) / (deviations[i] * deviations[j])
        partial[i * last + j] = max(-1, min(1, value))
      }
    }
    return CorrelationMatrix(order: last, elements: partial)
  }

  /// The variance of the last variable given all others, 0 if they determine it.
  var lastConditionalVariance: Double { pivots.last ?? 1 }

  /// The squared diagonal of the Cholesky factor: each variable's variance given those before it.
  ///
  /// A pivot within rounding of 0 counts as 0 and its variable is passed over; one clearly below 0 ends as it is.
  var pivots: [Double] {
    var factor = [Double](repeating: 0, count: order * order)
    var pivots: [Double] = []
    for j in 0..<order {
      var pivot = self[j, j]
      for k in 0..<j { pivot -= factor[j * order + k] * factor[j * order + k] }
      if abs(pivot) < 1e-13 * Double(order) { pivot = 0 }
      pivots.append(pivot)
      guard pivot > 0 else { continue }
      let root = pivot.squareRoot()
      factor[j * order + j] = root
      for i in (j + 1)..<max(order, j + 1) {
        var value = self[i, j]
        for k in 0..<j { value -= factor[i * order + k] * factor[j * order + k] }
        factor[i * order + j] = value / root
      }
    }
    return pivots
  }
}
