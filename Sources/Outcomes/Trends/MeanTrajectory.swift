import CohortTables
import Distributions

/// The observed mean score of an arm's people over time, with pointwise limits.
///
/// These are the people who came: where many leave, and leave because of how they are, the means are
/// not those of everyone who started.
public struct MeanTrajectory: Sendable, Equatable {
  /// The mean at one time.
  public struct Point: Sendable, Equatable {
    /// The time: the visit's, or the mean time of a window's visits.
    public let time: Double
    /// People with a visit there; each counts once, with the mean of their visits.
    public let people: Int
    /// The mean score.
    public let mean: Double
    /// Lower limit, by t over people; nil for one person.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// The arm; nil where there are no arms.
  public let arm: String?
  /// Ascending in time.
  public let points: [Point]

  /// The trajectories of all arms.
  ///
  /// Visits are taken as they stand when there are at most `mostTimes` distinct times, otherwise in
  /// windows of equal width around multiples of it, time 0 and before apart, and windows whose visits
  /// lie close together joined. A point then stands at the mean time of the window's visits in all
  /// arms, in whole units.
  ///
  /// - Throws: `OutcomesError` when a person's arm changes over time.
  public static func byArm(
    _ visits: VisitTable, mostTimes: Int = 14, confidenceLevel: Double = 0.95
  ) throws -> [MeanTrajectory] {
    let arms = try visits.armOfEachPerson()
    let windows = VisitWindows(visits, mostTimes: mostTimes)
    let names = Set(arms.compactMap { $0 }).sorted()
    let groups: [String?] = names.isEmpty ? [nil] : names
    return groups.map { arm in
      let people = visits.people.indices.filter { arms[$0] == arm }.map { visits.people[$0] }
      return MeanTrajectory(arm: arm, points: points(people, visits, windows, level: confidenceLevel))
    }
  }

  private static func points(
    _ people: [VisitTable.Person], _ visits: VisitTable, _ windows: VisitWindows, level: Double
  ) -> [Point] {
    var scores: [Int: [Double]] = [:]
    for person in people {
      var own: [Int: (sum: Double, count: Double)] = [:]
      for row in person.rows {
        let window = windows.index(of: visits.times[row])
        let sofar = own[window] ?? (0, 0)
        own[window] = (sofar.sum + visits.scores[row], sofar.count + 1)
      }
      for (window, total) in own.sorted(by: { $0.key < $1.key }) {
        scores[window, default: []].append(total.sum / total.count)
      }
    }
    return scores.sorted { $0.key < $1.key }.map { window, values in
      point(windows.times[window], values, level: level)
    }
  }

  private static func point(_ time: Double, _ values: [Double], level: Double) -> Point {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    guard values.count > 1 else { return Point(time: time, people: 1, mean: mean, lower: nil, upper: nil) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let margin =
      StudentT(degreesOfFreedom: n - 1).criticalValue(confidenceLevel: level)
      * (squares / (n - 1) / n).squareRoot()
    return Point(time: time, people: values.count, mean: mean, lower: mean - margin, upper: mean + margin)
  }
}

/// Times put into windows.
private struct VisitWindows {
  /// Where each window's point stands, ascending.
  let times: [Double]
  /// The window of each distinct time or, with many times, of each multiple of the width.
  private let windowOf: [Int: Int]
  /// Distinct times, when there are few; otherwise nil.
  private let distinct: [Double]?
  private let width: Double

  init(_ visits: VisitTable, mostTimes: Int) {
    let all = visits.people.flatMap { $0.rows.map { visits.times[$0] } }
    let different = Set(all).sorted()
    guard different.count > mostTimes else {
      (distinct, width, times) = (different, 1, different)
      windowOf = Dictionary(uniqueKeysWithValues: different.indices.map { ($0, $0) })
      return
    }
    let span = (different.last ?? 0) - min(different.first ?? 0, 0)
    // A round width: 1, 2, 4, 8, 13, 26 ... units so that weeks fall into months and quarters.
    let rough = span / Double(mostTimes)
    let width = [0.25, 0.5, 1, 2, 4, 6, 8, 13, 26, 52, 104, 208].first { $0 >= rough } ?? rough
    (distinct, self.width) = (nil, width)
    var sums: [Int: (sum: Double, count: Double)] = [:]
    for time in all {
      let sofar = sums[Self.multiple(time, width)] ?? (0, 0)
      sums[Self.multiple(time, width)] = (sofar.sum + time, sofar.count + 1)
    }
    var windows: [(sum: Double, count: Double)] = []
    var windowOf: [Int: Int] = [:]
    for (multiple, own) in sums.sorted(by: { $0.key < $1.key }) {
      // The edge of a window may cut through the visits of one planned time.
      if multiple > 1, let last = windows.last, own.sum / own.count - last.sum / last.count < width / 2 {
        windows[windows.count - 1] = (last.sum + own.sum, last.count + own.count)
      } else {
        windows.append(own)
      }
      windowOf[multiple] = windows.count - 1
    }
    self.windowOf = windowOf
    times = windows.map { width >= 2 ? ($0.sum / $0.count).rounded() : $0.sum / $0.count }
  }

  func index(of time: Double) -> Int {
    windowOf[distinct?.firstIndex(of: time) ?? Self.multiple(time, width)] ?? 0
  }

  private static func multiple(_ time: Double, _ width: Double) -> Int {
    time <= 0 ? 0 : max(1, Int((time / width).rounded()))
  }
}
