import CohortTables
import Testing

/// Days of the calendar against a calendar that is walked day by day.
@Suite("Laws: calendar days")
struct CalendarDayLawTests {
  @Test("every day from year 1 to 9999 is one more than the day before, and its number gives it back")
  func walk() throws {
    var (year, month, day) = (1, 1, 1)
    var number = CalendarDay.first.number
    var wrong = 0
    while year <= 9999 {
      let made = CalendarDay(year: year, month: month, day: day)
      let back = CalendarDay(number: number).date
      if made?.number != number || back.year != year || back.month != month || back.day != day { wrong += 1 }
      number += 1
      day += 1
      if day > CalendarDay.lengthOfMonth(month, year: year) { (month, day) = (month + 1, 1) }
      if month > 12 { (year, month) = (year + 1, 1) }
    }
    #expect(wrong == 0)
    #expect(number == CalendarDay.last.number + 1)
  }

  @Test("400 years are 146097 days, whatever year they begin in")
  func cycle() {
    for year in stride(from: 1, through: 9599, by: 37) {
      let (a, b) = (
        CalendarDay(year: year, month: 3, day: 1), CalendarDay(year: year + 400, month: 3, day: 1)
      )
      #expect(a.map { $0.number + 146_097 } == b?.number)
    }
  }

  @Test("the text of a day reads back as the day, in the order of time")
  func text() {
    var last: CalendarDay?
    for number in stride(from: CalendarDay.first.number, through: CalendarDay.last.number, by: 997) {
      let day = CalendarDay(number: number)
      #expect(CalendarDay(iso: day.description) == day)
      if let last { #expect(last < day && last.description < day.description) }
      last = day
    }
  }
}

@Suite("ByHand: calendar days")
struct CalendarDayByHandTests {
  // date(y, m, d).toordinal() - date(1970, 1, 1).toordinal(), Python 3.11, November 2026.
  @Test(arguments: [
    (1, 1, 1, -719_162), (1600, 2, 29, -135_081), (1899, 12, 31, -25_568), (1900, 3, 1, -25_508),
    (1970, 1, 1, 0), (2000, 2, 29, 11_016), (2024, 3, 31, 19_813), (2100, 3, 1, 47_541),
    (9999, 12, 31, 2_932_896),
  ])
  func numbers(_ year: Int, _ month: Int, _ day: Int, _ number: Int) {
    #expect(CalendarDay(year: year, month: month, day: day)?.number == number)
  }

  @Test("days that the calendar does not have")
  func noSuchDays() {
    let none = [
      (2023, 2, 29), (1900, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0),
      (0, 1, 1), (10000, 1, 1), (2024, 1, 32),
    ]
    for (year, month, day) in none { #expect(CalendarDay(year: year, month: month, day: day) == nil) }
    #expect(CalendarDay(year: 2000, month: 2, day: 29)?.description == "2000-02-29")
    #expect(CalendarDay(year: 7, month: 2, day: 3)?.description == "0007-02-03")
  }
}
