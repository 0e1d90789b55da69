/// Splits a block byte by byte, up to the first record that is in trouble.
///
/// Used for the reference scanner, and wherever a block is out of the ordinary: blank lines, or
/// something that must be refused with its place. Blank lines are taken out of the memory, so that
/// the cells follow one another as they do in any block.
@safe struct BlockScan {
  private let memory: BlockMemory
  private let file: String
  private let names: [String]
  private let text: Range<Int>
  private let isLast: Bool
  private let fileOffset: Int
  private var scanner: CSVScanner
  private var separatorCount = 0
  /// How many bytes of blank lines have been taken out.
  private var removed = 0

  /// The line of each record.
  private(set) var lines: [Int] = []
  private(set) var blankLines = 0
  private(set) var trouble: TableError?
  /// Where the records end that were split.
  private(set) var end: Int

  /// `fileOffset` is the place of the text's first byte in the file.
  init(
    _ memory: BlockMemory, file: String, delimiter: CSVOptions.Delimiter, names: [String], line: Int,
    text: Range<Int>, isLast: Bool, fileOffset: Int
  ) {
    self.memory = memory
    self.file = file
    self.names = names
    self.text = text
    self.isLast = isLast
    self.fileOffset = fileOffset
    scanner = CSVScanner(file: file, delimiter: delimiter, names: names, line: line)
    end = text.lowerBound
  }

  /// The line on which the text goes on.
  var line: Int { scanner.line }

  /// Whether the bytes left over end inside quotes.
  var endsInsideQuotes: Bool {
    let bytes = unsafe memory.buffer.span
    return (end..<text.upperBound).reduce(false) { $0 != (bytes[$1] == CSVScanner.quote) }
  }

  mutating func run() {
    unsafe memory.positions[0] = UInt32(text.lowerBound - 1)
    let nul = text.first { unsafe memory.buffer.span[$0] == 0 }
    let invalid = TextCheck.firstInvalidByte(unsafe memory.buffer.span, text)
    while end < text.upperBound {
      let start = end
      let firstLine = scanner.line
      do {
        switch try scanner.scanRecord(unsafe memory.buffer.span, start..<text.upperBound, isLast: isLast) {
        case .record(let recordEnd):
          if let nul, nul < min(recordEnd, limit(start)) { throw nulError(nul, start, firstLine) }
          guard recordEnd <= limit(start) else {
            trouble = tooLong(start, firstLine)
            return
          }
          if let invalid, invalid < recordEnd { throw encodingError(invalid, start, firstLine) }
          keep(start..<recordEnd)
          lines.append(firstLine)
          end = recordEnd
        case .blankLine(let lineEnd):
          removed += lineEnd - start
          blankLines += 1
          end = lineEnd
        case .incomplete:
          if let nul, nul < limit(start) { throw nulError(nul, start, firstLine) }
          if text.upperBound > limit(start) { trouble = tooLong(start, firstLine) }
          return
        }
      } catch {
        if let error = error as? TableError, isBeyondLimit(error, start) {
          let early = nul.flatMap { $0 < limit(start) ? nulError($0, start, firstLine) : nil }
          trouble = early ?? tooLong(start, firstLine)
          return
        }
        if !isLast, !isTroubleInView {
          scanner.line = firstLine
          return
        }
        // An open quote takes in all that follows.
        let isOpen = (error as? TableError)?.code == .unclosedQuote
        let nulTrouble =
          isOpen ? nul.map { nulError($0, start, firstLine) } : nulOnSameLines(nul, start, firstLine)
        trouble = nulTrouble ?? (error as? TableError)
        return
      }
    }
  }

  // MARK: - Length

  /// Where the longest record that begins at a place ends.
  private func limit(_ start: Int) -> Int { start + OpenedFile.longestRecord }

  /// Whether a trouble lies, or is known only, beyond the bytes that a record may have: then the length is the
  /// trouble, wherever blocks are cut.
  private func isBeyondLimit(_ error: TableError, _ start: Int) -> Bool {
    switch error.code {
    case .unclosedQuote: text.upperBound > limit(start)
    case .loneCarriageReturn, .quoteInUnquotedField, .textAfterQuote, .raggedRow:
      scanner.troublePosition >= limit(start)
    default: false
    }
  }

  /// The error for a record that is longer than any that is read; what it says depends on the bytes up to the limit.
  private func tooLong(_ start: Int, _ firstLine: Int) -> TableError {
    let bytes = unsafe memory.buffer.span
    let isOpen = (start..<min(limit(start), text.upperBound)).reduce(false) {
      $0 != (bytes[$1] == CSVScanner.quote)
    }
    return isOpen
      ? TableError(
        .unclosedQuote, file: file, line: firstLine,
        found: "a quote that opens in this row is not closed within 16 MB",
        expected: "a closing quote")
      : TableError(
        .recordTooLong, file: file, line: firstLine, found: "the row does not end within 16 MB",
        expected: "lines that end in LF or CRLF")
  }

  /// How many bytes from a trouble on its message may depend on.
  private static let troubleView = 2000

  /// Whether enough follows the trouble for its message, which shows text up to the line's end.
  private var isTroubleInView: Bool {
    let rest = scanner.troublePosition..<text.upperBound
    return rest.count > BlockScan.troubleView
      || rest.contains { unsafe memory.buffer.span[$0] == CSVScanner.lineFeed }
  }

  /// Notes a record's separators and moves it to where the blank lines before it were.
  private mutating func keep(_ record: Range<Int>) {
    for separator in scanner.separators {
      separatorCount += 1
      unsafe memory.positions[separatorCount] = UInt32(separator - removed)
    }
    guard removed > 0 else { return }
    // SAFETY: the record moves towards the text's beginning, inside the text.
    unsafe (memory.bytes + (record.lowerBound - removed)).update(
      from: memory.bytes + record.lowerBound, count: record.count)
  }

  // MARK: - Errors

  /// A NUL byte on the lines that a refused record was read on explains the trouble better.
  private func nulOnSameLines(_ nul: Int?, _ start: Int, _ firstLine: Int) -> TableError? {
    guard let nul, nul >= start else { return nil }
    let bytes = unsafe memory.buffer.span
    // No further than trouble is looked at before it is named, so that the size of blocks plays no part.
    let first = max(start, scanner.troublePosition)
    let rest = first..<min(text.upperBound, first + BlockScan.troubleView)
    let lineEnd = rest.first { bytes[$0] == CSVScanner.lineFeed } ?? rest.upperBound
    return nul < lineEnd ? nulError(nul, start, firstLine) : nil
  }

  private func nulError(_ nul: Int, _ start: Int, _ firstLine: Int) -> TableError {
    TextCheck.nulError(
      file: file, line: line(of: nul, start, firstLine),
      offset: fileOffset + nul - text.lowerBound)
  }

  private func encodingError(_ position: Int, _ start: Int, _ firstLine: Int) -> TableError {
    let cells = scanner.cells(unsafe memory.buffer.span, from: start)
    let column = cells.lastIndex { $0.lowerBound <= position } ?? 0
    return TextCheck.invalidUTF8Error(
      unsafe memory.buffer.span, at: position, cell: cells[column], column: names[column],
      file: file, line: line(of: position, start, firstLine),
      offset: fileOffset + position - text.lowerBound)
  }

  private func line(of position: Int, _ start: Int, _ firstLine: Int) -> Int {
    let bytes = unsafe memory.buffer.span
    return (start..<position).reduce(firstLine) { $0 + (bytes[$1] == CSVScanner.lineFeed ? 1 : 0) }
  }
}
