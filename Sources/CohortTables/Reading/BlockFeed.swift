internal import CTextScan

/// Deals the rows of files out to workers, block by block, in file order.
///
/// Blocks are cut at fixed numbers of bytes; the record that a cut goes through belongs to the later
/// block. What a block holds therefore depends on the bytes alone, and so do the rows' numbers,
/// which are known before a block is converted.
///
/// A worker reads and indexes its block on its own, in the belief that the block begins outside
/// quotes. Then, in its turn, it learns what the block before left over and publishes its own
/// left-over part.
@safe final class BlockFeed: @unchecked Sendable {
  private let options: CSVOptions
  private let names: [[String]]
  private let isScalar: Bool
  private let level = tandem_scan_level()
  private let gate = TurnGate()
  private let claims = Lock()

  // Under `claims`.
  private var waiting: ArraySlice<InputSpec>
  private var current: OpenedFile?
  private var fileCount = 0
  private var nextOffset = 0
  private var nextTicket = 0
  private var isFirstBlock = true
  private var isClosed = false
  private var failure: (any Error)?
  private var failedTicket = Int.max

  // In a worker's turn only.
  private var leftOver: [UInt8] = []
  private var isInsideQuotes = false
  private var row = 0
  private var line = 0
  private var isStopped = false
  /// Every file that was read to its end, in order.
  private(set) var finished: [FinishedFile] = []
  /// Where every row stands.
  private(set) var lines = LineNumbers()

  /// Where every block lies, for files that can be read from the middle.
  private(set) var extents: [Extent] = []

  /// Whole records of a file.
  struct Extent: Sendable {
    let file: Int
    let bytes: Range<Int>
    let rowCount: Int
    let firstLine: Int
  }

  /// What is known of a file once its last row has been dealt out; the file itself is closed.
  struct FinishedFile: Sendable {
    let byteCount: Int
    let sha256: String?
    let compression: Compression
    let delimiter: CSVOptions.Delimiter
    let rowCount: Int
    let blankLines: Int
  }
  private var fileFirstRow = 0
  private var blankLines = 0

  /// A stretch of a file's bytes in a worker's memory.
  private struct Claim {
    let ticket: Int
    let file: OpenedFile
    let fileNumber: Int
    /// The offset of the block's first byte in the file's text.
    let offset: Int
    let count: Int
    let isFirst: Bool
    let isLast: Bool
  }

  /// `names` are the columns of each file as they were found before, to notice a file that is replaced.
  init(_ inputs: [InputSpec], names: [[String]], options: CSVOptions) {
    waiting = inputs[...]
    self.names = names
    self.options = options
    isScalar = options.usesScalarScanner
  }

  /// The rows that have been dealt out.
  var rowCount: Int { row }

  /// The next block, or nil at the end or after trouble.
  func next(_ memory: BlockMemory) -> TextBlock? {
    guard let claim = claims.locked({ claimOrClose(memory) }) else { return nil }
    var index = tandem_text_index()
    do {
      if claim.file.unpacker == nil, claim.count > 0 {
        // SAFETY: the memory has room for a block.
        unsafe try claim.file.input.read(
          at: claim.offset, count: claim.count, into: memory.bytes + memory.blockStart)
      }
    } catch {
      gate.pass(claim.ticket) { isStopped = true }
      fail(block: claim.ticket, error)
      return nil
    }
    if !isScalar { self.index(claim, memory, insideQuotes: false, &index) }
    return gate.pass(claim.ticket) { join(claim, memory, &index) }
  }

  /// Notes what ended the reading; of several the earliest in the files counts.
  func fail(block number: Int, _ error: any Error) {
    claims.locked {
      isClosed = true
      if number < failedTicket { (failedTicket, failure) = (number, error) }
    }
  }

  /// Throws the earliest trouble, if there was any.
  func finish() throws {
    if let failure { throw failure }
  }

  /// Reads the records of an extent again.
  static func block(
    _ extent: Extent, _ input: InputFile, delimiter: CSVOptions.Delimiter, names: [String],
    _ memory: BlockMemory, isScalar: Bool
  ) throws -> TextBlock {
    let start = memory.blockStart
    let text = start..<start + extent.bytes.count
    // SAFETY: the memory has room for the longest extent.
    unsafe try input.read(
      at: extent.bytes.lowerBound, count: extent.bytes.count, into: memory.bytes + start)
    let level = tandem_scan_level()
    if !isScalar {
      var index = tandem_text_index()
      unsafe tandem_index_text(
        level, memory.bytes, start, text.count, delimiter.byte, 0, memory.positions + start + 1, &index)
      var joined = JoinedIndex(memory, level: level, delimiter: delimiter.byte, text: text)
      if joined.join(index, leftOver: 0, isInsideQuotes: false, isLast: true),
        joined.isRegular(columnCount: names.count)
      {
        return joined.block(
          number: 0, file: extent.file, firstRow: 0, firstLine: extent.firstLine, columnCount: names.count)
      }
    }
    var scan = BlockScan(
      memory, file: input.displayName, delimiter: delimiter, names: names, line: extent.firstLine,
      text: text, isLast: true, fileOffset: extent.bytes.lowerBound)
    scan.run()
    return TextBlock(
      number: 0, file: extent.file, firstRow: 0, rowCount: scan.lines.count, columnCount: names.count,
      firstPosition: 0, hasCarriageReturns: true, lines: .listed(scan.lines), trouble: scan.trouble)
  }

  // MARK: - Claims

  private func claimOrClose(_ memory: BlockMemory) -> Claim? {
    do {
      return try claim(memory)
    } catch {
      isClosed = true
      if nextTicket < failedTicket { (failedTicket, failure) = (nextTicket, error) }
      return nil
    }
  }

  private func claim(_ memory: BlockMemory) throws -> Claim? {
    guard !isClosed else { return nil }
    if current == nil {
      guard let input = waiting.popFirst() else { return nil }
      let file = try OpenedFile(input.open(), options: options)
      guard file.names == names[fileCount] else { throw TableError.changed(file.input.displayName) }
      current = file
      fileCount += 1
      isFirstBlock = true
    }
    guard let file = current else { return nil }
    if isFirstBlock { nextOffset = file.bodyStart }
    let (count, isLast): (Int, Bool)
    if let unpacker = file.unpacker {
      (count, isLast) = try unpack(file, unpacker, memory)
    } else {
      let rest = file.input.byteCount - nextOffset
      (count, isLast) = (min(rest, memory.blockBytes), rest <= memory.blockBytes)
    }
    defer {
      nextTicket += 1
      nextOffset += count
      isFirstBlock = false
      if isLast { current = nil }
    }
    return Claim(
      ticket: nextTicket, file: file, fileNumber: fileCount - 1, offset: nextOffset, count: count,
      isFirst: isFirstBlock, isLast: isLast)
  }

  /// Unpacks the next block; what came with the header comes first.
  private func unpack(
    _ file: OpenedFile, _ unpacker: Decompressor, _ memory: BlockMemory
  ) throws -> (count: Int, isLast: Bool) {
    let given = nextOffset - file.bodyStart
    let early = file.unpackedRows.dropFirst(given).prefix(memory.blockBytes)
    unsafe early.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe (memory.bytes + memory.blockStart).update(from: base, count: source.count)
    }
    let room = memory.blockBytes - early.count
    let start = memory.blockStart + early.count
    let count = room == 0 ? 0 : unsafe try unpacker.read(into: memory.bytes + start, count: room)
    return (early.count + count, count < room)
  }

  // MARK: - In turn

  private func index(
    _ claim: Claim, _ memory: BlockMemory, insideQuotes: Bool, _ index: inout tandem_text_index
  ) {
    // SAFETY: the memory holds the block and the padding that the kernel may read and write past it.
    unsafe tandem_index_text(
      level, memory.bytes, memory.blockStart, claim.count, claim.file.delimiter.byte,
      insideQuotes ? 1 : 0, memory.positions + memory.blockStart + 1, &index)
  }

  /// Joins what the block before left over with this block, and leaves over the record at its end.
  private func join(
    _ claim: Claim, _ memory: BlockMemory, _ index: inout tandem_text_index
  ) -> TextBlock? {
    guard !isStopped else { return nil }
    if claim.file.unpacker == nil, let digest = claim.file.digest {
      let text = memory.blockStart..<memory.blockStart + claim.count
      digest.update(unsafe memory.buffer.span.extracting(text))
    }
    if claim.isFirst {
      leftOver = []
      isInsideQuotes = false
      line = claim.file.bodyLine
      fileFirstRow = row
      blankLines = 0
    }
    if leftOver.count > memory.headroom {
      memory.growHeadroom(to: leftOver.count, keeping: claim.count)
      if !isScalar { self.index(claim, memory, insideQuotes: false, &index) }
    }
    let start = memory.blockStart - leftOver.count
    unsafe leftOver.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      // SAFETY: the headroom is at least as long as what was left over.
      unsafe (memory.bytes + start).update(from: base, count: source.count)
    }
    let text = start..<memory.blockStart + claim.count
    let firstLine = line
    let block = indexedBlock(claim, memory, text, &index) ?? scannedBlock(claim, memory, text)
    if block.rowCount > 0 {
      let first = claim.offset + claim.count - text.count
      extents.append(
        Extent(
          file: claim.fileNumber, bytes: first..<claim.offset + claim.count - leftOver.count,
          rowCount: block.rowCount, firstLine: firstLine))
    }
    note(block.lines, rows: block.firstRow..<block.firstRow + block.rowCount, file: claim.fileNumber)
    if claim.isLast, !isStopped {
      finished.append(
        FinishedFile(
          byteCount: claim.file.input.byteCount, sha256: claim.file.digest?.text,
          compression: claim.file.compression, delimiter: claim.file.delimiter,
          rowCount: row - fileFirstRow, blankLines: blankLines))
    }
    return block
  }

  /// The block by its vectorised index, or nil if the text is out of the ordinary.
  private func indexedBlock(
    _ claim: Claim, _ memory: BlockMemory, _ text: Range<Int>, _ index: inout tandem_text_index
  ) -> TextBlock? {
    // Where a record might be too long, the plain scanner measures every one.
    guard !isScalar, !text.isEmpty, text.count <= OpenedFile.longestRecord else { return nil }
    if isInsideQuotes { self.index(claim, memory, insideQuotes: true, &index) }
    var joined = JoinedIndex(memory, level: level, delimiter: claim.file.delimiter.byte, text: text)
    guard joined.join(index, leftOver: leftOver.count, isInsideQuotes: isInsideQuotes, isLast: claim.isLast)
    else { return nil }
    let columnCount = claim.file.names.count
    guard joined.isRegular(columnCount: columnCount) else { return nil }
    if joined.hasNonASCII, TextCheck.firstInvalidByte(unsafe memory.buffer.span, joined.rows) != nil {
      return nil
    }
    let block = joined.block(
      number: claim.ticket, file: claim.fileNumber, firstRow: row, firstLine: line, columnCount: columnCount)
    row += joined.rowCount
    line += joined.rowCount + joined.quotedLineFeeds
    leave(memory, joined.rows.upperBound..<text.upperBound, isLast: claim.isLast)
    isInsideQuotes = index.ends_inside_quotes != 0
    return block
  }

  /// The block by the plain scanner, which finds the first trouble.
  private func scannedBlock(_ claim: Claim, _ memory: BlockMemory, _ text: Range<Int>) -> TextBlock {
    var scan = BlockScan(
      memory, file: claim.file.input.displayName, delimiter: claim.file.delimiter, names: claim.file.names,
      line: line, text: text, isLast: claim.isLast, fileOffset: claim.offset + claim.count - text.count)
    scan.run()
    let block = TextBlock(
      number: claim.ticket, file: claim.fileNumber, firstRow: row, rowCount: scan.lines.count,
      columnCount: claim.file.names.count, firstPosition: 0, hasCarriageReturns: true,
      lines: .listed(scan.lines), trouble: scan.trouble)
    row += scan.lines.count
    line = scan.line
    blankLines += scan.blankLines
    if scan.trouble != nil { isStopped = true }
    leave(memory, scan.end..<text.upperBound, isLast: claim.isLast)
    isInsideQuotes = scan.endsInsideQuotes
    return block
  }

  private func note(_ lines: TextBlock.Lines, rows: Range<Int>, file: Int) {
    switch lines {
    case .consecutive(let first):
      if !rows.isEmpty { self.lines.note(row: rows.lowerBound, line: first, file: file) }
    case .listed(let list):
      for (row, line) in zip(rows, list) { self.lines.note(row: row, line: line, file: file) }
    }
  }

  private func leave(_ memory: BlockMemory, _ rest: Range<Int>, isLast: Bool) {
    guard !isLast else {
      leftOver = []
      return
    }
    leftOver.removeAll(keepingCapacity: true)
    let bytes = unsafe memory.buffer.span
    for position in rest { leftOver.append(bytes[position]) }
  }
}
