/// The distinct values of a category column, in the order of their codes.
///
/// Levels read from a file are kept as bytes, one after the other, those of numbers as numbers, and become strings when
/// they are asked for: a column of a million identifiers costs little until someone prints it.
public struct LevelList: RandomAccessCollection, Sendable {
  private enum Storage: Sendable {
    case strings([String])
    case bytes(TextArena)
    case numbers([Double])
  }

  private let storage: Storage

  /// Levels in memory.
  public init(_ levels: [String]) { storage = .strings(levels) }

  init(_ texts: TextArena) { storage = .bytes(texts) }

  /// Distinct numbers.
  init(numbers: [Double]) { storage = .numbers(numbers) }

  /// 0.
  public var startIndex: Int { 0 }

  /// The number of levels.
  public var endIndex: Int {
    switch storage {
    case .strings(let levels): levels.count
    case .bytes(let texts): texts.count
    case .numbers(let numbers): numbers.count
    }
  }

  /// Calls `body` with the bytes of a level.
  func withUTF8(of code: Int, _ body: (Span<UInt8>) -> Void) {
    if case .bytes(let texts) = storage {
      body(texts.bytes.span.extracting(texts.range(code)))
    } else {
      var text = self[code]
      text.withUTF8 { body(unsafe Span(_unsafeElements: $0)) }
    }
  }

  /// The level of a code.
  public subscript(code: Int) -> String {
    switch storage {
    case .strings(let levels): levels[code]
    case .bytes(let texts): texts.text(code)
    case .numbers(let numbers): NumberLevels.text(numbers[code])
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
