/// Rows of a table, in its order: all of them, or some.
///
/// All rows of a long table need no list of their numbers.
public struct RowSelection: RandomAccessCollection, Sendable, Equatable {
  /// The rows' numbers; nil where they are 0, 1, 2 and so on.
  private let listed: [Int]?
  /// How many rows there are.
  public let count: Int

  /// The first rows of a table.
  init(first count: Int) {
    listed = nil
    self.count = count
  }

  /// Rows by their numbers, which ascend.
  init(_ rows: [Int]) {
    listed = rows
    count = rows.count
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { count }

  /// The number in the table of one of the rows.
  @inline(__always)
  public subscript(place: Int) -> Int {
    guard let listed else {
      precondition(place >= 0 && place < count, "There is no such row")
      return place
    }
    return listed[place]
  }

  /// A stretch of the rows.
  func run(_ places: Range<Int>) -> RowRun {
    guard let listed else {
      precondition(places.upperBound <= count, "There are no such rows")
      return .consecutive(places)
    }
    return RowRun(listed[places])
  }
}
