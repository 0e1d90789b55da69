/// Levels that are known before a worker begins.
struct LevelSeed: Sendable {
  var table = LevelTable()
  /// The row on which each level beyond ASCII first occurs.
  var firstRows: [Int32: Int] = [:]
}

/// One worker's codes for the levels of one column.
///
/// Cells of up to 16 bytes are looked up by their raw bytes, quotes included, in a small cache; only
/// a cell that is new to it is unquoted, compared with the missing codes and sought in the table.
@safe final class LevelDictionary {
  private struct CachedCell {
    var first: UInt64 = 0
    var last: UInt64 = 0
    /// -1 in a free slot.
    var length = -1
    var code: Int32 = 0
  }

  /// The texts and their codes: behind a pointer, since each access to a class's own is checked.
  private let storage: UnsafeMutablePointer<LevelTable>
  /// The row on which each level beyond ASCII first occurs for this worker.
  private(set) var firstRows: [Int32: Int] = [:]
  private let missing: MissingCodeMatcher
  private let cache: UnsafeMutablePointer<CachedCell>

  private static let cacheSize = 256

  init(missing: MissingCodeMatcher, seed: LevelSeed = LevelSeed()) {
    self.missing = missing
    unsafe storage = UnsafeMutablePointer<LevelTable>.allocate(capacity: 1)
    unsafe storage.initialize(to: seed.table)
    firstRows = seed.firstRows
    unsafe cache = UnsafeMutablePointer<CachedCell>.allocate(capacity: LevelDictionary.cacheSize)
    unsafe cache.initialize(repeating: CachedCell(), count: LevelDictionary.cacheSize)
  }

  deinit {
    unsafe cache.deallocate()
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  /// The texts and their codes.
  var table: LevelTable { unsafe storage.pointee }

  /// The levels so far.
  var levels: LevelSeed { LevelSeed(table: table, firstRows: firstRows) }

  /// Goes back to earlier levels.
  func restore(_ earlier: LevelSeed) {
    unsafe storage.pointee = earlier.table
    firstRows = earlier.firstRows
    unsafe cache.update(repeating: CachedCell(), count: LevelDictionary.cacheSize)
  }

  /// The levels' texts by code; the dictionary is empty afterwards, to free its memory.
  func takeTexts() -> TextArena {
    let texts = table.texts
    unsafe storage.pointee = LevelTable()
    return texts
  }

  /// Reads codes of one byte; ends early at a code that does not fit.
  func readNarrow(
    _ cells: CellColumn, _ records: Range<Int>, firstRow: Int, isScalar: Bool,
    into rows: UnsafeMutablePointer<UInt8>
  ) -> NumberCells.Run {
    var run = NumberCells.Run(record: records.lowerBound)
    var known = CachedCell()
    var walk = cells.walk(from: records.lowerBound)
    for record in records {
      let code = code(
        cells, walk.next(), row: firstRow &+ record &- records.lowerBound, isScalar, &known)
      if code >= Int32(CellKind.missingNarrowCode) {
        run.record = record
        run.stop = .widen(.wideCode)
        return run
      }
      if code < 0 { run.missing += 1 }
      // SAFETY: the caller gives room for the records.
      unsafe rows[record &- records.lowerBound] = UInt8(truncatingIfNeeded: code)
    }
    run.record = records.upperBound
    return run
  }

  /// Reads codes of four bytes.
  func readWide(
    _ cells: CellColumn, _ records: Range<Int>, firstRow: Int, isScalar: Bool,
    into rows: UnsafeMutablePointer<Int32>
  ) -> NumberCells.Run {
    var run = NumberCells.Run(record: records.upperBound)
    var known = CachedCell()
    var walk = cells.walk(from: records.lowerBound)
    for record in records {
      let code = code(
        cells, walk.next(), row: firstRow &+ record &- records.lowerBound, isScalar, &known)
      if code < 0 { run.missing += 1 }
      unsafe rows[record &- records.lowerBound] = code
    }
    return run
  }

  // MARK: - One cell

  /// The code of a cell; `known` is the cell before, which equal cells often follow.
  @inline(__always)
  private func code(
    _ cells: CellColumn, _ cell: (start: Int, end: Int), row: Int, _ isScalar: Bool,
    _ known: inout CachedCell
  ) -> Int32 {
    let (start, end) = cell
    let length = end &- start
    guard !isScalar, length <= 16 else {
      return lookUp(unsafe cells.memory.buffer.span, start..<end, row: row)
    }
    var first = cells.word(start)
    var last: UInt64 = 0
    if length >= 8 {
      last = cells.word(end &- 8)
    } else {
      first &= (1 &<< UInt64(truncatingIfNeeded: 8 &* length)) &- 1
    }
    if known.first == first, known.last == last, known.length == length { return known.code }
    let mixed = (first ^ (last &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(length)) &* 0xBF58_476D_1CE4_E5B9
    let slot = Int(truncatingIfNeeded: mixed &>> 56)
    // SAFETY: the slot is the upper 8 bits, below the cache's 256.
    known = unsafe cache[slot]
    if known.first == first, known.last == last, known.length == length { return known.code }
    let code = lookUp(unsafe cells.memory.buffer.span, start..<end, row: row)
    known = CachedCell(first: first, last: last, length: length, code: code)
    unsafe cache[slot] = known
    return code
  }

  /// The code of a cell's text, which keeps the spaces around it; missing codes are compared without.
  private func lookUp(_ bytes: Span<UInt8>, _ cell: Range<Int>, row: Int) -> Int32 {
    guard CellText.isQuoted(bytes, cell) else {
      if missing.matches(bytes, CellText.trimmed(bytes, cell)) { return CategoryValues.missingCode }
      return level(bytes, cell, row: row)
    }
    let content = cell.lowerBound + 1..<cell.upperBound - 1
    guard CellText.hasDoubledQuotes(bytes, content) else {
      return missing.matches(bytes, content)
        ? CategoryValues.missingCode : level(bytes, content, row: row)
    }
    let text = CellText.unescaped(bytes, content)
    return missing.matches(text.span, text.indices)
      ? CategoryValues.missingCode : level(text.span, text.indices, row: row)
  }

  private func level(_ bytes: Span<UInt8>, _ text: Range<Int>, row: Int) -> Int32 {
    let known = unsafe storage.pointee.count
    let code = unsafe storage.pointee.code(bytes, text)
    if Int(code) == known, text.contains(where: { bytes[$0] >= 0x80 }) { firstRows[code] = row }
    return code
  }
}
