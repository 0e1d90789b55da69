public import CohortTables

/// A table with one row an estimate and fixed column names.
public struct TidyTable: Sendable, Equatable {
  /// A short name, for file names.
  public let name: String
  /// What the table shows.
  public let title: String
  /// The columns' names, as the contract fixes them.
  public let columns: [String]
  /// The rows.
  public private(set) var rows: [[CSVCell]]

  /// A table.
  public init(name: String, title: String, columns: [String], rows: [[CSVCell]] = []) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "every row has a cell for each column")
    self.name = name
    self.title = title
    self.columns = columns
    self.rows = rows
  }

  /// Adds a row.
  public mutating func append(_ row: [CSVCell]) {
    precondition(row.count == columns.count, "every row has a cell for each column")
    rows.append(row)
  }

  /// The table with further columns in front, the same in every row.
  public func prefixed(_ cells: [(name: String, cell: CSVCell)]) -> TidyTable {
    TidyTable(
      name: name, title: title, columns: cells.map(\.name) + columns,
      rows: rows.map { cells.map(\.cell) + $0 })
  }

  /// Comma-separated text with full precision.
  public var csv: [UInt8] {
    var writer = CSVWriter(header: columns)
    for row in rows { writer.append(row) }
    return writer.bytes
  }

  /// Writes the table as CSV; either all of it is there afterwards or nothing.
  ///
  /// - Throws: `TableError` when the file cannot be written.
  public func write(to path: String) throws { try AtomicFile.write(csv, to: path) }

  /// The rows as objects.
  public var json: JSONValue {
    .array(
      rows.map { row in
        .object(Dictionary(uniqueKeysWithValues: zip(columns, row.map(Self.json(_:)))))
      })
  }

  private static func json(_ cell: CSVCell) -> JSONValue {
    switch cell {
    case .text(let text): .string(text)
    case .number(let value): .optional(value)
    case .integer(let value): .integer(value)
    case .missing: .null
    }
  }
}
