internal import Synchronization

/// A cohort file in memory: named columns of equal length, with the line that each row came from.
///
/// A table is an immutable value. What selects rows or changes columns makes another table that
/// keeps the source and the line numbers.
public struct Table: Sendable {
  /// The columns, in the file's order.
  public let columns: [Column]
  /// Where the table came from.
  public let source: TableSource
  /// The number of rows.
  public let rowCount: Int
  /// Where every row's record starts; nil for an in-memory table.
  private let lines: LineNumbers?
  private let indexOfColumn: [String: Int]

  /// Reads a CSV file; "-" is standard input.
  ///
  /// The file may be packed with gzip or zstd. Its cells take one to eight bytes each in memory,
  /// whatever their spelling; what is read from standard input stays in memory as a whole.
  ///
  /// - Throws: ``TableError`` for what is wrong with the file or its contents.
  /// - Complexity: O(bytes).
  public init(csv path: String, options: CSVOptions = CSVOptions()) throws {
    try self.init(csv: [path], options: options)
  }

  /// Reads several CSV files with the same columns, in any order, as one table.
  ///
  /// - Throws: ``TableError`` for what is wrong with a file or its contents, or if the columns differ.
  /// - Precondition: There is at least one path.
  /// - Complexity: O(bytes).
  public init(csv paths: [String], options: CSVOptions = CSVOptions()) throws {
    precondition(!paths.isEmpty, "there is no file to read")
    self = try CSVReader(inputs: paths.map { try InputSpec(path: $0) }, options: options).table()
  }

  /// The names in a CSV file's header.
  ///
  /// - Throws: ``TableError`` for what is wrong with the file or its header.
  /// - Precondition: The path is not "-": what standard input holds could not be read again.
  public static func columnNames(ofCSV path: String, options: CSVOptions = CSVOptions()) throws -> [String] {
    precondition(path != "-", "standard input can be read only once")
    return try OpenedFile(InputFile(path: path), options: options).names
  }

  /// Reads a CSV file that is in memory already; `name` stands for it in messages.
  ///
  /// - Throws: ``TableError`` for what is wrong with the contents.
  /// - Complexity: O(bytes).
  public init(csvBytes: [UInt8], name: String, options: CSVOptions = CSVOptions()) throws {
    self = try CSVReader(inputs: [.bytes(csvBytes, name: name)], options: options).table()
  }

  /// Makes a table from columns in memory.
  ///
  /// - Throws: ``TableError`` if two columns have one name or the lengths differ.
  public init(columns: [Column], name: String = "table") throws {
    try self.init(
      columns: columns.map { $0.belonging(to: name) },
      source: TableSource(
        fileName: name, sha256: nil, byteCount: nil, delimiter: nil,
        rowCount: columns.first?.count ?? 0, skippedBlankLines: 0, columnNames: columns.map(\.name)),
      lines: nil, rowCount: nil)
  }

  /// Checks names and lengths; `rowCount` matters only when there is no column to count.
  init(columns: [Column], source: TableSource, lines: LineNumbers?, rowCount: Int?) throws {
    let rowCount = rowCount ?? columns.first?.count ?? 0
    var indexOfColumn: [String: Int] = [:]
    for (index, column) in columns.enumerated() {
      guard indexOfColumn.updateValue(index, forKey: column.name) == nil else {
        throw TableError(
          .duplicateColumn, file: source.displayName, column: .name(column.name), text: column.name,
          found: "there are two columns of this name", expected: "different names")
      }
      guard column.count == rowCount else {
        throw TableError(
          .unequalLengths, file: source.displayName, column: .name(column.name),
          found: "the column has \(Table.rows(column.count))", expected: "\(Table.rows(rowCount))")
      }
    }
    self.columns = columns
    self.source = source
    self.rowCount = rowCount
    self.lines = lines
    self.indexOfColumn = indexOfColumn
  }

  /// A table of chosen rows, whose names are known to be distinct.
  private init(_ table: Table, rows: [Int]) {
    self.columns = table.columns.map { $0.selecting(rows: rows) }
    self.source = table.source
    self.rowCount = rows.count
    self.lines = table.lines?.selecting(rows: rows)
    self.indexOfColumn = table.indexOfColumn
  }

  /// The columns' names, in the file's order.
  public var columnNames: [String] { columns.map(\.name) }

  /// The column of that name, or nil.
  ///
  /// - Complexity: O(1).
  public func column(_ name: String) -> Column? {
    indexOfColumn[name].map { columns[$0] }
  }

  /// The column of that name.
  ///
  /// - Throws: ``TableError`` with code ``TableError/Code/missingColumn``, which lists the columns
  ///   there are and the one whose name is nearest.
  public func requireColumn(_ name: String) throws -> Column {
    guard let index = indexOfColumn[name] else { throw missingColumnError(name) }
    return columns[index]
  }

  /// The 1-based line on which a row's record starts, or nil for an in-memory table.
  public func lineNumber(ofRow row: Int) -> Int? {
    precondition(row >= 0 && row < rowCount, "row out of range")
    return lines?.place(ofRow: row).line
  }

  /// The lines of all rows, or nil for an in-memory table.
  ///
  /// - Complexity: O(rows).
  public var lineNumbers: [Int]? {
    lines.map { lines in (0..<rowCount).map { lines.place(ofRow: $0).line } }
  }

  /// The name of the file that a row comes from, as messages give it.
  public func fileName(ofRow row: Int) -> String {
    precondition(row >= 0 && row < rowCount, "row out of range")
    guard let lines, !source.parts.isEmpty else { return source.displayName }
    return source.parts[lines.place(ofRow: row).file].displayName
  }

  /// The chosen rows, in the order given; a row may be chosen more than once.
  ///
  /// Line numbers and source are kept; category levels stay as they are, used or not.
  ///
  /// - Precondition: Every row is in `0..<rowCount`.
  /// - Complexity: O(rows x columns).
  public func selecting(rows: [Int]) -> Table {
    precondition(rows.allSatisfy { $0 >= 0 && $0 < rowCount }, "row out of range")
    return Table(self, rows: rows)
  }

  /// The columns of these names, in the order given.
  ///
  /// - Throws: ``TableError`` if a column does not exist or is named twice.
  public func selecting(columns names: [String]) throws -> Table {
    try replacing(columns: names.map { try requireColumn($0) })
  }

  /// The table with one more column at its end.
  ///
  /// - Throws: ``TableError`` if the name is taken or the length differs.
  public func adding(_ column: Column) throws -> Table {
    try replacing(columns: columns + [column.belonging(to: source.displayName)])
  }

  /// The table with the numbers of some columns as arrays, so that asking for them again costs nothing.
  ///
  /// - Parameters:
  ///   - names: The columns; those of categories stay as they are.
  ///   - forEach: Calls its second argument once for each number below the first, if it likes at the same time.
  /// - Returns: A table with the same cells.
  /// - Throws: ``TableError`` if a column does not exist.
  /// - Complexity: O(rows x columns) for columns that were read from a file, whose numbers are packed.
  public func unpacking(
    _ names: some Collection<String>,
    forEach: (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void = { for index in 0..<$0 { $1(index) } }
  ) throws -> Table {
    for name in names { _ = try requireColumn(name) }
    let packed = columns.indices.filter { columns[$0].isPacked && names.contains(columns[$0].name) }
    guard !packed.isEmpty else { return self }
    let unpacked = Mutex(columns)
    forEach(packed.count) { number in
      let column = columns[packed[number]]
      guard case .numeric(let values) = column.values else { return }
      let numbers = column.storing(.numeric(NumericValues(values.array())))
      unpacked.withLock { $0[packed[number]] = numbers }
    }
    return try replacing(columns: unpacked.withLock { $0 })
  }

  /// The table without a column.
  ///
  /// - Throws: ``TableError`` if there is no column of that name.
  public func removing(_ name: String) throws -> Table {
    _ = try requireColumn(name)
    return try replacing(columns: columns.filter { $0.name != name })
  }

  /// The table with a column under another name, in the same place.
  ///
  /// - Throws: ``TableError`` if there is no column of that name or the new name is taken.
  public func renaming(_ name: String, to newName: String) throws -> Table {
    _ = try requireColumn(name)
    return try replacing(columns: columns.map { $0.name == name ? $0.renamed(newName) : $0 })
  }

  /// The error for a value that can be read but is not allowed, with its file, line and text.
  ///
  /// It reads `FILE:LINE: column 'NAME': '-1' is not allowed; expected a weight of at least 0`.
  ///
  /// - Parameters:
  ///   - row: The 0-based row of this table.
  ///   - name: The column's name.
  ///   - expected: What is allowed, as it follows "expected".
  /// - Returns: An error with code ``TableError/Code/invalidValue``, to be thrown.
  public func invalidValue(row: Int, column name: String, expected: String) -> TableError {
    let text = column(name).map { $0.text(row: row) ?? "" }.map { TableError.excerpt($0) }
    let found = text.map { $0.isEmpty ? "a missing value is not allowed" : "'\($0)' is not allowed" }
    return TableError(
      .invalidValue, file: fileName(ofRow: row), line: lineNumber(ofRow: row), column: .name(name),
      text: text, found: found ?? "the value is not allowed", expected: expected)
  }

  private static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }

  private func replacing(columns: [Column]) throws -> Table {
    try Table(
      columns: columns, source: source, lines: lines,
      rowCount: self.columns.isEmpty && lines == nil ? nil : rowCount)
  }

  private func missingColumnError(_ name: String) -> TableError {
    // The file may have columns that were not read.
    let names = source.delimiter == nil ? columnNames : source.columnNames
    let nearest = NearestName.nearest(to: name, among: names)
    var found = "there is no such column"
    if let nearest { found += " (did you mean '\(TableError.excerpt(nearest))'?)" }
    var listed = names.prefix(20).map { "'\(TableError.excerpt($0))'" }.joined(separator: ", ")
    if names.count > 20 { listed += ", ... (\(names.count) in all)" }
    if names.count == 1, let only = names.first, let delimiter = source.delimiter,
      let other = CSVOptions.Delimiter.allCases.first(where: {
        $0 != delimiter && only.contains($0.rawValue)
      })
    {
      found += " (the header may be delimited by \(other.spelledOut))"
    }
    return TableError(
      .missingColumn, file: source.displayName,
      line: source.delimiter == nil || !source.parts.isEmpty ? nil : 1,
      column: .name(name), found: found, expected: names.isEmpty ? "a column" : "one of \(listed)")
  }
}
