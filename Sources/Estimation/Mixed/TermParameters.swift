internal import LinearAlgebra

/// The parameters of one random term: where they stand, and what they are made from.
struct TermParameters: Sendable {
  let part: RandomDesign.Part
  /// Among the parameters of its grouping; there are as many directions.
  let places: Range<Int>
  /// Whether the parameters are a Cholesky factor in the coordinates of the sums.
  let isInSumCoordinates: Bool
  /// Of the term's columns.
  let scales: [Double]

  var width: Int { part.columns.count }

  /// Eigenvalues of a start are at least this share of the largest.
  private static let leastShare = 1e-3

  /// The parameters of a relative covariance that is given by weights on the term's directions.
  ///
  /// What is not positive definite is replaced by something near that is.
  func parameters(_ weights: [Double]) -> [Double]? {
    switch part.covariance {
    case .diagonal:
      let units = zip(weights, scales).map { $0 * $1 * $1 }
      let least = Self.leastShare * max(units.max() ?? 0, 0)
      guard least > 0 else { return nil }
      return units.map { max($0, least).squareRoot() }
    case .compoundSymmetry:
      let (variance, covariance) = (weights[0] * scales[0] * scales[0], weights[1] * scales[0] * scales[0])
      let roots = [variance + Double(width - 1) * covariance, variance - covariance]
      let least = Self.leastShare * max(roots.max() ?? 0, 0)
      guard least > 0 else { return nil }
      return roots.map { max($0, least).squareRoot() }
    case .unstructured:
      var own = RandomStructure.matrix(weights[...], width: width)
      if !isInSumCoordinates { own = own.scalingRows(by: scales).scalingColumns(by: scales) }
      guard let eigen = try? SymmetricEigen(own), let largest = eigen.values.last, largest > 0 else {
        return nil
      }
      let definite = eigen.applying { max($0, Self.leastShare * largest) }
      return (try? CholeskyFactor(definite)).map { factor in
        // The factor of the scaled covariance is that of the covariance with its rows scaled.
        (0..<width).flatMap { a in (0...a).map { b in factor.lower[a, b] } }
      }
    }
  }

  /// Which parameters are 0 at a boundary of the term: pivots, standard deviations, or roots of eigenvalues.
  var pivots: [Int] {
    part.covariance == .unstructured
      ? (0..<width).map { places.lowerBound + $0 * ($0 + 1) / 2 + $0 } : Array(places)
  }
}
