import CohortTables

/// The used rows of a survival model, sorted by stratum and time.
///
/// A key numbers the combinations of stratum and distinct time, so that the rows of one risk-set
/// time are consecutive and sums by time are sums by key.
package struct SurvivalRows: Sendable {
  /// Rows of the table, by key.
  let rows: [Int]
  /// The key of each of `rows`.
  let keys: [Int32]
  /// 1 for an event, 0 for censoring.
  let events: [Double]
  /// How often each row counts.
  let weights: [Double]?
  /// The distinct times of the whole data.
  let times: [Double]
  /// The names of the strata; a single empty one without `strata( )`.
  let strata: [String]

  /// The number of keys.
  var keyCount: Int { strata.count * times.count }
  /// The number of events, copies of a row counted.
  var eventCount: Double {
    events.indices.reduce(0) { $0 + events[$1] * (weights?[$1] ?? 1) }
  }

  package init(_ frame: ModelFrame) throws {
    guard case .survival(let time, let event, let labels) = frame.response else {
      throw EstimationError(.unsupported, "a survival model needs Surv(time, status) as response")
    }
    guard labels.entry == nil else {
      throw EstimationError(
        .notBuilt, "curves of Surv(start, stop, status) are not built yet; Surv(time, status) has them")
    }
    if let kind = frame.options.weights?.kind, kind != .frequency {
      throw EstimationError(
        .notBuilt, "survival models take frequency weights only; \(kind.rawValue) weights are not built yet")
    }
    let used = frame.usedRows
    let settled = EventTimes(used.map { time[$0] })
    let stratum = used.map { row in frame.strata.map { Int($0.codes[row]) } ?? 0 }
    let count = settled.distinct.count
    let key = used.indices.map { stratum[$0] * count + Int(settled.index[$0]) }
    let order = used.indices.sorted { (key[$0], $0) < (key[$1], $1) }
    rows = order.map { used[$0] }
    keys = order.map { Int32(key[$0]) }
    events = order.map { event[used[$0]] }
    weights = frame.weights.map { all in order.map { all[used[$0]] } }
    times = settled.distinct
    strata = frame.strata.map { Array($0.levels) } ?? [""]
  }
}

/// Sorted survival rows cut into leaves; a block is a range of them.
struct SurvivalSource: BlockSource {
  let cut: LeafCut

  init(_ rows: SurvivalRows, leafRows: Int = LeafCut.defaultLeafRows) {
    cut = LeafCut(rowCount: rows.rows.count, leafRows: leafRows)
  }

  var leafCount: Int { cut.leafCount }

  func forEachBlock(ofLeaf leaf: Int, _ body: (Range<Int>) -> Void) { body(cut.rows(ofLeaf: leaf)) }
}
