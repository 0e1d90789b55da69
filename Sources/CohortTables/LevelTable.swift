/// Distinct cell texts, each with a code in order of first occurrence.
///
/// Texts are kept as bytes in one array and found by open addressing, so that a cell whose text is
/// known already costs no allocation.
struct LevelTable {
  /// The bytes of all texts, one after the other.
  private var arena: [UInt8] = []
  /// Where each text ends in the arena.
  private var ends: [Int] = []
  private var hashes: [UInt64] = []
  /// Codes by hash, with -1 where a slot is free.
  ///
  /// The size is a power of two, and at most half is used.
  private var slots = [Int32](repeating: -1, count: 64)
  /// The code found last, since equal cells often stand together.
  private var latest: Int32 = -1

  /// The code of the bytes' text, new if they have not occurred.
  mutating func code(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Int32 {
    if latest >= 0, isEqual(latest, bytes, cell) { return latest }
    let hash = LevelTable.hash(bytes, cell)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let candidate = slots[slot]
      if hashes[Int(candidate)] == hash, isEqual(candidate, bytes, cell) {
        latest = candidate
        return candidate
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let code = Int32(ends.count)
    for index in cell { arena.append(bytes[index]) }
    ends.append(arena.count)
    hashes.append(hash)
    slots[slot] = code
    latest = code
    if ends.count * 2 > slots.count { grow() }
    return code
  }

  /// The texts, in the order of their codes.
  var texts: [String] {
    ends.indices.map { String(decoding: arena[range(Int32($0))], as: UTF8.self) }
  }

  /// Codes of sorted levels for the codes given out.
  ///
  /// Texts that differ in bytes but are canonically equivalent Unicode are merged into one level,
  /// as ``CategoryValues/init(strings:)`` has it: a table of levels that compare as equal could
  /// not be searched.
  func categories(_ codes: [Int32]) -> CategoryValues {
    let texts = self.texts
    guard arena.contains(where: { $0 >= 0x80 }) else {
      return CategoryValues(unsortedLevels: texts, codes: codes)
    }
    var merged: [String: Int32] = [:]
    var kept: [String] = []
    let newCodes = texts.map { text in
      if let code = merged[text] { return code }
      let code = Int32(kept.count)
      merged[text] = code
      kept.append(text)
      return code
    }
    return CategoryValues(
      unsortedLevels: kept, codes: codes.map { $0 < 0 ? $0 : newCodes[Int($0)] })
  }

  // MARK: - Kernels

  private func range(_ code: Int32) -> Range<Int> {
    (code == 0 ? 0 : ends[Int(code) - 1])..<ends[Int(code)]
  }

  private func isEqual(_ code: Int32, _ bytes: Span<UInt8>, _ cell: Range<Int>) -> Bool {
    let known = range(code)
    guard known.count == cell.count else { return false }
    for offset in 0..<known.count
    where arena[known.lowerBound + offset] != bytes[cell.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for (code, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(code)
    }
  }

  /// FNV-1a with a last mix, because slots are taken from the low bits.
  private static func hash(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in cell { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 32)
  }
}
