/// The order of levels: by value if all of them are numbers, otherwise by Unicode scalars.
enum LevelOrder {
  /// The texts' indices in the order of levels; texts that occur twice keep their order.
  ///
  /// - Complexity: O(n log n) for n texts, O(n) for texts of up to 24 bytes.
  static func sorted(_ texts: TextArena) -> [Int] {
    var order = sortedByText(texts)
    if let values = values(texts) {
      // Spellings of one value ("1", "1.0") keep the order of their text.
      order = radixSorted(order) { orderedBits(values[Int($0)]) }
    }
    return order.map { Int($0) }
  }

  /// The indices by the texts' bytes, which for UTF-8 is by their scalars.
  static func sortedByText(_ texts: TextArena) -> [UInt32] {
    let longest = (0..<texts.count).reduce(0) { max($0, texts.range($1).count) }
    var order = (0..<UInt32(texts.count)).map(\.self)
    // From the last word to the first: a later sort keeps the earlier one's order among equals.
    for word in (0..<min((longest + 7) / 8, 3)).reversed() {
      order = radixSorted(order) { texts.word(word, of: Int($0)) }
    }
    if longest > 24 { sortEnds(&order, texts) }
    return order
  }

  /// Sorts texts that agree in their first 24 bytes among themselves.
  private static func sortEnds(_ order: inout [UInt32], _ texts: TextArena) {
    func beginsAlike(_ a: UInt32, _ b: UInt32) -> Bool {
      (0..<3).allSatisfy { texts.word($0, of: Int(a)) == texts.word($0, of: Int(b)) }
    }
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, beginsAlike(order[end], order[start]) { end += 1 }
      if end - start > 1 { order[start..<end].sort { texts.precedes(Int($0), texts, Int($1)) } }
      start = end
    }
  }

  /// The order in which numbers stand, or nil if a text is not a number; `texts` are sorted.
  static func orderByValue(_ texts: TextArena) -> [UInt32]? {
    guard let values = values(texts) else { return nil }
    return radixSorted((0..<UInt32(values.count)).map(\.self)) { orderedBits(values[Int($0)]) }
  }

  /// The texts as numbers, or nil if one is not a number.
  private static func values(_ texts: TextArena) -> [Double]? {
    var values: [Double] = []
    let bytes = texts.bytes.span
    for index in 0..<texts.count {
      guard let number = NumberParser.parse(bytes, texts.range(index)) else { return nil }
      values.append(number.value)
    }
    return values
  }

  /// Bits that order as the numbers do, 0 and -0 alike.
  private static func orderedBits(_ value: Double) -> UInt64 {
    let bits = (value == 0 ? 0 : value).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  // MARK: - Radix sort

  /// A stable sort by keys; bytes in which no two keys differ cost nothing.
  private static func radixSorted(_ indices: [UInt32], by key: (UInt32) -> UInt64) -> [UInt32] {
    var indices = indices
    var keys = indices.map(key)
    guard indices.count > 256 else {
      return indices.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { indices[$0] }
    }
    var (nextKeys, nextIndices) = (keys, indices)
    let differing = keys.reduce(0) { $0 | ($1 ^ keys[0]) }
    for shift in stride(from: 0, to: UInt64.bitWidth, by: 8) where differing >> shift & 255 != 0 {
      var starts = [Int](repeating: 0, count: 257)
      for key in keys { starts[Int(truncatingIfNeeded: key >> shift & 255) + 1] += 1 }
      for digit in 1...256 { starts[digit] += starts[digit - 1] }
      for place in keys.indices {
        let digit = Int(truncatingIfNeeded: keys[place] >> shift & 255)
        nextKeys[starts[digit]] = keys[place]
        nextIndices[starts[digit]] = indices[place]
        starts[digit] += 1
      }
      swap(&keys, &nextKeys)
      swap(&indices, &nextIndices)
    }
    return indices
  }
}
