/// Makes files that are almost right: changes to given ones, and files built from awkward parts.
struct FileMutator {
  /// Pieces that carry structure or decide a column's type.
  private static let tokens: [[UInt8]] =
    [
      ",", ";", "\t", "\"", "\"\"", "\",\"", "\"\n\"", "\n", "\n", "\r\n", "\r", "\n\n", " ", "NA", "NaN",
      "null", ".",
      "-99", "007", "1234567890123456", "1e-5", "1e400", "12.5", "-3", "0.1234567890123456789", "12345678",
      "123456789",
      "combined", "é", "e\u{301}", "日本", "😀", "\u{FEFF}", "\u{0}", "\u{7}", "a b", "#", "'", "=1",
      "\"a\"\"b\"",
      "\"two\nlines\"", "\"cr\r\nlf\"", "x",
    ].map { Array($0.utf8) } + [[0xC3], [0xFF], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0xAF]]

  private let sources: [[UInt8]]
  private var generator: SeededGenerator

  init(sources: [[UInt8]], seed: UInt64) {
    self.sources = sources
    self.generator = SeededGenerator(seed: seed)
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &generator)]
  }

  /// A source with one to four changes.
  mutating func mutation() -> [UInt8] {
    var bytes = pick(sources)
    for _ in 0..<pick(1...4) { change(&bytes) }
    return Array(bytes.prefix(4096))
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let first = pick(0...bytes.count)
    let end = min(bytes.count, first + pick(0...12))
    switch pick(0...8) {
    case 0, 1: bytes.insert(contentsOf: pick(FileMutator.tokens), at: first)
    case 2: bytes.replaceSubrange(first..<end, with: pick(FileMutator.tokens))
    case 3: bytes.removeSubrange(first..<end)
    case 4: bytes.insert(contentsOf: bytes[first..<end], at: pick(0...bytes.count))
    case 5 where first < bytes.count: bytes[first] = UInt8(pick(0...255))
    case 6: bytes.removeSubrange(first...)
    case 7:
      // The head of one file and the tail of another.
      let other = pick(sources)
      bytes = Array(bytes[..<first]) + other[pick(0...other.count)...]
    default:
      // The rows over and over, so that a file spans many chunks.
      guard let header = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return }
      let rows = bytes[(header + 1)...].prefix(400)
      for _ in 0..<pick(1...6) { bytes += rows }
    }
  }

  /// A table built cell by cell: mostly as it should be, each rule now and then broken.
  mutating func table() -> [UInt8] {
    let delimiter = Array(pick([",", ",", ";", "\t"]).utf8)
    let ending = Array(pick(["\n", "\n", "\r\n"]).utf8)
    let columns = pick(1...5)
    var bytes: [UInt8] = pick(0...5) == 0 ? [0xEF, 0xBB, 0xBF] : []
    bytes += (0..<columns).map { Array("c\($0)".utf8) }.joined(separator: delimiter)
    bytes += ending
    let kinds = (0..<columns).map { _ in pick(0...4) }
    for _ in 0..<pick(0...30) {
      if pick(0...15) == 0 { bytes += ending }
      let count = pick(0...60) == 0 ? pick(1...7) : columns
      bytes += (0..<count).map { cell(kinds[$0 % columns]) }.joined(separator: delimiter)
      bytes += pick(0...40) == 0 ? Array(pick(["\n", "\r\n", "\r"]).utf8) : ending
    }
    if pick(0...3) == 0 { bytes.removeLast() }
    return bytes
  }

  /// A cell of a column's kind; one in thirty is of no kind.
  private mutating func cell(_ kind: Int) -> [UInt8] {
    if pick(0...29) == 0 { return pick(FileMutator.tokens) }
    if pick(0...9) == 0 { return Array(pick(["", "NA", " NA ", "\"\"", "\"NA\"", "  "]).utf8) }
    let text: String
    switch kind {
    case 0: text = String(pick(-99...99_999))
    case 1: text = "\(pick(0...999)).\(pick(0...99))"
    case 2: text = pick(["therapy", "medication", "combined", "é", "日本"])
    case 3: text = "P\(pick(0...999))"
    default: text = "\"\(pick(["a", "two\nlines", "b,c", "say \"\"hi\"\"", "cr\r\nlf", "1"]))\""
    }
    return Array((pick(0...7) == 0 && kind < 4 ? "\"\(text)\"" : text).utf8)
  }
}
