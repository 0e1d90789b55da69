/// Whole records of a file, split into cells in a worker's memory.
struct TextBlock {
  /// The block's number over all files, from 0.
  let number: Int
  /// The 0-based number of the file.
  let file: Int
  /// The row of the first record over all files.
  let firstRow: Int
  let rowCount: Int
  let columnCount: Int
  /// The place among the memory's positions of the one before the first cell.
  ///
  /// After it come the positions of the separators: cell `k` lies between positions `k` and `k + 1`.
  let firstPosition: Int
  /// Whether a line ends in CRLF.
  let hasCarriageReturns: Bool
  /// On which line of the file each record begins.
  let lines: Lines
  /// What is wrong with the record after the last of the block, if that ends the reading.
  let trouble: TableError?

  enum Lines {
    case consecutive(from: Int)
    case listed([Int])

    subscript(record: Int) -> Int {
      switch self {
      case .consecutive(let first): first + record
      case .listed(let lines): lines[record]
      }
    }
  }
}

extension BlockMemory {
  /// The bytes of a cell, quotes included.
  func cell(_ block: TextBlock, record: Int, column: Int) -> Range<Int> {
    let cell = block.firstPosition + record * block.columnCount + column
    let start = unsafe Int(positions[cell]) + 1
    var end = unsafe Int(positions[cell + 1])
    if block.hasCarriageReturns, column == block.columnCount - 1, end > start,
      unsafe bytes[end] == CSVScanner.lineFeed, unsafe bytes[end - 1] == CSVScanner.carriageReturn
    {
      end -= 1
    }
    return start..<end
  }
}
