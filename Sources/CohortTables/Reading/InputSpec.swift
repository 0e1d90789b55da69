/// An input that can be opened again and again.
enum InputSpec: Sendable {
  case path(String)
  case bytes([UInt8], name: String)

  /// Takes a path; what cannot be opened twice is read into memory.
  init(path: String) throws {
    let file = try InputFile(path: path)
    self = file.isInMemory ? .bytes(try file.wholeBytes(), name: path) : .path(path)
  }

  /// The name as it was given.
  var name: String {
    switch self {
    case .path(let path): path
    case .bytes(_, let name): name
    }
  }

  func open() throws -> InputFile {
    switch self {
    case .path(let path): try InputFile(path: path)
    case .bytes(let bytes, let name): InputFile(bytes: bytes, name: name)
    }
  }
}

extension InputFile {
  func wholeBytes() throws -> [UInt8] { try bytes(0..<byteCount) }
}
