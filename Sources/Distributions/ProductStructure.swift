#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Correlations of the form rho_ij = lambda_i lambda_j: the variables are independent given one normal factor.
///
/// Every pair has it, so has Dunnett's many-to-one comparison of independent means, and equal correlations of any
/// number of variables. The probability of leaving a box is then one integral,
///
///     int phi(w) (1 - prod_i P(l_i < lambda_i w + tau_i E < u_i)) dw,    tau_i^2 = 1 - lambda_i^2
///
/// (Dunnett and Sobel 1955), with the bracket evaluated through the variables' small outside probabilities.
struct ProductStructure: Sendable {
  private let loadings: [Double]
  private let deviations: [Double]

  /// The structure of a correlation matrix, if it has one to rounding.
  init?(_ correlation: CorrelationMatrix) {
    guard let loadings = Self.loadings(correlation) else { return nil }
    self.loadings = loadings
    deviations = loadings.map { ((1 - abs($0)) * (1 + abs($0))).squareRoot() }
  }

  private static func loadings(_ correlation: CorrelationMatrix) -> [Double]? {
    let all = 0..<correlation.order
    var loadings = [Double](repeating: 0, count: correlation.order)
    let linked = all.filter { i in all.contains { $0 != i && abs(correlation[i, $0]) > 1e-14 } }
    if linked.count == 2 {
      let rho = correlation[linked[0], linked[1]]
      loadings[linked[0]] = abs(rho).squareRoot()
      loadings[linked[1]] = rho < 0 ? -abs(rho).squareRoot() : abs(rho).squareRoot()
      return loadings
    }
    if linked.isEmpty { return loadings }
    let (first, second, third) = (linked[0], linked[1], linked[2])
    let square = correlation[first, second] * correlation[first, third] / correlation[second, third]
    guard square > 0, square <= 1 + 1e-14 else { return nil }
    loadings[first] = min(1, square.squareRoot())
    for i in linked.dropFirst() {
      let loading = correlation[first, i] / loadings[first]
      guard abs(loading) <= 1 + 1e-14 else { return nil }
      loadings[i] = max(-1, min(1, loading))
    }
    for i in all {
      for j in 0..<i where abs(correlation[i, j] - loadings[i] * loadings[j]) > 1e-13 { return nil }
    }
    return loadings
  }

  /// The probability that a normal vector with these correlations leaves the box.
  func probabilityOutside(_ lower: [Double], _ upper: [Double]) -> Double {
    var nearest = Double.infinity
    var precision = 1.0
    var transitions: [Transition] = []
    for i in loadings.indices {
      let (loading, deviation) = (abs(loadings[i]), deviations[i])
      nearest = min(nearest, abs(lower[i]), abs(upper[i]))
      if deviation >= 0.3 * loading {
        precision += (loading / deviation) * (loading / deviation)
      } else {
        for bound in [lower[i], upper[i]] where bound.isFinite {
          transitions.append(Transition(center: bound / loadings[i], width: deviation / loading))
        }
      }
    }
    guard nearest.isFinite else { return 0 }
    let reach = (nearest * nearest + 76).squareRoot()
    let value = NormalPanels.integral(
      from: -reach, to: reach, scale: 1 / precision.squareRoot(), transitions: transitions
    ) { w in
      let density = NormalKernels.density(w)
      return density > 0 ? density * conditionalOutside(w, lower, upper) : 0
    }
    return min(value, 1)
  }

  private func conditionalOutside(_ w: Double, _ lower: [Double], _ upper: [Double]) -> Double {
    var logInside = 0.0
    for i in loadings.indices {
      let mean = loadings[i] * w
      var outside: Double
      if deviations[i] == 0 {
        outside = mean > lower[i] && mean <= upper[i] ? 0 : 1
      } else {
        outside = upper[i] < .infinity ? NormalKernels.upperTail((upper[i] - mean) / deviations[i]) : 0
        if lower[i] > -.infinity { outside += NormalKernels.upperTail((mean - lower[i]) / deviations[i]) }
      }
      if outside >= 1 { return 1 }
      logInside += log1p(-outside)
    }
    return -expm1(logInside)
  }
}
