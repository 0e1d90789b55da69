/// A category column's cells as codes into a list of levels.
public struct CategoryValues: Sendable, Equatable {
  /// One code a row: an index into ``levels``, or -1 where the value is missing.
  public let codes: CategoryCodes
  /// The distinct values; a level may occur in no row (after selecting rows).
  ///
  /// Read from a file or made from strings they are sorted: by value if every level is a number,
  /// otherwise by Unicode scalars.
  public let levels: LevelList

  /// The code that stands for a missing value.
  public static let missingCode: Int32 = -1

  /// Makes codes for strings, with nil as missing; the levels are sorted.
  ///
  /// Strings that Swift compares as equal (canonically equivalent Unicode) are one level, spelt
  /// as it first occurs.
  ///
  /// - Complexity: O(n + k log k) for n strings and k levels.
  public init(strings: [String?]) {
    var codeOfLevel: [String: Int32] = [:]
    var found: [String] = []
    var codes: [Int32] = []
    codes.reserveCapacity(strings.count)
    for string in strings {
      guard let string else {
        codes.append(CategoryValues.missingCode)
        continue
      }
      if let code = codeOfLevel[string] {
        codes.append(code)
      } else {
        let code = Int32(found.count)
        codeOfLevel[string] = code
        found.append(string)
        codes.append(code)
      }
    }
    self.init(unsortedLevels: found, codes: codes)
  }

  /// Takes codes and levels as they are, in the levels' order.
  ///
  /// - Precondition: Every code is -1 or an index into `levels`, and the levels are distinct.
  public init(codes: [Int32], levels: [String]) {
    precondition(Set(levels).count == levels.count, "levels must be distinct")
    precondition(
      codes.allSatisfy { $0 >= CategoryValues.missingCode && $0 < levels.count },
      "a code must be -1 or an index into the levels")
    self.init(CategoryCodes(codes), LevelList(levels))
  }

  /// Takes codes as they are, and levels that are known to be distinct.
  ///
  /// - Precondition: Every code is -1 or an index into `levels`.
  public init(codes: [Int32], levels: LevelList) {
    precondition(
      codes.allSatisfy { $0 >= CategoryValues.missingCode && $0 < levels.count },
      "a code must be -1 or an index into the levels")
    self.init(CategoryCodes(codes), levels)
  }

  /// Takes codes that are known to be indices into the levels.
  init(_ codes: CategoryCodes, _ levels: LevelList) {
    self.codes = codes
    self.levels = levels
  }

  /// Sorts distinct levels and rewrites the codes to match.
  init(unsortedLevels found: [String], codes: [Int32]) {
    var texts = TextArena()
    for level in found { texts.append(Array(level.utf8)) }
    let order = LevelOrder.sorted(texts)
    var rank = [Int32](repeating: 0, count: found.count)
    for (position, level) in order.enumerated() { rank[level] = Int32(position) }
    self.init(
      CategoryCodes(codes.map { $0 < 0 ? $0 : rank[Int($0)] }), LevelList(order.map { found[$0] }))
  }

  /// The number of rows.
  public var count: Int { codes.count }

  /// The number of rows whose value is missing.
  public var missingCount: Int { codes.missingCount }

  /// The level of a row, or nil where it is missing.
  public func text(row: Int) -> String? {
    let code = codes[row]
    return code < 0 ? nil : levels[Int(code)]
  }

  /// The number of rows of each level, in the levels' order.
  public func levelCounts() -> [Int] { codes.counts(levelCount: levels.count).ofLevel }

  /// The values of chosen rows, in the order given; levels stay as they are.
  public func selecting(rows: [Int]) -> CategoryValues {
    CategoryValues(CategoryCodes(rows.map { codes[$0] }), levels)
  }

  /// The same values with only the levels that occur.
  public func droppingUnusedLevels() -> CategoryValues {
    let counts = levelCounts()
    var newCode = [Int32](repeating: CategoryValues.missingCode, count: levels.count)
    var kept: [String] = []
    for level in levels.indices where counts[level] > 0 {
      newCode[level] = Int32(kept.count)
      kept.append(levels[level])
    }
    let newCodes = codes.array().map { $0 < 0 ? $0 : newCode[Int($0)] }
    return CategoryValues(CategoryCodes(newCodes), LevelList(kept))
  }
}
