internal import LinearAlgebra

/// One pass over people for the derivatives, at given coefficients.
///
/// With `T = Z'H^-1 Z`, `G = Z'H^-1 X`, `u = Z'H^-1 (y - X beta)` and `Psi = G A^-1 G'` of each person, all that is summed
/// are products of their elements: traces such as `tr(E_r T E_s M)` are then linear in them.
struct PersonDerivatives: Fold {
  let layout: LaneLayout
  let factor: Matrix
  let point: MixedPoint
  let order: DerivativeOrder

  /// Sums of elements.
  struct State: Sendable {
    var t: [Double]
    var psi: [Double]
    var u: [Double]
    /// Elements of T times elements of T, Psi and uu'.
    var tt: [Double]
    var tPsi: [Double]
    var tu: [Double]
    /// `G_a u_b`, for each (a, b) a column of X after the other.
    var cross: [Double]
    /// Elements (i, j), i >= j, of `G'E_r G`.
    var slopes: [Double]
  }

  private var p: Int { layout.columns - 1 }
  private var m: Int { layout.pairs }
  private var slopeCount: Int { order.slopes ? m * p * (p + 1) / 2 : 0 }

  var initialState: State {
    func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }
    return State(
      t: zeros(m), psi: zeros(m), u: zeros(m), tt: zeros(m * m), tPsi: zeros(m * m), tu: zeros(m * m),
      cross: zeros(layout.width * layout.width * p), slopes: zeros(slopeCount))
  }

  func accumulate(_ lanes: PersonLanes, into state: inout State) {
    var work = Work(layout: layout, slopeCount: slopeCount)
    var matrices = PersonMatrices(factor)
    let values = lanes.values.span
    for octet in 0..<lanes.octets {
      let base = octet * layout.count
      _ = matrices.load(values, at: base)
      work.prepare(values, base, matrices.mapped.span, point)
      work.addProducts(copies: values[base + layout.copies])
      if order.slopes { work.addSlopes(copies: values[base + layout.copies]) }
    }
    work.add(to: &state)
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    func add(_ from: [Double], _ to: inout [Double]) { for k in to.indices { to[k] += from[k] } }
    add(later.t, &earlier.t)
    add(later.psi, &earlier.psi)
    add(later.u, &earlier.u)
    add(later.tt, &earlier.tt)
    add(later.tPsi, &earlier.tPsi)
    add(later.tu, &earlier.tu)
    add(later.cross, &earlier.cross)
    add(later.slopes, &earlier.slopes)
  }

  func finalize(_ state: consuming State) -> State { state }
}

// MARK: - Kernels

/// Eight people's elements and the sums of their products, in one array so that one exclusive access serves a pass.
struct Work {
  typealias Lanes = SIMD8<Double>

  let layout: LaneLayout
  private let slopeCount: Int
  private var all: [Lanes]

  private var m: Int { layout.pairs }
  private var p: Int { layout.columns - 1 }
  // `Z'H^-1 [X y - X beta]`, for each column of Z all columns; then the elements of T, Psi and uu'.
  private var t: Int { layout.width * layout.columns }
  private var psi: Int { t + m }
  private var uu: Int { psi + m }
  private var reduced: Int { uu + m }
  private var sums: Int { reduced + layout.width * max(p, layout.width) }
  private var slopes: Int { sums + 3 * m + 3 * m * m + layout.width * layout.width * p }

  /// `Z'H^-1 X` of column a of Z, the residual in the place of the response.
  @inline(__always)
  func g(_ a: Int, _ column: Int) -> Lanes { all[a * layout.columns + column] }
  @inline(__always)
  func t(_ pair: Int) -> Lanes { all[t + pair] }
  @inline(__always)
  func psi(_ pair: Int) -> Lanes { all[psi + pair] }

  init(layout: LaneLayout, slopeCount: Int) {
    self.layout = layout
    self.slopeCount = slopeCount
    all = []
    all = [Lanes](repeating: Lanes(), count: slopes + slopeCount)
  }

  /// Computes the elements of eight people whose sums begin at a place, from `N`.
  @inline(__always)
  mutating func prepare(
    _ values: borrowing Span<Lanes>, _ base: Int, _ n: borrowing Span<Lanes>, _ point: MixedPoint
  ) {
    let (layout, t, psi, uu, left) = (layout, t, psi, uu, reduced)
    let (q, columns, p) = (layout.width, layout.columns, layout.columns - 1)
    var own = all.mutableSpan
    // I - S K, row after row.
    for a in 0..<q {
      for c in 0..<q {
        var sum = Lanes(repeating: a == c ? 1 : 0)
        for b in 0..<q {
          var k = Lanes()
          for i in 0..<q { k += n[i * q + b] * n[i * q + c] }
          sum -= values[base + LaneLayout.pair(a, b)] * k
        }
        own[left + a * q + c] = sum
      }
    }
    let beta = point.beta.span
    for a in 0..<q {
      for b in 0...a {
        var sum = Lanes()
        for c in 0..<q { sum += own[left + a * q + c] * values[base + LaneLayout.pair(c, b)] }
        own[t + LaneLayout.pair(a, b)] = sum
      }
      var residual = Lanes()
      for j in 0..<columns {
        var sum = Lanes()
        for c in 0..<q { sum += own[left + a * q + c] * values[base + layout.cross(c, j)] }
        own[a * columns + j] = sum
        if j < p { residual -= sum * beta[j] } else { own[a * columns + j] += residual }
      }
    }
    for a in 0..<q {
      for b in 0...a { own[uu + LaneLayout.pair(a, b)] = own[a * columns + p] * own[b * columns + p] }
    }
    // G R^-1, whose rows' products are Psi.
    let inverse = point.inverseRootElements.span
    for a in 0..<q {
      for k in 0..<p {
        var sum = Lanes()
        for j in 0...k { sum += own[a * columns + j] * inverse[k * p + j] }
        own[left + a * p + k] = sum
      }
      for b in 0...a {
        var sum = Lanes()
        for k in 0..<p { sum += own[left + a * p + k] * own[left + b * p + k] }
        own[psi + LaneLayout.pair(a, b)] = sum
      }
    }
  }

  /// Adds the elements and their products, each person as often as it counts.
  @inline(__always)
  mutating func addProducts(copies: Lanes) {
    let (m, p, q, columns) = (self.m, self.p, layout.width, layout.columns)
    let (t, psi, uu, sums) = (t, psi, uu, sums)
    var own = all.mutableSpan
    for r in 0..<m {
      let left = own[t + r] * copies
      own[sums + r] += left
      own[sums + m + r] += own[psi + r] * copies
      own[sums + 2 * m + r] += own[uu + r] * copies
      let place = sums + 3 * m + r * m
      for s in 0..<m {
        own[place + s] += left * own[t + s]
        own[place + m * m + s] += left * own[psi + s]
        own[place + 2 * m * m + s] += left * own[uu + s]
      }
    }
    let start = sums + 3 * m + 3 * m * m
    for b in 0..<q {
      let u = own[b * columns + p] * copies
      for a in 0..<q {
        let place = start + (a * q + b) * p
        for j in 0..<p { own[place + j] += own[a * columns + j] * u }
      }
    }
  }

  /// Adds `G'E_r G`.
  @inline(__always)
  mutating func addSlopes(copies: Lanes) {
    let (p, q, columns) = (self.p, layout.width, layout.columns)
    var place = slopes
    var own = all.mutableSpan
    for a in 0..<q {
      for b in 0...a {
        for i in 0..<p {
          let left = own[a * columns + i] * copies
          let other = own[b * columns + i] * copies
          for j in 0...i {
            let product = left * own[b * columns + j]
            own[place] += a == b ? product : product + other * own[a * columns + j]
            place += 1
          }
        }
      }
    }
  }

  func add(to state: inout PersonDerivatives.State) {
    var place = sums
    func take(_ target: inout [Double]) {
      for k in target.indices {
        target[k] += all[place].sum()
        place += 1
      }
    }
    take(&state.t)
    take(&state.psi)
    take(&state.u)
    take(&state.tt)
    take(&state.tPsi)
    take(&state.tu)
    take(&state.cross)
    take(&state.slopes)
  }
}
