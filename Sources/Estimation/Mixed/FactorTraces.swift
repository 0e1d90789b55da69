internal import LinearAlgebra

/// `tr(H^-1 dH_r H^-1 dH_s)` of one component.
///
/// Within the first grouping with `T1 = Z1'H1^-1 Z1` and `C = Z1'H1^-1 Z2`, group by group but for the last part:
/// ```
/// tr(E_r T1 E_s T1) - 2 tr(E_r T1 E_s C K2 C') + tr(N_r K2 N_s K2),    N_r = C'E_r C
/// ```
/// and with the others from `Z2'H^-1 dH_r H^-1 Z2`. All matrices are of the order of the trailing columns.
struct FactorTraces {
  let projection: FactorProjection
  private let directions: [FactorDirection]

  init(_ projection: FactorProjection) {
    self.projection = projection
    directions = FactorDirection.all(projection.factors.map(\.rowCount))
  }

  func add(to state: inout DerivativeSums) {
    let count = directions.count
    var result = Matrix(rowCount: count, columnCount: count)
    let first = directions.indices.filter { directions[$0].grouping == 0 }
    addGroups(first, to: &result)
    if projection.component.trailingCount > 0 {
      addShared(first, to: &result)
      addTrailing(to: &result)
    }
    state.traceProducts? += result
  }

  /// The parts that stay within a group.
  private func addGroups(_ first: [Int], to result: inout Matrix) {
    let q = projection.width
    for group in projection.component.groups.indices {
      func t(_ a: Int, _ b: Int) -> Double { projection.inner[(group * q + a) * q + b] }
      func p(_ a: Int, _ b: Int) -> Double { projection.shared[(group * q + a) * q + b] }
      for r in first {
        for s in first {
          for (i, j) in directions[r].entries {
            for (k, l) in directions[s].entries {
              result[r, s] += t(j, k) * t(l, i) - t(j, k) * p(l, i) - p(j, k) * t(l, i)
            }
          }
        }
      }
    }
  }

  /// What goes from group to group by the trailing columns, and from the first grouping to the others.
  private func addShared(_ first: [Int], to result: inout Matrix) {
    let linked = first.map(linkedProducts)
    let covered = linked.map { $0 * projection.covariance }
    let left =
      Matrix.identity(order: projection.component.trailingCount)
      - projection.elimination.trailing * projection.covariance
    for (i, r) in first.enumerated() {
      let turned = covered[i].transposed()
      for (j, s) in first.enumerated() {
        result[r, s] += dotProduct(turned.columnMajor, covered[j].columnMajor)
      }
      let through = left * linked[i] * left.transposed()
      for s in directions.indices where directions[s].grouping > 0 {
        var sum = 0.0
        for block in projection.component.blocks where block.grouping == directions[s].grouping {
          sum += directions[s].trace { through[block.column + $0, block.column + $1] }
        }
        result[r, s] += sum
        result[s, r] += sum
      }
    }
  }

  /// `C'E_r C`.
  private func linkedProducts(_ r: Int) -> Matrix {
    let component = projection.component
    let (q, t) = (projection.width, component.trailingCount)
    var result = [Double](repeating: 0, count: t * t)
    for group in component.groups.indices {
      let own = projection.elimination.links(group)
      let c = own.count
      let base = own.lowerBound * q
      for (a, b) in directions[r].entries {
        for k in 0..<c {
          let value = projection.links[base + a * c + k]
          let row = component.links[own.lowerBound + k]
          for l in 0..<c {
            result[row + component.links[own.lowerBound + l] * t] +=
              value * projection.links[base + b * c + l]
          }
        }
      }
    }
    return Matrix(rowCount: t, columnCount: t, columnMajor: result)
  }

  /// Within and between the trailing groupings.
  private func addTrailing(to result: inout Matrix) {
    let blocks = projection.component.blocks
    let trailing = projection.trailing.columnMajor
    let t = projection.component.trailingCount
    let own = projection.factors.indices.map { k in directions.indices.filter { directions[$0].grouping == k }
    }
    for x in blocks {
      for y in blocks {
        for r in own[x.grouping] {
          for s in own[y.grouping] {
            for (i, j) in directions[r].entries {
              for (k, l) in directions[s].entries {
                result[r, s] +=
                  trailing[x.column + j + (y.column + k) * t] * trailing[y.column + l + (x.column + i) * t]
              }
            }
          }
        }
      }
    }
  }
}

/// `sum over r, s of w_rs X'H^-1 dH_r H^-1 dH_s H^-1 X` over components.
struct FactorWeightedProducts: Fold {
  let factors: [Matrix]
  let weights: Matrix
  let columns: Int

  var initialState: Matrix { Matrix(rowCount: columns, columnCount: columns) }

  func accumulate(_ block: [FactorComponent], into state: inout Matrix) {
    var mapping = Matrix(rowCount: columns + 1, columnCount: columns)
    for j in 0..<columns { mapping[j, j] = 1 }
    let none = [Double](repeating: 0, count: columns)
    for component in block {
      guard let projection = FactorProjection(component, factors: factors, beta: none) else { continue }
      state += FactorSecondOrder(projection, mapping: mapping).weighted(weights)
    }
  }

  func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier += later }

  func finalize(_ state: consuming Matrix) -> Matrix { (state + state.transposed()).scaled(by: 0.5) }
}

/// Predicted effects of all groupings.
struct FactorEffects: Fold {
  let factors: [Matrix]
  let point: MixedPoint
  let groupCounts: [Int]

  struct State: Sendable {
    var groups: [(grouping: Int, group: Int, effects: [Double], conditional: [Double], meanPart: [Double])] =
      []
  }

  var initialState: State { State() }

  func accumulate(_ block: [FactorComponent], into state: inout State) {
    for component in block {
      guard let projection = FactorProjection(component, factors: factors, beta: point.beta) else { continue }
      let q = projection.width
      for (index, group) in component.groups.enumerated() {
        var inner = Matrix(rowCount: q, columnCount: q)
        for a in 0..<q {
          for b in 0..<q {
            inner[a, b] =
              projection.inner[(index * q + a) * q + b] - projection.shared[(index * q + a) * q + b]
          }
        }
        add(0, group, rows: projection.rows(ofGroup: index), inner: inner, to: &state)
      }
      for block in component.blocks {
        let own = Array(block.column..<block.column + factors[block.grouping].rowCount)
        add(
          block.grouping, block.group, rows: projection.trailingCross.selecting(rows: own),
          inner: projection.trailing.selecting(rows: own, columns: own), to: &state)
      }
    }
  }

  private func add(_ grouping: Int, _ group: Int, rows: Matrix, inner: Matrix, to state: inout State) {
    let delta = factors[grouping] * factors[grouping].transposed()
    let p = point.beta.count
    let reduced = delta * rows.selecting(columns: Array(0..<p)) * point.inverseRoot
    state.groups.append(
      (
        grouping, group, delta * rows.column(p), RandomStructure.elements(delta - delta * inner * delta),
        RandomStructure.elements(reduced * reduced.transposed())
      ))
  }

  func merge(_ later: consuming State, into earlier: inout State) { earlier.groups += later.groups }

  func finalize(_ state: consuming State) -> [EffectSums] {
    var result = factors.enumerated().map { index, factor in
      let (q, count) = (factor.rowCount, groupCounts[index])
      let pairs = [Double](repeating: 0, count: count * q * (q + 1) / 2)
      return EffectSums(
        width: q, effects: [Double](repeating: 0, count: count * q), conditional: pairs, meanPart: pairs)
    }
    for one in state.groups {
      let q = factors[one.grouping].rowCount
      let m = q * (q + 1) / 2
      result[one.grouping].effects.replaceSubrange(one.group * q..<(one.group + 1) * q, with: one.effects)
      result[one.grouping].conditional.replaceSubrange(
        one.group * m..<(one.group + 1) * m, with: one.conditional)
      result[one.grouping].meanPart.replaceSubrange(one.group * m..<(one.group + 1) * m, with: one.meanPart)
    }
    return result
  }
}
