internal import LinearAlgebra

/// Where the search for a covariance begins: moments of the residuals of least squares, by pair of visits.
struct RepeatedStart: Sendable {
  /// Mean products of residuals for each group.
  private let moments: [Matrix]
  /// How many people have both visits of a pair, for each group.
  let counts: [Matrix]
  private let shape: CovarianceShape
  /// For the spatial exponential, one a group.
  private let pairs: [PairMoments]

  init(_ system: RepeatedSystem, _ shape: CovarianceShape, groupCount: Int) {
    guard shape.structure != .spatialExponential else {
      // Distinct times may be too many for a matrix.
      (moments, counts, self.shape) = ([], [], shape)
      pairs = (0..<groupCount).map { PairMoments(system, group: $0, times: shape.times) }
      return
    }
    pairs = []
    let m = shape.visitCount
    var sums = Array(repeating: Matrix(rowCount: m, columnCount: m), count: groupCount)
    var counts = sums
    for block in system.patterns {
      let (group, visits) = (block.pattern.group, block.pattern.visits)
      let residuals = block.rows.column(system.columnCount)
      for (j, b) in visits.enumerated() {
        for (i, a) in visits.enumerated() {
          var sum = 0.0
          for person in 0..<block.personCount {
            sum += residuals[i + visits.count * person] * residuals[j + visits.count * person]
          }
          sums[group][a, b] += sum
          counts[group][a, b] += block.people
        }
      }
    }
    self.counts = counts
    self.shape = shape
    moments = zip(sums, counts).map { sum, count in
      var result = sum
      for b in 0..<m { for a in 0..<m { result[a, b] = count[a, b] > 0 ? sum[a, b] / count[a, b] : 0 } }
      return result
    }
  }

  /// The first visit and group at which residuals are 0, or that a group never has.
  var emptyVisit: (group: Int, visit: Int)? {
    for group in moments.indices {
      let largest = moments[group].diagonal.max() ?? 0
      let own = moments[group].diagonal
      if let visit = own.indices.first(where: { !(own[$0] > 1e-20 * largest) || counts[group][$0, $0] == 0 })
      {
        return (group, visit)
      }
    }
    return nil
  }

  /// The parameters to begin with, positive definite, with a share of the correlations that the moments have.
  func parameters(share: Double = 1) throws -> [Double] {
    guard pairs.isEmpty else { return pairs.flatMap { $0.parameters(share) } }
    return try moments.indices.flatMap { group in try parameters(ofGroup: group, share) }
  }

  private func parameters(ofGroup group: Int, _ share: Double) throws -> [Double] {
    let m = shape.visitCount
    let pooled = Self.pooled(moments[group], counts[group])
    // A visit of which nothing is left starts at the others' variance.
    let variances = moments[group].diagonal.map { $0 > 1e-20 * pooled ? $0 : pooled }
    let correlation = try correlations(group, variances, share)
    func mean(lag: Int) -> Double {
      let pairs = (0..<max(m - lag, 0)).filter { counts[group][$0, $0 + lag] > 0 }
      guard !pairs.isEmpty else { return 0 }
      return pairs.reduce(0) { $0 + correlation[$1, $1 + lag] } / Double(pairs.count)
    }
    let first = min(max(mean(lag: 1), -0.9), 0.9)
    let own = shape.structure.isHeterogeneous ? variances : [pooled]
    switch shape.structure {
    case .unstructured:
      return (0..<m).flatMap { a in
        (a..<m).map { correlation[a, $0] * (variances[a] * variances[$0]).squareRoot() }
      }
    case .compoundSymmetry, .heterogeneousCompoundSymmetry:
      let pairs = (0..<m).flatMap { a in (0..<a).map { correlation[a, $0] } }
      let mean = pairs.reduce(0, +) / Double(max(pairs.count, 1))
      let rho = min(max(mean, -0.5 / Double(max(m - 1, 1))), 0.95)
      return shape.structure == .compoundSymmetry ? [pooled * rho, pooled * (1 - rho)] : own + [rho]
    case .autoregressive, .heterogeneousAutoregressive: return own + [first]
    case .anteDependence, .heterogeneousAnteDependence:
      return own + (1..<m).map { min(max(correlation[$0 - 1, $0], -0.9), 0.9) }
    case .spatialExponential: preconditionFailure("the spatial exponential starts from pairs")
    case .toeplitz, .heterogeneousToeplitz:
      let lags = shrunk((1..<m).map { mean(lag: $0) })
      return shape.structure == .toeplitz ? [pooled] + lags.map { $0 * pooled } : own + lags
    }
  }

  private static func pooled(_ moments: Matrix, _ counts: Matrix) -> Double {
    let (total, people) = (zip(moments.diagonal, counts.diagonal), counts.diagonal.reduce(0, +))
    return total.reduce(0) { $0 + $1.0 * $1.1 } / max(people, 1)
  }

  /// Correlations whose smallest eigenvalue is raised until the matrix can be inverted with ease.
  private func correlations(_ group: Int, _ variances: [Double], _ share: Double) throws -> Matrix {
    let scale = variances.map { 1 / $0.squareRoot() }
    var result = moments[group].scalingRows(by: scale).scalingColumns(by: scale)
    result = result.scaled(by: share)
    for a in 0..<result.rowCount { result[a, a] = 1 }
    let eigen = try SymmetricEigen(result)
    guard (eigen.values.first ?? 1) < 0.05 else { return result }
    let raised = eigen.applying { max($0, 0.05) }
    let back = raised.diagonal.map { 1 / $0.squareRoot() }
    return raised.scalingRows(by: back).scalingColumns(by: back)
  }

  /// Correlations by lag, drawn towards 0 until they are positive definite.
  private func shrunk(_ lags: [Double]) -> [Double] {
    var lags = lags
    for _ in 0..<100 {
      var matrix = Matrix.identity(order: shape.visitCount)
      for a in 0..<shape.visitCount {
        for b in 0..<a { (matrix[a, b], matrix[b, a]) = (lags[a - b - 1], lags[a - b - 1]) }
      }
      if let factor = try? CholeskyFactor(matrix), (factor.lower.diagonal.min() ?? 0) > 0.2 { break }
      lags = lags.map { $0 * 0.9 }
    }
    return lags
  }
}

/// Moments of residuals over all pairs of a person's visits, whatever their times.
private struct PairMoments: Sendable {
  private var squares = 0.0
  private var rows = 0.0
  private var products = 0.0
  private var distances = 0.0
  private var pairs = 0.0

  init(_ system: RepeatedSystem, group: Int, times: [Double]) {
    for block in system.patterns where block.pattern.group == group {
      let visits = block.pattern.visits
      let residuals = block.rows.column(system.columnCount)
      rows += block.people * Double(visits.count)
      squares += dotProduct(residuals, residuals)
      for b in visits.indices {
        for a in 0..<b {
          for person in 0..<block.personCount {
            products += residuals[a + visits.count * person] * residuals[b + visits.count * person]
          }
          distances += block.people * abs(times[visits[b]] - times[visits[a]])
          pairs += block.people
        }
      }
    }
  }

  /// The variance, and the range at which the mean correlation of pairs is that at their mean distance.
  func parameters(_ share: Double) -> [Double] {
    let variance = squares / max(rows, 1)
    guard pairs > 0, distances > 0, variance > 0 else { return [variance, 1] }
    let correlation = min(max(share * products / pairs / variance, 0.1), 0.95)
    return [variance, -(distances / pairs) / logarithm(correlation)]
  }
}
