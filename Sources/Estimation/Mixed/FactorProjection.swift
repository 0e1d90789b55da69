internal import LinearAlgebra

/// What remains of one component's columns beside all random effects: products with `H^-1`.
///
/// Columns of the mean come with the residual `y - X beta` in the place of the response.
struct FactorProjection {
  let elimination: FactorElimination
  let factors: [Matrix]
  /// For each group `Z1'H1^-1 Z1`, row after row.
  private(set) var inner: [Double] = []
  /// For each group what the trailing effects take off that: `Z1'H1^-1 Z2 K2 Z2'H1^-1 Z1`.
  private(set) var shared: [Double] = []
  /// For each group `Z1'H1^-1 Z2` over its links, row after row.
  private(set) var links: [Double] = []
  /// For each group `Z1'H^-1 [X r]`, row after row.
  private(set) var cross: [Double] = []
  /// `K2`.
  let covariance: Matrix
  /// `Z2'H^-1 Z2`.
  let trailing: Matrix
  /// `Z2'H^-1 [X r]`.
  let trailingCross: Matrix

  var component: FactorComponent { elimination.component }
  var width: Int { elimination.width }
  var columns: Int { elimination.columns }

  init?(_ component: FactorComponent, factors: [Matrix], beta: [Double]) {
    let columns = beta.count + 1
    guard let elimination = FactorElimination(component, factors: factors, columns: columns, wantsRoot: true)
    else { return nil }
    self.elimination = elimination
    self.factors = factors
    let right = Self.withResiduals(elimination.trailingCross, beta)
    let image = elimination.root * elimination.trailing
    covariance = elimination.root.transposeTimes(elimination.root)
    trailing = elimination.trailing - image.transposeTimes(image)
    let effects = covariance * right
    trailingCross = right - elimination.trailing * effects
    project(beta, effects)
  }

  private static func withResiduals(_ cross: Matrix, _ beta: [Double]) -> Matrix {
    var result = cross
    for row in 0..<cross.rowCount {
      for (j, value) in beta.enumerated() { result[row, beta.count] -= cross[row, j] * value }
    }
    return result
  }

  private mutating func project(_ beta: [Double], _ effects: Matrix) {
    let (q, columns, p) = (width, columns, beta.count)
    let pairs = q * (q + 1) / 2
    let t = component.trailingCount
    let (k2, g) = (covariance.columnMajor, effects.columnMajor)
    links = [Double](repeating: 0, count: component.linkValues.count)
    for group in component.groups.indices {
      let left = self.left(group, pairs)
      for a in 0..<q {
        for b in 0..<q {
          inner.append(
            (0..<q).reduce(0) {
              $0 + left[a * q + $1] * component.squares[group * pairs + LaneLayout.pair($1, b)]
            })
        }
      }
      let own = elimination.links(group)
      let c = own.count
      let base = own.lowerBound * q
      for a in 0..<q {
        for k in 0..<c {
          var sum = 0.0
          for b in 0..<q { sum += left[a * q + b] * component.linkValues[base + b * c + k] }
          links[base + a * c + k] = sum
        }
      }
      for a in 0..<q {
        var row = [Double](repeating: 0, count: columns)
        for j in 0..<columns {
          var sum = 0.0
          for b in 0..<q { sum += left[a * q + b] * component.cross[(group * q + b) * columns + j] }
          row[j] = sum
        }
        for j in 0..<p { row[p] -= row[j] * beta[j] }
        for k in 0..<c {
          let value = links[base + a * c + k]
          let column = component.links[own.lowerBound + k]
          for j in 0..<columns { row[j] -= value * g[column + j * t] }
        }
        cross += row
      }
      // Products with K2 over the group's links, once for each row.
      for a in 0..<q {
        var image = [Double](repeating: 0, count: c)
        for k in 0..<c {
          let value = links[base + a * c + k]
          let column = component.links[own.lowerBound + k] * t
          for l in 0..<c { image[l] += value * k2[component.links[own.lowerBound + l] + column] }
        }
        for b in 0..<q {
          shared.append((0..<c).reduce(0) { $0 + image[$1] * links[base + b * c + $1] })
        }
      }
    }
  }

  /// `I - S K1`, row after row.
  private func left(_ group: Int, _ pairs: Int) -> [Double] {
    let q = width
    let base = group * q * q
    var result = [Double](repeating: 0, count: q * q)
    for a in 0..<q {
      for c in 0..<q {
        var sum = a == c ? 1.0 : 0
        for b in 0..<q {
          var k = 0.0
          for i in 0..<q { k += elimination.mapped[base + i * q + b] * elimination.mapped[base + i * q + c] }
          sum -= component.squares[group * pairs + LaneLayout.pair(a, b)] * k
        }
        result[a * q + c] = sum
      }
    }
    return result
  }

  /// For a group (of the first grouping) or a block (of the others) its rows of `Z'H^-1 [X r]`.
  func rows(ofGroup group: Int) -> Matrix {
    let (q, columns) = (width, columns)
    var result = Matrix(rowCount: q, columnCount: columns)
    for a in 0..<q {
      for j in 0..<columns { result[a, j] = cross[(group * q + a) * columns + j] }
    }
    return result
  }
}

/// A direction of a relative covariance: element (a, b) of a grouping's, and (b, a).
struct FactorDirection {
  let grouping: Int
  let a: Int
  let b: Int

  static func all(_ widths: [Int]) -> [FactorDirection] {
    widths.enumerated().flatMap { grouping, width in
      (0..<width).flatMap { a in (0...a).map { FactorDirection(grouping: grouping, a: a, b: $0) } }
    }
  }

  /// The entries of E: (a, b) and (b, a).
  var entries: [(Int, Int)] { a == b ? [(a, b)] : [(a, b), (b, a)] }

  /// `tr(E M)` of a square matrix given row after row.
  func trace(_ matrix: (Int, Int) -> Double) -> Double { entries.reduce(0) { $0 + matrix($1.1, $1.0) } }
}
