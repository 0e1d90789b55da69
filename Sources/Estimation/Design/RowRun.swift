/// Rows of a table in the order in which a block holds them.
///
/// Most blocks are a stretch of the table, whose columns are copied as they lie; whether one is, is found out
/// once and not by each column.
enum RowRun: Sendable {
  case consecutive(Range<Int>)
  case listed([Int])

  /// The rows as they are listed.
  init(_ rows: some Collection<Int>) {
    var expected = rows.first ?? 0
    for row in rows {
      guard row == expected else {
        self = .listed(Array(rows))
        return
      }
      expected += 1
    }
    self = .consecutive(expected - rows.count..<expected)
  }

  var count: Int {
    switch self {
    case .consecutive(let range): range.count
    case .listed(let rows): rows.count
    }
  }

  /// The elements of these rows.
  func picked<Element>(from all: [Element]) -> [Element] {
    switch self {
    case .consecutive(let range): Array(all[range])
    case .listed(let rows): rows.map { all[$0] }
    }
  }

  /// Calls a closure with each row's place in the block and in the table.
  @inline(__always)
  func forEach(_ body: (_ place: Int, _ row: Int) -> Void) {
    switch self {
    case .consecutive(let range):
      for place in 0..<range.count { body(place, range.lowerBound + place) }
    case .listed(let rows):
      for place in rows.indices { body(place, rows[place]) }
    }
  }
}
