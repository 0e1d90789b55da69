internal import LinearAlgebra

/// The covariance at given parameters: for each set of visits its matrix and derivatives.
///
/// Parameters of several groups stand one group after the other.
struct CovariancePoint: Sendable {
  let shape: CovarianceShape
  let groupCount: Int
  /// Variances, covariances, correlations.
  let parameters: [Double]
  /// For each group the elements of all pairs of visits; empty for the spatial exponential, whose pairs may
  /// be too many to be held.
  private let tables: [[CovarianceEntry]]
  private let slopes: [(first: Double, second: Double)]?

  /// Derivatives are in the parameters themselves, or where coordinates are given in these.
  init(_ shape: CovarianceShape, groupCount: Int, parameters: [Double], coordinates: [Double]? = nil) {
    self.shape = shape
    self.groupCount = groupCount
    self.parameters = parameters
    let count = shape.parameterCount
    let scales = shape.scales
    let slopes = coordinates.map { own in own.indices.map { scales[$0 % count].slopes(own[$0]) } }
    self.slopes = slopes
    guard shape.structure != .spatialExponential else {
      tables = []
      return
    }
    tables = (0..<groupCount).map { group in
      let own = Array(parameters[group * count..<(group + 1) * count])
      let slopes = slopes.map { Array($0[group * count..<(group + 1) * count]) }
      return (0..<shape.visitCount).flatMap { a in
        (a..<shape.visitCount).map { b in
          let entry = shape.entry(a, b, at: own)
          return slopes.map { entry.transformed(by: $0) } ?? entry
        }
      }
    }
  }

  /// The point of search coordinates.
  init(_ shape: CovarianceShape, groupCount: Int, coordinates: [Double]) {
    let scales = shape.scales
    self.init(
      shape, groupCount: groupCount,
      parameters: coordinates.indices.map { scales[$0 % scales.count].value(coordinates[$0]) },
      coordinates: coordinates)
  }

  /// Whether any element bends in its parameters.
  var hasSecondDerivatives: Bool { !shape.structure.isLinear }

  /// The parameters of one group.
  func parameters(ofGroup group: Int) -> [Double] {
    let count = shape.parameterCount
    return Array(parameters[group * count..<(group + 1) * count])
  }

  func entry(_ group: Int, _ a: Int, _ b: Int) -> CovarianceEntry {
    guard tables.isEmpty else { return tables[group][shape.place(a, b)] }
    let entry = shape.entry(a, b, at: parameters(ofGroup: group))
    guard let slopes else { return entry }
    let count = shape.parameterCount
    return entry.transformed(by: Array(slopes[group * count..<(group + 1) * count]))
  }

  /// The covariance of a set of visits.
  func matrix(_ group: Int, _ visits: [Int]) -> Matrix {
    var result = Matrix(rowCount: visits.count, columnCount: visits.count)
    for (i, a) in visits.enumerated() {
      for j in i..<visits.count {
        let value =
          tables.isEmpty
          ? shape.spatialValue(a, visits[j], at: parameters, group: group)
          : tables[group][shape.place(a, visits[j])].value
        (result[i, j], result[j, i]) = (value, value)
      }
    }
    return result
  }
}
