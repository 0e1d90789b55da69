public import CohortTables
public import Estimation
import Synchronization

/// A table with one row an estimate and fixed column names.
public struct TidyTable: Sendable, Equatable {
  /// A short name, for file names.
  public let name: String
  /// What the table shows.
  public let title: String
  /// The columns' names, as the contract fixes them.
  public let columns: [String]
  /// The rows.
  public private(set) var rows: TidyRows
  /// How many people each row is about, where that is known but not among its cells; for the disclosure gate.
  public private(set) var people: [Int?]
  /// Whether each row is a person, so that the disclosure gate lets it pass: it is made only where asked for.
  public let holdsPersons: Bool
  /// Columns that are named by labels of the data, such as visits: headings show these as they are, and the disclosure
  /// gate takes their numbers for statistics.
  var labels: Set<String> = []
  /// Whether the last row is about all people of the rows before it; for the disclosure gate.
  var lastRowIsWhole: Bool { name == "by_arm" && rows.count > 2 }

  /// A table.
  public init(
    name: String, title: String, columns: [String], rows: [[CSVCell]] = [], holdsPersons: Bool = false
  ) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "every row has a cell for each column")
    self.init(
      name: name, title: title, columns: columns, tidyRows: TidyRows(rows), holdsPersons: holdsPersons)
  }

  /// A table whose rows are made, chunk by chunk, when they are asked for.
  ///
  /// - Parameters:
  ///   - name: A short name, for file names.
  ///   - title: What the table shows.
  ///   - columns: The columns' names.
  ///   - chunks: Consecutive rows that are best made together, in order and without gaps.
  ///   - holdsPersons: Whether each row is a person.
  ///   - made: The columns, of these names, of some consecutive rows; always the same for the same rows.
  public init(
    name: String, title: String, columns: [String], chunks: [Range<Int>], holdsPersons: Bool,
    making made: @escaping @Sendable (Range<Int>) -> [Column]
  ) {
    self.init(
      name: name, title: title, columns: columns,
      tidyRows: TidyRows(RowChunks(ranges: chunks, columns: made)), holdsPersons: holdsPersons)
  }

  private init(name: String, title: String, columns: [String], tidyRows: TidyRows, holdsPersons: Bool) {
    self.holdsPersons = holdsPersons
    people = [Int?](repeating: nil, count: tidyRows.count)
    self.name = name
    self.title = title
    self.columns = columns
    rows = tidyRows
  }

  /// Adds a row.
  ///
  /// - Parameters:
  ///   - row: One cell for each column.
  ///   - people: How many people the row is about, where that is known but not among its cells.
  public mutating func append(_ row: [CSVCell], people: Int? = nil) {
    precondition(row.count == columns.count, "every row has a cell for each column")
    rows.append(row)
    self.people.append(people)
  }

  /// The table with further columns in front, the same in every row.
  public func prefixed(_ cells: [(name: String, cell: CSVCell)]) -> TidyTable {
    mapped(columns: cells.map(\.name) + columns) { cells.map(\.cell) + $0 }
  }

  /// The table without rows.
  var empty: TidyTable {
    var table = TidyTable(name: name, title: title, columns: columns, holdsPersons: holdsPersons)
    table.labels = labels
    return table
  }

  /// The table with other columns or another name; its rows stay about the same people.
  func mapped(
    name: String? = nil, title: String? = nil, columns: [String]? = nil,
    _ row: ([CSVCell]) -> [CSVCell] = { $0 }
  ) -> TidyTable {
    var result = TidyTable(
      name: name ?? self.name, title: title ?? self.title, columns: columns ?? self.columns,
      holdsPersons: holdsPersons)
    result.labels = labels
    for (cells, count) in zip(rows, people) { result.append(row(cells), people: count) }
    return result
  }

  /// Comma-separated text with full precision.
  public var csv: [UInt8] { bytes(.csv) }

  /// One JSON object a line, with full precision.
  public var jsonLines: [UInt8] { bytes(.jsonLines) }

  private func bytes(_ form: RowForm) -> [UInt8] {
    let bytes = Mutex<[UInt8]>([])
    forEachPart(form, SerialExecutor()) { part in bytes.withLock { $0 += part } }
    return bytes.withLock { $0 }
  }

  /// A form in which a table is written row by row.
  public enum RowForm: Sendable {
    /// Comma-separated values with a header.
    case csv
    /// One JSON object a line.
    case jsonLines
  }

  /// Writes the table; either all of it is there afterwards or nothing.
  ///
  /// Rows that are made in chunks are made and written some chunks at a time, however many there are.
  ///
  /// - Throws: `TableError` when the file cannot be written.
  public func write(
    _ form: RowForm = .csv, to path: String, executor: some FoldExecutor = SerialExecutor()
  ) throws {
    try AtomicFile.write(to: path) { file throws(TableError) in
      try forEachPart(form, executor) { part throws(TableError) in try file.append(part) }
    }
  }

  /// Calls `body` with the parts of the text, in order.
  private func forEachPart<Failure: Error>(
    _ form: RowForm, _ executor: some FoldExecutor, _ body: @Sendable ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    if form == .csv { try body(CSVWriter(header: columns).bytes) }
    if let chunks = rows.chunks {
      let text = { @Sendable (columns: [Column]) in
        form == .csv ? CSVWriter.lines(columns) : JSONLines.lines(columns)
      }
      return try chunks.forEachPart(executor, text, body)
    }
    var writer = CSVWriter(header: columns)
    let header = writer.bytes.count
    var lines: [UInt8] = []
    for row in rows {
      if form == .csv { writer.append(row) } else { lines += JSONLines.line(columns, row) }
    }
    try body(form == .csv ? Array(writer.bytes[header...]) : lines)
  }

  /// The rows as objects.
  public var json: JSONValue {
    .array(
      zip(rows, people).map { row, people in
        let object = JSONValue.object(Dictionary(uniqueKeysWithValues: zip(columns, row.map(Self.json(_:)))))
        return people.map { .about(people: $0, object) } ?? object
      })
  }

  private static func json(_ cell: CSVCell) -> JSONValue {
    switch cell {
    case .text(let text): .string(text)
    case .number(let value): .optional(value)
    case .integer(let value): .integer(value)
    case .missing, .below, .withheld: .null
    }
  }
}
