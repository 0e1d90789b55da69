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

/// Rows leaving the risk set at each key, by group: events and censorings.
package struct EventCounts: Fold {
  let rows: SurvivalRows
  /// The group of each sorted row.
  let groups: [Int32]
  let groupCount: Int

  package init(rows: SurvivalRows, groups: [Int32], groupCount: Int) {
    self.rows = rows
    self.groups = groups
    self.groupCount = groupCount
  }

  package var initialState: KeyedSums { KeyedSums(width: 2 * groupCount) }

  package func accumulate(_ block: Range<Int>, into state: inout KeyedSums) {
    for i in block {
      let weight = rows.weights?[i] ?? 1
      let column = 2 * Int(groups[i]) + (rows.events[i] == 1 ? 0 : 1)
      state.update(Int(rows.keys[i])) { values, start in values[start + column] += weight }
    }
  }

  package func merge(_ later: consuming KeyedSums, into earlier: inout KeyedSums) { earlier.add(later) }

  package func finalize(_ state: consuming KeyedSums) -> KeyedSums { state }
}

/// The groups that a survival formula's right-hand side makes of the rows.
struct SurvivalGroups: Sendable {
  /// The columns and levels of each group, the first column slowest.
  let labels: [[GridCoordinate]]
  /// The group of each sorted row.
  let codes: [Int32]

  init(_ formula: Formula, rows: SurvivalRows, table: Table) throws {
    guard formula.offsets.isEmpty else {
      throw EstimationError(.unsupported, "curves are drawn by groups: an offset has no place in them")
    }
    var columns: [(name: String, values: CategoryValues)] = []
    for variable in formula.variables {
      switch variable {
      case .column(let name), .factor(let name):
        columns.append((name, try table.requireColumn(name).asCategories()))
      case .expression, .polynomial, .naturalSpline, .bSpline, .piecewise:
        throw EstimationError(
          .unsupported, "curves are drawn by groups: '\(variable.label)' is arithmetic, not a column")
      }
    }
    var combined = [Int](repeating: 0, count: rows.rows.count)
    for (_, values) in columns {
      for (i, row) in rows.rows.enumerated() {
        combined[i] = combined[i] * values.levels.count + Int(values.codes[row])
      }
    }
    let present = Array(Set(combined)).sorted()
    let position = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, Int32($0)) })
    codes = combined.map { position[$0] ?? 0 }
    labels = present.map { code in
      var rest = code
      return Array(
        columns.reversed().map { name, values in
          defer { rest /= values.levels.count }
          return GridCoordinate(column: name, value: .level(values.levels[rest % values.levels.count]))
        }.reversed())
    }
  }
}
