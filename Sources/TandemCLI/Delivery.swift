import ArgumentParser
import Tandem

/// Hands a result over and turns its gravity into an exit code.
struct Delivery {
  let options: OutputOptions

  /// Writes a result in the format asked.
  ///
  /// - Throws: `ExitCode(1)` when `--strict` was given and the result carries a caution.
  func deliver(_ document: ResultDocument) throws {
    try AtomicFile.write(try document.bytes(options.format), to: options.output)
    if options.format == .csv, !options.quiet {
      let notes = document.diagnostics.filter { $0.severity > .note }
      for note in notes { StandardError.write("\(note.severity.rawValue): \(note.message)\n") }
    }
    if options.strict, document.severity > .note { throw ExitCode(1) }
  }
}
