/// What a cell is when it is asked for a number.
struct CellClassifier: Sendable {
  let missing: MissingCodeMatcher

  enum Cell {
    case missing
    case number(ParsedNumber)
    case text
  }

  func classify(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Cell {
    let content: Range<Int>
    if CellText.isQuoted(bytes, cell) {
      content = cell.lowerBound + 1..<cell.upperBound - 1
      if CellText.hasDoubledQuotes(bytes, content) {
        // A number has no quotes; a missing code might.
        let text = CellText.unescaped(bytes, content)
        return missing.matches(text.span, text.indices) ? .missing : .text
      }
    } else {
      content = CellText.trimmed(bytes, cell)
    }
    if missing.matches(bytes, content) { return .missing }
    return NumberParser.parse(bytes, content).map(Cell.number) ?? .text
  }
}
