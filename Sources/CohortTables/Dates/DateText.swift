/// Dates as text: ISO 8601 dates and date-times, and nothing else.
///
/// A date is `2024-03-31`. A date-time adds `T` or a space and `02:30`, `02:30:15` or `02:30:15.5`, and
/// may end in `Z`, `+01`, `+01:00` or `+0100`. Spaces around it do not count.
///
/// The day is **the calendar day as it is written**: the date on the wall where the visit took place. Neither
/// the time of day nor the offset moves it, so that a change of the clocks cannot either. A date-time
/// that was stored as UTC (`Z`) keeps its UTC day, which near midnight may not be the local one.
public enum DateText {
  /// What a date-time says about its clock.
  public enum Clock: String, Sendable, Equatable {
    /// A date without a time of day.
    case none
    /// A time of day without an offset.
    case local
    /// A time of day in UTC, by `Z`.
    case utc
    /// A time of day with its offset from UTC.
    case offset
  }

  /// What a text says.
  public struct Reading: Sendable, Equatable {
    /// The calendar day as it is written.
    public let day: CalendarDay
    /// What it says about its clock.
    public let clock: Clock
  }

  /// Reads a date or date-time.
  ///
  /// - Returns: The reading, or why the text is refused. Orders of day and month are not guessed, nor are
  ///   years of two digits, nor numbers as a spreadsheet counts days.
  /// - Complexity: O(length).
  public static func read(_ text: some StringProtocol) -> Result<Reading, DateRefusal> {
    let bytes = Array(text.utf8)
    let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
    let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? bytes.endIndex
    var scanner = DateScanner(bytes[start..<max(start, end)])
    guard let date = scanner.date() else { return .failure(DateRefusal(otherwise: bytes[start..<end])) }
    guard let day = CalendarDay(year: date.year, month: date.month, day: date.day) else {
      return .failure(.noSuchDay(year: date.year, month: date.month, day: date.day))
    }
    if scanner.isAtEnd { return .success(Reading(day: day, clock: .none)) }
    guard let clock = scanner.clock() else { return .failure(.noSuchTime) }
    return .success(Reading(day: day, clock: clock))
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

/// Takes a date-time apart from left to right.
struct DateScanner {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// Four digits, two and two with hyphens between them; not followed by a further digit.
  mutating func date() -> (year: Int, month: Int, day: Int)? {
    guard let year = number(digits: 4), take("-"), let month = number(digits: 2), take("-"),
      let day = number(digits: 2), rest.first.map({ !Self.isDigit($0) }) ?? true
    else { return nil }
    return (year, month, day)
  }

  /// What follows the date, to the end; nil if it is no time of day.
  mutating func clock() -> DateText.Clock? {
    guard take("T") || take("t") || take(" "), time() else { return nil }
    if isAtEnd { return .local }
    if take("Z") || take("z") { return isAtEnd ? .utc : nil }
    guard take("+") || take("-"), let hours = number(digits: 2), hours <= 23 else { return nil }
    if isAtEnd { return .offset }
    _ = take(":")
    guard let minutes = number(digits: 2), minutes <= 59, isAtEnd else { return nil }
    return .offset
  }

  /// Hours and minutes, then seconds and a fraction if they are there; 60 seconds is a leap second.
  private mutating func time() -> Bool {
    guard let hours = number(digits: 2), hours <= 23, take(":"), let minutes = number(digits: 2),
      minutes <= 59
    else { return false }
    guard take(":") else { return true }
    guard let seconds = number(digits: 2), seconds <= 60 else { return false }
    guard take(".") || take(",") else { return true }
    let digits = rest.prefix { Self.isDigit($0) }.count
    rest = rest.dropFirst(digits)
    return digits > 0
  }

  private mutating func number(digits count: Int) -> Int? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy(Self.isDigit) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { 10 * $0 + Int($1 - UInt8(ascii: "0")) }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
