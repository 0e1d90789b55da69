import CohortTables
import Estimation
import Foundation
import Outcomes
import TestSupport
import Testing

/// Columns of people's trends beyond least squares.
@Suite("Trends: shrunken slopes, false discoveries, series")
struct TrendColumnsTests {
  static func trends(_ file: String, _ roles: ColumnRoles, _ unit: TimeUnit) throws -> PersonTrends {
    try PersonTrends(VisitTable(projectTable(file), roles: roles, unit: unit))
  }

  static func sleepstudy() throws -> PersonTrends {
    // Counted visits have no length: slopes are those of the column as it stands.
    try trends(
      "Tests/EstimationTests/Fixtures/data/sleepstudy.csv",
      ColumnRoles(subject: "subject", time: "days", outcome: "reaction"), .visit)
  }

  static func numbers(_ trends: PersonTrends, _ column: TrendColumn) throws -> [Double] {
    try trends.columns([column], of: trends.people.indices)[0].numericValues()
  }

  /// Against ranef() and its condVar of lme4; call, version and date stand in the fixture.
  @Test("shrunken slopes and intercepts are lme4's predictions")
  func shrunken() throws {
    let expected = try Fixture("Tests/OutcomesTests/Fixtures/trends_shrunken.json")["sleepstudy"]
    let trends = try Self.sleepstudy()
    let pairs: [(TrendColumn, String)] = [
      (.shrunkenSlope, "slope"), (.shrunkenIntercept, "intercept"),
      (.shrunkenSlopeConditionalError, "slope_cond_se"), (.shrunkenSlopeError, "slope_se"),
      (.shrunkenInterceptError, "intercept_se"),
    ]
    for (column, key) in pairs {
      let found = try Self.numbers(trends, column)
      let list = expected[key].numbers
      #expect(found.count == list.count && found.count == 18)
      for (person, value) in found.enumerated() {
        expectAgreement(value, list[person] ?? .nan, digits: 5, "\(key) of person \(person)")
      }
    }
  }

  @Test("shrunken lines are the mixed model's effects", arguments: [false, true])
  func effects(isDay: Bool) throws {
    let trends =
      isDay
      ? try Self.trends(
        "Tests/EstimationTests/Fixtures/data/sleepstudy.csv",
        ColumnRoles(subject: "subject", time: "days", outcome: "reaction"), .day)
      : try Self.trends("Data/btheb/visits.csv", ColumnRoles(time: "month", outcome: "bdi"), .month)
    let fit = try #require(trends.populationFit)
    let effects = try #require(try fit.randomEffects().first)
    let slope = try #require(fit.coefficients[1].estimate)
    let place = Dictionary(uniqueKeysWithValues: effects.levels.enumerated().map { ($1, $0) })
    let rows = zip(
      try Self.numbers(trends, .shrunkenSlope), try Self.numbers(trends, .shrunkenSlopeConditionalError))
    for (person, (value, error)) in zip(trends.people, rows) {
      let level = try #require(place[person.id])
      expectAgreement(
        value, slope + effects.value(level: level, term: 1), digits: 8, absolute: 1e-10, person.id)
      let variance = effects.conditionalVariances[effects.pair(level: level, 1, 1)]
      expectAgreement(error, variance.squareRoot(), digits: 7, person.id)
    }
    for (error, conditional) in zip(
      try Self.numbers(trends, .shrunkenSlopeError), try Self.numbers(trends, .shrunkenSlopeConditionalError))
    {
      #expect(error > 0 && conditional > 0)
    }
    let reliability = try Self.numbers(trends, .slopeReliability)
    #expect(reliability.allSatisfy { $0 >= 0 && $0 < 1 })
  }

  /// p-values of 0.01, 0.02, 0.03, 0.8 would be q-values of 0.04, 0.04, 0.04, 0.8.
  @Test("q-values are those of Benjamini and Hochberg, by their definition")
  func qValues() throws {
    let trends = try Self.sleepstudy()
    let p = try Self.numbers(trends, .pValue)
    let q = try Self.numbers(trends, .qValue)
    #expect(p.count == 18)
    for (person, value) in q.enumerated() {
      let expected =
        p.filter { $0 >= p[person] }.map { larger in
          larger * Double(p.count) / Double(p.count { $0 <= larger })
        }.min() ?? .nan
      expectAgreement(value, min(expected, 1), digits: 14)
    }
  }

  @Test("people without a test have no q-value, and do not count")
  func qValuesOfFew() throws {
    let trends = try PersonTrends(
      visits([
        ("A", 0, 10), ("A", 1, 8), ("A", 2, 7), ("A", 3, 3), ("B", 0, 9), ("C", 0, 5), ("C", 1, 9),
        ("C", 2, 5), ("C", 3, 8),
      ]))
    let (p, q) = (try Self.numbers(trends, .pValue), try Self.numbers(trends, .qValue))
    #expect(q[1].isNaN)
    expectAgreement(q[0], 2 * p[0], digits: 14)
    expectAgreement(q[2], p[2], digits: 14)
  }

  @Test("columns of series are those of the series, per week")
  func series() throws {
    let trends = try Self.trends(
      "Tests/OutcomesTests/Fixtures/diary.csv",
      ColumnRoles(subject: "subject_id", time: "day", outcome: "score"), .day)
    let table = try projectTable("Tests/OutcomesTests/Fixtures/diary.csv")
    let (times, scores) = (
      try table.requireColumn("day").numericValues(), try table.requireColumn("score").numericValues()
    )
    let found = AutoregressiveLine(times: times.span, values: scores.span)
    let middle = TheilSenLine(times: times.span, values: scores.span)
    let (line, median) = (try #require(found), try #require(middle))
    expectAgreement(try Self.numbers(trends, .autoregressiveSlope)[0], line.slope * 7, digits: 14)
    expectAgreement(try Self.numbers(trends, .autoregressiveError)[0], line.standardError * 7, digits: 14)
    expectAgreement(try Self.numbers(trends, .autoregressivePValue)[0], line.pValue, digits: 14)
    expectAgreement(try Self.numbers(trends, .theilSenSlope)[0], median.slope * 7, digits: 14)
    let rmssd = zip(scores, scores.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) } / 199
    expectAgreement(try Self.numbers(trends, .successiveDifference)[0], rmssd.squareRoot(), digits: 13)
  }

  @Test("every column can be asked for, alone, of people with one visit too")
  func everyColumn() throws {
    let trends = try PersonTrends(visits([("A", 0, 10), ("A", 1, 8), ("A", 2, 7), ("A", 3, 3), ("B", 0, 9)]))
    for column in TrendColumn.allCases {
      #expect(trends.columns([column], of: 0..<2).map(\.count) == [2])
      #expect(trends.columns([column], of: 1..<2).map(\.count) == [1])
    }
    #expect(trends.shrinkageNotes.count >= 1)
  }

  @Test("chunks do not matter: rows of all are rows of each")
  func chunks() throws {
    let trends = try PersonTrends(TrendLawTests.cohort(people: 300))
    let all = trends.columns(TrendColumn.allCases, of: 0..<300)
    for person in stride(from: 0, to: 300, by: 37) {
      let own = trends.columns(TrendColumn.allCases, of: person..<person + 1)
      for (a, b) in zip(all, own) { #expect(a.text(row: person) == b.text(row: 0), "\(a.name)") }
    }
  }
}
