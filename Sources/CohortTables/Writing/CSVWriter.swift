internal import CNumberText

/// One cell of a CSV file to be written.
public enum CSVCell: Sendable, Equatable {
  /// Text, put in quotes where it must be.
  case text(String)
  /// A number in shortest round-trip form; one that is not finite is written as a missing value.
  case number(Double)
  /// An integer, every digit of it.
  case integer(Int)
  /// A missing value: the empty field.
  case missing
  /// A count that is hidden because it lies between 1 and the threshold: the empty field.
  case below(Int)
  /// A value that is hidden because it rests on few people: the empty field.
  case withheld

  /// The number, or missing for nil.
  public static func optional(_ number: Double?) -> CSVCell { number.map(CSVCell.number) ?? .missing }

  /// The text, or missing for nil.
  public static func optional(_ text: String?) -> CSVCell { text.map(CSVCell.text) ?? .missing }
}

/// Renders a header and rows as CSV: RFC 4180 quoting, UTF-8, lines that end in LF.
///
/// The same cells always give the same bytes. A field is put in quotes if it holds the delimiter, a
/// quote, a line break, or a space or tab at either end. An empty text and a missing value are both
/// the empty field.
public struct CSVWriter: Sendable {
  /// The character between two fields.
  public let delimiter: CSVOptions.Delimiter
  /// The number of fields in every row.
  public let columnCount: Int
  /// What has been written so far.
  public private(set) var bytes: [UInt8] = []

  /// Begins with a header.
  ///
  /// - Precondition: There is at least one column.
  public init(header: [String], delimiter: CSVOptions.Delimiter = .comma) {
    precondition(!header.isEmpty, "a CSV file needs at least one column")
    self.delimiter = delimiter
    self.columnCount = header.count
    append(header.map(CSVCell.text))
  }

  /// Renders a whole table; numbers that are NaN and missing categories are empty fields.
  public init(_ table: Table, delimiter: CSVOptions.Delimiter = .comma) {
    self.init(header: table.columnNames, delimiter: delimiter)
    append(table.columns)
  }

  /// Adds the rows of columns of equal length; numbers that are NaN and missing categories are empty fields.
  ///
  /// - Precondition: There are as many columns as in the header.
  public mutating func append(_ columns: [Column]) {
    precondition(columns.count == columnCount, "a row must have as many cells as the header")
    bytes += Self.lines(columns, delimiter: delimiter)
  }

  /// The bytes of the rows of columns of equal length, without a header.
  public static func lines(_ columns: [Column], delimiter: CSVOptions.Delimiter = .comma) -> [UInt8] {
    RowLines(columns, .csv(columnCount: columns.count, delimiter: delimiter.byte)).bytes
  }

  /// Adds one row.
  ///
  /// - Precondition: The row has as many cells as the header.
  public mutating func append(_ row: [CSVCell]) {
    precondition(row.count == columnCount, "a row must have as many cells as the header")
    for (column, cell) in row.enumerated() {
      if column > 0 { bytes.append(delimiter.byte) }
      switch cell {
      case .text(let text): append(text)
      case .number(let number): append(number)
      case .integer(let integer): bytes += String(integer).utf8
      case .missing, .below, .withheld: break
      }
    }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// The file as a string.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Writes the file whole or not at all; "-" is standard output.
  ///
  /// - Throws: ``TableError`` if the file cannot be written.
  public func write(to path: String) throws {
    try AtomicFile.write(bytes, to: path)
  }

  private mutating func append(_ text: String) {
    var text = text
    text.withUTF8 {
      unsafe CSVQuoting.append(Span(_unsafeElements: $0), delimiter: delimiter.byte, to: &bytes)
    }
  }

  private mutating func append(_ number: Double) {
    guard number.isFinite else { return }
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(NUMBER_TEXT_ROOM)) { room in
      guard let start = room.baseAddress else { return }
      // SAFETY: the room is as large as the function asks for, and holds as many bytes as it returns.
      let count = unsafe Int(number_text_shortest(number, start))
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
    }
  }
}
