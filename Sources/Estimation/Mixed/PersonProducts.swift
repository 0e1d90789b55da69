internal import LinearAlgebra

/// Sums of people: what one grouping factor needs, whatever the number of rows.
struct PersonProducts: MixedSums {
  let layout: LaneLayout
  let totals: Matrix
  let rows: Double
  let logWeight: Double
  let lanes: BlockList<PersonLanes>

  var columnCount: Int { layout.columns - 1 }
  var widths: [Int] { [layout.width] }
  var trailing: Int { 0 }

  init(_ rows: MixedRows, _ executor: some FoldExecutor) throws {
    layout = LaneLayout(width: rows.random.groupings[0].width, columns: rows.kept.count + 1)
    let state = try executor.run(PersonSums(layout: layout), over: rows)
    totals = state.products
    self.rows = state.rows
    logWeight = state.logWeight
    lanes = BlockList(state.lanes)
  }

  func criterion(_ factors: [Matrix], _ executor: some FoldExecutor) throws -> CriterionSums? {
    let state = try executor.run(PersonCriterion(layout: layout, factor: factors[0]), over: lanes)
    var left = totals
    var place = 0
    for i in 0..<layout.columns {
      for j in 0...i {
        left[i, j] -= state.removed[place]
        left[j, i] = left[i, j]
        place += 1
      }
    }
    guard state.logDeterminant.isFinite, left.columnMajor.allSatisfy(\.isFinite) else { return nil }
    return CriterionSums(logDeterminant: state.logDeterminant, products: left)
  }

  func derivatives(
    _ factors: [Matrix], _ point: MixedPoint, _ order: DerivativeOrder, _ executor: some FoldExecutor
  ) throws -> DerivativeSums {
    let fold = PersonDerivatives(layout: layout, factor: factors[0], point: point, order: order)
    return ElementAlgebra(layout: layout).derivatives(try executor.run(fold, over: lanes), order)
  }

  func weightedProducts(
    _ factors: [Matrix], _ weights: Matrix, _ executor: some FoldExecutor
  ) throws -> Matrix {
    let fold = PersonWeightedProducts(layout: layout, factor: factors[0], weights: weights)
    return try executor.run(fold, over: lanes)
  }

  func effects(
    _ factors: [Matrix], _ point: MixedPoint, _ executor: some FoldExecutor
  ) throws -> [EffectSums] {
    let fold = PersonEffects(layout: layout, factor: factors[0], point: point)
    return [try executor.run(fold, over: lanes)]
  }
}

/// How sums of products of elements become traces with the directions E_r.
struct ElementAlgebra {
  let layout: LaneLayout

  /// The pairs (a, b) of each direction.
  private var pairs: [(Int, Int)] { (0..<layout.width).flatMap { a in (0...a).map { (a, $0) } } }

  func derivatives(_ state: PersonDerivatives.State, _ order: DerivativeOrder) -> DerivativeSums {
    let (m, p, q) = (layout.pairs, layout.columns - 1, layout.width)
    let pairs = pairs
    func trace(_ elements: [Double]) -> [Double] {
      pairs.indices.map { pairs[$0].0 == pairs[$0].1 ? elements[$0] : 2 * elements[$0] }
    }
    var cross = Matrix(rowCount: p, columnCount: m)
    for (r, (a, b)) in pairs.enumerated() {
      for j in 0..<p {
        cross[j, r] = state.cross[(a * q + b) * p + j] + (a == b ? 0 : state.cross[(b * q + a) * p + j])
      }
    }
    return DerivativeSums(
      trace: trace(state.t), meanTrace: trace(state.psi), squares: trace(state.u), cross: cross,
      traceProducts: products(state.tt), meanProducts: products(state.tPsi),
      squareProducts: products(state.tu),
      slopes: order.slopes ? slopes(state.slopes) : nil)
  }

  /// `tr(E_r T E_s M)` from the sums of elements of T times elements of M.
  private func products(_ sums: [Double]) -> Matrix {
    let m = layout.pairs
    var result = Matrix(rowCount: m, columnCount: m)
    for (r, (a, b)) in pairs.enumerated() {
      for (s, (c, d)) in pairs.enumerated() {
        var sum = 0.0
        for (i, j) in a == b ? [(a, b)] : [(a, b), (b, a)] {
          for (k, l) in c == d ? [(c, d)] : [(c, d), (d, c)] {
            sum += sums[LaneLayout.pair(j, k) * m + LaneLayout.pair(l, i)]
          }
        }
        result[r, s] = sum
      }
    }
    return (result + result.transposed()).scaled(by: 0.5)
  }

  private func slopes(_ elements: [Double]) -> [Matrix] {
    let p = layout.columns - 1
    let size = p * (p + 1) / 2
    return (0..<layout.pairs).map { r in
      RandomStructure.matrix(elements[r * size..<(r + 1) * size], width: p)
    }
  }
}

/// `sum over r, s of w_rs F_rs = sum over people of G' (sum w_rs E_r T E_s) G`.
struct PersonWeightedProducts: Fold {
  let layout: LaneLayout
  let factor: Matrix
  let weights: Matrix

  private var p: Int { layout.columns - 1 }

  var initialState: Matrix { Matrix(rowCount: p, columnCount: p) }

  func accumulate(_ lanes: PersonLanes, into state: inout Matrix) {
    let q = layout.width
    let point = MixedPoint(withoutMean: p)
    var work = PersonElements(layout: layout)
    var matrices = PersonMatrices(factor)
    let terms = self.terms
    let values = lanes.values.span
    var sums = [SIMD8<Double>](repeating: SIMD8(), count: p * p)
    var sum = sums.mutableSpan
    for octet in 0..<lanes.octets {
      let base = octet * layout.count
      _ = matrices.load(values, at: base)
      work.prepare(values, base, matrices.mapped.span, point)
      let copies = values[base + layout.copies]
      for i in 0..<q {
        for l in 0..<q {
          var middle = SIMD8<Double>()
          for term in terms[i * q + l] { middle += term.weight * work.t(term.place) }
          middle *= copies
          for j in 0..<p {
            let left = middle * work.g(i, j)
            for k in 0..<p { sum[j + k * p] += left * work.g(l, k) }
          }
        }
      }
    }
    state += Matrix(rowCount: p, columnCount: p, columnMajor: sums.map { $0.sum() })
  }

  /// For each element (i, l) of the middle the weights of the elements of T.
  private var terms: [[(place: Int, weight: Double)]] {
    let q = layout.width
    let pairs = (0..<q).flatMap { a in (0...a).map { (a, $0) } }
    var result = [[(place: Int, weight: Double)]](repeating: [], count: q * q)
    for (r, (a, b)) in pairs.enumerated() {
      for (s, (c, d)) in pairs.enumerated() {
        for (i, j) in a == b ? [(a, b)] : [(a, b), (b, a)] {
          for (k, l) in c == d ? [(c, d)] : [(c, d), (d, c)] {
            result[i * q + l].append((LaneLayout.pair(j, k), weights[r, s]))
          }
        }
      }
    }
    return result
  }

  func merge(_ later: consuming Matrix, into earlier: inout Matrix) { earlier += later }

  func finalize(_ state: consuming Matrix) -> Matrix { (state + state.transposed()).scaled(by: 0.5) }
}

/// Each person's predicted effects, and what their variances are made of.
struct PersonEffects: Fold {
  let layout: LaneLayout
  let factor: Matrix
  let point: MixedPoint

  var initialState: EffectSums {
    EffectSums(width: layout.width, effects: [], conditional: [], meanPart: [])
  }

  func accumulate(_ lanes: PersonLanes, into state: inout EffectSums) {
    let (q, columns) = (layout.width, layout.columns)
    let delta = factor * factor.transposed()
    var work = PersonElements(layout: layout)
    var matrices = PersonMatrices(factor)
    let values = lanes.values.span
    for octet in 0..<lanes.octets {
      let base = octet * layout.count
      _ = matrices.load(values, at: base)
      work.prepare(values, base, matrices.mapped.span, point)
      let n = matrices.mapped
      for lane in 0..<min(8, lanes.people - 8 * octet) {
        let u = (0..<q).map { work.g($0, columns - 1)[lane] }
        state.effects += delta * u
        var psi = Matrix(rowCount: q, columnCount: q)
        for a in 0..<q {
          for b in 0..<q { psi[a, b] = work.psi(LaneLayout.pair(a, b))[lane] }
          for b in 0...a {
            state.conditional.append((0..<q).reduce(0) { $0 + n[$1 * q + a][lane] * n[$1 * q + b][lane] })
          }
        }
        state.meanPart += RandomStructure.elements(delta * psi * delta)
      }
    }
  }

  func merge(_ later: consuming EffectSums, into earlier: inout EffectSums) {
    earlier.effects += later.effects
    earlier.conditional += later.conditional
    earlier.meanPart += later.meanPart
  }

  func finalize(_ state: consuming EffectSums) -> EffectSums { state }
}

extension MixedPoint {
  /// Coefficients of 0, for passes that look at the design alone.
  init(withoutMean p: Int) {
    beta = [Double](repeating: 0, count: p)
    inverseRoot = Matrix(rowCount: p, columnCount: p)
    residual = 1
    logDeterminantA = 0
  }
}
