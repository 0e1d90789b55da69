import Estimation

/// What one person's visits sum to, about their means.
package struct TrendMoments: Sendable, Equatable {
  package var count = 0
  package var meanTime = 0.0
  package var meanScore = 0.0
  package var timeSquares = 0.0
  package var scoreSquares = 0.0
  package var products = 0.0
  package var first = (time: 0.0, score: 0.0)
  package var last = (time: 0.0, score: 0.0)

  package static func == (a: TrendMoments, b: TrendMoments) -> Bool {
    a.count == b.count && a.meanTime == b.meanTime && a.meanScore == b.meanScore
      && a.timeSquares == b.timeSquares
      && a.scoreSquares == b.scoreSquares && a.products == b.products && a.first == b.first
      && a.last == b.last
  }

  /// The moments of consecutive visits, by two passes: means first, then deviations.
  init(times: ArraySlice<Double>, scores: ArraySlice<Double>) {
    count = times.count
    guard let firstTime = times.first, let firstScore = scores.first, let lastTime = times.last,
      let lastScore = scores.last
    else { return }
    first = (firstTime, firstScore)
    last = (lastTime, lastScore)
    // Sums start from the first visit, so a large common offset costs no digits.
    let n = Double(count)
    meanTime = firstTime + times.reduce(0) { $0 + ($1 - firstTime) } / n
    meanScore = firstScore + scores.reduce(0) { $0 + ($1 - firstScore) } / n
    for (time, score) in zip(times, scores) {
      let (dt, ds) = (time - meanTime, score - meanScore)
      timeSquares += dt * dt
      scoreSquares += ds * ds
      products += dt * ds
    }
  }

  /// Adds later visits, by the update of Chan, Golub and LeVeque (1983).
  mutating func add(_ later: TrendMoments) {
    guard later.count > 0 else { return }
    guard count > 0 else {
      self = later
      return
    }
    let total = Double(count + later.count)
    let share = Double(later.count) / total
    let (dt, ds) = (later.meanTime - meanTime, later.meanScore - meanScore)
    let weight = Double(count) * share
    timeSquares += later.timeSquares + dt * dt * weight
    scoreSquares += later.scoreSquares + ds * ds * weight
    products += later.products + dt * ds * weight
    meanTime += dt * share
    meanScore += ds * share
    count += later.count
    last = later.last
  }
}

/// A run of consecutive people's visits, or a part of one person's.
package struct TrendBlock: Sendable {
  /// The people's positions and where their visits stand in `times` and `scores`.
  var runs: [(person: Int, range: Range<Int>)] = []
  var times: [Double] = []
  var scores: [Double] = []
}

/// The usable visits sorted by person and time, cut into leaves of a fixed number of visits.
package struct TrendSource: BlockSource {
  private let visits: VisitTable
  private let cut: LeafCut
  /// Person and row of each visit, in order.
  private let order: [(person: Int32, row: Int32)]

  package init(_ visits: VisitTable, leafRows: Int = 16_384) {
    self.visits = visits
    order = visits.people.enumerated().flatMap { index, person in
      person.rows.map { (Int32(index), Int32($0)) }
    }
    cut = LeafCut(rowCount: order.count, leafRows: leafRows)
  }

  package var leafCount: Int { cut.leafCount }

  package func forEachBlock(ofLeaf leaf: Int, _ body: (TrendBlock) -> Void) {
    var block = TrendBlock()
    for (person, row) in order[cut.rows(ofLeaf: leaf)] {
      let position = block.times.count
      block.times.append(visits.times[Int(row)])
      block.scores.append(visits.scores[Int(row)])
      if let last = block.runs.last, last.person == Int(person) {
        block.runs[block.runs.count - 1].range = last.range.lowerBound..<position + 1
      } else {
        block.runs.append((Int(person), position..<position + 1))
      }
    }
    body(block)
  }
}

/// The moments of every person, in order; a person whose visits meet a leaf's edge is joined by merging.
package struct TrendFold: Fold {
  package struct State: Sendable, Equatable {
    var firstPerson = 0
    var moments: [TrendMoments] = []
  }

  package init() {}

  package var initialState: State { State() }

  package func accumulate(_ block: TrendBlock, into state: inout State) {
    for (person, range) in block.runs {
      add(TrendMoments(times: block.times[range], scores: block.scores[range]), of: person, to: &state)
    }
  }

  /// Later visits belong to the last person seen or to later people, so places are only appended.
  private func add(_ moments: TrendMoments, of person: Int, to state: inout State) {
    if state.moments.isEmpty { state.firstPerson = person }
    let place = person - state.firstPerson
    precondition(
      place == state.moments.count || place == state.moments.count - 1,
      "visits come in order of people, none left out")
    if place < state.moments.count {
      state.moments[place].add(moments)
    } else {
      state.moments.append(moments)
    }
  }

  package func merge(_ later: consuming State, into earlier: inout State) {
    guard !later.moments.isEmpty else { return }
    guard !earlier.moments.isEmpty else {
      earlier = later
      return
    }
    for (index, moments) in later.moments.enumerated() {
      add(moments, of: later.firstPerson + index, to: &earlier)
    }
  }

  package func finalize(_ state: consuming State) -> [TrendMoments] { state.moments }
}
