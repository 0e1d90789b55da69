import CohortTables

/// A category column with its codes in one array, for passes over all rows.
struct CodedColumn: Sendable {
  let name: String
  let values: CategoryValues
  let codes: [Int32]

  init(_ column: Column) {
    name = column.name
    values = column.asCategories()
    codes = Array(values.codes)
  }

  var levelCount: Int { values.levels.count }

  func level(_ code: Int32) -> String { values.levels[Int(code)] }

  /// The number of rows of each level.
  var levelCounts: [Int] {
    var counts = [Int](repeating: 0, count: levelCount)
    for code in codes where code >= 0 { counts[Int(code)] += 1 }
    return counts
  }
}

/// Rows by person, made by counting: two passes, no comparison of identifiers.
struct PersonGroups: Sendable {
  /// Where each person's rows begin, and after them the number of all rows.
  let offsets: [Int]
  /// The rows of all people.
  let rows: [Int32]

  /// Groups the rows of known people that pass a test; each group is in file order.
  ///
  /// - Complexity: O(rows + people).
  init(_ codes: [Int32], people: Int, where isIncluded: (Int) -> Bool = { _ in true }) {
    var offsets = [Int](repeating: 0, count: people + 1)
    for (row, code) in codes.enumerated() where code >= 0 && isIncluded(row) { offsets[Int(code) + 1] += 1 }
    for person in 0..<people { offsets[person + 1] += offsets[person] }
    var next = offsets
    var rows = [Int32](repeating: 0, count: offsets[people])
    for (row, code) in codes.enumerated() where code >= 0 && isIncluded(row) {
      rows[next[Int(code)]] = Int32(row)
      next[Int(code)] += 1
    }
    self.offsets = offsets
    self.rows = rows
  }

  private init(offsets: [Int], rows: [Int32]) {
    self.offsets = offsets
    self.rows = rows
  }

  /// The number of people, those without rows among them.
  var count: Int { offsets.count - 1 }

  /// How many rows a person has.
  func size(_ person: Int) -> Int { offsets[person + 1] - offsets[person] }

  /// The rows of one person.
  subscript(person: Int) -> ArraySlice<Int32> { rows[offsets[person]..<offsets[person + 1]] }

  /// The same groups, each in ascending order of a value; rows of equal value stay in file order.
  ///
  /// - Complexity: O(rows) for rows that are in order, else O(rows log(rows per person)).
  func sorted(by values: [Double]) -> PersonGroups {
    var rows = rows
    for person in 0..<count {
      let range = offsets[person]..<offsets[person + 1]
      let isAscending = range.dropFirst().allSatisfy { values[Int(rows[$0 - 1])] <= values[Int(rows[$0])] }
      if !isAscending {
        rows[range].sort { (values[Int($0)], $0) < (values[Int($1)], $1) }
      }
    }
    return PersonGroups(offsets: offsets, rows: rows)
  }
}
