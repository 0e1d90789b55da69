internal import LinearAlgebra

/// One pass over the rows for directions in which the likelihood may grow for ever.
///
/// A direction d is one of recession when no row loses: `x'd >= 0` where the response is at its upper end,
/// `x'd <= 0` at its lower end, `x'd = 0` in between. The scan sums what the rows that nothing separates yet
/// would gain, and collects the rows that lose most along a trial direction.
struct SeparationScan: Fold {
  /// Whether the likelihood of a response at its upper end grows with the predictor for ever.
  let hasUpperEnd: Bool
  /// What columns are divided by.
  let scales: [Double]
  /// The direction found so far: the rows that it separates no longer count.
  let settled: [Double]
  /// The trial direction.
  let trial: [Double]

  init(_ family: FittedFamily, scales: [Double], settled: [Double], trial: [Double]) {
    // With the log link a risk of 1 is reached at a predictor of 0, so that no row of events gains for ever.
    hasUpperEnd = family.family == .binomial && family.link != .log
    (self.scales, self.settled, self.trial) = (scales, settled, trial)
  }

  /// A scan that looks along one direction only.
  init(_ family: FittedFamily, direction: [Double]) {
    let zero = [Double](repeating: 0, count: direction.count)
    self.init(
      family, scales: [Double](repeating: 1, count: direction.count), settled: direction, trial: zero)
  }

  static let tolerance = 1e-9
  private static let mostCollected = 64

  struct Loss: Sendable, Equatable {
    let amount: Double
    let constraint: [Double]
  }

  struct State: Sendable {
    var objective: [Double]
    var losses: [Loss] = []
    /// Rows that the settled direction does not separate.
    var overlapping = 0
    /// The largest distance along the trial direction.
    var largest = 0.0
  }

  var initialState: State { State(objective: [Double](repeating: 0, count: scales.count)) }

  /// 1 at the upper end, -1 at the lower, 0 in between.
  private func side(_ y: Double) -> Double {
    if y == 0 { return -1 }
    return hasUpperEnd && y == 1 ? 1 : 0
  }

  /// The side to which the settled direction separates each row; 0 where it does not.
  func sides(of block: GeneralizedBlock) -> [Int8] {
    let done = block.design * zip(settled, scales).map { $0 / $1 }
    return done.indices.map { i in
      let side = side(block.response[i])
      return side * done[i] > Self.tolerance ? Int8(side) : 0
    }
  }

  func accumulate(_ block: GeneralizedBlock, into state: inout State) {
    let zero = [Double](repeating: 0, count: scales.count)
    let along = block.design * zip(trial, scales).map { $0 / $1 }
    let done = settled == zero ? nil : block.design * zip(settled, scales).map { $0 / $1 }
    var found: [Loss] = []
    for i in along.indices {
      let side = side(block.response[i])
      state.largest = max(state.largest, abs(along[i]))
      if done.map({ side * $0[i] <= Self.tolerance }) ?? true {
        state.overlapping += 1
        for j in scales.indices { state.objective[j] += side * block.design[i, j] / scales[j] }
      }
      let loss = side == 0 ? abs(along[i]) : -side * along[i]
      guard loss > Self.tolerance else { continue }
      let sign = side == 0 ? (along[i] > 0 ? -1.0 : 1) : side
      found.append(
        Loss(amount: loss, constraint: scales.indices.map { sign * block.design[i, $0] / scales[$0] }))
    }
    state.losses = Self.worst(state.losses + found)
  }

  private static func worst(_ losses: [Loss]) -> [Loss] {
    guard losses.count > 1 else { return losses }
    var result: [Loss] = []
    for loss in losses.sorted(by: { $0.amount > $1.amount })
    where result.count < mostCollected && !result.contains(where: { $0.constraint == loss.constraint }) {
      result.append(loss)
    }
    return result
  }

  func merge(_ later: consuming State, into earlier: inout State) {
    for j in scales.indices { earlier.objective[j] += later.objective[j] }
    earlier.losses = Self.worst(earlier.losses + later.losses)
    earlier.overlapping += later.overlapping
    earlier.largest = max(earlier.largest, later.largest)
  }

  func finalize(_ state: consuming State) -> State { state }
}

/// The largest absolute value of each column.
struct ColumnScales: Fold {
  let columnCount: Int

  var initialState: [Double] { [Double](repeating: 0, count: columnCount) }

  func accumulate(_ block: GeneralizedBlock, into state: inout [Double]) {
    for j in 0..<columnCount { state[j] = block.design.column(j).reduce(state[j]) { max($0, abs($1)) } }
  }

  func merge(_ later: consuming [Double], into earlier: inout [Double]) {
    for j in earlier.indices { earlier[j] = max(earlier[j], later[j]) }
  }

  func finalize(_ state: consuming [Double]) -> [Double] { state }
}
