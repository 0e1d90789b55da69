import CohortTables
import Estimation
import TestSupport
import Testing

/// Balanced clusters, where the small-sample estimators and their degrees of freedom have closed forms.
@Suite("ByHand: cluster-robust errors")
struct ClusterRobustByHandTests {
  private static func fit(
    _ formula: String, y: [Double], cluster: [String?], arm: [String?]? = nil, _ kind: RobustCovariance
  ) throws -> LinearFit {
    var columns = [Column.numeric("y", y), Column.category("id", cluster)]
    if let arm { columns.append(.category("arm", arm)) }
    return try LinearModel(formula, options: ModelOptions(cluster: "id"), robust: kind).fit(
      Table(columns: columns, name: "by hand"))
  }

  /// Three clusters of two rows: the cluster means are 2, 5 and 11 about the mean 6, so their
  /// deviations' squares sum to 16 + 1 + 25 = 42.
  ///
  /// With m clusters of one size V is that sum over `m^2` (CR0), `m (m - 1)` (CR1, CR2) and `(m - 1)^2` (CR3),
  /// with m - 1 degrees of freedom.
  static let meanCases: [(RobustCovariance, Double)] = [(.cr0, 9), (.cr1, 6), (.cr2, 6), (.cr3, 4)]

  @Test("the mean of balanced clusters", arguments: meanCases)
  func mean(_ kind: RobustCovariance, _ divisor: Double) throws {
    let fit = try Self.fit("y ~ 1", y: [1, 3, 4, 6, 10, 12], cluster: ["a", "a", "b", "b", "c", "c"], kind)
    let variance = 42 / divisor
    let mean = fit.coefficients[0]
    expectAgreement(try #require(mean.estimate), 6, digits: 14)
    expectAgreement(try #require(mean.standardError), variance.squareRoot(), digits: 13)
    expectAgreement(try #require(mean.degreesOfFreedom), 2, digits: 13)
    let clusters = try #require(fit.rows.clusters)
    #expect(clusters.column == "id" && clusters.count == 3 && clusters.smallest == 2 && clusters.largest == 2)
    #expect(fit.diagnostics.contains { $0.kind == .fewClusters && $0.severity == .caution })
  }

  /// Arms of whole clusters with one row each: CR2 is Welch's variance `s_1^2 / 2 + s_2^2 / 3`, and the
  /// degrees of freedom under equal variances `(1/2 + 1/3)^2 / (1 / (4 x 1) + 1 / (9 x 2))`.
  ///
  /// Arm p has 1 and 5 (variance 8), arm q 2, 4 and 9 (variance 13).
  @Test("the difference of two arms")
  func difference() throws {
    let fit = try Self.fit(
      "y ~ arm", y: [1, 5, 2, 4, 9], cluster: ["a", "b", "c", "d", "e"], arm: ["p", "p", "q", "q", "q"], .cr2)
    let difference = fit.coefficients[1]
    expectAgreement(try #require(difference.estimate), 2, digits: 13)
    expectAgreement(try #require(difference.standardError), (8.0 / 2 + 13.0 / 3).squareRoot(), digits: 13)
    let df = (5.0 / 6) * (5.0 / 6) / (1.0 / 4 + 1.0 / 18)
    expectAgreement(try #require(difference.degreesOfFreedom), df, digits: 12)
    // The same function of the coefficients, by way of marginal means.
    let contrast = try fit.marginalMeans(of: "arm").contrasts(
      .pairwise, adjustment: MultiplicityAdjustment.none)
    expectAgreement(try #require(contrast.contrasts[0].degreesOfFreedom), df, digits: 12)
    let mean = try fit.marginalMeans(of: "arm").means[1]
    expectAgreement(try #require(mean.degreesOfFreedom), 2, digits: 12)
  }

  @Test("what cannot be asked is refused")
  func refusals() throws {
    let table = try Table(
      columns: [.numeric("y", [1, 2, 4]), .numeric("x", [1, 2, 2]), .category("id", ["a", "a", "a"])],
      name: "one")
    #expect(throws: EstimationError.self) {
      try LinearModel("y ~ x", options: ModelOptions(cluster: "id")).fit(table)
    }
    #expect(throws: EstimationError.self) { try LinearModel("y ~ x", robust: .cr2).fit(table) }
    #expect(throws: EstimationError.self) {
      try LinearModel("y ~ x", options: ModelOptions(cluster: "id"), robust: .hc3).fit(table)
    }
  }
}

/// What cluster-robust errors keep whatever the data.
@Suite("Laws: cluster-robust errors")
struct ClusterRobustLawTests {
  static let kinds = RobustCovariance.allCases.filter(\.isClustered)
  static let formula = "y ~ x * arm + z"

  /// A cohort of unequal clusters in no order; `person` differs from row to row.
  static func cohort(rows: Int = 300, clusters: Int = 23) throws -> Table {
    let table = try Simulated.cohort(rows: rows, seed: 5)
    return try table.adding(
      .category(
        "id", (0..<rows).map { "c\(clusters > 1000 ? $0 * 7919 % clusters : ($0 * $0 + 7 * $0) % clusters)" })
    )
    .adding(.category("person", (0..<rows).map { "p\($0)" }))
  }

  private static func fit(
    _ table: Table, _ kind: RobustCovariance?, _ formula: String = formula, cluster: String = "id",
    weights: Weights? = nil, executor: some FoldExecutor = SerialExecutor()
  ) throws -> LinearFit {
    try LinearModel(formula, options: ModelOptions(weights: weights, cluster: cluster), robust: kind)
      .fit(table, executor: executor)
  }

  private static func expectSame(
    _ a: LinearFit, _ b: LinearFit, digits: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (left, right) in zip(a.coefficients, b.coefficients) {
      #expect(left.isAliased == right.isAliased)
      guard !left.isAliased else { continue }
      for (x, y) in [
        (left.standardError, right.standardError), (left.degreesOfFreedom, right.degreesOfFreedom),
        (left.pValue, right.pValue),
      ] {
        expectAgreement(
          try #require(x), try #require(y), digits: digits, absolute: 1e-13, left.term,
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test("any number of threads gives the same bits", arguments: kinds)
  func threads(_ kind: RobustCovariance) throws {
    let table = try Self.cohort(rows: 20_000, clusters: 700)
    for weights in [nil, Weights(column: "w", kind: WeightKind.precision)] {
      let one = try Self.fit(table, kind, weights: weights)
      for threads in [2, 3] {
        let many = try Self.fit(table, kind, weights: weights, executor: ThreadedExecutor(threads: threads))
        #expect(one.covariance == many.covariance)
        #expect(one.coefficients == many.coefficients)
      }
    }
  }

  @Test("clusters of one row: CR0, CR2 and CR3 are HC0, HC2 and HC3")
  func singletons() throws {
    let table = try Self.cohort()
    for (clustered, plain) in [(RobustCovariance.cr0, RobustCovariance.hc0), (.cr2, .hc2), (.cr3, .hc3)] {
      let a = try Self.fit(table, clustered, cluster: "person")
      let b = try LinearModel(Self.formula, robust: plain).fit(table)
      for (left, right) in zip(a.coefficients, b.coefficients) {
        expectAgreement(
          try #require(left.standardError), try #require(right.standardError), digits: 10, "\(plain)")
      }
    }
  }

  @Test("precision weights of 1 are no weights", arguments: kinds)
  func unitWeights(_ kind: RobustCovariance) throws {
    let table = try Self.cohort().adding(.numeric("one", [Double](repeating: 1, count: 300)))
    let weighted = try Self.fit(table, kind, weights: Weights(column: "one", kind: .precision))
    try Self.expectSame(weighted, try Self.fit(table, kind), digits: 9)
  }

  @Test("a frequency weight is so many rows of the same cluster", arguments: kinds)
  func copies(_ kind: RobustCovariance) throws {
    let table = try Self.cohort()
    let counts = try table.requireColumn("w").numericValues()
    let copied = table.selecting(
      rows: counts.indices.flatMap { [Int](repeating: $0, count: Int(counts[$0])) })
    let weighted = try Self.fit(table, kind, weights: Weights(column: "w", kind: .frequency))
    try Self.expectSame(weighted, try Self.fit(copied, kind), digits: 9)
  }

  @Test("the order of rows and the units of columns do not matter", arguments: kinds)
  func orderAndUnits(_ kind: RobustCovariance) throws {
    let table = try Self.cohort()
    let fit = try Self.fit(table, kind)
    try Self.expectSame(fit, try Self.fit(table.selecting(rows: (0..<300).reversed()), kind), digits: 9)
    let x = try table.requireColumn("x").numericValues()
    let scaled = try table.adding(.numeric("v", x.map { 1000 * $0 - 7 }))
    let other = try Self.fit(scaled, kind, "y ~ v * arm + z")
    let (slope, same) = (fit.coefficients[1], other.coefficients[1])
    expectAgreement(try #require(same.standardError) * 1000, try #require(slope.standardError), digits: 9)
    expectAgreement(try #require(same.degreesOfFreedom), try #require(slope.degreesOfFreedom), digits: 9)
  }

  @Test("an aliased column changes nothing", arguments: kinds)
  func aliased(_ kind: RobustCovariance) throws {
    let table = try Self.cohort()
    let weights = Weights(column: "w", kind: WeightKind.sampling)
    let plain = try Self.fit(table, kind, "y ~ x + z + arm", weights: weights)
    let more = try Self.fit(table, kind, "y ~ x + z + I(2 * x - z) + arm", weights: weights)
    #expect(more.coefficients.count(where: \.isAliased) == 1)
    for coefficient in plain.coefficients {
      let same = try #require(more.coefficients.first { $0.term == coefficient.term })
      expectAgreement(try #require(same.standardError), try #require(coefficient.standardError), digits: 9)
      expectAgreement(
        try #require(same.degreesOfFreedom), try #require(coefficient.degreesOfFreedom), digits: 9)
    }
  }

  @Test("a file read in blocks gives what the table gives", arguments: kinds)
  func blocks(_ kind: RobustCovariance) throws {
    let path = ProjectFiles.path("Data/btheb/visits.csv")
    let model = try LinearModel(
      "bdi ~ pw(month, 3) + bdi_pre", options: ModelOptions(cluster: "modality"), robust: kind)
    let held = try model.fit(try Table(csv: path))
    let passed = try model.fit(try TableBlocks(csv: [path]))
    #expect(held.rows.clusters == passed.rows.clusters)
    try Self.expectSame(held, passed, digits: 10)
  }

  /// Under the working model CR2 is unbiased, so the sum of its quadratic form's expectations is the
  /// model's variance; with 20,000 clusters the degrees of freedom stay finite and below their number.
  @Test("20,000 clusters take seconds")
  func manyClusters() throws {
    let table = try Self.cohort(rows: 60_000, clusters: 19_997)
    let start = ContinuousClock.now
    let fit = try Self.fit(table, nil)
    print(
      "CR2, \(fit.rows.clusters?.count ?? 0) clusters, 60,000 rows, 7 columns: \(ContinuousClock.now - start)"
    )
    #expect(fit.robust == .cr2)
    for coefficient in fit.coefficients {
      let df = try #require(coefficient.degreesOfFreedom)
      #expect(df > 100 && df < 20_000)
    }
  }
}
