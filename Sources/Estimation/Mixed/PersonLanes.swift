internal import CRowKernels
internal import LinearAlgebra

/// The sums of people, eight side by side, so that each operation of a pass works on eight people.
///
/// For each person: `Z'WZ` (elements (a, b), a >= b), then `Z'W[X y]` (for each column of Z all columns), then the number
/// of people that this one stands for. Places without a person hold zeros, which add nothing to any sum.
struct PersonLanes: Sendable {
  /// Octets x numbers of a person.
  var values: [SIMD8<Double>]
  let octets: Int
  let people: Int
}

/// What a pass over people needs to know of the numbers in their lanes.
struct LaneLayout: Sendable {
  /// Columns of Z.
  let width: Int
  /// Columns of X and y.
  let columns: Int

  var pairs: Int { width * (width + 1) / 2 }
  var copies: Int { pairs + width * columns }
  var count: Int { copies + 1 }

  /// The place of `Z'W[X y]`.
  @inline(__always)
  func cross(_ a: Int, _ column: Int) -> Int { pairs + a * columns + column }

  /// The place of an element of a symmetric matrix.
  @inline(__always)
  static func pair(_ a: Int, _ b: Int) -> Int { a >= b ? a * (a + 1) / 2 + b : b * (b + 1) / 2 + a }
}

/// Sums over all rows, and the lanes of all people.
struct PersonSums: Fold {
  let layout: LaneLayout

  struct State: Sendable {
    var lanes: [PersonLanes] = []
    /// `[X y]'W[X y]`.
    var products: Matrix
    var rows = 0.0
    var logWeight = 0.0
  }

  var initialState: State {
    State(products: Matrix(rowCount: layout.columns, columnCount: layout.columns))
  }

  func accumulate(_ block: MixedBlock, into state: inout State) {
    state.lanes.append(lanes(block))
    if block.copies.isEmpty {
      state.rows += Double(block.rowCount)
      state.products +=
        block.weights.map { block.mean.crossProduct(weights: $0) } ?? block.mean.crossProduct()
    } else {
      let copies = rowCopies(block)
      state.rows += copies.reduce(0, +)
      state.products += block.mean.crossProduct(weights: copies)
    }
    state.logWeight += block.weights?.reduce(0) { $0 + logarithm($1) } ?? 0
  }

  private func rowCopies(_ block: MixedBlock) -> [Double] {
    (0..<block.groupCount).flatMap { person in
      repeatElement(block.copies[person], count: block.starts[person + 1] - block.starts[person])
    }
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    earlier.lanes += later.lanes
    earlier.products += later.products
    earlier.rows += later.rows
    earlier.logWeight += later.logWeight
  }

  func finalize(_ state: consuming State) -> State { state }

  // MARK: - Kernel

  private func lanes(_ block: MixedBlock) -> PersonLanes {
    let people = block.groupCount
    let octets = (people + 7) / 8
    var values = [SIMD8<Double>](repeating: SIMD8(), count: octets * layout.count)
    var scratch = [Double](repeating: 0, count: layout.count)
    // SAFETY: both matrices have the block's rows, starts one more than the people; the lanes have room for all octets.
    unsafe values.withUnsafeMutableBytes { bytes in
      unsafe tandem_person_sums(
        RowKernels.level, people, block.starts.map { Int($0) }, block.rowCount, layout.width,
        block.random[0].columnMajor, layout.columns, block.mean.columnMajor, block.weights ?? nil, &scratch,
        bytes.bindMemory(to: Double.self).baseAddress)
    }
    var target = values.mutableSpan
    for person in 0..<people {
      target[(person / 8) * layout.count + layout.copies][person % 8] =
        block.copies.isEmpty ? 1 : block.copies[person]
    }
    return PersonLanes(values: values, octets: octets, people: people)
  }
}
