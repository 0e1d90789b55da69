import Distributions
import Estimation

/// How often visits are not on track, beside how often they should be: overall, and by thirds of the first score and of time.
public struct BandCalibration: Sendable, Equatable {
  /// One group of visits.
  public struct Group: Sendable, Equatable {
    /// What divides: `all`, `baseline` or `week`.
    public let by: String
    /// The part: empty, or the range of values.
    public let part: String
    /// People with a visit in the group.
    public let people: Int
    /// Visits in the group.
    public let visits: Int
    /// The share that should not be on track; nil where the bands were supplied.
    public let nominal: Double?
    /// The share that is not on track.
    public let observed: Double?
    /// Lower limit, which knows that a person's visits go together.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// The groups.
  public let groups: [Group]

  init(_ trends: TrendList, _ bands: RecoveryBands, level: Double, executor: some FoldExecutor) {
    let names = Self.names(bands)
    let chunks = trends.chunks
    let parts = executor.gather(chunks.count) { chunk in
      var tallies = [ShareTally](repeating: ShareTally(), count: names.count)
      for progress in trends.progress(of: chunks[chunk], bands) {
        for (group, tally) in tallies.indices.map({ ($0, progress.counts(in: $0, bands)) }) {
          tallies[group].add(hits: tally.hits, of: tally.all)
        }
      }
      return tallies
    }
    var all = [ShareTally](repeating: ShareTally(), count: names.count)
    for part in parts { for group in all.indices { all[group].add(part[group]) } }
    groups = zip(names, all).map { name, tally in
      let limits = tally.limits(level: level)
      return Group(
        by: name.by, part: name.part, people: tally.people, visits: tally.all,
        nominal: bands.level.map { 1 - $0 }, observed: tally.share, lower: limits?.lower, upper: limits?.upper
      )
    }
  }

  private static func names(_ bands: RecoveryBands) -> [(by: String, part: String)] {
    func thirds(_ by: String, _ limits: [Double]) -> [(by: String, part: String)] {
      guard limits.count == 2 else { return [] }
      let (low, high) = (PlainNumber.fixed(limits[0], decimals: 1), PlainNumber.fixed(limits[1], decimals: 1))
      return [(by, "up to \(low)"), (by, "above \(low) to \(high)"), (by, "above \(high)")]
    }
    return [("all", "")] + thirds("baseline", bands.thirds.starts) + thirds("week", bands.thirds.weeks)
  }
}

extension BandCalibration {
  /// A person's visits, with the first score.
  struct Progress: Sendable {
    let start: Double
    let visits: [PersonProgress.Visit]

    /// The judged visits of one of the groups, in the order of their names, and those not on track.
    func counts(in group: Int, _ bands: RecoveryBands) -> (hits: Int, all: Int) {
      var (hits, all) = (0, 0)
      for visit in visits {
        guard let isOff = visit.isOffTrack else { continue }
        let belongs =
          switch group {
          case 0: true
          case 1...3: Self.third(of: start, bands.thirds.starts) == group - 1
          default: Self.third(of: visit.week, bands.thirds.weeks) == group - 4
          }
        if belongs {
          all += 1
          if isOff { hits += 1 }
        }
      }
      return (hits, all)
    }

    private static func third(of value: Double, _ limits: [Double]) -> Int { limits.count { value > $0 } }
  }
}

/// A share of people's visits, with what its variance takes.
private struct ShareTally: Sendable {
  private(set) var people = 0
  private(set) var all = 0
  private var hits = 0
  private var hitSquares = 0
  private var products = 0
  private var allSquares = 0

  mutating func add(hits own: Int, of count: Int) {
    guard count > 0 else { return }
    people += 1
    all += count
    hits += own
    hitSquares += own * own
    products += own * count
    allSquares += count * count
  }

  mutating func add(_ later: ShareTally) {
    people += later.people
    all += later.all
    hits += later.hits
    hitSquares += later.hitSquares
    products += later.products
    allSquares += later.allSquares
  }

  var share: Double? { all == 0 ? nil : Double(hits) / Double(all) }

  /// Limits of a ratio of people's sums, by linearisation (Cochran 1977, Sampling Techniques, chapter 6).
  func limits(level: Double) -> (lower: Double, upper: Double)? {
    guard let share, people > 1 else { return nil }
    let squares =
      Double(hitSquares) - 2 * share * Double(products) + share * share * Double(allSquares)
    let n = Double(people)
    let error = (max(squares, 0) * n / (n - 1)).squareRoot() / Double(all)
    let margin = StudentT(degreesOfFreedom: n - 1).criticalValue(confidenceLevel: level) * error
    return (max(0, share - margin), min(1, share + margin))
  }
}
