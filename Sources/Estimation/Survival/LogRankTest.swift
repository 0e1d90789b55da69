public import CohortTables
internal import Distributions
internal import LinearAlgebra

/// How a test of the log-rank family weights the times of events.
public enum RankTestWeights: Sendable, Equatable {
  /// All alike (Mantel).
  case logRank
  /// `S(t-)^rho (1 - S(t-))^gamma`, with S the Kaplan-Meier curve of all groups (Fleming and Harrington).
  case flemingHarrington(rho: Double, gamma: Double)
  /// The number at risk (Gehan, Breslow).
  case gehan
  /// The root of the number at risk.
  case taroneWare

  /// Weights `S(t-)`: the version of Peto and Peto's test that R's `survdiff(rho = 1)` computes.
  public static var petoPeto: RankTestWeights { .flemingHarrington(rho: 1, gamma: 0) }

  /// The test's name.
  public var name: String {
    switch self {
    case .logRank: "log-rank"
    case .flemingHarrington(1, 0): "Peto-Peto"
    case .flemingHarrington(let rho, let gamma):
      "Fleming-Harrington(\(Expression.text(of: rho)), \(Expression.text(of: gamma)))"
    case .gehan: "Gehan"
    case .taroneWare: "Tarone-Ware"
    }
  }

  /// The weight of a time.
  func value(survivalBefore survival: Double, atRisk: Double) -> Double {
    switch self {
    case .logRank: 1
    case .flemingHarrington(let rho, let gamma): power(survival, rho) * power(1 - survival, gamma)
    case .gehan: atRisk
    case .taroneWare: atRisk.squareRoot()
    }
  }

  private func power(_ base: Double, _ exponent: Double) -> Double {
    switch exponent {
    case 0: 1
    case 1: base
    case 0.5: base.squareRoot()
    default: base == 0 ? 0 : exponential(exponent * logarithm(base))
    }
  }
}

/// The log-rank test that groups have the same hazard, and its weighted relatives.
///
/// At each event time with n at risk and d events, group g with n_g at risk expects `d n_g / n`
/// events, with covariance `d (n - d) / (n - 1) (n_g / n) (1[g = h] - n_h / n)`. The statistic is
/// `(O - E)' V^- (O - E)` on as many degrees of freedom as V has rank: one fewer than there
/// are groups, when all of them are compared with each other. With `strata( )` the sums run over strata. Other members of
/// the family weight the times: O, E and V are then sums of `w d_g`, `w d n_g / n` and `w^2` times the covariance
/// (``RankTestWeights``; the weights are those of each stratum). With `Surv(start, stop, status)` a row is at risk from just
/// after `start`. ``trend(scores:)`` tests against ordered groups.
///
/// - Complexity: O(rows + event times x groups^2).
///
/// ## References
/// Mantel (1966), Cancer Chemother. Rep. 50:163-170; Peto and Peto (1972), JRSS A 135:185-207; Fleming and Harrington
/// (1991), Counting Processes and Survival Analysis, ch. 7; Tarone and Ware (1977), Biometrika 64:156-160.
public struct LogRankTest: Sendable {
  /// One group's events.
  public struct Group: Sendable, Equatable {
    /// The columns and levels that define the group.
    public let group: [GridCoordinate]
    /// How many are in it.
    public let count: Double
    /// Events that happened, weighted as the test weights their times.
    public let observed: Double
    /// How many events there are.
    public let events: Double
    /// Events expected, so weighted, if all groups had the same hazard.
    public let expected: Double
  }

  /// A test against a trend over ordered groups, on one degree of freedom.
  public struct TrendTest: Sendable, Equatable {
    /// The number of each group.
    public let scores: [Double]
    /// The chi-squared statistic.
    public let statistic: Double
    /// The upper tail probability.
    public let pValue: Double
  }

  /// The formula.
  public let formula: Formula
  /// The options.
  public let options: ModelOptions
  /// How times are weighted.
  public let weights: RankTestWeights
  /// The groups.
  public let groups: [Group]
  /// The chi-squared statistic; nil when no two groups are at risk together at an event.
  public let statistic: Double?
  /// Degrees of freedom.
  public let df: Double
  /// The upper tail probability.
  public let pValue: Double?
  /// The covariance of observed less expected.
  public let covariance: [[Double]]
  /// What was read, used and left out.
  public let rows: RowAccounting

  /// Tests the groups of a formula `Surv(time, status) ~ groups [+ strata(x)]`.
  ///
  /// - Throws: `FormulaError`, `TableError`, `EstimationError`.
  public init(
    _ formula: String, _ table: Table, weights: RankTestWeights = .logRank,
    options: ModelOptions = ModelOptions(), executor: some FoldExecutor = SerialExecutor()
  ) throws {
    self.formula = try Formula(formula)
    self.options = options
    self.weights = weights
    let history = try EventHistory(tested: self.formula, table, options: options, executor: executor)
    let sums = LogRankSums(history, weights: weights, executor: executor)
    groups = history.groups.indices.map {
      Group(
        group: history.groups[$0], count: sums.count[$0], observed: sums.observed[$0],
        events: sums.events[$0],
        expected: sums.expected[$0])
    }
    covariance = history.groups.indices.map { sums.covariance.row($0) }
    rows = history.accounting
    (statistic, df) = try Self.statistic(sums)
    pValue = statistic.map { [df] in ChiSquared(degreesOfFreedom: df).upperTail($0) }
  }

  /// The test against a trend over ordered groups: `(s'(O - E))^2 / s' V s` on one degree of freedom.
  ///
  /// - Parameter scores: A number for each group; 1, 2, 3 and so on where not given.
  /// - Returns: Nil when no two groups with different scores are at risk together at an event.
  ///
  /// ## References
  /// Tarone (1975), Biometrika 62:679-682.
  public func trend(scores: [Double]? = nil) -> TrendTest? {
    let scores = scores ?? groups.indices.map { Double($0 + 1) }
    precondition(scores.count == groups.count, "a trend needs a score for each group")
    let middle = scores.reduce(0, +) / Double(scores.count)
    let centred = scores.map { $0 - middle }
    var (difference, variance, size) = (0.0, 0.0, 0.0)
    for g in groups.indices {
      difference += centred[g] * (groups[g].observed - groups[g].expected)
      size += centred[g] * centred[g] * covariance[g][g]
      for h in groups.indices { variance += centred[g] * centred[h] * covariance[g][h] }
    }
    guard variance > 1e-12 * size else { return nil }
    let statistic = difference * difference / variance
    return TrendTest(
      scores: scores, statistic: statistic, pValue: ChiSquared(degreesOfFreedom: 1).upperTail(statistic))
  }

  /// The covariance loses one rank for every set of groups that are at risk together: of each the last
  /// group is determined by the others and left out, which gives the generalised inverse's value.
  private static func statistic(_ sums: LogRankSums) throws -> (Double?, Double) {
    let able = try OrderedCholesky(sums.covariance, tolerance: 1e-10).kept
    guard !able.isEmpty else { return (nil, 0) }
    let difference = able.map { sums.observed[$0] - sums.expected[$0] }
    let part = sums.covariance.selecting(rows: able, columns: able)
    let solved = try CholeskyFactor(part).solve(difference)
    return (zip(difference, solved).reduce(0) { $0 + $1.0 * $1.1 }, Double(able.count))
  }
}

extension EventHistory {
  /// The rows of a test of groups.
  init(
    tested formula: Formula, _ table: Table, options: ModelOptions, severalCauses: Bool = false,
    executor: some FoldExecutor
  )
    throws
  {
    guard !formula.terms.isEmpty else {
      throw EstimationError(.unsupported, "the log-rank test needs groups to compare, such as ~ modality")
    }
    if options.weights?.kind == .sampling {
      throw EstimationError(
        .notBuilt, "tests of the log-rank family take frequency weights; sampling weights are not built yet")
    }
    try self.init(formula, table, options: options, severalCauses: severalCauses, executor: executor)
    guard groups.count > 1 else {
      throw EstimationError(.unsupported, "the log-rank test needs two groups; the used rows have one")
    }
  }
}

/// Observed and expected events and their covariance, summed over times and strata.
private struct LogRankSums {
  var count: [Double]
  var events: [Double]
  var observed: [Double]
  var expected: [Double]
  var covariance: Matrix

  init(groupCount: Int) {
    count = [Double](repeating: 0, count: groupCount)
    events = count
    observed = count
    expected = count
    covariance = Matrix(rowCount: groupCount, columnCount: groupCount)
  }

  init(_ history: EventHistory, weights: RankTestWeights, executor: some FoldExecutor) {
    let records = SurvivalRecords(history, byStrata: true)
    let parts = executor.gather(history.stratumCount) { stratum in
      LogRankSums(records, group: history.group, groupCount: history.groups.count, stratum, weights)
    }
    self = parts.reduce(into: LogRankSums(groupCount: history.groups.count)) { $0.add($1) }
  }

  /// The sums of a stratum: from the last time back, so that the risk sets are sums of who leaves later.
  private init(
    _ records: SurvivalRecords, group: [Int32], groupCount: Int, _ stratum: Int, _ weights: RankTestWeights
  ) {
    self.init(groupCount: groupCount)
    let range = records.blocks[stratum]
    let survival = Self.survivalBefore(records, stratum, weights)
    var atRisk = [Double](repeating: 0, count: groupCount)
    var died = atRisk
    var (place, next) = (range.upperBound, range.upperBound)
    var k = survival.count
    while place > range.lowerBound {
      let now = records.exit[Int(records.byExit[place - 1])]
      // Who entered at this time or later is not at risk yet.
      while !records.byEntry.isEmpty, next > range.lowerBound {
        let row = Int(records.byEntry[next - 1])
        guard records.entry[row] >= now else { break }
        atRisk[Int(group[row])] -= records.weight(row)
        next -= 1
      }
      var total = 0.0
      while place > range.lowerBound {
        let row = Int(records.byExit[place - 1])
        guard records.exit[row] == now else { break }
        let (g, weight) = (Int(group[row]), records.weight(row))
        atRisk[g] += weight
        count[g] += weight
        if records.cause[row] > 0 {
          died[g] += weight
          total += weight
        }
        place -= 1
      }
      k -= 1
      guard total > 0 else { continue }
      add(events: died, total, atRisk: atRisk, weights, survival: survival.isEmpty ? 1 : survival[k])
      for g in died.indices { died[g] = 0 }
    }
  }

  /// The Kaplan-Meier curve of all groups just before each time; empty where the weights do not ask for it.
  private static func survivalBefore(
    _ records: SurvivalRecords, _ stratum: Int, _ weights: RankTestWeights
  ) -> [Double] {
    guard case .flemingHarrington = weights else { return [] }
    let table = LifeTable(records, block: stratum)
    var survival = 1.0
    return table.time.indices.map { k in
      defer { if table.byCause[k] > 0 { survival *= table.surviving(k) } }
      return survival
    }
  }

  private mutating func add(
    events: [Double], _ d: Double, atRisk: [Double], _ weights: RankTestWeights, survival: Double
  ) {
    let n = atRisk.reduce(0, +)
    let weight = weights.value(survivalBefore: survival, atRisk: n)
    let spread = n > 1 ? weight * weight * d * (n - d) / (n - 1) : 0
    for g in atRisk.indices {
      let share = atRisk[g] / n
      self.events[g] += events[g]
      observed[g] += weight * events[g]
      expected[g] += weight * d * share
      guard share > 0 else { continue }
      for h in atRisk.indices {
        covariance[g, h] += spread * share * ((g == h ? 1 : 0) - atRisk[h] / n)
      }
    }
  }

  private mutating func add(_ other: LogRankSums) {
    for g in count.indices {
      count[g] += other.count[g]
      events[g] += other.events[g]
      observed[g] += other.observed[g]
      expected[g] += other.expected[g]
      for h in count.indices { covariance[g, h] += other.covariance[g, h] }
    }
  }
}
