internal import CohortTables

/// The people of some consecutive rows, and the visits that the rows are of.
struct PersonSpans: Sendable {
  /// Where each person's rows begin in the block, and at last the row count.
  var starts: [Int] = [0]
  /// The place of each row's visit on the scale that distances are taken on; empty where visits do not matter.
  var visits: [Int] = []
  /// Which set of visits each person has; empty where it does not matter.
  var patterns: [Int] = []
  /// How many people each person stands for; empty when one.
  var copies: [Double] = []

  var count: Int { starts.count - 1 }

  /// How many people this person stands for.
  func copies(of person: Int) -> Double { copies.isEmpty ? 1 : copies[person] }
}

/// Some people's rows.
struct PersonBlock: Sendable {
  let rows: GeneralizedBlock
  let people: PersonSpans
}

/// The used rows sorted by person and visit, cut between people.
struct PersonRows: BlockSource {
  let rows: GeneralizedRows
  let people: [PersonSpans]

  var leafCount: Int { people.count }

  func forEachBlock(ofLeaf leaf: Int, _ body: (PersonBlock) -> Void) {
    rows.forEachBlock(ofLeaf: leaf) { body(PersonBlock(rows: $0, people: people[leaf])) }
  }

  func keeping(_ rows: GeneralizedRows) -> PersonRows { PersonRows(rows: rows, people: people) }
}

/// Whose rows are whose, in which order.
struct PersonOrder: Sendable {
  /// The used rows, one person after the other, each by visit or as in the table.
  let order: [Int]
  /// The rows of each leaf: whole people, at least `leafRows` rows but for the last.
  let leaves: [Range<Int>]
  let people: [PersonSpans]
  /// How many people there are; with frequency weights, how many they stand for.
  let personCount: Int
  let copyCount: Double
  let smallest: Int
  let largest: Int
  /// The distinct visits in order, as they are called; empty where visits do not matter.
  let visitNames: [String]
  /// The sets of visits that people have, each ascending; one entry a pattern.
  let patterns: [[Int]]
  /// The largest distance between two visits of a person.
  let farthest: Int

  /// Sorts the used rows of a frame.
  ///
  /// `subject` has the code of each row's person, `visits` the place of each row's visit; where there is none each
  /// person's rows are numbered.
  ///
  /// - Throws: `EstimationError` for two rows of one person and visit, and for frequency weights that are not
  ///   constant within a person.
  init(
    _ frame: ModelFrame, subject: [Int32], visits: VisitColumn?, correlation: WorkingCorrelation,
    in table: Table
  ) throws {
    let sorted = Self.sorted(frame.usedRows, subject: subject, places: visits?.places)
    order = sorted.order
    let starts = sorted.starts
    personCount = starts.count - 1
    let sizes = (0..<personCount).map { starts[$0 + 1] - starts[$0] }
    smallest = sizes.min() ?? 0
    largest = sizes.max() ?? 0
    if let visits { try visits.refuseDuplicates(order, starts: starts, in: table) }
    let wantsVisits = correlation.needsVisits
    let places =
      wantsVisits
      ? visits.map { visits in sorted.order.map { visits.places[$0] } } ?? Self.numbered(starts) : []
    if !wantsVisits {
      visitNames = []
    } else if let visits {
      visitNames = visits.names
    } else {
      visitNames = (1...max(largest, 1)).map(String.init)
    }
    var farthest = 0
    if wantsVisits {
      for person in 0..<personCount {
        farthest = max(farthest, places[starts[person + 1] - 1] - places[starts[person]])
      }
    }
    self.farthest = farthest
    let byPattern =
      correlation == .unstructured ? Self.patterns(places, starts: starts) : (codes: [], sets: [])
    patterns = byPattern.sets
    let copies = try Self.copies(frame, order: order, starts: starts, in: table)
    copyCount = copies.isEmpty ? Double(personCount) : copies.reduce(0, +)
    (leaves, people) = Self.cut(starts, places: places, patterns: byPattern.codes, copies: copies)
  }

  /// People in the order in which they first appear, each with their rows by visit.
  private static func sorted(
    _ rows: RowSelection, subject: [Int32], places: [Int]?
  ) -> (order: [Int], starts: [Int]) {
    var rank = [Int32](repeating: -1, count: Int((subject.max() ?? -1) + 1))
    var counts: [Int] = []
    for row in rows {
      let code = Int(subject[row])
      if rank[code] < 0 {
        rank[code] = Int32(counts.count)
        counts.append(0)
      }
      counts[Int(rank[code])] += 1
    }
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    var next = starts
    var order = Array(rows)
    for row in rows {
      let person = Int(rank[Int(subject[row])])
      order[next[person]] = row
      next[person] += 1
    }
    guard let places else { return (order, starts) }
    for person in counts.indices {
      let own = starts[person]..<starts[person + 1]
      var isSorted = true
      for i in own.dropFirst() where places[order[i - 1]] > places[order[i]] { isSorted = false }
      if !isSorted { order[own].sort { (places[$0], $0) < (places[$1], $1) } }
    }
    return (order, starts)
  }

  private static func numbered(_ starts: [Int]) -> [Int] {
    (0..<starts.count - 1).flatMap { Array(0..<starts[$0 + 1] - starts[$0]) }
  }

  private static func patterns(_ places: [Int], starts: [Int]) -> (codes: [Int], sets: [[Int]]) {
    var known: [[Int]: Int] = [:]
    var sets: [[Int]] = []
    let codes = (0..<starts.count - 1).map { person -> Int in
      let own = Array(places[starts[person]..<starts[person + 1]])
      if let code = known[own] { return code }
      known[own] = sets.count
      sets.append(own)
      return sets.count - 1
    }
    return (codes, sets)
  }

  /// Frequency weights, which must be the person's.
  private static func copies(
    _ frame: ModelFrame, order: [Int], starts: [Int], in table: Table
  ) throws -> [Double] {
    guard let kind = frame.options.weights, kind.kind == .frequency, let weights = frame.weights else {
      return []
    }
    return try (0..<starts.count - 1).map { person in
      let first = weights[order[starts[person]]]
      for row in order[starts[person]..<starts[person + 1]] where weights[row] != first {
        throw EstimationError(
          .unusableWeights,
          "\(table.place(row)): frequency '\(kind.column)' is \(Expression.text(of: weights[row])), and "
            + "\(Expression.text(of: first)) at another row of the same person: a frequency counts whole people here, "
            + "so that it must be the same in all of their rows")
      }
      return first
    }
  }

  private static func cut(
    _ starts: [Int], places: [Int], patterns: [Int], copies: [Double]
  ) -> ([Range<Int>], [PersonSpans]) {
    var leaves: [Range<Int>] = []
    var people: [PersonSpans] = []
    var first = 0
    for person in 0..<starts.count - 1 {
      let rows = starts[first]..<starts[person + 1]
      guard rows.count >= LeafCut.defaultLeafRows || person == starts.count - 2 else { continue }
      let own = first..<person + 1
      leaves.append(rows)
      people.append(
        PersonSpans(
          starts: starts[first...person + 1].map { $0 - rows.lowerBound },
          visits: places.isEmpty ? [] : Array(places[rows]),
          patterns: patterns.isEmpty ? [] : Array(patterns[own]),
          copies: copies.isEmpty ? [] : Array(copies[own])))
      first = person + 1
    }
    return (leaves, people)
  }
}
