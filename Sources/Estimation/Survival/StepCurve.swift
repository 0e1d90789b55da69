/// A curve of hazard, incidence or mean count over time.
public struct StepCurve: Sendable, Equatable {
  /// What the curve shows.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// The integral of the hazard.
    case cumulativeHazard = "cumulative_hazard"
    /// The probability of an event of one cause, with other causes at work.
    case cumulativeIncidence = "cumulative_incidence"
    /// The mean number of events a person has had.
    case meanCumulativeFunction = "mean_cumulative_function"
  }

  /// A time at which someone has an event or leaves; `events` are those of the curve's cause.
  public typealias Point = SurvivalCurve.Point

  /// What the curve shows.
  public let kind: Kind
  /// The columns and levels that define the group.
  public let group: [GridCoordinate]
  /// The cause of the event; nil where there is one kind of event.
  public let cause: String?
  /// The curve's steps and censorings, ascending in time.
  public internal(set) var points: [Point]
  /// The confidence level of the band.
  public let confidenceLevel: Double
  /// Every point of the data, whatever `points` shows of them.
  var exactPoints: [Point]

  init(
    kind: Kind, group: [GridCoordinate], cause: String? = nil, points: [Point], confidenceLevel: Double
  ) {
    self.kind = kind
    self.group = group
    self.cause = cause
    self.points = points
    self.confidenceLevel = confidenceLevel
    exactPoints = points
  }

  /// The group's name: its levels joined by commas, or "all".
  public var name: String { group.isEmpty ? "all" : group.map(\.value.text).joined(separator: ", ") }
  /// How many have the event, or how many events there are.
  public var events: Double { exactPoints.reduce(0) { $0 + $1.events } }
  /// How many rows are in the group, weights counted.
  public var count: Double {
    exactPoints.reduce(exactPoints.first.map { $0.atRisk - ($0.entered ?? 0) } ?? 0) {
      $0 + ($1.entered ?? 0)
    }
  }

  /// The curve just after a time: 0 before the first event, nil beyond the last observed time.
  public func point(at time: Double) -> Point? {
    guard let last = exactPoints.last, time <= last.time else { return nil }
    var (low, high) = (0, exactPoints.count)
    while low < high {
      let middle = (low + high) / 2
      if exactPoints[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    guard low == 0 else { return exactPoints[low - 1] }
    return Point(
      time: time, atRisk: exactPoints[0].atRisk, events: 0, censored: 0, estimate: 0, standardError: 0,
      lower: nil,
      upper: nil)
  }
}

/// Step curves of all groups, and of all causes.
public struct StepCurves: Sendable {
  /// The formula.
  public let formula: Formula
  /// The options.
  public let options: ModelOptions
  /// The scale of the bands.
  public let transform: BandTransform
  /// How variances were made.
  public let variance: CurveVariance
  /// One curve a group and cause, the group slowest.
  public internal(set) var curves: [StepCurve]
  /// What was read, used and left out.
  public let rows: RowAccounting
  /// What a reader must know.
  public let diagnostics: [Diagnostic]
  /// The estimator's name.
  let estimator: String

  /// One line on how the curves were made.
  public var verdict: String {
    let level = Expression.text(of: (options.confidenceLevel * 100))
    return
      "\(estimator) with \(variance.phrase), \(level)% bands on the \(transform.rawValue) scale"
      + "\(options.weightsPhrase); \(rows.used) rows, \(rows.events ?? 0) events."
  }

  /// The curves of one cause; all where none is named.
  public func of(cause: String?) -> StepCurves {
    guard let cause else { return self }
    var result = self
    result.curves = curves.filter { $0.cause == cause }
    return result
  }

  /// Curves with fewer steps, none of which rests on fewer events of any cause, censorings or entries than asked.
  ///
  /// The curves of a group step at the same times, so that what is told of one cause tells nothing more of another.
  ///
  /// - Parameter least: The fewest of each count between two steps; 0 and 1 leave the curves as they are.
  /// - Returns: The coarser curves.
  /// - Complexity: O(points x causes).
  public func coarsened(least: Int) -> StepCurves {
    guard least > 1 else { return self }
    var result = self
    let byGroup = Dictionary(grouping: curves.indices) { curves[$0].name }
    for places in byGroup.values {
      let first = curves[places[0]].exactPoints
      let cells = first.indices.map { k in
        places.map { place in
          curves[place].exactPoints[k].cells.map { Double($0.events) } ?? curves[place].exactPoints[k].events
        }
          + [
            first[k].cells.map { Double($0.censored) } ?? first[k].censored,
            first[k].cells.map { Double($0.entered) } ?? first[k].entered ?? 0,
          ]
      }
      let steps = CellMerger.steps(cells, least: least)
      for place in places {
        result.curves[place].points = steps.map { CellMerger.merged(curves[place].exactPoints[$0]) }
      }
    }
    return result
  }
}

/// Confidence limits of a curve that starts at 0 and has no upper bound.
struct CountBand: Sendable {
  let transform: BandTransform
  let critical: Double

  /// - Throws: `EstimationError` for the log-log scale, which is for probabilities.
  init(transform: BandTransform, critical: Double) throws {
    guard transform != .logLog else {
      throw EstimationError(.unsupported, "the log-log scale is for probabilities: take log or plain")
    }
    self.transform = transform
    self.critical = critical
  }

  /// Limits, the lower one cut at 0; none where nothing has happened yet.
  func limits(_ estimate: Double, error: Double) -> (lower: Double?, upper: Double?) {
    guard estimate > 0 else { return (nil, nil) }
    if transform == .plain { return (max(0, estimate - critical * error), estimate + critical * error) }
    let factor = exponential(critical * error / estimate)
    return (estimate / factor, estimate * factor)
  }
}
