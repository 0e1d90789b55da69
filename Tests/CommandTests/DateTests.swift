import Foundation
import TestSupport
import Testing

private let visits = """
  subject_id,visit_date,started,modality,phq9
  1,2024-03-28,2024-03-30,combined,20
  1,2024-04-04,2024-03-30,combined,15
  1,2024-04-11T09:00,2024-03-30,combined,9
  2,2024-10-24,2024-10-24,therapy,18
  2,2024-10-31,2024-10-24,therapy,17
  2,2024-11-07,2024-10-24,therapy,11
  3,2024-01-01,,therapy,12
  3,2024-01-08,,therapy,10
  4,2024-05-01,2024-04-30,combined,16
  4,2024-05-15,2024-04-30,combined,8

  """

/// Files whose times are dates, by the commands.
@Suite("Commands on dates")
struct DateTests {
  @Test("trends count days from the first date, say so, and put it in the JSON")
  func trends() throws {
    let scratch = try Scratch()
    try scratch.write(visits, to: "visits.csv")
    let outcome = try scratch.run(["trends", "visits.csv", "--format", "json"])
    #expect(outcome.code == 0)
    #expect(
      outcome.errorLines.contains("derived: time is the days from each person's first date to 'visit_date'"))
    let json = try #require(outcome.json)
    #expect(json["time"]?["origin"]?.text == "first_visit" && json["time"]?["unit"]?.text == "day")
    #expect(json["time"]?["origin_column"] == .null)
    #expect(json["time"]?["column"]?.text == "visit_date" && json["time"]?["rows_before_zero"]?.number == 0)
    let text = try scratch.run(["trends", "visits.csv", "--time-unit", "week"])
    #expect(
      text.output.contains(
        "note: time is the days from each person's first date to 'visit_date', divided by 7 (weeks)"))
    // -20/2 a week by hand for person 4: 16 to 8 in two weeks.
    let csv = try scratch.run(["trends", "visits.csv", "--format", "csv"]).output
    #expect(csv.contains("\n4,combined,2,14,16,8,-8,-4,"))
  }

  @Test("an index date makes times before it negative; people without one are excluded by that reason")
  func indexDate() throws {
    let scratch = try Scratch()
    try scratch.write(visits, to: "visits.csv")
    let outcome = try scratch.run(["trends", "visits.csv", "--index-date", "started", "--format", "json"])
    let json = try #require(outcome.json)
    #expect(
      json["time"]?["origin"]?.text == "index_date" && json["time"]?["origin_column"]?.text == "started")
    #expect(json["time"]?["rows_before_zero"]?.number == 1)
    let excluded = json["rows"]?["excluded"]?.list ?? []
    #expect(
      excluded.map { $0["reason"]?.text } == ["missing started"] && excluded.first?["rows"]?.number == 2)
    let compared = try scratch.run([
      "compare", "visits.csv", "--index-date", "started", "--time-unit", "week", "--horizons", "1,2",
      "--window",
      "0.5", "--format", "json",
    ])
    #expect(compared.code == 0 && compared.json?["time"]?["days_per_unit"]?.number == 7)
  }

  @Test("a model derives day or week for its formula, and refuses a bare date")
  func fit() throws {
    let scratch = try Scratch()
    try scratch.write(visits, to: "visits.csv")
    let weeks = try scratch.run([
      "fit", "phq9 ~ week", "visits.csv", "--time", "visit_date", "--time-unit", "week", "--format", "json",
    ])
    #expect(weeks.code == 0 && weeks.json?["time"]?["origin"]?.text == "first_visit")
    let days = try scratch.run([
      "fit", "phq9 ~ day", "visits.csv", "--time", "visit_date", "--format", "json",
    ])
    func slope(_ outcome: Tandem.Outcome) -> Double? {
      outcome.json?["coefficients"]?.list.last?["estimate"]?.number
    }
    let (perWeek, perDay) = (try #require(slope(weeks)), try #require(slope(days)))
    expectAgreement(perWeek, 7 * perDay, digits: 13, "slope per week")
    let bare = try scratch.run(["fit", "phq9 ~ visit_date", "visits.csv"])
    #expect(bare.code == 3)
    #expect(
      bare.error.hasPrefix(
        "error: visits.csv: column 'visit_date' holds dates, and a formula needs numbers: derive"))
    let number = try scratch.run(["fit", "phq9 ~ day", "visits.csv", "--time", "phq9"])
    #expect(number.code == 3 && number.error.contains("column 'phq9' holds numbers"))
    let unused = try scratch.run(["fit", "phq9 ~ 1", "visits.csv", "--index-date", "started"])
    #expect(unused.code == 2 && unused.error.contains("--index-date needs --time COL"))
  }

  private static let episodes = """
    subject_id,start_date,end_date,relapse,modality
    1,2024-03-30,2024-04-04,1,combined
    2,2024-10-20,2024-11-09,0,combined
    3,2024-01-01,2024-01-31,1,therapy
    4,2024-02-01,2024-02-01,1,therapy
    5,2024-02-01,,0,therapy

    """

  @Test("episodes with a start and an end date have durations, recognised or named")
  func relapse() throws {
    let scratch = try Scratch()
    try scratch.write(Self.episodes, to: "episodes.csv")
    let outcome = try scratch.run(["relapse", "episodes.csv", "--format", "json"])
    #expect(outcome.code == 0)
    #expect(outcome.errorLines.contains("derived: time is the days from 'start_date' to 'end_date'"))
    #expect(outcome.json?["time"]?["origin"]?.text == "start")
    #expect(
      outcome.json?["rows"]?["time_at_risk"]?.number == 55 && outcome.json?["rows"]?["events"]?.number == 3)
    let named = try scratch.run([
      "relapse", "episodes.csv", "--start", "start_date", "--end", "end_date", "--time-unit", "week",
      "--format",
      "json",
    ])
    expectAgreement(
      named.json?["rows"]?["time_at_risk"]?.number ?? .nan, 55 / 7.0, digits: 14, "weeks at risk")
    #expect(try scratch.run(["relapse", "episodes.csv", "--start", "start_date"]).code == 2)
    #expect(
      try scratch.run(["relapse", "episodes.csv", "--start", "a", "--end", "b", "--time", "c"]).code == 2)
    let dated = try scratch.run(["relapse", "episodes.csv", "--time", "end_date"])
    #expect(
      dated.code == 3
        && dated.error.contains("column 'end_date' holds dates, and a survival time is a number"))
    try scratch.write(Self.episodes + "6,2024-02-02,2024-02-01,0,therapy\n", to: "reversed.csv")
    let reversed = try scratch.run(["relapse", "reversed.csv"])
    #expect(reversed.code == 3)
    #expect(
      reversed.error
        == "error: reversed.csv:7: column 'end_date': '2024-02-01' is not allowed; expected a date not before 'start_date', which is "
        + "2024-02-02\n")
  }

  @Test("a plan has the same keys; its report and results say what time zero is")
  func plan() throws {
    let scratch = try Scratch()
    try scratch.write(visits, to: "visits.csv")
    try scratch.write(Self.episodes, to: "episodes.csv")
    try scratch.write(
      """
      cohorts:
        - name: clinic
          visits:
            file: visits.csv
            index_date: started
            time_unit: week
            trends: {}
          episodes: {file: episodes.csv, start: start_date, end: end_date, event: relapse, arm: modality}
          fits:
            - {name: line, file: visits.csv, formula: phq9 ~ month, time: visit_date, time_unit: month}

      """, to: "plan.yaml")
    let outcome = try scratch.run(["run", "plan.yaml", "-o", "results"])
    #expect(outcome.code == 0, "\(outcome.error)")
    for (name, origin) in [("trends", "index_date"), ("relapse", "start"), ("line", "first_visit")] {
      let json = try JSONDecoder().decode(
        JSON.self, from: Data(scratch.text("results/clinic/\(name).json").utf8))
      #expect(json["time"]?["origin"]?.text == origin, "\(name)")
    }
    let report = try scratch.text("results/report.html")
    #expect(report.contains("Time is the days from each person"))
    try scratch.write(
      "cohorts:\n- name: a\n  fits:\n  - {name: b, file: c, formula: y ~ x, index_date: d}\n", to: "bad.yaml")
    #expect(
      try scratch.run(["run", "bad.yaml", "-o", "x"]).error
        == "error: bad.yaml:4:52: plan.cohorts[1].fits[1].index_date: needs 'time', a column of dates\n")
    try scratch.write(
      "cohorts:\n- name: a\n  episodes: {file: c, start: d, event: e}\n", to: "bad.yaml")
    #expect(
      try scratch.run(["run", "bad.yaml", "-o", "x"]).error.contains(
        "plan.cohorts[1].episodes: 'start' and 'end' go together, in place of 'time'"))
  }

  @Test(
    "what is no ISO date is refused with its line by every command",
    arguments: [
      ["trends"], ["compare", "--horizons", "7"], ["fit", "phq9 ~ day", "--time", "visit_date"],
    ])
  func refused(_ command: [String]) throws {
    let scratch = try Scratch()
    try scratch.write(visits.replacingOccurrences(of: "2024-10-31", with: "31/10/2024"), to: "visits.csv")
    let position = command[0] == "fit" ? 2 : 1
    let outcome = try scratch.run(Array(command[..<position]) + ["visits.csv"] + command[position...])
    #expect(outcome.code == 3)
    #expect(
      outcome.error
        == "error: visits.csv:6: column 'visit_date': '31/10/2024' is not an ISO date; expected year-month-day: 2024-10-31\n"
    )
  }
}
