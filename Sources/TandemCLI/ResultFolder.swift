import Foundation
import Tandem

#if canImport(Glibc)
  import Glibc
#endif

/// A folder of results that appears whole or not at all.
///
/// Everything is written to a temporary folder beside the final one, which then takes its place. A
/// folder that is there already is replaced only if it is empty or holds nothing but results of the
/// same kind: what someone put there by hand is never lost.
final class ResultFolder {
  /// What a folder holds.
  enum Kind {
    /// Results of a batch: the files that its `run.json` lists.
    case batch
    /// A simulated cohort: its three files, the visits with this header.
    case simulation(header: [UInt8])
  }

  /// The file of a batch that lists the others.
  static let recordName = "run.json"

  /// The files written so far, relative to the folder.
  private(set) var written: [String] = []

  private let final: URL
  private let temporary: URL
  private let interruption: Interruption
  private var isCommitted = false

  init(_ path: String, kind: Kind) throws {
    final = URL(filePath: path).standardizedFileURL
    let manager = FileManager.default
    if let isDirectory = try? final.resourceValues(forKeys: [.isDirectoryKey]).isDirectory {
      guard isDirectory else {
        throw OutcomesError("\(path): a file is in the way of the folder; choose another name")
      }
      if let foreign = try Self.foreignFile(in: final, kind) {
        throw OutcomesError(
          "\(path): the folder holds other files, such as '\(foreign)'; choose an empty one or another name")
      }
    }
    Self.removeLeftovers(besides: final)
    temporary = final.deletingLastPathComponent().appending(
      path: ".\(final.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).partial")
    interruption = Interruption(removing: temporary)
    do {
      try manager.createDirectory(at: temporary, withIntermediateDirectories: true)
    } catch {
      throw OutcomesError("\(path): the folder cannot be made: \(error.localizedDescription)")
    }
  }

  /// Removes unfinished folders of runs to the same place that were killed: hidden folders `.NAME.PID.partial` whose process is
  /// gone.
  ///
  /// A folder of a process that lives, or whose life cannot be told, stays. An old result that was set aside
  /// (`.NAME.PID.old`) goes back to its place if nothing else is there; otherwise it stays where it is.
  private static func removeLeftovers(besides final: URL) {
    let manager = FileManager.default
    let parent = final.deletingLastPathComponent()
    let start = ".\(final.lastPathComponent)."
    for name in (try? manager.contentsOfDirectory(atPath: parent.path)) ?? [] where name.hasPrefix(start) {
      let rest = name.dropFirst(start.count).split(separator: ".", omittingEmptySubsequences: false)
      guard rest.count == 2, let process = Int32(rest[0]), process > 0, "\(process)" == rest[0],
        !isAlive(process)
      else { continue }
      let leftover = parent.appending(path: name)
      let kind = try? leftover.resourceValues(forKeys: [.isDirectoryKey, .isSymbolicLinkKey])
      guard kind?.isDirectory == true, kind?.isSymbolicLink != true else { continue }
      if rest[1] == "partial" { try? manager.removeItem(at: leftover) }
      if rest[1] == "old", !manager.fileExists(atPath: final.path) {
        try? manager.moveItem(at: leftover, to: final)
      }
    }
  }

  /// Whether a process may be alive: only the answer that there is none counts as no.
  private static func isAlive(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno != ESRCH }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(at: temporary) }
  }

  /// A file that does not belong to results of a kind, if there is one.
  private static func foreignFile(in folder: URL, _ kind: Kind) throws -> String? {
    let manager = FileManager.default
    let inside = (try manager.subpathsOfDirectory(atPath: folder.path)).filter { path in
      let isFolder = try? folder.appending(path: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory
      return isFolder != true
    }.sorted()
    switch kind {
    case .batch:
      struct Record: Decodable { let files: [String] }
      let record = manager.contents(atPath: folder.appending(path: recordName).path)
        .flatMap { try? JSONDecoder().decode(Record.self, from: $0) }
      let known = Set(record.map { $0.files + [recordName] } ?? [])
      return inside.first { !known.contains($0) }
    case .simulation(let header):
      if let other = inside.first(where: { !["visits.csv", "episodes.csv", "truth.json"].contains($0) }) {
        return other
      }
      guard let visits = inside.first(where: { $0 == "visits.csv" }) else { return inside.first }
      let start = try FileHandle(forReadingFrom: folder.appending(path: visits)).read(upToCount: header.count)
      return start.map(Array.init) == header ? nil : visits
    }
  }

  /// Writes a file, making the folders above it.
  func write(_ bytes: [UInt8], to relative: String) throws {
    try AtomicFile.write(bytes, to: try place(relative).path)
  }

  /// Opens a file for writing in pieces.
  func stream(_ relative: String) throws -> FileStream { try FileStream(try place(relative)) }

  private func place(_ relative: String) throws -> URL {
    let url = temporary.appending(path: relative)
    try plainly(relative) {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    }
    written.append(relative)
    return url
  }

  /// Puts the folder in its place.
  func commit() throws {
    let manager = FileManager.default
    let old = final.deletingLastPathComponent().appending(
      path: ".\(final.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).old")
    let hadOld = manager.fileExists(atPath: final.path)
    try plainly(final.lastPathComponent) {
      if hadOld { try manager.moveItem(at: final, to: old) }
      do {
        try manager.moveItem(at: temporary, to: final)
      } catch {
        if hadOld { try? manager.moveItem(at: old, to: final) }
        throw error
      }
    }
    isCommitted = true
    interruption.end()
    if hadOld { try plainly(old.lastPathComponent) { try manager.removeItem(at: old) } }
  }
}

/// Runs a step of writing; what Foundation throws becomes one line that names the file and the cause.
private func plainly<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as CocoaError {
    let reason =
      error.code == .fileWriteOutOfSpace ? "no space left on the device" : error.localizedDescription
    throw OutcomesError("\(name): the file could not be written (\(reason)); nothing was kept")
  }
}

/// A file that is written in pieces.
final class FileStream {
  private let handle: FileHandle
  private let name: String

  init(_ url: URL) throws {
    guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
      throw OutcomesError("\(url.lastPathComponent): the file cannot be written")
    }
    name = url.lastPathComponent
    handle = try plainly(name) { try FileHandle(forWritingTo: url) }
  }

  /// Writes the bytes and empties the buffer.
  func drain(_ bytes: inout [UInt8]) throws {
    try plainly(name) { try handle.write(contentsOf: bytes) }
    bytes.removeAll(keepingCapacity: true)
  }

  func close() throws { try plainly(name) { try handle.close() } }
}
