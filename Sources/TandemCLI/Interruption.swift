import Dispatch
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Removes a temporary folder when the process is interrupted or told to end.
///
/// A closed terminal is left alone, so that `nohup` works as always.
final class Interruption {
  private let sources: [any DispatchSourceSignal]

  init(removing folder: URL) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        // The work goes on meanwhile and may write once more: until nothing is left.
        while FileManager.default.fileExists(atPath: folder.path) {
          try? FileManager.default.removeItem(at: folder)
        }
        _exit(128 + number)
      }
      source.activate()
      return source
    }
  }

  /// There is nothing to remove any more.
  func end() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
