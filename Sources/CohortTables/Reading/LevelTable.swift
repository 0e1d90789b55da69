/// Distinct texts, each with a code in order of first occurrence.
///
/// Texts are kept as bytes. As long as every new text is longer than the last or follows it (as
/// identifiers do in a file sorted by person), a text is new if it follows the last, and nothing has
/// to be searched. The first text that does not follow makes a hash table of them all.
struct LevelTable: Sendable {
  private(set) var texts = TextArena()
  /// The upper half of a text's hash and its code plus one, or 0 where a slot is free; empty as long
  /// as the texts ascend.
  ///
  /// The size is a power of two, and at most half is used.
  private var slots: [UInt64] = []

  init() {}

  /// Takes distinct texts, coded in their order.
  init(_ texts: TextArena) {
    let bytes = texts.bytes.span
    for index in 0..<texts.count { _ = code(bytes, texts.range(index)) }
  }

  var count: Int { texts.count }

  /// The code of the bytes' text, new if they have not occurred.
  mutating func code(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int32 {
    if slots.isEmpty {
      let order = texts.orderAfterLast(bytes, range)
      if order == 0 { return Int32(texts.count - 1) }
      if order > 0 {
        texts.append(bytes, range)
        return Int32(texts.count - 1)
      }
      makeSlots(max(64, texts.count * 4))
    }
    return hashedCode(bytes, range)
  }

  private mutating func hashedCode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int32 {
    let hash = LevelTable.hash(bytes, range)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      if slots[slot] >> 32 == hash >> 32 {
        let code = Int(truncatingIfNeeded: slots[slot] & 0xFFFF_FFFF) - 1
        if isEqual(code, bytes, range) { return Int32(code) }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let code = texts.count
    texts.append(bytes, range)
    slots[slot] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(code + 1)
    if texts.count * 2 > slots.count { makeSlots(slots.count * 2) }
    return Int32(code)
  }

  private func isEqual(_ code: Int, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let known = texts.range(code)
    guard known.count == range.count else { return false }
    for offset in 0..<known.count
    where texts.bytes[known.lowerBound + offset] != bytes[range.lowerBound + offset] {
      return false
    }
    return true
  }

  /// Enters all texts into at least so many slots.
  private mutating func makeSlots(_ atLeast: Int) {
    let size = 1 << (Int.bitWidth - (atLeast - 1).leadingZeroBitCount)
    slots = []
    var slots = [UInt64](repeating: 0, count: size)
    let texts = self.texts
    let bytes = texts.bytes.span
    for code in 0..<texts.count {
      let hash = LevelTable.hash(bytes, texts.range(code))
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = (hash & 0xFFFF_FFFF_0000_0000) | UInt64(code + 1)
    }
    self.slots = slots
  }

  /// Eight bytes at a time, each mixed by a multiplication whose upper half comes back down.
  private static func hash(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
    var hash = UInt64(range.count) &* 0x9E37_79B9_7F4A_7C15
    var position = range.lowerBound
    while position < range.upperBound {
      var word: UInt64 = 0
      if position + 8 <= range.upperBound {
        // SAFETY: the eight bytes lie in the span, and any bytes are a number.
        word = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        word = UInt64(littleEndian: word)
      } else {
        for index in (position..<range.upperBound).reversed() { word = word << 8 | UInt64(bytes[index]) }
      }
      let product = (hash ^ word).multipliedFullWidth(by: 0xBF58_476D_1CE4_E5B9)
      hash = product.high ^ product.low
      position += 8
    }
    return hash ^ hash >> 29
  }
}
