internal import LinearAlgebra

/// One pass over the rows of several groupings.
struct CrossedPass<Density: ConditionalDensity>: Fold {
  let beta: [Double]
  let factors: [Matrix]
  /// Where each search for a mode starts; empty for 0.
  let modes: [Double]

  var initialState: IntegralSums {
    IntegralSums(
      coefficients: [Double](repeating: 0, count: beta.count),
      factors: factors.map { Matrix(rowCount: $0.rowCount, columnCount: $0.columnCount) })
  }

  func accumulate(_ block: GroupedResponses, into state: inout IntegralSums) {
    guard let crossing = block.crossing else { return }
    var integral = CrossedIntegral<Density>(block, crossing, beta: beta, factors: factors)
    for component in crossing.components {
      let count = component.groups.count * integral.width + component.trailing
      integral.mode =
        modes.isEmpty
        ? [Double](repeating: 0, count: count)
        : Array(modes[component.modeStart..<component.modeStart + count])
      state.logLikelihood += integral.integrate(component) ?? -.infinity
      state.modes += integral.mode
    }
    if !beta.isEmpty {
      let slopes = block.design.transposeTimes(integral.residuals)
      for j in slopes.indices { state.coefficients[j] += slopes[j] }
    }
    let n = block.rowCount
    state.factors[0] += block.random[0].transposeTimes(
      Matrix(rowCount: n, columnCount: integral.width, columnMajor: integral.loadingSlopes))
    var column = 0
    for k in 1..<factors.count {
      let width = factors[k].columnCount
      let own = Array(integral.entrySlopes[column * n..<(column + width) * n])
      state.factors[k] += block.random[k].transposeTimes(
        Matrix(rowCount: n, columnCount: width, columnMajor: own))
      column += width
    }
  }

  func merge(_ later: consuming IntegralSums, into earlier: inout IntegralSums) { earlier.add(later) }

  func finalize(_ state: consuming IntegralSums) -> IntegralSums { state }
}

/// The modes of each group of several groupings, with their variances.
struct CrossedEffects<Density: ConditionalDensity>: Fold {
  let pass: CrossedPass<Density>
  /// For each grouping from u to effects in the columns' own scale.
  let maps: [Matrix]
  /// Of the coefficients of the shifted columns.
  let covariance: Matrix

  struct Effect: Sendable {
    let grouping: Int
    let group: Int
    let values: [Double]
    let conditional: [Double]
    let meanPart: [Double]
  }

  var initialState: [Effect] { [] }

  func accumulate(_ block: GroupedResponses, into state: inout [Effect]) {
    guard let crossing = block.crossing else { return }
    var integral = CrossedIntegral<Density>(
      block, crossing, beta: pass.beta, factors: pass.factors)
    let d = integral.width
    for component in crossing.components {
      let first = component.groups.count * d
      integral.mode = Array(
        pass.modes[component.modeStart..<component.modeStart + first + component.trailing])
      _ = integral.climb(component)
      let inverse = integral.elimination.trailingInverse()
      let slopes = integral.coefficientSlopes(component)
      func effect(_ grouping: Int, _ group: Int, at start: Int, _ block: Matrix) -> Effect {
        let map = maps[grouping]
        let own = start..<start + map.columnCount
        var moves = Matrix(rowCount: map.columnCount, columnCount: slopes.count)
        for (c, slope) in slopes.enumerated() {
          for k in own { moves[k - start, c] = slope[k] }
        }
        let moved = map * moves
        return Effect(
          grouping: grouping, group: group, values: map * Array(integral.mode[own]),
          conditional: RandomStructure.elements(map * block * map.transposed()),
          meanPart: RandomStructure.elements(moved * covariance * moved.transposed()))
      }
      for group in component.groups {
        let index = group - component.groups.lowerBound
        let own = integral.elimination.groupInverse(group, component, crossing, inverse)
        state.append(
          effect(
            0, component.groupNumbers[index], at: index * d,
            Matrix(rowCount: d, columnCount: d, columnMajor: own.lead)))
      }
      for part in component.blocks {
        let columns = Array(part.column..<part.column + maps[part.grouping].columnCount)
        state.append(
          effect(
            part.grouping, part.group, at: first + part.column,
            inverse.selecting(rows: columns, columns: columns)))
      }
    }
  }

  func merge(_ later: consuming [Effect], into earlier: inout [Effect]) { earlier += later }

  func finalize(_ state: consuming [Effect]) -> [Effect] { state }
}
