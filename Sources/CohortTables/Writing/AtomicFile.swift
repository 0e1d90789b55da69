#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files whole or not at all.
public enum AtomicFile {
  /// Writes bytes to a temporary file in the same folder, makes it durable and renames it.
  ///
  /// Whoever opens the path sees the old contents or the new, never a part. If anything fails the
  /// temporary file is removed and the old contents stay. An existing file's permissions are kept; a
  /// symbolic link is followed; a device or a pipe is written to directly. "-" is standard output.
  ///
  /// - Throws: ``TableError`` with code ``TableError/Code/writeFailed``,
  ///   ``TableError/Code/permissionDenied``, ``TableError/Code/isDirectory`` or
  ///   ``TableError/Code/noSuchFile``.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { try $0.append(bytes) }
  }

  /// A file that is being written.
  public struct Parts: Sendable {
    fileprivate let descriptor: Int32
    fileprivate let name: String

    /// Adds bytes.
    ///
    /// - Throws: ``TableError`` with code ``TableError/Code/writeFailed``.
    public func append(_ bytes: [UInt8]) throws(TableError) {
      try AtomicFile.writeAll(bytes, to: descriptor, name: name)
    }
  }

  /// Writes a file part by part, with what `body` adds; otherwise as ``write(_:to:)``.
  ///
  /// - Throws: As ``write(_:to:)``, and what `body` throws.
  public static func write(to path: String, _ body: (Parts) throws -> Void) throws {
    if path == "-" { return try body(Parts(descriptor: STDOUT_FILENO, name: "standard output")) }
    let target = resolved(path)
    var status = stat()
    var mode: mode_t?
    if unsafe stat(target, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG: mode = status.st_mode & 0o7777
      case S_IFDIR: throw error(EISDIR, path: path)
      default: return try writeDirectly(to: target, name: path, body)
      }
    }
    try replace(target, mode: mode, name: path, body)
  }

  private static func replace(
    _ target: String, mode: mode_t?, name: String, _ body: (Parts) throws -> Void
  ) throws {
    let (temporary, descriptor) = try createTemporary(besides: target, name: name)
    do {
      defer { close(descriptor) }
      try body(Parts(descriptor: descriptor, name: name))
      if let mode, fchmod(descriptor, mode) != 0 { throw error(errno, path: name) }
      guard fsync(descriptor) == 0 else { throw error(errno, path: name) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    guard unsafe rename(temporary, target) == 0 else {
      let number = errno
      unsafe unlink(temporary)
      throw error(number, path: name)
    }
  }

  /// Creates a file of a name not in use, hidden, in the target's folder.
  private static func createTemporary(
    besides target: String, name: String
  ) throws -> (path: String, descriptor: Int32) {
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { target[...$0] } ?? ""
    let last = slash.map { target[target.index(after: $0)...] } ?? target[...]
    guard !last.isEmpty else { throw error(EISDIR, path: name) }
    var attempt = 0
    while true {
      let path = "\(folder).\(last).\(getpid())-\(attempt).part"
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (path, descriptor) }
      guard errno == EEXIST, attempt < 1000 else { throw error(errno, path: name) }
      attempt += 1
    }
  }

  private static func writeDirectly(
    to target: String, name: String, _ body: (Parts) throws -> Void
  ) throws {
    let descriptor = unsafe open(target, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw error(errno, path: name) }
    defer { close(descriptor) }
    try body(Parts(descriptor: descriptor, name: name))
  }

  fileprivate static func writeAll(
    _ bytes: [UInt8], to descriptor: Int32, name: String
  ) throws(TableError) {
    let failure = unsafe bytes.withUnsafeBytes { buffer -> Int32 in
      var written = 0
      while written < buffer.count {
        // SAFETY: `written` is below the buffer's count, and no more than the rest is written.
        let count = unsafe systemWrite(
          descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return errno }
        written += count
      }
      return 0
    }
    guard failure == 0 else { throw error(failure, path: name) }
  }

  @unsafe private static func systemWrite(
    _ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      unsafe Darwin.write(descriptor, buffer, count)
    #elseif canImport(Musl)
      unsafe Musl.write(descriptor, buffer, count)
    #else
      unsafe Glibc.write(descriptor, buffer, count)
    #endif
  }

  /// The path with symbolic links followed, or as given if nothing stands there yet.
  private static func resolved(_ path: String) -> String {
    // SAFETY: realpath returns a string that it allocated, or nil; it is copied and freed.
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  static func error(_ number: Int32, path: String) -> TableError {
    switch number {
    case ENOENT, ENOTDIR:
      TableError(
        .noSuchFile, file: path, found: "the file's folder does not exist",
        expected: "a path in a folder that exists")
    case EISDIR:
      TableError(
        .isDirectory, file: path, found: "this is a directory", expected: "a path of a file")
    case EACCES, EPERM, EROFS:
      TableError(
        .permissionDenied, file: path, found: "the file may not be written (permission denied)",
        expected: "a folder that this user may write to")
    default:
      TableError(
        .writeFailed, file: path,
        found: "the file could not be written (\(SystemErrors.text(number)))",
        expected: "room and permission to write")
    }
  }
}
