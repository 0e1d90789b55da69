import Foundation
import Tandem

#if canImport(Glibc)
  import Glibc
#endif

/// What is said on standard error: notes always (unless quiet), progress only to a terminal.
///
/// Notes are held back until there is a result: a command that is refused says one line, its error.
final class StatusLine {
  private let isQuiet: Bool
  private let isTerminal: Bool
  private var held: [String]? = []
  /// What a reader of the result must know about how the files were read; part of every result.
  var cautions: [Diagnostic] = []

  init(quiet: Bool) {
    isQuiet = quiet
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  /// A line that stays, once there is a result.
  func say(_ text: String) {
    guard !isQuiet else { return }
    guard held == nil else {
      held?.append(text)
      return
    }
    // A line of progress may stand where the cursor is.
    StandardError.write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
  }

  /// There is a result: says what was held back, and from now on everything at once.
  func release() {
    let lines = held ?? []
    held = nil
    for line in lines { say(line) }
  }

  /// Shows what is being done while it is being done; only a terminal sees it.
  func during<T>(_ what: String, _ body: () throws -> T) rethrows -> T {
    guard !isQuiet, isTerminal else { return try body() }
    StandardError.write("\(what) ...")
    defer { StandardError.write("\r\u{1B}[K") }
    return try body()
  }

  /// Shows how far a batch is: steps done, time passed and time left at the same pace.
  func progress(_ done: Int, of total: Int, since start: Date, _ what: String) {
    guard !isQuiet, isTerminal else { return }
    let passed = Date().timeIntervalSince(start)
    let left = done > 0 ? passed / Double(done) * Double(total - done) : nil
    let remaining = left.map { ", about \(Int($0.rounded(.up))) s left" } ?? ""
    StandardError.write("\r\u{1B}[K[\(done)/\(total)] \(what)\(remaining)")
    if done == total { StandardError.write("\r\u{1B}[K") }
  }
}

/// Writes to standard error.
enum StandardError {
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      // SAFETY: the buffer is valid for `count` bytes while the closure runs.
      _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }
}

/// Facts about this machine.
enum Machine {
  /// How many threads can work at once.
  static var processorCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
