import CohortTables
import Distributions
import Estimation
import LinearAlgebra
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Marginal means, contrasts and adjustments worked by hand.
@Suite("ByHand: inference")
struct InferenceByHandTests {
  /// Two by three cells with two rows each: balanced, so that means are plain averages.
  private static func balanced() throws -> Table {
    let y: [Double] = [3, 5, 6, 8, 1, 3, 7, 9, 12, 10, 4, 6]
    let a = (0..<12).map { ["x", "y"][$0 / 6] as String? }
    let b = (0..<12).map { ["p", "q", "r"][$0 / 2 % 3] as String? }
    return try Table(columns: [.numeric("y", y), .category("a", a), .category("b", b)])
  }

  @Test("balanced analysis of variance: cell and margin means", arguments: ContrastCoding.allCases)
  func balancedMeans(_ coding: ContrastCoding) throws {
    let fit = try LinearModel("y ~ a * b", options: ModelOptions(coding: coding)).fit(Self.balanced())
    // Within every cell the deviations are +-1: 12 of them on 6 degrees of freedom.
    expectAgreement(fit.residualSumOfSquares, 12, digits: 14)
    expectAgreement(try #require(fit.sigma), 2.0.squareRoot(), digits: 14)
    let cells = try fit.marginalMeans(of: ["a", "b"])
    let values = [4.0, 8, 7, 11, 2, 5]  // a fastest
    for (mean, value) in zip(cells.means, values) {
      expectAgreement(try #require(mean.estimate), value, digits: 14)
      expectAgreement(try #require(mean.standardError), 1, digits: 13)  // sqrt(2 / 2)
    }
    let margins = try fit.marginalMeans(of: "a")
    for (mean, value) in zip(margins.means, [13.0 / 3, 8]) {
      expectAgreement(try #require(mean.estimate), value, digits: 14)
      expectAgreement(try #require(mean.standardError), (2.0 / 6).squareRoot(), digits: 13)
    }
    #expect(margins.diagnostics.contains { $0.kind == .interaction && $0.terms == ["a:b"] })
    let difference = try margins.contrasts(.pairwise).contrasts[0]
    expectAgreement(try #require(difference.estimate), 13.0 / 3 - 8, digits: 14)
    expectAgreement(try #require(difference.standardError), (2.0 * 2 / 6).squareRoot(), digits: 13)
  }

  /// y = 1, 2, 4 and 3, 7, 8, 10: means 7/3 and 7, sums of squares 14/3 and 26, 5 degrees of freedom.
  private static func twoGroups() throws -> Table {
    try Table(columns: [
      .numeric("y", [1, 2, 4, 3, 7, 8, 10]),
      .category("g", ["a", "a", "a", "b", "b", "b", "b"]), .numeric("one", [1, 1, 1, 1, 1, 1, 1]),
    ])
  }

  @Test("the only pair is the two-sample t test, by Tukey and by Dunnett too")
  func twoSamples() throws {
    let means = try LinearModel("y ~ g").fit(Self.twoGroups()).marginalMeans(of: "g")
    let variance = (14.0 / 3 + 26) / 5 * (1.0 / 3 + 1.0 / 4)
    let t = (7.0 / 3 - 7) / variance.squareRoot()
    let p = StudentT(degreesOfFreedom: 5).twoSidedPValue(statistic: t)
    let critical = StudentT(degreesOfFreedom: 5).criticalValue(confidenceLevel: 0.95)
    for adjustment in MultiplicityAdjustment.allCases {
      let only = try means.contrasts(.pairwise, adjustment: adjustment).contrasts[0]
      #expect(only.name == "a - b")
      expectAgreement(try #require(only.statistic), t, digits: 14)
      expectAgreement(try #require(only.pValue), p, digits: 13)
      expectAgreement(try #require(only.adjustedPValue), p, digits: 11, "\(adjustment)")
      let upper = 7.0 / 3 - 7 + critical * variance.squareRoot()
      expectAgreement(try #require(only.adjustedUpper), upper, digits: 10, "\(adjustment)")
    }
    let versus = try means.contrasts(.reference("a")).contrasts[0]
    #expect(versus.name == "b - a")
    expectAgreement(try #require(versus.adjustedPValue), p, digits: 11, "Dunnett of two groups")
  }

  /// Four groups of two around different means; the adjustments are checked against the unadjusted p.
  private static func fourMeans() throws -> MarginalMeans {
    let y: [Double] = [1, 2, 2.5, 4.5, 6, 6.5, 9, 12]
    let g = (0..<8).map { ["a", "b", "c", "d"][$0 / 2] as String? }
    return try LinearModel("y ~ g").fit(Table(columns: [.numeric("y", y), .category("g", g)]))
      .marginalMeans(of: "g")
  }

  @Test("Holm, Hochberg, Benjamini-Hochberg, Bonferroni and Sidak from the sorted p-values")
  func adjustments() throws {
    let means = try Self.fourMeans()
    let raw = try means.contrasts(.pairwise, adjustment: MultiplicityAdjustment.none).contrasts.compactMap(
      \.pValue)
    #expect(raw.count == 6)
    let order = raw.indices.sorted { raw[$0] < raw[$1] }
    let sorted = order.map { raw[$0] }
    // With p1 <= ... <= p6.
    let stepwise = (0..<6).map { Double(6 - $0) * sorted[$0] }
    let rates = (0..<6).map { 6 / Double($0 + 1) * sorted[$0] }
    let holm = (0..<6).map { k in min(1, stepwise[...k].max() ?? 1) }
    let hochberg = (0..<6).map { k in min(1, stepwise[k...].min() ?? 1) }
    let bh = (0..<6).map { k in min(1, rates[k...].min() ?? 1) }
    let sidak = sorted.map { p in 1 - pow(1 - p, 6) }
    let expectations: [(MultiplicityAdjustment, [Double])] = [
      (.holm, holm), (.hochberg, hochberg), (.bh, bh), (.bonferroni, sorted.map { min(1, 6 * $0) }),
      (.sidak, sidak), (.none, sorted),
    ]
    for (adjustment, expected) in expectations {
      let found = try means.contrasts(.pairwise, adjustment: adjustment).contrasts
      for (rank, index) in order.enumerated() {
        expectAgreement(
          try #require(found[index].adjustedPValue), expected[rank], digits: 12, "\(adjustment)")
      }
    }
  }

  @Test("simultaneous limits: Bonferroni's and Sidak's critical values")
  func limits() throws {
    let means = try Self.fourMeans()
    let t = StudentT(degreesOfFreedom: 4)
    let (bonferroni, sidak) = (1 - 0.05 / 6, pow(0.95, 1.0 / 6))
    let levels: [(MultiplicityAdjustment, Double)] = [
      (.bonferroni, bonferroni), (.holm, bonferroni), (.hochberg, bonferroni), (.sidak, sidak), (.bh, 0.95),
      (.none, 0.95),
    ]
    for (adjustment, level) in levels {
      for contrast in try means.contrasts(.pairwise, adjustment: adjustment).contrasts {
        let half = t.criticalValue(confidenceLevel: level) * (try #require(contrast.standardError))
        let estimate = try #require(contrast.estimate)
        let upper = try #require(contrast.adjustedUpper)
        expectAgreement(upper, estimate + half, digits: 12, absolute: 1e-12)
      }
    }
  }

  @Test("adjusted p-values and limits say the same, and keep the order of strictness")
  func consistency() throws {
    let means = try Self.fourMeans()
    for (family, adjustment) in [
      (ContrastFamily.pairwise, MultiplicityAdjustment.tukey), (.reference("a"), .dunnett),
      (.reference("b"), .dunnett), (.versus("d"), .sidak), (.pairwise, .bonferroni),
    ] {
      let found = try means.contrasts(family, adjustment: adjustment).contrasts
      let bonferroni = try means.contrasts(family, adjustment: .bonferroni).contrasts
      for (a, b) in zip(found, bonferroni) {
        let (p, raw) = (try #require(a.adjustedPValue), try #require(a.pValue))
        let largest = try #require(b.adjustedPValue)
        #expect(p >= raw - 1e-12 && p <= largest + 1e-12)
        let (lower, upper) = (try #require(a.adjustedLower), try #require(a.adjustedUpper))
        let excludesZero = lower > 0 || upper < 0
        #expect(excludesZero == (p < 0.05), "\(a.name), \(adjustment)")
      }
    }
  }

  @Test("custom contrasts, and what does not fit a family")
  func families() throws {
    let means = try Self.fourMeans()
    let linear = try means.contrasts(.custom([("linear", [-3, -1, 1, 3])])).contrasts[0]
    // Means 1.5, 3.5, 6.25, 10.5.
    expectAgreement(try #require(linear.estimate), -4.5 - 3.5 + 6.25 + 31.5, digits: 14)
    #expect(throws: EstimationError.self) { try means.contrasts(.custom([("short", [1, -1])])) }
    #expect(throws: EstimationError.self) { try means.contrasts(.reference("e")) }
    let tukey = #expect(throws: EstimationError.self) {
      try means.contrasts(.reference("a"), adjustment: .tukey)
    }
    #expect(
      tukey?.message
        == "Tukey's adjustment is for all pairwise contrasts; use dunnett or holm for this family")
  }

  // MARK: - What the design does not determine

  @Test("an empty cell has no mean, and neither has an average over it; what is determined stays")
  func emptyCell() throws {
    let table = try Self.balanced()
    let fit = try LinearModel("y ~ a * b").fit(table.selecting(rows: Array(0..<10)))  // no y:r
    #expect(fit.coefficients.filter(\.isAliased).map(\.term) == ["a[y]:b[r]"])
    let cells = try fit.marginalMeans(of: ["a", "b"]).means
    #expect(cells.map { $0.estimate == nil } == [false, false, false, false, false, true])
    expectAgreement(try #require(cells[4].estimate), 2, digits: 14)
    let margins = try fit.marginalMeans(of: "a")
    #expect(margins.means.map { $0.estimate == nil } == [false, true])
    #expect(margins.means[1].standardError == nil && margins.means[1].lower == nil)
    let contrast = try margins.contrasts(.pairwise).contrasts[0]
    #expect(contrast.estimate == nil && contrast.pValue == nil && contrast.adjustedPValue == nil)
    // Only what is estimable is counted in the family.
    let pairs = try fit.marginalMeans(of: ["b"], by: ["a"]).contrasts(.pairwise, adjustment: .bonferroni)
    let estimable = pairs.contrasts.filter { $0.estimate != nil }
    #expect(pairs.contrasts.count == 6 && estimable.count == 4)
  }

  @Test("a difference may be determined though neither mean is")
  func estimableDifference() throws {
    let table = try Self.balanced().adding(.numeric("u", (0..<12).map { Double($0 * $0 % 7) }))
    let u = try table.requireColumn("u").numericValues()
    let both = try table.adding(.numeric("v", u.map { 2 * $0 + 1 }))
    let fit = try LinearModel("y ~ a + u + v").fit(both)
    #expect(fit.coefficients.last?.isAliased == true)
    let apart = try fit.marginalMeans(of: ["a"], at: ["u": [0], "v": [5]])  // v = 1 belongs to u = 0
    #expect(apart.means.allSatisfy { $0.estimate == nil })
    let alone = try LinearModel("y ~ a + u").fit(both).marginalMeans(of: "a")
    let (found, wanted) = (
      try apart.contrasts(.pairwise).contrasts[0], try alone.contrasts(.pairwise).contrasts[0]
    )
    expectAgreement(try #require(found.estimate), try #require(wanted.estimate), digits: 12)
    expectAgreement(try #require(found.standardError), try #require(wanted.standardError), digits: 12)
    let together = try fit.marginalMeans(of: ["a"], at: ["u": [0], "v": [1]])
    #expect(together.means.allSatisfy { $0.estimate != nil })
  }

  @Test("a grid needs known columns, levels and values")
  func gridErrors() throws {
    let fit = try LinearModel("y ~ a + b").fit(Self.balanced())
    func message(_ body: () throws -> MarginalMeans) -> String {
      do {
        _ = try body()
        return ""
      } catch { return "\(error)" }
    }
    #expect(message { try fit.marginalMeans(of: "c") } == "'c' is not in the formula; it has a, b")
    #expect(
      message { try fit.marginalMeans(of: "a", at: ["b": "z"]) } == "'b' has no level 'z'; it has p, q, r")
    #expect(
      message { try fit.marginalMeans(of: "a", at: ["zz": 1]) } == "'zz' is not in the formula; it has a, b")
  }
}
