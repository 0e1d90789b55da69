public import CohortTables
internal import Distributions
internal import LinearAlgebra

/// Gray's test that groups have the same cumulative incidence of a cause.
///
/// It compares subdistribution hazards. With n_g at risk in group g, S_g its survival free of all causes and F_g its
/// incidence of the cause, `R_g(t) = n_g(t) (1 - F_g(t-)) / S_g(t-)` stands for those at risk had nobody been lost to
/// other causes; the score of group g is
/// ```
/// z_g = sum over times of the cause of w(t) (d_g - d R_g / sum R),     w(t) = (1 - F(t-))^rho
/// ```
/// with F the incidence of all groups under the hypothesis. Its covariance follows from the influence on z of each
/// group's events of the cause and of other causes (Gray 1988, sec. 3, with `(n - d) / (n - 1)` for ties), as in
/// `cmprsk::cuminc`. With `strata( )` scores and covariances are summed over strata.
///
/// - Complexity: O(rows + times x groups^3).
///
/// ## References
/// Gray (1988), Ann. Statist. 16:1141-1154.
public struct GrayTest: Sendable {
  /// The cause.
  public let cause: String
  /// The groups compared.
  public let groups: [[GridCoordinate]]
  /// The scores of all groups but the last.
  public let scores: [Double]
  /// The covariance of the scores.
  public let covariance: [[Double]]
  /// The chi-squared statistic; nil when the scores have no covariance.
  public let statistic: Double?
  /// Degrees of freedom.
  public let df: Double
  /// The upper tail probability.
  public let pValue: Double?
  /// Events of the cause in the smallest group.
  public let fewestEvents: Int

  /// Tests each cause of a formula `Surv(time, status) ~ groups [+ strata(x)]`, the status with several levels.
  ///
  /// - Parameters:
  ///   - formula: The formula.
  ///   - table: The data.
  ///   - rho: The power of `1 - F` that weights the times; 0 for all alike.
  ///   - options: Options shared by all models; frequency weights are taken.
  ///   - executor: Runs the checks of rows.
  /// - Returns: One test a cause.
  /// - Throws: `FormulaError`, `TableError`, `EstimationError`, also for `Surv(start, stop, status)`.
  public static func tests(
    _ formula: String, _ table: Table, rho: Double = 0, options: ModelOptions = ModelOptions(),
    executor: some FoldExecutor = SerialExecutor()
  ) throws -> [GrayTest] {
    let formula = try Formula(formula)
    let history = try EventHistory(
      tested: formula, table, options: options,
      severalCauses: try AalenJohansen.isNeeded(for: formula, in: table), executor: executor)
    guard history.entry == nil else {
      throw EstimationError(.unsupported, "Gray's test is for Surv(time, status): nobody may enter late")
    }
    return try executor.gather(history.causes.count) { cause in
      try GrayTest(history, cause: cause, rho: rho)
    }
  }

  private init(_ history: EventHistory, cause: Int, rho: Double) throws {
    self.cause = history.causes[cause]
    groups = history.groups
    let count = groups.count
    // Blocks are groups within strata.
    let strata = max(history.stratumCount, 1)
    let block = history.group.indices.map { row in
      (history.stratum.isEmpty ? 0 : history.stratum[row]) * Int32(count) + history.group[row]
    }
    let records = SurvivalRecords(
      entry: nil, exit: history.exit, cause: history.cause, weights: history.weights, block: block,
      blockCount: strata * count)
    var scores = [Double](repeating: 0, count: count - 1)
    var covariance = Matrix(rowCount: count - 1, columnCount: count - 1)
    for stratum in 0..<strata {
      var sums = GraySums(
        records, stratum: stratum, groupCount: count, causes: history.causes.count, cause, rho)
      sums.run()
      for g in 0..<count - 1 {
        scores[g] += sums.scores[g]
        for h in 0..<count - 1 { covariance[g, h] += sums.covariance(g, h) }
      }
    }
    var events = [Int](repeating: 0, count: count)
    for row in history.cause.indices where history.cause[row] == Int32(cause + 1) {
      events[Int(history.group[row])] += 1
    }
    fewestEvents = events.min() ?? 0
    self.scores = scores
    self.covariance = (0..<count - 1).map { covariance.row($0) }
    let able = try OrderedCholesky(covariance, tolerance: 1e-10).kept
    df = Double(able.count)
    guard !able.isEmpty else {
      (statistic, pValue) = (nil, nil)
      return
    }
    let part = covariance.selecting(rows: able, columns: able)
    let difference = able.map { scores[$0] }
    let solved = try CholeskyFactor(part).solve(difference)
    let value = zip(difference, solved).reduce(0) { $0 + $1.0 * $1.1 }
    statistic = value
    pValue = ChiSquared(degreesOfFreedom: df).upperTail(value)
  }
}

/// Scores of one stratum and what their covariance is made of.
private struct GraySums {
  /// What is known of a group just before a time.
  private struct Group {
    let table: LifeTable
    /// How many are at risk.
    var atRisk: Double
    /// The next time of its table.
    var next = 0
    var survival = 1.0
    var incidence = 0.0
    /// Events of the cause now.
    var own = 0.0
    /// Events of other causes now.
    var others = 0.0
    /// Sums of the squared influence of the group's events on the null incidence's part.
    var square = 0.0
    var cross: [Double]
    var products: Matrix

    init(_ table: LifeTable, groupCount: Int) {
      self.table = table
      atRisk = table.atRisk.first ?? 0
      cross = [Double](repeating: 0, count: groupCount)
      products = Matrix(rowCount: groupCount, columnCount: groupCount)
    }
  }

  private var groups: [Group]
  private let times: [Int32]
  private let cause: Int
  private let rho: Double
  /// How the score of g moves with the incidence of k.
  private var slope: Matrix
  private(set) var scores: [Double]

  init(_ records: SurvivalRecords, stratum: Int, groupCount: Int, causes: Int, _ cause: Int, _ rho: Double) {
    self.cause = cause
    self.rho = rho
    groups = (0..<groupCount).map { g in
      let table = LifeTable(records, block: stratum * groupCount + g, causeCount: causes)
      return Group(table, groupCount: groupCount)
    }
    times = Array(Set(groups.flatMap(\.table.time))).sorted()
    slope = Matrix(rowCount: groupCount, columnCount: groupCount)
    scores = [Double](repeating: 0, count: groupCount)
  }

  mutating func run() {
    var incidence = 0.0
    for time in times {
      take(time)
      let own = groups.reduce(0) { $0 + $1.own }
      let others = groups.reduce(0) { $0 + $1.others }
      if own + others > 0 { incidence = step(own, others, incidence) }
      leave(time)
    }
  }

  /// The covariance of two scores.
  func covariance(_ g: Int, _ h: Int) -> Double {
    groups.indices.reduce(0) { sum, k in
      let (a, b) = (slope[g, k], slope[h, k])
      return sum + groups[k].products[g, h] + a * b * groups[k].square + a * groups[k].cross[h]
        + b * groups[k].cross[g]
    }
  }

  /// Reads what happens in each group at a time.
  private mutating func take(_ time: Int32) {
    for g in groups.indices {
      let (k, table) = (groups[g].next, groups[g].table)
      (groups[g].own, groups[g].others) = (0, 0)
      guard k < table.count, table.time[k] == time else { continue }
      groups[g].own = table.events(k, cause: cause)
      groups[g].others = table.events(k) - groups[g].own
    }
  }

  /// Lets those go who leave at a time.
  private mutating func leave(_ time: Int32) {
    for g in groups.indices where groups[g].next < groups[g].table.count {
      guard groups[g].table.time[groups[g].next] == time else { continue }
      groups[g].next += 1
      groups[g].atRisk = groups[g].next < groups[g].table.count ? groups[g].table.atRisk[groups[g].next] : 0
    }
  }

  /// Adds the events of a time; returns the null incidence after it.
  private mutating func step(_ own: Double, _ others: Double, _ before: Double) -> Double {
    let present = groups.indices.filter { groups[$0].atRisk > 0 }
    // Those at risk were nobody lost, and the part of them free of the cause.
    let whole = groups.map { $0.atRisk > 0 ? $0.atRisk / $0.survival : 0 }
    let total = whole.reduce(0, +)
    let free = present.reduce(0) { $0 + whole[$1] * (1 - groups[$1].incidence) }
    let weight = rho == 0 ? 1 : exponential(rho * logarithm(1 - before))
    let after = before + own / total
    var change = Matrix(rowCount: groups.count, columnCount: groups.count)
    for g in present {
      scores[g] += weight * (groups[g].own - own * whole[g] * (1 - groups[g].incidence) / free)
      for k in present {
        change[g, k] = weight * whole[g] * ((g == k ? 1 : 0) - whole[k] / total)
        slope[g, k] += change[g, k] * own / (total * (1 - before))
      }
    }
    var survivalAfter = groups.map(\.survival)
    for g in present {
      let group = groups[g]
      let died = group.own + group.others
      survivalAfter[g] = died == group.atRisk ? 0 : group.survival * (group.atRisk - died) / group.atRisk
    }
    for k in present {
      let rest = survivalAfter[k] > 0 ? (1 - after) / survivalAfter[k] : 0
      let survival = groups[k].survival
      if own > 0 {
        let ties = own > 1 ? 1 - (own - 1) / (total * survival - 1) : 1
        let spread = ties * survival * own / (total * groups[k].atRisk)
        let factor = survivalAfter[k] > 0 ? 1 - rest : 1
        add(k, spread, factor, groups.indices.map { change[$0, k] - factor * slope[$0, k] })
      }
      if groups[k].others > 0, survivalAfter[k] > 0 {
        let ties = groups[k].others > 1 ? 1 - (groups[k].others - 1) / (groups[k].atRisk - 1) : 1
        let share = survival / groups[k].atRisk
        add(k, ties * share * share * groups[k].others, -rest, groups.indices.map { rest * slope[$0, k] })
      }
    }
    for g in present {
      groups[g].incidence += groups[g].survival * groups[g].own / groups[g].atRisk
      groups[g].survival = survivalAfter[g]
    }
    return after
  }

  /// Adds the variance of group k's events at a time: `values` are their influence on each score now, `factor` that on
  /// the later ones through the group's incidence.
  private mutating func add(_ k: Int, _ spread: Double, _ factor: Double, _ values: [Double]) {
    groups[k].square += spread * factor * factor
    for g in groups.indices {
      groups[k].cross[g] += spread * factor * values[g]
      for h in groups.indices { groups[k].products[g, h] += spread * values[g] * values[h] }
    }
  }
}
