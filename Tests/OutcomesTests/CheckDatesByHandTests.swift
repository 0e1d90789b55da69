import CohortTables
import Estimation
import Outcomes
import Testing

/// Dates in a check: episodes between two dates, cells that are no dates, numbers in their place.
@Suite("ByHand: dates in a check") struct CheckDatesByHandTests {
  /// Six people with an episode each on lines 2 to 7, between two dates.
  private static let episodes = CohortText(
    lines: [
      "subject_id,modality,start_date,end_date,relapse", "P1,therapy,2024-01-10,2024-06-01,1",
      "P2,combined,2024-03-01,2024-09-01,0", "P3,therapy,2024-02-01,2024-05-01,1",
      "P4,combined,2024-02-29,2024-12-01,0", "P5,therapy,2023-12-31,2024-08-01,0",
      "P6,combined,2024-01-01,2024-04-01T09:30,1",
    ], name: "episodes.csv")

  private static let visits = CohortText(
    lines: ["subject_id,modality,visit_date,started,phq9"]
      + (1...6).flatMap { person in
        ["2024-01-0\(person)", "2024-01-1\(person)", "2024-02-0\(person)"].enumerated().map { visit, date in
          "P\(person),\(person % 2 == 0 ? "combined" : "therapy"),\(date),2024-01-0\(person),\(18 - 3 * visit - person % 3)"
        }
      }, name: "visits.csv")

  private func short(_ cohort: CohortText, _ options: CheckOptions = CheckOptions()) throws -> [String] {
    try findings(cohort, options: options).map(CheckByHandTests.short).sorted()
  }

  /// Whether the analysis of relapse takes the file, with the dates that the check took.
  private func isRefused(_ cohort: CohortText, _ start: String = "start_date", _ end: String = "end_date")
    -> Bool
  {
    do {
      let (table, column, _) = try cohort.table().addingDuration(from: start, to: end)
      _ = try RelapseAnalysis(
        table,
        RelapseAnalysis.Question(
          time: column, event: "relapse", arm: "modality", options: ModelOptions(subject: "subject_id")))
      return false
    } catch {
      return true
    }
  }

  // MARK: - Episodes

  @Test func episodesBetweenDatesAreEpisodes() throws {
    let report = try CohortCheck().report(on: [Self.episodes.table()])
    let file = try #require(report.files.first)
    #expect(report.findings.isEmpty && file.kind == .episodes && file.unit == .day)
    #expect(
      file.parts.map { "\($0.part) = \($0.column)" } == [
        "person = subject_id", "arm = modality", "event = relapse", "start = start_date", "end = end_date",
      ])
    #expect(file.events?.count == 3)
    #expect(!isRefused(Self.episodes))
  }

  @Test func datesAreTakenByName() throws {
    var cohort = Self.episodes
    cohort.lines[0] = "subject_id,modality,remitted,seen,relapse"
    #expect(try CohortCheck().report(on: [cohort.table()]).files[0].kind == .other)
    let named = try CohortCheck(CheckOptions(start: "remitted", end: "seen")).report(on: [cohort.table()])
    #expect(named.files[0].kind == .episodes && named.findings.isEmpty)
    #expect(throws: TableError.self) {
      _ = try CohortCheck(CheckOptions(start: "remitted", end: "gone")).report(on: [cohort.table()])
    }
  }

  @Test func reversedEpisodesAreFound() throws {
    let cohort = Self.episodes.setting(3, of: [4], to: "2024-01-31")
    #expect(try short(cohort) == ["negative_duration serious end_date 1/1 4"])
    #expect(isRefused(cohort))
  }

  @Test func episodesWithoutLengthAreFound() throws {
    let cohort = Self.episodes.setting(3, of: [4], to: "2024-02-01").setting(3, of: [5], to: "2024-02-29")
    #expect(
      try short(cohort) == [
        "event_without_time_at_risk caution end_date 1/1 4", "no_time_at_risk note end_date 1/1 5",
      ])
    #expect(!isRefused(cohort))
  }

  @Test func overlappingEpisodesAreFound() throws {
    let cohort = Self.episodes.appending(
      "P1,therapy,2024-05-31,2024-08-01,0", "P2,combined,2024-09-01,2024-10-01,1")
    #expect(
      try short(cohort) == [
        "overlapping_episodes caution start_date 1/1 8", "several_episodes caution subject_id 2/2 8,9",
      ])
  }

  @Test func episodesWithoutAnEventSayThatItIsMissing() throws {
    var cohort = Self.episodes
    cohort.lines[0] = "subject_id,modality,start_date,end_date,x"
    #expect(try short(cohort) == ["no_event_column note - 6/- -"])
  }

  @Test func aStartThatIsNoDateIsNamedWithItsLine() throws {
    let cohort = Self.episodes.setting(2, of: [6], to: "31/03/2024")
    #expect(try short(cohort) == ["not_a_date serious start_date 1/1 6"])
    #expect(isRefused(cohort))
    let message = try #require(try findings(cohort).first?.message)
    #expect(
      message
        == "1 of 6 values are no dates: '31/03/2024' in line 6 is not an ISO date, expected year-month-day: 2024-03-31"
    )
  }

  // MARK: - Visits

  @Test func cleanVisitsByDateHaveNoFindings() throws {
    #expect(try short(Self.visits).isEmpty)
    #expect(try short(Self.visits, CheckOptions(roles: ColumnRoles(indexDate: "started"))).isEmpty)
  }

  @Test func cellsThatAreNoDatesAreCountedAndNamed() throws {
    let cohort = Self.visits.setting(2, of: [4], to: "2024-02-30").setting(2, of: [8], to: "8.1.24")
    #expect(try short(cohort) == ["not_a_date serious visit_date 2/2 4,8"])
    #expect(try refusals(cohort) == [.trends, .compare])
    let message = try #require(try findings(cohort).first?.message)
    #expect(
      message.hasPrefix(
        "2 of 18 values are no dates: '2024-02-30' in line 4 is no day of the calendar, expected"))
    #expect(
      message.contains(
        "'8.1.24' in line 8 is not an ISO date, expected year-month-day with a year of four digits"))
  }

  @Test func otherChecksOfTimeGoOn() throws {
    // Line 3 repeats the date of line 2; line 7 is no date.
    let cohort = Self.visits.setting(2, of: [3], to: "2024-01-01").setting(2, of: [7], to: "soon")
    #expect(
      try short(cohort) == [
        "duplicate_times caution visit_date 1/1 3", "not_a_date serious visit_date 1/1 7",
      ])
  }

  @Test func aClockThatDiffersIsFound() throws {
    let cohort = Self.visits.setting(2, of: [3], to: "2024-01-11T09:00").setting(
      2, of: [5], to: "2024-01-02T09:00Z")
    let found = try findings(cohort)
    #expect(found.map(\.kind) == [.notADate] && found[0].lines == [5])
    #expect(found[0].message.contains("has an offset, but line 3 has none"), "\(found[0].message)")
    #expect(try refusals(cohort) == [.trends, .compare])
  }

  @Test func indexDatesThatDifferAreFound() throws {
    let cohort = Self.visits.setting(3, of: [3], to: "2024-01-09")
    let options = CheckOptions(roles: ColumnRoles(indexDate: "started"))
    #expect(try short(cohort, options) == ["index_date_differs serious started 1/1 3"])
    #expect(throws: TableError.self) {
      _ = try VisitTable(cohort.table(), roles: ColumnRoles(indexDate: "started"))
    }
  }

  // MARK: - Numbers

  @Test(arguments: [
    (45_231, "45231 is 2023-11-01 if days are counted from 1900, and 2027-11-02 if from 1904"),
    (20_240_101, "20240101: write them with hyphens, such as 2024-01-01"),
  ])
  func numbersInPlaceOfDatesAreFound(_ first: Int, _ words: String) throws {
    let numbers = (2...19).reduce(Self.visits) { $0.setting(2, of: [$1], to: "\(first + ($1 - 2) % 3)") }
    #expect(try short(numbers) == ["date_as_number serious visit_date 18/6 2,3,4,5,6"])
    #expect(try refusals(numbers) == [.trends, .compare])
    let message = try findings(numbers)[0].message
    #expect(message.contains(words), "\(message)")
    // In a column that plays no part they are taken as numbers.
    let other = Self.visits.adding("referral_date") { "\(first + $0 % 3)" }
    #expect(try short(other) == ["date_as_number caution referral_date 18/6 2,3,4,5,6"])
    let named = Self.visits.adding("last_update") { "\(first + $0 % 3)" }
    #expect(try short(named).isEmpty)
  }

  @Test func aUnitSaysWhatANumberCounts() throws {
    let weeks = (2...19).reduce(Self.visits) { $0.setting(2, of: [$1], to: "\(4 * (($1 - 2) % 3))") }
    #expect(try short(weeks) == ["date_as_number serious visit_date 18/6 2,3,4,5,6"])
    #expect(try short(weeks, CheckOptions(timeUnit: .week)).isEmpty)
  }

  @Test func textThatMentionsADateIsNoColumnOfDates() throws {
    let cohort = Self.visits.adding("remark") { $0 == 2 ? "2024-01-01" : "phoned \($0 % 4)" }
    #expect(try short(cohort).isEmpty)
  }
}
