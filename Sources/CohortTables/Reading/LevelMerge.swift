internal import Dispatch
internal import Synchronization

/// The levels that several workers found, as one sorted list, and each worker's codes in it.
struct LevelMerge: Sendable {
  /// All levels, distinct and in the order of levels.
  private(set) var levels = TextArena()
  /// For each worker and each of its codes the code in ``levels``.
  private(set) var maps: [[Int32]]
  /// All spellings as they stand in the file, and the code in ``levels`` of each.
  private(set) var spellings: (texts: TextArena, codes: [Int32])

  /// Merges workers' texts; `firstRows` tells for texts beyond ASCII on which row each first occurs.
  ///
  /// Texts that differ in bytes but are canonically equivalent Unicode become one level, spelt as it
  /// first occurs: a table of levels that compare as equal could not be searched.
  ///
  /// - Complexity: O(n) for n texts of up to 24 bytes, else O(n log n).
  init(_ texts: [TextArena], firstRows: [[Int32: Int]]) {
    maps = texts.map { [Int32](repeating: 0, count: $0.count) }
    spellings = (TextArena(), [])
    var distinct: [TextPick] = []
    for pick in LevelMerge.sorted(texts) {
      if distinct.last.map({ !pick.isEqual($0, texts) }) ?? true { distinct.append(pick) }
      maps[Int(pick.arena)][Int(pick.index)] = Int32(distinct.count - 1)
    }
    levels = TextArena(texts, distinct)
    spellings = (levels, (0..<Int32(levels.count)).map(\.self))
    let firstRow = LevelMerge.firstRows(maps, firstRows)
    if !firstRow.isEmpty { joinEquivalents(firstRow) }
    if let order = LevelOrder.orderByValue(levels) { reorder(order) }
  }

  /// All workers' texts in order; each worker's are sorted side by side, then neighbours are merged.
  private static func sorted(_ texts: [TextArena]) -> [TextPick] {
    let sorted = Mutex<[Int: [TextPick]]>([:])
    DispatchQueue.concurrentPerform(iterations: texts.count) { arena in
      let own = LevelOrder.sortedByText(texts[arena]).map { TextPick(arena: Int32(arena), index: $0) }
      sorted.withLock { $0[arena] = own }
    }
    let found = sorted.withLock { $0 }
    var lists = texts.indices.compactMap { found[$0] }
    while lists.count > 1 {
      lists = stride(from: 0, to: lists.count, by: 2).map { pair in
        pair + 1 < lists.count ? merged(lists[pair], lists[pair + 1], texts) : lists[pair]
      }
    }
    return lists.first ?? []
  }

  private static func merged(_ left: [TextPick], _ right: [TextPick], _ texts: [TextArena]) -> [TextPick] {
    var result: [TextPick] = []
    result.reserveCapacity(left.count + right.count)
    var (i, j) = (0, 0)
    // The first words of both heads, which decide but for long texts that begin alike.
    var leftWord = left.first?.word(texts) ?? 0
    var rightWord = right.first?.word(texts) ?? 0
    while i < left.count && j < right.count {
      let isRight =
        leftWord == rightWord ? right[j].precedes(left[i], texts) : rightWord < leftWord
      if isRight {
        result.append(right[j])
        j += 1
        if j < right.count { rightWord = right[j].word(texts) }
      } else {
        result.append(left[i])
        i += 1
        if i < left.count { leftWord = left[i].word(texts) }
      }
    }
    result += left[i...]
    result += right[j...]
    return result
  }

  /// The first row of each level beyond ASCII.
  private static func firstRows(_ maps: [[Int32]], _ firstRows: [[Int32: Int]]) -> [Int32: Int] {
    var result: [Int32: Int] = [:]
    for (worker, rows) in firstRows.enumerated() {
      for (code, row) in rows {
        let level = maps[worker][Int(code)]
        result[level] = min(result[level] ?? .max, row)
      }
    }
    return result
  }

  /// Makes canonically equivalent levels one.
  private mutating func joinEquivalents(_ firstRow: [Int32: Int]) {
    var chosen: [String: Int32] = [:]
    for (level, _) in firstRow.sorted(by: { $0.value < $1.value }) {
      let spelling = levels.text(Int(level))
      if chosen[spelling] == nil { chosen[spelling] = level }
    }
    guard chosen.count < firstRow.count else { return }
    var picks: [TextPick] = []
    var codes = [Int32](repeating: -1, count: levels.count)
    for level in 0..<levels.count {
      let first = firstRow[Int32(level)] == nil ? Int32(level) : chosen[levels.text(level)] ?? Int32(level)
      guard first == Int32(level) else { continue }
      codes[level] = Int32(picks.count)
      picks.append(TextPick(arena: 0, index: UInt32(level)))
    }
    for level in 0..<levels.count where codes[level] < 0 {
      codes[level] = codes[Int(chosen[levels.text(level)] ?? Int32(level))]
    }
    levels = TextArena([levels], picks)
    remap(codes)
  }

  private mutating func reorder(_ order: [UInt32]) {
    var rank = [Int32](repeating: 0, count: order.count)
    for (position, level) in order.enumerated() { rank[Int(level)] = Int32(position) }
    levels = TextArena([levels], order.map { TextPick(arena: 0, index: $0) })
    remap(rank)
  }

  private mutating func remap(_ codes: [Int32]) {
    spellings.codes = spellings.codes.map { codes[Int($0)] }
    for worker in maps.indices {
      for code in maps[worker].indices { maps[worker][code] = codes[Int(maps[worker][code])] }
    }
  }
}
