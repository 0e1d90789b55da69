extension SurvivalCurve {
  /// The curve with fewer steps, none of which rests on fewer events than asked.
  ///
  /// Points are taken together from the left until they hold `least` events; a point stands at the time of the last of
  /// them, with the Kaplan-Meier estimate there, the number at risk before the first and the sums of
  /// events and censorings. Runs of censorings without events close at `least` as well. Events left over at the end join the
  /// last step. Estimates are those of the full data at fewer times: nothing is averaged.
  ///
  /// A horizon closes a step if the events since the last one allow it or can join it, so that the risk up to it
  /// can be told; otherwise it is one of `withheld`. A group with some events but fewer than `least` has
  /// no curve. Numbers at risk (``atRisk(before:)``) keep to the full data; quantiles and their limits are the
  /// times of the coarser curve's steps, at which that curve comes down to the level.
  ///
  /// - Parameters:
  ///   - least: The fewest events of a step; 0 and 1 leave the curve as it is.
  ///   - horizons: Times at which the curve will be read.
  /// - Returns: The coarser curve and the horizons at which it cannot be read.
  /// - Complexity: O(points).
  public func coarsened(
    least: Int, horizons: [Double] = []
  ) -> (curve: SurvivalCurve, withheld: [Double]) {
    guard least > 1 else { return (self, []) }
    var steps = StepMerger(least: Double(least))
    var ahead = horizons.sorted()[...]
    var withheld: [Double] = []
    func pass(_ horizon: Double) {
      if !steps.seal() { withheld.append(horizon) }
    }
    for point in exactPoints {
      while let horizon = ahead.first, horizon < point.time {
        pass(horizon)
        ahead.removeFirst()
      }
      steps.take(point)
    }
    let end = exactPoints.last?.time ?? 0
    for horizon in ahead where horizon <= end { pass(horizon) }
    var result = self
    result.points = events > 0 && events < Double(least) ? [] : steps.finished()
    result.leastEvents = max(least, leastEvents)
    return (result, withheld)
  }
}

/// Takes points together until they hold enough events.
private struct StepMerger {
  let least: Double
  private var closed: [SurvivalCurve.Point] = []
  private var open: [SurvivalCurve.Point] = []
  /// How many closed points may no longer grow.
  private var sealedCount = 0

  init(least: Double) { self.least = least }

  private var openEvents: Double { open.reduce(0) { $0 + $1.events } }

  mutating func take(_ point: SurvivalCurve.Point) {
    open.append(point)
    let events = openEvents
    let censored = open.reduce(0) { $0 + $1.censored }
    if events >= least || (events == 0 && censored >= least) { close() }
  }

  /// Ends the step at a horizon; false if the events since the last one are too few and cannot join it.
  mutating func seal() -> Bool {
    if openEvents > 0, !join() { return false }
    sealedCount = closed.count
    return true
  }

  /// All steps; events that are left over join the last one, or stay untold.
  mutating func finished() -> [SurvivalCurve.Point] {
    if openEvents > 0 { _ = join() }
    return closed
  }

  private mutating func close() {
    if let merged = Self.merged(open) { closed.append(merged) }
    open = []
  }

  /// Lets the open points up to the last event join the last step that has events.
  private mutating func join() -> Bool {
    guard let last = closed.lastIndex(where: { $0.events > 0 }), last >= sealedCount,
      let event = open.lastIndex(where: { $0.events > 0 }),
      let merged = Self.merged(Array(closed[last...]) + open[...event])
    else { return false }
    closed.replaceSubrange(last..., with: [merged])
    let censorings = open[(event + 1)...]
    open = []
    for point in censorings { take(point) }
    return true
  }

  private static func merged(_ points: [SurvivalCurve.Point]) -> SurvivalCurve.Point? {
    guard let first = points.first, let last = points.last else { return nil }
    return SurvivalCurve.Point(
      time: last.time, atRisk: first.atRisk, events: points.reduce(0) { $0 + $1.events },
      censored: points.reduce(0) { $0 + $1.censored }, estimate: last.estimate,
      standardError: last.standardError, lower: last.lower, upper: last.upper)
  }
}

extension SurvivalCurves {
  /// Curves with fewer steps, none of which rests on fewer events than asked.
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
