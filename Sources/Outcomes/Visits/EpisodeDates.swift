public import CohortTables

/// The two columns of dates between which the time of an episode lies.
public struct EpisodeDates: Sendable, Equatable {
  /// Names that are recognised for the start, in order of preference.
  public static let startNames = ["start_date", "start"]
  /// Names that are recognised for the end.
  public static let endNames = ["end_date", "end", "stop_date", "stop"]

  /// The column with the start.
  public var start: String
  /// The column with the end.
  public var end: String

  /// The dates that are named, or recognised where neither they nor a time are; nil where there are none.
  ///
  /// - Parameters:
  ///   - start: The column that was named as the start.
  ///   - end: The column that was named as the end.
  ///   - table: The table.
  ///   - hasTime: Whether a column gives the time itself.
  public init?(_ start: String?, _ end: String?, in table: Table, hasTime: Bool) {
    func isDate(_ name: String) -> Bool { table.column(name).map { DateColumn.isMeant(by: $0) } ?? false }
    if let start, let end {
      (self.start, self.end) = (start, end)
    } else if !hasTime, let start = Self.startNames.first(where: isDate),
      let end = Self.endNames.first(where: isDate)
    {
      (self.start, self.end) = (start, end)
    } else {
      return nil
    }
  }
}
