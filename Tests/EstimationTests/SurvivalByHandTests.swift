import CohortTables
import Estimation
import LinearAlgebra
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Survival of at most ten people, worked by hand: every intermediate is in the open.
@Suite("ByHand: survival")
struct SurvivalByHandTests {
  static func table(
    _ time: [Double], _ event: [Double], x: [Double]? = nil, w: [Double]? = nil
  ) throws -> Table {
    var columns = [Column.numeric("t", time), .numeric("d", event)]
    if let x { columns.append(.numeric("x", x)) }
    if let w { columns.append(.numeric("w", w)) }
    return try Table(columns: columns, name: "hand.csv")
  }

  /// Events at 1, 2, 2, 4; censored at 2, 3, 5: unsorted on purpose.
  private static func seven() throws -> Table {
    try table([4, 2, 1, 5, 2, 3, 2], [1, 1, 1, 0, 0, 0, 1])
  }

  // MARK: - Kaplan-Meier

  @Test("Kaplan-Meier and Greenwood: 6/7, 4/7, 2/7")
  func kaplanMeier() throws {
    let curve = try #require(try KaplanMeier("Surv(t, d) ~ 1").fit(Self.seven()).curves.first)
    #expect(curve.name == "all" && curve.count == 7 && curve.events == 4)
    #expect(curve.points.map(\.time) == [1, 2, 3, 4, 5])
    #expect(curve.points.map(\.atRisk) == [7, 6, 3, 2, 1])
    #expect(curve.points.map(\.events) == [1, 2, 0, 1, 0])
    #expect(curve.points.map(\.censored) == [0, 1, 1, 0, 1])
    let survival = [6.0 / 7, 4.0 / 7, 4.0 / 7, 2.0 / 7, 2.0 / 7]
    // Greenwood: 1/(7*6), + 2/(6*4), + 1/(2*1).
    let sums = [1.0 / 42, 1.0 / 42 + 1.0 / 12, 1.0 / 42 + 1.0 / 12, 1.0 / 42 + 1.0 / 12 + 0.5]
    for (k, point) in curve.points.enumerated() {
      expectAgreement(point.estimate, survival[k], digits: 15)
      let error = survival[k] * sums[min(k, 3)].squareRoot()
      expectAgreement(try #require(point.standardError), error, digits: 14)
      // log band: S exp(-+1.96 se / S), cut at 1.
      let z = 1.959963984540054
      expectAgreement(try #require(point.lower), survival[k] * exp(-z * error / survival[k]), digits: 13)
      expectAgreement(
        try #require(point.upper), min(1, survival[k] * exp(z * error / survival[k])), digits: 13)
    }
    #expect(curve.point(at: 0.5)?.estimate == 1 && curve.point(at: 2.5)?.estimate == curve.points[1].estimate)
    #expect(curve.point(at: 5.1) == nil, "nothing is known beyond the last time")
    #expect(curve.atRisk(before: 2) == 6 && curve.atRisk(before: 2.5) == 3 && curve.atRisk(before: 9) == 0)
    #expect(curve.quantile(0.5).time == 4 && curve.quantile(0.8).time == nil)
  }

  @Test("a median on a flat piece is its middle")
  func flatMedian() throws {
    let curve = try #require(
      try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table([1, 2, 6, 8], [1, 1, 1, 1])).curves.first)
    #expect(curve.quantile(0.5).time == 4, "S is 1/2 from 2 to 6")
    #expect(curve.quantile(0.25).time == 1.5 && curve.quantile(0.6).time == 6)
    #expect(curve.points[3].estimate == 0 && curve.points[3].standardError == nil)
    #expect(curve.points[3].lower == nil && curve.points[3].upper == nil)
  }

  @Test("all censored: survival stays 1 and no quantile exists")
  func allCensored() throws {
    let curve = try #require(
      try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table([1, 2, 3], [0, 0, 0])).curves.first)
    #expect(curve.points.map(\.estimate) == [1, 1, 1] && curve.points.map(\.standardError) == [0, 0, 0])
    #expect(curve.points.map(\.lower) == [1, 1, 1] && curve.quantile(0.5).time == nil)
    #expect(throws: EstimationError.self) {
      try CoxModel("Surv(t, d) ~ x").fit(Self.table([1, 2, 3], [0, 0, 0], x: [1, 2, 3]))
    }
    let test = try LogRankTest("Surv(t, d) ~ x", Self.table([1, 2, 3], [0, 0, 0], x: [1, 2, 1]))
    #expect(test.statistic == nil && test.pValue == nil && test.df == 0)
  }

  @Test("near-tied times are one time: days over 365.25 made in two ways")
  func nearTies() throws {
    let days = [100.0, 100, 200, 300, 300, 300]
    let exact = days.map { $0 / 365.25 }
    let rough = days.enumerated().map { $0 % 2 == 0 ? $1 / 365.25 : $1 * (1 / 365.25) + 2e-16 }
    #expect(Set(rough).count > 3, "the last bits differ")
    let events = [1.0, 1, 0, 1, 1, 0]
    let a = try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table(exact, events)).curves[0].points
    let b = try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table(rough, events)).curves[0].points
    #expect(a.map(\.estimate) == b.map(\.estimate) && a.map(\.atRisk) == [6, 4, 3])
    let x = [1.0, 0, 1, 0, 1, 0]
    let fit = try CoxModel("Surv(t, d) ~ x").fit(Self.table(exact, events, x: x))
    let near = try CoxModel("Surv(t, d) ~ x").fit(Self.table(rough, events, x: x))
    #expect(fit.coefficients == near.coefficients)
  }

  // MARK: - Log-rank

  /// Group 1: events at 1 and 3; group 2: event at 2, censored at 4.
  @Test("log-rank of four people")
  func logRank() throws {
    let test = try LogRankTest("Surv(t, d) ~ x", Self.table([1, 3, 2, 4], [1, 1, 1, 0], x: [1, 1, 2, 2]))
    // At 1: 2 of 4; at 2: 1 of 3; at 3: 1 of 2.
    let expected = 2.0 / 4 + 1.0 / 3 + 1.0 / 2
    let variance = 0.5 * 0.5 + (1.0 / 3) * (2.0 / 3) + 0.5 * 0.5
    #expect(test.groups.map(\.observed) == [2, 1] && test.groups.map(\.count) == [2, 2])
    expectAgreement(test.groups[0].expected, expected, digits: 15)
    expectAgreement(test.groups[1].expected, 3 - expected, digits: 15)
    expectAgreement(test.covariance[0][0], variance, digits: 15)
    expectAgreement(test.covariance[0][1], -variance, digits: 15)
    expectAgreement(try #require(test.statistic), (2 - expected) * (2 - expected) / variance, digits: 14)
    #expect(test.df == 1)
  }

  @Test("ties enter by the hypergeometric variance")
  func logRankTies() throws {
    // Three of five die at 1, one of them of the two in group 1.
    let test = try LogRankTest(
      "Surv(t, d) ~ x", Self.table([1, 2, 1, 1, 2], [1, 0, 1, 1, 0], x: [1, 1, 2, 2, 2]))
    expectAgreement(test.groups[0].expected, 3 * 2.0 / 5, digits: 15)
    expectAgreement(test.covariance[0][0], 3.0 * (5 - 3) / (5 - 1) * (2.0 / 5) * (3.0 / 5), digits: 15)
  }

  @Test("groups that are never at risk together give no test, or fewer degrees of freedom")
  func disjointGroups() throws {
    // One of each dies at the same time: nobody is left to compare.
    let pair = try LogRankTest("Surv(t, d) ~ x", Self.table([1, 1], [1, 1], x: [1, 2]))
    #expect(pair.statistic == nil && pair.df == 0)
    // Groups 1 and 2 are compared in one stratum, 3 and 4 in the other: two degrees of freedom.
    let time = [1.0, 3, 2, 4, 1, 3, 2, 4]
    let both = try Self.table(time, [1, 1, 1, 0, 1, 1, 1, 0], x: [1, 1, 2, 2, 3, 3, 4, 4])
      .adding(.category("s", ["a", "a", "a", "a", "b", "b", "b", "b"]))
    let test = try LogRankTest("Surv(t, d) ~ x + strata(s)", both)
    let one = try LogRankTest(
      "Surv(t, d) ~ x", Self.table([1, 3, 2, 4], [1, 1, 1, 0], x: [1, 1, 2, 2]))
    #expect(test.df == 2)
    expectAgreement(try #require(test.statistic), 2 * (try #require(one.statistic)), digits: 13)
  }

  // MARK: - Cox

  /// Two tied events at 1 (x = 1 and 0), risk set {1, 1, 0, 0}; one event at 2 (x = 1), risk set {1, 0}.
  private static func tied() throws -> Table {
    try table([1, 2, 1, 3], [1, 1, 1, 0], x: [1, 1, 0, 0])
  }

  @Test("Cox at 0: likelihood, score and information by hand")
  func atZero() throws {
    // The risk set at 1 has two of each: its mean is 1/2 and its variance 1/4, for both events by
    // Breslow. Efron takes half of the tied pair away for the second event: risk 1 + 1/2 with x = 1 and
    // 1 + 1/2 without, so the mean is still 1/2. The score is 2 - 1/2 - 1/2 - 1/2.
    for (ties, logLikelihood) in [
      (TieMethod.breslow, -2 * log(4.0) - log(2.0)), (.efron, -log(4.0) - log(3.0) - log(2.0)),
    ] {
      let fit = try CoxModel("Surv(t, d) ~ x", ties: ties).fit(Self.tied())
      expectAgreement(fit.nullLogLikelihood, logLikelihood, digits: 15, "\(ties)")
      let score = try #require(fit.globalTests.first { $0.method == "score" })
      expectAgreement(score.statistic, 0.5 * 0.5 / 0.75, digits: 14, "\(ties): U^2 / I")
      #expect(score.df == 1)
    }
  }

  @Test("Efron takes unequal ties apart")
  func efronAtZero() throws {
    // Tied events x = 2, 0, 0 at 1; at risk also x = 1 and x = 4, censored later.
    let table = try Self.table([1, 1, 1, 2, 3], [1, 1, 1, 0, 0], x: [2, 0, 0, 1, 4])
    var (logLikelihood, score, information) = (0.0, 2.0, 0.0)
    for l in 0..<3 {
      let keep = 1 - Double(l) / 3
      let risk = 3 * keep + 2
      let mean = (2 * keep + 5) / risk
      logLikelihood -= log(risk)
      score -= mean
      information += (4 * keep + 17) / risk - mean * mean
    }
    let fit = try CoxModel("Surv(t, d) ~ x").fit(table)
    expectAgreement(fit.nullLogLikelihood, logLikelihood, digits: 15)
    let test = try #require(fit.globalTests.first { $0.method == "score" })
    expectAgreement(test.statistic, score * score / information, digits: 14)
  }

  @Test("Cox without ties: exact roots", arguments: TieMethod.allCases)
  func exactRoot(_ ties: TieMethod) throws {
    // Events at 1 (x = 1; risk set 1, 0), censored; and at 2 (x = 0; risk set 0, 1): with r = exp(beta)
    // L = r/(1 + 2r) * 1/(1 + r), so that dL/dr = 0 where 2 r^2 = 1: beta = -log(2)/2.
    let table = try Self.table([1, 2, 3], [1, 1, 0], x: [1, 0, 1])
    let fit = try CoxModel("Surv(t, d) ~ x", ties: ties).fit(table)
    let r = 0.5.squareRoot()
    expectAgreement(try #require(fit.coefficients[0].estimate), log(r), digits: 14)
    expectAgreement(fit.logLikelihood, log(r / ((1 + 2 * r) * (1 + r))), digits: 15)
    let information = 2 * r / ((1 + 2 * r) * (1 + 2 * r)) + r / ((1 + r) * (1 + r))
    expectAgreement(try #require(fit.coefficients[0].standardError), 1 / information.squareRoot(), digits: 14)
    let ratio = try #require(fit.coefficients[0].ratio)
    expectAgreement(ratio.value, r, digits: 14)
    #expect(fit.convergence.isConverged && fit.coefficients[0].ratio?.kind == "hazard")
  }

  @Test("a tie with a closed form: Breslow and Efron")
  func tiedRoot() throws {
    // At time 1 one of two with x = 1 and one of two with x = 0 die; then nothing.
    // Breslow: L = r / (2 + 2r)^2, symmetric: beta = 0. Efron: r / ((2 + 2r)(1.5 + 1.5r)): the same.
    let balanced = try Self.table([1, 2, 1, 2], [1, 0, 1, 0], x: [1, 1, 0, 0])
    for ties in TieMethod.allCases {
      let fit = try CoxModel("Surv(t, d) ~ x", ties: ties).fit(balanced)
      expectAgreement(try #require(fit.coefficients[0].estimate), 0, digits: 14)
    }
    // Two of three with x = 1 and one of two with x = 0: Breslow's score 2 - 3 * 3r / (3r + 2) is 0
    // at r = 4/3. Efron's L = r^2 / ((3r+2)(3r+2 - (2r+1)/3)(3r+2 - 2(2r+1)/3)) has its root where
    // 2 = 3r/(3r+2) + 7r/(7r+5) + 5r/(5r+4), found here by bisection.
    let table = try Self.table([1, 1, 2, 1, 2], [1, 1, 0, 1, 0], x: [1, 1, 1, 0, 0])
    let breslow = try CoxModel("Surv(t, d) ~ x", ties: .breslow).fit(table)
    expectAgreement(try #require(breslow.coefficients[0].estimate), log(4.0 / 3), digits: 14)
    var (low, high) = (0.1, 10.0)
    for _ in 0..<200 {
      let r = (low + high) / 2
      let score = 2 - 3 * r / (3 * r + 2) - 7 * r / (7 * r + 5) - 5 * r / (5 * r + 4)
      if score > 0 { low = r } else { high = r }
    }
    let efron = try CoxModel("Surv(t, d) ~ x").fit(table)
    expectAgreement(try #require(efron.coefficients[0].estimate), log(low), digits: 13)
  }

  // MARK: - Status and times

  @Test("a status of 1 and 2 is read as R does, and said")
  func statusOfOneAndTwo() throws {
    let fit = try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table([1, 2, 3], [2, 1, 2]))
    #expect(fit.rows.events == 2)
    let note = try #require(fit.diagnostics.first { $0.kind == .coding })
    #expect(note.severity == .note && note.terms == ["d"])
    #expect(note.message == "'d' holds 1 and 2: 1 was read as censored and 2 as the event, as R does")
    let explicit = try KaplanMeier("Surv(t, d == 2) ~ 1").fit(Self.table([1, 2, 3], [2, 1, 2]))
    #expect(explicit.curves == fit.curves && explicit.diagnostics.isEmpty)
  }

  private static func message(_ formula: String, _ csv: String) -> String {
    do {
      let table = try Table(csvBytes: Array(csv.utf8), name: "e.csv")
      _ = try KaplanMeier(formula).fit(table)
      return "fitted"
    } catch {
      return "\(error)"
    }
  }

  @Test("bad times and statuses name file, line and column")
  func badInput() {
    #expect(
      Self.message("Surv(t, d) ~ 1", "t,d\n1,0\n2,3\n")
        == "e.csv:3: column 'd': status 3, expected 0 (censored) or 1 (event); for another code write Surv(t, d == 2)"
    )
    #expect(
      Self.message("Surv(t, d) ~ 1", "t,d\n1,0\n-2,1\n")
        == "e.csv:3: column 't': time -2.0, expected a finite time of at least 0")
    #expect(
      Self.message("Surv(t, d) ~ 1", "t,d\n1,alive\n2,dead\n")
        == "column 'd' holds 'alive', expected 0 or 1, true or false, yes or no; for another text write Surv(t, d == \"alive\")"
    )
    #expect(Self.message("Surv(t, d == \"dead\") ~ 1", "t,d\n1,alive\n2,dead\n") == "fitted")
    #expect(
      Self.message("Surv(t, d == \"Dead\") ~ 1", "t,d\n1,alive\n2,dead\n")
        == "column 'd' never has the value 'Dead'; it has alive, dead")
    #expect(Self.message("Surv(t, d) ~ 1", "t,d\n1,TRUE\n2,false\n") == "fitted")
    #expect(
      Self.message("Surv(t, d) ~ 1", "t,d\nx,1\n2,0\n").hasPrefix("e.csv:2: column 't': 'x' is not a number"))
    #expect(
      Self.message("Surv(t, d) ~ poly(t, 2)", "t,d\n1,0\n2,1\n3,1\n")
        == "curves are drawn by groups: 'poly(t, 2)' is arithmetic, not a column")
    #expect(
      Self.message("Surv(t, d) ~ 1 + offset(t)", "t,d\n1,0\n2,1\n3,1\n")
        == "curves are drawn by groups: an offset has no place in them")
    #expect(
      Self.message("Surv(t, d) ~ strata(t)", "t,d\n1,0\n2,1\n")
        == "curves are drawn by groups: write t instead of strata(t)")
  }

  @Test("events on day 0 count")
  func dayZero() throws {
    let curve = try KaplanMeier("Surv(t, d) ~ 1").fit(Self.table([0, 0, 1, 2], [1, 0, 1, 0])).curves[0]
    #expect(curve.points.map(\.time) == [0, 1, 2] && curve.points.map(\.atRisk) == [4, 2, 1])
    #expect(curve.points.map(\.estimate) == [0.75, 0.375, 0.375])
  }
}
