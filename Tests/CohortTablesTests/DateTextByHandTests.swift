import CohortTables
import Testing

/// Which texts are dates, and what is said of the others.
@Suite("ByHand: dates as text")
struct DateTextByHandTests {
  @Test(arguments: [
    ("2024-03-31", DateText.Clock.none), (" 2024-03-31\t", .none), ("2024-03-31T02:30", .local),
    ("2024-03-31 02:30", .local), ("2024-03-31t02:30:15", .local), ("2024-03-31T02:30:15.5", .local),
    ("2024-03-31T02:30:15,25", .local), ("2024-03-31T23:59:60", .local), ("2024-03-31T02:30Z", .utc),
    ("2024-03-31 02:30:15.123456z", .utc), ("2024-03-31T02:30+01:00", .offset),
    ("2024-03-31T02:30:15+0100", .offset), ("2024-03-31T02:30-05", .offset),
    ("2024-03-31T00:00-23:59", .offset),
  ])
  func taken(_ text: String, _ clock: DateText.Clock) throws {
    let reading = try DateText.read(text).get()
    #expect(reading.day.description == "2024-03-31", "the day as it is written, whatever the offset")
    #expect(reading.clock == clock)
  }

  @Test(arguments: [
    ("2023-02-30", "is no day of the calendar; expected year-month-day, with a day from 01 to 28"),
    ("2024-31-03", "is no day of the calendar; expected year-month-day: 2024-03-31?"),
    ("2024-13-40", "is no day of the calendar; expected year-month-day, with a month from 01 to 12"),
    ("2024-01-00", "is no day of the calendar; expected year-month-day, with a day from 01 to 31"),
    ("0000-01-01", "is no day of the calendar; expected year-month-day, with a year from 0001"),
    ("31/03/2024", "is not an ISO date; expected year-month-day: 2024-03-31"),
    ("03/31/2024", "is not an ISO date; expected year-month-day: 2024-03-31"),
    ("31.3.2024", "is not an ISO date; expected year-month-day: 2024-03-31"),
    ("31-03-2024", "is not an ISO date; expected year-month-day: 2024-03-31"),
    ("2024/03/31", "is not an ISO date; expected year-month-day: 2024-03-31"),
    ("2024-3-31", "is not an ISO date; expected year-month-day: 2024-03-31"),
    ("31/03/2024 02:30", "is not an ISO date; expected year-month-day: 2024-03-31"),
    (
      "03/04/2024",
      "is not an ISO date; expected year-month-day: 2024-04-03 or 2024-03-04, since the order of day and month is not guessed"
    ),
    ("03/03/2024", "is not an ISO date; expected year-month-day: 2024-03-03"),
    ("31/13/2024", "is not an ISO date; expected year-month-day, such as 2024-03-31"),
    (
      "31/03/24", "is not an ISO date; expected year-month-day with a year of four digits, such as 2024-03-31"
    ),
    (
      "45382",
      "is not an ISO date; expected year-month-day, such as 2024-03-31; numbers, such as the days that a spreadsheet counts, are not "
        + "taken as dates"
    ),
    (
      "45382.5",
      "is not an ISO date; expected year-month-day, such as 2024-03-31; numbers, such as the days that a spreadsheet counts, are not "
        + "taken as dates"
    ),
    ("20240331", "is not an ISO date; expected year-month-day with hyphens: 2024-03-31"),
    ("2024-03", "is not an ISO date; expected a whole date with year, month and day, such as 2024-03-31"),
    (
      "31 March 2024",
      "is not an ISO date; expected a date such as 2024-03-31 or 2024-03-31T02:30, or a missing code"
    ),
    (
      "2024-03-31T24:00",
      "has no time of day after its date; expected a time such as 2024-03-31T02:30, 2024-03-31T02:30:15Z or 2024-03-31 02:30+01:00"
    ),
    (
      "2024-03-31T2:30",
      "has no time of day after its date; expected a time such as 2024-03-31T02:30, 2024-03-31T02:30:15Z or 2024-03-31 02:30+01:00"
    ),
  ])
  func refused(_ text: String, _ message: String) throws {
    let error = try #require(
      failure { _ = try read("id,date\na,2024-01-01\nb,\"\(text)\"\n").dates(of: "date") })
    #expect(
      error.code == .notADate && error.line == 3 && error.column == "date" && error.offendingText == text)
    #expect(error.description == "t.csv:3: column 'date': '\(text)' \(message)")
  }

  @Test(
    "other things are refused too",
    arguments: [
      "", "2024-03-31T", "2024-03-31T02", "2024-03-31T02:60", "2024-03-31T02:30:61", "2024-03-31T02:30:15.",
      "2024-03-31T02:30 Z", "2024-03-31T02:30+1", "2024-03-31T02:30+01:60", "2024-03-31T02:30+24:00",
      "2024-03-31T02:30ZZ", "2024-03-31X", "2024-03-311", "+2024-03-31", "-2024-03-31", "2024-W13-7",
      "2024-091",
      "12024-03-31", "２０２４-03-31", "2024–03–31", "T02:30", "today",
    ])
  func others(_ text: String) { #expect(CalendarDay(iso: text) == nil) }

  @Test("no text of digits and signs makes the reader trap, and what it takes it writes back")
  func random() {
    var generator = SeededGenerator(seed: 7)
    let signs = Array("0123456789-/.:T +Z,eW")
    for _ in 0..<200_000 {
      let text = String(
        (0..<Int.random(in: 0...20, using: &generator)).map { _ in
          signs[Int.random(in: 0..<signs.count, using: &generator)]
        })
      if let day = CalendarDay(iso: text) { #expect(text.contains(day.description)) }
    }
  }
}

/// Columns of dates.
@Suite("ByHand: date columns")
struct DateColumnByHandTests {
  @Test("dates and date-times become day numbers, missing ones NaN")
  func column() throws {
    let table = try read("date\n1970-01-02\nNA\n1970-01-01T23:59\n1969-12-31\n")
    let dates = try table.dates(of: "date")
    #expect(dates.dayNumbers[0] == 1 && dates.dayNumbers[1].isNaN)
    #expect(dates.dayNumbers[2] == 0 && dates.dayNumbers[3] == -1)
    #expect(dates.clock == .local)
  }

  @Test("a missing column of dates is read as numbers, and is missing as dates")
  func allMissing() throws {
    let dates = try read("id,date\na,\nb,NA\n").dates(of: "date")
    #expect(dates.dayNumbers.allSatisfy { $0.isNaN } && dates.clock == .none)
  }

  @Test("date-times with and without an offset are not mixed; UTC and offsets are")
  func clocks() throws {
    let error = failure {
      _ = try read("date\n2024-01-01\n2024-01-02T10:00Z\n2024-01-03\n2024-01-04T10:00\n").dates(of: "date")
    }
    #expect(
      error?.description
        == "t.csv:5: column 'date': '2024-01-04T10:00' has no offset, but line 3 has one; expected date-times that all have an offset "
        + "from UTC, or all have none")
    #expect(try read("date\n2024-01-02T10:00Z\n2024-07-02T10:00+01:00\n").dates(of: "date").clock == .offset)
    #expect(try read("date\n2024-01-02T10:00Z\n2024-07-02\n").dates(of: "date").clock == .utc)
    let kept = try read("date\n2024-01-02T10:00Z\n2024-07-02T10:00\n").selecting(rows: [1])
    #expect(try kept.dates(of: "date").clock == .local, "levels that no row holds do not count")
  }

  @Test("a date that spells one day in several ways is one day")
  func spellings() throws {
    let dates = try read("date\n2024-10-27T00:30+01:00\n2024-10-27T23:30+00:00\n\" 2024-10-27\"\n").dates(
      of: "date")
    #expect(Set(dates.dayNumbers).count == 1)
  }

  @Test("numbers are not taken as dates")
  func numbers() throws {
    #expect(
      failure { _ = try read("date\n45382\n").dates(of: "date") }?.description
        == "t.csv:2: column 'date': '45382' is not an ISO date; expected year-month-day, such as 2024-03-31; numbers, such as the days "
        + "that a spreadsheet counts, are not taken as dates")
    #expect(
      failure { _ = try read("date\n20240331\n").dates(of: "date") }?.description
        == "t.csv:2: column 'date': '20240331' is not an ISO date; expected year-month-day with hyphens: 2024-03-31"
    )
  }

  @Test("which columns are meant to hold dates, and which do")
  func recognition() throws {
    func column(_ cells: String) throws -> Column { try read("c\n\(cells)\n").requireColumn("c") }
    #expect(try DateColumn.isMeant(by: column("2024-01-01")) && DateColumn.isHeld(by: column("2024-01-01")))
    #expect(
      try DateColumn.isMeant(by: column("x\n31/03/2024")) && !DateColumn.isHeld(by: column("x\n31/03/2024")))
    #expect(try !DateColumn.isMeant(by: column("week 1\nweek 2")) && !DateColumn.isMeant(by: column("12")))
    #expect(try !DateColumn.isHeld(by: column("2024-01-01\nx")))
    #expect(try !DateColumn.isMeant(by: column("007")), "an identifier")
  }
}
