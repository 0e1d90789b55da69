/// When and how a field is put in quotes.
enum CSVQuoting {
  private static let quote = UInt8(ascii: "\"")

  /// Adds a field, in quotes if it holds the delimiter, a quote, a line break, or a space or tab at either end.
  static func append(_ text: Span<UInt8>, delimiter: UInt8, to bytes: inout [UInt8]) {
    guard needsQuotes(text, delimiter) else {
      for index in text.indices { bytes.append(text[index]) }
      return
    }
    bytes.append(quote)
    for index in text.indices {
      if text[index] == quote { bytes.append(quote) }
      bytes.append(text[index])
    }
    bytes.append(quote)
  }

  private static func needsQuotes(_ text: Span<UInt8>, _ delimiter: UInt8) -> Bool {
    guard !text.isEmpty else { return false }
    // A byte-order mark at the start of the file would be skipped by readers.
    if text[0] == 0xEF || isBlank(text[0]) || isBlank(text[text.count - 1]) { return true }
    return text.indices.contains {
      let byte = text[$0]
      return byte == delimiter || byte == quote || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
