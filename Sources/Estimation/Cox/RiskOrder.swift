/// Rows sorted by stratum and time, events before censorings, with near ties settled.
struct RiskOrder: Sendable {
  /// The rows as they were given, sorted.
  let rows: [Int32]
  /// Where each key's rows begin; one more than there are keys.
  let keyStarts: [Int32]
  let eventCounts: [Int32]
  /// The time of each key.
  let times: [Double]
  /// The first key of each stratum; one more than there are strata.
  let stratumStarts: [Int]
  /// The names of the strata that have rows.
  let strata: [String]
  /// For each sorted row the last key of its stratum at or before its entry, -1 where it is at risk at the stratum's first
  /// event; nil when that is true of all.
  let entryKeys: [Int32]?
  /// For each sorted row the settled time of its entry.
  let entryTimes: [Double]?

  init(time: [Double], event: [Bool], entry: [Double]?, stratum: [Int32]?, strata names: [String]?) {
    let count = time.count
    let settled = EventTimes(entry.map { time + $0 } ?? time)
    // With entries the order holds those too.
    let byTime = entry == nil ? settled.order : settled.order.filter { Int($0) < count }
    let order = stratum.map { Self.stable(byTime, by: $0, levels: names?.count ?? 1) } ?? byTime
    var sorted: [Int32] = []
    sorted.reserveCapacity(count)
    var (keyStarts, eventCounts): ([Int32], [Int32]) = ([], [])
    var (keyTimes, stratumStarts): ([Int32], [Int]) = ([], [])
    var strata: [String] = []
    var start = 0
    while start < count {
      let (own, code) = (settled.index[Int(order[start])], stratum?[Int(order[start])] ?? 0)
      var end = start
      while end < count, settled.index[Int(order[end])] == own, stratum?[Int(order[end])] ?? 0 == code {
        end += 1
      }
      let isNew = start == 0 || stratum?[Int(order[start - 1])] ?? 0 != code
      if isNew {
        stratumStarts.append(keyTimes.count)
        strata.append(names?[Int(code)] ?? "")
      }
      keyStarts.append(Int32(start))
      keyTimes.append(own)
      let before = sorted.count
      for row in order[start..<end] where event[Int(row)] { sorted.append(row) }
      eventCounts.append(Int32(sorted.count - before))
      for row in order[start..<end] where !event[Int(row)] { sorted.append(row) }
      start = end
    }
    keyStarts.append(Int32(count))
    stratumStarts.append(keyTimes.count)
    rows = sorted
    self.keyStarts = keyStarts
    self.eventCounts = eventCounts
    times = keyTimes.map { settled.distinct[Int($0)] }
    self.stratumStarts = stratumStarts
    self.strata = strata
    entryTimes = entry.map { _ in sorted.map { settled.distinct[Int(settled.index[count + Int($0)])] } }
    entryKeys = entry.map { _ in
      Self.entryKeys(
        sorted, entryIndex: { settled.index[count + Int($0)] }, keyTimes, stratumStarts, keyStarts,
        eventCounts)
    }.flatMap { keys in keys.contains { $0 >= 0 } ? keys : nil }
  }

  /// The same order, then by level: a counting sort.
  private static func stable(_ order: [Int32], by codes: [Int32], levels: Int) -> [Int32] {
    var starts = [Int](repeating: 0, count: levels + 1)
    for row in order { starts[Int(codes[Int(row)]) + 1] += 1 }
    for level in 0..<levels { starts[level + 1] += starts[level] }
    var result = order
    for row in order {
      let code = Int(codes[Int(row)])
      result[starts[code]] = row
      starts[code] += 1
    }
    return result
  }

  private static func entryKeys(
    _ sorted: [Int32], entryIndex: (Int32) -> Int32, _ keyTimes: [Int32], _ stratumStarts: [Int],
    _ keyStarts: [Int32], _ eventCounts: [Int32]
  ) -> [Int32] {
    var result = [Int32](repeating: -1, count: sorted.count)
    for (first, end) in zip(stratumStarts, stratumStarts.dropFirst()) {
      guard let firstEvent = (first..<end).first(where: { eventCounts[$0] > 0 }) else { continue }
      for row in Int(keyStarts[first])..<Int(keyStarts[end]) {
        let entry = entryIndex(sorted[row])
        guard entry >= keyTimes[firstEvent] else { continue }
        // The last key at or before the entry.
        var (low, high) = (firstEvent, end)
        while high - low > 1 {
          let middle = (low + high) / 2
          if keyTimes[middle] <= entry { low = middle } else { high = middle }
        }
        result[row] = Int32(low)
      }
    }
    return result
  }
}
