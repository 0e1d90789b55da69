import CohortTables
import Foundation
import TestSupport

/// One file of `Data/malformed` with what it must give, as `expected.json` says.
struct CorpusFile: Sendable, CustomStringConvertible {
  /// The folder of the corpus, with a slash at its end.
  static let folder = ProjectFiles.path("Data/malformed") + "/"

  /// Every entry of the index; empty when the index cannot be read, which a test refuses.
  static let all: [CorpusFile] = {
    guard let index = try? Fixture("Data/malformed/expected.json") else { return [] }
    return index.list.map { CorpusFile(expected: $0) }
  }()

  let expected: Fixture

  var name: String { expected["file"].text ?? "no name" }

  /// `refused` or `read`.
  var outcome: String { expected["outcome"].text ?? "none" }

  /// Whether the file is made when the test runs rather than stored.
  var isGenerated: Bool { !expected["generated"].isNull }

  var description: String { "\(name): \(expected["trouble"].text ?? "")" }

  /// The file's bytes, read or made.
  func bytes() throws -> [UInt8] {
    guard isGenerated else { return try Array(Data(contentsOf: URL(filePath: CorpusFile.folder + name))) }
    return CorpusFile.bytes(of: expected["generated"].list)
  }

  /// Reads the stored file from its path, or the generated one from memory; the delimiter is sniffed.
  func table() throws -> Table {
    let options = CSVOptions(delimiter: nil)
    guard isGenerated else { return try Table(csv: CorpusFile.folder + name, options: options) }
    return try Table(csvBytes: bytes(), name: name, options: options)
  }

  /// An error's description with the file's bare name in place of its path.
  func message(_ error: TableError) -> String {
    guard error.description.hasPrefix(CorpusFile.folder) else { return error.description }
    return String(error.description.dropFirst(CorpusFile.folder.count))
  }

  /// The bytes that a list of parts stands for.
  static func bytes(of parts: [Fixture]) -> [UInt8] {
    parts.reduce(into: []) { $0 += bytes(of: $1) }
  }

  /// A text; a text so many times; or a series with the running number in place of `#`.
  private static func bytes(of part: Fixture) -> [UInt8] {
    if let text = part.text { return Array(text.utf8) }
    if let text = part["text"].text, let times = part["times"].number {
      let once = Array(text.utf8)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(once.count * Int(times))
      for _ in 0..<Int(times) { bytes += once }
      return bytes
    }
    guard let series = part["series"].text, let first = part["from"].number, let last = part["to"].number
    else { return [] }
    let between = Array((part["between"].text ?? "").utf8)
    var bytes: [UInt8] = []
    for number in Int(first)...Int(last) {
      if number > Int(first) { bytes += between }
      for byte in series.utf8 {
        if byte == UInt8(ascii: "#") { bytes += String(number).utf8 } else { bytes.append(byte) }
      }
    }
    return bytes
  }
}
