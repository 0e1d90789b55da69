import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

/// Cluster-robust errors of mixed models: against clubSandwich, by hand, and what they are equal to.
@Suite("Mixed: cluster-robust errors") struct MixedRobustTests {
  private static let fixture = Result { try Fixture("Tests/EstimationTests/Fixtures/mixed_robust.json") }

  private static let cases = [
    "sleep_slope", "sleep_weighted", "btheb_ml", "dietox", "dietox_litter", "dietox_nested",
    "machines_nested",
  ]

  @Test("clubSandwich's covariances, degrees of freedom and joint tests", arguments: cases)
  func reference(_ name: String) throws {
    let one = try Self.fixture.get()["cases"][name]
    let expected = one["values"]
    let isWeighted = expected["weighted"].flag == true
    let table = try MixedReferenceTests.table(try #require(one["dataset"].text), weighted: isWeighted)
    // nlme's optimum is good to some 7 digits.
    let least = isWeighted ? 5.5 : 6.5
    var digits = DigitsReached()
    for kind in [RobustCovariance.cr0, .cr1, .cr2, .cr3] {
      let fit = try LinearMixedModel(
        try #require(expected["formula"].text), method: expected["reml"].flag == true ? .reml : .ml,
        robust: kind,
        options: ModelOptions(
          weights: isWeighted ? Weights(column: "w", kind: .precision) : nil,
          cluster: expected["named"].flag == true ? expected["cluster"].text : nil)
      ).fit(table)
      let own = expected[kind.rawValue]
      #expect(fit.robust == kind && fit.rows.clusters?.column == expected["cluster"].text)
      for (k, coefficient) in fit.coefficients.enumerated() {
        digits.expect(coefficient.estimate, expected["estimate"][k], digits: least, "estimate")
        digits.expect(coefficient.standardError, own["std_error"][k], digits: least, "\(kind) error")
        digits.expect(coefficient.degreesOfFreedom, own["df"][k], digits: least, "\(kind) df")
      }
      for (i, row) in own["vcov"].list.enumerated() {
        for (j, value) in row.list.enumerated() where i >= j {
          let size = (fit.covariance[i, i] * fit.covariance[j, j]).squareRoot()
          #expect(abs(fit.covariance[i, j] - value.number()) < 3e-6 * size, "\(kind) covariance \(i) \(j)")
        }
      }
      let p = fit.coefficients.count
      guard p > 2 else { continue }
      let test = fit.jointTest(
        of: (1..<p).map { k in (0..<p).map { $0 == k ? 1.0 : 0 } }, name: "all but the constant")
      #expect(test.df == Double(p - 1))
      digits.expect(test.statistic, own["f"], digits: least, "\(kind) F")
      digits.expect(test.dfDenominator, own["f_df"], digits: least, "\(kind) F df")
    }
    digits.printRow(name)
  }

  /// Three people with two visits: the people's means are 2, 5 and 11 about their mean 6.
  ///
  /// Their deviations' squares sum to 42. Balanced, the estimate is the mean of means whatever the variances, and
  /// V_CR is 42 over `m^2` (CR0), `m (m - 1)` (CR1, CR2) and `(m - 1)^2` (CR3), with m - 1 df.
  @Test("the mean of balanced people", arguments: ClusterRobustByHandTests.meanCases)
  func mean(_ kind: RobustCovariance, _ divisor: Double) throws {
    let table = try Table(columns: [
      .numeric("y", [1, 3, 4, 6, 10, 12]), .category("id", ["a", "a", "b", "b", "c", "c"]),
    ])
    let fit = try LinearMixedModel("y ~ 1 + (1 | id)", robust: kind).fit(table)
    let mean = fit.coefficients[0]
    expectAgreement(try #require(mean.estimate), 6, digits: 12)
    expectAgreement(try #require(mean.standardError), (42 / divisor).squareRoot(), digits: 10)
    expectAgreement(try #require(mean.degreesOfFreedom), 2, digits: 10)
    let clusters = try #require(fit.rows.clusters)
    #expect(clusters.column == "id" && clusters.count == 3 && clusters.smallest == 2 && clusters.largest == 2)
    #expect(fit.diagnostics.contains { $0.kind == .fewClusters })
    #expect(fit.modelCovariance[0, 0] > 0 && mean.modelStandardError != nil)
  }

  @Test("a random effect without variance leaves the linear model's errors")
  func zeroVariance() throws {
    // Every person has the same values, so that people do not differ.
    let noise = [0.3, -1.1, 0.7, 0.2]
    let rows = (0..<32).map { (person: $0 / 4, visit: $0 % 4) }
    let table = try Table(columns: [
      .category("id", rows.map { "p\($0.person)" }), .numeric("visit", rows.map { Double($0.visit) }),
      .category("arm", rows.map { ($0.person + $0.visit) % 3 == 0 ? "a" : "b" }),
      .numeric("y", rows.map { noise[$0.visit] + Double(($0.person * 7 + $0.visit * 3) % 4) / 4 }),
    ])
    for kind in [RobustCovariance.cr0, .cr1, .cr2, .cr3] {
      let options = ModelOptions(cluster: "id")
      let mixed = try LinearMixedModel("y ~ visit + arm + (1 | id)", robust: kind, options: options).fit(
        table)
      guard mixed.boundaryTerms == ["(1 | id)"] else {
        Issue.record("the variance is not 0")
        return
      }
      let linear = try LinearModel("y ~ visit + arm", options: options, robust: kind).fit(table)
      for (own, other) in zip(mixed.coefficients, linear.coefficients) {
        expectAgreement(
          try #require(own.standardError), try #require(other.standardError), digits: 9, "\(kind) error")
        expectAgreement(
          try #require(own.degreesOfFreedom), try #require(other.degreesOfFreedom), digits: 8, "\(kind) df")
      }
    }
  }

  @Test("clusters named or not, threads and days since 1970 change nothing")
  func invariance() throws {
    let table = try MixedReferenceTests.table("sleepstudy", weighted: false)
    let days = try table.requireColumn("days").numericValues()
    let reaction = try table.requireColumn("reaction").numericValues()
    let subject = try table.requireColumn("subject").asCategories()
    let people: [String?] = subject.codes.array().map { subject.levels[Int($0)] }
    let shifted = try Table(columns: [
      .numeric("days", days.map { $0 + 20_000 }), .numeric("reaction", reaction),
      .category("subject", people),
    ])
    let text = "reaction ~ days + (days | subject)"
    let fit = try LinearMixedModel(text, robust: .cr2).fit(shifted)
    let named = try LinearMixedModel(text, options: ModelOptions(cluster: "subject")).fit(shifted)
    #expect(named.robust == .cr2 && named.covariance == fit.covariance)
    let threaded = try LinearMixedModel(text, robust: .cr2).fit(
      shifted, executor: ThreadedExecutor(threads: 3))
    #expect(threaded.covariance == fit.covariance && threaded.coefficients == fit.coefficients)
    let near = try LinearMixedModel(text, robust: .cr2).fit(table)
    expectAgreement(
      try #require(fit.coefficients[1].standardError), try #require(near.coefficients[1].standardError),
      digits: 8)
    expectAgreement(
      try #require(fit.coefficients[1].degreesOfFreedom), try #require(near.coefficients[1].degreesOfFreedom),
      digits: 7)
    #expect(fit.verdict.contains("CR2"), "\(fit.verdict)")
  }

  @Test("what cannot be asked is refused")
  func refusals() throws {
    let penicillin = try MixedReferenceTests.table("penicillin", weighted: false)
    #expect(throws: EstimationError.self) {
      try LinearMixedModel("diameter ~ 1 + (1 | plate) + (1 | sample)", robust: .cr2).fit(penicillin)
    }
    let dietox = try MixedReferenceTests.table("dietox", weighted: false)
    #expect(throws: EstimationError.self) {
      try LinearMixedModel("weight ~ time + (1 | litter)", options: ModelOptions(cluster: "pig")).fit(dietox)
    }
    #expect(throws: EstimationError.self) { try LinearMixedModel("weight ~ (1 | pig)", robust: .hc3) }
    #expect(throws: EstimationError.self) {
      try LinearMixedModel("weight ~ (1 | pig)", degreesOfFreedom: .kenwardRoger, robust: .cr2)
    }
  }
}
