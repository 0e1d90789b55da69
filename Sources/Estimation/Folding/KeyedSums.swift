/// Sums kept under consecutive whole-number keys, stored only from the lowest to the highest key seen.
///
/// The state of folds whose rows belong to people, times or visit patterns. When rows come sorted by
/// key, a leaf holds its own short range and merging appends one range to the other.
public struct KeyedSums: Sendable, Equatable {
  /// How many numbers each key holds.
  public let width: Int
  /// The lowest key, when there is one.
  public private(set) var firstKey = 0
  /// Keys x width, one key after the other.
  public private(set) var values: [Double] = []

  /// No keys yet.
  public init(width: Int) {
    precondition(width > 0)
    self.width = width
  }

  /// The keys that are stored; those never seen in between hold zeros.
  public var keys: Range<Int> { firstKey..<firstKey + values.count / width }

  /// Adds to the numbers of one key through a closure that gets the offset of its first number.
  @inline(__always)
  package mutating func update(_ key: Int, _ body: (inout [Double], Int) -> Void) {
    extend(to: key..<key + 1)
    body(&values, (key - firstKey) * width)
  }

  /// The `column`-th number of a key; 0 where the key was not seen.
  public func value(_ key: Int, _ column: Int) -> Double {
    keys.contains(key) ? values[(key - firstKey) * width + column] : 0
  }

  /// Adds all numbers of another set of keys.
  public mutating func add(_ other: KeyedSums) {
    precondition(width == other.width)
    guard !other.values.isEmpty else { return }
    extend(to: other.keys)
    let start = (other.firstKey - firstKey) * width
    for i in other.values.indices { values[start + i] += other.values[i] }
  }

  /// Makes room for keys; appending is amortised, putting in front moves everything.
  mutating func extend(to wanted: Range<Int>) {
    if values.isEmpty { firstKey = wanted.lowerBound }
    if wanted.lowerBound < firstKey {
      values.insert(
        contentsOf: repeatElement(0, count: (firstKey - wanted.lowerBound) * width), at: 0)
      firstKey = wanted.lowerBound
    }
    let missing = (wanted.upperBound - firstKey) * width - values.count
    if missing > 0 { values.append(contentsOf: repeatElement(0, count: missing)) }
  }
}
