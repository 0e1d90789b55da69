/// Text packed without making it smaller: what a packer writes, with bytes that are known by hand.
enum PackedText {
  /// A gzip file (RFC 1952) of stored deflate blocks (RFC 1951), one member for so many bytes.
  static func gzip(_ text: [UInt8], memberBytes: Int = .max) -> [UInt8] {
    parts(of: text, memberBytes).reduce(into: []) { file, part in
      file += [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
      for (number, block) in parts(of: part, 60_000).enumerated() {
        let isLast = (number + 1) * 60_000 >= part.count
        file += [isLast ? 1 : 0] + bytes(block.count, 2) + bytes(~block.count, 2) + block
      }
      file += bytes(Int(checksum(part)), 4) + bytes(part.count, 4)
    }
  }

  /// A Zstandard file (RFC 8878) of raw blocks, one frame for so many bytes, without checksums.
  static func zstandard(_ text: [UInt8], frameBytes: Int = .max) -> [UInt8] {
    parts(of: text, frameBytes).reduce(into: []) { file, part in
      // 0xA0: the size is given in four bytes, and the frame is one segment.
      file += [0x28, 0xB5, 0x2F, 0xFD, 0xA0] + bytes(part.count, 4)
      for (number, block) in parts(of: part, 100_000).enumerated() {
        let isLast = (number + 1) * 100_000 >= part.count
        file += bytes((isLast ? 1 : 0) | block.count << 3, 3) + block
      }
    }
  }

  /// Stretches of at most so many bytes; one of nothing for no byte.
  private static func parts(of bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    guard bytes.count > size else { return [bytes] }
    return stride(from: 0, to: bytes.count, by: size).map { start in
      Array(bytes[start..<min(start + size, bytes.count)])
    }
  }

  /// The lowest bytes of a number, the lowest first.
  private static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// CRC-32 as RFC 1952, section 8, has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var rest = ~UInt32(0)
    for byte in bytes { rest = rest >> 8 ^ checksumTable[Int(truncatingIfNeeded: rest & 255) ^ Int(byte)] }
    return ~rest
  }

  private static let checksumTable: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0xEDB8_8320 }
  }
}
