import Foundation
import Tandem

/// A folder of results that appears whole or not at all.
///
/// Everything is written to a temporary folder beside the final one, which then takes its place. A
/// folder that is there already is replaced only if it is empty or holds results of the same kind.
final class ResultFolder {
  /// What a folder holds, told by the file that every such folder has.
  enum Kind: String {
    case batch = "run.json"
    case simulation = "visits.csv"
  }

  private let final: URL
  private let temporary: URL
  private var isCommitted = false

  init(_ path: String, kind: Kind) throws {
    final = URL(filePath: path).standardizedFileURL
    let manager = FileManager.default
    if let isDirectory = try? final.resourceValues(forKeys: [.isDirectoryKey]).isDirectory {
      guard isDirectory else {
        throw OutcomesError("\(path): a file is in the way of the folder; choose another name")
      }
      let inside = try manager.contentsOfDirectory(atPath: final.path)
      guard inside.isEmpty || inside.contains(kind.rawValue) else {
        throw OutcomesError("\(path): the folder holds other files; choose an empty one or another name")
      }
    }
    temporary = final.deletingLastPathComponent().appending(
      path: ".\(final.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial")
    do {
      try manager.createDirectory(at: temporary, withIntermediateDirectories: true)
    } catch {
      throw OutcomesError("\(path): the folder cannot be made: \(error.localizedDescription)")
    }
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(at: temporary) }
  }

  /// Writes a file, making the folders above it.
  func write(_ bytes: [UInt8], to relative: String) throws {
    try AtomicFile.write(bytes, to: try place(relative).path)
  }

  /// Opens a file for writing in pieces.
  func stream(_ relative: String) throws -> FileStream { try FileStream(try place(relative)) }

  private func place(_ relative: String) throws -> URL {
    let url = temporary.appending(path: relative)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    return url
  }

  /// Puts the folder in its place.
  func commit() throws {
    let manager = FileManager.default
    let old = final.deletingLastPathComponent().appending(
      path: ".\(final.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).old")
    let hadOld = manager.fileExists(atPath: final.path)
    if hadOld { try manager.moveItem(at: final, to: old) }
    try manager.moveItem(at: temporary, to: final)
    isCommitted = true
    if hadOld { try manager.removeItem(at: old) }
  }
}

/// A file that is written in pieces.
final class FileStream {
  private let handle: FileHandle

  init(_ url: URL) throws {
    guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
      throw OutcomesError("\(url.lastPathComponent): the file cannot be written")
    }
    handle = try FileHandle(forWritingTo: url)
  }

  /// Writes the bytes and empties the buffer.
  func drain(_ bytes: inout [UInt8]) throws {
    try handle.write(contentsOf: bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  func close() throws { try handle.close() }
}
