import Foundation
import TestSupport
import Testing

/// Golden: the commands that the notebooks and the README show print what is shown there.
///
/// A block of commands that is directly followed by a block of text is run; its standard output must
/// be that text, byte for byte. `make notebooks` (TANDEM_UPDATE_NOTEBOOKS=1) rewrites the text instead.
@Suite("Golden: notebooks", .serialized)
struct NotebookTests {
  struct Document: Sendable, CustomTestStringConvertible {
    let path: String
    /// Fewer commands than this mean that the document was not understood.
    let leastCommands: Int
    /// Whether commands without shown output are allowed, such as `make demo`.
    var mayShowOnly = false

    var testDescription: String { path }
  }

  static let documents = [
    Document(path: "Notebooks-md/first-walk-through.md", leastCommands: 10),
    Document(path: "README.md", leastCommands: 1, mayShowOnly: true),
  ]

  @Test("the commands print what is shown", arguments: documents)
  func output(_ document: Document) throws {
    let url = ProjectFiles.root.appending(path: document.path)
    var notebook = Notebook(text: try String(contentsOf: url, encoding: .utf8))
    #expect(notebook.cells.count >= document.leastCommands)
    if !document.mayShowOnly {
      #expect(notebook.silentCommands.isEmpty, "no output is shown for \(notebook.silentCommands)")
    }
    let shell = try Shell()
    defer { shell.removeFiles() }
    let isUpdate = ProcessInfo.processInfo.environment["TANDEM_UPDATE_NOTEBOOKS"] == "1"
    for index in notebook.cells.indices {
      let cell = notebook.cells[index]
      let run = try shell.run(cell.command)
      #expect(run.status == 0, "line \(cell.line): \(cell.command)\n\(run.errors)")
      if isUpdate {
        notebook.cells[index].output = run.output
      } else {
        #expect(run.output == cell.output, "line \(cell.line): \(cell.command)\n\(run.errors)")
      }
    }
    if isUpdate { try notebook.text.write(to: url, atomically: true, encoding: .utf8) }
    print("\(document.path): \(notebook.cells.count) blocks of commands ran")
  }

  @Test("a block is taken with the output directly after it, and written back as it was")
  func parsing() {
    let text = "# T\n\n```sh\na\n```\n\nprose\n\n```sh\nb\nc\n```\n\n```text\n1\n\n2\n```\nend\n"
    var notebook = Notebook(text: text)
    #expect(notebook.cells.map(\.command) == ["b\nc"])
    #expect(notebook.cells.map(\.output) == ["1\n\n2\n"])
    #expect(notebook.cells.map(\.line) == [9])
    #expect(notebook.silentCommands == ["a"])
    #expect(notebook.text == text)
    notebook.cells[0].output = "new\n"
    #expect(notebook.text == text.replacing("1\n\n2\n", with: "new\n"))
  }
}

/// A Markdown file as prose and pairs of commands and output.
private struct Notebook {
  struct Cell {
    let command: String
    var output: String
    /// The 1-based line of the commands' fence.
    let line: Int
  }

  var cells: [Cell] = []
  private(set) var silentCommands: [String] = []
  /// What stands before each cell's output, and at last what stands after the final one.
  private var between: [String] = []

  init(text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var kept: [String] = []
    var index = 0
    func block(from start: Int) -> (body: [String], next: Int) {
      let end = lines[start...].firstIndex(of: "```") ?? lines.endIndex
      return (Array(lines[start..<end]), min(end + 1, lines.endIndex))
    }
    while index < lines.endIndex {
      guard lines[index] == "```sh" else {
        kept.append(lines[index])
        index += 1
        continue
      }
      let (commands, afterCommands) = block(from: index + 1)
      let following = lines[afterCommands...].firstIndex { !$0.isEmpty } ?? lines.endIndex
      let hasOutput = following < lines.endIndex && lines[following] == "```text"
      let stop = hasOutput ? following + 1 : afterCommands
      kept += lines[index..<stop]
      if hasOutput {
        let (output, next) = block(from: stop)
        between.append(kept.joined(separator: "\n") + "\n")
        kept = ["```"]
        cells.append(
          Cell(
            command: commands.joined(separator: "\n"), output: output.map { $0 + "\n" }.joined(),
            line: index + 1))
        index = next
      } else {
        silentCommands.append(commands.joined(separator: "\n"))
        index = stop
      }
    }
    between.append(kept.joined(separator: "\n"))
  }

  var text: String {
    var text = ""
    for (part, cell) in zip(between, cells) { text += part + cell.output }
    return text + (between.last ?? "")
  }
}

/// Runs commands in the project's folder, with the built `tandem` first on the path and a folder for
/// results in `$OUT`.
private struct Shell {
  let environment: [String: String]
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "notebook-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let tandem = try #require(
      Self.tandem, "tandem is not built: swift build -c release --product tandem")
    var environment = ProcessInfo.processInfo.environment
    let place = tandem.deletingLastPathComponent().path
    environment["PATH"] = "\(place):\(environment["PATH"] ?? "/usr/bin:/bin")"
    environment["OUT"] = folder.path
    environment["LC_ALL"] = "C.UTF-8"
    environment["NO_COLOR"] = "1"
    self.environment = environment
  }

  /// The program beside the test bundle.
  private static var tandem: URL? {
    let bundles = CommandLine.arguments.filter { $0.contains(".xctest") }.map { URL(filePath: $0) }
    let places = (bundles + [Bundle.main.bundleURL]).map { $0.deletingLastPathComponent() }
    return (places + [ProjectFiles.root.appending(path: ".build/release")])
      .map { $0.appending(path: "tandem") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Runs commands; the results' folder is written `$OUT` in what they print.
  func run(_ command: String) throws -> (status: Int32, output: String, errors: String) {
    // Files rather than pipes: a full pipe would stop the command.
    let (output, errors) = (folder.appending(path: ".output"), folder.appending(path: ".errors"))
    for file in [output, errors] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = ProjectFiles.root
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    func text(_ file: URL) throws -> String {
      try String(contentsOf: file, encoding: .utf8).replacing(folder.path, with: "$OUT")
    }
    return (process.terminationStatus, try text(output), try text(errors))
  }

  func removeFiles() { try? FileManager.default.removeItem(at: folder) }
}
