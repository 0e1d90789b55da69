package import LinearAlgebra

/// Directions of the coefficients that a single row or cluster determines.
///
/// In coordinates in which `X'WX` is the identity, the parts `S_g = X_g'W_gX_g` of rows or clusters add up to it. A
/// unit vector v with `v'S_g v = 1` is a direction along which no other row's fit moves: the estimate makes the
/// residuals of g zero in it whatever their errors were, so that a sandwich has nothing to estimate its variance
/// from. Of the model-based variance `c'c` of a function with weights c it leaves out the share
/// ```
/// sum_v (c'v)^2 / c'c
/// ```
/// ## References
/// MacKinnon and White (1985), J. Econometrics 29:305-325, section 2; Young (2016), "Improved, nearly exact,
/// statistical inference with robust and clustered covariance matrices", section II.
package struct SoleDirections: Sendable, Equatable {
  /// Orthonormal: directions of different clusters are at right angles, as each is nothing to the others.
  package let directions: [[Double]]

  /// Above this `1 - h` the rounding of `h` is no matter; below it, what is left is summed over the others.
  static let close = 1e-6
  /// What others' rows tell of a direction, as a share, down to which residuals keep digits: they are smaller than
  /// the errors by this share, and their own rounding is 1e-16 of the response.
  static let tolerance = 1e-10

  package init(_ directions: [[Double]] = []) { self.directions = directions }

  /// Whether a sandwich leaves out part of the variance of a function, whose weights are on the coordinates.
  func loses(_ weights: [Double]) -> Bool {
    guard !directions.isEmpty else { return false }
    let lost = directions.reduce(0) { sum, direction in
      let part = dotProduct(direction, weights)
      return sum + part * part
    }
    return lost > Self.tolerance * dotProduct(weights, weights)
  }

  /// For the eigenvalues of a cluster's share of the total what the others leave: `1 - h`, without cancellation
  /// where it is nearly 0.
  static func remaining(_ share: SymmetricEigen, of own: Matrix, total: Matrix) -> [Double] {
    share.values.indices.map { k in
      let rest = 1 - share.values[k]
      guard rest < close else { return rest }
      let direction = share.vectors.column(k)
      return max(0, total.quadraticForm(direction) - own.quadraticForm(direction))
    }
  }

  /// The eigenvectors of which nothing is left for others.
  static func directions(_ share: SymmetricEigen, remaining: [Double]) -> [[Double]] {
    remaining.indices.filter { remaining[$0] <= tolerance }.map { share.vectors.column($0) }
  }
}

/// The middle of a sandwich over rows, with rows of leverage near 1 set apart.
package struct RowMeat: Sendable, Equatable {
  /// A row whose leverage is nearly 1.
  struct Candidate: Sendable, Equatable {
    /// In coordinates in which its squared length is its leverage.
    let coordinates: [Double]
    /// Its squared residual in the same scale.
    let square: Double

    var leverage: Double { dotProduct(coordinates, coordinates) }
    /// The coordinates at unit length.
    var direction: [Double] {
      let length = leverage.squareRoot()
      return coordinates.map { $0 / length }
    }
  }

  /// The sum over the other rows.
  package var matrix: Matrix
  var candidates: [Candidate] = []

  init(order: Int) { matrix = Matrix(rowCount: order, columnCount: order) }

  mutating func add(_ later: RowMeat) {
    matrix = matrix + later.matrix
    candidates += later.candidates
  }

  /// The whole middle, and the directions that single rows determine, whose residuals are none.
  ///
  /// The totals are sums of squares over all rows along each candidate's direction.
  func resolved(_ kind: RobustCovariance, rowsPerCoefficient: Double, totals: [Double]) -> (
    Matrix, SoleDirections
  ) {
    var result = matrix
    var directions: [[Double]] = []
    for (candidate, total) in zip(candidates, totals) {
      let rest = total - candidate.leverage
      guard rest > SoleDirections.tolerance else {
        directions.append(candidate.direction)
        continue
      }
      let factor = candidate.square / kind.power(ofRemaining: rest, rowsPerCoefficient: rowsPerCoefficient)
      let own = candidate.coordinates
      for j in own.indices { for i in own.indices { result[i, j] += factor * own[i] * own[j] } }
    }
    return (result, SoleDirections(directions))
  }
}

/// Sums of squares of the rows along some directions.
struct DirectionTotals {
  let directions: Matrix

  init(_ candidates: [RowMeat.Candidate]) {
    directions = Matrix(rows: candidates.map(\.direction)).transposed()
  }

  /// Adds rows in orthonormal coordinates.
  func add(_ coordinates: Matrix, weights: [Double]?, to sums: inout [Double]) {
    let along = coordinates * directions
    for k in sums.indices {
      for i in 0..<along.rowCount { sums[k] += (weights?[i] ?? 1) * along[i, k] * along[i, k] }
    }
  }
}

extension Diagnostic {
  /// Coefficients whose variance a sandwich cannot see.
  static func sole(_ terms: [String], unit: String) -> [Diagnostic] {
    guard !terms.isEmpty else { return [] }
    let shown =
      terms.prefix(6).joined(separator: ", ") + (terms.count > 6 ? " and \(terms.count - 6) more" : "")
    return [
      Diagnostic(
        .robust, .caution, terms: terms,
        "\(shown): a single \(unit) determines \(terms.count == 1 ? "it" : "each of them"), so that its residuals are 0 there "
          + "whatever its errors were, and robust errors would leave out that part of the variance: no standard error; "
          + "merge it with others, take the term out, or use model-based errors")
    ]
  }
}
