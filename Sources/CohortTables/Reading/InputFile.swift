#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of one input, readable at any place and again: a file, or bytes in memory.
///
/// What cannot be read twice (standard input, a pipe) is taken into memory first, because a column's
/// type may turn out only at its last row.
@safe final class InputFile: @unchecked Sendable {
  private enum Store {
    case descriptor(Int32)
    case memory([UInt8])
  }

  /// The name that messages give to the input.
  let displayName: String
  /// The number of bytes there were when the input was opened.
  let byteCount: Int
  private let store: Store

  /// Takes bytes in memory; `name` stands for them in messages.
  init(bytes: [UInt8], name: String) {
    displayName = InputFile.displayName(name)
    byteCount = bytes.count
    store = .memory(bytes)
  }

  /// Opens a file; "-" is standard input.
  init(path: String) throws {
    displayName = InputFile.displayName(path)
    if path == "-" {
      let bytes = try InputFile.readAll(STDIN_FILENO, name: displayName)
      (byteCount, store) = (bytes.count, .memory(bytes))
      return
    }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw InputFile.error(errno, path: path) }
    do {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else { throw InputFile.error(errno, path: path) }
      guard status.st_mode & S_IFMT != S_IFDIR else { throw InputFile.error(EISDIR, path: path) }
      if status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 {
        (byteCount, store) = (Int(status.st_size), .descriptor(descriptor))
        return
      }
      let bytes = try InputFile.readAll(descriptor, name: path)
      close(descriptor)
      (byteCount, store) = (bytes.count, .memory(bytes))
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    if case .descriptor(let descriptor) = store { close(descriptor) }
  }

  /// Whether the bytes were read when the input was opened, since they cannot be read twice.
  var isInMemory: Bool {
    if case .memory = store { true } else { false }
  }

  private static func displayName(_ name: String) -> String { name == "-" ? "standard input" : name }

  /// Reads `count` bytes at an offset; safe to call from several threads.
  ///
  /// - Throws: If the bytes cannot be read, or the file has become shorter.
  func read(at offset: Int, count: Int, into buffer: UnsafeMutablePointer<UInt8>) throws {
    switch store {
    case .memory(let bytes):
      precondition(offset >= 0 && offset + count <= bytes.count, "read past the end")
      unsafe bytes.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        // SAFETY: the precondition keeps the copy inside the array.
        unsafe buffer.update(from: base + offset, count: count)
      }
    case .descriptor(let descriptor):
      var filled = 0
      while filled < count {
        // SAFETY: `filled` is below `count`, the room that the caller gives.
        let got = unsafe pread(descriptor, buffer + filled, count - filled, off_t(offset + filled))
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw InputFile.error(errno, path: displayName) }
        guard got > 0 else {
          throw TableError(
            .readFailed, file: displayName, found: "the file became shorter while it was read",
            expected: "a file that nothing writes to meanwhile")
        }
        filled += got
      }
    }
  }

  /// The bytes of a range as an array.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    var failure: (any Error)?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      guard let base = buffer.baseAddress else { return }
      do {
        unsafe try read(at: range.lowerBound, count: range.count, into: base)
        filled = range.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  // MARK: - Whole streams

  private static func readAll(_ descriptor: Int32, name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var room = 1 << 16
    while true {
      var failure: Int32 = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        while filled < room {
          // SAFETY: the buffer holds `room` bytes, and at most `room - filled` are read after `filled`.
          let count = unsafe systemRead(
            descriptor, buffer.baseAddress.map { unsafe $0 + filled }, room - filled)
          if count < 0, errno == EINTR { continue }
          if count < 0 { failure = errno }
          guard count > 0 else { return }
          filled += count
        }
      }
      guard failure == 0 else { throw error(failure, path: name) }
      bytes += chunk
      guard chunk.count == room else { return bytes }
      room = max(bytes.count, 1 << 20)
    }
  }

  @unsafe private static func systemRead(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.read(descriptor, buffer, count)
    #elseif canImport(Musl)
      unsafe Musl.read(descriptor, buffer, count)
    #else
      unsafe Glibc.read(descriptor, buffer, count)
    #endif
  }

  /// The error for a system error number.
  static func error(_ number: Int32, path: String) -> TableError {
    switch number {
    case ENOENT, ENOTDIR:
      TableError(.noSuchFile, file: path, found: "no such file", expected: "a CSV file")
    case EISDIR:
      TableError(.isDirectory, file: path, found: "this is a directory", expected: "a CSV file")
    case EACCES, EPERM:
      TableError(
        .permissionDenied, file: path, found: "the file may not be read (permission denied)",
        expected: "a file that this user may read")
    default:
      TableError(
        .readFailed, file: path, found: "the file could not be read (\(SystemErrors.text(number)))",
        expected: "a readable file")
    }
  }
}

/// Texts of system error numbers.
enum SystemErrors {
  static func text(_ number: Int32) -> String {
    // SAFETY: strerror returns a NUL-terminated string, which is copied at once.
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
