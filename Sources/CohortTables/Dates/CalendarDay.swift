/// A day of the proleptic Gregorian calendar, counted without clocks and time zones.
///
/// Two days differ by a whole number of days whatever the clocks did between them: a day of 23 or 25
/// hours is one day.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Days since 1970-01-01, negative before it.
  public let number: Int

  /// The first day that can be written: 0001-01-01.
  public static let first = CalendarDay(number: 1 - epoch)
  /// The last day that can be written: 9999-12-31.
  public static let last = CalendarDay(number: 3_652_059 - epoch)

  /// The day count of 1970-01-01 where 0001-01-01 is 1.
  private static let epoch = 719_163

  /// The day of a number.
  ///
  /// - Precondition: The day lies in the years 1 to 9999.
  public init(number: Int) {
    precondition(number > -Self.epoch && number <= 3_652_059 - Self.epoch, "years 1 to 9999 have days")
    self.number = number
  }

  /// The day of a date, or nil if the calendar has no such day in the years 1 to 9999.
  ///
  /// The number is exact integer arithmetic: 365 days a year, the leap days of the years before it, and
  /// (367 month - 362) / 12 days of the months before it less what February lacks.
  ///
  /// ## References
  /// Reingold and Dershowitz (2018), Calendrical Calculations, 4th edition, chapter 2.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.lengthOfMonth(month, year: year)
    else { return nil }
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400
    let february = month <= 2 ? 0 : Self.isLeap(year) ? 1 : 2
    number = 365 * before + leapDays + (367 * month - 362) / 12 - february + day - Self.epoch
  }

  /// The day of a text, which must be an ISO 8601 date or date-time: see ``DateText``.
  public init?(iso text: some StringProtocol) {
    guard case .success(let reading) = DateText.read(text) else { return nil }
    self = reading.day
  }

  /// The number of days of a month, 1 to 12.
  public static func lengthOfMonth(_ month: Int, year: Int) -> Int {
    precondition((1...12).contains(month), "months are 1 to 12")
    if month == 2 { return isLeap(year) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Whether a year has 366 days: every fourth, of the centuries only every fourth.
  public static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  /// Year, month and day.
  public var date: (year: Int, month: Int, day: Int) {
    // Whole cycles of 400, 100, 4 and 1 years; the last day of the longer ones is a day 366.
    var rest = number + Self.epoch - 1
    let cycles = (of400: rest / 146_097, of100: rest % 146_097 / 36_524)
    rest = rest % 146_097 % 36_524
    let (of4, of1) = (rest / 1461, rest % 1461 / 365)
    var year = 400 * cycles.of400 + 100 * cycles.of100 + 4 * of4 + of1
    var day = rest % 1461 % 365 + 1
    if cycles.of100 == 4 || of1 == 4 { day = 366 } else { year += 1 }
    var month = 1
    while day > Self.lengthOfMonth(month, year: year) {
      day -= Self.lengthOfMonth(month, year: year)
      month += 1
    }
    return (year, month, day)
  }

  /// The ISO 8601 date, such as 2024-03-31.
  public var description: String {
    func padded(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let (year, month, day) = date
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// Orders by time.
  public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.number < b.number }
}
