/// Why a text is not taken as a date.
public enum DateRefusal: Error, Sendable, Equatable {
  /// Year, month and day in order, but the calendar has no such day.
  case noSuchDay(year: Int, month: Int, day: Int)
  /// A date followed by what is no time of day.
  case noSuchTime
  /// Three numbers in another order or with other signs between them, such as 31/03/2024; the days it can
  /// mean.
  case otherOrder([CalendarDay])
  /// Three numbers of which none has four digits, such as 31/03/24.
  case shortYear
  /// A number, such as a spreadsheet's count of days.
  case number
  /// Eight digits that are a date without hyphens.
  case withoutHyphens(CalendarDay)
  /// A year, or a year and a month.
  case incomplete
  /// Anything else.
  case other

  /// Tells what a text without a date at its beginning is.
  init(otherwise text: ArraySlice<UInt8>) {
    let parts = text.split(omittingEmptySubsequences: false) { [0x2D, 0x2E, 0x2F].contains($0) }  // - . /
    let isNumeric = !text.isEmpty && parts.allSatisfy { $0.allSatisfy(DateScanner.isDigit) }
    guard isNumeric, parts.allSatisfy({ (1...8).contains($0.count) }) else {
      self = Self.isNumber(text) ? .number : Self.afterDate(text)
      return
    }
    let numbers = parts.map { $0.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) } }
    switch numbers.count {
    case 1:
      let whole = numbers[0]
      let day = CalendarDay(year: whole / 10000, month: whole / 100 % 100, day: whole % 100)
      self = parts[0].count == 8 ? day.map(DateRefusal.withoutHyphens) ?? .number : .number
    case 2:
      let isMonth = parts[0].count == 4 && text.contains(UInt8(ascii: "-"))
      self = isMonth ? .incomplete : Self.isNumber(text) ? .number : .other
    case 3:
      self = Self.threeNumbers(parts, numbers)
    default:
      self = .other
    }
  }

  private static func threeNumbers(_ parts: [ArraySlice<UInt8>], _ numbers: [Int]) -> DateRefusal {
    guard parts.allSatisfy({ $0.count <= 4 }) else { return .other }
    if parts[0].count == 4 {
      return .otherOrder(days(numbers[0], [(numbers[1], numbers[2])]))
    }
    guard parts[2].count == 4 else { return .shortYear }
    return .otherOrder(days(numbers[2], [(numbers[1], numbers[0]), (numbers[0], numbers[1])]))
  }

  private static func days(_ year: Int, _ orders: [(month: Int, day: Int)]) -> [CalendarDay] {
    orders.compactMap { CalendarDay(year: year, month: $0.month, day: $0.day) }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Whether a date in another order stands before a time of day.
  private static func afterDate(_ text: ArraySlice<UInt8>) -> DateRefusal {
    guard let gap = text.firstIndex(where: { DateText.isSpace($0) || $0 == UInt8(ascii: "T") }),
      gap > text.startIndex
    else { return .other }
    switch DateRefusal(otherwise: text[..<gap]) {
    case .otherOrder(let days): return .otherOrder(days)
    case .shortYear: return .shortYear
    default: return .other
    }
  }

  private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
    NumberText.parse(String(decoding: text, as: UTF8.self)) != nil
  }

  /// Whether the text was meant as a date: it looks like one, and is no number.
  public var looksLikeDate: Bool {
    switch self {
    case .number, .other: false
    default: true
    }
  }

  /// What stands there, as it follows the quoted text in a message.
  public var found: String {
    switch self {
    case .noSuchDay: "is no day of the calendar"
    case .noSuchTime: "has no time of day after its date"
    default: "is not an ISO date"
    }
  }

  /// What was expected instead, as it follows "expected" in a message.
  public var expected: String {
    switch self {
    case .noSuchDay(let year, let month, let day):
      if let other = CalendarDay(year: year, month: day, day: month) {
        return "year-month-day: \(other)?"
      }
      guard year > 0 else { return "year-month-day, with a year from 0001" }
      guard (1...12).contains(month) else { return "year-month-day, with a month from 01 to 12" }
      return "year-month-day, with a day from 01 to \(CalendarDay.lengthOfMonth(month, year: year))"
    case .noSuchTime:
      return "a time such as 2024-03-31T02:30, 2024-03-31T02:30:15Z or 2024-03-31 02:30+01:00"
    case .otherOrder(let days) where days.count == 1:
      return "year-month-day: \(days[0])"
    case .otherOrder(let days) where days.count > 1:
      return
        "year-month-day: \(days.map(\.description).joined(separator: " or ")), since the order of day and month is not guessed"
    case .otherOrder:
      return "year-month-day, such as 2024-03-31"
    case .shortYear:
      return "year-month-day with a year of four digits, such as 2024-03-31"
    case .number:
      return
        "year-month-day, such as 2024-03-31; numbers, such as the days that a spreadsheet counts, are not taken as dates"
    case .withoutHyphens(let day):
      return "year-month-day with hyphens: \(day)"
    case .incomplete:
      return "a whole date with year, month and day, such as 2024-03-31"
    case .other:
      return "a date such as 2024-03-31 or 2024-03-31T02:30, or a missing code"
    }
  }
}
