import CohortTables

/// The days of a column's cells, of which some may be no dates.
struct DatedCells: Sendable {
  /// The day number of each row; NaN where the value is missing or no date.
  let days: [Double]
  /// The rows whose value is no date, in file order.
  let refused: [Int32]
  /// How many values there are.
  let presentCount: Int

  /// Reads every level once; a column of numbers has no dates.
  ///
  /// - Complexity: O(rows + levels).
  init(_ column: Column) {
    presentCount = column.count - column.missingCount
    guard !column.isNumeric else {
      days = [Double](repeating: .nan, count: column.count)
      refused = (0..<Int32(column.count)).filter { !column.isMissing(row: Int($0)) }
      return
    }
    let coded = CodedColumn(column)
    let ofLevel = coded.values.levels.map { CalendarDay(iso: $0).map { Double($0.number) } ?? .nan }
    let days = coded.codes.map { $0 < 0 ? .nan : ofLevel[Int($0)] }
    refused = days.indices.filter { coded.codes[$0] >= 0 && days[$0].isNaN }.map { Int32($0) }
    self.days = days
  }

  /// Days since each person's first date, or since the first index date that their rows have.
  static func times(_ dates: DatedCells, index: DatedCells?, _ subject: CodedColumn) -> [Double] {
    var zero = [Double](repeating: .nan, count: subject.levelCount)
    let origin = (index ?? dates).days
    for (row, person) in subject.codes.enumerated() where person >= 0 && !origin[row].isNaN {
      let known = zero[Int(person)]
      if known.isNaN || (index == nil && origin[row] < known) { zero[Int(person)] = origin[row] }
    }
    return subject.codes.indices.map { row in
      let person = subject.codes[row]
      return person < 0 ? .nan : dates.days[row] - zero[Int(person)]
    }
  }
}
