import CohortTables
import Outcomes
import TestSupport
import Testing

/// Trends of people against R's `lm`, and against 50-digit arithmetic where doubles are strained.
///
/// Calls, versions and dates stand in `Fixtures/trends.json` and `Fixtures/trends_stress.json`.
@Suite("Reference: individual trends")
struct TrendReferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let roles: ColumnRoles
    let unit: TimeUnit

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "btheb", file: "Data/btheb/visits.csv", roles: ColumnRoles(time: "month", outcome: "bdi"),
      unit: .month),
    Case(
      name: "sleepstudy", file: "Tests/EstimationTests/Fixtures/data/sleepstudy.csv",
      roles: ColumnRoles(subject: "subject", time: "days", outcome: "reaction"), unit: .day),
    Case(
      name: "diary", file: "Tests/OutcomesTests/Fixtures/diary.csv",
      roles: ColumnRoles(subject: "subject_id", time: "day", outcome: "score"), unit: .day),
  ]

  @Test("agree with lm for each person", arguments: cases)
  func agreesWithR(_ test: Case) throws {
    let expected = try Fixture("Tests/OutcomesTests/Fixtures/trends.json")["cases"][test.name]["values"][
      "people"
    ].list
    let trends = try PersonTrends(VisitTable(try projectTable(test.file), roles: test.roles, unit: test.unit))
    #expect(trends.slopeUnit == .week)
    #expect(trends.people.count == expected.count)
    for (person, row) in zip(trends.people, expected) {
      #expect(person.id == row["id"].text)
      #expect(person.visits == Int(row["visits"].number()))
      guard person.status == .fitted else {
        // Exact lines are reported without an error; R gives the rounding of its residuals as one.
        #expect(person.status == .exactLine || row["slope"].isNull, "\(person.id): \(person.status)")
        continue
      }
      expect(person, agreesWith: row, digits: 11)
      expectAgreement(person.lower, row["lower"], digits: 10, absolute: 1e-11, "lower of \(person.id)")
      expectAgreement(person.upper, row["upper"], digits: 10, absolute: 1e-11, "upper of \(person.id)")
    }
  }

  @Test(
    "hold 10 digits far from 0",
    arguments: ["epoch_offset", "epoch_offset_five", "epoch_decimal", "flat_noise"])
  func strained(_ name: String) throws {
    try expectLongArithmetic(name, digits: 10)
  }

  /// A line that explains all but a share s of the variance leaves deviations whose digits are those that a score, of 16,
  /// has beyond them: 13 here, and 11.
  @Test(
    "keep the digits that deviations from a nearly exact line have",
    arguments: [("near_line", 12.0), ("very_near_line", 10.0)])
  func nearLine(_ name: String, _ digits: Double) throws {
    try expectLongArithmetic(name, digits: digits)
  }

  private func expectLongArithmetic(_ name: String, digits: Double) throws {
    let row = try Fixture("Tests/OutcomesTests/Fixtures/trends_stress.json")["cases"][name]
    let times = row["times"].numbers.compactMap { $0 }
    let scores = row["scores"].numbers.compactMap { $0 }
    let table = try visits(zip(times, scores).map { ("P1", $0, $1) }, unit: .day)
    let person = try #require(PersonTrends(table).people.first)
    #expect(person.status == .fitted)
    expect(person, agreesWith: row, digits: digits)
  }

  private func expect(_ person: PersonTrend, agreesWith row: Fixture, digits: Double) {
    expectAgreement(person.slope, row["slope"], digits: min(digits, 11), "slope of \(person.id)")
    expectAgreement(person.standardError, row["std_err"], digits: digits, "error of \(person.id)")
    expectAgreement(person.statistic, row["t"], digits: digits, absolute: 1e-12, "t of \(person.id)")
    expectAgreement(person.degreesOfFreedom, row["df"], digits: 15, "df of \(person.id)")
    expectAgreement(person.pValue, row["p"], digits: digits - 0.5, "p of \(person.id)")
    expectAgreement(person.rSquared, row["r_squared"], digits: 10, absolute: 1e-13, "R2 of \(person.id)")
    expectAgreement(person.residualStandardDeviation, row["sigma"], digits: digits, "sigma of \(person.id)")
  }
}
