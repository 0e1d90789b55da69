import CohortTables
import Estimation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Curves of at most ten people, worked by hand.
@Suite("ByHand: survival curves")
struct SurvivalCurveByHandTests {
  private static func table(_ columns: [(String, [Double])], text: [(String, [String])] = []) throws -> Table
  {
    try Table(
      columns: columns.map { .numeric($0.0, $0.1) } + text.map { .category($0.0, $0.1) }, name: "hand.csv")
  }

  @Test("who enters late is at risk after the entry: 2 at 3, 3 at 5, 1 at 8")
  func delayedEntry() throws {
    // At 3: rows 1 and 2 (row 3 enters at 3). At 5: rows 2, 3, 4. At 8: row 4.
    let table = try Self.table([
      ("start", [0, 1, 3, 4]), ("stop", [3, 5, 6, 8]), ("d", [1, 1, 0, 1]),
    ])
    let fit = try KaplanMeier("Surv(start, stop, d) ~ 1").fit(table)
    let points = fit.curves[0].points
    #expect(points.map(\.time) == [3, 5, 6, 8] && points.map(\.atRisk) == [2, 3, 2, 1])
    #expect(points.map(\.entered) == [2, 2, 0, 0] && points.map(\.censored) == [0, 0, 1, 0])
    for (point, survival) in zip(points, [0.5, 1.0 / 3, 1.0 / 3, 0]) {
      expectAgreement(point.estimate, survival, digits: 15, absolute: 1e-16)
    }
    // Greenwood: 1/(2*1) + 1/(3*2).
    expectAgreement(try #require(points[1].standardError), (1.0 / 3) * (2.0 / 3).squareRoot(), digits: 14)
    expectAgreement(try #require(fit.rows.timeAtRisk), 14, digits: 15)
  }

  @Test("consecutive rows of a person are neither entries nor censorings")
  func consecutiveRows() throws {
    let table = try Self.table([
      ("id", [1, 1, 2]), ("start", [0, 2, 0]), ("stop", [2, 5, 4]), ("d", [0, 1, 0]),
    ])
    let points = try KaplanMeier("Surv(start, stop, d) ~ 1", options: ModelOptions(subject: "id")).fit(table)
      .curves[0].points
    #expect(points.map(\.time) == [2, 4, 5] && points.map(\.atRisk) == [2, 2, 1])
    #expect(points.map(\.entered) == [2, 0, 0] && points.map(\.censored) == [0, 1, 0])
  }

  @Test("a start that is not before the end is refused with its line")
  func reversed() throws {
    let table = try Self.table([("start", [0, 5]), ("stop", [3, 5]), ("d", [1, 1])])
    #expect(throws: EstimationError.self) { try KaplanMeier("Surv(start, stop, d) ~ 1").fit(table) }
  }

  @Test("hazards of two tied events among four: 2/4, or 1/4 + 1/3")
  func hazards() throws {
    let table = try Self.table([("t", [1, 1, 2, 3]), ("d", [1, 1, 0, 0])])
    let plain = try CumulativeHazard("Surv(t, d) ~ 1").fit(table).curves[0].points[0]
    #expect(plain.estimate == 0.5)
    expectAgreement(try #require(plain.standardError), (2.0 / 16).squareRoot(), digits: 15)
    let split = try CumulativeHazard("Surv(t, d) ~ 1", ties: .flemingHarrington).fit(table).curves[0].points[
      0]
    expectAgreement(split.estimate, 1.0 / 4 + 1.0 / 3, digits: 15)
    expectAgreement(try #require(split.standardError), (1.0 / 16 + 1.0 / 9).squareRoot(), digits: 15)
    #expect(throws: EstimationError.self) {
      try CumulativeHazard("Surv(t, d) ~ 1", transform: .logLog).fit(table)
    }
  }

  @Test("restricted mean: 1 + 2 * 3/4 + 1 * 3/8 up to 4")
  func restrictedMean() throws {
    let table = try Self.table([("t", [1, 2, 3, 5]), ("d", [1, 0, 1, 1])])
    let curve = try KaplanMeier("Surv(t, d) ~ 1").fit(table).curves[0]
    let mean = try #require(curve.restrictedMean(to: 4))
    expectAgreement(mean.estimate, 1 + 2 * 0.75 + 0.375, digits: 15)
    // Areas to the horizon: 1.875 from 1 on, 0.375 from 3 on.
    let variance = 1.875 * 1.875 / (4 * 3) + 0.375 * 0.375 / (2 * 1)
    expectAgreement(mean.standardError, variance.squareRoot(), digits: 15)
    #expect(curve.restrictedMean(to: 6) != nil, "survival is 0 after 5")
    let censored = try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table([("t", [1, 2]), ("d", [1, 0])])).curves[0]
    #expect(censored.restrictedMean(to: 3) == nil, "nothing is extrapolated")
  }

  @Test("risks of 1/2 and 1/4: difference, ratio, number needed")
  func risks() throws {
    let table = try Self.table([
      ("t", [1, 1, 9, 9, 1, 9, 9, 9]), ("d", [1, 1, 0, 0, 1, 0, 0, 0]), ("x", [1, 1, 1, 1, 2, 2, 2, 2]),
    ])
    let risks = try KaplanMeier("Surv(t, d) ~ x").fit(table).risks(at: 5)
    #expect(risks.risks.map { $0?.estimate } == [0.5, 0.25])
    let (difference, ratio) = (risks.comparisons[0], risks.comparisons[1])
    #expect(difference.first == "2" && difference.second == "1" && difference.estimate == -0.25)
    let (a, b) = ((0.25 * 0.75 / 4).squareRoot(), (0.25 / 4.0).squareRoot())
    expectAgreement(try #require(difference.standardError), (a * a + b * b).squareRoot(), digits: 14)
    expectAgreement(try #require(ratio.estimate), 0.5, digits: 15)
    let log = ((a / 0.25) * (a / 0.25) + (b / 0.5) * (b / 0.5)).squareRoot()
    expectAgreement(try #require(ratio.standardError), log, digits: 14)
    #expect(risks.numbersNeeded[0].estimate == 4 && risks.numbersNeeded[0].lower == nil)
  }

  @Test("incidence with two causes: survival times share")
  func incidence() throws {
    let table = try Self.table(
      [("t", [1, 2, 3, 4])], text: [("s", ["relapse", "death", "alive", "relapse"])])
    let options = ModelOptions(references: ["s": "alive"])
    let fit = try AalenJohansen("Surv(t, s) ~ 1", options: options).fit(table)
    let relapse = try #require(fit.curves.first { $0.cause == "relapse" })
    let death = try #require(fit.curves.first { $0.cause == "death" })
    for (point, value) in zip(relapse.points, [0.25, 0.25, 0.25, 0.75]) {
      expectAgreement(point.estimate, value, digits: 15)
    }
    for (point, value) in zip(death.points, [0, 0.25, 0.25, 0.25]) {
      expectAgreement(point.estimate, value, digits: 15)
    }
    // Aalen's variance takes the first event's hazard to have the variance 1 / 4^2, as cuminc does.
    expectAgreement(try #require(relapse.points[0].standardError), 0.25, digits: 14)
    #expect(fit.diagnostics.contains { $0.message.contains("'alive' was read as censored") })
  }

  @Test("mean number of events: 1/3 + 1/2, people's deviations squared")
  func meanNumber() throws {
    // Persons 1 (events at 2 and 4, until 6), 2 (none, until 3), 3 (none, until 5).
    let table = try Self.table([
      ("id", [1, 1, 1, 2, 3]), ("start", [0, 2, 4, 0, 0]), ("stop", [2, 4, 6, 3, 5]), ("d", [1, 1, 0, 0, 0]),
    ])
    let fit = try MeanCumulativeFunction("Surv(start, stop, d) ~ 1", options: ModelOptions(subject: "id"))
      .fit(table)
    let point = try #require(fit.curves[0].point(at: 4))
    expectAgreement(point.estimate, 1.0 / 3 + 1.0 / 2, digits: 15)
    // Person 1: (1 - 1/3)/3 + (1 - 1/2)/2; person 2: -1/9; person 3: -1/9 - 1/4.
    let deviations = [2.0 / 9 + 0.25, -1.0 / 9, -1.0 / 9 - 0.25]
    let variance = deviations.reduce(0) { $0 + $1 * $1 }
    expectAgreement(try #require(point.standardError), variance.squareRoot(), digits: 14)
    #expect(throws: EstimationError.self) {
      try MeanCumulativeFunction("Surv(start, stop, d) ~ 1").fit(table)
    }
  }

  @Test("pairs of five: four concordant, one discordant, one tied score, one tied time")
  func concordance() throws {
    // Times 1, 2, 2, 3 (censored), 4; scores 1, 3, 2, 2, 5.
    let concordance = try Concordance(
      exit: [1, 2, 2, 3, 4], hasEvent: [true, true, true, false, true], score: [1, 3, 2, 2, 5])
    // From 1: four concordant. From 2 (score 3): discordant with 2, concordant with 5. From 2 (score 2): tied with
    // 2, concordant with 5.
    #expect(concordance.pairs.concordant == 6 && concordance.pairs.discordant == 1)
    #expect(concordance.pairs.tiedScore == 1 && concordance.pairs.tiedTime == 1)
    expectAgreement(try #require(concordance.estimate), 6.5 / 8, digits: 15)
    let none = try Concordance(exit: [1, 2], hasEvent: [false, false], score: [1, 2])
    #expect(none.estimate == nil && none.standardError == nil)
  }

  @Test("a sort by bits orders what a sort by comparison does, negative times too")
  func radix() throws {
    let start = [-3.5, -1e-9, 0, 1e300, -2e7, 0.1, 0.30000000000000004, 5e-324]
    let table = try Self.table([
      ("start", start), ("stop", start.map { $0 + max(1, abs($0)) }), ("d", start.map { _ in 1.0 }),
    ])
    let points = try KaplanMeier("Surv(start, stop, d) ~ 1").fit(table).curves[0].points
    #expect(points.map(\.time) == points.map(\.time).sorted())
  }
}
