import CohortTables
import Estimation
import Outcomes
import TestSupport
import Testing

/// Findings between files, and what a report says of a file.
@Suite("ByHand: check of several files") struct CheckLinkByHandTests {
  private func renamed(_ cohort: CohortText, _ name: String) -> CohortText {
    CohortText(lines: cohort.lines, name: name)
  }

  @Test func filesThatBelongTogetherAreClean() throws {
    #expect(try findings(.visits, .episodes).isEmpty)
  }

  @Test func peopleOfOneFileOnly() throws {
    let episodes = CohortText.episodes.setting(0, of: [3], to: "X9")
    let found = try findings(.visits, episodes).map(CheckByHandTests.short)
    #expect(
      found == [
        "people_without_visits caution subject_id 1/1 3", "people_without_episodes note subject_id 3/1 5,6,7",
      ])
  }

  @Test func noPersonInCommonIsSerious() throws {
    let episodes = (2...9).reduce(CohortText.episodes) { $0.setting(0, of: [$1], to: "\($1)") }
    let found = try findings(.visits, episodes)
    #expect(found.map(\.kind) == [.noVisits, .noEpisodes])
    #expect(found.allSatisfy { $0.severity == .serious && $0.message.hasPrefix("none of 8 people is in ") })
  }

  @Test func armsThatDifferBetweenFiles() throws {
    let episodes = CohortText.episodes.setting(1, of: [4], to: "combined")
    #expect(
      try findings(.visits, episodes).map(CheckByHandTests.short)
        == ["arm_differs_between_files caution modality 1/1 4"])
  }

  @Test func theSamePeopleTwice() throws {
    let found = try findings(.visits, renamed(.visits, "more.csv"))
    #expect(found.map(CheckByHandTests.short) == ["people_in_several_files note subject_id 24/8 2,3,4,5,6"])
    #expect(found[0].file == "more.csv")
  }

  @Test func whatAFileHolds() throws {
    let cohort = CohortText.visits.appending("P1,therapy,F,12,9", "P1,therapy,F,16,8", "P9,therapy,M,0,20")
    let file = try #require(try CohortCheck().report(on: [cohort.table()]).files.first)
    #expect(file.kind == .visits && file.rows == 27 && file.columns == 5 && file.people == 9)
    let spread = try #require(file.rowsPerPerson)
    #expect(spread.minimum == 1 && spread.median == 3 && spread.maximum == 5)
    #expect(file.unit == .week && file.events == nil)
    #expect(file.scales.map(\.scale.name) == ["PHQ-9"])
    #expect(
      file.parts.map { "\($0.part)=\($0.column)" }
        == ["person=subject_id", "arm=modality", "time=week", "score=phq9"])
    let episodes = try #require(try CohortCheck().report(on: [CohortText.episodes.table()]).files.first)
    #expect(episodes.kind == .episodes && episodes.events?.count == 6 && episodes.events?.known == 8)
    #expect(episodes.parts.last?.column == "remission_week")
  }

  @Test func missingByColumnArmAndVisit() throws {
    let cohort = CohortText.visits.setting(4, of: [4, 7], to: "")
    var short = cohort
    short.lines.remove(at: 9)
    let missing = try #require(try CohortCheck().report(on: [short.table()]).missingness.first)
    let score = try #require(missing.columns.last)
    #expect(score.column == "phq9" && score.rows == 23 && score.missing == 2)
    #expect(
      score.byArm.map { "\($0.arm ?? "-") \($0.missing)/\($0.rows)" } == ["combined 1/12", "therapy 1/11"])
    // Persons 1 and 2 have no score at week 8; person 3 has no row there.
    let counts = missing.visits.map { "\($0.arm ?? "all") \($0.from) \($0.people) \($0.seen) \($0.scored)" }
    #expect(counts.prefix(3) == ["all 0.0 8 8 8", "all 4.0 8 8 8", "all 8.0 8 7 5"])
    #expect(counts[5] == "combined 8.0 4 4 3" && counts[8] == "therapy 8.0 4 3 2")
  }

  @Test func manyTimesAreSetInWindows() throws {
    let rows = (0..<40).map { "P\($0 % 8),\($0 / 8 == 0 ? 0 : Double($0) / 2),\($0 % 20)" }
    let table = try csvTable("subject_id,week,phq9\n" + rows.joined(separator: "\n") + "\n")
    let visits = try #require(try CohortCheck().report(on: [table]).missingness.first).visits
    #expect(visits.first?.from == 0 && visits.first?.to == 0 && visits.first?.scored == 8)
    #expect(visits.dropFirst().map { $0.to - $0.from } == Array(repeating: 2, count: 10))
    #expect(visits.last?.to == 20)
  }

  @Test func namedColumnsMustStandInSomeFile() throws {
    let options = CheckOptions(roles: ColumnRoles(arm: "sex"))
    #expect(
      try CohortCheck(options).report(on: [CohortText.visits.table()]).files[0].parts[1].column == "sex")
    #expect(
      try CohortCheck(options).report(on: [.visits, .episodes].map { try ($0 as CohortText).table() }).files
        .count == 2)
    #expect(throws: TableError.self) {
      _ = try CohortCheck(CheckOptions(event: "died")).report(on: [CohortText.visits.table()])
    }
  }

  @Test func jumpRuleIsConfigurable() throws {
    // Person 1 goes from 18 to 12 in four weeks.
    let cohort = CohortText.visits.setting(4, of: [2], to: "18").setting(4, of: [3], to: "12")
    let strict = CheckOptions(jump: JumpRule(reliableChangeMultiple: 1, withinWeeks: 4))
    #expect(
      try findings(cohort, options: strict).contains { $0.kind == .implausibleJump && $0.lines.contains(3) })
    // Without a reliable change the share of the range counts: 60 x 0.55 = 33 points of the MADRS.
    let madrs = CohortText.visits.changing(1) { $0[4] = "madrs" }.setting(3, of: [3], to: "1")
    #expect(
      try findings(madrs.setting(4, of: [2], to: "45").setting(4, of: [3], to: "12")).map(\.kind) == [
        .implausibleJump
      ])
    #expect(try findings(madrs.setting(4, of: [2], to: "44").setting(4, of: [3], to: "12")).isEmpty)
  }

  @Test func rangesOfTheFieldAreKnown() throws {
    let ranges = [
      "hamd17": 52.0, "MADRS": 60, "bdi_ii": 63, "Y-BOCS": 40, "panss": 210, "cesd": 60, "PHQ 9": 27,
    ]
    for (column, highest) in ranges {
      #expect(Instrument.recognised(from: column)?.maximum == highest, "\(column)")
    }
    for column in ["hamd", "who5", "WHO-5", "age", "score", ""] {
      #expect(Instrument.recognised(from: column) == nil, "\(column)")
    }
    // Trends know the range of the MADRS: a score of 61 is refused, and the finding says so.
    let madrs = CohortText.visits.changing(1) { $0[4] = "madrs" }.setting(4, of: [3], to: "61")
    let found = try findings(madrs)
    #expect(found.map(\.kind) == [.scoreOutOfRange])
    #expect(
      found[0].consequences.map(\.effect) == [.refused, .refused, .used], "trends, compare, fit")
    #expect(try refusals(madrs) == [.trends, .compare])
  }

  @Test func filesWithoutRowsOrPartsAreChecked() throws {
    #expect(try CohortCheck().report(on: [csvTable("subject_id,week,phq9\n")]).findings.isEmpty)
    #expect(try CohortCheck().report(on: [csvTable("a\n1\n2\n")]).findings.isEmpty)
    let empty = try CohortCheck().report(on: [csvTable("subject_id,week,phq9\n,,\n,,\n")])
    #expect(empty.findings.map(\.kind).contains(.emptyColumn))
  }

  /// The bundled cohorts: every finding was looked at and is true of the data.
  @Test func bundledCohorts() throws {
    func kinds(_ paths: String...) throws -> [String] {
      try CohortCheck().report(on: paths.map(projectTable)).findings.map {
        "\($0.kind) \($0.column ?? "-") \($0.rows)"
      }
    }
    #expect(try kinds("Data/btheb/visits.csv") == ["missing_values bdi 120"])
    #expect(try kinds("Data/ptsd_fdd/visits.csv") == ["no_score_column - 156", "missing_values - 90"])
    #expect(
      try kinds("Data/help/episodes.csv") == [
        "event_without_time_at_risk days 11", "missing_values days 209", "missing_values relapse 207",
        "far_outside hospitalisations 1", "missing_values - 239",
      ])
    #expect(
      try kinds("Data/demo/visits.csv", "Data/demo/episodes.csv") == [
        "people_without_episodes subject_id 3299"
      ])
  }
}
