import CohortTables
import Estimation
import Outcomes
import Testing

/// What a check advises works, and what it says of an analysis holds for files of that kind.
@Suite("ByHand: advice of a check") struct CheckAdviceByHandTests {
  /// The value of `--missing` in a message, as the command splits it.
  private func codes(_ message: String) throws -> Set<String> {
    let parts = message.split(separator: "'", omittingEmptySubsequences: false)
    return Set(try #require(parts.dropFirst().first).split(separator: ",").map(String.init))
  }

  @Test func oneAdviceNamesEveryCode() throws {
    // Missing codes of three columns, and one of the usual codes.
    let cohort = CohortText.visits.setting(4, of: [3], to: "99").setting(4, of: [9], to: "NA")
      .adding("weight") { $0 == 4 ? "-99" : "\(60 + $0)" }.adding("income") { $0 == 5 ? "9999" : "\($0 * 7)" }
    let found = try findings(cohort).filter { $0.kind == .likelyMissingCode }
    #expect(found.map(\.column) == ["phq9", "weight", "income"])
    let advised = try Set(found.flatMap(\.consequences).map { try codes($0.message) })
    #expect(advised == [["NA", "NaN", "null", ".", "99", "-99", "9999"]])
    let read = try cohort.table(CSVOptions(missingCodes: advised.first ?? []))
    #expect(["phq9", "weight", "income"].allSatisfy { read.column($0)?.isNumeric == true })
    #expect(["phq9", "weight", "income"].map { read.column($0)?.missingCount } == [2, 1, 1])
    #expect(try CohortCheck().report(on: [read]).findings.allSatisfy { $0.kind != .likelyMissingCode })
  }

  @Test func codesThatWereGivenAreKept() throws {
    let cohort = CohortText.visits.setting(4, of: [3], to: "99").setting(4, of: [9], to: "refused")
    let table = try cohort.table(CSVOptions(missingCodes: ["refused"]))
    let found = try CohortCheck(CheckOptions(missingCodes: ["refused"])).report(on: [table]).findings
    let finding = try #require(found.first { $0.kind == .likelyMissingCode })
    #expect(try codes(finding.consequences[0].message) == ["refused", "99"])
  }

  @Test func aCodeThatIsAValueElsewhereNeedsASchema() throws {
    let cohort = CohortText.visits.setting(4, of: [3], to: "99").adding("weight") { "\(90 + $0)" }
    let finding = try #require(try findings(cohort).first { $0.kind == .likelyMissingCode })
    #expect(finding.column == "phq9")
    #expect(
      finding.consequences.allSatisfy {
        $0.message.contains(
          "'weight' has values of 99 that are none, so a schema has to name the code for this column alone")
      })
  }

  @Test func scoresAreCountedOnce() throws {
    let cohort = CohortText.visits.setting(4, of: [3, 9], to: "99").setting(4, of: [12], to: "40")
    let range = try #require(try findings(cohort).first { $0.kind == .scoreOutOfRange })
    #expect(range.rows == 1 && range.message.hasSuffix("2 further ones are told as likely_missing_code"))
  }

  @Test func onlyReadersOfTheKindAreNamed() throws {
    let table = try CohortText.visits.adding("surname") { "Name\($0)" }.table()
    let identifying = Finding.identifying(IdentifierScreen().findings(in: table), in: table)
    let report = try CohortCheck().report(on: [table]).adding(identifying)
    #expect(report.findings.map(\.kind) == [.identifyingColumn])
    #expect(report.findings[0].consequences.map(\.analysis) == [.fit, .trends, .compare])
    #expect(report.refusals == [.trends, .compare] && !report.verdict.contains("relapse"))
  }
}
