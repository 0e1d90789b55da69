/// Rows cut into leaves, and leaves into blocks, by rules that look at the data alone.
///
/// A leaf is what one worker folds into a fresh state; the leaves' states are combined by the
/// reduction tree. Because the cut never depends on the number of workers, neither do the results.
public protocol BlockSource<Block>: Sendable {
  /// A run of consecutive rows.
  associatedtype Block: Sendable

  /// How many leaves there are.
  var leafCount: Int { get }

  /// Calls `body` with each block of a leaf, in order.
  func forEachBlock(ofLeaf leaf: Int, _ body: (Block) -> Void)
}

/// A fixed cut of `rowCount` rows into leaves.
public struct LeafCut: Sendable, Equatable {
  /// How many rows there are.
  public let rowCount: Int
  /// How many rows a leaf holds; the last one may hold fewer.
  public let leafRows: Int

  /// The rows of a leaf that is folded in one go: a block of 16 columns then fits a 512 KB cache.
  public static let defaultLeafRows = 4096

  /// Cuts `rowCount` rows.
  public init(rowCount: Int, leafRows: Int = LeafCut.defaultLeafRows) {
    precondition(rowCount >= 0 && leafRows > 0)
    self.rowCount = rowCount
    self.leafRows = leafRows
  }

  /// How many leaves the rows make.
  public var leafCount: Int { (rowCount + leafRows - 1) / leafRows }

  /// The rows of one leaf.
  public func rows(ofLeaf leaf: Int) -> Range<Int> {
    let start = leaf * leafRows
    return start..<min(start + leafRows, rowCount)
  }
}

/// Blocks that are already in memory, one leaf each.
public struct BlockList<Block: Sendable>: BlockSource {
  let blocks: [Block]

  /// A source that yields `blocks` in order.
  public init(_ blocks: [Block]) { self.blocks = blocks }

  /// How many leaves there are.
  public var leafCount: Int { blocks.count }

  /// Calls `body` with each block of a leaf, in order.
  public func forEachBlock(ofLeaf leaf: Int, _ body: (Block) -> Void) { body(blocks[leaf]) }
}
