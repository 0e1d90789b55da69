/// One worker's conversion of blocks into columns.
@safe final class BlockConverter {
  let number: Int
  private let columns: [ColumnStore]
  private let isScalar: Bool
  /// This worker's levels of every column.
  private(set) var dictionaries: [LevelDictionary]

  /// A converter; `seeds` are for every column the levels that the worker's codes begin with.
  init(number: Int, columns: [ColumnStore], isScalar: Bool, seeds: [LevelSeed]? = nil) {
    self.number = number
    self.columns = columns
    self.isScalar = isScalar
    dictionaries = columns.indices.map { column in
      LevelDictionary(missing: columns[column].missing, seed: seeds?[column] ?? LevelSeed())
    }
  }

  /// Converts the chosen columns of a block.
  ///
  /// `places` gives for every column its number in the file, whose name messages use.
  ///
  /// - Throws: The block's trouble, or that of a column whose type is given as numeric, whichever
  ///   comes first in the file.
  func convert(
    _ block: TextBlock, _ memory: BlockMemory, columns chosen: [Int], places: [Int], file: String
  ) throws {
    var refused: (record: Int, error: TableError)?
    for column in chosen where block.rowCount > 0 {
      let cells = CellColumn(memory, block, column: places[column])
      if let trouble = convert(block, cells, column, file: file), trouble.record < refused?.record ?? .max {
        refused = trouble
      }
    }
    if let refused { throw refused.error }
    if let trouble = block.trouble { throw trouble }
  }

  private func convert(
    _ block: TextBlock, _ cells: CellColumn, _ column: Int, file: String
  ) -> (record: Int, error: TableError)? {
    let store = columns[column]
    if store.mayBeNumeric(block: block.number) {
      guard let refusal = convertNumbers(block, cells, store) else { return nil }
      let text = TableError.excerpt(
        CellText.decode(unsafe cells.memory.buffer.span, cells.range(refusal.record)))
      let offender = ColumnInference.Offender(
        row: block.firstRow + refusal.record, line: block.lines[refusal.record], file: file,
        text: text)
      guard store.requested != .numeric else {
        return (refusal.record, Self.notANumber(offender, store.name, file: file))
      }
      store.refuse(
        ColumnStore.Refusal(block: block.number, reason: refusal.reason, offender: offender))
    }
    convertCategories(block, cells, column)
    return nil
  }

  // MARK: - Numbers

  /// Stores the block's cells as numbers, or tells which of them keeps the column from that.
  private func convertNumbers(
    _ block: TextBlock, _ cells: CellColumn, _ store: ColumnStore
  ) -> (record: Int, reason: ColumnInference.Reason)? {
    let reader = NumberCells(
      cells: cells, classifier: CellClassifier(missing: store.missing),
      acceptsIdentifiers: store.requested == .numeric,
      isScalar: isScalar || store.missing.holdsNumbers)
    var kind = store.kind(numeric: true)
    let rows = block.firstRow..<block.firstRow + block.rowCount
    while true {
      var run = NumberCells.Run(record: 0)
      var missing = 0
      let isDone = unsafe store.forEachStretch(rows, kind: kind) { stretch, memory in
        let records = stretch.lowerBound - block.firstRow..<stretch.upperBound - block.firstRow
        // SAFETY: the stretch's memory holds its rows in cells of the kind.
        switch kind {
        case .short:
          run = unsafe reader.readShort(records, into: memory.assumingMemoryBound(to: Int16.self))
        case .integer:
          run = unsafe reader.readInteger(records, into: memory.assumingMemoryBound(to: Int32.self))
        case .double, .narrowCode, .wideCode:
          run = unsafe reader.readDouble(records, into: memory.assumingMemoryBound(to: Double.self))
        }
        missing += run.missing
        return run.stop == nil
      }
      if isDone {
        add(block, store, kind, missing: missing)
        return nil
      }
      switch run.stop {
      case .widen(let wider):
        kind = wider
        store.widen(to: wider)
      case .refuse(let reason): return (run.record, reason)
      case nil: preconditionFailure("a run ends at a stop")
      }
    }
  }

  // MARK: - Categories

  private func convertCategories(_ block: TextBlock, _ cells: CellColumn, _ column: Int) {
    let store = columns[column]
    let dictionary = dictionaries[column]
    let rows = block.firstRow..<block.firstRow + block.rowCount
    var kind = store.kind(numeric: false)
    // Up to 255 levels, so that keeping them costs little.
    let before = kind == .narrowCode ? dictionary.levels : LevelSeed()
    while true {
      var missing = 0
      let isDone = unsafe store.forEachStretch(rows, kind: kind) { stretch, memory in
        let records = stretch.lowerBound - block.firstRow..<stretch.upperBound - block.firstRow
        let run =
          kind == .narrowCode
          ? unsafe dictionary.readNarrow(
            cells, records, firstRow: stretch.lowerBound, isScalar: isScalar,
            into: memory.assumingMemoryBound(to: UInt8.self))
          : unsafe dictionary.readWide(
            cells, records, firstRow: stretch.lowerBound, isScalar: isScalar,
            into: memory.assumingMemoryBound(to: Int32.self))
        missing += run.missing
        return run.stop == nil
      }
      if isDone { return add(block, store, kind, missing: missing) }
      // The block begins anew, and so do its levels: that keeps ascending ones ascending.
      dictionary.restore(before)
      kind = .wideCode
      store.widen(to: kind)
    }
  }

  private func add(_ block: TextBlock, _ store: ColumnStore, _ kind: CellKind, missing: Int) {
    store.add(
      ColumnStore.Piece(
        block: block.number, worker: number, rows: block.firstRow..<block.firstRow + block.rowCount,
        kind: kind, missing: missing))
  }

  private static func notANumber(
    _ offender: ColumnInference.Offender, _ name: String, file: String
  ) -> TableError {
    TableError(
      .notANumber, file: file, line: offender.line, column: .name(name), text: offender.text,
      found: "'\(offender.text)' is not a number",
      expected: ColumnInference.numberExpected(for: offender.text)
        + ", because the column's type is given as numeric")
  }
}
