/// Where every cell of a CSV file begins and every record ends.
struct CellIndex {
  /// The number of fields in the header, and so in every record.
  var columnCount = 0
  /// The first byte of every cell, record by record.
  var cellStarts: [Int] = []
  /// The byte after the last cell of every record.
  var recordEnds: [Int] = []
  /// The 1-based line on which every record starts.
  var recordLines: [Int] = []
  /// The number of wholly empty lines that were skipped.
  var blankLines = 0

  /// The bytes of a cell, quotes included.
  func cell(record: Int, column: Int) -> Range<Int> {
    let index = record * columnCount + column
    // A cell ends one delimiter before the next begins.
    let end = column + 1 < columnCount ? cellStarts[index + 1] - 1 : recordEnds[record]
    return cellStarts[index]..<end
  }

  /// The record and column whose cell, or the delimiter after it, holds a byte.
  func place(ofByte position: Int) -> (record: Int, column: Int)? {
    var low = 0
    var high = cellStarts.count
    while low < high {
      let middle = (low + high) / 2
      if cellStarts[middle] <= position { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : ((low - 1) / columnCount, (low - 1) % columnCount)
  }
}

/// Splits bytes into records and cells by the rules of RFC 4180, in one pass.
///
/// Only ASCII bytes carry structure, and no byte of a multi-byte UTF-8 sequence is ASCII, so the
/// scan needs no decoding.
struct CSVScanner {
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  let file: String
  let delimiter: CSVOptions.Delimiter
  private(set) var index = CellIndex()
  /// The header's names, once the header has been scanned.
  private(set) var names: [String] = []
  private var line = 1

  init(file: String, delimiter: CSVOptions.Delimiter) {
    self.file = file
    self.delimiter = delimiter
  }

  /// Scans the header, then every record; record 0 of the index is the header.
  mutating func scan(_ bytes: Span<UInt8>, from start: Int) throws {
    var position = try scanRecord(bytes, from: start)
    index.columnCount = index.cellStarts.count
    names = try headerNames(bytes)
    reserve(bytes.count, headerBytes: position - start)
    while position < bytes.count {
      if index.columnCount > 1, let next = endOfBlankLine(bytes, position) {
        index.blankLines += 1
        line += 1
        position = next
        continue
      }
      let firstLine = line
      position = try scanRecord(bytes, from: position)
      try checkFieldCount(bytes, line: firstLine)
    }
  }

  // MARK: - Records

  /// Scans one record and returns the position of the next.
  private mutating func scanRecord(_ bytes: Span<UInt8>, from start: Int) throws -> Int {
    let delimiter = self.delimiter.byte
    let firstCell = index.cellStarts.count
    index.recordLines.append(line)
    var position = start
    while true {
      index.cellStarts.append(position)
      if position < bytes.count, bytes[position] == CSVScanner.quote {
        position = try scanQuoted(bytes, from: position, column: index.cellStarts.count - firstCell)
      } else {
        while position < bytes.count {
          let byte = bytes[position]
          if byte == delimiter || byte == CSVScanner.lineFeed || byte == CSVScanner.carriageReturn {
            break
          }
          if byte == CSVScanner.quote { throw quoteInsideError(bytes, position, firstCell) }
          position += 1
        }
      }
      if position < bytes.count, bytes[position] == delimiter {
        position += 1
        continue
      }
      index.recordEnds.append(position)
      return try endOfRecord(bytes, position, firstCell)
    }
  }

  /// Steps over a line ending, or stays at the end of the file.
  private mutating func endOfRecord(
    _ bytes: Span<UInt8>, _ position: Int, _ firstCell: Int
  ) throws -> Int {
    guard position < bytes.count else { return position }
    if bytes[position] == CSVScanner.lineFeed {
      line += 1
      return position + 1
    }
    if bytes[position] == CSVScanner.carriageReturn {
      guard position + 1 < bytes.count, bytes[position + 1] == CSVScanner.lineFeed else {
        throw TableError(
          .loneCarriageReturn, file: file, line: line,
          column: place(index.cellStarts.count - firstCell), text: "\\r",
          found: "a carriage return without a line feed, as in old Macintosh files",
          expected: "lines that end in LF or CRLF")
      }
      line += 1
      return position + 2
    }
    throw textAfterQuoteError(bytes, position, firstCell)
  }

  /// Steps over a quoted cell that begins here; line feeds inside it are counted.
  private mutating func scanQuoted(
    _ bytes: Span<UInt8>, from start: Int, column: Int
  ) throws -> Int {
    let firstLine = line
    var position = start + 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == CSVScanner.lineFeed {
        line += 1
      } else if byte == CSVScanner.quote {
        guard position < bytes.count, bytes[position] == CSVScanner.quote else { return position }
        position += 1
      }
    }
    throw TableError(
      .unclosedQuote, file: file, line: firstLine, column: place(column),
      text: text(bytes, start..<bytes.count),
      found: "the quote that opens here is never closed",
      expected: "a closing quote before the file ends")
  }

  private func endOfBlankLine(_ bytes: Span<UInt8>, _ position: Int) -> Int? {
    if bytes[position] == CSVScanner.lineFeed { return position + 1 }
    if bytes[position] == CSVScanner.carriageReturn, position + 1 < bytes.count,
      bytes[position + 1] == CSVScanner.lineFeed
    {
      return position + 2
    }
    return nil
  }

  /// Guesses the number of records from the header's length, so that arrays seldom grow.
  private mutating func reserve(_ byteCount: Int, headerBytes: Int) {
    let records = min(byteCount / max(headerBytes, 2 * index.columnCount) + 2, 1 << 24)
    index.cellStarts.reserveCapacity(records * index.columnCount)
    index.recordEnds.reserveCapacity(records)
    index.recordLines.reserveCapacity(records)
  }

  // MARK: - Header

  private func headerNames(_ bytes: Span<UInt8>) throws -> [String] {
    var names: [String] = []
    var firstNumber: [String: Int] = [:]
    for column in 0..<index.columnCount {
      let name = CellText.decode(bytes, CellText.trimmed(bytes, index.cell(record: 0, column: column)))
      guard !name.allSatisfy(\.isWhitespace) else { throw blankNameError(column) }
      if let first = firstNumber.updateValue(column + 1, forKey: name) {
        throw TableError(
          .duplicateColumn, file: file, line: 1, column: .name(name), text: TableError.excerpt(name),
          found: "columns \(first) and \(column + 1) of the header have this name",
          expected: "different names")
      }
      names.append(name)
    }
    return names
  }

  private func blankNameError(_ column: Int) -> TableError {
    let isBlankLine = index.columnCount == 1
    return TableError(
      .blankHeaderName, file: file, line: 1, column: .number(column + 1),
      found: isBlankLine ? "the first line is blank" : "the header has no name here",
      expected: isBlankLine ? "a header with the columns' names" : "a name for every column")
  }

  // MARK: - Errors

  private func checkFieldCount(_ bytes: Span<UInt8>, line: Int) throws {
    let record = index.recordEnds.count - 1
    let first = record * index.columnCount
    let found = index.cellStarts.count - first
    guard found != index.columnCount else { return }
    let fields = found == 1 ? "1 field" : "\(found) fields"
    if found < index.columnCount {
      throw TableError(
        .raggedRow, file: file, line: line, column: .name(names[found]),
        text: text(bytes, index.cellStarts[first]..<index.recordEnds[record]),
        found: "the row stops before this column, after \(fields)",
        expected: "\(index.columnCount) fields, as in the header")
    }
    let extra = first + index.columnCount
    let extraEnd =
      extra + 1 < index.cellStarts.count ? index.cellStarts[extra + 1] - 1 : index.recordEnds[record]
    let extraText = text(bytes, index.cellStarts[extra]..<extraEnd)
    throw TableError(
      .raggedRow, file: file, line: line, column: .name(names[index.columnCount - 1]),
      text: extraText,
      found: "the row goes on after this last column with '\(extraText)', to \(fields)",
      expected: "\(index.columnCount) fields, as in the header")
  }

  private func quoteInsideError(
    _ bytes: Span<UInt8>, _ position: Int, _ firstCell: Int
  ) -> TableError {
    let start = index.cellStarts[index.cellStarts.count - 1]
    let shown = text(bytes, start..<endOfText(bytes, position))
    return TableError(
      .quoteInUnquotedField, file: file, line: line,
      column: place(index.cellStarts.count - firstCell), text: shown,
      found: "a quote inside the unquoted field '\(shown)'",
      expected: "the whole field in quotes, with every quote inside it doubled")
  }

  private func textAfterQuoteError(
    _ bytes: Span<UInt8>, _ position: Int, _ firstCell: Int
  ) -> TableError {
    let shown = text(bytes, position..<endOfText(bytes, position))
    return TableError(
      .textAfterQuote, file: file, line: line, column: place(index.cellStarts.count - firstCell),
      text: shown,
      found: "'\(shown)' follows the closing quote of a field",
      expected: "a delimiter or the end of the line")
  }

  /// The end of the text that a message shows: the next delimiter or line ending.
  private func endOfText(_ bytes: Span<UInt8>, _ position: Int) -> Int {
    var end = position
    while end < bytes.count, bytes[end] != delimiter.byte, bytes[end] != CSVScanner.lineFeed,
      bytes[end] != CSVScanner.carriageReturn
    {
      end += 1
    }
    return end
  }

  /// A 1-based column by name, or by number as long as the header is being scanned.
  private func place(_ number: Int) -> TableError.Place {
    number <= names.count ? .name(names[number - 1]) : .number(number)
  }

  private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    TableError.excerpt(CellText.raw(bytes, range.lowerBound..<min(range.upperBound, range.lowerBound + 200)))
  }
}
