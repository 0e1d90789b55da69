import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Closed forms of tables with two rows and two columns, of ratios and of margins.
@Suite("By hand: inference over any fit")
struct SeamByHandTests {
  /// 12 of 20 respond in the new arm, 6 of 24 in the old.
  static func trial() throws -> Table {
    let response = (0..<20).map { $0 < 12 ? 1.0 : 0 } + (0..<24).map { $0 < 6 ? 1.0 : 0 }
    return try Table(columns: [
      .numeric("response", response),
      .category("arm", [String?](repeating: "new", count: 20) + [String?](repeating: "old", count: 24)),
    ])
  }

  @Test("risks of a 2 x 2 table: difference, ratio, odds ratio, number needed")
  func table() throws {
    let table = try Self.trial()
    let fit = try GeneralizedLinearModel(
      "response ~ arm", family: .binomial, options: ModelOptions(references: ["arm": "old"])
    ).fit(table)
    let found = try fit.averageEffects(of: "arm", in: table)
    let (a, b) = (0.6, 0.25)
    let (va, vb) = (a * (1 - a) / 20, b * (1 - b) / 24)
    expectAgreement(found.levels[0].estimate, b, digits: 10)
    expectAgreement(found.levels[1].estimate, a, digits: 10)
    expectAgreement(try #require(found.levels[1].standardError), va.squareRoot(), digits: 9)
    let effects = Dictionary(uniqueKeysWithValues: found.effects.map { ($0.measure, $0) })
    let difference = try #require(effects[.difference])
    #expect(difference.name == "new - old" && difference.label == "risk difference")
    expectAgreement(difference.estimate, 0.35, digits: 10)
    expectAgreement(try #require(difference.standardError), (va + vb).squareRoot(), digits: 9)
    let ratio = try #require(effects[.ratio])
    expectAgreement(ratio.estimate, 2.4, digits: 10)
    let logError = (8.0 / (12 * 20) + 18.0 / (6 * 24)).squareRoot()
    expectAgreement(try #require(ratio.lower), 2.4 * exp(-1.959963984540054 * logError), digits: 9)
    let odds = try #require(effects[.oddsRatio])
    expectAgreement(odds.estimate, 12.0 * 18 / (8 * 6), digits: 9)
    let woolf = (1 / 12.0 + 1 / 8.0 + 1 / 6.0 + 1 / 18.0).squareRoot()
    expectAgreement(try #require(odds.upper), 4.5 * exp(1.959963984540054 * woolf), digits: 9)
    let needed = try #require(effects[.numberNeeded])
    expectAgreement(needed.estimate, 1 / 0.35, digits: 10)
    let limits = try #require(needed.set?.limits)
    expectAgreement(limits.first, 1 / (try #require(difference.upper)), digits: 12)
    #expect(needed.set?.kind == "interval")
  }

  /// Without covariates rows vary only within their arm: `44 / 43 sum (y - p)^2 / n^2`.
  @Test("errors with sampled rows of a 2 x 2 table")
  func sampledTable() throws {
    let table = try Self.trial()
    let fit = try GeneralizedLinearModel("response ~ arm", family: .binomial).fit(table)
    let found = try fit.averageEffects(of: "arm", variance: .sampling, in: table)
    let (new, old) = (44.0 / 43 * 0.6 * 0.4 / 20, 44.0 / 43 * 0.25 * 0.75 / 24)
    expectAgreement(try #require(found.levels[0].standardError), new.squareRoot(), digits: 9)
    expectAgreement(
      try #require(found.effects[0].standardError), (new + old).squareRoot(), digits: 9)
    // Averaged over one arm only, the predictions are the same and the error too.
    let treated = try fit.averageEffects(
      of: "arm", variance: .sampling, population: .level("new"), in: table)
    expectAgreement(try #require(treated.levels[1].standardError), old.squareRoot(), digits: 9)
  }

  @Test("a number needed to treat whose risk difference may be 0 runs through infinity")
  func throughInfinity() throws {
    let table = try Table(columns: [
      .numeric("y", [1, 0, 1, 0, 1, 0, 0, 0]),
      .category("arm", ["a", "a", "a", "a", "b", "b", "b", "b"]),
    ])
    let fit = try GeneralizedLinearModel("y ~ arm", family: .binomial).fit(table)
    let found = try fit.averageEffects(of: "arm", in: table)
    let needed = try #require(found.effects.first { $0.measure == .numberNeeded })
    expectAgreement(needed.estimate, -4, digits: 8)
    let set = try #require(needed.set)
    #expect(set.kind == "complement" && set.contains(-4) && set.contains(1e9) && !set.contains(0.5))
  }

  /// With V_ab = 0, a = 10, b = 5, V_aa = V_bb = 1, c = 2: roots of (25 - 4) r^2 - 100 r + (100 - 4).
  @Test("Fieller's set by its quadratic")
  func fieller() {
    let interval = ConfidenceSet.fieller(
      numerator: 10, denominator: 5, variances: (1, 1), covariance: 0, critical: 2)
    let root = (50.0 * 50 - 21 * 96).squareRoot()
    expectAgreement(interval.limits?.first ?? .nan, (50 - root) / 21, digits: 14)
    expectAgreement(interval.limits?.second ?? .nan, (50 + root) / 21, digits: 14)
    #expect(interval.kind == "interval")
    // The denominator may be 0, the numerator may not.
    let outside = ConfidenceSet.fieller(
      numerator: 10, denominator: 1, variances: (1, 1), covariance: 0, critical: 2)
    #expect(outside.kind == "complement" && outside.contains(10) && !outside.contains(0))
    // Both may be.
    let all = ConfidenceSet.fieller(
      numerator: 1, denominator: 1, variances: (1, 1), covariance: 0, critical: 2)
    #expect(all == .wholeLine && all.contains(-1e9))
  }

  /// At each end the statistic of `a - r b` equals the critical value, whatever the covariance.
  @Test("the ends of Fieller's set are just not rejected", arguments: [-0.6, 0.0, 0.4, 0.9])
  func ends(_ correlation: Double) throws {
    for (a, b, va, vb, c) in [
      (10.0, 5.0, 2.0, 1.0, 1.96), (-3, 0.5, 0.5, 0.4, 2.2), (4e6, -2e6, 1e10, 4e10, 1.7),
      (1e-5, 3e-5, 4e-11, 1e-12, 2.0), (0, 4, 1, 1, 1.96),
    ] {
      let v = correlation * (va * vb).squareRoot()
      let set = ConfidenceSet.fieller(
        numerator: a, denominator: b, variances: (va, vb), covariance: v, critical: c)
      guard let limits = set.limits else { continue }
      for r in [limits.first, limits.second] {
        let statistic = (a - r * b) / (va - 2 * r * v + r * r * vb).squareRoot()
        expectAgreement(abs(statistic), c, digits: 9, "\(a), \(b), \(correlation)")
      }
      #expect(set.contains(a / b))
    }
  }

  @Test("a ratio of mean changes from the four means of two arms at two visits")
  func changes() throws {
    let table = try Table(columns: [
      .numeric("y", [20, 22, 10, 12, 21, 23, 17, 19]),
      .category("arm", ["a", "a", "a", "a", "b", "b", "b", "b"]),
      .numeric("week", [0, 0, 8, 8, 0, 0, 8, 8]),
    ])
    let fit = try LinearModel("y ~ arm * factor(week)").fit(table)
    let means = try fit.marginalMeans(of: ["arm", "week"])
    let found = try #require(try means.ratioOfChanges("a", over: "b", from: "0", to: "8").first)
    // Changes of -10 and -4; each cell's variance is 2 / 2.
    expectAgreement(try #require(found.ratio), 2.5, digits: 13)
    #expect(found.kind == .meanChanges && found.name == "a / b, from 0 to 8")
    let logError = (2 / 100.0 + 2 / 16.0).squareRoot()
    expectAgreement(try #require(found.logStandardError), logError, digits: 12)
    let set = try #require(found.fieller)
    let t = 2.7764451051977987
    expectAgreement(
      set.limits?.first ?? .nan, (40 - (t * t * (2 * 116 - 4 * t * t)).squareRoot()) / (16 - 2 * t * t),
      digits: 11)
    #expect(set.kind == "interval")
    let slopes = try LinearModel("y ~ arm * week").fit(table).slopes(of: "week", within: ["arm"])
    let ratio = try #require(try slopes.ratio("a", over: "b").first)
    #expect(ratio.kind == .slopes)
    expectAgreement(try #require(ratio.ratio), 2.5, digits: 12)
  }

  @Test("equivalence and non-inferiority say in words what is shown")
  func margins() throws {
    let y: [Double] = [10, 11, 9, 10, 10.5, 9.5, 10.2, 11.2, 9.2, 10.2, 10.7, 9.7]
    let table = try Table(columns: [
      .numeric("y", y),
      .category("arm", [String?](repeating: "a", count: 6) + [String?](repeating: "b", count: 6)),
    ])
    let fit = try LinearModel("y ~ arm").fit(table)
    let contrasts = try fit.marginalMeans(of: "arm").contrasts(
      .reference("a"), adjustment: MultiplicityAdjustment.none)
    // The difference is 0.2, the pooled variance 0.5, so that the error is sqrt(1 / 6).
    let wide = try #require(try contrasts.tested(against: .equivalence(lower: -2, upper: 2)).first)
    #expect(wide.isShown && wide.verdict == "b - a: equivalent within the margins")
    let narrow = try #require(try contrasts.tested(against: .equivalence(lower: -0.5, upper: 0.5)).first)
    #expect(!narrow.isShown && narrow.verdict.contains("equivalence is not shown"))
    expectAgreement(try #require(wide.lower), 0.2 - 1.8124611228107335 * (1.0 / 6).squareRoot(), digits: 11)
    let safe = try #require(
      try contrasts.tested(against: .nonInferiority(2, higherIsBetter: false)).first)
    #expect(safe.isShown && safe.alpha == 0.025 && safe.pAboveLower == nil)
    #expect(throws: EstimationError.self) {
      try contrasts.tested(against: .equivalence(lower: 1, upper: 2))
    }
    #expect(throws: EstimationError.self) {
      try contrasts.tested(against: .nonInferiority(1.2, higherIsBetter: true), asRatio: true)
    }
  }
}
