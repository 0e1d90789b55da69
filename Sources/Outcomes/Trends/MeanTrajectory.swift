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
  /// windows of equal width around multiples of it, time 0 and before apart; a point then stands at
  /// the mean time of its visits.
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
    var times: [Int: (sum: Double, count: Double)] = [:]
    for person in people {
      var own: [Int: (sum: Double, count: Double)] = [:]
      for row in person.rows {
        let window = windows.index(of: visits.times[row])
        let sofar = own[window] ?? (0, 0)
        own[window] = (sofar.sum + visits.scores[row], sofar.count + 1)
        let time = times[window] ?? (0, 0)
        times[window] = (time.sum + visits.times[row], time.count + 1)
      }
      for (window, total) in own.sorted(by: { $0.key < $1.key }) {
        scores[window, default: []].append(total.sum / total.count)
      }
    }
    return scores.sorted { $0.key < $1.key }.map { window, values in
      let time = times[window] ?? (0, 1)
      return point(time.sum / time.count, values, level: level)
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
  /// Distinct times, when there are few; otherwise nil.
  private let distinct: [Double]?
  private let width: Double

  init(_ visits: VisitTable, mostTimes: Int) {
    let times = Set(visits.people.flatMap { $0.rows.map { visits.times[$0] } }).sorted()
    distinct = times.count <= mostTimes ? times : nil
    let span = (times.last ?? 0) - min(times.first ?? 0, 0)
    // A round width: 1, 2, 4, 8, 13, 26 ... units so that weeks fall into months and quarters.
    let rough = span / Double(mostTimes)
    width = [0.25, 0.5, 1, 2, 4, 6, 8, 13, 26, 52, 104, 208].first { $0 >= rough } ?? rough
  }

  func index(of time: Double) -> Int {
    if let distinct { return distinct.firstIndex(of: time) ?? 0 }
    if time <= 0 { return 0 }
    return max(1, Int((time / width).rounded()))
  }
}
