internal import CRowKernels
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
    let (q, columns) = (layout.width, layout.columns)
    var scratch = [SIMD8<Double>](
      repeating: SIMD8(), count: 3 * q * q + q * columns + 3 * m + q * max(p, q))
    var sums = [SIMD8<Double>](repeating: SIMD8(), count: 3 * m + 3 * m * m + q * q * p + slopeCount)
    let rows = (0..<q).flatMap { factor.row($0) }
    // SAFETY: the lanes have the layout's numbers for each octet, scratch and sums the room that the kernel documents.
    unsafe scratch.withUnsafeMutableBytes { work in
      unsafe sums.withUnsafeMutableBytes { out in
        unsafe lanes.values.withUnsafeBytes { values in
          unsafe tandem_person_derivatives(
            RowKernels.level, lanes.octets, q, columns, values.bindMemory(to: Double.self).baseAddress, rows,
            point.beta, point.inverseRootElements, order.slopes ? 1 : 0,
            work.bindMemory(to: Double.self).baseAddress, out.bindMemory(to: Double.self).baseAddress)
        }
      }
    }
    var place = 0
    func take(_ target: inout [Double]) {
      for k in target.indices {
        target[k] += sums[place].sum()
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

/// Eight people's elements, for passes that are made once.
struct PersonElements {
  typealias Lanes = SIMD8<Double>

  let layout: LaneLayout
  private var all: [Lanes]

  private var m: Int { layout.pairs }
  private var p: Int { layout.columns - 1 }
  // `Z'H^-1 [X y - X beta]`, for each column of Z all columns; then the elements of T, Psi and uu'.
  private var t: Int { layout.width * layout.columns }
  private var psi: Int { t + m }
  private var uu: Int { psi + m }
  private var reduced: Int { uu + m }

  /// `Z'H^-1 X` of column a of Z, the residual in the place of the response.
  @inline(__always)
  func g(_ a: Int, _ column: Int) -> Lanes { all[a * layout.columns + column] }
  @inline(__always)
  func t(_ pair: Int) -> Lanes { all[t + pair] }
  @inline(__always)
  func psi(_ pair: Int) -> Lanes { all[psi + pair] }

  init(layout: LaneLayout) {
    self.layout = layout
    all = []
    all = [Lanes](repeating: Lanes(), count: reduced + layout.width * max(p, layout.width))
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
}
