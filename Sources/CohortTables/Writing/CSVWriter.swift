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
    for row in 0..<table.rowCount {
      append(
        table.columns.map { column in
          switch column.values {
          case .numeric(let numbers): .number(numbers[row])
          case .category(let categories): .optional(categories.text(row: row))
          }
        })
    }
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
      case .number(let number):
        if number.isFinite { bytes += NumberText.shortest(number).utf8 }
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

  // MARK: - Quoting

  private mutating func append(_ text: String) {
    let quote = UInt8(ascii: "\"")
    guard needsQuotes(text.utf8) else {
      bytes += text.utf8
      return
    }
    bytes.append(quote)
    for byte in text.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }

  private func needsQuotes(_ text: String.UTF8View) -> Bool {
    guard let first = text.first, let last = text.last else { return false }
    // A byte-order mark at the start of the file would be skipped by readers.
    if first == 0xEF || isBlank(first) || isBlank(last) { return true }
    return text.contains {
      $0 == delimiter.byte || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
