import Distributions

/// One Kaplan-Meier curve.
public struct SurvivalCurve: Sendable, Equatable {
  /// A time at which something happens.
  public struct Point: Sendable, Equatable {
    /// The time.
    public let time: Double
    /// How many are at risk just before.
    public let atRisk: Double
    /// How many have the event.
    public let events: Double
    /// How many are censored.
    public let censored: Double
    /// How many came under observation since the point before; nil where all were from the beginning.
    public let entered: Double?
    /// Survival after the time.
    public let estimate: Double
    /// The standard error of the survival itself, by Greenwood or robust; nil where survival is 0.
    public let standardError: Double?
    /// Lower limit of the band.
    public let lower: Double?
    /// Upper limit of the band.
    public let upper: Double?
    /// Rows behind the counts, where these are sums of weights.
    var cells: LifeTable.RowCounts?

    init(
      time: Double, atRisk: Double, events: Double, censored: Double, entered: Double? = nil,
      estimate: Double,
      standardError: Double?, lower: Double?, upper: Double?, cells: LifeTable.RowCounts? = nil
    ) {
      self.time = time
      self.atRisk = atRisk
      self.events = events
      self.censored = censored
      self.entered = entered
      self.estimate = estimate
      self.standardError = standardError
      self.lower = lower
      self.upper = upper
      self.cells = cells
    }
  }

  /// A time by which a share has had the event.
  public struct Quantile: Sendable, Equatable {
    /// The share.
    public let probability: Double
    /// The time; nil when the curve does not come down that far.
    public let time: Double?
    /// Lower limit, where the band's lower side comes down that far.
    public let lower: Double?
    /// Upper limit.
    public let upper: Double?
  }

  /// The columns and levels that define the group.
  public let group: [GridCoordinate]
  /// The curve's steps and censorings, ascending in time.
  public internal(set) var points: [Point]
  /// The confidence level of the band.
  public let confidenceLevel: Double
  /// The fewest events that a step holds, where the curve was made coarser; otherwise 0.
  public internal(set) var leastEvents = 0
  /// Every point of the data, whatever `points` shows of them.
  var exactPoints: [Point] = []

  /// The group's name: its levels joined by commas, or "all".
  public var name: String { group.isEmpty ? "all" : group.map(\.value.text).joined(separator: ", ") }
  /// How many are in the group.
  public var count: Double {
    exactPoints.reduce(exactPoints.first.map { $0.atRisk - ($0.entered ?? 0) } ?? 0) {
      $0 + ($1.entered ?? 0)
    }
  }
  /// How many have the event.
  public var events: Double { exactPoints.reduce(0) { $0 + $1.events } }
  /// What robust errors of further quantities need.
  var sample: CurveSample?

  init(
    _ records: SurvivalRecords, block: Int, group: [GridCoordinate], transform: BandTransform, level: Double,
    clusters: SurvivalClusters?
  ) {
    self.group = group
    confidenceLevel = level
    let table = LifeTable(records, block: block)
    let band = SurvivalBand(transform: transform, level: level)
    let logVariances = clusters.map { Self.robustLogVariances(records, $0, block, table) }
    var survival = 1.0
    var logVariance = 0.0
    var points: [Point] = []
    points.reserveCapacity(table.count)
    for k in table.time.indices {
      let (atRisk, events) = (table.atRisk[k], table.byCause[k])
      if events > 0 {
        survival *= table.surviving(k)
        logVariance += events / (atRisk * (atRisk - events))
      }
      let variance = logVariances?[k] ?? logVariance
      let limits = band.limits(survival: survival, logVariance: variance)
      points.append(
        Point(
          time: records.times[Int(table.time[k])], atRisk: atRisk, events: events,
          censored: table.censored[k],
          entered: table.entered.isEmpty ? nil : table.entered[k], estimate: survival,
          standardError: survival > 0 ? survival * variance.squareRoot() : nil, lower: limits.lower,
          upper: limits.upper, cells: records.weightsAreCopies ? nil : table.cells[k]))
    }
    self.points = points
    exactPoints = points
    sample = clusters.map { CurveSample(records: records, clusters: $0, block: block, table: table) }
  }

  /// The robust variance of log survival at each time, by the infinitesimal jackknife.
  private static func robustLogVariances(
    _ records: SurvivalRecords, _ clusters: SurvivalClusters, _ block: Int, _ table: LifeTable
  ) -> [Double] {
    var kernel = InfluenceSums.Kernel()
    for k in table.time.indices {
      let (n, d) = (table.atRisk[k], table.byCause[k])
      let isLast = table.isExhausted(k)
      kernel.driftB.append(isLast ? 0 : d / (n * (n - d)))
      kernel.jumpB.append(isLast ? 0 : 1 / (n - d))
    }
    return InfluenceSums.variances(records, clusters, block: block, table, kernel)
  }

  /// The survival just after a time: 1 before the first event, nil beyond the last observed time.
  public func point(at time: Double) -> Point? {
    guard let last = exactPoints.last, time <= last.time else { return nil }
    let found = exactPoints.last { $0.time <= time }
    return found
      ?? Point(
        time: time, atRisk: count, events: 0, censored: 0, estimate: 1, standardError: 0, lower: 1, upper: 1)
  }

  /// How many are still at risk just before a time.
  public func atRisk(before time: Double) -> Double {
    exactPoints.first { $0.time >= time }?.atRisk ?? 0
  }

  /// The time by which a share has had the event, with limits by inverting the band.
  ///
  /// Where the curve runs flat at the level, the middle of the flat piece is taken, as R does.
  public func quantile(_ probability: Double) -> Quantile {
    Quantile(
      probability: probability, time: crossing(of: 1 - probability) { $0.estimate },
      lower: crossing(of: 1 - probability) { $0.lower },
      upper: crossing(of: 1 - probability) { $0.upper })
  }

  /// Where a step function comes down to a level.
  private func crossing(of level: Double, _ value: (Point) -> Double?) -> Double? {
    let tolerance = Double.ulpOfOne.squareRoot()
    // A coarser curve tells the times of its own steps only.
    let curve = leastEvents > 1 ? points : exactPoints
    guard let last = curve.last else { return nil }
    var previous = 1.0
    var steps: [(time: Double, value: Double)] = []
    for point in curve {
      guard let y = value(point), y < previous else { continue }
      steps.append((point.time, y))
      previous = y
    }
    guard let first = steps.firstIndex(where: { $0.value <= level + tolerance }) else { return nil }
    guard abs(steps[first].value - level) <= tolerance else { return steps[first].time }
    let end = first + 1 < steps.count ? steps[first + 1].time : last.time
    return (steps[first].time + end) / 2
  }
}

/// Confidence limits of a survival probability.
struct SurvivalBand: Sendable {
  let transform: BandTransform
  let critical: Double

  init(transform: BandTransform, level: Double) {
    self.transform = transform
    critical = NormalDistribution().criticalValue(confidenceLevel: level)
  }

  /// Limits cut at 0 and 1, as R does; nil where they are undefined.
  func limits(survival: Double, logVariance: Double) -> (lower: Double?, upper: Double?) {
    guard survival > 0, logVariance.isFinite else { return (nil, nil) }
    let error = logVariance.squareRoot()
    switch transform {
    case .log:
      return (survival * exponential(-critical * error), min(1, survival * exponential(critical * error)))
    case .plain:
      return (max(0, survival * (1 - critical * error)), min(1, survival * (1 + critical * error)))
    case .logLog:
      // log(-log 1) does not exist: before the first event this scale gives no limits, as in R.
      guard survival < 1 else { return (nil, nil) }
      let inner = logarithm(survival)
      let spread = critical * error / inner
      // log S is negative, so the larger exponent belongs to the lower limit.
      return (exponential(inner * exponential(-spread)), exponential(inner * exponential(spread)))
    }
  }
}

/// The rows behind a curve with robust errors.
struct CurveSample: Sendable, Equatable {
  let records: SurvivalRecords
  let clusters: SurvivalClusters
  let block: Int
  let table: LifeTable

  /// Curves are compared by what they say.
  static func == (a: CurveSample, b: CurveSample) -> Bool {
    a.block == b.block && a.table.count == b.table.count
  }
}
