internal import CohortTables

/// The declared visits of rows: where each stands on the scale that distances are taken on.
struct VisitColumn: Sendable {
  let column: String
  /// One place a row of the table; 0 where missing.
  let places: [Int]
  /// What the places are called, from 0 on; empty for distances, where places are the numbers themselves.
  let names: [String]
  /// The order of a text column's levels, which nothing in the data declares.
  let levelOrder: [String]?

  /// The most visits whose pairs get correlations of their own.
  static let mostVisits = 500
  /// The largest distance between two visits of a person.
  static let farthest = 100_000

  /// Reads the column for a correlation.
  ///
  /// For AR(1) a visit is a whole number, or the place of a text level in sorted order; otherwise its place
  /// among the visits of the used rows.
  ///
  /// - Throws: `EstimationError` for numbers that are not whole where distances matter.
  init(_ column: String, correlation: WorkingCorrelation, usedRows: RowSelection, in table: Table) throws {
    self.column = column
    switch try table.requireColumn(column).values {
    case .category(let values):
      let codes = values.codes.array()
      var present = [Bool](repeating: false, count: values.levels.count)
      for row in usedRows { present[Int(codes[row])] = true }
      let used = present.indices.filter { present[$0] }
      var place = [Int](repeating: 0, count: present.count)
      for (index, code) in used.enumerated() { place[code] = index }
      names = used.map { values.levels[$0] }
      levelOrder = names
      places = codes.map { $0 < 0 ? 0 : place[Int($0)] }
    case .numeric(let values):
      let numbers = values.array()
      levelOrder = nil
      guard correlation == .autoregressive else {
        let distinct = Set(usedRows.map { numbers[$0] }).sorted()
        let place = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
        names = distinct.map { Expression.text(of: $0) }
        places = numbers.map { place[$0] ?? 0 }
        return
      }
      names = []
      for row in usedRows where numbers[row] != numbers[row].rounded() || abs(numbers[row]) > 1e15 {
        throw EstimationError(
          .unusableColumn,
          "\(table.place(row)): visit '\(column)' is \(Expression.text(of: numbers[row])), and AR(1) takes distances "
            + "between visits in whole numbers: number the visits")
      }
      places = numbers.map { abs($0) <= 1e15 ? Int($0) : 0 }
    }
  }

  /// Refuses two rows of one person and visit; rows are sorted.
  func refuseDuplicates(_ order: [Int], starts: [Int], in table: Table) throws {
    for person in 0..<starts.count - 1 {
      for i in starts[person] + 1..<max(starts[person + 1], starts[person] + 1)
      where places[order[i]] == places[order[i - 1]] {
        let name = names.isEmpty ? String(places[order[i]]) : names[places[order[i]]]
        throw EstimationError(
          .unusableColumn,
          "\(table.place(order[i])): a second row of the same person at visit \(column) = \(name) (the first is at "
            + "\(table.place(order[i - 1]))): keep one row a person and visit")
      }
    }
  }
}
