/// The text of a cell's bytes.
enum CellText {
  private static let quote = UInt8(ascii: "\"")

  /// The cell without the spaces and tabs around it; a quoted cell is left as it is.
  static func trimmed(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Range<Int> {
    var start = cell.lowerBound
    var end = cell.upperBound
    while start < end, isSpace(bytes[start]) { start += 1 }
    while end > start, isSpace(bytes[end - 1]) { end -= 1 }
    return start..<end
  }

  /// Whether the cell is in quotes.
  static func isQuoted(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Bool {
    cell.count >= 2 && bytes[cell.lowerBound] == quote
  }

  /// Whether a quoted cell holds doubled quotes.
  static func hasDoubledQuotes(_ bytes: Span<UInt8>, _ content: Range<Int>) -> Bool {
    for index in content where bytes[index] == quote { return true }
    return false
  }

  /// The bytes between the quotes, doubled quotes made single.
  static func unescaped(_ bytes: Span<UInt8>, _ content: Range<Int>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(content.count)
    var position = content.lowerBound
    while position < content.upperBound {
      text.append(bytes[position])
      position += bytes[position] == quote ? 2 : 1
    }
    return text
  }

  /// The cell's text, without its quotes.
  static func decode(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> String {
    guard isQuoted(bytes, cell) else { return raw(bytes, cell) }
    let content = cell.lowerBound + 1..<cell.upperBound - 1
    return String(decoding: unescaped(bytes, content), as: UTF8.self)
  }

  /// The beginning of the bytes as a message shows it, quotes included.
  static func excerpt(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    // Enough for 40 characters of several scalars each, cut between scalars.
    var end = min(range.upperBound, range.lowerBound + 1000)
    while end < range.upperBound, end > range.lowerBound, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return TableError.excerpt(raw(bytes, range.lowerBound..<end))
  }

  /// The bytes as text, quotes included; what is not UTF-8 becomes the replacement character.
  static func raw(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(range.count)
    for index in range { text.append(bytes[index]) }
    return String(decoding: text, as: UTF8.self)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
