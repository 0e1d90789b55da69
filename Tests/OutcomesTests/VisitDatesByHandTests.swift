import CohortTables
import Estimation
import Outcomes
import Testing

/// Visits whose times are dates.
@Suite("ByHand: visits by date")
struct VisitDatesByHandTests {
  @Test("dates are days since each person's first date, which needs no score")
  func sinceFirstVisit() throws {
    let table = try csvTable(
      "id,date,phq9\nA,2024-03-08,12\nA,2024-03-01,\nB,2023-12-31,20\nA,2024-02-29T23:00,15\nB,2024-01-01,18\n"
    )
    let visits = try VisitTable(table, roles: ColumnRoles())
    #expect(visits.roles.time == "date" && visits.unit == .day)
    #expect(Array(visits.times) == [8, 1, 0, 0, 1])
    #expect(visits.people.map { Array($0.rows) } == [[3, 0], [2, 4]])
    let axis = try #require(visits.timeAxis)
    #expect(axis.origin == .firstVisit && axis.rowsBeforeZero == 0 && !axis.isUTC && axis.column == "date")
    #expect(axis.statement == "time is the days from each person's first date to 'date'")
    #expect(axis.notes == [axis.statement])
    let unscored = try csvTable("id,date,phq9\nA,2024-03-01,\nA,2024-03-08,12\nA,2024-03-15,9\n")
    #expect(
      try Array(VisitTable(unscored, roles: ColumnRoles()).times) == [0, 7, 14],
      "time zero is no matter of the score")
  }

  @Test("weeks are 7 days, months 30.4375, years 365.25; visits have no length")
  func units() throws {
    let table = try csvTable("id,date,phq9\nA,2020-01-01,9\nA,2024-01-01,8\n")
    func time(_ unit: TimeUnit) throws -> Double {
      try VisitTable(table, roles: ColumnRoles(), unit: unit).times[1]
    }
    #expect(try time(.day) == 1461 && time(.week) == 1461 / 7.0)
    #expect(try time(.month) == 48 && time(.year) == 4, "four years with a leap day")
    #expect(
      message { _ = try time(.visit) }
        == "visits.csv: 'date' holds dates, whose distances are known: the unit of time is day, week, month or year, not visit"
    )
    #expect(TimeUnit.allCases.map(\.days) == [1, 7, 30.4375, 365.25, nil])
  }

  // The clocks went forward in Europe/London on 2024-03-31 (a day of 23 hours) and back on 2024-10-27 (25 hours); in the
  // United States on 2024-03-10 and 2024-11-03.
  @Test(
    "changes of the clocks move no day",
    arguments: [
      [
        "2024-03-30T23:30+00:00", "2024-03-31T00:15+00:00", "2024-03-31T23:45+01:00",
        "2024-04-01T00:05+01:00",
      ],
      [
        "2024-10-26T23:30+01:00", "2024-10-27T00:15+01:00", "2024-10-27T23:45+00:00",
        "2024-10-28T00:05+00:00",
      ],
      [
        "2024-03-09T23:30-05:00", "2024-03-10T00:15-05:00", "2024-03-10T23:45-04:00",
        "2024-03-11T00:05-04:00",
      ],
      [
        "2024-11-02T23:30-04:00", "2024-11-03T00:15-04:00", "2024-11-03T23:45-05:00",
        "2024-11-04T00:05-05:00",
      ],
      // Without offsets: half past one does not exist in London on the first day and exists twice on the second.
      ["2024-03-30 23:59", "2024-03-31 01:30", "2024-03-31 23:59", "2024-04-01 00:00"],
      ["2024-10-26 00:00", "2024-10-27 01:30", "2024-10-27 01:30:00.5", "2024-10-28 23:59"],
    ])
  func daylightSaving(_ dates: [String]) throws {
    let rows = dates.map { "A,\($0),9\n" }.joined()
    #expect(
      try Array(VisitTable(csvTable("id,date,phq9\n" + rows), roles: ColumnRoles()).times) == [0, 1, 1, 2])
  }

  @Test("a year of weekly visits at the same time of day are whole weeks on either side of both changes")
  func weeksAcrossTheYear() throws {
    let first = try #require(CalendarDay(year: 2024, month: 1, day: 3))
    let rows = (0..<53).map { week -> String in
      let day = CalendarDay(number: first.number + 7 * week)
      let isSummer = "2024-03-31"..<"2024-10-27" ~= day.description
      return "A,\(day)T09:00\(isSummer ? "+01:00" : "Z"),9\n"
    }
    let visits = try VisitTable(
      csvTable("id,date,phq9\n" + rows.joined()), roles: ColumnRoles(), unit: .week)
    #expect(Array(visits.times) == (0..<53).map(Double.init))
  }

  @Test("UTC is said, since its days may not be the local ones")
  func utc() throws {
    let table = try csvTable("id,date,phq9\nA,2024-06-01T23:30:00Z,9\nA,2024-06-02T23:30:00Z,8\n")
    let axis = try #require(try VisitTable(table, roles: ColumnRoles()).timeAxis)
    #expect(axis.isUTC && axis.notes.last?.hasPrefix("the date-times of 'date' are in UTC") == true)
  }

  @Test("days since an index date, negative before it; people without one are left out and counted")
  func sinceIndexDate() throws {
    let table = try csvTable(
      """
      id,date,started,phq9,arm
      A,2024-01-01,2024-01-15,20,x
      A,2024-01-15,,16,x
      A,2024-01-29,2024-01-15T09:00,12,x
      B,2024-01-01,,18,y
      B,2024-02-01,,,y
      C,2024-01-01,2024-01-01,11,y
      C,,2024-01-01,10,y
      ,2024-01-01,2024-01-01,10,y

      """)
    let visits = try VisitTable(table, roles: ColumnRoles(indexDate: "started"), unit: .week)
    #expect(visits.people.map(\.id) == ["A", "C"])
    #expect(visits.people.map { $0.rows.map { visits.times[$0] } } == [[-2, 0, 2], [0]])
    #expect(visits.rows.excluded.map(\.reason) == ["missing id", "missing date", "missing started"])
    #expect(visits.rows.excluded.map(\.rows) == [1, 1, 2] && visits.rows.isReconciled)
    let axis = try #require(visits.timeAxis)
    #expect(
      axis.origin == .indexDate(column: "started") && axis.rowsBeforeZero == 1 && axis.peopleBeforeZero == 1)
    #expect(axis.statement == "time is the days from each person's 'started' to 'date', divided by 7 (weeks)")
    #expect(
      axis.notes[1].hasPrefix(
        "1 row of 1 person lies before time zero: trends and models take them as any other visit;")
    )
  }

  @Test("an index date that changes is refused with its line; one beside numbers is refused")
  func indexDateRules() throws {
    let table = try csvTable(
      "id,date,started,phq9\nA,2024-01-01,2024-01-15,20\nB,2024-01-01,2024-01-02,9\nA,2024-02-01,2024-01-16,20\n"
    )
    #expect(
      message { _ = try VisitTable(table, roles: ColumnRoles(indexDate: "started")) }
        == "visits.csv:4: column 'started': '2024-01-16' is not allowed; expected 2024-01-15 as in an earlier row of person A: an index "
        + "date is one date a person")
    let numbers = try csvTable("id,week,started,phq9\nA,0,2024-01-15,20\n")
    #expect(
      message { _ = try VisitTable(numbers, roles: ColumnRoles(indexDate: "started")) }
        == "visits.csv: the index date 'started' needs a time column of dates, and 'week' holds none")
  }

  @Test("what comparisons and trends make of visits before time zero")
  func beforeZero() throws {
    let table = try csvTable(
      """
      id,date,started,phq9,arm
      A,2024-01-01,2024-01-15,20,x
      A,2024-01-10,2024-01-15,22,x
      A,2024-01-22,2024-01-15,12,x
      A,2024-01-29,2024-01-15,10,x

      """)
    let visits = try VisitTable(table, roles: ColumnRoles(indexDate: "started"))
    let outcomes = try PersonOutcomes(visits, ComparisonQuestion(focus: "x", horizons: [7, 14])).table
    #expect(try outcomes.requireColumn("baseline").numericValues() == [22], "the last score up to time zero")
    #expect(try outcomes.requireColumn(PersonOutcomes.followUpColumn).numericValues() == [11])
    let person = try #require(try PersonTrends(visits).people.first)
    #expect(person.visits == 4 && person.first == 20 && person.last == 10 && person.span == 28)
  }

  @Test("the same cohort by dates and by numbers gives the same answers")
  func identity() throws {
    let byWeek = try csvTable("id,week,phq9\nA,0,20\nA,2,15\nA,5,9\nB,0,18\nB,1,17\nB,8,4\n")
    let byDate = try csvTable(
      "id,date,phq9\nA,2024-03-20,20\nA,2024-04-03,15\nA,2024-04-24,9\nB,2024-09-20,18\nB,2024-09-27,17\nB,2024-11-15,4\n"
    )
    let first = try PersonTrends(VisitTable(byWeek, roles: ColumnRoles()))
    let second = try PersonTrends(VisitTable(byDate, roles: ColumnRoles(), unit: .week))
    #expect(first.people == second.people && first.summaries == second.summaries)
  }
}

/// Dates that are refused, and durations.
@Suite("ByHand: refused dates, durations")
struct DateRefusalByHandTests {
  @Test("day-first, mixed and impossible dates are refused with their line")
  func refused() throws {
    func refusal(_ dates: String...) -> String? {
      message {
        let rows = dates.map { "A,\($0),9\n" }.joined()
        _ = try VisitTable(csvTable("id,date,phq9\n" + rows), roles: ColumnRoles())
      }
    }
    #expect(
      refusal("2024-01-01", "31/03/2024")
        == "visits.csv:3: column 'date': '31/03/2024' is not an ISO date; expected year-month-day: 2024-03-31"
    )
    #expect(refusal("03/04/2024")?.contains("2024-04-03 or 2024-03-04, since the order") == true)
    #expect(
      refusal("2024-01-01", "12")?.hasPrefix("visits.csv:3: column 'date': '12' is not an ISO date") == true)
    #expect(refusal("2023-02-30")?.contains("is no day of the calendar") == true)
    let weeks = try csvTable(
      "id,week,phq9\n" + (0..<20).map { "A,\($0 == 7 ? "7/1/2024" : "\($0)"),9\n" }.joined())
    #expect(
      message { _ = try VisitTable(weeks, roles: ColumnRoles()) }?.hasPrefix(
        "visits.csv:9: column 'week': '7/1/2024' is not a number") == true, "a slip among numbers")
    #expect(refusal("week 1")?.contains("'week 1' is not a number") == true, "no date at all is no number")
  }

  @Test("numbers in a column that is called a date, and dates without hyphens, are refused")
  func numbers() throws {
    let serial = try csvTable("id,visit_date,phq9\nA,45382,9\nA,45389,8\n")
    #expect(
      message { _ = try VisitTable(serial, roles: ColumnRoles()) }
        == "visits.csv:2: column 'visit_date': '45382' is not allowed; expected dates such as 2024-03-31; numbers, such as the days that a "
        + "spreadsheet counts, are not taken as dates, unless --time-unit says what they count")
    #expect(try Array(VisitTable(serial, roles: ColumnRoles(), unit: .day).times) == [45382, 45389])
    let compact = try csvTable("id,day,phq9\nA,20240331,9\nA,20240407,8\n")
    #expect(
      message { _ = try VisitTable(compact, roles: ColumnRoles()) }
        == "visits.csv:2: column 'day': '20240331' is not allowed; expected dates with hyphens, such as 2024-03-31"
    )
  }

  @Test("a derived time is a column named by its unit")
  func derivedTime() throws {
    let table = try csvTable("id,date,y\nA,2024-01-01,1\nA,2024-01-15,2\nB,2024-01-01,\n")
    let (derived, axis) = try table.addingTime(from: "date", subject: "id", unit: .week)
    #expect(try derived.requireColumn("week").numericValues() == [0, 2, 0] && axis.unit == .week)
    #expect(
      message { _ = try derived.addingTime(from: "date", subject: "id", unit: .week) }?.contains(
        "column 'week'") == true)
  }

  @Test("a formula refuses a bare column of dates, and says what to do; factor( ) is let through")
  func formula() throws {
    let table = try csvTable("id,date,y\nA,2024-01-01,1\nA,2024-01-15,2\nB,2024-01-01,3\nB,2024-01-15,5\n")
    for text in ["y ~ date", "y ~ I(date + 1)", "date ~ y", "y ~ y + poly(date, 2)", "y ~ offset(date)"] {
      let told = message { _ = try LinearModel(text).fit(table) }
      #expect(
        told?.hasPrefix("visits.csv: column 'date' holds dates, and a formula needs numbers") == true,
        "\(text)")
    }
    #expect(
      try LinearModel("y ~ factor(date)").fit(table).coefficients.map(\.term).last
        == "factor(date)[2024-01-15]")
  }

  @Test("durations are days from date to date; an end before its start is refused")
  func durations() throws {
    let table = try csvTable(
      "id,from,to,relapse\nA,2024-03-30,2024-04-01,1\nB,2024-01-01,2024-01-01,0\nC,2024-01-01,,0\n",
      name: "e.csv")
    let (derived, name, axis) = try table.addingDuration(from: "from", to: "to")
    #expect(name == "days from from to to" && axis.origin == .start(column: "from"))
    let days = try derived.requireColumn(name).numericValues()
    #expect(days[0] == 2 && days[1] == 0 && days[2].isNaN)
    let question = RelapseAnalysis.Question(time: name, event: "relapse")
    #expect(try RelapseAnalysis(derived, question).curves.rows.used == 2)
    let reversed = try csvTable("from,to\n2024-03-30,2024-03-29\n", name: "e.csv")
    #expect(
      message { _ = try reversed.addingDuration(from: "from", to: "to") }
        == "e.csv:2: column 'to': '2024-03-29' is not allowed; expected a date not before 'from', which is 2024-03-30"
    )
    let mixed = try csvTable("from,to\n2024-03-30T10:00Z,2024-03-31T10:00\n", name: "e.csv")
    #expect(
      message { _ = try mixed.addingDuration(from: "from", to: "to") }?.contains("cannot be compared") == true
    )
  }
}
