/// Rows of survival data in blocks (groups or strata), each in order of exit and in order of entry.
///
/// - Complexity: O(rows) to make: times are sorted by radix, blocks by counting.
package struct SurvivalRecords: Sendable {
  /// The distinct times of entry and exit, ascending.
  let times: [Double]
  /// The index of each row's time of exit.
  let exit: [Int32]
  /// The index of the time after which each row is at risk; empty where all are from the beginning.
  let entry: [Int32]
  /// 0 for censoring, 1 and on for the causes.
  let cause: [Int32]
  /// How often each row counts.
  let weights: [Double]?
  /// Whether a weight is so many rows, rather than a share of the population.
  let weightsAreCopies: Bool
  /// Which rows belong together in robust errors.
  let cluster: [Int32]?
  /// Rows whose end is no censoring, since another of the same person follows at once.
  let goesOn: [Bool]?
  /// Rows whose start is no entry.
  let follows: [Bool]?
  /// The rows, block by block, by time of exit.
  let byExit: [Int32]
  /// The rows, block by block, by time of entry; empty where all are at risk from the beginning.
  let byEntry: [Int32]
  /// Where each block stands among ``byExit`` and ``byEntry``.
  let blocks: [Range<Int>]

  /// Records from arrays.
  ///
  /// - Parameters:
  ///   - entry: Times after which rows are at risk; nil where all are from the beginning.
  ///   - exit: Times at which observation ends.
  ///   - cause: 0 for censoring, 1 and on for the causes.
  ///   - weights: How often each row counts; nil for once.
  ///   - block: The block of each row; empty for one block.
  ///   - blockCount: The number of blocks.
  ///   - cluster: Which rows belong together; nil where each stands alone.
  ///   - weightsAreCopies: Whether a weight is so many rows.
  ///   - goesOn: Rows whose end is no censoring.
  ///   - follows: Rows whose start is no entry.
  package init(
    entry: [Double]?, exit: [Double], cause: [Int32], weights: [Double]? = nil, block: [Int32] = [],
    blockCount: Int = 1, cluster: [Int32]? = nil, weightsAreCopies: Bool = true, goesOn: [Bool]? = nil,
    follows: [Bool]? = nil
  ) {
    let count = exit.count
    let settled = EventTimes(entry.map { exit + $0 } ?? exit)
    times = settled.distinct
    self.exit = entry == nil ? settled.index : Array(settled.index[..<count])
    self.entry = entry == nil ? [] : Array(settled.index[count...])
    self.cause = cause
    self.weights = weights
    self.cluster = cluster
    self.weightsAreCopies = weightsAreCopies
    self.goesOn = goesOn
    self.follows = follows
    func ordered(_ index: [Int32]) -> (order: [Int32], starts: [Int]) {
      let all = CountingOrder(index, count: settled.distinct.count, of: nil)
      guard blockCount > 1 else { return (all.order, [0, count]) }
      let within = CountingOrder(block, count: blockCount, of: all.order)
      return (within.order, within.starts)
    }
    let leaving = ordered(self.exit)
    byExit = leaving.order
    blocks = (0..<blockCount).map { leaving.starts[$0]..<leaving.starts[$0 + 1] }
    byEntry = entry == nil ? [] : ordered(self.entry).order
  }

  /// Records of a history, in blocks by its groups, or by its strata.
  package init(_ history: EventHistory, byStrata: Bool = false) {
    self.init(
      entry: history.entry, exit: history.exit, cause: history.cause, weights: history.weights,
      block: byStrata ? history.stratum : history.group,
      blockCount: byStrata ? history.stratumCount : history.groups.count,
      cluster: history.cluster, weightsAreCopies: history.weightsAreCopies, goesOn: history.goesOn,
      follows: history.follows)
  }

  /// The weight of a row.
  @inline(__always)
  func weight(_ row: Int) -> Double { weights?[row] ?? 1 }
}

/// Items in order of small whole keys, equal ones as they came.
private struct CountingOrder {
  let order: [Int32]
  /// Where each key's items begin, and the number of items.
  let starts: [Int]

  init(_ keys: [Int32], count: Int, of items: [Int32]?) {
    var next = [Int](repeating: 0, count: count + 1)
    for key in keys { next[Int(key) + 1] += 1 }
    for key in 0..<count { next[key + 1] += next[key] }
    starts = next
    var order = [Int32](repeating: 0, count: keys.count)
    for place in keys.indices {
      let item = items.map { $0[place] } ?? Int32(place)
      let key = Int(keys[Int(item)])
      order[next[key]] = item
      next[key] += 1
    }
    self.order = order
  }
}
