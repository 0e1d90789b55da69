#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole files.
enum InputFile {
  /// The bytes of a file, or of standard input for "-".
  static func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return try readAll(STDIN_FILENO, expecting: 0, name: "standard input") }
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw error(errno, path: path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw error(errno, path: path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw error(EISDIR, path: path) }
    return try readAll(descriptor, expecting: Int(status.st_size), name: path)
  }

  /// Reads to the end; `expecting` is a guess that sets the first buffer's size.
  private static func readAll(_ descriptor: Int32, expecting: Int, name: String) throws -> [UInt8] {
    var bytes: [UInt8] = []
    // One byte more than the file holds lets the second read find the end without growing.
    var room = max(expecting + 1, 1 << 16)
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
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
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
