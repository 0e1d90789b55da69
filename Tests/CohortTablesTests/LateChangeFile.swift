/// A file of 5,000 rows whose columns change their nature late, with what its cells mean.
struct LateChangeFile {
  /// A column: how its cells are written, and what they mean as text (nil is missing).
  struct Column {
    let name: String
    let isNumeric: Bool
    var written: [String] = []
    var meant: [String?] = []
  }

  static let rowCount = 5000
  private(set) var columns: [Column] = []

  init() {
    addNumbers()
    addBrokenNumbers()
    addLevels()
    add("note") { row in
      row % 97 == 13
        ? ("\"two\nlines, \"\"\(row % 5)\"\"\r\n\"", "two\nlines, \"\(row % 5)\"\r\n") : ("plain", "plain")
    }
  }

  /// The file: LF, CRLF and blank lines in turn, and no line ending at its end.
  func bytes() -> [UInt8] {
    var text = columns.map(\.name).joined(separator: ",") + "\n"
    for row in 0..<LateChangeFile.rowCount {
      if row % 111 == 50 { text += row % 2 == 0 ? "\n" : "\r\n\r\n" }
      text += columns.map { $0.written[row] }.joined(separator: ",")
      if row + 1 < LateChangeFile.rowCount { text += row % 3 == 1 ? "\r\n" : "\n" }
    }
    return Array(text.utf8)
  }

  // MARK: - Columns

  private var last: Int { LateChangeFile.rowCount - 1 }

  private mutating func addNumbers() {
    let last = self.last
    func numbers(_ name: String, _ cell: @escaping (Int) -> String) {
      add(name, isNumeric: true) { (cell($0), cell($0)) }
    }
    numbers("short") { "\($0 % 100)" }
    numbers("edges_of_short") {
      $0 == 4000 ? "32767" : $0 == 4500 ? "-32768" : $0 == last ? "-32767" : "\($0 % 9)"
    }
    numbers("beyond_short") { $0 == last ? "32768" : "\($0 % 50)" }
    numbers("beyond_short_early") { $0 == 0 ? "-40000" : "\($0 % 50)" }
    numbers("beyond_integer") { $0 == 4990 ? "2147483648" : $0 == 4991 ? "-2147483648" : "\($0 * 7)" }
    numbers("beyond_integer_last") { $0 == last ? "-2147483649" : $0 == 10 ? "2147483647" : "\($0 % 3)" }
    numbers("late_decimal") { $0 == last ? "0.1" : "\($0 % 40)" }
    numbers("decimal_then_large") { $0 == 4000 ? "1e300" : $0 == last ? "-0.0" : "\($0 % 40)" }
    add("missing_first_half", isNumeric: true) { row in
      row < 2500 ? (["", "NA", " NA ", "\"\"", "."][row % 5], nil) : ("\(row)", "\(row)")
    }
    add("missing_but_last", isNumeric: true) { row in row == last ? ("2.50", "2.50") : ("NA", nil) }
    add("all_missing", isNumeric: true) { row in (["", "NA", "null"][row % 3], nil) }
  }

  /// Numbers up to one cell: every cell before it must keep its spelling.
  private mutating func addBrokenNumbers() {
    let last = self.last
    let cells: [(String, String?)] = [
      ("1.50", "1.50"), ("2", "2"), (" 3", " 3"), ("\"4\"", "4"), ("1e2", "1e2"), ("+0", "+0"), ("NA", nil),
      ("00.5", "00.5"), ("\" 5\"", " 5"),
    ]
    add("late_text") { row in row == last ? ("n/a", "n/a") : cells[row % 8] }
    add("late_quoted_space") { row in row == last ? cells[8] : cells[row % 8] }
    add("late_zeros") { row in
      row == last
        ? ("007", "007") : (["7", "1.50", "10", "-0"][row % 4], ["7", "1.50", "10", "-0"][row % 4])
    }
    add("late_long") { row in
      row == last ? ("1234567890123456", "1234567890123456") : ("\(row * 5)", "\(row * 5)")
    }
    add("zeros_in_the_middle_then_text") { row in
      let cell = row == last ? "x" : row == 2222 ? "0012" : "\(row % 700)"
      return (cell, cell)
    }
    add("text_after_missing") { row in row < 4000 ? ("", nil) : row == 4000 ? ("1.0", "1.0") : ("t", "t") }
    add("decimals_then_text") { row in
      let cell = row == last ? "none" : "\(row % 17).\(row % 10)0"
      return (cell, cell)
    }
  }

  private mutating func addLevels() {
    func levels(_ name: String, _ level: @escaping (Int) -> String) {
      add(name) { (level($0), level($0)) }
    }
    levels("late_levels") { $0 < 4000 ? ["therapy", "combined", "wait"][$0 % 3] : "added\($0 % 4)" }
    for count in [254, 255, 256, 257] {
      levels("levels_\(count)_late") { $0 < 4500 ? "m\($0 % 10)" : "m\($0 % count)" }
      levels("levels_\(count)_early") { "z\($0 % count)" }
    }
    levels("levels_one_a_row") { "P\(($0 * 7919) % 5003)" }
    levels("levels_long") { "a spelling longer than any cached one; number \(($0 * 31) % 400)" }
    levels("levels_numbers_then_text") { $0 == 0 ? "word" : "\($0 % 300).0" }
    levels("accents") { ["n\($0 % 3)", "é\($0 % 40)", "日\($0 % 400)"][$0 % 3] }
    // Two spellings of one word: the one of the fourth row is the first.
    add("spelt_apart") { row in
      row < 3 ? ("b", "b") : row < 4800 ? ("cafe\u{301}", "cafe\u{301}") : ("caf\u{E9}", "cafe\u{301}")
    }
    add("spelt_together") { row in
      row < 4800
        ? ("x\(row % 2)", "x\(row % 2)")
        : row == 4800 ? ("caf\u{E9}", "caf\u{E9}") : ("cafe\u{301}", "caf\u{E9}")
    }
  }

  private mutating func add(_ name: String, isNumeric: Bool = false, _ cell: (Int) -> (String, String?)) {
    var column = Column(name: name, isNumeric: isNumeric)
    for row in 0..<LateChangeFile.rowCount {
      let (written, meant) = cell(row)
      column.written.append(written)
      column.meant.append(meant)
    }
    columns.append(column)
  }
}
