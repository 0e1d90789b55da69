/// On which line of which file every row of a table stands.
///
/// Rows stand on consecutive lines but for blank lines, line breaks inside quotes and the seams
/// between files, so the lines are kept as runs.
struct LineNumbers: Sendable, Equatable {
  private struct Run: Sendable, Equatable {
    var firstRow: Int
    var firstLine: Int
    var file: Int
  }

  private var runs: [Run] = []

  /// Notes the line of a row; rows come in order, and only the first of a run must be noted.
  mutating func note(row: Int, line: Int, file: Int) {
    if let last = runs.last, last.file == file, last.firstLine + (row - last.firstRow) == line { return }
    runs.append(Run(firstRow: row, firstLine: line, file: file))
  }

  /// The 1-based line and the 0-based number of the file.
  func place(ofRow row: Int) -> (line: Int, file: Int) {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].firstRow <= row { low = middle + 1 } else { high = middle }
    }
    let run = runs[low - 1]
    return (run.firstLine + row - run.firstRow, run.file)
  }

  /// The lines of chosen rows, in the order given.
  func selecting(rows: [Int]) -> LineNumbers {
    var chosen = LineNumbers()
    for (newRow, row) in rows.enumerated() {
      let place = place(ofRow: row)
      chosen.note(row: newRow, line: place.line, file: place.file)
    }
    return chosen
  }
}
