/// Orthonormal polynomials of a numeric column, by the three-term recurrence.
///
/// ```
/// p_0 = 1,  p_(k+1)(x) = (x - alpha_k) p_k(x) - (n_k / n_(k-1)) p_(k-1)(x),  n_k = sum p_k(x)^2
/// ```
/// The columns are `p_1 / sqrt(n_1) ... p_d / sqrt(n_d)`: the values of R's `poly(x, d)`. Because the
/// recurrence is kept, new values of x are mapped by the same polynomials.
///
/// ## References
/// Kennedy and Gentle (1980), Statistical Computing, pp. 343-344: the recurrence that R uses too.
struct PolynomialBasis: Sendable, Equatable {
  private let alpha: [Double]
  private let norms: [Double]

  /// Builds the basis on the values that are present, each counted with its copies; nil when they take too few
  /// distinct values.
  init?(values: [Double], copies: [Double]? = nil, degree: Int) {
    let rows = values.indices.filter { row in
      guard let copies else { return values[row].isFinite }
      return values[row].isFinite && copies[row] > 0 && copies[row].isFinite
    }
    let x = rows.map { values[$0] }
    let f = rows.map { copies?[$0] ?? 1 }
    guard Set(x).count > degree else { return nil }
    var alpha: [Double] = []
    var norms = [f.reduce(0, +)]
    var previous = [Double](repeating: 0, count: x.count)
    var current = [Double](repeating: 1, count: x.count)
    let mean = zip(x, f).reduce(0) { $0 + $1.0 * $1.1 } / norms[0]
    for k in 0..<degree {
      // Moments are taken about the mean, so a large common offset costs no digits.
      var first = 0.0
      for i in x.indices { first += f[i] * (x[i] - mean) * current[i] * current[i] }
      alpha.append(mean + first / norms[k])
      let ratio = k == 0 ? 0 : norms[k] / norms[k - 1]
      var next = current
      var norm = 0.0
      for i in x.indices {
        next[i] = (x[i] - alpha[k]) * current[i] - ratio * previous[i]
        norm += f[i] * next[i] * next[i]
      }
      norms.append(norm)
      (previous, current) = (current, next)
    }
    self.alpha = alpha
    self.norms = norms
  }

  /// How many columns there are.
  var degree: Int { alpha.count }

  /// The columns at given values.
  func columns(at x: [Double]) -> [[Double]] {
    var result: [[Double]] = []
    var previous = [Double](repeating: 0, count: x.count)
    var current = [Double](repeating: 1, count: x.count)
    for k in 0..<degree {
      let ratio = k == 0 ? 0 : norms[k] / norms[k - 1]
      var next = current
      for i in x.indices { next[i] = (x[i] - alpha[k]) * current[i] - ratio * previous[i] }
      (previous, current) = (current, next)
      let scale = norms[k + 1].squareRoot()
      result.append(current.map { $0 / scale })
    }
    return result
  }
}
