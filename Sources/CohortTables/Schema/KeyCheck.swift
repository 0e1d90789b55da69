/// Finds rows whose values in several columns are those of an earlier row.
///
/// Each column becomes small whole numbers, whose combination is one number a row. Where the
/// combinations are few for the number of rows, as people by weeks are, one bit stands for each;
/// otherwise rows are sorted by them, in buckets.
struct KeyCheck {
  private let names: [String]
  private let table: Table

  init(_ names: [String], _ table: Table) {
    self.names = names
    self.table = table
  }

  /// The violation, if any row repeats an earlier one's key.
  func violation() -> SchemaViolation? {
    let keys = combinations()
    let repeated = repeats(keys)
    return repeated.violation(.duplicateKey, names.joined(separator: ",")) { row in
      let earlier = keys.codes.firstIndex(of: keys.codes[row]) ?? row
      let place = table.lineNumber(ofRow: earlier).map { "line \($0)" } ?? "row \(earlier + 1)"
      let values = names.map { "\($0) \(table.column($0)?.text(row: row) ?? "")" }.joined(separator: ", ")
      let text = TableError.excerpt(values)
      return TableError(
        .duplicateKey, file: table.source.displayName, line: table.lineNumber(ofRow: row),
        column: .name(names.joined(separator: ",")), text: text,
        found: "\(text) stands on \(place) already",
        expected: names.count == 1 ? "a value that no other row has" : "values that no other row has together"
      )
    }
  }

  /// The rows after the first of each combination; rows with a missing part (-1) are left out.
  private func repeats(_ keys: (codes: [Int], count: Int)) -> ViolatingRows {
    // At most 64 bits a row: 8 bytes, as much as the row's number takes.
    guard keys.count <= 64 * max(keys.codes.count, 1) else { return repeatsInBuckets(keys) }
    var repeated = ViolatingRows()
    var seen = [UInt64](repeating: 0, count: keys.count / 64 + 1)
    for (row, code) in keys.codes.enumerated() where code >= 0 {
      let bit: UInt64 = 1 << UInt64(code & 63)
      if seen[code >> 6] & bit != 0 { repeated.append(row) }
      seen[code >> 6] |= bit
    }
    return repeated
  }

  /// The same by putting the rows into as many buckets as there are rows, by ranges of combinations, and
  /// sorting each.
  private func repeatsInBuckets(_ keys: (codes: [Int], count: Int)) -> ViolatingRows {
    let width = keys.count / max(keys.codes.count, 1) + 1
    var ends = [Int](repeating: 0, count: keys.count / width + 2)
    for code in keys.codes where code >= 0 { ends[code / width + 1] += 1 }
    for bucket in 1..<ends.count { ends[bucket] += ends[bucket - 1] }
    var rows = [Int](repeating: 0, count: ends[ends.count - 1])
    for (row, code) in keys.codes.enumerated() where code >= 0 {
      // Each bucket's beginning moves to its end while it is filled, in the order of rows.
      rows[ends[code / width]] = row
      ends[code / width] += 1
    }
    var found: [Int] = []
    var start = 0
    for end in ends.dropLast() {
      if end - start > 8 {
        found += Self.repeats(in: rows[start..<end], keys.codes)
      } else {
        // Most buckets hold a row or two.
        for later in start..<end {
          let code = keys.codes[rows[later]]
          for earlier in start..<later where keys.codes[rows[earlier]] == code {
            found.append(rows[later])
            break
          }
        }
      }
      start = end
    }
    var repeated = ViolatingRows()
    for row in found.sorted() { repeated.append(row) }
    return repeated
  }

  /// The rows of a bucket whose code an earlier one of its rows has.
  private static func repeats(in rows: ArraySlice<Int>, _ codes: [Int]) -> [Int] {
    let sorted = rows.sorted { (codes[$0], $0) < (codes[$1], $1) }
    return zip(sorted, sorted.dropFirst()).filter { codes[$0] == codes[$1] }.map(\.1)
  }

  /// One number a row for its values, -1 where one is missing, and how many numbers there can be.
  private func combinations() -> (codes: [Int], count: Int) {
    var result = (codes: [Int](repeating: 0, count: table.rowCount), count: 1)
    for name in names {
      guard let column = table.column(name) else { continue }
      let next = Self.codes(of: column)
      if result.count > Int.max / max(next.count, 1) { result = Self.renumbered(result) }
      let width = max(next.count, 1)
      for row in result.codes.indices {
        let code = next.codes[row]
        result.codes[row] = result.codes[row] < 0 || code < 0 ? -1 : result.codes[row] * width + code
      }
      result.count *= width
    }
    return result
  }

  /// A column's values as whole numbers from 0: whole numbers in a narrow range as they are, others by level.
  private static func codes(of column: Column) -> (codes: [Int], count: Int) {
    if column.isNumeric, let values = try? column.numericValues(), let span = wholeSpan(of: values) {
      let codes = values.map { $0.isNaN ? -1 : Int($0 - span.low) }
      return (codes, Int(span.high - span.low) + 1)
    }
    let categories = column.asCategories()
    return (Array(categories.codes).map { Int($0) }, categories.levels.count)
  }

  /// The range of a column of whole numbers, if it is narrow.
  private static func wholeSpan(of values: [Double]) -> (low: Double, high: Double)? {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where !value.isNaN {
      guard value == value.rounded() else { return nil }
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return (0, 0) }
    return high - low < 4_294_967_296 && abs(low) < 9e15 ? (low, high) : nil
  }

  /// The same distinctions in numbers from 0 without gaps.
  private static func renumbered(_ keys: (codes: [Int], count: Int)) -> (codes: [Int], count: Int) {
    var numbers: [Int: Int] = [:]
    let codes = keys.codes.map { code -> Int in
      guard code >= 0 else { return -1 }
      if let known = numbers[code] { return known }
      numbers[code] = numbers.count
      return numbers.count - 1
    }
    return (codes, numbers.count)
  }
}
