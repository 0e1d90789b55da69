internal import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#endif

/// The factored Hessian of one component of crossed or nested groups.
struct CrossedElimination {
  private var width = 0
  /// For each group `R^-1` with `D = R R'`: a lower triangle, row after row.
  private var inverseRoots: [Double] = []
  /// For each group `R^-1 B`: a link's elements one after the other.
  private var halves: [Double] = []
  private var firstLink = 0
  private var trailing: CholeskyFactor?
  private var order = 0
  /// `log |H| / 2`.
  private(set) var logRoot = 0.0

  /// Elements of `H^-1` at one group.
  struct GroupInverse {
    /// Its own block, row after row.
    let lead: [Double]
    /// With its links: a link's elements one after the other.
    let cross: [Double]
  }

  /// Factors the Hessian at some information of the rows; false where that fails.
  mutating func factor(
    _ component: GroupCrossing.Component, _ crossing: GroupCrossing, starts: [Int], rowCount: Int, width: Int,
    loadings: [Double], entryValues: [Double], information: [Double]
  ) -> Bool {
    let (d, t, m) = (width, component.trailing, crossing.entryCount)
    self.width = d
    order = t
    firstLink = crossing.linkStarts[component.groups.lowerBound]
    let linkCount = crossing.linkStarts[component.groups.upperBound] - firstLink
    inverseRoots = [Double](repeating: 0, count: component.groups.count * d * d)
    halves = [Double](repeating: 0, count: linkCount * d)
    logRoot = 0
    var rest = [Double](repeating: 0, count: t * t)
    for i in 0..<t { rest[i * (t + 1)] = 1 }
    var square = [Double](repeating: 0, count: d * d)
    for group in component.groups {
      let base = (crossing.linkStarts[group] - firstLink) * d
      for k in 0..<d {
        for l in 0...k { square[k * d + l] = k == l ? 1 : 0 }
      }
      for row in starts[group]..<starts[group + 1] {
        let weight = information[row]
        for k in 0..<d {
          let weighted = weight * loadings[row + k * rowCount]
          for l in 0...k { square[k * d + l] += weighted * loadings[row + l * rowCount] }
          for e in row * m..<(row + 1) * m {
            halves[base + crossing.entryLinks[e] * d + k] += weighted * entryValues[e]
          }
        }
        Self.add(row, weight, crossing, entryValues, order: t, to: &rest)
      }
      let place = (group - component.groups.lowerBound) * d * d
      guard invertRoot(&square, at: place) else { return false }
      eliminate(group, place, base, crossing, &rest)
    }
    guard t > 0 else { return logRoot.isFinite }
    trailing = try? CholeskyFactor(Matrix(rowCount: t, columnCount: t, columnMajor: rest))
    logRoot += 0.5 * (trailing?.logDeterminant ?? .nan)
    return logRoot.isFinite
  }

  /// Adds a row's entries to the trailing block.
  @inline(__always)
  private static func add(
    _ row: Int, _ weight: Double, _ crossing: GroupCrossing, _ values: [Double], order: Int,
    to rest: inout [Double]
  ) {
    let own = row * crossing.entryCount..<(row + 1) * crossing.entryCount
    for e in own {
      for f in own {
        rest[crossing.entryColumns[e] + crossing.entryColumns[f] * order] += weight * values[e] * values[f]
      }
    }
  }

  /// Cholesky's factor of a small matrix, inverted.
  private mutating func invertRoot(_ square: inout [Double], at place: Int) -> Bool {
    let d = width
    for i in 0..<d {
      for j in 0...i {
        var sum = square[i * d + j]
        for k in 0..<j { sum -= square[i * d + k] * square[j * d + k] }
        if i == j {
          guard sum > 0, sum.isFinite else { return false }
          square[i * d + i] = sum.squareRoot()
          logRoot += 0.5 * logarithm(sum)
        } else {
          square[i * d + j] = sum / square[j * d + j]
        }
      }
    }
    for j in 0..<d {
      for i in j..<d {
        var sum = i == j ? 1.0 : 0
        for k in j..<i { sum -= square[i * d + k] * inverseRoots[place + k * d + j] }
        inverseRoots[place + i * d + j] = sum / square[i * d + i]
      }
    }
    return true
  }

  /// Turns B into `R^-1 B` and takes its square from the rest.
  private mutating func eliminate(
    _ group: Int, _ place: Int, _ base: Int, _ crossing: GroupCrossing, _ rest: inout [Double]
  ) {
    let (d, t) = (width, order)
    let own = crossing.linkStarts[group]..<crossing.linkStarts[group + 1]
    for l in 0..<own.count {
      for i in (0..<d).reversed() {
        var sum = 0.0
        for k in 0...i { sum += inverseRoots[place + i * d + k] * halves[base + l * d + k] }
        halves[base + l * d + i] = sum
      }
    }
    for l in 0..<own.count {
      for k in 0..<own.count {
        var sum = 0.0
        for i in 0..<d { sum += halves[base + l * d + i] * halves[base + k * d + i] }
        rest[crossing.links[own.lowerBound + l] + crossing.links[own.lowerBound + k] * t] -= sum
      }
    }
  }

  /// `H^-1 v`.
  func solve(_ vector: [Double], _ component: GroupCrossing.Component, _ crossing: GroupCrossing) -> [Double]
  {
    let d = width
    let first = component.groups.count * d
    var result = vector
    var rest = Array(vector[first...])
    for group in component.groups {
      let index = group - component.groups.lowerBound
      let base = (crossing.linkStarts[group] - firstLink) * d
      for i in (0..<d).reversed() {
        var sum = 0.0
        for k in 0...i { sum += inverseRoots[index * d * d + i * d + k] * result[index * d + k] }
        result[index * d + i] = sum
      }
      for (l, link) in crossing.links[crossing.linkStarts[group]..<crossing.linkStarts[group + 1]]
        .enumerated()
      {
        for i in 0..<d { rest[link] -= halves[base + l * d + i] * result[index * d + i] }
      }
    }
    if let trailing, order > 0 { rest = trailing.solve(rest) }
    for i in rest.indices { result[first + i] = rest[i] }
    for group in component.groups {
      let index = group - component.groups.lowerBound
      let base = (crossing.linkStarts[group] - firstLink) * d
      for (l, link) in crossing.links[crossing.linkStarts[group]..<crossing.linkStarts[group + 1]]
        .enumerated()
      {
        for i in 0..<d { result[index * d + i] -= halves[base + l * d + i] * rest[link] }
      }
      for k in 0..<d {
        var sum = 0.0
        for i in k..<d { sum += inverseRoots[index * d * d + i * d + k] * result[index * d + i] }
        result[index * d + k] = sum
      }
    }
    return result
  }

  /// The trailing block of `H^-1`.
  func trailingInverse() -> Matrix {
    guard let trailing, order > 0 else { return Matrix(rowCount: 0, columnCount: 0) }
    return trailing.inverse()
  }

  /// `[D^-1 + P T P', -P T]` with `P = D^-1 B` and T the trailing inverse at the group's links.
  func groupInverse(
    _ group: Int, _ component: GroupCrossing.Component, _ crossing: GroupCrossing, _ inverse: Matrix
  ) -> GroupInverse {
    let d = width
    let own = crossing.linkStarts[group]..<crossing.linkStarts[group + 1]
    let base = (own.lowerBound - firstLink) * d
    let place = (group - component.groups.lowerBound) * d * d
    var p = [Double](repeating: 0, count: own.count * d)
    for l in 0..<own.count {
      for k in 0..<d {
        var sum = 0.0
        for i in k..<d { sum += inverseRoots[place + i * d + k] * halves[base + l * d + i] }
        p[l * d + k] = sum
      }
    }
    var cross = [Double](repeating: 0, count: own.count * d)
    for l in 0..<own.count {
      for k in 0..<own.count {
        let value = inverse[crossing.links[own.lowerBound + k], crossing.links[own.lowerBound + l]]
        for i in 0..<d { cross[l * d + i] -= p[k * d + i] * value }
      }
    }
    var lead = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      for j in 0..<d {
        var sum = 0.0
        for k in max(i, j)..<d {
          sum += inverseRoots[place + k * d + i] * inverseRoots[place + k * d + j]
        }
        for l in 0..<own.count { sum -= cross[l * d + i] * p[l * d + j] }
        lead[i * d + j] = sum
      }
    }
    return GroupInverse(lead: lead, cross: cross)
  }
}
