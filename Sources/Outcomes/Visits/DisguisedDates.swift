import CohortTables

/// Numbers that stand for dates: no analysis takes them as such, because a number does not say which day it is.
enum DisguisedDates: Sendable, Equatable {
  /// Days as a spreadsheet counts them, from 1900 or from 1904: 45231.
  case serial
  /// Dates without hyphens: 20231101.
  case compact

  /// What all numbers of a column seem to be; nil where some number can be neither, or there is none.
  ///
  /// Serial numbers count as such from 7306 (in 1920) to 73,050 (at the end of 2099).
  ///
  /// - Complexity: O(numbers).
  init?(_ numbers: some Sequence<Double>) {
    var (count, isSerial, isCompact) = (0, true, true)
    for number in numbers where !number.isNaN {
      count += 1
      isSerial = isSerial && (7306...73_051).contains(number)
      isCompact = isCompact && Self.day(compact: number) != nil
      guard isSerial || isCompact else { return nil }
    }
    guard count > 0 else { return nil }
    self = isCompact ? .compact : .serial
  }

  /// The day of a date without hyphens, in the years 1800 to 2199.
  static func day(compact number: Double) -> CalendarDay? {
    guard number == number.rounded(), number >= 18_000_101, number <= 21_991_231 else { return nil }
    let whole = Int(number)
    return CalendarDay(year: whole / 10000, month: whole / 100 % 100, day: whole % 100)
  }

  /// The days that a spreadsheet's number can mean: counted from 1900 (with the 29th of February that year did not
  /// have), and from 1904.
  static func days(serial number: Double) -> (from1900: CalendarDay, from1904: CalendarDay)? {
    guard (61...2_900_000).contains(number), let origin = CalendarDay(year: 1899, month: 12, day: 30) else {
      return nil
    }
    let whole = origin.number + Int(number)
    return (CalendarDay(number: whole), CalendarDay(number: whole + 1462))
  }

  /// Whether a column's name says that it holds dates: `date`, `visit_date`, `startDate`; not `update`.
  static func isCalledDate(_ name: String) -> Bool {
    let key = name.lowercased()
    let words = key.split { !$0.isLetter }
    let others = ["update", "candidate", "mandate", "validate", "consolidate"]
    return words.contains { word in
      ["datum", "datetime", "dates"].contains(String(word))
        || word.hasSuffix("date") && !others.contains { word.hasSuffix($0) }
    }
  }
}
