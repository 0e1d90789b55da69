/// CSV files that are too long to be held, to be passed over block by block.
///
/// Making one surveys the files: every column's type and levels, the number of rows, and where
/// the blocks lie. Any block can then be read as a small table of its own, from any thread, as often
/// as a computation needs it; memory holds a few blocks, the levels of the chosen columns, and some
/// 60 bytes a block of 256 KB.
///
/// Packed files and standard input cannot be read from the middle; read them as a ``Table``.
public struct TableBlocks: Sendable {
  /// Where the blocks come from.
  public let source: TableSource
  /// The number of rows.
  public let rowCount: Int
  /// A table without rows that has the columns, with the levels of those that are categories.
  public let shape: Table

  private let extents: [BlockFeed.Extent]
  private let files: [File]
  private let kinds: [Kind]
  private let memories: MemoryPool
  private let options: CSVOptions

  private struct File: Sendable {
    let input: InputFile
    let delimiter: CSVOptions.Delimiter
    let names: [String]
    let places: [Int]
  }

  /// How a column's cells are read.
  private enum Kind: Sendable {
    case numeric(CellKind)
    case category(LevelSeed, levels: LevelList, codes: [Int32], kind: CellKind)
  }

  /// Surveys files with the same columns.
  ///
  /// - Throws: ``TableError`` for what is wrong with a file or its contents.
  /// - Precondition: There is at least one path.
  /// - Complexity: O(bytes), in memory that does not grow with them but for levels.
  public init(csv paths: [String], options: CSVOptions = CSVOptions()) throws {
    precondition(!paths.isEmpty, "there is no file to read")
    let reader = CSVReader(inputs: try paths.map { try InputSpec(path: $0) }, options: options)
    let survey = try reader.survey(keepsRows: false)
    rowCount = survey.rowCount
    source = survey.source
    extents = survey.extents
    self.options = options
    files = try zip(reader.inputs, zip(survey.headers, survey.finished)).map { spec, found in
      let (header, finished) = found
      guard case .path = spec, finished.compression == .none else {
        throw TableError(
          .compressed, file: header.displayName,
          found: "a packed file or a pipe cannot be read block by block",
          expected: "a plain file, or memory for the whole table")
      }
      let input = try spec.open()
      guard input.byteCount == finished.byteCount else { throw TableError.changed(header.displayName) }
      return File(
        input: input, delimiter: finished.delimiter, names: header.names, places: header.places)
    }
    var kinds: [Kind] = []
    var columns: [Column] = []
    for number in survey.stores.indices {
      let (column, kind) = TableBlocks.shape(survey, number)
      columns.append(column)
      kinds.append(kind)
    }
    self.kinds = kinds
    shape = try Table(columns: columns, source: source, lines: LineNumbers(), rowCount: 0)
    memories = MemoryPool(blockBytes: extents.reduce(1) { max($0, $1.bytes.count) })
  }

  private static func shape(_ survey: CSVReader.Survey, _ number: Int) -> (Column, Kind) {
    let finisher = survey.finisher(number)
    guard finisher.isCategory else {
      let column = finisher.emptyNumericColumn()
      return (column, .numeric(finisher.numericKind))
    }
    let merge = survey.merge(number)
    let column = finisher.emptyCategoryColumn(merge)
    let (spellings, codes) = merge.spellings
    let kind: CellKind = spellings.count <= Int(CellKind.missingNarrowCode) ? .narrowCode : .wideCode
    return (
      column,
      .category(
        LevelSeed(table: LevelTable(spellings)), levels: column.asCategories().levels, codes: codes,
        kind: kind)
    )
  }

  /// How many blocks there are.
  public var blockCount: Int { extents.count }

  /// One block as a table whose categories have the levels of all blocks.
  ///
  /// - Throws: ``TableError`` if the block cannot be read, or not as it was when it was surveyed.
  /// - Complexity: O(bytes of the block).
  public func table(ofBlock number: Int) throws -> Table {
    let extent = extents[number]
    let file = files[extent.file]
    let memory = memories.take()
    defer { memories.give(memory) }
    let block = try BlockFeed.block(
      extent, file.input, delimiter: file.delimiter, names: file.names, memory,
      isScalar: options.usesScalarScanner)
    guard block.rowCount == extent.rowCount, block.trouble == nil else { throw changed(file) }
    let stores = kinds.indices.map { store($0, rows: block.rowCount) }
    let seeds = kinds.map { kind in
      if case .category(let seed, _, _, _) = kind { seed } else { LevelSeed() }
    }
    let converter = BlockConverter(
      number: 0, columns: stores, isScalar: options.usesScalarScanner, seeds: seeds)
    try converter.convert(
      block, memory, columns: Array(stores.indices), places: file.places, file: file.input.displayName)
    var lines = LineNumbers()
    for row in 0..<block.rowCount { lines.note(row: row, line: block.lines[row], file: extent.file) }
    let columns = try kinds.indices.map { number in
      let shape = self.shape.columns[number]
      return Column(
        name: shape.name, values: try values(stores[number], kinds[number], block.rowCount, file),
        inference: shape.inference, tableName: source.displayName)
    }
    return try Table(columns: columns, source: source, lines: lines, rowCount: block.rowCount)
  }

  private func store(_ column: Int, rows: Int) -> ColumnStore {
    let name = shape.columns[column].name
    let requested: CSVOptions.ColumnType
    let kind: CellKind
    switch kinds[column] {
    case .numeric(let widest): (requested, kind) = (.numeric, widest)
    case .category(_, _, _, let code): (requested, kind) = (.category, code)
    }
    let segment = 1 << (Int.bitWidth - max(0, rows - 1).leadingZeroBitCount)
    return ColumnStore(
      name: name, requested: requested, missing: options.missingCodes(of: name), rowsPerSegment: segment,
      kind: kind)
  }

  private func values(
    _ store: ColumnStore, _ kind: Kind, _ rows: Int, _ file: File
  ) throws -> ColumnValues {
    switch kind {
    case .numeric:
      let finisher = ColumnFinisher(store, file: source.displayName, rowCount: rows)
      return finisher.numericColumn().values
    case .category(let seed, let levels, let codeOfSpelling, let code):
      guard store.pieces.allSatisfy({ $0.kind == code }) else { throw changed(file) }
      let codes: CategoryCodes =
        code == .narrowCode
        ? CategoryCodes(.narrow(store.rows(UInt8.self, kind: code, count: rows)))
        : CategoryCodes(.wide(store.rows(Int32.self, kind: code, count: rows)))
      guard codes.allSatisfy({ Int($0) < seed.table.count }) else { throw changed(file) }
      guard codeOfSpelling.indices.contains(where: { codeOfSpelling[$0] != Int32($0) }) else {
        return .category(CategoryValues(codes, levels))
      }
      let joined = codes.array().map { $0 < 0 ? $0 : codeOfSpelling[Int($0)] }
      return .category(CategoryValues(CategoryCodes(joined), levels))
    }
  }

  private func changed(_ file: File) -> TableError {
    TableError.changed(file.input.displayName)
  }
}

/// Memory for blocks, used again and again.
@safe private final class MemoryPool: @unchecked Sendable {
  private let lock = Lock()
  private let blockBytes: Int
  private var idle: [BlockMemory] = []

  init(blockBytes: Int) { self.blockBytes = blockBytes }

  func take() -> BlockMemory {
    lock.locked { idle.popLast() } ?? BlockMemory(blockBytes: blockBytes)
  }

  func give(_ memory: BlockMemory) { lock.locked { idle.append(memory) } }
}
