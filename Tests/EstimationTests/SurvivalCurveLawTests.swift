import CohortTables
import Distributions
import Estimation
import TestSupport
import Testing

/// What curves, tests and concordances keep to whatever the data.
@Suite("Laws: survival curves")
struct SurvivalCurveLawTests {
  /// People with delayed entry, ties, two causes, weights and groups.
  static func cohort(_ count: Int = 400, copies: Bool = false, whole: Bool = true) throws -> Table {
    var random = RandomStream(seed: 11, stream: 3)
    var (entry, exit, event, cause) = ([Double](), [Double](), [Double](), [String]())
    var (score, weight, arm, site, id) = ([Double](), [Double](), [String](), [String](), [Double]())
    for row in 0..<count {
      let start = whole ? (random.uniform() * 20).rounded() : random.uniform() * 20
      let length = random.exponential(rate: 0.05) + 1
      let stop = start + (whole ? length.rounded() : length)
      let kind = random.uniform()
      let copy = 1 + row % 3
      let (x, place) = ((random.normal() * 3).rounded(), random.uniform())
      for _ in 0..<(copies ? copy : 1) {
        entry.append(start)
        exit.append(stop)
        event.append(kind < 0.6 ? 1 : 0)
        cause.append(kind < 0.35 ? "b" : kind < 0.6 ? "c" : "a")
        score.append(x)
        weight.append(Double(copy))
        arm.append(["x", "y", "z"][row % 3])
        site.append(place < 0.5 ? "n" : "s")
        id.append(Double(row / 2))
      }
    }
    return try Table(
      columns: [
        .numeric("entry", entry), .numeric("exit", exit), .numeric("event", event), .category("cause", cause),
        .numeric("score", score), .numeric("w", weight), .category("arm", arm), .category("site", site),
        .numeric("id", id),
      ], name: "laws.csv")
  }

  private static let frequency = ModelOptions(weights: Weights(column: "w", kind: .frequency))

  @Test("a frequency weight of 3 is three rows, with delayed entry and several causes")
  func copies() throws {
    let (rows, copies) = (try Self.cohort(), try Self.cohort(copies: true))
    let formula = "Surv(entry, exit, event) ~ arm"
    #expect(
      try KaplanMeier(formula, options: Self.frequency).fit(rows).curves.map(\.points)
        == KaplanMeier(formula).fit(copies).curves.map(\.points))
    let causes = "Surv(entry, exit, cause) ~ arm"
    #expect(
      try AalenJohansen(causes, options: Self.frequency).fit(rows).curves.map(\.points)
        == AalenJohansen(causes).fit(copies).curves.map(\.points))
    for weights in [RankTestWeights.logRank, .petoPeto, .gehan, .flemingHarrington(rho: 0.5, gamma: 0.5)] {
      let a = try LogRankTest("\(formula) + strata(site)", rows, weights: weights, options: Self.frequency)
      let b = try LogRankTest("\(formula) + strata(site)", copies, weights: weights)
      expectAgreement(try #require(a.statistic), try #require(b.statistic), digits: 12)
    }
    let gray = try GrayTest.tests("Surv(exit, cause) ~ arm", rows, options: Self.frequency)
    let again = try GrayTest.tests("Surv(exit, cause) ~ arm", copies)
    for (a, b) in zip(gray, again) {
      expectAgreement(try #require(a.statistic), try #require(b.statistic), digits: 12)
    }
    let c = try Concordance("Surv(entry, exit, event) ~ score", rows, options: Self.frequency)
    let d = try Concordance("Surv(entry, exit, event) ~ score", copies)
    expectAgreement(c.pairs.concordant + c.pairs.tiedScore, c.pairs.concordant + d.pairs.tiedScore, digits: 2)
    expectAgreement(try #require(c.estimate), try #require(d.estimate), digits: 15)
  }

  @Test("the same bits on any number of threads")
  func threads() throws {
    let table = try Self.cohort(whole: false)
    let clustered = ModelOptions(cluster: "id")
    func all(_ executor: some FoldExecutor) throws -> [[SurvivalCurve.Point]] {
      let formula = "Surv(entry, exit, event) ~ arm"
      return try KaplanMeier(formula, options: clustered).fit(table, executor: executor).curves.map(\.points)
        + AalenJohansen("Surv(entry, exit, cause) ~ arm").fit(table, executor: executor).curves.map(\.points)
        + CumulativeHazard(formula).fit(table, executor: executor).curves.map(\.points)
    }
    let serial = try all(SerialExecutor())
    let concordance = try Concordance("Surv(entry, exit, event) ~ score + strata(site)", table)
    for threads in [1, 2, 3, 8] {
      let executor = ThreadedExecutor(threads: threads)
      #expect(try all(executor) == serial)
      #expect(
        try Concordance("Surv(entry, exit, event) ~ score + strata(site)", table, executor: executor)
          == concordance)
    }
  }

  @Test(
    "incidences of all causes and survival add to 1; one cause alone is 1 - S with its Greenwood variance")
  func incidencesAdd() throws {
    let table = try Self.cohort()
    let survival = try KaplanMeier("Surv(exit, event) ~ 1").fit(table).curves[0]
    let causes = try AalenJohansen("Surv(exit, cause) ~ 1").fit(table).curves
    for (k, point) in survival.points.enumerated() {
      expectAgreement(causes.reduce(point.estimate) { $0 + $1.points[k].estimate }, 1, digits: 13)
    }
    let single = try AalenJohansen("Surv(exit, event) ~ 1", variance: .infinitesimalJackknife).fit(table)
      .curves[0]
    let robust = try KaplanMeier("Surv(exit, event) ~ 1", variance: .infinitesimalJackknife).fit(table)
      .curves[0]
    for (a, b) in zip(single.points, robust.points) {
      expectAgreement(a.estimate, 1 - b.estimate, digits: 13)
      guard let error = b.standardError, let other = a.standardError else { continue }
      expectAgreement(other, error, digits: 10, absolute: 1e-12)
    }
  }

  @Test("the jackknife's error of untied, uncensored survival is Greenwood's: S(1 - S) / n")
  func jackknifeIsGreenwood() throws {
    let time = (1...50).map(Double.init)
    let table = try Table(
      columns: [.numeric("t", time), .numeric("d", time.map { _ in 1.0 })], name: "t.csv")
    let plain = try KaplanMeier("Surv(t, d) ~ 1").fit(table).curves[0]
    let robust = try KaplanMeier("Surv(t, d) ~ 1", variance: .infinitesimalJackknife).fit(table).curves[0]
    for (a, b) in zip(plain.points, robust.points) {
      guard let greenwood = a.standardError, let error = b.standardError else { continue }
      expectAgreement(greenwood, error, digits: 11)
    }
  }

  @Test("weights that are all alike change no estimate, and no robust error")
  func scaledWeights() throws {
    let table = try Self.cohort()
    let twice = try Table(
      columns: table.columns + [.numeric("two", [Double](repeating: 2.5, count: table.rowCount))],
      name: "laws.csv")
    let options = ModelOptions(weights: Weights(column: "two", kind: .sampling))
    let formula = "Surv(entry, exit, event) ~ arm"
    let plain = try KaplanMeier(formula, variance: .infinitesimalJackknife).fit(twice)
    let weighted = try KaplanMeier(formula, options: options).fit(twice)
    for (a, b) in zip(plain.curves, weighted.curves) {
      for (p, q) in zip(a.points, b.points) {
        expectAgreement(p.estimate, q.estimate, digits: 13, absolute: 1e-15)
        guard let x = p.standardError, let y = q.standardError else { continue }
        expectAgreement(x, y, digits: 9, absolute: 1e-12)
      }
      expectAgreement(
        a.restrictedMean(to: 15)?.standardError ?? 0, b.restrictedMean(to: 15)?.standardError ?? 1, digits: 10
      )
    }
    let c = try Concordance("Surv(entry, exit, event) ~ score", twice)
    let d = try Concordance("Surv(entry, exit, event) ~ score", twice, options: options)
    expectAgreement(try #require(c.standardError), try #require(d.standardError), digits: 12)
  }

  @Test("a row cut in two at any time is the same row")
  func cutRows() throws {
    let table = try Self.cohort()
    let numbers = { (name: String) in try table.requireColumn(name).numericValues() }
    let (entry, exit, event) = (try numbers("entry"), try numbers("exit"), try numbers("event"))
    let arm = try table.requireColumn("arm").asCategories()
    var (starts, stops, events, arms) = ([Double](), [Double](), [Double](), [String]())
    for row in entry.indices {
      let middle = ((entry[row] + exit[row]) / 2).rounded(.down)
      let cuts = middle > entry[row] ? [entry[row], middle, exit[row]] : [entry[row], exit[row]]
      for (a, b) in zip(cuts, cuts.dropFirst()) {
        starts.append(a)
        stops.append(b)
        events.append(b == exit[row] ? event[row] : 0)
        arms.append(arm.levels[Int(arm.codes[row])])
      }
    }
    let cut = try Table(
      columns: [
        .numeric("entry", starts), .numeric("exit", stops), .numeric("event", events), .category("arm", arms),
      ], name: "cut.csv")
    let formula = "Surv(entry, exit, event) ~ arm"
    let whole = try LogRankTest(formula, table)
    expectAgreement(
      try #require(LogRankTest(formula, cut).statistic), try #require(whole.statistic), digits: 12)
    let curves = try KaplanMeier(formula).fit(table).curves
    for (curve, other) in zip(curves, try KaplanMeier(formula).fit(cut).curves) {
      for point in curve.points where point.events > 0 {
        let same = try #require(other.point(at: point.time))
        #expect(same.estimate == point.estimate && same.atRisk == point.atRisk)
      }
    }
  }

  @Test("concordance counts every pair once, as a double loop does", arguments: [false, true])
  func concordanceOfPairs(_ isDelayed: Bool) throws {
    let table = try Self.cohort(150)
    let numbers = { (name: String) in try table.requireColumn(name).numericValues() }
    let (entry, exit, event) = (try numbers("entry"), try numbers("exit"), try numbers("event"))
    let score = try numbers("score")
    var pairs = [0.0, 0, 0]
    for i in exit.indices where event[i] == 1 {
      for j in exit.indices where exit[j] > exit[i] || (exit[j] == exit[i] && event[j] == 0) {
        guard !isDelayed || entry[j] < exit[i] else { continue }
        pairs[score[j] > score[i] ? 0 : score[j] < score[i] ? 1 : 2] += 1
      }
    }
    let ours = try Concordance(
      isDelayed ? "Surv(entry, exit, event) ~ score" : "Surv(exit, event) ~ score", table)
    #expect([ours.pairs.concordant, ours.pairs.discordant, ours.pairs.tiedScore] == pairs)
    let risk = try Concordance(
      isDelayed ? "Surv(entry, exit, event) ~ score" : "Surv(exit, event) ~ score", table, isRisk: true)
    expectAgreement(try #require(risk.estimate), 1 - (try #require(ours.estimate)), digits: 14)
    #expect(risk.standardError == ours.standardError)
  }

  @Test("coarser incidences step where every count since the step before can be told")
  func coarser() throws {
    let table = try Self.cohort()
    let fit = try AalenJohansen("Surv(exit, cause) ~ arm").fit(table)
    let told = fit.coarsened(least: 10)
    for (a, b) in zip(fit.curves, told.curves) {
      #expect(b.points.reduce(0) { $0 + $1.events } == a.events, "nothing is lost")
      for point in b.points {
        #expect(point.events == 0 || point.events >= 10)
        #expect(point.censored == 0 || point.censored >= 10)
        #expect(a.points.contains { $0.time == point.time && $0.estimate == point.estimate })
      }
    }
    let late = try KaplanMeier("Surv(entry, exit, event) ~ arm").fit(table).coarsened(least: 10).curves
    for curve in late.curves {
      for point in curve.points {
        #expect([point.events, point.censored, point.entered ?? 0].allSatisfy { $0 == 0 || $0 >= 10 })
      }
    }
  }
}
