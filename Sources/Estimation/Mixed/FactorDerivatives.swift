internal import LinearAlgebra

/// One pass over components for the derivatives, at given coefficients.
struct FactorDerivatives: Fold {
  let factors: [Matrix]
  let point: MixedPoint
  let order: DerivativeOrder

  private var p: Int { point.beta.count }

  var initialState: DerivativeSums {
    let m = FactorDirection.all(factors.map(\.rowCount)).count
    let zeros = [Double](repeating: 0, count: m)
    let square = Matrix(rowCount: m, columnCount: m)
    return DerivativeSums(
      trace: zeros, meanTrace: zeros, squares: zeros, cross: Matrix(rowCount: p, columnCount: m),
      traceProducts: order.traces ? square : nil, meanProducts: order.traces ? square : nil,
      squareProducts: square,
      slopes: order.slopes ? zeros.map { _ in Matrix(rowCount: p, columnCount: p) } : nil)
  }

  func accumulate(_ block: [FactorComponent], into state: inout DerivativeSums) {
    for component in block {
      guard let projection = FactorProjection(component, factors: factors, beta: point.beta) else { continue }
      addFirst(projection, to: &state)
      addSecond(projection, to: &state)
      if order.traces { FactorTraces(projection).add(to: &state) }
    }
  }

  func merge(_ later: consuming DerivativeSums, into earlier: inout DerivativeSums) {
    for r in earlier.trace.indices {
      earlier.trace[r] += later.trace[r]
      earlier.meanTrace[r] += later.meanTrace[r]
      earlier.squares[r] += later.squares[r]
    }
    earlier.cross += later.cross
    if let more = later.traceProducts { earlier.traceProducts? += more }
    if let more = later.meanProducts { earlier.meanProducts? += more }
    earlier.squareProducts += later.squareProducts
    if let more = later.slopes {
      for r in more.indices { earlier.slopes?[r] += more[r] }
    }
  }

  func finalize(_ state: consuming DerivativeSums) -> DerivativeSums { state }

  // MARK: - Kernels

  /// Rows of `Z'H^-1[X r]` of each group of a grouping.
  private func forEachGroup(
    _ projection: FactorProjection, of grouping: Int,
    _ body: (_ rows: Matrix, _ inner: (Int, Int) -> Double) -> Void
  ) {
    let q = projection.width
    if grouping == 0 {
      for group in projection.component.groups.indices {
        body(projection.rows(ofGroup: group)) { a, b in
          projection.inner[(group * q + a) * q + b] - projection.shared[(group * q + a) * q + b]
        }
      }
      return
    }
    let columns = Array(0..<projection.columns)
    for block in projection.component.blocks where block.grouping == grouping {
      let own = Array(block.column..<block.column + factors[grouping].rowCount)
      body(projection.trailingCross.selecting(rows: own, columns: columns)) { a, b in
        projection.trailing[block.column + a, block.column + b]
      }
    }
  }

  private func addFirst(_ projection: FactorProjection, to state: inout DerivativeSums) {
    let directions = FactorDirection.all(factors.map(\.rowCount))
    let own = Array(0..<p)
    for grouping in factors.indices {
      let mine = directions.indices.filter { directions[$0].grouping == grouping }
      forEachGroup(projection, of: grouping) { rows, inner in
        let mean = rows.selecting(columns: own)
        let reduced = mean * point.inverseRoot
        for r in mine {
          let direction = directions[r]
          state.trace[r] += direction.trace(inner)
          for (a, b) in direction.entries {
            for j in 0..<p { state.meanTrace[r] += reduced[a, j] * reduced[b, j] }
            state.squares[r] += rows[a, p] * rows[b, p]
            for j in 0..<p { state.cross[j, r] += rows[a, j] * rows[b, p] }
          }
          guard order.slopes else { continue }
          for (a, b) in direction.entries {
            for j in 0..<p {
              for k in 0..<p { state.slopes?[r][j, k] += rows[a, j] * rows[b, k] }
            }
          }
        }
      }
    }
  }

  /// Products along two directions, of the residual and, where traces are wanted, of the mean's columns.
  private func addSecond(_ projection: FactorProjection, to state: inout DerivativeSums) {
    // Columns of the mean in coordinates in which A is the identity.
    var mapping = Matrix(rowCount: p + 1, columnCount: order.traces ? p + 1 : 1)
    if order.traces {
      for j in 0..<p {
        for k in 0..<p { mapping[j, k] = point.inverseRoot[j, k] }
      }
    }
    mapping[p, mapping.columnCount - 1] = 1
    let found = FactorSecondOrder(projection, mapping: mapping)
    let m = found.directions.count
    for r in 0..<m {
      for s in 0..<m {
        let own = found.diagonal(r, s)
        state.squareProducts[r, s] += own[own.count - 1]
        if order.traces { state.meanProducts?[r, s] += own.dropLast().reduce(0, +) }
      }
    }
  }
}

/// Products `B'H^-1 dH_r H^-1 dH_s H^-1 B` of some columns B in one component.
struct FactorSecondOrder {
  let directions: [FactorDirection]
  private let projection: FactorProjection
  /// For each direction of the first grouping its groups' rows of `E_r Z1'H^-1 B`.
  private var effects: [[Double]] = []
  /// For each direction of the others the trailing rows of `E_r Z2'H^-1 B`; empty for the first.
  private var trailing: [Matrix] = []
  /// `Z2'H1^-1 dH_r H^-1 B`, and K2 times that.
  private var images: [Matrix] = []
  private var covered: [Matrix] = []
  private let columns: Int

  /// Columns are those of `[X r]` times a matrix.
  init(_ projection: FactorProjection, mapping: Matrix) {
    self.projection = projection
    columns = mapping.columnCount
    directions = FactorDirection.all(projection.factors.map(\.rowCount))
    let q = projection.width
    let groups = projection.component.groups.count
    let t = projection.component.trailingCount
    let base = Self.mapped(projection.cross, columns: projection.columns, mapping)
    let trailingBase = projection.trailingCross * mapping
    for direction in directions {
      guard direction.grouping == 0 else {
        var own = Matrix(rowCount: t, columnCount: columns)
        for block in projection.component.blocks where block.grouping == direction.grouping {
          for (a, b) in direction.entries {
            for j in 0..<columns { own[block.column + a, j] = trailingBase[block.column + b, j] }
          }
        }
        effects.append([])
        trailing.append(own)
        images.append(projection.elimination.trailing * own)
        continue
      }
      var own = [Double](repeating: 0, count: base.count)
      for group in 0..<groups {
        for (a, b) in direction.entries {
          for j in 0..<columns { own[(group * q + a) * columns + j] = base[(group * q + b) * columns + j] }
        }
      }
      images.append(Self.image(own, projection, columns: columns))
      effects.append(own)
      trailing.append(Matrix(rowCount: 0, columnCount: columns))
    }
    covered = images.map { projection.covariance * $0 }
  }

  private static func mapped(_ rows: [Double], columns: Int, _ mapping: Matrix) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(rows.count / columns * mapping.columnCount)
    for start in stride(from: 0, to: rows.count, by: columns) {
      for j in 0..<mapping.columnCount {
        var sum = 0.0
        for k in 0..<columns { sum += rows[start + k] * mapping[k, j] }
        result.append(sum)
      }
    }
    return result
  }

  /// `Z2'H1^-1 Z1` times the groups' rows.
  private static func image(_ rows: [Double], _ projection: FactorProjection, columns: Int) -> Matrix {
    let component = projection.component
    let (q, t) = (projection.width, component.trailingCount)
    var result = [Double](repeating: 0, count: t * columns)
    for group in component.groups.indices {
      let own = projection.elimination.links(group)
      let c = own.count
      for a in 0..<q {
        for k in 0..<c {
          let value = projection.links[own.lowerBound * q + a * c + k]
          let column = component.links[own.lowerBound + k]
          for j in 0..<columns { result[column + j * t] += value * rows[(group * q + a) * columns + j] }
        }
      }
    }
    return Matrix(rowCount: t, columnCount: columns, columnMajor: result)
  }

  /// For each column its product with itself along two directions.
  func diagonal(_ r: Int, _ s: Int) -> [Double] {
    var result = [Double](repeating: 0, count: columns)
    let t = images[r].rowCount
    func add(_ x: Matrix, _ y: Matrix, _ sign: Double) {
      for j in 0..<columns {
        var sum = 0.0
        for i in 0..<t { sum += x[i, j] * y[i, j] }
        result[j] += sign * sum
      }
    }
    switch (directions[r].grouping == 0, directions[s].grouping == 0) {
    case (true, true): addInner(r, s, &result)
    case (true, false): add(images[r], trailing[s], 1)
    case (false, true): add(trailing[r], images[s], 1)
    case (false, false): add(trailing[r], images[s], 1)
    }
    add(images[r], covered[s], -1)
    return result
  }

  private func addInner(_ r: Int, _ s: Int, _ result: inout [Double]) {
    let q = projection.width
    for group in projection.component.groups.indices {
      for a in 0..<q {
        for b in 0..<q {
          let value = projection.inner[(group * q + a) * q + b]
          for j in 0..<columns {
            result[j] +=
              effects[r][(group * q + a) * columns + j] * value * effects[s][(group * q + b) * columns + j]
          }
        }
      }
    }
  }

  /// `sum over r, s of w_rs B'H^-1 dH_r H^-1 dH_s H^-1 B`.
  func weighted(_ weights: Matrix) -> Matrix {
    let q = projection.width
    var result = Matrix(rowCount: columns, columnCount: columns)
    for r in directions.indices {
      let isGroup = directions[r].grouping == 0
      for s in directions.indices where weights[r, s] != 0 {
        var own = Matrix(rowCount: columns, columnCount: columns)
        if isGroup, directions[s].grouping == 0 {
          for group in projection.component.groups.indices {
            for a in 0..<q {
              for b in 0..<q {
                let value = projection.inner[(group * q + a) * q + b]
                for j in 0..<columns {
                  let left = value * effects[r][(group * q + a) * columns + j]
                  for k in 0..<columns { own[j, k] += left * effects[s][(group * q + b) * columns + k] }
                }
              }
            }
          }
        } else if isGroup {
          own += images[r].transposeTimes(trailing[s])
        } else {
          own += trailing[r].transposeTimes(images[s])
        }
        own -= images[r].transposeTimes(covered[s])
        result += own.scaled(by: weights[r, s])
      }
    }
    return result
  }
}
