import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// A spoilt cohort and the findings that it must give: no other ones.
struct SpoiltCohort: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let cohort: CohortText
  let found: [String]

  init(_ name: String, _ cohort: CohortText, _ found: String...) {
    testDescription = name
    self.cohort = cohort
    self.found = found
  }

  private static let visits = CohortText.visits
  private static let episodes = CohortText.episodes

  /// "kind severity column rows/people lines".
  static let all: [SpoiltCohort] = [
    SpoiltCohort("clean visits", visits),
    SpoiltCohort("clean episodes", episodes),
    SpoiltCohort(
      "a time twice", visits.appending("P1,therapy,F,4,9"), "duplicate_times caution week 1/1 26",
      "unsorted_times note week 1/1 26"),
    SpoiltCohort(
      "a row twice", visits.appending("P8,combined,F,8,16"), "duplicate_times caution week 1/1 26",
      "duplicate_rows caution - 1/1 26"),
    SpoiltCohort(
      "rows out of order", visits.changing(2) { $0[3] = "12" }, "unsorted_times note week 2/1 3,4",
      "no_baseline note phq9 3/1 2,3,4"),
    SpoiltCohort(
      "visits before the start", visits.setting(3, of: [2, 5], to: "-2"), "negative_times note week 2/2 2,5"),
    SpoiltCohort(
      "no one has a baseline", visits.setting(3, of: stride(from: 2, through: 23, by: 3), to: "1"),
      "no_baseline caution phq9 24/8 2,3,4,5,6"),
    SpoiltCohort(
      "scores out of range", visits.setting(4, of: [3, 9], to: "28"),
      "score_out_of_range serious phq9 2/2 3,9"),
    SpoiltCohort(
      "a code for missing scores", visits.setting(4, of: [3, 9], to: "-99"),
      "likely_missing_code serious phq9 2/2 3,9"),
    SpoiltCohort(
      "a code for missing scores and another score out of range",
      visits.setting(4, of: [3, 9], to: "99").setting(4, of: [12], to: "40"),
      "likely_missing_code serious phq9 2/2 3,9", "score_out_of_range serious phq9 1/1 12"),
    SpoiltCohort(
      "a fractional score", visits.setting(4, of: [6], to: "13.5"), "fractional_scores note phq9 1/1 6"),
    SpoiltCohort(
      "a jump of 15 points in a week",
      visits.changing(3) { ($0[3], $0[4]) = ("1", "3") }.changing(2) { $0[4] = "18" },
      "implausible_jump caution phq9 1/1 3"),
    SpoiltCohort(
      "14 points are none", visits.changing(3) { ($0[3], $0[4]) = ("1", "4") }.changing(2) { $0[4] = "18" }),
    SpoiltCohort(
      "15 points in two weeks are none",
      visits.changing(3) { ($0[3], $0[4]) = ("2", "3") }.changing(2) { $0[4] = "18" }),
    SpoiltCohort(
      "an arm changes", visits.changing(4) { $0[1] = "combined" }, "arm_changes serious modality 1/1 4"),
    SpoiltCohort(
      "an arm changes on a row without a score", visits.changing(4) { ($0[1], $0[4]) = ("combined", "") },
      "arm_changes caution modality 1/1 4", "missing_values note phq9 1/1 4",
      "missing_by_arm none"),
    SpoiltCohort(
      "an arm spelt in two ways", visits.setting(1, of: [5, 6, 7], to: "Combined "),
      "spelling_variants caution modality 3/1 5,6,7"),
    SpoiltCohort(
      "a person spelt in two ways", visits.setting(0, of: [2], to: "p1"),
      "no_baseline note phq9 2/1 3,4", "spelling_variants caution subject_id 1/1 2"),
    SpoiltCohort(
      "constant columns", visits.adding("site") { _ in "A" }.adding("version") { _ in "2" },
      "constant_column note site 24/8 2,3,4,5,6", "constant_column note version 24/8 2,3,4,5,6"),
    SpoiltCohort("an empty column", visits.adding("notes") { _ in "" }, "empty_column note notes 24/8 -"),
    SpoiltCohort(
      "no scores", visits.setting(4, of: 2...25, to: ""), "empty_column serious phq9 24/8 -"),
    SpoiltCohort(
      "a slip among numbers", visits.setting(4, of: [7], to: "1O"), "nearly_numeric serious phq9 1/1 7"),
    SpoiltCohort(
      "a slip in another column", visits.adding("age") { $0 == 9 ? "4o" : "\(30 + $0 / 3)" },
      "nearly_numeric caution age 1/1 9"),
    SpoiltCohort(
      "dates with days of one digit",
      (2...25).reduce(visits) { $0.setting(3, of: [$1], to: "2024-01-\($1 + 5)") },
      "not_a_date serious week 3/1 2,3,4"),
    SpoiltCohort(
      "words for weeks", (2...25).reduce(visits) { $0.setting(3, of: [$1], to: "week \(($1 - 2) % 3)") },
      "not_numeric serious week 24/8 2,3,4,5,6"),
    SpoiltCohort(
      "an arm that changes in its spelling", visits.setting(1, of: [3, 9], to: "Therapy"),
      "spelling_variants serious modality 2/2 3,9", "arm_changes note modality 2/2 3,9"),
    SpoiltCohort(
      "an arm that changes, and one that changes in its spelling",
      visits.setting(1, of: [3], to: "Therapy").setting(1, of: [10], to: "combined"),
      "spelling_variants serious modality 1/1 3", "arm_changes serious modality 1/1 10"),
    SpoiltCohort(
      "a number far away", visits.adding("weight") { $0 == 13 ? "7200" : "\(60 + $0)" },
      "far_outside note weight 1/1 13"),
    SpoiltCohort(
      "missing parts",
      visits.setting(0, of: [2], to: "").setting(1, of: [5], to: "").setting(3, of: [8], to: "")
        .setting(4, of: [11], to: ""),
      "no_baseline caution phq9 6/3 3,4,9,10,12", "missing_values note subject_id 1/0 2",
      "missing_values note modality 1/1 5", "missing_values note week 1/1 8",
      "missing_values note phq9 1/1 11", "missing_by_arm none"),
    SpoiltCohort(
      "much missing in other columns", visits.adding("income") { $0 % 3 == 0 ? "" : "\($0)" },
      "missing_values note - 8/8 3,6,9,12,15"),
    SpoiltCohort(
      "no column of scores", visits.changing(1) { $0[4] = "x" }, "no_score_column note - 24/- -"),
    SpoiltCohort(
      "a negative time", episodes.setting(4, of: [3], to: "-1"), "negative_duration serious days 1/1 3"),
    SpoiltCohort(
      "events at time 0", episodes.setting(4, of: [2, 3, 4], to: "0"),
      "event_without_time_at_risk caution days 2/2 2,3", "no_time_at_risk note days 1/1 4"),
    SpoiltCohort(
      "an unknown status", episodes.setting(5, of: [5], to: "3"), "unknown_event_code serious relapse 1/1 5"),
    SpoiltCohort(
      "1 and 2 are censored and event",
      episodes.setting(5, of: [4, 7], to: "1").setting(5, of: [2, 3, 5, 6, 8, 9], to: "2")),
    SpoiltCohort(
      "no events", episodes.setting(5, of: 2...9, to: "0"), "constant_column caution relapse 8/8 2,3,4,5,6"),
    SpoiltCohort(
      "two episodes", episodes.appending("P1,therapy,33,60,50,1"),
      "several_episodes caution subject_id 1/1 10"),
    SpoiltCohort(
      // Person 1 is in remission from week 11 for 57 days, to week 19.1.
      "overlapping episodes", episodes.appending("P1,therapy,33,19,50,1"),
      "several_episodes caution subject_id 1/1 10", "overlapping_episodes caution remission_week 1/1 10"),
    SpoiltCohort(
      "touching episodes", episodes.appending("P1,therapy,33,19.2,50,1"),
      "several_episodes caution subject_id 1/1 10"),
    SpoiltCohort(
      "outcomes missing in one arm", episodes.setting(4, of: [2, 4, 6, 8], to: ""),
      "missing_values caution days 4/4 2,4,6,8", "missing_by_arm caution days 4/4 2,4,6,8"),
  ]
}

/// Every kind of finding on a table where it can be counted by hand.
@Suite("ByHand: check") struct CheckByHandTests {
  @Test(arguments: SpoiltCohort.all)
  func everySpoiltCohortGivesItsFindingsAndNoOther(_ spoilt: SpoiltCohort) throws {
    let found = try findings(spoilt.cohort).map(Self.short)
    #expect(found.sorted() == spoilt.found.filter { !$0.hasSuffix(" none") }.sorted())
  }

  /// The analyses that a finding says would refuse a file do refuse it, and no other does.
  @Test(arguments: SpoiltCohort.all)
  func refusalsAreTrue(_ spoilt: SpoiltCohort) throws {
    let found = try findings(spoilt.cohort)
    // What happens where a column is named in a formula or held equal is not seen by these calls.
    let parts: Set<String> = ["subject_id", "modality", "week", "phq9", "days", "relapse"]
    let said = found.filter { $0.column.map(parts.contains) ?? ($0.kind == .noScoreColumn) }
      .flatMap(\.consequences).filter { $0.effect == .refused && $0.analysis != .fit }.map(\.analysis)
    #expect(try refusals(spoilt.cohort) == Set(said))
  }

  @Test func everyFindingSaysWhatEachReaderDoes() throws {
    for spoilt in SpoiltCohort.all {
      for finding in try findings(spoilt.cohort) {
        #expect(!finding.message.isEmpty && !finding.consequences.isEmpty, "\(finding.kind)")
        let analyses = finding.consequences.map(\.analysis)
        #expect(Set(analyses).count == analyses.count, "\(finding.kind): one consequence an analysis")
        let readers: Set<Consequence.Analysis> =
          spoilt.cohort.name == "visits.csv" ? [.fit, .trends, .compare] : [.fit, .relapse]
        #expect(readers.isSuperset(of: analyses), "\(finding.kind)")
        #expect(analyses.contains(.fit), "\(finding.kind)")
      }
    }
  }

  static func short(_ finding: Finding) -> String {
    let lines = finding.lines.map(String.init).joined(separator: ",")
    return
      "\(finding.kind) \(finding.severity.rawValue) \(finding.column ?? "-") "
      + "\(finding.rows)/\(finding.people.map(String.init) ?? "-") \(lines.isEmpty ? "-" : lines)"
  }
}
