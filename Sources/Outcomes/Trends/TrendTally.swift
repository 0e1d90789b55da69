import CohortTables
import Estimation

/// What a summary takes from the trends of some people.
struct TrendTally: Sendable {
  /// How many of those for whom something is defined have it.
  struct Share: Sendable {
    private(set) var base = 0
    private var having = 0

    mutating func add(_ value: Bool?) {
      guard let value else { return }
      base += 1
      if value { having += 1 }
    }

    mutating func add(_ other: Share) {
      base += other.base
      having += other.having
    }

    var share: Double? { base == 0 ? nil : Double(having) / Double(base) }
  }

  private(set) var people = 0
  private(set) var fitted = 0
  /// The slopes of those who have one.
  private(set) var slopes: [Double] = []
  /// The changes of those with two visits or more.
  private(set) var changes: [Double] = []
  private(set) var response = Share()
  private(set) var remission = Share()
  private(set) var improved = Share()
  private(set) var worse = Share()

  mutating func add(_ person: TrendFigures) {
    people += 1
    if person.status == .fitted { fitted += 1 }
    if let slope = person.slope { slopes.append(slope) }
    if person.visits > 1 { changes.append(person.last - person.first) }
    response.add(person.response)
    remission.add(person.remission)
    improved.add(person.reliableChange.map { $0 == .improved })
    worse.add(person.reliableChange.map { $0 == .deteriorated })
  }

  mutating func add(_ later: TrendTally) {
    people += later.people
    fitted += later.fitted
    slopes += later.slopes
    changes += later.changes
    response.add(later.response)
    remission.add(later.remission)
    improved.add(later.improved)
    worse.add(later.worse)
  }
}

/// All people's trends taken together, by arm and as a whole.
struct TrendTotals: Sendable {
  /// By arm in sorted order, and last all people together.
  let summaries: [TrendSummary]
  /// How many have a slope with a standard error.
  let fitted: Int

  init(_ trends: TrendList, level: Double, executor: some FoldExecutor) {
    let arms = trends.arms?.levels
    let chunks = trends.chunks
    // First everyone, then each arm.
    let tallies = executor.gather(chunks.count) { chunk in
      var own = [TrendTally](repeating: TrendTally(), count: 1 + (arms?.count ?? 0))
      for (person, figures) in zip(chunks[chunk], trends.figures(of: chunks[chunk])) {
        own[0].add(figures)
        if let arm = trends.armCode(of: person) { own[arm + 1].add(figures) }
      }
      return own
    }
    var all = [TrendTally](repeating: TrendTally(), count: 1 + (arms?.count ?? 0))
    for tally in tallies { for arm in all.indices { all[arm].add(tally[arm]) } }
    fitted = all[0].fitted
    let present = (arms?.indices).map { $0.filter { all[$0 + 1].people > 0 } } ?? []
    let named = present.map { (name: arms?[$0] ?? "", tally: all[$0 + 1]) }.sorted { $0.name < $1.name }
    summaries =
      named.map { TrendSummary(arm: $0.name, $0.tally, level: level) }
      + [TrendSummary(arm: nil, all[0], level: level)]
  }
}
