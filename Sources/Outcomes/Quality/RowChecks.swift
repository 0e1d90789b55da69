import CohortTables
import Estimation

/// Checks of whole rows: the same in every column.
enum RowChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    // Rows of one or two columns without a person repeat by chance.
    guard file.subject != nil || file.table.columns.count > 2 else { return [] }
    let rows = repeated(file)
    let used = "uses every one of them"
    return [
      file.finding(
        .duplicateRows, file.subject == nil ? .note : .caution, rows: rows,
        "\(Words.count(rows.count, "row repeats", "rows repeat")) an earlier one in every column",
        file.analyses.map { Consequence($0, .used, used) })
    ].compactMap { $0 }
  }

  /// The rows that are equal to an earlier one.
  ///
  /// - Complexity: O(rows x columns) on average.
  private static func repeated(_ file: CheckedFile) -> [Int32] {
    let count = file.table.rowCount
    guard count > 1 else { return [] }
    let keys = file.table.columns.map(Self.keys)
    var hashes = [UInt64](repeating: 0x9E37_79B9_7F4A_7C15, count: count)
    for column in keys {
      for row in 0..<count { hashes[row] = mixed(hashes[row] ^ column[row]) }
    }
    // An open table of row numbers, twice as large as the rows.
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    var slots = [Int32](repeating: -1, count: capacity)
    var rows: [Int32] = []
    for row in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[row]) & (capacity - 1)
      while true {
        let other = Int(slots[slot])
        guard other >= 0 else {
          slots[slot] = Int32(row)
          break
        }
        if hashes[other] == hashes[row], keys.allSatisfy({ $0[other] == $0[row] }) {
          rows.append(Int32(row))
          break
        }
        slot = (slot + 1) & (capacity - 1)
      }
    }
    return rows
  }

  /// A number for each row that is the same where the column's values are.
  private static func keys(_ column: Column) -> [UInt64] {
    if column.isNumeric, let numbers = try? column.numericValues() {
      // One pattern for all missing values, and one for 0 and -0.
      return numbers.map { $0.isNaN ? .max : $0 == 0 ? 0 : $0.bitPattern }
    }
    return column.asCategories().codes.map { UInt64(bitPattern: Int64($0)) }
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA): every bit of the input changes half of the output.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
