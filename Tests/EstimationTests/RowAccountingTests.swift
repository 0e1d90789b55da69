import CohortTables
import Estimation
import Testing

/// Every row and person read is used or left out for one stated reason.
@Suite("ByHand: row accounting")
struct RowAccountingTests {
  /// Ten rows of six people in three arms, each row with another fate.
  private static func table() throws -> Table {
    try Table(
      csvBytes: Array(
        """
        id,arm,y,x,z,w
        1,a,5,1,1,1
        1,a,,1,1,1
        2,a,,,1,1
        2,a,3,,1,0
        3,b,4,2,,0
        3,b,7,2,5,0
        4,b,6,-1,2,2
        4,b,8,3,2,
        5,c,,4,1,1
        ,c,9,5,1,1

        """.utf8), name: "rows.csv")
  }

  private static let all = ModelOptions(
    weights: Weights(column: "w", kind: .precision), subject: "id", arm: "arm")

  @Test("reasons apply in order: response, terms, offset, weights, subject")
  func reasons() throws {
    let fit = try LinearModel("y ~ log(x + 1) + offset(z)", options: Self.all).fit(Self.table())
    let rows = fit.rows
    #expect(rows.read == 10 && rows.used == 1 && rows.isReconciled)
    // Row 3 lacks y and x: the response comes first. Row 4 lacks x and has weight 0: terms come first.
    #expect(
      rows.excluded.map { "\($0.rows) \($0.reason)" } == [
        "3 missing y", "1 missing x", "1 log(x + 1) is not finite", "1 missing z", "1 missing weight w",
        "1 zero weight w", "1 missing id",
      ])
    #expect(rows.zeroWeight == 1)
  }

  @Test("people: read, used, and left out under the reason of their first row")
  func people() throws {
    let rows = try LinearModel("y ~ log(x + 1) + offset(z)", options: Self.all).fit(Self.table()).rows
    #expect(rows.subjectsRead == 5, "the row without an id is nobody's")
    #expect(rows.subjects == 1)
    let people = rows.excluded.filter { $0.subjects != 0 }.map { "\($0.subjects ?? -1) \($0.reason)" }
    // 2 and 5 by their first rows' missing y, 3 by z, 4 by log(x + 1).
    #expect(people == ["2 missing y", "1 log(x + 1) is not finite", "1 missing z"])
  }

  @Test("arms: rows used and left out")
  func arms() throws {
    let rows = try LinearModel("y ~ x", options: ModelOptions(subject: "id", arm: "arm")).fit(Self.table())
      .rows
    #expect(rows.used == 5 && rows.read == 10)
    let used = try #require(rows.byArm).map { "\($0.arm): \($0.rows) rows, \($0.subjects ?? -1) people" }
    #expect(used == ["a: 1 rows, 1 people", "b: 4 rows, 2 people"])
    let missing = try #require(rows.excluded.first { $0.reason == "missing y" })
    #expect(try #require(missing.byArm).map { "\($0.arm) \($0.rows)" } == ["a 2", "c 1"])
    #expect(rows.isReconciled)
  }

  @Test("without subject and arm there are none to count")
  func plain() throws {
    let rows = try LinearModel("y ~ x").fit(Self.table()).rows
    #expect(rows.subjects == nil && rows.subjectsRead == nil && rows.byArm == nil)
    #expect(rows.excluded.allSatisfy { $0.subjects == nil && $0.byArm == nil })
    #expect(rows.events == nil && rows.timeAtRisk == nil && rows.isReconciled)
  }

  @Test("a missing arm is a group of its own")
  func missingArm() throws {
    let table = try Table(columns: [
      .numeric("y", [1, 2, 3, .nan]), .category("g", ["a", nil, "a", nil]),
    ])
    let rows = try LinearModel("y ~ 1", options: ModelOptions(arm: "g")).fit(table).rows
    #expect(rows.byArm?.map { "\($0.arm) \($0.rows)" } == ["(missing) 1", "a 2"])
    #expect(rows.excluded.first?.byArm?.map { "\($0.arm) \($0.rows)" } == ["(missing) 1"])
  }

  @Test("events and time at risk, in all and by arm")
  func events() throws {
    let table = try Table(columns: [
      .numeric("t", [5, 3, 8, 2, .nan, 4]), .numeric("d", [1, 0, 1, 1, 1, .nan]),
      .category("g", ["a", "a", "b", "b", "b", "a"]), .numeric("id", [1, 1, 2, 3, 3, 4]),
    ])
    let options = ModelOptions(subject: "id", arm: "g")
    let rows = try KaplanMeier("Surv(t, d) ~ g", options: options).fit(table).rows
    #expect(rows.events == 3 && rows.timeAtRisk == 18)
    let arms = try #require(rows.byArm).map {
      "\($0.arm): \($0.rows) rows, \($0.subjects ?? -1) people, \($0.events ?? -1) events, \($0.timeAtRisk ?? -1)"
    }
    #expect(arms == ["a: 2 rows, 1 people, 1 events, 8.0", "b: 2 rows, 2 people, 2 events, 10.0"])
    #expect(rows.excluded.map(\.reason) == ["missing t", "missing d"])
    #expect(rows.subjectsRead == 4 && rows.subjects == 3 && rows.isReconciled)
  }

  @Test("counts come out the same for every estimator of the same rows")
  func sameRows() throws {
    let table = try Simulated.cohort(rows: 100, distinctTimes: 20)
    let x = try table.requireColumn("x").numericValues()
    let gaps = try table.removing("x").adding(
      .numeric("x", x.enumerated().map { $0 % 9 == 0 ? .nan : $1 }))
    let options = ModelOptions(weights: Weights(column: "w", kind: .frequency), arm: "arm")
    let cox = try CoxModel("Surv(time, event) ~ x + strata(site)", options: options).fit(gaps).rows
    let curves = try KaplanMeier("Surv(time, event) ~ x", options: options).fit(gaps).rows
    #expect(cox.used == curves.used && cox.excluded == curves.excluded && cox.byArm == curves.byArm)
    #expect(cox.read == 100 && cox.zeroWeight > 0 && cox.isReconciled)
  }
}
