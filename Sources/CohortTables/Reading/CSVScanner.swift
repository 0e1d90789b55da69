/// Splits bytes into records and cells by the rules of RFC 4180, byte by byte.
///
/// This is the reference for the vectorised index and its fallback wherever the text is out of the
/// ordinary. Only ASCII bytes carry structure, and no byte of a multi-byte UTF-8 sequence is ASCII,
/// so the scan needs no decoding.
struct CSVScanner {
  static let quote = UInt8(ascii: "\"")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")

  let file: String
  let delimiter: UInt8
  /// The header's names; empty while the header itself is scanned.
  let names: [String]
  /// The line of the next record's first byte.
  var line: Int
  /// The positions of the separators that end the last record's cells, its line ending the last.
  ///
  /// A line that ends in CRLF ends at its line feed; the end of the text stands for a line ending.
  private(set) var separators: [Int] = []
  /// Where the scan stopped at something that must be refused.
  private(set) var troublePosition = 0

  /// What a record turned out to be.
  enum Outcome {
    /// A record that ends before this position.
    case record(end: Int)
    /// An empty line that is no record.
    case blankLine(end: Int)
    /// The text ends inside the record, and more is to come.
    case incomplete
  }

  init(file: String, delimiter: CSVOptions.Delimiter, names: [String], line: Int) {
    self.file = file
    self.delimiter = delimiter.byte
    self.names = names
    self.line = line
  }

  /// Scans one record; `isLast` says that the text ends where the range does.
  mutating func scanRecord(
    _ bytes: Span<UInt8>, _ range: Range<Int>, isLast: Bool
  ) throws -> Outcome {
    separators.removeAll(keepingCapacity: true)
    let firstLine = line
    if names.count > 1, let end = endOfBlankLine(bytes, range) {
      line += 1
      return .blankLine(end: end)
    }
    var position = range.lowerBound
    while true {
      if position < range.upperBound, bytes[position] == CSVScanner.quote {
        guard let end = scanQuoted(bytes, position..<range.upperBound) else {
          line = firstLine
          if isLast { throw unclosedQuoteError(bytes, position..<range.upperBound, from: range.lowerBound) }
          return .incomplete
        }
        position = end
      } else {
        while position < range.upperBound, !isSeparator(bytes[position]) {
          if bytes[position] == CSVScanner.quote {
            troublePosition = position
            throw quoteInsideError(bytes, position, range)
          }
          position += 1
        }
      }
      guard position < range.upperBound else {
        if !isLast {
          line = firstLine
          return .incomplete
        }
        separators.append(position)
        break
      }
      if bytes[position] == delimiter {
        separators.append(position)
        position += 1
        continue
      }
      troublePosition = position
      guard let end = try endOfLine(bytes, position, range, isLast: isLast) else {
        line = firstLine
        return .incomplete
      }
      separators.append(end - 1)
      line += 1
      position = end
      break
    }
    if !names.isEmpty { try checkFieldCount(bytes, range, line: firstLine) }
    return .record(end: position)
  }

  /// The cells of the record that was scanned last, which began at `start`; quotes are included.
  func cells(_ bytes: Span<UInt8>, from start: Int) -> [Range<Int>] {
    var first = start
    return separators.enumerated().map { index, separator in
      defer { first = separator + 1 }
      let isLast = index == separators.count - 1
      let endsInCarriageReturn =
        isLast && separator > first && separator < bytes.count
        && bytes[separator] == CSVScanner.lineFeed && bytes[separator - 1] == CSVScanner.carriageReturn
      return first..<(endsInCarriageReturn ? separator - 1 : separator)
    }
  }

  // MARK: - Parts of a record

  private func isSeparator(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == CSVScanner.lineFeed || byte == CSVScanner.carriageReturn
  }

  /// The position after a line ending, or nil if it is cut.
  private func endOfLine(
    _ bytes: Span<UInt8>, _ position: Int, _ range: Range<Int>, isLast: Bool
  ) throws -> Int? {
    if bytes[position] == CSVScanner.lineFeed { return position + 1 }
    guard bytes[position] == CSVScanner.carriageReturn else {
      throw textAfterQuoteError(bytes, position, range)
    }
    if position + 1 == range.upperBound, !isLast { return nil }
    guard position + 1 < range.upperBound, bytes[position + 1] == CSVScanner.lineFeed else {
      throw TableError(
        .loneCarriageReturn, file: file, line: line, column: place(separators.count + 1), text: "\\r",
        found: "a carriage return without a line feed, as in old Macintosh files",
        expected: "lines that end in LF or CRLF")
    }
    return position + 2
  }

  /// The position after a quoted cell, or nil if it is not closed; line feeds inside are counted.
  private mutating func scanQuoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var position = range.lowerBound + 1
    while position < range.upperBound {
      let byte = bytes[position]
      position += 1
      if byte == CSVScanner.lineFeed {
        line += 1
      } else if byte == CSVScanner.quote {
        guard position < range.upperBound, bytes[position] == CSVScanner.quote else { return position }
        position += 1
      }
    }
    return nil
  }

  private func endOfBlankLine(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    guard let first = range.first else { return nil }
    if bytes[first] == CSVScanner.lineFeed { return first + 1 }
    if bytes[first] == CSVScanner.carriageReturn, first + 1 < range.upperBound,
      bytes[first + 1] == CSVScanner.lineFeed
    {
      return first + 2
    }
    return nil
  }

  // MARK: - Errors

  private mutating func checkFieldCount(_ bytes: Span<UInt8>, _ range: Range<Int>, line: Int) throws {
    let found = separators.count
    guard found != names.count else { return }
    troublePosition = separators[found - 1]
    let fields = found == 1 ? "1 field" : "\(found) fields"
    let cells = cells(bytes, from: range.lowerBound)
    if found < names.count {
      throw TableError(
        .raggedRow, file: file, line: line, column: .name(names[found]),
        text: text(bytes, range.lowerBound..<cells[found - 1].upperBound),
        found: "the row stops before this column, after \(fields)",
        expected: expectedFields)
    }
    let extraText = text(bytes, cells[names.count])
    throw TableError(
      .raggedRow, file: file, line: line, column: .name(names[names.count - 1]),
      text: extraText,
      found: extraText.isEmpty
        ? "the row goes on after this last column with an empty field, to \(fields)"
        : "the row goes on after this last column with '\(extraText)', to \(fields)",
      expected: expectedFields)
  }

  private var expectedFields: String {
    names.count == 1 ? "1 field, as in the header" : "\(names.count) fields, as in the header"
  }

  /// The error for a quote that nothing closes; the line is the one on which it opens.
  func unclosedQuoteError(
    _ bytes: Span<UInt8>, _ range: Range<Int>, from start: Int,
    found: String = "the quote that opens here is never closed",
    expected: String = "a closing quote before the file ends"
  ) -> TableError {
    var opening = line
    for index in start..<range.lowerBound where bytes[index] == CSVScanner.lineFeed { opening += 1 }
    return TableError(
      .unclosedQuote, file: file, line: opening, column: place(separators.count + 1),
      text: text(bytes, range), found: found, expected: expected)
  }

  private func quoteInsideError(
    _ bytes: Span<UInt8>, _ position: Int, _ range: Range<Int>
  ) -> TableError {
    let start = separators.last.map { $0 + 1 } ?? range.lowerBound
    let shown = text(bytes, start..<endOfText(bytes, position..<range.upperBound))
    return TableError(
      .quoteInUnquotedField, file: file, line: line, column: place(separators.count + 1), text: shown,
      found: "a quote inside the unquoted field '\(shown)'",
      expected: "the whole field in quotes, with every quote inside it doubled")
  }

  private func textAfterQuoteError(
    _ bytes: Span<UInt8>, _ position: Int, _ range: Range<Int>
  ) -> TableError {
    let shown = text(bytes, position..<endOfText(bytes, position..<range.upperBound))
    return TableError(
      .textAfterQuote, file: file, line: line, column: place(separators.count + 1),
      text: shown,
      found: "'\(shown)' follows the closing quote of a field",
      expected: "a delimiter or the end of the line")
  }

  /// The end of the text that a message shows: the next delimiter or line ending.
  private func endOfText(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
    for index in range where isSeparator(bytes[index]) { return index }
    return range.upperBound
  }

  /// A 1-based column by name, or by number as long as the header is being scanned.
  private func place(_ number: Int) -> TableError.Place {
    number <= names.count ? .name(names[number - 1]) : .number(number)
  }

  private func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    CellText.excerpt(bytes, range)
  }
}
