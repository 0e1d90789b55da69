import CohortTables
import Estimation
import Testing

/// Curves whose steps must hold a least number of events.
@Suite("Laws: coarser survival curves") struct CoarseningLawTests {
  /// 200 people in two arms; times and events run through residues, so that they are mixed but fixed.
  private func curves() throws -> SurvivalCurves {
    let rows = 0..<200
    let table = try Table(columns: [
      .numeric("time", rows.map { Double(1 + ($0 * 37) % 101) }),
      .numeric("event", rows.map { ($0 * 7) % 3 == 0 ? 1 : 0 }),
      .category("arm", rows.map { $0 % 3 == 0 ? "a" : "b" }),
    ])
    return try KaplanMeier("Surv(time, event) ~ arm").fit(table)
  }

  @Test(arguments: [2, 5, 7, 10, 11, 20]) func everyStepHoldsTheLeast(_ least: Int) throws {
    for curve in try curves().curves {
      let coarse = curve.coarsened(least: least).curve
      for point in coarse.points {
        #expect(point.events == 0 || point.events >= Double(least))
        #expect(point.censored == 0 || point.censored >= Double(least))
      }
      // Nor is it told by who is left after the last step.
      if let last = coarse.points.last {
        let left = last.atRisk - last.events - last.censored
        #expect(left == 0 || left >= Double(least))
        #expect(coarse.atRiskTold(at: .infinity) == left)
      }
      // What is shown is the full curve at fewer times.
      for point in coarse.points {
        #expect(curve.points.contains { $0.time == point.time && $0.estimate == point.estimate })
        #expect(point.atRisk >= point.events + point.censored)
      }
      for (earlier, later) in zip(coarse.points, coarse.points.dropFirst()) {
        #expect(later.atRisk == earlier.atRisk - earlier.events - earlier.censored)
      }
      #expect(coarse.count == curve.count && coarse.events == curve.events)
      #expect(coarse.points.count <= curve.points.count)
      #expect(coarse.coarsened(least: least).curve == coarse, "twice is once")
    }
  }

  @Test func noThresholdChangesNothing() throws {
    let all = try curves()
    for least in [0, 1] { #expect(all.coarsened(least: least).curves.curves == all.curves) }
  }

  @Test func fewerStepsForMore() throws {
    for curve in try curves().curves {
      let steps = [1, 2, 5, 7, 10, 11, 20].map { least in
        curve.coarsened(least: least).curve.points.count { $0.events > 0 }
      }
      #expect(steps == steps.sorted(by: >))
    }
  }

  @Test func aHorizonIsReadExactlyOrNotAtAll() throws {
    let horizons = [5.0, 20, 21, 50, 90]
    for curve in try curves().curves {
      let (coarse, withheld) = curve.coarsened(least: 10, horizons: horizons)
      for horizon in horizons where !withheld.contains(horizon) {
        let shown = coarse.points.last { $0.time <= horizon }?.estimate ?? 1
        #expect(shown == curve.point(at: horizon)?.estimate)
      }
      for point in coarse.points { #expect(point.events == 0 || point.events >= 10) }
    }
  }

  /// Events at 1, 2, 3, 4 among ten people, a least of two: steps at 2 and 4 with S = 8/10 and 6/10.
  @Test func stepsByHand() throws {
    let table = try Table(columns: [
      .numeric("t", [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]), .numeric("e", [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]),
    ])
    let curve = try #require(try KaplanMeier("Surv(t, e) ~ 1").fit(table).curves.first)
    let coarse = curve.coarsened(least: 2).curve
    #expect(coarse.points.map(\.time) == [2, 4, 5])
    #expect(coarse.points.map(\.events) == [2, 2, 0])
    #expect(coarse.points.map(\.atRisk) == [10, 8, 6])
    #expect(coarse.points.prefix(2).map { ($0.estimate * 10).rounded() } == [8, 6])
    // Three make one step with one event left over, which joins it.
    #expect(curve.coarsened(least: 3).curve.points.map(\.events) == [4, 0])
    // A horizon at 2 cannot be told with three, for two events lie before it.
    #expect(curve.coarsened(least: 3, horizons: [2]).withheld == [2])
    #expect(curve.coarsened(least: 5).curve.points.isEmpty, "four events are too few for any step")
  }

  /// Ten people, one censored at 2 and one at 6 between eight events: steps of three events each would tell the one.
  @Test func aLoneCensoringIsNotTold() throws {
    let table = try Table(columns: [
      .numeric("t", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), .numeric("e", [1, 0, 1, 1, 1, 0, 1, 1, 1, 1]),
    ])
    let curve = try #require(try KaplanMeier("Surv(t, e) ~ 1").fit(table).curves.first)
    #expect(curve.coarsened(least: 2).curve.points.map(\.censored) == [2, 0, 0])
    #expect(curve.coarsened(least: 2).curve.points.map(\.events) == [4, 2, 2])
    let coarse = curve.coarsened(least: 3, horizons: [4, 10])
    #expect(coarse.curve.points.isEmpty, "two censorings in all are never told")
    #expect(coarse.curve.atRiskTold(at: 4) == nil && coarse.withheld == [4, 10])
  }

  /// Who is censored after the last step is counted with it: the horizon before stays readable.
  @Test func aFewAtTheEndAreCountedWithTheLastStep() throws {
    let table = try Table(columns: [
      .numeric("t", [1, 2, 3, 4, 4, 4, 4, 5]), .numeric("e", [1, 1, 1, 0, 0, 0, 0, 0]),
    ])
    let curve = try #require(try KaplanMeier("Surv(t, e) ~ 1").fit(table).curves.first)
    let coarse = curve.coarsened(least: 3, horizons: [4.5])
    #expect(coarse.withheld.isEmpty && coarse.curve.points.map(\.time) == [3, 4])
    #expect(coarse.curve.points.map(\.censored) == [0, 5] && coarse.curve.points.map(\.atRisk) == [8, 5])
    #expect(coarse.curve.atRiskTold(at: 4.5) == nil && coarse.curve.atRiskTold(at: 3) == 5)
  }

  /// Three events, one censoring, three events, four censorings: at 6.5 only the censoring is small; at 5.5 the event is too.
  @Test func aHorizonAfterFewCensoringsIsToldRoughly() throws {
    let table = try Table(columns: [
      .numeric("t", [1, 2, 3, 4, 5, 6, 6, 7, 7, 7, 7]), .numeric("e", [1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0]),
    ])
    let curve = try #require(try KaplanMeier("Surv(t, e) ~ 1").fit(table).curves.first)
    let (coarse, withheld) = curve.coarsened(least: 3, horizons: [3, 5.5, 6.5])
    #expect(coarse.points.map(\.time) == [3, 7] && withheld == [5.5, 6.5])
    #expect(coarse.roughlyTold(withheld, least: 3) == [6.5])
  }

  @Test(arguments: [2, 5, 10]) func numbersAtRiskAtHorizonsTellNoMore(_ least: Int) throws {
    let horizons = stride(from: 3.0, through: 99, by: 4).map { $0 }
    for curve in try curves().curves {
      let coarse = curve.coarsened(least: least, horizons: horizons).curve
      let told = ([0] + horizons).compactMap { coarse.atRiskTold(at: $0) } + coarse.points.map(\.atRisk)
      for (one, other) in zip(told.sorted(), told.sorted().dropFirst()) {
        #expect(other == one || other - one >= Double(least))
      }
    }
  }

  @Test func quantilesAreThoseOfTheCoarserCurve() throws {
    let table = try Table(columns: [.numeric("t", [1, 2, 3, 4, 5, 6]), .numeric("e", [1, 1, 1, 1, 1, 1])])
    let curve = try #require(try KaplanMeier("Surv(t, e) ~ 1").fit(table).curves.first)
    #expect(curve.quantile(0.25).time == 2)
    let coarse = curve.coarsened(least: 3).curve
    // Its steps: one half from 3 on, nobody from 6 on.
    #expect(coarse.quantile(0.25).time == 3)
    #expect(coarse.quantile(0.5).time == 4.5, "the middle of the flat piece at the level")
    #expect(coarse.quantile(0.75).time == 6)
  }
}
