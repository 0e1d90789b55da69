extension SurvivalCurve {
  /// The curve with fewer steps, none of which rests on fewer events or censorings than asked.
  ///
  /// Points are taken together from the left until they hold no events or at least `least`, and no censorings or at
  /// least `least`, so that neither the counts of a step nor the difference of two numbers at risk is small. A point
  /// stands at the time of the last of them, with the Kaplan-Meier estimate there, the number at risk before the
  /// first and the sums of events and censorings. What is left over at the end joins the last steps (a few
  /// censored after the last step are counted with it) or, with as many of them as it takes, stays untold: then those who are
  /// still at risk after the last step are so many too.
  /// Estimates are those of the full data at fewer times: nothing is averaged.
  ///
  /// A horizon closes a step where it can, so that the risk up to it can be told; otherwise it is one of `withheld`.
  /// A group with some events but fewer than `least` has no curve. ``atRisk(before:)`` keeps to the full
  /// data (see ``atRiskTold(at:)``); quantiles and their limits are the times of the coarser curve's steps, at which that
  /// curve comes down to the level.
  ///
  /// - Parameters:
  ///   - least: The fewest events of a step; 0 and 1 leave the curve as it is.
  ///   - horizons: Times at which the curve will be read.
  /// - Returns: The coarser curve and the horizons at which it cannot be read.
  /// - Complexity: O(points), but O(points squared) where hardly anyone is censored.
  ///
  /// ## References
  /// Hundepool and others (2012), Statistical Disclosure Control, sec. 5.4: a threshold on every cell of a frequency
  /// table, here on the cells of the life table (events and withdrawals by interval).
  public func coarsened(
    least: Int, horizons: [Double] = []
  ) -> (curve: SurvivalCurve, withheld: [Double]) {
    guard least > 1 else { return (self, []) }
    var result = self
    result.leastEvents = max(least, leastEvents)
    result.points = []
    if hasWeightsOrEntries {
      result.points = CellMerger.merged(exactPoints, least: least) { point in
        let cells = point.cells
        return [
          cells.map { Double($0.events) } ?? point.events,
          cells.map { Double($0.censored) } ?? point.censored,
          cells.map { Double($0.entered) } ?? point.entered ?? 0,
        ]
      }
    } else if events == 0 || events >= Double(least) {
      var steps = StepMerger(least: Double(least))
      var ahead = horizons.sorted()[...]
      for point in exactPoints {
        while let horizon = ahead.first, horizon < point.time {
          steps.seal()
          ahead.removeFirst()
        }
        steps.take(point)
      }
      if !ahead.isEmpty { steps.seal() }
      result.points = steps.finished()
    }
    let end = exactPoints.last?.time ?? 0
    let withheld = horizons.filter { horizon in
      let shown = result.points.last { $0.time <= horizon }?.estimate ?? 1
      return horizon <= end && (result.points.isEmpty || point(at: horizon)?.estimate != shown)
    }
    return (result, withheld.sorted())
  }

  /// How many are at risk after the last step that ends at a time or before, as far as ``points`` tell it; nil without any.
  ///
  /// Nil too where nobody seems to be left because the last step counts those who are censored after it.
  public func atRiskTold(at time: Double) -> Double? {
    guard !points.isEmpty else { return nil }
    if hasWeightsOrEntries { return points.first { $0.time > time }?.atRisk }
    let told = points.reduce(count) { $1.time <= time ? $0 - $1.events - $1.censored : $0 }
    return told == 0 && exactPoints.contains { $0.time > time } ? nil : told
  }
}

extension SurvivalCurve {
  /// Whether counts at risk are more than the group less those who left.
  private var hasWeightsOrEntries: Bool {
    exactPoints.first.map { $0.cells != nil || $0.entered != nil } ?? false
  }

  /// Horizons at which this coarser curve cannot be read because few were censored, but enough had the event, since the
  /// step before and until the step after.
  ///
  /// A value there, rounded so far that it does not tell how many were censored, tells no small count.
  ///
  /// - Parameters:
  ///   - withheld: Horizons at which the curve cannot be read, from ``coarsened(least:horizons:)``.
  ///   - least: The fewest events between two times that are told.
  /// - Returns: Those that can be told roughly, ascending.
  /// - Complexity: O(horizons x points).
  public func roughlyTold(_ withheld: [Double], least: Int) -> [Double] {
    func events(after start: Double, through end: Double) -> Double {
      exactPoints.reduce(0) { $1.time > start && $1.time <= end ? $0 + $1.events : $0 }
    }
    func isTold(_ count: Double) -> Bool { count == 0 || count >= Double(least) }
    var told: [Double] = []
    for horizon in withheld.sorted() {
      let steps = points.map(\.time)
      let before = (steps + told).filter { $0 <= horizon }.max() ?? -.infinity
      let after = steps.filter { $0 > horizon }.min() ?? .infinity
      if isTold(events(after: before, through: horizon)), isTold(events(after: horizon, through: after)) {
        told.append(horizon)
      }
    }
    return told
  }
}

/// Takes points together until they hold enough events and censorings, or none.
private struct StepMerger {
  let least: Double
  private var closed: [SurvivalCurve.Point] = []
  private var open: [SurvivalCurve.Point] = []
  private var openEvents = 0.0
  private var openCensored = 0.0
  /// How many closed points may no longer grow.
  private var sealedCount = 0

  init(least: Double) { self.least = least }

  private func isTold(_ count: Double) -> Bool { count == 0 || count >= least }

  mutating func take(_ point: SurvivalCurve.Point) {
    open.append(point)
    openEvents += point.events
    openCensored += point.censored
    guard isTold(openEvents), isTold(openCensored), let merged = Self.merged(open[...]) else { return }
    closed.append(merged)
    clear()
  }

  private mutating func clear() {
    open = []
    (openEvents, openCensored) = (0, 0)
  }

  /// Ends the step at a horizon, where what is open can join the steps before it.
  mutating func seal() {
    if openEvents > 0, let event = open.lastIndex(where: { $0.events > 0 }) {
      guard join(upTo: event) || join(upTo: open.count - 1) else { return }
    }
    sealedCount = closed.count
  }

  /// All steps.
  mutating func finished() -> [SurvivalCurve.Point] {
    if openEvents > 0, let event = open.lastIndex(where: { $0.events > 0 }) { _ = join(upTo: event) }
    if !open.isEmpty, !join(upTo: open.count - 1) { keepLastCensored() }
    let all = closed + open
    let hasFewCensored = !isTold(all.reduce(0) { $0 + $1.censored })
    while !closed.isEmpty {
      // Who is left after the last step, by what will become of them.
      let censoredLeft = openCensored
      let isLeftTold = isTold(openEvents + censoredLeft) && isTold(openEvents)
      if isLeftTold, hasFewCensored || isTold(censoredLeft) { break }
      let last = closed.removeLast()
      openEvents += last.events
      openCensored += last.censored
    }
    return closed
  }

  /// Counts those who are censored after the last step, where they are few, with the censored of that step.
  private mutating func keepLastCensored() {
    guard openEvents == 0, openCensored < least, let last = closed.last, last.censored >= least else {
      return
    }
    closed[closed.count - 1] = SurvivalCurve.Point(
      time: last.time, atRisk: last.atRisk, events: last.events, censored: last.censored + openCensored,
      estimate: last.estimate, standardError: last.standardError, lower: last.lower, upper: last.upper)
    clear()
  }

  /// Lets open points join as few of the last steps as give a step that can be told; false if there are none.
  private mutating func join(upTo end: Int) -> Bool {
    var (events, censored) = (0.0, 0.0)
    for point in open[...end] {
      events += point.events
      censored += point.censored
    }
    var start = closed.count
    while !(events >= least && isTold(censored)) {
      guard start > sealedCount else { return false }
      start -= 1
      events += closed[start].events
      censored += closed[start].censored
    }
    guard let merged = Self.merged((closed[start...] + open[...end])[...]) else { return false }
    closed.replaceSubrange(start..., with: [merged])
    let rest = open[(end + 1)...]
    clear()
    for point in rest { take(point) }
    return true
  }

  private static func merged(_ points: ArraySlice<SurvivalCurve.Point>) -> SurvivalCurve.Point? {
    guard let first = points.first, let last = points.last else { return nil }
    return SurvivalCurve.Point(
      time: last.time, atRisk: first.atRisk, events: points.reduce(0) { $0 + $1.events },
      censored: points.reduce(0) { $0 + $1.censored }, estimate: last.estimate,
      standardError: last.standardError, lower: last.lower, upper: last.upper)
  }
}

extension SurvivalCurves {
  /// Curves with fewer steps, none of which rests on fewer events or censorings than asked.
  ///
  /// - Parameters:
  ///   - least: The fewest events of a step; 0 and 1 leave the curves as they are.
  ///   - horizons: Times at which the curves will be read.
  /// - Returns: The coarser curves and, for each, the horizons at which it cannot be read.
  public func coarsened(
    least: Int, horizons: [Double] = []
  ) -> (curves: SurvivalCurves, withheld: [[Double]]) {
    var result = self
    let all = curves.map { $0.coarsened(least: least, horizons: horizons) }
    result.curves = all.map(\.curve)
    return (result, all.map(\.withheld))
  }
}
