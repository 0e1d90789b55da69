internal import CRowKernels
internal import LinearAlgebra

/// Eight people's small matrices at one relative covariance factor L.
///
/// ```
/// M = I + L'S L = R R',    N = R^-1 L',    K = N'N = Delta (I + S Delta)^-1,    S = Z'WZ
/// ```
/// which exist at any L, singular ones among them.
struct PersonMatrices {
  let width: Int
  /// L, row after row.
  private let factor: [Double]
  /// N, then R, then S L, each row after row.
  private(set) var mapped: [SIMD8<Double>]

  init(_ factor: Matrix) {
    width = factor.rowCount
    self.factor = (0..<factor.rowCount).flatMap { factor.row($0) }
    mapped = [SIMD8<Double>](repeating: SIMD8(), count: 3 * width * width)
  }

  /// Factors the matrices whose `S` begins at a place, and returns the product of the diagonals of R.
  @inline(__always)
  mutating func load(_ values: borrowing Span<SIMD8<Double>>, at base: Int) -> SIMD8<Double> {
    let q = width
    let elements = factor
    let l = elements.span
    let (r, s) = (q * q, 2 * q * q)
    var n = mapped.mutableSpan
    // S L, row after row.
    for a in 0..<q {
      for k in 0..<q {
        var sum = SIMD8<Double>()
        for b in 0..<q { sum += values[base + LaneLayout.pair(a, b)] * l[b * q + k] }
        n[s + a * q + k] = sum
      }
    }
    var determinant = SIMD8<Double>(repeating: 1)
    for i in 0..<q {
      for j in 0...i {
        var sum = SIMD8<Double>(repeating: i == j ? 1 : 0)
        for a in 0..<q { sum += l[a * q + i] * n[s + a * q + j] }
        for k in 0..<j { sum -= n[r + i * q + k] * n[r + j * q + k] }
        if i == j {
          let diagonal = sum.squareRoot()
          determinant *= diagonal
          // The reciprocal is what is needed.
          n[r + i * q + i] = 1 / diagonal
        } else {
          n[r + i * q + j] = sum * n[r + j * q + j]
        }
      }
    }
    for b in 0..<q {
      for i in 0..<q {
        var sum = SIMD8<Double>(repeating: l[b * q + i])
        for k in 0..<i { sum -= n[r + i * q + k] * n[k * q + b] }
        n[i * q + b] = sum * n[r + i * q + i]
      }
    }
    return determinant
  }
}

/// One pass over people for the criterion.
struct PersonCriterion: Fold {
  let layout: LaneLayout
  let factor: Matrix

  struct State: Sendable {
    var logDeterminant = 0.0
    /// Elements (i, j), i >= j, of `[X y]'W Z K Z'W [X y]`.
    var removed: [Double]
  }

  private var elementCount: Int { layout.columns * (layout.columns + 1) / 2 }
  var initialState: State { State(removed: [Double](repeating: 0, count: elementCount)) }

  func accumulate(_ lanes: PersonLanes, into state: inout State) {
    let q = layout.width
    let work = 3 * q * q + layout.columns
    var scratch = [SIMD8<Double>](repeating: SIMD8(), count: work + elementCount)
    var determinants = [Double](repeating: 0, count: 8 * lanes.octets)
    let rows = (0..<q).flatMap { factor.row($0) }
    // SAFETY: the lanes have the layout's numbers for each octet, the scratch the room that the kernel documents.
    unsafe scratch.withUnsafeMutableBytes { bytes in
      unsafe lanes.values.withUnsafeBytes { values in
        unsafe tandem_person_criterion(
          RowKernels.level, lanes.octets, q, layout.columns, values.bindMemory(to: Double.self).baseAddress,
          rows,
          bytes.bindMemory(to: Double.self).baseAddress, &determinants)
      }
    }
    for octet in 0..<lanes.octets {
      let copies = lanes.values[octet * layout.count + layout.copies]
      for lane in 0..<8 {
        state.logDeterminant += 2 * copies[lane] * logarithm(determinants[8 * octet + lane])
      }
    }
    for k in 0..<elementCount { state.removed[k] += scratch[work + k].sum() }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.logDeterminant += later.logDeterminant
    for k in earlier.removed.indices { earlier.removed[k] += later.removed[k] }
  }

  func finalize(_ state: consuming State) -> State { state }
}
