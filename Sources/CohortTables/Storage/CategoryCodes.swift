/// The codes of a category column: one a row, an index into its levels or -1 where missing.
///
/// Codes read from a file take one byte a row up to 255 levels. Loops over all rows are fastest
/// over ``array()``.
public struct CategoryCodes: RandomAccessCollection, Sendable {
  enum Storage: Sendable {
    case array([Int32])
    case narrow(SegmentedRows<UInt8>)
    case wide(SegmentedRows<Int32>)
  }

  let storage: Storage

  init(_ storage: Storage) { self.storage = storage }

  /// Codes in memory.
  public init(_ codes: [Int32]) { storage = .array(codes) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of rows.
  public var endIndex: Int {
    switch storage {
    case .array(let codes): codes.count
    case .narrow(let rows): rows.count
    case .wide(let rows): rows.count
    }
  }

  /// The code of a row.
  public subscript(row: Int) -> Int32 {
    switch storage {
    case .array(let codes): codes[row]
    case .narrow(let rows): CategoryCodes.code(rows[row])
    case .wide(let rows): rows[row]
    }
  }

  /// All codes in one array.
  ///
  /// - Complexity: O(1) for codes made in memory, else O(rows).
  public func array() -> [Int32] {
    switch storage {
    case .array(let codes): codes
    case .narrow(let rows): rows.array { CategoryCodes.code($0) }
    case .wide(let rows): rows.array { $0 }
    }
  }

  /// The codes of some consecutive rows in one array.
  ///
  /// - Complexity: O(rows).
  public func array(of rows: Range<Int>) -> [Int32] {
    switch storage {
    case .array(let codes): Array(codes[rows])
    case .narrow(let values): values.array(of: rows) { CategoryCodes.code($0) }
    case .wide(let values): values.array(of: rows) { $0 }
    }
  }

  /// The number of rows of each of `levelCount` levels, and of missing rows.
  ///
  /// - Complexity: O(rows + levels).
  func counts(levelCount: Int) -> (ofLevel: [Int], missing: Int) {
    // One slot before the levels counts the missing rows, whose code is -1.
    var counts = [Int](repeating: 0, count: levelCount + 1)
    switch storage {
    case .array(let codes):
      for code in codes { counts[Int(code) + 1] += 1 }
    case .narrow(let rows):
      rows.forEachSegment { rows in
        for row in rows.indices { counts[Int(CategoryCodes.code(rows[row])) + 1] += 1 }
      }
    case .wide(let rows):
      rows.forEachSegment { rows in for row in rows.indices { counts[Int(rows[row]) + 1] += 1 } }
    }
    return (Array(counts.dropFirst()), counts[0])
  }

  /// The number of missing rows.
  ///
  /// - Complexity: O(rows).
  var missingCount: Int {
    var count = 0
    switch storage {
    case .array(let codes): for code in codes where code < 0 { count += 1 }
    case .narrow(let rows):
      rows.forEachSegment { rows in
        for row in rows.indices where rows[row] == CellKind.missingNarrowCode { count += 1 }
      }
    case .wide(let rows):
      rows.forEachSegment { rows in for row in rows.indices where rows[row] < 0 { count += 1 } }
    }
    return count
  }

  @inline(__always)
  static func code(_ stored: UInt8) -> Int32 {
    stored == CellKind.missingNarrowCode ? CategoryValues.missingCode : Int32(stored)
  }
}

extension CategoryCodes: Equatable {
  /// Whether the codes are the same, however they are stored.
  public static func == (left: CategoryCodes, right: CategoryCodes) -> Bool {
    left.elementsEqual(right)
  }
}

extension CategoryCodes: ExpressibleByArrayLiteral {
  /// Codes in memory.
  public init(arrayLiteral codes: Int32...) { self.init(codes) }
}
