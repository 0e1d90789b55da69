internal import Distributions

#if canImport(Glibc)
  import Glibc
#endif

/// A test of groups, with what was compared.
public struct GroupComparisonFit: Sendable {
  /// One of the groups.
  public struct Group: Sendable, Equatable {
    /// Its level.
    public let level: String
    /// Used rows.
    public let rows: Int
    /// People with a used row; rows where no column says who they belong to.
    public let people: Int
    /// Rows at each level of the response; nil for numbers.
    public let counts: [Int]?
    /// The mean of a response of numbers.
    public let mean: Double?
    /// Its standard deviation; nil for fewer than two values.
    public let standardDeviation: Double?
    /// Its median.
    public let median: Double?
    /// The fewest people who are in the group, or at one level of the response in it.
    public let support: Support
  }

  /// One way to test the same hypothesis.
  public struct Test: Sendable, Equatable {
    /// What it is called.
    public let name: String
    /// wald, score, exact or normal.
    public let method: String
    /// t, u or chi_squared; nil where there is no statistic.
    public let statisticKind: String?
    /// The statistic.
    public let statistic: Double?
    /// Degrees of freedom; nil for exact and rank tests.
    public let df: Double?
    /// Two-sided.
    public let pValue: Double
  }

  /// By how much the first group differs from the second.
  public struct Effect: Sendable, Equatable {
    /// difference in means, probability of superiority, difference in shares or odds ratio.
    public let measure: String
    /// The estimate; 0 and infinity are possible for an odds ratio.
    public let estimate: Double
    /// Its standard error; nil where limits come another way.
    public let standardError: Double?
    /// Lower confidence limit.
    public let lower: Double?
    /// Upper confidence limit.
    public let upper: Double?
    /// welch, newcombe, exact or wald; nil without limits.
    public let intervalMethod: String?

    /// Whether the effect is a ratio, and not a difference.
    public var isRatio: Bool { measure == "odds ratio" }

    /// A value of the effect on the scale on which 0 is no effect: of a ratio its logarithm.
    public func onLinearScale(_ value: Double?) -> Double? {
      value.map { isRatio ? logarithm($0) : $0 }
    }
  }

  /// The formula.
  public let formula: Formula
  /// The options.
  public let options: ModelOptions
  /// The test.
  public let kind: GroupTestKind
  /// The column of the groups.
  public let column: String
  /// The levels of the response, of yes or no the no first; nil for numbers.
  public let responseLevels: [String]?
  /// The groups: the first is compared with the second.
  public let groups: [Group]
  /// The tests, the usual one first.
  public let tests: [Test]
  /// The effect; nil for more than two groups or more than two levels of the response.
  public let effect: Effect?
  /// Pairs that disagree in McNemar's test: yes in the first group alone, yes in the second alone.
  public let discordantPairs: (firstOnly: Int, secondOnly: Int)?
  /// What the test rests on: the smallest group, or cell of the table of counts, that is not empty.
  public let support: Support
  /// What was read, used and left out.
  public let rows: RowAccounting
  /// What a reader must know.
  public let diagnostics: [Diagnostic]

  /// The smallest group: with the rows of all, the rows of the others tell it.
  public var leastGroup: Support { Support.fewest(of: groups.map { Support(people: $0.people) }) ?? support }

  /// What the groups are called together: `combined - therapy`.
  public var contrast: String? {
    effect.map { "\(groups[0].level) \($0.isRatio ? "/" : "-") \(groups[1].level)" }
  }

  init(_ comparison: GroupComparison, _ rows: GroupRows, _ frame: ModelFrame) throws {
    formula = comparison.formula
    options = comparison.options
    kind = comparison.test
    column = rows.column
    responseLevels = rows.response.levels
    let groups = rows.levels.indices.map { Group($0, rows) }
    self.groups = groups
    self.rows = frame.accounting
    let answer = try GroupAnswer(comparison, rows, groups)
    (tests, effect) = (answer.tests, answer.effect)
    discordantPairs = answer.discordant
    let parts =
      groups.map(\.support) + (answer.discordant.map { [$0.0, $0.1] } ?? []).map { Support(people: $0) }
    support = Support.fewest(of: parts) ?? Support(people: 0)
    var notes = frame.diagnostics + answer.diagnostics
    // Pairs are what McNemar's test expects of people with several rows.
    if comparison.test != .mcnemar { notes += Diagnostic.dependence(frame.accounting) }
    diagnostics = notes
  }

  /// One line on how the groups were compared and whether it can be trusted.
  public var verdict: String {
    let of = groups.prefix(8).map { "'\($0.level)'" }.joined(separator: effect == nil ? ", " : " with ")
    return "\(kind.sentence), \(of); two-sided; \(diagnostics.closing)."
  }
}

extension GroupTestKind {
  /// What a test does, for a verdict.
  fileprivate var sentence: String {
    switch self {
    case .welch: "Welch's t test of two means, unequal variances and Satterthwaite degrees of freedom"
    case .wilcoxon: "Wilcoxon's rank sum test (Mann and Whitney's U)"
    case .chiSquared: "Pearson's chi-squared test of independence, without continuity correction"
    case .fisher: "Fisher's exact test, conditional odds ratio with exact limits"
    case .mcnemar: "McNemar's test of paired answers, with continuity correction"
    }
  }
}

extension GroupComparisonFit.Group {
  init(_ index: Int, _ rows: GroupRows) {
    level = rows.levels[index]
    let own = rows.used.filter { rows.codes[$0] == index }
    self.rows = own.count
    people = rows.people(own)
    var parts = [Support(people: people)]
    if let levels = rows.response.levels {
      let cells = levels.indices.map { level in own.filter { Int(rows.response.values[$0]) == level } }
      counts = cells.map(\.count)
      parts += cells.map { Support(people: rows.people($0)) }
      (mean, standardDeviation, median) = (nil, nil, nil)
    } else {
      counts = nil
      let values = own.map { rows.response.values[$0] }.sorted()
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      standardDeviation = values.count > 1 ? (squares / (count - 1)).squareRoot() : nil
      median = (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    }
    support = Support.fewest(of: parts) ?? Support(people: 0)
  }
}

/// The tests of a comparison and its effect.
private struct GroupAnswer {
  var tests: [GroupComparisonFit.Test] = []
  var effect: GroupComparisonFit.Effect?
  var discordant: (firstOnly: Int, secondOnly: Int)?
  var diagnostics: [Diagnostic] = []

  init(
    _ comparison: GroupComparison, _ rows: GroupRows, _ groups: [GroupComparisonFit.Group]
  ) throws {
    let level = comparison.options.confidenceLevel
    switch comparison.test {
    case .welch: try welch(rows, level)
    case .wilcoxon: try wilcoxon(rows)
    case .chiSquared: try chiSquared(rows, groups, level)
    case .fisher: try fisher(rows, level)
    case .mcnemar: try mcNemar(rows, level)
    }
  }

  private mutating func add(
    _ name: String, _ method: String, _ kind: String?, _ statistic: Double?, df: Double? = nil,
    _ pValue: Double
  ) {
    tests.append(
      GroupComparisonFit.Test(
        name: name, method: method, statisticKind: kind, statistic: statistic, df: df, pValue: pValue))
  }

  private mutating func welch(_ rows: GroupRows, _ level: Double) throws {
    let test = try WelchTest(rows.values(of: 0), rows.values(of: 1), confidenceLevel: level)
    add("welch", "wald", "t", test.statistic, df: test.degreesOfFreedom, test.pValue)
    effect = GroupComparisonFit.Effect(
      measure: "difference in means", estimate: test.difference, standardError: test.standardError,
      lower: test.lower, upper: test.upper, intervalMethod: "welch")
  }

  private mutating func wilcoxon(_ rows: GroupRows) throws {
    let (first, second) = (rows.values(of: 0), rows.values(of: 1))
    let test = try WilcoxonTest(first, second)
    add("wilcoxon", test.isExact ? "exact" : "normal", "u", test.statistic, test.pValue)
    effect = GroupComparisonFit.Effect(
      measure: "probability of superiority",
      estimate: test.statistic / (Double(first.count) * Double(second.count)), standardError: nil, lower: nil,
      upper: nil, intervalMethod: nil)
    diagnostics.append(
      Diagnostic(
        .assumption, .note,
        "the estimate is the share of pairs in which the first group's value is larger, ties a half; it has no limits here"
      ))
  }

  private mutating func chiSquared(
    _ rows: GroupRows, _ groups: [GroupComparisonFit.Group], _ level: Double
  ) throws {
    let counts = rows.counts
    let test = try ChiSquaredTest(counts)
    add("chi-squared", "score", "chi_squared", test.statistic, df: test.degreesOfFreedom, test.pValue)
    if test.smallestExpected < 5 {
      diagnostics.append(
        Diagnostic(
          .smallSample, .caution,
          "a count of less than 5 is expected in a cell: the approximation is doubtful; for two groups --test fisher is exact"
        ))
    }
    guard groups.count == 2, rows.response.isBinary else { return }
    let corrected = try ChiSquaredTest(counts, corrected: true)
    add(
      "chi-squared with Yates's correction", "score", "chi_squared", corrected.statistic,
      df: corrected.degreesOfFreedom, corrected.pValue)
    effect = .differenceInShares(counts[0], counts[1], level)
  }

  private mutating func fisher(_ rows: GroupRows, _ level: Double) throws {
    let counts = rows.counts.map { $0.map { Int($0) } }
    let test = try FisherTest(
      counts[0][1], counts[0][0], counts[1][1], counts[1][0], confidenceLevel: level)
    add("fisher", "exact", nil, nil, test.pValue)
    effect = GroupComparisonFit.Effect(
      measure: "odds ratio", estimate: test.oddsRatio, standardError: nil, lower: test.lower,
      upper: test.upper, intervalMethod: "exact")
  }

  /// The difference of the shares of yes has the variance `(b + c - (b - c)^2 / n) / n^2` of b and c discordant pairs.
  private mutating func mcNemar(_ rows: GroupRows, _ level: Double) throws {
    let answers = rows.pairs.map {
      (rows.response.values[$0.first] == 1, rows.response.values[$0.second] == 1)
    }
    let first = answers.count { $0.0 && !$0.1 }
    let second = answers.count { !$0.0 && $0.1 }
    let test = try McNemarTest(firstOnly: first, secondOnly: second)
    let plain = try McNemarTest(firstOnly: first, secondOnly: second, corrected: false)
    add("mcnemar", "score", "chi_squared", test.statistic, df: 1, test.pValue)
    add("mcnemar without correction", "score", "chi_squared", plain.statistic, df: 1, plain.pValue)
    add("mcnemar exact", "exact", nil, nil, test.exactPValue)
    discordant = (first, second)
    let (b, c, n) = (Double(first), Double(second), Double(answers.count))
    let error = (b + c - (b - c) * (b - c) / n).squareRoot() / n
    let margin = NormalDistribution.standard.criticalValue(confidenceLevel: level) * error
    effect = GroupComparisonFit.Effect(
      measure: "difference in shares", estimate: (b - c) / n, standardError: error,
      lower: (b - c) / n - margin,
      upper: (b - c) / n + margin, intervalMethod: "wald")
  }
}

extension GroupComparisonFit.Effect {
  /// The difference of two independent shares with limits from Wilson's limits of each.
  ///
  /// ## References
  /// Newcombe (1998), Statistics in Medicine 17:873-890, method 10.
  static func differenceInShares(_ first: [Double], _ second: [Double], _ level: Double) -> Self {
    let z = NormalDistribution.standard.criticalValue(confidenceLevel: level)
    func share(_ counts: [Double]) -> (p: Double, low: Double, high: Double) {
      let n = counts[0] + counts[1]
      let p = counts[1] / n
      let half = z * (z * z / (4 * n) + p * (1 - p)).squareRoot() / n.squareRoot()
      let centre = p + z * z / (2 * n)
      return (p, (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n))
    }
    let (a, b) = (share(first), share(second))
    func length(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
    return Self(
      measure: "difference in shares", estimate: a.p - b.p, standardError: nil,
      lower: a.p - b.p - length(a.p - a.low, b.high - b.p),
      upper: a.p - b.p + length(a.high - a.p, b.p - b.low), intervalMethod: "newcombe")
  }
}
