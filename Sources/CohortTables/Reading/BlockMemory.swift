/// The memory that one worker reads blocks into and indexes them in; reused from block to block.
///
/// Bytes and positions have room before the block for the part of a record that the block before
/// left over, so that a record is always in one piece, and room after it for reads past the end.
@safe final class BlockMemory {
  /// Bytes that may be read, not used, on either side of the text.
  static let padding = 64

  private(set) var headroom: Int
  let blockBytes: Int
  private(set) var bytes: UnsafeMutablePointer<UInt8>
  /// One position for every byte at most, one before the first, and what a kernel writes past the end.
  private(set) var positions: UnsafeMutablePointer<UInt32>

  init(blockBytes: Int) {
    self.blockBytes = blockBytes
    headroom = min(blockBytes, 1 << 12)
    unsafe (bytes, positions) = BlockMemory.allocate(headroom + blockBytes)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe positions.deallocate()
  }

  /// The offset of a block's first byte.
  var blockStart: Int { BlockMemory.padding + headroom }

  /// The bytes, those not written yet included.
  var buffer: UnsafeBufferPointer<UInt8> {
    unsafe UnsafeBufferPointer(start: bytes, count: BlockMemory.capacity(headroom + blockBytes))
  }

  /// Makes room for a longer left-over part; the block's first `count` bytes are kept.
  func growHeadroom(to size: Int, keeping count: Int) {
    let oldStart = blockStart
    let old = unsafe (bytes, positions)
    headroom = max(size, 2 * headroom)
    unsafe (bytes, positions) = BlockMemory.allocate(headroom + blockBytes)
    unsafe (bytes + blockStart).update(from: old.0 + oldStart, count: count)
    unsafe old.0.deallocate()
    unsafe old.1.deallocate()
  }

  private static func capacity(_ text: Int) -> Int { text + 2 * padding }

  private static func allocate(
    _ text: Int
  ) -> (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt32>) {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity(text))
    unsafe bytes.initialize(repeating: 0, count: capacity(text))
    let positions = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity(text) + padding)
    return unsafe (bytes, positions)
  }
}
