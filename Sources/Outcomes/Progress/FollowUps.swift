import CohortTables
import Estimation

/// Visits after people's first, each with the score that the person began with.
struct FollowUps: Sendable {
  private(set) var weeks: [Double] = []
  private(set) var scores: [Double] = []
  private(set) var baselines: [Double] = []
  /// The number of each visit's person, from 0.
  private(set) var people: [Int32] = []
  /// The first score of each person.
  private(set) var starts: [Double] = []
  /// How many people have so many of them: at 0 those with one or more, at 1 with two or more, at 2 with three or more.
  private(set) var having = [0, 0, 0]

  init() {}

  /// The follow-ups of the people whom a test of their identifier passes.
  init(_ visits: VisitTable, executor: some FoldExecutor, where isIncluded: @Sendable (String) -> Bool) {
    let (people, scale) = (visits.people, visits.unit.weeks ?? 1)
    let chunks = people.chunks
    let parts = executor.gather(chunks.count) { chunk in
      var part = FollowUps()
      for person in chunks[chunk] where isIncluded(people.levels[Int(people.codes[person])]) {
        let places = people.visits(of: person)
        guard places.count > 1 else { continue }
        part.add(
          times: people.values(visits.times, at: places), scores: people.values(visits.scores, at: places),
          scale: scale)
      }
      return part
    }
    for part in parts { add(part) }
  }

  private mutating func add(times: [Double], scores own: [Double], scale: Double) {
    let person = Int32(starts.count)
    starts.append(own[0])
    for visit in times.indices.dropFirst() {
      weeks.append((times[visit] - times[0]) * scale)
      scores.append(own[visit])
      baselines.append(own[0])
      people.append(person)
    }
    for least in having.indices where times.count - 1 > least { having[least] += 1 }
  }

  private mutating func add(_ later: FollowUps) {
    let shift = Int32(starts.count)
    weeks += later.weeks
    scores += later.scores
    baselines += later.baselines
    people += later.people.map { $0 + shift }
    starts += later.starts
    for least in having.indices { having[least] += later.having[least] }
  }
}

/// A number that follows from an identifier alone, and falls on identifiers as if by chance.
///
/// FNV-1a (Fowler, Noll and Vo) with the finishing steps of SplitMix64, so that identifiers that differ in one digit go apart.
struct IdentifierHash: Sendable {
  private let value: UInt64

  init(_ identifier: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in identifier.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    value = hash ^ (hash >> 31)
  }

  /// One of some groups of about the same size.
  func group(of groups: Int) -> Int { Int((value & 0xffff_ffff) % UInt64(groups)) }

  /// From 0 to below 1, apart from the group.
  var share: Double { Double(value >> 32) * 0x1p-32 }
}

/// Quantiles of values by linear interpolation (type 7 of Hyndman and Fan 1996).
struct SortedValues: Sendable {
  let values: [Double]

  init(_ values: [Double]) { self.values = values.sorted() }

  /// The quantile at a probability.
  ///
  /// - Precondition: There is a value.
  func quantile(_ probability: Double) -> Double {
    let place = probability * Double(values.count - 1)
    let below = min(max(Int(place), 0), values.count - 1)
    let above = min(below + 1, values.count - 1)
    return values[below] + (place - Double(below)) * (values[above] - values[below])
  }
}
