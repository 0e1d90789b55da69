internal import CTextScan

/// The index of a block together with what the block before left over.
@safe struct JoinedIndex {
  private let memory: BlockMemory
  private let level: Int32
  private let delimiter: UInt8
  private let text: Range<Int>

  /// The bytes of whole records.
  private(set) var rows: Range<Int>
  private(set) var rowCount = 0
  /// The place of the position before the first cell.
  private var firstPosition = 0
  private(set) var quotedLineFeeds = 0
  private var carriageReturns = 0
  private(set) var hasNonASCII = false
  private var separatorCount = 0

  init(_ memory: BlockMemory, level: Int32, delimiter: UInt8, text: Range<Int>) {
    self.memory = memory
    self.level = level
    self.delimiter = delimiter
    self.text = text
    rows = text.lowerBound..<text.lowerBound
  }

  /// Puts the left-over part's separators before the block's and finds where the last record ends.
  ///
  /// - Returns: Whether quotes and bytes are in order, as far as the index can tell.
  mutating func join(
    _ block: tandem_text_index, leftOver: Int, isInsideQuotes: Bool, isLast: Bool
  ) -> Bool {
    let early = indexLeftOver(leftOver)
    guard block.has_nul == 0, block.has_misplaced_quote == 0, early.has_nul == 0,
      early.has_misplaced_quote == 0, (early.ends_inside_quotes != 0) == isInsideQuotes,
      isSeamInOrder(leftOver: leftOver, isInsideQuotes: isInsideQuotes)
    else { return false }
    hasNonASCII = block.has_non_ascii != 0 || early.has_non_ascii != 0
    rowCount = block.line_feeds + early.line_feeds
    separatorCount = early.separators + block.separators
    if isLast {
      guard block.ends_inside_quotes == 0, endLastLine() else { return false }
    }
    cut(
      quotedLineFeeds: block.quoted_line_feeds + early.quoted_line_feeds,
      carriageReturns: block.carriage_returns + early.carriage_returns,
      endsInsideQuotes: block.ends_inside_quotes != 0)
    return true
  }

  /// The whole records as a block; the index must be regular.
  func block(number: Int, file: Int, firstRow: Int, firstLine: Int, columnCount: Int) -> TextBlock {
    TextBlock(
      number: number, file: file, firstRow: firstRow, rowCount: rowCount, columnCount: columnCount,
      firstPosition: firstPosition, hasCarriageReturns: carriageReturns > 0,
      lines: quotedLineFeeds == 0
        ? .consecutive(from: firstLine) : .listed(lines(from: firstLine, columnCount: columnCount)),
      trouble: nil)
  }

  /// Whether every record has the header's number of cells and a plain line ending.
  func isRegular(columnCount: Int) -> Bool {
    guard separatorCount == rowCount * columnCount else { return false }
    var carriageReturnLines = 0
    var next = firstPosition + columnCount
    for _ in 0..<rowCount {
      // SAFETY: `next` stays below `firstPosition + separatorCount`, and positions lie in the text.
      let end = unsafe Int(memory.positions[next])
      guard unsafe memory.bytes[end] == CSVScanner.lineFeed else { return false }
      if unsafe memory.bytes[end - 1] == CSVScanner.carriageReturn { carriageReturnLines += 1 }
      next += columnCount
    }
    return carriageReturnLines == carriageReturns
  }

  /// The line on which each record begins, where cells hold line breaks.
  private func lines(from first: Int, columnCount: Int) -> [Int] {
    var lines: [Int] = []
    lines.reserveCapacity(rowCount)
    var line = first
    var position = rows.lowerBound
    for record in 0..<rowCount {
      lines.append(line)
      let end = unsafe Int(memory.positions[firstPosition + (record + 1) * columnCount]) + 1
      while position < end {
        if unsafe memory.bytes[position] == CSVScanner.lineFeed { line += 1 }
        position += 1
      }
    }
    return lines
  }

  // MARK: - Steps

  private mutating func indexLeftOver(_ count: Int) -> tandem_text_index {
    var index = tandem_text_index()
    let blockPosition = memory.blockStart + 1
    firstPosition = blockPosition - 1
    defer { unsafe memory.positions[firstPosition] = UInt32(text.lowerBound - 1) }
    guard count > 0 else { return index }
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count + BlockMemory.padding) { early in
      guard let found = early.baseAddress else { return }
      // SAFETY: the room is what the kernel asks for, and the text is followed by the block.
      unsafe tandem_index_text(
        level, memory.bytes, text.lowerBound, count, delimiter, 0, found, &index)
      firstPosition -= index.separators
      // SAFETY: at most one separator a byte, and there is room for the headroom's bytes.
      unsafe (memory.positions + (firstPosition + 1)).update(from: found, count: index.separators)
    }
    return index
  }

  /// Whether the bytes on both sides of the seam may stand beside each other.
  private func isSeamInOrder(leftOver: Int, isInsideQuotes: Bool) -> Bool {
    guard leftOver > 0, text.upperBound > memory.blockStart, !isInsideQuotes else { return true }
    let before = unsafe memory.bytes[memory.blockStart - 1]
    let after = unsafe memory.bytes[memory.blockStart]
    if after == CSVScanner.quote { return before == delimiter || before == CSVScanner.quote }
    guard before == CSVScanner.quote else { return true }
    return after == delimiter || after == CSVScanner.lineFeed || after == CSVScanner.carriageReturn
  }

  /// Ends the file's last line if the file does not.
  private mutating func endLastLine() -> Bool {
    let last = unsafe memory.bytes[text.upperBound - 1]
    if last == CSVScanner.lineFeed { return true }
    guard last != CSVScanner.carriageReturn else { return false }
    unsafe memory.bytes[text.upperBound] = CSVScanner.lineFeed
    separatorCount += 1
    unsafe memory.positions[firstPosition + separatorCount] = UInt32(text.upperBound)
    rowCount += 1
    return true
  }

  /// Cuts the text after its last whole record.
  private mutating func cut(
    quotedLineFeeds: Int, carriageReturns: Int, endsInsideQuotes: Bool
  ) {
    var end = text.lowerBound
    if rowCount == 0 {
      separatorCount = 0
    } else {
      while true {
        let position = unsafe Int(memory.positions[firstPosition + separatorCount])
        if unsafe memory.bytes[position] == CSVScanner.lineFeed {
          end = position + 1
          break
        }
        separatorCount -= 1
      }
    }
    // The line ending that the file's last line lacks is no part of the text.
    rows = text.lowerBound..<min(end, text.upperBound)
    self.quotedLineFeeds = quotedLineFeeds
    self.carriageReturns = carriageReturns
    guard end < text.upperBound else { return }
    if quotedLineFeeds > 0 {
      for position in end..<text.upperBound
      where unsafe memory.bytes[position] == CSVScanner.lineFeed {
        self.quotedLineFeeds -= 1
      }
    }
    if !endsInsideQuotes, unsafe memory.bytes[text.upperBound - 1] == CSVScanner.carriageReturn {
      self.carriageReturns -= 1
    }
  }
}
