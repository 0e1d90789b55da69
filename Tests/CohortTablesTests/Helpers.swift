import CohortTables

/// Reads text as the file "t.csv".
func read(_ text: String, _ options: CSVOptions = CSVOptions()) throws -> Table {
  try Table(csvBytes: Array(text.utf8), name: "t.csv", options: options)
}

/// The error that reading the bytes gives, or nil if they are read.
func failure(_ bytes: [UInt8], _ options: CSVOptions = CSVOptions()) -> TableError? {
  do {
    _ = try Table(csvBytes: bytes, name: "t.csv", options: options)
    return nil
  } catch {
    return error as? TableError
  }
}

/// The error that an action gives, or nil if it succeeds.
func failure(of action: () throws -> Void) -> TableError? {
  do {
    try action()
    return nil
  } catch {
    return error as? TableError
  }
}

/// A column's cells as text, nil where missing.
func texts(_ table: Table, _ name: String) throws -> [String?] {
  let column = try table.requireColumn(name)
  return (0..<column.count).map { column.text(row: $0) }
}

/// A small generator whose sequence is fixed by its seed: SplitMix64 of Steele, Lea and Flood (2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
