/// A file that is being read: its header, and where its rows begin.
struct OpenedFile {
  let input: InputFile
  let compression: Compression
  let delimiter: CSVOptions.Delimiter
  let names: [String]
  /// The header's line endings included: the line on which the rows begin.
  let bodyLine: Int
  /// The offset of the rows' first byte in the (unpacked) text.
  let bodyStart: Int
  /// Unpacks the rows; nil for a file that is not packed.
  let unpacker: Decompressor?
  /// Text that was unpacked together with the header.
  let unpackedRows: [UInt8]
  let digest: InputDigest?

  /// The longest record that is read, its line ending included.
  static let longestRecord = 16 << 20

  /// Reads the beginning of the file and its header.
  init(_ input: InputFile, options: CSVOptions) throws {
    self.input = input
    let digest = options.computesDigest ? InputDigest() : nil
    self.digest = digest
    compression = Compression(firstBytes: try input.bytes(0..<min(4, input.byteCount)))
    let unpacker =
      compression == .none
      ? nil : Decompressor(input, compression) { packed in digest?.update(packed) }
    self.unpacker = unpacker
    var text: [UInt8] = []
    var room = 1 << 16
    while true {
      let isWhole = try OpenedFile.extend(&text, to: room, input, unpacker)
      if let header = try Header(text, isWhole: isWhole, file: input.displayName, options: options) {
        delimiter = header.delimiter
        names = header.names
        bodyLine = header.bodyLine
        bodyStart = header.bodyStart
        unpackedRows = unpacker == nil ? [] : Array(text[header.bodyStart...])
        if unpacker == nil { digest?.update(text.span.extracting(..<header.bodyStart)) }
        return
      }
      guard room < OpenedFile.longestRecord else {
        throw TableError(
          .recordTooLong, file: input.displayName, line: 1,
          found: "the header does not end within 16 MB", expected: "a line with the columns' names")
      }
      room *= 4
    }
  }

  /// Makes the text longer; tells whether it is all there is.
  private static func extend(
    _ text: inout [UInt8], to room: Int, _ input: InputFile, _ unpacker: Decompressor?
  ) throws -> Bool {
    guard let unpacker else {
      text = try input.bytes(0..<min(room, input.byteCount))
      return room >= input.byteCount
    }
    let missing = room - text.count
    var failure: (any Error)?
    text += unsafe [UInt8](unsafeUninitializedCapacity: missing) { buffer, filled in
      guard let base = buffer.baseAddress else { return }
      do { filled = unsafe try unpacker.read(into: base, count: missing) } catch { failure = error }
    }
    if let failure { throw failure }
    return text.count < room
  }
}

/// The first record of a file.
private struct Header {
  let delimiter: CSVOptions.Delimiter
  let names: [String]
  let bodyLine: Int
  let bodyStart: Int

  /// Reads the header, or is nil if the text must be longer for that.
  init?(_ text: [UInt8], isWhole: Bool, file: String, options: CSVOptions) throws {
    let start = try TextCheck.start(of: text, file: file)
    let delimiter = options.delimiter ?? Header.sniffedDelimiter(text[start...])
    self.delimiter = delimiter
    var scanner = CSVScanner(file: file, delimiter: delimiter, names: [], line: 1)
    let bytes = text.span
    let end: Int
    do {
      guard case .record(let position) = try scanner.scanRecord(bytes, start..<text.count, isLast: isWhole)
      else { return nil }
      end = position
    } catch {
      let isOpen = (error as? TableError)?.code == .unclosedQuote
      let rest = text[max(start, scanner.troublePosition)...]
      let lineEnd = isOpen ? text.count : rest.firstIndex(of: CSVScanner.lineFeed) ?? text.count
      if let nul = text[start..<lineEnd].firstIndex(of: 0) {
        let line = 1 + text[..<nul].count { $0 == CSVScanner.lineFeed }
        throw TextCheck.nulError(file: file, line: line, offset: nul)
      }
      throw error
    }
    if let nul = text[start..<end].firstIndex(of: 0) {
      let line = 1 + text[..<nul].count { $0 == CSVScanner.lineFeed }
      throw TextCheck.nulError(file: file, line: line, offset: nul)
    }
    let cells = scanner.cells(bytes, from: start)
    names = try Header.names(bytes, cells, file: file)
    if let invalid = TextCheck.firstInvalidByte(bytes, start..<end) {
      let column = cells.lastIndex { $0.lowerBound <= invalid } ?? 0
      let line = 1 + text[start..<invalid].count { $0 == CSVScanner.lineFeed }
      throw TextCheck.invalidUTF8Error(
        bytes, at: invalid, cell: cells[column], column: names[column], file: file, line: line,
        offset: invalid)
    }
    bodyLine = scanner.line
    bodyStart = end
  }

  /// The delimiter that occurs most often outside quotes in the header line; comma if none does.
  private static func sniffedDelimiter(_ text: ArraySlice<UInt8>) -> CSVOptions.Delimiter {
    var counts: [CSVOptions.Delimiter: Int] = [:]
    var isQuoted = false
    for byte in text {
      if byte == CSVScanner.quote { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == CSVScanner.lineFeed { break }
      for delimiter in CSVOptions.Delimiter.allCases where delimiter.byte == byte {
        counts[delimiter, default: 0] += 1
      }
    }
    var best = CSVOptions.Delimiter.comma
    for delimiter in CSVOptions.Delimiter.allCases
    where counts[delimiter, default: 0] > counts[best, default: 0] {
      best = delimiter
    }
    return best
  }

  private static func names(
    _ bytes: Span<UInt8>, _ cells: [Range<Int>], file: String
  ) throws -> [String] {
    var names: [String] = []
    var firstNumber: [String: Int] = [:]
    for (column, cell) in cells.enumerated() {
      let name = CellText.decode(bytes, CellText.trimmed(bytes, cell))
      guard !name.allSatisfy(\.isWhitespace) else {
        throw blankNameError(
          column, isBlankLine: cells.count == 1 && !CellText.isQuoted(bytes, cell), file: file)
      }
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

  private static func blankNameError(_ column: Int, isBlankLine: Bool, file: String) -> TableError {
    TableError(
      .blankHeaderName, file: file, line: 1, column: .number(column + 1),
      found: isBlankLine ? "the first line is blank" : "the header has no name here",
      expected: isBlankLine ? "a header with the columns' names" : "a name for every column")
  }
}
