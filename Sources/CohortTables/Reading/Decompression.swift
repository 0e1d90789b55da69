internal import CZlib
internal import CZstd

/// How an input's bytes are packed.
enum Compression: Sendable, Equatable {
  case none
  case gzip
  case zstd

  /// Tells by the first bytes, whatever the file is called.
  init(firstBytes bytes: [UInt8]) {
    if bytes.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
      || (bytes.count == 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...] == [0x2A, 0x4D, 0x18])
    {
      // A frame of data, or one to be skipped, with which parallel packers begin (RFC 8878, section 3.1.2).
      self = .zstd
    } else {
      self = .none
    }
  }
}

/// Unpacks an input from its beginning to its end, once.
///
/// Several gzip members or zstd frames one after the other are one text, as their formats say.
@safe final class Decompressor {
  private enum Stage {
    case between
    case inside
  }

  private let input: InputFile
  private let compression: Compression
  private let onRead: (Span<UInt8>) -> Void
  /// Packed bytes and how many of them have been unpacked.
  private var packed: [UInt8] = []
  private var used = 0
  private var offset = 0
  private var stage = Stage.between
  /// Whether the last call filled its room, so that the unpacker may hold more without further input.
  private var holdsOutput = false
  /// Members or frames that have ended, and the bytes that the present one has given.
  private var partsDone = 0
  private var unpackedOfPart = 0
  private var zlib = unsafe z_stream()
  private var zstd: OpaquePointer?

  private static let packedBytes = 1 << 18

  /// `onRead` sees the packed bytes, in order.
  init(_ input: InputFile, _ compression: Compression, onRead: @escaping (Span<UInt8>) -> Void) {
    self.input = input
    self.compression = compression
    self.onRead = onRead
    if compression == .zstd { unsafe zstd = ZSTD_createDCtx() }
  }

  deinit {
    if compression == .gzip, stage == .inside { unsafe inflateEnd(&zlib) }
    unsafe ZSTD_freeDCtx(zstd)
  }

  /// Fills the buffer, or less at the end of the text.
  func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws -> Int {
    var filled = 0
    while filled < count {
      if used == packed.count, !holdsOutput, try !refill() {
        guard stage == .between else { throw error("ends in the middle") }
        return filled
      }
      let produced = unsafe try unpack(into: buffer + filled, count: count - filled)
      filled += produced
      holdsOutput = stage == .inside && filled == count
    }
    return filled
  }

  private func refill() throws -> Bool {
    let count = min(Decompressor.packedBytes, input.byteCount - offset)
    guard count > 0 else { return false }
    packed = try input.bytes(offset..<offset + count)
    onRead(packed.span)
    offset += count
    used = 0
    return true
  }

  /// Unpacks what there is into the room there is.
  private func unpack(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws -> Int {
    switch compression {
    case .gzip: unsafe try inflate(into: buffer, count: count)
    case .zstd: unsafe try unzstd(into: buffer, count: count)
    case .none: preconditionFailure("not packed")
    }
  }

  private func inflate(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws -> Int {
    if stage == .between {
      // Gzip files may be padded with zeros after the last member.
      while used < packed.count, packed[used] == 0, offset > packed.count || used > 0 { used += 1 }
      if used == packed.count { return 0 }
      unsafe zlib = z_stream()
      let size = unsafe Int32(MemoryLayout<z_stream>.size)
      // 15 + 16: the largest window, gzip header expected.
      guard unsafe inflateInit2_(&zlib, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
        throw error("could not be unpacked")
      }
      stage = .inside
    }
    let available = packed.count - used
    var status = Z_OK
    var produced = 0
    unsafe packed.withUnsafeMutableBufferPointer { source in
      unsafe zlib.next_in = source.baseAddress.map { unsafe $0 + used }
      unsafe zlib.avail_in = UInt32(available)
      unsafe zlib.next_out = buffer
      unsafe zlib.avail_out = UInt32(min(count, 1 << 30))
      let room = unsafe zlib.avail_out
      status = unsafe CZlib.inflate(&zlib, Z_NO_FLUSH)
      produced = unsafe Int(room - zlib.avail_out)
      used += unsafe available - Int(zlib.avail_in)
    }
    if status == Z_STREAM_END {
      unsafe inflateEnd(&zlib)
      stage = .between
      (partsDone, unpackedOfPart) = (partsDone + 1, -produced)
    } else if status != Z_OK && status != Z_BUF_ERROR {
      throw beginsUnknown(produced) ? followedByOther : error("is damaged")
    }
    unpackedOfPart += produced
    return produced
  }

  private func unzstd(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws -> Int {
    var status = 0
    var produced = 0
    unsafe packed.withUnsafeBufferPointer { source in
      var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: used)
      var output = unsafe ZSTD_outBuffer(dst: buffer, size: count, pos: 0)
      status = unsafe ZSTD_decompressStream(zstd, &output, &input)
      used = unsafe input.pos
      produced = unsafe output.pos
    }
    guard ZSTD_isError(status) == 0 else {
      switch ZSTD_getErrorCode(status) {
      case ZSTD_error_prefix_unknown where beginsUnknown(produced): throw followedByOther
      case ZSTD_error_dictionary_wrong:
        throw error("needs a dictionary", expected: "a zstd file that was packed without a dictionary")
      case ZSTD_error_frameParameter_windowTooLarge, ZSTD_error_memory_allocation:
        throw error(
          "needs more than 128 MB of memory to unpack",
          expected: "a zstd file that was packed without --ultra or --long")
      default: throw error("is damaged")
      }
    }
    unpackedOfPart += produced
    // 0: a frame is complete and flushed.
    stage = status == 0 ? .between : .inside
    if status == 0 { (partsDone, unpackedOfPart) = (partsDone + 1, 0) }
    return produced
  }

  /// Whether something other than a member or frame stands after one that has ended.
  private func beginsUnknown(_ produced: Int) -> Bool {
    partsDone > 0 && unpackedOfPart + produced == 0
  }

  private var followedByOther: TableError {
    let kind = compression == .gzip ? "gzip" : "zstd"
    return TableError(
      .damagedCompression, file: input.displayName,
      found: "other bytes follow the end of the \(kind) data",
      expected: "nothing but \(kind) data; unpack the file and look at its end")
  }

  private func error(_ trouble: String, expected: String? = nil) -> TableError {
    let kind = compression == .gzip ? "gzip" : "zstd"
    return TableError(
      .damagedCompression, file: input.displayName, found: "the \(kind) compression \(trouble)",
      expected: expected ?? "a whole \(kind) file; copy or make it again")
  }
}
