import CohortTables
import Estimation
import Foundation
import Outcomes
import TestSupport
import Testing

/// Columns of the clinical course.
@Suite("ByHand: clinical course columns of trends")
struct CourseColumnsTests {
  private static func trends(_ unit: TimeUnit, days: Double = 1) throws -> PersonTrends {
    let course: [(Double, Double)] = [(1, 20), (3, 10), (5, 12), (7, 4), (9, 3), (13, 2), (17, 4)]
    let table = try Table(columns: [
      .category("id", course.map { _ in "A" } + ["B", "B", "C"]),
      .numeric("time", course.map { $0.0 * days } + [0, 4 * days, 0]),
      .numeric("phq9", course.map(\.1) + [14, 15, 12]),
    ])
    let visits = try VisitTable(
      table, roles: ColumnRoles(subject: "id", time: "time", outcome: "phq9"), unit: unit)
    return try PersonTrends(visits)
  }

  private static let columns: [TrendColumn] = [
    .firstResponseWeek, .firstRemissionWeek, .sustainedRemission, .sustainedRemissionWeek,
    .improvementOnsetWeek,
    .changeCategory,
  ]

  @Test("weeks count from the first visit, whatever the unit", arguments: [TimeUnit.week, .day])
  func weeks(_ unit: TimeUnit) throws {
    let trends = try Self.trends(unit, days: unit == .day ? 7 : 1)
    let found = trends.columns(Self.columns, of: trends.people.indices)
    let visits = trends.people.indices
    #expect(visits.count == 3)
    let response = try found[0].numericValues()
    expectAgreement(response[0], 2, digits: 13)
    #expect(response[1].isNaN && response[2].isNaN)
    expectAgreement(try found[1].numericValues()[0], 6, digits: 13)
    expectAgreement(try found[4].numericValues()[0], 2, digits: 13)
    let rules = ClinicalCriteria(try #require(Instrument.named("PHQ-9")))
    let change =
      ClinicalChange(
        [(0, 20), (2, 10), (4, 12), (6, 4), (8, 3), (12, 2), (16, 4)].map {
          ScoredVisit(week: $0.0, score: $0.1)
        },
        rules)
    let category = found[5].asCategories()
    #expect(category.text(row: 0) == change.category.value?.rawValue)
    #expect(category.text(row: 1) == "unchanged" && category.text(row: 2) == nil)
    let sustained = found[2].asCategories()
    #expect(sustained.text(row: 0) == change.sustainedRemission.value.map { $0 ? "yes" : "no" })
    let week = try found[3].numericValues()[0]
    #expect(change.sustainedRemissionWeek.value.map { abs($0 - week) < 1e-12 } ?? week.isNaN)
  }

  @Test("visits that are only counted have no weeks")
  func counted() throws {
    let found = try Self.trends(.visit).columns(Self.columns, of: 0..<1)
    #expect(try found[0].numericValues()[0].isNaN && found[1].numericValues()[0].isNaN)
    #expect(found[2].asCategories().text(row: 0) == nil)
    #expect(found[5].asCategories().text(row: 0) != nil)
  }
}
