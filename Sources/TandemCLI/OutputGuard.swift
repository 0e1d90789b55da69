import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A command that reads files and writes others.
protocol WritingCommand {
  /// What is read: paths and patterns; - is standard input.
  var inputPaths: [String] { get }
  /// What is written; - is standard output.
  var outputPaths: [String] { get }
}

extension WritingCommand {
  /// Refuses to write over what is read.
  ///
  /// Files are told by device and number, so that links to one file and other ways to write its path are seen.
  ///
  /// - Throws: `ValidationError` that names both paths.
  func refuseOverwriting() throws {
    let outputs = outputPaths.compactMap { path in FileIdentity(path).map { (path: path, file: $0) } }
    guard !outputs.isEmpty else { return }
    // A pattern that matches nothing is refused where it is read.
    let inputs = inputPaths.flatMap { (try? FileNames.expanded([$0])) ?? [$0] }
    for input in inputs {
      guard let file = FileIdentity(input), let output = outputs.first(where: { $0.file == file }) else {
        continue
      }
      throw ValidationError(
        output.path == input
          ? "'\(input)' is read and would be written over; choose another name for the output"
          : "the output '\(output.path)' is the input '\(input)', which would be written over; choose another name"
      )
    }
  }
}

/// Which regular file a path leads to; nil where there is none.
private struct FileIdentity: Equatable {
  let device: UInt64
  let number: UInt64

  init?(_ path: String) {
    var status = stat()
    guard path != "-", unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}

extension OutputOptions {
  /// The file that is written; none for standard output.
  var paths: [String] { output == "-" ? [] : [output] }
}

extension FitCommand: WritingCommand {
  var inputPaths: [String] { files + [reading.schema].compactMap(\.self) }
  var outputPaths: [String] { output.paths + [randomEffects].compactMap(\.self) }
}

extension CheckCommand: WritingCommand {
  var inputPaths: [String] { files + [reading.schema].compactMap(\.self) }
  var outputPaths: [String] { output.paths + [html, writeSchema].compactMap(\.self) }
}

extension TrendsCommand: WritingCommand {
  var inputPaths: [String] { files + [reading.schema].compactMap(\.self) }
  var outputPaths: [String] { output.paths }
}

extension CompareCommand: WritingCommand {
  var inputPaths: [String] { files + [reading.schema].compactMap(\.self) }
  var outputPaths: [String] { output.paths }
}

extension RelapseCommand: WritingCommand {
  var inputPaths: [String] { files + [reading.schema].compactMap(\.self) }
  var outputPaths: [String] { output.paths }
}
