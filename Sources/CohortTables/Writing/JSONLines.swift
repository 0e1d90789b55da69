/// Rows as JSON, one object a line (https://jsonlines.org): numbers in shortest round-trip form, missing values null.
public enum JSONLines {
  /// The lines of columns of equal length; the members have the columns' names and order.
  public static func lines(_ columns: [Column]) -> [UInt8] {
    RowLines(columns, .json(columns.map(\.name))).bytes
  }

  /// The line of one row of cells.
  ///
  /// - Precondition: There are as many cells as names.
  public static func line(_ names: [String], _ row: [CSVCell]) -> [UInt8] {
    precondition(names.count == row.count, "a row has a cell for each name")
    let columns = zip(names, row).map { name, cell in
      switch cell {
      case .text(let text): Column.category(name, [text])
      case .number(let number): Column.numeric(name, [number])
      case .integer(let integer): Column.numeric(name, [Double(integer)])
      case .missing, .below, .withheld: Column.numeric(name, [.nan])
      }
    }
    return lines(columns)
  }
}

/// Texts as JSON strings.
enum JSONText {
  /// A text in quotes.
  static func quoted(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    let utf8 = Array(text.utf8)
    append(utf8.span, to: &bytes)
    return bytes
  }

  /// Adds a text in quotes; quotes, backslashes and control characters are escaped (RFC 8259, section 7).
  static func append(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for index in text.indices {
      switch text[index] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), text[index]]
      case let byte where byte < 0x20:
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      case let byte: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
