internal import LinearAlgebra

/// One component with the effects of its first grouping, and then the trailing ones, taken out.
///
/// ```
/// H1 = W^-1 + Z1 Delta1 Z1',    H = H1 + Z2 Delta2 Z2'
/// H^-1 = H1^-1 - H1^-1 Z2 K2 Z2'H1^-1,    K2 = L2 (I + L2'Z2'H1^-1 Z2 L2)^-1 L2'
/// ```
struct FactorElimination {
  let component: FactorComponent
  let width: Int
  let columns: Int
  private(set) var logDeterminant = 0.0
  /// `[X y]'(W - H^-1)[X y]`.
  private(set) var removed: Matrix
  /// `Z2'H1^-1 Z2`.
  private(set) var trailing: Matrix
  /// `Z2'H1^-1 [X y]`.
  private(set) var trailingCross: Matrix
  /// `R2^-1 L2'` with `R2 R2' = I + L2'Z2'H1^-1 Z2 L2`.
  private(set) var root = Matrix(rowCount: 0, columnCount: 0)
  /// For each group N with `K1 = N'N`, row after row.
  private(set) var mapped: [Double] = []

  /// Nil where something is not finite; the root is made where it is wanted.
  init?(_ component: FactorComponent, factors: [Matrix], columns: Int, wantsRoot: Bool) {
    self.component = component
    self.columns = columns
    width = factors[0].rowCount
    removed = Matrix(rowCount: columns, columnCount: columns)
    trailing = component.trailing
    trailingCross = component.trailingCross
    eliminateGroups(factors[0])
    guard component.trailingCount > 0 else { return }
    guard eliminateTrailing(factors, wantsRoot: wantsRoot) else { return nil }
  }

  /// Where a group's numbers begin.
  func links(_ group: Int) -> Range<Int> { component.linkStarts[group]..<component.linkStarts[group + 1] }

  private mutating func eliminateGroups(_ factor: Matrix) {
    let q = width
    let pairs = q * (q + 1) / 2
    mapped.reserveCapacity(component.groups.count * q * q)
    let t = component.trailingCount
    var small = GroupMatrix(factor)
    var halves = [Double](repeating: 0, count: columns)
    var elements = trailing.columnMajor
    var crossElements = trailingCross.columnMajor
    var out = removed.columnMajor
    for group in component.groups.indices {
      logDeterminant += small.load(component.squares, at: group * pairs)
      mapped += small.mapped
      let own = links(group)
      let c = own.count
      var linked = [Double](repeating: 0, count: c)
      for i in 0..<q {
        for j in 0..<columns {
          var sum = 0.0
          for a in 0..<q { sum += small.mapped[i * q + a] * component.cross[(group * q + a) * columns + j] }
          halves[j] = sum
        }
        for j in 0..<columns {
          for k in 0..<columns { out[j + k * columns] += halves[j] * halves[k] }
        }
        for k in 0..<c {
          var sum = 0.0
          for a in 0..<q {
            sum += small.mapped[i * q + a] * component.linkValues[own.lowerBound * q + a * c + k]
          }
          linked[k] = sum
        }
        for k in 0..<c {
          let column = component.links[own.lowerBound + k]
          for l in 0..<c {
            elements[column + component.links[own.lowerBound + l] * t] -= linked[k] * linked[l]
          }
          for j in 0..<columns { crossElements[column + j * t] -= linked[k] * halves[j] }
        }
      }
    }
    removed = Matrix(rowCount: columns, columnCount: columns, columnMajor: out)
    trailing = Matrix(rowCount: t, columnCount: t, columnMajor: elements)
    trailingCross = Matrix(rowCount: t, columnCount: columns, columnMajor: crossElements)
  }

  private mutating func eliminateTrailing(_ factors: [Matrix], wantsRoot: Bool) -> Bool {
    let t = component.trailingCount
    var spread = component.multiplyingRows(trailing) { factors[$0].transposed() }
    spread = component.multiplyingRows(spread.transposed()) { factors[$0].transposed() }
    for i in 0..<t { spread[i, i] += 1 }
    guard let cholesky = try? CholeskyFactor(spread) else { return false }
    logDeterminant += cholesky.logDeterminant
    if wantsRoot {
      root = cholesky.solveLower(component.multiplyingRows(.identity(order: t)) { factors[$0].transposed() })
    }
    let half = cholesky.solveLower(component.multiplyingRows(trailingCross) { factors[$0].transposed() })
    removed += half.transposeTimes(half)
    return true
  }
}

extension FactorComponent {
  /// A matrix with a row for each trailing column, each block of rows multiplied by its grouping's matrix.
  func multiplyingRows(_ matrix: Matrix, by factor: (Int) -> Matrix) -> Matrix {
    var result = matrix.columnMajor
    let source = matrix.columnMajor
    let t = matrix.rowCount
    var factors: [Int: [Double]] = [:]
    for block in blocks {
      let own = factors[block.grouping] ?? factor(block.grouping).columnMajor
      factors[block.grouping] = own
      let q = Int(Double(own.count).squareRoot())
      for j in 0..<matrix.columnCount {
        let base = j * t + block.column
        for a in 0..<q {
          var sum = 0.0
          for b in 0..<q { sum += own[a + b * q] * source[base + b] }
          result[base + a] = sum
        }
      }
    }
    return Matrix(rowCount: t, columnCount: matrix.columnCount, columnMajor: result)
  }
}

/// One group's small matrices, as ``PersonMatrices`` for eight.
struct GroupMatrix {
  let width: Int
  private let factor: [Double]
  private var root: [Double]
  private var product: [Double]
  /// N, row after row.
  private(set) var mapped: [Double]

  init(_ factor: Matrix) {
    width = factor.rowCount
    self.factor = (0..<factor.rowCount).flatMap { factor.row($0) }
    root = [Double](repeating: 0, count: width * width)
    product = root
    mapped = root
  }

  /// Factors the matrices whose `S` begins at a place, and returns `log |I + S Delta|`.
  mutating func load(_ values: [Double], at base: Int) -> Double {
    let q = width
    for a in 0..<q {
      for k in 0..<q {
        var sum = 0.0
        for b in 0..<q { sum += values[base + LaneLayout.pair(a, b)] * factor[b * q + k] }
        product[a * q + k] = sum
      }
    }
    var log = 0.0
    for i in 0..<q {
      for j in 0...i {
        var sum = i == j ? 1.0 : 0
        for a in 0..<q { sum += factor[a * q + i] * product[a * q + j] }
        for k in 0..<j { sum -= root[i * q + k] * root[j * q + k] }
        if i == j {
          log += logarithm(sum)
          root[i * q + i] = 1 / sum.squareRoot()
        } else {
          root[i * q + j] = sum * root[j * q + j]
        }
      }
    }
    for b in 0..<q {
      for i in 0..<q {
        var sum = factor[b * q + i]
        for k in 0..<i { sum -= root[i * q + k] * mapped[k * q + b] }
        mapped[i * q + b] = sum * root[i * q + i]
      }
    }
    return log
  }
}

/// One pass over components for the criterion.
struct FactorCriterion: Fold {
  let factors: [Matrix]
  let columns: Int

  var initialState: CriterionSums {
    CriterionSums(logDeterminant: 0, products: Matrix(rowCount: columns, columnCount: columns))
  }

  func accumulate(_ block: [FactorComponent], into state: inout CriterionSums) {
    for component in block {
      guard let found = FactorElimination(component, factors: factors, columns: columns, wantsRoot: false)
      else {
        state.logDeterminant = .nan
        continue
      }
      state.logDeterminant += found.logDeterminant
      state.products += found.removed
    }
  }

  func merge(_ later: consuming CriterionSums, into earlier: inout CriterionSums) {
    earlier.logDeterminant += later.logDeterminant
    earlier.products += later.products
  }

  func finalize(_ state: consuming CriterionSums) -> CriterionSums { state }
}
