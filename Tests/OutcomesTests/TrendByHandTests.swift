import CohortTables
import Outcomes
import TestSupport
import Testing

/// Trends of a few visits, worked out on paper.
@Suite("ByHand: individual trends")
struct TrendByHandTests {
  static func trend(_ scores: [(Double, Double)], outcome: String = "score") throws -> PersonTrend {
    try #require(PersonTrends(visits(scores.map { ("P1", $0.0, $0.1) }, outcome: outcome)).people.first)
  }

  @Test("three visits: slope 1, residuals 1/3 around it")
  func threeVisits() throws {
    // Times 0, 1, 2; scores 1, 3, 3: means 1 and 7/3, Stt = 2, Sty = 2, Syy = 8/3, residual 2/3.
    let person = try Self.trend([(0, 1), (1, 3), (2, 3)])
    #expect(person.status == .fitted)
    #expect(person.span == 2 && person.first == 1 && person.last == 3 && person.change == 2)
    expectAgreement(try #require(person.slope), 1, digits: 15)
    expectAgreement(try #require(person.residualStandardDeviation), (2.0 / 3).squareRoot(), digits: 14)
    expectAgreement(try #require(person.standardError), (1.0 / 3).squareRoot(), digits: 14)
    expectAgreement(try #require(person.statistic), 3.0.squareRoot(), digits: 14)
    // With one degree of freedom t is Cauchy: the two-sided p of sqrt 3 is 1/3.
    expectAgreement(try #require(person.pValue), 1.0 / 3, digits: 13)
    expectAgreement(try #require(person.rSquared), 0.75, digits: 14)
  }

  @Test("statuses")
  func statuses() throws {
    let one = try Self.trend([(3, 10)])
    #expect(one.status == .oneVisit && one.slope == nil && one.change == 0 && one.span == 0)
    let two = try Self.trend([(0, 10), (4, 8)])
    #expect(two.status == .twoVisits && two.slope == -0.5 && two.standardError == nil && two.pValue == nil)
    let same = try Self.trend([(2, 10), (2, 8), (2, 7)])
    #expect(same.status == .noTimeSpread && same.slope == nil && same.change == -3)
    let constant = try Self.trend([(0, 10), (1, 10), (2.5, 10)])
    #expect(constant.status == .constantScores && constant.slope == 0 && constant.pValue == nil)
    #expect(constant.rSquared == nil && constant.standardError == nil)
  }

  @Test("an exact line has a slope and no error", arguments: [1, 0.1, 365.25])
  func exactLine(step: Double) throws {
    let person = try Self.trend((0..<6).map { (Double($0) * step, 20 - 3 * Double($0)) })
    #expect(person.status == .exactLine)
    expectAgreement(try #require(person.slope), -3 / step, digits: 14)
    #expect(person.standardError == nil && person.pValue == nil && person.lower == nil)
    expectAgreement(try #require(person.rSquared), 1, digits: 14)
  }

  @Test("rules about change need two visits")
  func rulesNeedTwoVisits() throws {
    let one = try Self.trend([(0, 3)], outcome: "phq9")
    #expect(
      one.remission == nil && one.response == nil && one.reliableChange == nil && one.percentageChange == nil)
  }

  @Test("a response is a drop by exactly half or more")
  func response() throws {
    #expect(try Self.trend([(0, 20), (1, 10)], outcome: "phq9").response == true)
    #expect(try Self.trend([(0, 20), (1, 11)], outcome: "phq9").response == false)
    #expect(try Self.trend([(0, 27), (1, 13.5)], outcome: "phq9").response == true)
    #expect(try Self.trend([(0, 20), (1, 10)], outcome: "gad7").response == nil, "its source gives no rule")
  }

  @Test("remission is a last score below 5, not 5")
  func remission() throws {
    #expect(try Self.trend([(0, 20), (1, 5)], outcome: "phq9").remission == false)
    #expect(try Self.trend([(0, 20), (1, 4)], outcome: "phq9").remission == true)
    #expect(try Self.trend([(0, 20), (1, 4)], outcome: "bdi").remission == nil)
  }

  @Test("change by exactly 6 is reliable, both ways")
  func reliableChange() throws {
    #expect(try Self.trend([(0, 16), (1, 10)], outcome: "phq9").reliableChange == .improved)
    #expect(try Self.trend([(0, 16), (1, 11)], outcome: "phq9").reliableChange == .unchanged)
    #expect(try Self.trend([(0, 10), (1, 16)], outcome: "phq9").reliableChange == .deteriorated)
    #expect(try Self.trend([(0, 10), (1, 15)], outcome: "phq9").reliableChange == .unchanged)
    #expect(try Self.trend([(0, 10), (1, 6)], outcome: "gad7").reliableChange == .improved)
    #expect(try Self.trend([(0, 10), (1, 1)], outcome: "bdi").reliableChange == nil)
  }

  @Test("percentage change is of the distance to the lowest score, and undefined there")
  func percentageChange() throws {
    #expect(try Self.trend([(0, 0), (1, 4)], outcome: "phq9").percentageChange == nil)
    #expect(try Self.trend([(0, 0), (1, 4)], outcome: "phq9").response == nil)
    #expect(try Self.trend([(0, 8), (1, 6)], outcome: "phq9").percentageChange == 25)
    #expect(try Self.trend([(0, 8), (1, 10)], outcome: "phq9").percentageChange == -25)
    let phq9 = try #require(Instrument.named("PHQ-9"))
    #expect(phq9 == Instrument.named("phq_9") && Instrument.named("mood") == nil)
    #expect(phq9.percentageChange(from: 27, to: 0) == 100)
  }

  @Test("a score outside the range is refused with file, line and column", arguments: ["28", "-1"])
  func outOfRange(score: String) throws {
    let table = try csvTable("id,week,phq9\nA,0,20\nA,1,\(score)\n", name: "clinic.csv")
    let text = message { _ = try VisitTable(table, roles: ColumnRoles()) }
    #expect(
      text == "clinic.csv:3: column 'phq9': '\(score)' is not allowed; expected a score from 0 to 27 (PHQ-9)")
  }

  @Test("summaries: mean of slopes, each person once, t limits over people")
  func summary() throws {
    // Slopes -1, -2, 3 and nobody: mean 0, variance 7, error sqrt(7/3), t(0.975, 2) = 4.302652729749464.
    let trends = try PersonTrends(
      visits([
        ("A", 0, 10), ("A", 1, 9), ("B", 0, 10), ("B", 1, 8), ("B", 2, 6), ("C", 0, 1), ("C", 2, 7),
        ("D", 0, 4),
      ]))
    let all = try #require(trends.summaries.last)
    #expect(trends.summaries.count == 1 && all.arm == nil && all.people == 4 && all.withSlope == 3)
    #expect(all.meanSlope == 0)
    expectAgreement(try #require(all.slopeStandardDeviation), 7.0.squareRoot(), digits: 14)
    expectAgreement(try #require(all.upper), 4.302652729749464 * (7.0 / 3).squareRoot(), digits: 13)
    expectAgreement(try #require(all.meanChange), (-1 - 4 + 6) / 3, digits: 14)
    expectAgreement(try #require(all.fallingShare), 2.0 / 3, digits: 15)
    #expect(all.responseShare == nil && all.remissionShare == nil && all.reliablyWorseShare == nil)
    #expect(trends.verdict.contains("4 people, 0 with a standard error; 4 with"))
  }

  @Test("shares are of those for whom the rule is defined")
  func shares() throws {
    let trends = try PersonTrends(
      visits(
        [("A", 0, 20), ("A", 1, 4), ("B", 0, 10), ("B", 1, 17), ("C", 0, 0), ("C", 1, 0), ("D", 0, 9)],
        outcome: "phq9"))
    let all = try #require(trends.summaries.last)
    #expect(all.responseShare == 0.5, "A of A and B: C starts at the lowest score, D has one visit")
    #expect(all.remissionShare == 0.5, "A of A and B: the rule is for first scores above 9, C starts at 0")
    expectAgreement(try #require(all.reliablyImprovedShare), 1.0 / 3, digits: 15)
    expectAgreement(try #require(all.reliablyWorseShare), 1.0 / 3, digits: 15)
  }

  @Test("trajectories: each person counts once at a time")
  func trajectory() throws {
    let rows = [("A", 0.0, 10.0), ("A", 1, 4), ("A", 1, 8), ("B", 0, 14), ("B", 1, 10)]
    let only = try #require(MeanTrajectory.byArm(visits(rows)).first)
    #expect(only.points.map(\.time) == [0, 1])
    #expect(only.points.map(\.people) == [2, 2])
    #expect(only.points.map(\.mean) == [12, 8])
    // Two values 4 apart: error 2, t(0.975, 1) = 12.706204736174698.
    expectAgreement(try #require(only.points.first?.upper), 12 + 2 * 12.706204736174698, digits: 13)
  }
}
