import Foundation
import TestSupport
import Testing

/// The built `tandem` command, run as its users run it.
enum Tandem {
  /// What a run left behind.
  struct Outcome: Sendable {
    let code: Int32
    let output: String
    let error: String

    /// The lines of standard error.
    var errorLines: [String] { error.split(separator: "\n").map(String.init) }

    /// The JSON on standard output, or nil.
    var json: JSON? { try? JSONDecoder().decode(JSON.self, from: Data(output.utf8)) }
  }

  /// The command beside the test bundle, in the same build folder.
  static let executable: URL = {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }.map { URL(filePath: $0) }
    let places = [bundle, Bundle.main.executableURL].compactMap { $0?.deletingLastPathComponent() }
    let found = places.map { $0.appending(path: "tandem") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    }
    return found ?? URL(filePath: "/tandem-was-not-built")
  }()

  /// Starts the command in a folder without waiting for its end.
  static func start(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:], input: Any? = nil,
    output: Any, error: Any
  ) throws -> Process {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardInput = input ?? FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = error
    try process.run()
    return process
  }

  /// Runs the command to its end, in the project's root unless another folder is given.
  static func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:], in folder: URL? = nil
  ) throws -> Outcome {
    // Files rather than pipes: no reader is needed while the command runs.
    let scratch = try Scratch()
    let (outputURL, errorURL) = (try scratch.write("", to: "output"), try scratch.write("", to: "error"))
    let inputURL = try scratch.write(input ?? "", to: "input")
    let process = try start(
      arguments, in: folder ?? ProjectFiles.root, environment: environment,
      input: try FileHandle(forReadingFrom: inputURL), output: try FileHandle(forWritingTo: outputURL),
      error: try FileHandle(forWritingTo: errorURL))
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOf: outputURL, encoding: .utf8),
      error: try String(contentsOf: errorURL, encoding: .utf8))
  }
}

/// A folder of its own for one test, removed at the end.
final class Scratch: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "tandem-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes text to a file, making the folders above it.
  @discardableResult
  func write(_ text: String, to name: String) throws -> URL { try write(Data(text.utf8), to: name) }

  /// Writes bytes to a file, making the folders above it.
  @discardableResult
  func write(_ bytes: Data, to name: String) throws -> URL {
    let file = url.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
    return file
  }

  /// Runs the command in this folder.
  func run(_ arguments: [String], input: String? = nil, environment: [String: String] = [:]) throws
    -> Tandem.Outcome
  {
    try Tandem.run(arguments, input: input, environment: environment, in: url)
  }

  /// The text of a file.
  func text(_ name: String) throws -> String {
    try String(contentsOf: url.appending(path: name), encoding: .utf8)
  }

  /// Whether something stands at a path.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url.appending(path: name).path) }

  /// Every file below a folder with its bytes, hidden ones too.
  func files(in folder: String = "") throws -> [String: Data] {
    let root = folder.isEmpty ? url : url.appending(path: folder)
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: root.path) {
      let file = root.appending(path: path)
      if try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory != true {
        files[path] = try Data(contentsOf: file)
      }
    }
    return files
  }

  /// What stands in the folder itself, hidden entries too.
  func entries() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
}
