import Dispatch
import Foundation
import Tandem

/// Times one way of reading a CSV file, in this process: `ReadingTimes table|floor FILE THREADS REPEATS`.
///
/// Prints one JSON object with the seconds of every repeat and the peak memory of the process.
@main
struct ReadingTimes {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5, let threads = Int(arguments[3]), let repeats = Int(arguments[4]) else {
      FileHandle.standardError.write(Data("usage: ReadingTimes table|floor FILE THREADS REPEATS\n".utf8))
      exit(2)
    }
    let (kind, path) = (arguments[1], arguments[2])
    var seconds: [Double] = []
    for _ in 0..<repeats {
      let start = ContinuousClock.now
      try kind == "floor" ? readBytes(path, threads: threads) : readTable(path, threads: threads)
      let passed = (ContinuousClock.now - start).components
      seconds.append(Double(passed.seconds) + Double(passed.attoseconds) * 1e-18)
    }
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    let times = seconds.map { String($0) }.joined(separator: ", ")
    print("{\"seconds\": [\(times)], \"peak_mb\": \(usage.ru_maxrss / 1024)}")
  }

  /// All columns, typed; no digest, which the rivals do not make either.
  private static func readTable(_ path: String, threads: Int) throws {
    var options = CSVOptions()
    options.threads = threads
    options.computesDigest = false
    let table = try Table(csv: path, options: options)
    precondition(table.rowCount > 0)
  }

  /// The file's bytes into small buffers, and nothing else: what any reader has to do.
  private static func readBytes(_ path: String, threads: Int) throws {
    let descriptor = open(path, O_RDONLY)
    precondition(descriptor >= 0, "cannot open \(path)")
    defer { close(descriptor) }
    var status = stat()
    fstat(descriptor, &status)
    let size = Int(status.st_size)
    let block = 1 << 18
    let share = (size / block / threads + 1) * block
    DispatchQueue.concurrentPerform(iterations: threads) { worker in
      let buffer = UnsafeMutableRawPointer.allocate(byteCount: block, alignment: 64)
      defer { buffer.deallocate() }
      var offset = worker * share
      while offset < min(size, (worker + 1) * share) {
        offset += pread(descriptor, buffer, block, off_t(offset))
      }
    }
  }
}
