/// A text of one of several arenas.
struct TextPick: Sendable {
  let arena: Int32
  let index: UInt32

  /// The text's first eight bytes as a number that orders like them.
  func word(_ arenas: [TextArena]) -> UInt64 { arenas[Int(arena)].word(0, of: Int(index)) }

  /// Whether the text is the same as another one.
  func isEqual(_ other: TextPick, _ arenas: [TextArena]) -> Bool {
    let (own, others) = (arenas[Int(arena)], arenas[Int(other.arena)])
    let (range, otherRange) = (own.range(Int(index)), others.range(Int(other.index)))
    guard range.count == otherRange.count else { return false }
    // From the end, where sorted neighbours differ.
    for offset in (0..<range.count).reversed()
    where own.bytes[range.lowerBound + offset] != others.bytes[otherRange.lowerBound + offset] {
      return false
    }
    return true
  }

  /// Whether the text comes before another one by its bytes.
  func precedes(_ other: TextPick, _ arenas: [TextArena]) -> Bool {
    let (own, others) = (arenas[Int(arena)], arenas[Int(other.arena)])
    let (a, b) = (own.word(0, of: Int(index)), others.word(0, of: Int(other.index)))
    return a == b ? own.precedes(Int(index), others, Int(other.index)) : a < b
  }
}

/// Texts as UTF-8, one after the other.
struct TextArena: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Where each text ends.
  private(set) var ends: [Int] = []

  init() {}

  /// Gathers texts of other arenas.
  init(_ arenas: [TextArena], _ picks: [TextPick]) {
    ends.reserveCapacity(picks.count)
    var total = 0
    for pick in picks {
      total += arenas[Int(pick.arena)].range(Int(pick.index)).count
      ends.append(total)
    }
    // SAFETY: the texts fill the room exactly, as counted above.
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: total) { room, filled in
      for pick in picks {
        let range = arenas[Int(pick.arena)].range(Int(pick.index))
        unsafe arenas[Int(pick.arena)].bytes.withUnsafeBytes { source in
          unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[filled...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[range]))
        }
        filled += range.count
      }
    }
  }

  var count: Int { ends.count }

  /// The bytes of a text.
  func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

  func text(_ index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }

  mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
    unsafe source.extracting(range).withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    ends.append(bytes.count)
  }

  /// Whether a text stands after (1), before (-1) or for (0) the last one, by length, then by bytes.
  func orderAfterLast(_ source: Span<UInt8>, _ range: Range<Int>) -> Int {
    guard let end = ends.last else { return 1 }
    let start = ends.count > 1 ? ends[ends.count - 2] : 0
    guard range.count == end - start else { return range.count > end - start ? 1 : -1 }
    for offset in 0..<range.count {
      let (known, new) = (bytes[start + offset], source[range.lowerBound + offset])
      if known != new { return new > known ? 1 : -1 }
    }
    return 0
  }

  mutating func append(_ text: [UInt8]) {
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
  }

  /// Eight bytes of a text as a number that orders like them; past the text's end they are 0.
  ///
  /// No text holds a NUL byte, so that a text always comes before those it begins.
  func word(_ word: Int, of index: Int) -> UInt64 {
    let range = range(index)
    let start = range.lowerBound + 8 * word
    let length = range.upperBound - start
    guard length > 0 else { return 0 }
    if start + 8 <= bytes.count {
      // SAFETY: the eight bytes lie in the arena, and any bytes are a number.
      let loaded = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
      let key = UInt64(bigEndian: loaded)
      return length >= 8 ? key : key & ~(UInt64.max >> UInt64(8 * length))
    }
    var key: UInt64 = 0
    for position in start..<start + 8 {
      key = key << 8 | (position < range.upperBound ? UInt64(bytes[position]) : 0)
    }
    return key
  }

  /// Whether a text comes before another one by its bytes, which for UTF-8 is by its scalars.
  func precedes(_ index: Int, _ other: TextArena, _ otherIndex: Int) -> Bool {
    bytes[range(index)].lexicographicallyPrecedes(other.bytes[other.range(otherIndex)])
  }
}
