/// A column's cells as calendar days.
///
/// Every distinct text is read once, however many rows hold it. Dates and date-times may stand side by
/// side; date-times with an offset and date-times without one may not, since their clocks differ.
public struct DateColumn: Sendable {
  /// The column's name.
  public let name: String
  /// The day number of each row, as ``CalendarDay/number`` counts; NaN where the value is missing.
  public let dayNumbers: [Double]
  /// What the date-times say about their clocks; `offset` where `Z` and offsets are mixed.
  public let clock: DateText.Clock

  /// Whether a column is meant to hold dates: it is no column of numbers, not even with a few slips, and one of its
  /// levels is a date, or looks like one.
  ///
  /// - Complexity: O(1): at most a hundred levels are looked at, from both ends of their order.
  public static func isMeant(by column: Column) -> Bool {
    guard !column.isNumeric, column.inference?.isNearlyNumeric != true else { return false }
    let levels = column.asCategories().levels
    return (0..<min(50, levels.count)).contains { step in
      looksLikeDate(levels[step]) || looksLikeDate(levels[levels.count - 1 - step])
    }
  }

  /// Whether every value of a column is an ISO date or date-time, and there is at least one.
  ///
  /// - Complexity: O(levels), but O(1) for levels of which the first is no date.
  public static func isHeld(by column: Column) -> Bool {
    guard !column.isNumeric else { return false }
    let levels = column.asCategories().levels
    return !levels.isEmpty && levels.allSatisfy { CalendarDay(iso: $0) != nil }
  }

  /// Whether date-times with and without an offset stand side by side.
  static func mixesClocks(_ column: Column) -> Bool {
    let categories = column.asCategories()
    return sharedClock(categories.levels.map { DateText.read($0) }, Array(categories.codes)).mixed != nil
  }

  private static func looksLikeDate(_ text: String) -> Bool {
    switch DateText.read(text) {
    case .success: true
    case .failure(let refusal): refusal.looksLikeDate
    }
  }

  /// Reads a column as dates.
  ///
  /// A column of numbers is refused, unless it is missing throughout.
  ///
  /// - Throws: ``TableError`` with code ``TableError/Code/notADate`` for the first cell, in file order, that
  ///   is not an ISO date or whose clock differs from the cells above it.
  /// - Complexity: O(rows + levels).
  public init(_ table: Table, _ name: String) throws {
    let column = try table.requireColumn(name)
    self.name = name
    guard !column.isNumeric else {
      if let row = (0..<table.rowCount).first(where: { !column.isMissing(row: $0) }) {
        let text = column.text(row: row) ?? ""
        throw table.notADate(
          row: row, column: name, DateRefusal(otherwise: Array(text.utf8)[...]).orNumber)
      }
      dayNumbers = [Double](repeating: .nan, count: table.rowCount)
      clock = .none
      return
    }
    let categories = column.asCategories()
    let codes = Array(categories.codes)
    let readings = categories.levels.map { DateText.read($0) }
    let days = readings.map { (try? $0.get()).map { Double($0.day.number) } ?? .nan }
    if days.contains(where: \.isNaN) {
      for (row, code) in codes.enumerated() where code >= 0 {
        if case .failure(let refusal) = readings[Int(code)] {
          throw table.notADate(row: row, column: name, refusal)
        }
      }
    }
    let shared = Self.sharedClock(readings, codes)
    if let mixed = shared.mixed {
      throw table.mixedClocks(row: mixed.row, earlier: mixed.earlier, column: name)
    }
    clock = shared.clock
    dayNumbers = codes.map { $0 < 0 ? .nan : days[Int($0)] }
  }

  /// The clock that a column's date-times share, or the first row whose clock has an offset where an earlier
  /// one's has none, or the other way round.
  static func sharedClock(
    _ readings: [Result<DateText.Reading, DateRefusal>], _ codes: [Int32]
  ) -> (clock: DateText.Clock, mixed: (row: Int, earlier: Int)?) {
    let clocks = readings.map { (try? $0.get())?.clock ?? .none }
    let present = Set(clocks).subtracting([.none])
    guard present.count > 1 else { return (present.first ?? .none, nil) }
    guard present.contains(.local) else { return (.offset, nil) }
    // Levels that no row holds do not count.
    var first: (row: Int, clock: DateText.Clock)?
    var hasOffset = false
    for (row, code) in codes.enumerated() where code >= 0 && clocks[Int(code)] != .none {
      let clock = clocks[Int(code)]
      guard let earlier = first else {
        first = (row, clock)
        continue
      }
      guard (earlier.clock == .local) == (clock == .local) else { return (earlier.clock, (row, earlier.row)) }
      hasOffset = hasOffset || clock != earlier.clock
    }
    return (hasOffset ? .offset : first?.clock ?? .none, nil)
  }
}

extension DateRefusal {
  /// A number is called one, unless it is a date without hyphens.
  var orNumber: DateRefusal {
    if case .withoutHyphens = self { return self }
    return .number
  }
}

extension Table {
  /// The days of a column: see ``DateColumn``.
  ///
  /// - Throws: ``TableError`` for the first cell that is not an ISO date.
  public func dates(of column: String) throws -> DateColumn { try DateColumn(self, column) }

  /// The error for a cell that is not taken as a date.
  func notADate(row: Int, column name: String, _ refusal: DateRefusal) -> TableError {
    let text = TableError.excerpt(column(name)?.text(row: row) ?? "")
    return TableError(
      .notADate, file: source.displayName, line: lineNumber(ofRow: row), column: .name(name), text: text,
      found: "'\(text)' \(refusal.found)", expected: refusal.expected)
  }

  /// The error for a date-time whose clock is not that of an earlier one.
  func mixedClocks(row: Int, earlier: Int, column name: String) -> TableError {
    let text = TableError.excerpt(column(name)?.text(row: row) ?? "")
    let place = lineNumber(ofRow: earlier).map { "line \($0)" } ?? "row \(earlier + 1)"
    let isLocal = (try? DateText.read(text).get())?.clock == .local
    return TableError(
      .notADate, file: source.displayName, line: lineNumber(ofRow: row), column: .name(name), text: text,
      found:
        "'\(text)' has \(isLocal ? "no offset, but \(place) has one" : "an offset, but \(place) has none")",
      expected: "date-times that all have an offset from UTC, or all have none")
  }
}
