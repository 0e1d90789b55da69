import Outcomes
import TestSupport
import Testing

@Suite("ByHand: clinical change of a person")
struct ClinicalChangeByHandTests {
  private static let criteria = ClinicalCriteria(
    minimum: 0, direction: .lowerIsBetter, response: .init(share: 0.5, caseness: .atLeast(10)),
    remission: .init(scores: .below(5), weeks: 3, caseness: .atLeast(10)), reliableChange: .points(6),
    functional: .below(10))

  private static func change(
    _ visits: [(Double, Double)], _ criteria: ClinicalCriteria = criteria
  ) -> ClinicalChange {
    ClinicalChange(visits.map { ScoredVisit(week: $0.0, score: $0.1) }, criteria)
  }

  @Test("a person who responds, lapses, and stays well")
  func course() {
    let change = Self.change([(0, 20), (2, 10), (4, 12), (6, 4), (8, 3), (9, 2), (12, 4)])
    #expect(change.percentageChange == .value(80) && change.response == .value(true))
    #expect(change.firstResponseWeek == .value(2), "exactly half")
    #expect(change.remission == .value(true) && change.firstRemissionWeek == .value(6))
    #expect(change.sustainedRemission == .value(true) && change.sustainedRemissionOnset == .value(6))
    #expect(change.sustainedRemissionWeek == .value(9), "3 weeks after the onset")
    #expect(change.sustainedImprovementOnset == .value(2), "6 points and more from week 2 on")
    #expect(change.category == .value(.recovered) && change.index == nil)
  }

  @Test("remission that has not lasted, or that was lost, is not sustained")
  func notSustained() {
    let young = Self.change([(0, 20), (6, 4), (8, 3)])
    #expect(young.remission == .value(true) && young.sustainedRemission == .value(false))
    #expect(young.sustainedRemissionOnset == .undefined(.notReached))
    let lost = Self.change([(0, 20), (2, 4), (6, 3), (8, 9)])
    #expect(lost.firstRemissionWeek == .value(2) && lost.remission == .value(false))
    #expect(lost.sustainedRemission == .value(false))
    #expect(lost.sustainedImprovementOnset == .value(2))
    let single = Self.change([(0, 20), (2, 19), (6, 3)])
    #expect(single.sustainedImprovementOnset == .undefined(.notReached), "it takes two visits")
  }

  @Test("what cannot be said has a reason")
  func reasons() {
    let alone = Self.change([(0, 20)])
    #expect(alone.percentageChange.reason == .noFollowUp && alone.reliableChange.reason == .noFollowUp)
    #expect(alone.category.reason == .noFollowUp && alone.firstResponseWeek.reason == .noFollowUp)
    let mild = Self.change([(0, 8), (4, 2)])
    #expect(mild.percentageChange == .value(75) && mild.response.reason == .notACase)
    #expect(mild.remission.reason == .notACase && mild.sustainedRemission.reason == .notACase)
    #expect(mild.reliableChange == .value(.improved))
    var bare = Self.criteria
    (bare.remission, bare.reliableChange, bare.response) = (nil, nil, .init(share: 0.5))
    let zero = Self.change([(0, 0), (4, 3)], bare)
    #expect(zero.percentageChange.reason == .baselineAtMinimum && zero.response.reason == .baselineAtMinimum)
    #expect(zero.remission.reason == .noRule && zero.category.reason == .noRule)
    bare.remission = .init(scores: .below(5))
    #expect(Self.change([(0, 9), (4, 3)], bare).sustainedRemission.reason == .noRule, "no duration")
    let never = Self.change([(0, 20), (4, 18)])
    #expect(never.firstResponseWeek.reason == .notReached && never.reliableChange == .value(.unchanged))
    bare.functional = nil
    bare.reliableChange = .points(6)
    #expect(Self.change([(0, 20), (4, 3)], bare).category.reason == .noRule)
  }

  @Test("where higher is better everything turns")
  func higherIsBetter() {
    let criteria = ClinicalCriteria(
      minimum: 0, direction: .higherIsBetter, response: .init(share: 0.5),
      remission: .init(scores: .above(50), weeks: 1),
      reliableChange: .points(10), functional: .above(50))
    let change = Self.change([(0, 40), (1, 60), (3, 70)], criteria)
    #expect(change.percentageChange == .value(75) && change.firstResponseWeek == .value(1))
    #expect(change.category == .value(.recovered) && change.sustainedRemissionWeek == .value(3))
    #expect(Self.change([(0, 60), (1, 50)], criteria).reliableChange == .value(.deteriorated))
  }

  @Test("an index in place of points; a mixed model's in place of the rule's")
  func indices() throws {
    var criteria = Self.criteria
    criteria.reliableChange = .jacobsonTruax(try MeasurementError(standardDeviation: 7.5, reliability: 0.8))
    let change = Self.change([(0, 20), (4, 11)], criteria)
    expectAgreement(try #require(change.index).value, -9 / 22.5.squareRoot(), digits: 14)
    #expect(change.reliableChange == .value(.unchanged), "9 points are 1.897 errors")
    let slope = try #require(ReliableChangeIndex.hierarchical(slope: -1, standardError: 0.4))
    let mixed = ClinicalChange(
      [ScoredVisit(week: 0, score: 20), ScoredVisit(week: 4, score: 11)], criteria, hierarchical: slope)
    #expect(mixed.reliableChange == .value(.improved) && mixed.index?.method == .hierarchical)
    #expect(mixed.category == .value(.improved))
  }

  @Test("trends judge by the same rules")
  func trendsAgree() throws {
    let visits = try visits([("a", 0, 30), ("a", 4, 9), ("b", 0, 20), ("b", 2, 20)], outcome: "madrs")
    let trends = try PersonTrends(visits)
    #expect(trends.people.map(\.remission) == [true, false] && trends.people.map(\.response) == [nil, nil])
    #expect(trends.people.map(\.percentageChange) == [70, 0])
  }

  @Test("a comparison takes the direction from the instrument, and refuses the opposite")
  func comparisonDirection() throws {
    func question(_ higher: Bool) -> ComparisonQuestion {
      ComparisonQuestion(focus: "x", horizons: [4], isHigherBetter: higher)
    }
    let rows = (0..<12).map { id in
      "p\(id),\(id % 2 == 0 ? "x" : "y"),0,\(10 + id)\np\(id),\(id % 2 == 0 ? "x" : "y"),4,\(8 + (id * 7) % 5)"
    }
    func table(_ outcome: String) throws -> VisitTable {
      let table = try csvTable("id,arm,week,\(outcome)\n" + rows.joined(separator: "\n") + "\n")
      return try VisitTable(table, roles: ColumnRoles(outcome: outcome))
    }
    #expect(try TreatmentComparison(table("who5_percent"), question(false)).question.isHigherBetter)
    #expect(try !TreatmentComparison(table("madrs"), question(false)).question.isHigherBetter)
    #expect(try TreatmentComparison(table("mood"), question(true)).question.isHigherBetter)
    #expect(
      message { _ = try TreatmentComparison(table("madrs"), question(true)) }
        == "higher scores are said to be better, but lower scores of the MADRS are: leave out --higher-is-better"
    )
  }
}
