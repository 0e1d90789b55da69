/// The distinct values of a category column, in the order of their codes.
///
/// Levels read from a file are kept as bytes, one after the other, and become strings when they are
/// asked for: a column of a million identifiers costs little until someone prints it.
public struct LevelList: RandomAccessCollection, Sendable {
  private enum Storage: Sendable {
    case strings([String])
    case bytes(TextArena)
  }

  private let storage: Storage

  /// Levels in memory.
  public init(_ levels: [String]) { storage = .strings(levels) }

  init(_ texts: TextArena) { storage = .bytes(texts) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of levels.
  public var endIndex: Int {
    switch storage {
    case .strings(let levels): levels.count
    case .bytes(let texts): texts.count
    }
  }

  /// The level of a code.
  public subscript(code: Int) -> String {
    switch storage {
    case .strings(let levels): levels[code]
    case .bytes(let texts): texts.text(code)
    }
  }
}

extension LevelList: Equatable {
  /// Whether the levels are the same, in the same order.
  public static func == (left: LevelList, right: LevelList) -> Bool { left.elementsEqual(right) }
}

extension LevelList: ExpressibleByArrayLiteral {
  /// Levels in memory.
  public init(arrayLiteral levels: String...) { self.init(levels) }
}
