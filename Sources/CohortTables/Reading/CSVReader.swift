internal import Dispatch

/// Reads CSV files with one set of columns into a table.
struct CSVReader {
  let inputs: [InputSpec]
  let options: CSVOptions

  /// One file's header, as far as the table needs it.
  struct HeaderView {
    let displayName: String
    let names: [String]
    /// For every column that is read its number in this file.
    let places: [Int]
    /// At least as many rows as the file has, roughly so for a packed one.
    let mostRows: Int

    init(_ displayName: String, _ file: OpenedFile, _ places: [Int]) {
      self.displayName = displayName
      self.names = file.names
      self.places = places
      // A row takes a byte a column at least; text is packed to a twentieth at best, as a rule.
      let bytes = file.input.byteCount * (file.compression == .none ? 1 : 20)
      mostRows = bytes / file.names.count + 1
    }
  }

  /// What reading all rows gave.
  struct Survey {
    let headers: [HeaderView]
    let stores: [ColumnStore]
    let source: TableSource
    let pass: ReadingPass
    /// A second reading, for columns that turned out to be categories after rows were stored as numbers.
    let secondPass: (pass: ReadingPass, columns: [Int])?

    var rowCount: Int { pass.rowCount }
    var finished: [BlockFeed.FinishedFile] { pass.finished }
    var extents: [BlockFeed.Extent] { pass.extents }

    func finisher(_ column: Int) -> ColumnFinisher {
      ColumnFinisher(stores[column], file: headers[0].displayName, rowCount: rowCount)
    }

    /// The workers' levels of a column as one list.
    func merge(_ column: Int) -> LevelMerge {
      let isSecond = secondPass?.columns.contains(column) ?? false
      let converters = (isSecond ? secondPass?.pass : pass)?.converters ?? []
      let dictionaries = converters.map { $0.dictionaries[column] }
      return LevelMerge(dictionaries.map { $0.takeTexts() }, firstRows: dictionaries.map(\.firstRows))
    }
  }

  func table() throws -> Table {
    let survey = try survey(keepsRows: true)
    let columns = survey.stores.indices.map { number in
      let finisher = survey.finisher(number)
      return finisher.isCategory ? finisher.categoryColumn(survey.merge(number)) : finisher.numericColumn()
    }
    return try Table(
      columns: columns, source: survey.source, lines: survey.pass.lines, rowCount: survey.rowCount)
  }

  /// Reads all rows; without keeping them only types and levels are found.
  func survey(keepsRows: Bool) throws -> Survey {
    let headers = try self.headers()
    let names = headers[0].places.map { headers[0].names[$0] }
    let stores = names.map { name in
      ColumnStore(
        name: name, requested: options.columnTypes[name], missing: options.missingCodes(of: name),
        rowsPerSegment: rowsPerSegment(headers), keepsRows: keepsRows)
    }
    let files = headers.map {
      ReadingPass.FileView(name: $0.displayName, names: $0.names, places: $0.places)
    }
    var pass = ReadingPass(self, files, stores)
    try pass.run(Array(stores.indices))
    let source = source(pass, names: headers[0].names)
    try refuseSameFileTwice(source)
    let again = stores.indices.filter {
      ColumnFinisher(stores[$0], file: "", rowCount: pass.rowCount).mustBeReadAgain
    }
    guard !again.isEmpty else {
      return Survey(headers: headers, stores: stores, source: source, pass: pass, secondPass: nil)
    }
    for column in again { stores[column].restartAsCategories() }
    var second = ReadingPass(self, files, stores)
    try second.run(again)
    for (header, (first, now)) in zip(headers, zip(pass.finished, second.finished))
    where first.rowCount != now.rowCount || first.sha256 != now.sha256 {
      throw TableError.changed(header.displayName)
    }
    return Survey(
      headers: headers, stores: stores, source: source, pass: pass, secondPass: (second, again))
  }

  // MARK: - Headers

  /// Reads every file's header; all must name the same columns, in any order.
  private func headers() throws -> [HeaderView] {
    var headers: [HeaderView] = []
    for input in inputs {
      let file = try OpenedFile(input.open(), options: options)
      let name = file.input.displayName
      guard let first = headers.first else {
        let places = file.names.indices.filter { options.columns?.contains(file.names[$0]) ?? true }
        headers.append(HeaderView(name, file, places))
        try checkColumnTypes(headers[0])
        continue
      }
      let numbers = Dictionary(uniqueKeysWithValues: file.names.enumerated().map { ($1, $0) })
      for column in first.names where numbers[column] == nil {
        throw TableError(
          .missingColumn, file: name, line: 1, column: .name(column),
          found: "there is no such column, which \(first.displayName) has",
          expected: "files that are read together to have the same columns")
      }
      for column in file.names where !first.names.contains(column) {
        throw TableError(
          .missingColumn, file: name, line: 1, column: .name(column),
          found: "\(first.displayName) does not have this column",
          expected: "files that are read together to have the same columns")
      }
      let places = first.places.compactMap { numbers[first.names[$0]] }
      headers.append(HeaderView(name, file, places))
    }
    return headers
  }

  /// A type fixed for a column that does not exist is a slip that must not pass unseen.
  private func checkColumnTypes(_ header: HeaderView) throws {
    for wanted in options.columnTypes.keys.sorted() where !header.names.contains(wanted) {
      let listed = header.names.prefix(20).map { "'\(TableError.excerpt($0))'" }
      throw TableError(
        .missingColumn, file: header.displayName, line: 1, column: .name(wanted),
        found: "a type is given for this column, but there is no such column",
        expected: "one of \(listed.joined(separator: ", "))")
    }
  }

  /// The same bytes twice would count every row twice.
  private func refuseSameFileTwice(_ source: TableSource) throws {
    var nameOfDigest: [String: String] = [:]
    for part in source.parts where part.rowCount > 0 {
      guard let digest = part.sha256 else { continue }
      guard let first = nameOfDigest.updateValue(part.displayName, forKey: digest) else { continue }
      throw TableError(
        .sameFileTwice, file: part.displayName, found: "the file holds the same bytes as \(first)",
        expected: "each file once")
    }
  }

  // MARK: - Parts of the table

  private func source(_ pass: ReadingPass, names: [String]) -> TableSource {
    let files = zip(inputs, pass.finished).map { input, finished in
      TableSource(
        fileName: input.name, sha256: finished.sha256, byteCount: finished.byteCount,
        delimiter: finished.delimiter, rowCount: finished.rowCount, skippedBlankLines: finished.blankLines,
        columnNames: names)
    }
    return files.count == 1 ? files[0] : TableSource(files)
  }

  /// Enough rows for the whole input, or 2^21: one huge page even of one-byte cells.
  private func rowsPerSegment(_ headers: [HeaderView]) -> Int {
    let most = min(headers.reduce(0) { $0 + $1.mostRows }, 1 << 21)
    return 1 << (Int.bitWidth - (most - 1).leadingZeroBitCount)
  }
}

/// One reading of all rows by several workers.
struct ReadingPass {
  private let reader: CSVReader
  private let files: [FileView]
  private let stores: [ColumnStore]
  private let feed: BlockFeed
  private let isScalar: Bool
  private(set) var converters: [BlockConverter] = []

  /// What a pass knows of a file beforehand.
  struct FileView {
    let name: String
    let names: [String]
    let places: [Int]
  }

  init(_ reader: CSVReader, _ files: [FileView], _ stores: [ColumnStore]) {
    self.reader = reader
    self.files = files
    self.stores = stores
    isScalar = reader.options.usesScalarScanner
    feed = BlockFeed(reader.inputs, names: files.map(\.names), options: reader.options)
  }

  var rowCount: Int { feed.rowCount }
  var finished: [BlockFeed.FinishedFile] { feed.finished }
  var lines: LineNumbers { feed.lines }
  var extents: [BlockFeed.Extent] { feed.extents }

  /// Reads the chosen columns of all rows.
  mutating func run(_ columns: [Int]) throws {
    // The first block is converted alone: it tells the kinds of cells and the first levels.
    let first = BlockConverter(number: 0, columns: stores, isScalar: isScalar)
    let memory = BlockMemory(blockBytes: reader.options.blockBytes)
    guard work(first, memory, columns, blocks: 1) else {
      converters = [first]
      return try feed.finish()
    }
    let seeds = zip(stores, first.dictionaries).map { $0.sortedLevels($1) }
    let workers = max(1, reader.options.threads ?? Environment.processorCount)
    converters = (0..<workers).map { number in
      BlockConverter(number: number, columns: stores, isScalar: isScalar, seeds: seeds)
    }
    let pass = UncheckedPass(self)
    DispatchQueue.concurrentPerform(iterations: workers) { number in
      let own = BlockMemory(blockBytes: pass.value.reader.options.blockBytes)
      _ = pass.value.work(pass.value.converters[number], own, columns, blocks: .max)
    }
    try feed.finish()
  }

  /// Converts blocks until there are no more; tells whether there may be more.
  private func work(
    _ converter: BlockConverter, _ memory: BlockMemory, _ columns: [Int], blocks: Int
  ) -> Bool {
    for _ in 0..<blocks {
      guard let block = feed.next(memory) else { return false }
      do {
        try converter.convert(
          block, memory, columns: columns, places: files[block.file].places, file: files[block.file].name)
      } catch {
        feed.fail(block: block.number, error)
      }
    }
    return true
  }
}

/// A pass as several workers see it: they share the feed and the stores, and each has its converter.
private struct UncheckedPass: @unchecked Sendable {
  let value: ReadingPass
  init(_ value: ReadingPass) { self.value = value }
}
