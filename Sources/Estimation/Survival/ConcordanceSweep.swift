/// The pairs of one stratum, looked at from either side.
struct ConcordanceSweep {
  /// What one side of the pairs gives.
  struct Part: Sendable {
    /// Pairs, counted from their earlier side only.
    var pairs = Concordance.Pairs()
    /// Concordant less discordant pairs of each row of the block, in order of exit.
    var balance: [Double]
    /// Comparable pairs of each row of the block.
    var total: [Double]
  }

  private let records: SurvivalRecords
  private let range: Range<Int>
  /// The rank of each row's score, rows in order of exit.
  private let rank: [Int32]
  private let rankCount: Int
  /// The place in order of exit of each row that is listed by entry.
  private let entryPlace: [Int32]
  /// The weight of pairs by the time of the event; empty where all count alike.
  private let timeWeight: [Double]
  private let horizon: Int32

  init(
    _ records: SurvivalRecords, _ block: Int, _ score: [Double], _ kind: Concordance.TimeWeight,
    _ horizon: Double
  ) {
    self.records = records
    range = records.blocks[block]
    let sorted = RadixOrder(range.map { score[Int(records.byExit[$0])] })
    var rank = [Int32](repeating: 0, count: range.count)
    var next: Int32 = -1
    var last = Double.nan
    for (place, value) in sorted.values.enumerated() {
      if value != last { next += 1 }
      last = value
      rank[Int(sorted.order[place])] = next
    }
    self.rank = rank
    rankCount = Int(next) + 1
    var places: [Int32] = []
    if !records.byEntry.isEmpty {
      var placeOfRow = [Int32](repeating: 0, count: records.exit.count)
      for (place, at) in range.enumerated() { placeOfRow[Int(records.byExit[at])] = Int32(place) }
      places = range.map { placeOfRow[Int(records.byEntry[$0])] }
    }
    entryPlace = places
    timeWeight = Self.timeWeights(records, block, kind)
    self.horizon = Int32(records.times.reversed().drop { $0 > horizon }.count)
  }

  /// The weight of each time of the records; empty where all are 1.
  private static func timeWeights(
    _ records: SurvivalRecords, _ block: Int, _ kind: Concordance.TimeWeight
  ) -> [Double] {
    guard kind != .alike else { return [] }
    let table = LifeTable(records, block: block)
    // A single event cannot be weighted against another.
    guard table.cells.reduce(0, { $0 + $1.events }) > 1 else { return [] }
    let all = records.blocks[block].reduce(0) { $0 + records.weight(Int(records.byExit[$1])) }
    var weights = [Double](repeating: 0, count: records.times.count)
    var (survival, free) = (1.0, 1.0)
    for k in table.time.indices {
      let (n, d, c) = (table.atRisk[k], table.byCause[k], table.censored[k])
      if d > 0 {
        weights[Int(table.time[k])] =
          switch kind {
          case .alike: 1
          case .survival: all * survival / n
          case .survivalOverCensoring: all * survival / (free * n)
          case .uno: 1 / (free * free)
          case .inverseAtRisk: 1 / n
          }
        survival *= table.surviving(k)
      }
      // Who is censored at the time of events was at risk of them, and leaves after.
      if c > 0, table.cells[k].events + table.cells[k].censored < table.cells[k].atRisk {
        free *= 1 - c / (n - d)
      }
    }
    return weights
  }

  @inline(__always)
  private func row(_ place: Int) -> Int { Int(records.byExit[range.lowerBound + place]) }

  @inline(__always)
  private func weight(ofTime time: Int32) -> Double {
    time >= horizon ? 0 : timeWeight.isEmpty ? 1 : timeWeight[Int(time)]
  }

  /// Each event with those who live longer: from the last time to the first, who leaves later is in the tree.
  func lookingAhead() -> Part {
    var part = Part(
      balance: [Double](repeating: 0, count: range.count), total: [Double](repeating: 0, count: range.count))
    var tree = RankSums(rankCount)
    var tied = [Double](repeating: 0, count: rankCount)
    var (end, nextEntry) = (range.count, entryPlace.count)
    while end > 0 {
      let now = records.exit[row(end - 1)]
      var start = end - 1
      while start > 0, records.exit[row(start - 1)] == now { start -= 1 }
      while nextEntry > 0 {
        let place = Int(entryPlace[nextEntry - 1])
        guard records.entry[row(place)] >= now else { break }
        tree.add(-records.weight(row(place)), Int(rank[place]))
        nextEntry -= 1
      }
      var events = 0
      for place in start..<end {
        if records.cause[row(place)] > 0 {
          events += 1
        } else {
          tree.add(records.weight(row(place)), Int(rank[place]))
        }
      }
      if events > 0 {
        let timeWeight = weight(ofTime: now)
        for place in start..<end where records.cause[row(place)] > 0 {
          let (less, equal) = tree.sums(Int(rank[place]))
          let greater = tree.total - less - equal
          part.balance[place] = timeWeight * (greater - less)
          part.total[place] = timeWeight * tree.total
          let own = records.weight(row(place)) * timeWeight
          part.pairs.concordant += own * greater
          part.pairs.discordant += own * less
          part.pairs.tiedScore += own * equal
        }
        if events > 1 { countTies(start..<end, timeWeight, &tied, &part.pairs) }
        for place in start..<end where records.cause[row(place)] > 0 {
          tree.add(records.weight(row(place)), Int(rank[place]))
        }
      }
      end = start
    }
    return part
  }

  /// Pairs of events at the same time.
  private func countTies(
    _ places: Range<Int>, _ timeWeight: Double, _ tied: inout [Double], _ pairs: inout Concordance.Pairs
  ) {
    var (sum, both, all) = (0.0, 0.0, 0.0)
    for place in places where records.cause[row(place)] > 0 {
      let weight = records.weight(row(place))
      both += weight * tied[Int(rank[place])]
      all += weight * sum
      tied[Int(rank[place])] += weight
      sum += weight
    }
    for place in places { tied[Int(rank[place])] = 0 }
    pairs.tiedTime += timeWeight * (all - both)
    pairs.tiedBoth += timeWeight * both
  }

  /// Each row with the events it outlived: from the first time to the last, events that happened are in the tree.
  func lookingBack() -> Part {
    var part = Part(
      balance: [Double](repeating: 0, count: range.count), total: [Double](repeating: 0, count: range.count))
    var tree = RankSums(rankCount)
    func outlived(_ place: Int, _ sign: Double) {
      let (less, equal) = tree.sums(Int(rank[place]))
      part.balance[place] += sign * (2 * less + equal - tree.total)
      part.total[place] += sign * tree.total
    }
    var (start, nextEntry) = (0, 0)
    while start < range.count {
      let now = records.exit[row(start)]
      var end = start + 1
      while end < range.count, records.exit[row(end)] == now { end += 1 }
      // Events up to someone's entry were not outlived under observation.
      while nextEntry < entryPlace.count {
        let place = Int(entryPlace[nextEntry])
        guard records.entry[row(place)] < now else { break }
        outlived(place, -1)
        nextEntry += 1
      }
      for place in start..<end where records.cause[row(place)] > 0 { outlived(place, 1) }
      let timeWeight = weight(ofTime: now)
      if timeWeight != 0 {
        for place in start..<end where records.cause[row(place)] > 0 {
          tree.add(timeWeight * records.weight(row(place)), Int(rank[place]))
        }
      }
      for place in start..<end where records.cause[row(place)] == 0 { outlived(place, 1) }
      start = end
    }
    return part
  }
}

/// Sums by rank with partial sums in O(log ranks): a binary indexed tree.
///
/// ## References
/// Fenwick (1994), Software: Practice and Experience 24:327-336.
private struct RankSums {
  private var own: [Double]
  private var tree: [Double]
  private(set) var total = 0.0

  init(_ count: Int) {
    own = [Double](repeating: 0, count: count)
    tree = [Double](repeating: 0, count: count + 1)
  }

  /// Adds to a rank.
  @inline(__always)
  mutating func add(_ value: Double, _ rank: Int) {
    own[rank] += value
    total += value
    var node = rank + 1
    while node < tree.count {
      tree[node] += value
      node += node & -node
    }
  }

  /// The sum of lesser ranks and that of a rank itself.
  @inline(__always)
  func sums(_ rank: Int) -> (less: Double, equal: Double) {
    var sum = 0.0
    var node = rank
    while node > 0 {
      sum += tree[node]
      node &= node - 1
    }
    return (sum, own[rank])
  }
}
