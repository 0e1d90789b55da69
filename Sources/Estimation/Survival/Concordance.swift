public import CohortTables

/// Harrell's concordance of a score with survival, and its weighted relatives such as Uno's.
///
/// Two people can be ordered when the one with the earlier time has the event, and the other is at risk then (someone
/// censored at the time of an event lives longer). Of these pairs the concordant ones are those in which the one who lives
/// longer has the greater score; those with equal scores count half:
/// ```
/// C = (concordant + tied / 2) / (concordant + discordant + tied)
/// ```
/// A score of risk is reversed. Pairs may be weighted by time (``TimeWeight``); with strata pairs are within strata, with
/// `Surv(start, stop, status)` both must be under observation at the event. The standard error is the infinitesimal
/// jackknife's: the sum over rows, or clusters, of squared influences, as R's `survival::concordance`, of which names and conventions
/// are.
///
/// - Complexity: O(rows log rows): two sweeps over the times with a tree of partial sums over the ranks of the scores.
///
/// ## References
/// Harrell, Lee and Mark (1996), Stat. Med. 15:361-387; Uno and others (2011), Stat. Med. 30:1105-1117; Therneau and
/// Watson (2015), The concordance statistic and the Cox model, Mayo Clinic technical report 85; Schemper, Wakounig
/// and Heinze (2009), Stat. Med. 28:2473-2489.
public struct Concordance: Sendable, Equatable {
  /// How pairs count, by the time of the earlier event; S and G are the curves of survival and of censoring just before.
  public enum TimeWeight: String, Sendable, CaseIterable, Codable {
    /// All alike: Harrell's.
    case alike = "n"
    /// `n S / r`, with r at risk: as in Peto and Wilcoxon's test.
    case survival = "S"
    /// `n S / (G r)`: Schemper's.
    case survivalOverCensoring = "S/G"
    /// `1 / G^2`: Uno's.
    case uno = "n/G2"
    /// `1 / r`: as in the log-rank test.
    case inverseAtRisk = "I"
  }

  /// Weighted numbers of pairs.
  public struct Pairs: Sendable, Equatable {
    /// The one with the greater score lives longer.
    public internal(set) var concordant = 0.0
    /// The one with the greater score has the event first.
    public internal(set) var discordant = 0.0
    /// Equal scores.
    public internal(set) var tiedScore = 0.0
    /// Events at the same time.
    public internal(set) var tiedTime = 0.0
    /// Events at the same time with equal scores.
    public internal(set) var tiedBoth = 0.0

    /// Pairs that count.
    var comparable: Double { concordant + discordant + tiedScore }

    mutating func add(_ other: Pairs) {
      concordant += other.concordant
      discordant += other.discordant
      tiedScore += other.tiedScore
      tiedTime += other.tiedTime
      tiedBoth += other.tiedBoth
    }
  }

  /// The concordance; nil where no two rows can be ordered.
  public let estimate: Double?
  /// Its standard error.
  public let standardError: Double?
  /// The pairs it rests on.
  public let pairs: Pairs

  /// The concordance of arrays.
  ///
  /// - Parameters:
  ///   - entry: Times after which rows are at risk; nil where all are from the beginning.
  ///   - exit: Times of event or censoring.
  ///   - hasEvent: Whether each row ends with the event.
  ///   - score: Large for a long life, or with `isRisk` for a short one.
  ///   - weights: How often each row counts.
  ///   - strata: The stratum of each row, numbered from 0; empty for one.
  ///   - cluster: Which rows belong together in the standard error; nil where each stands alone.
  ///   - timeWeight: How pairs count.
  ///   - horizon: Events after it do not count.
  ///   - isRisk: Whether large scores mean short lives.
  ///   - executor: Runs the two sweeps of each stratum.
  /// - Throws: `EstimationError` for weights by G with delayed entry.
  public init(
    entry: [Double]? = nil, exit: [Double], hasEvent: [Bool], score: [Double], weights: [Double]? = nil,
    strata: [Int32] = [], cluster: [Int32]? = nil, timeWeight: TimeWeight = .alike,
    horizon: Double = .infinity,
    isRisk: Bool = false, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    if entry != nil, timeWeight == .uno || timeWeight == .survivalOverCensoring {
      throw EstimationError(
        .unsupported,
        "weights by the censoring curve (\(timeWeight.rawValue)) are not defined with delayed entry")
    }
    let records = SurvivalRecords(
      entry: entry, exit: exit, cause: hasEvent.map { $0 ? 1 : 0 }, weights: weights, block: strata,
      blockCount: Int(strata.max() ?? 0) + 1)
    let blocks = records.blocks.indices.filter { !records.blocks[$0].isEmpty }
    // Half of the tasks look at who lives longer than each event, the others at who had it before each row.
    let parts = executor.gather(2 * blocks.count) { task in
      let sweep = ConcordanceSweep(records, blocks[task / 2], score, timeWeight, horizon)
      return task % 2 == 0 ? sweep.lookingAhead() : sweep.lookingBack()
    }
    var pairs = Pairs()
    for part in parts { pairs.add(part.pairs) }
    let count = pairs.comparable
    guard count > 0 else {
      (estimate, standardError, self.pairs) = (nil, nil, pairs)
      return
    }
    let difference = (pairs.concordant - pairs.discordant) / count
    var influence = [Double](repeating: 0, count: exit.count)
    for (task, part) in parts.enumerated() {
      for (place, at) in records.blocks[blocks[task / 2]].enumerated() {
        let row = Int(records.byExit[at])
        influence[row] += part.balance[place] - difference * part.total[place]
      }
    }
    var squares = 0.0
    if let cluster {
      var sums = [Double](repeating: 0, count: Int(cluster.max() ?? -1) + 1)
      for row in influence.indices { sums[Int(cluster[row])] += records.weight(row) * influence[row] }
      squares = sums.reduce(0) { $0 + $1 * $1 }
    } else {
      for row in influence.indices {
        let value = records.weight(row) * influence[row]
        squares += value * value
      }
    }
    standardError = squares.squareRoot() / (2 * count)
    estimate = ((isRisk ? -difference : difference) + 1) / 2
    if isRisk { swap(&pairs.concordant, &pairs.discordant) }
    self.pairs = pairs
  }

  /// The concordance of a column with survival: `Surv(time, status) ~ score [+ strata(x)]`.
  ///
  /// Sampling and frequency weights of the options weight the rows; `options.cluster` names who belongs together.
  ///
  /// - Throws: `FormulaError`, `TableError`, `EstimationError`.
  public init(
    _ formula: String, _ table: Table, timeWeight: TimeWeight = .alike, horizon: Double = .infinity,
    isRisk: Bool = false, options: ModelOptions = ModelOptions(),
    executor: some FoldExecutor = SerialExecutor()
  ) throws {
    let formula = try Formula(formula)
    guard formula.variables.count == 1, case .column(let name) = formula.variables[0] else {
      throw EstimationError(
        .unsupported, "a concordance is of one column of scores: Surv(time, status) ~ score")
    }
    var options = options
    options.required.append(name)
    let history = try EventHistory(formula.withoutTerms, table, options: options, executor: executor)
    let score = try table.requireColumn(name).numericValues()
    try self.init(
      entry: history.entry, exit: history.exit, hasEvent: history.cause.map { $0 > 0 },
      score: history.rows.map { score[$0] }, weights: history.weights, strata: history.stratum,
      cluster: history.cluster, timeWeight: timeWeight, horizon: horizon, isRisk: isRisk, executor: executor)
  }
}
