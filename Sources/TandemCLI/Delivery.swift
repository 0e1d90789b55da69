import ArgumentParser
import Tandem

/// Hands a result over and turns its gravity into an exit code.
struct Delivery {
  let options: OutputOptions
  let status: StatusLine

  /// Writes a result in the format asked.
  ///
  /// - Throws: `ExitCode(1)` when `--strict` was given and the result carries a caution.
  func deliver(_ document: ResultDocument) throws {
    let bytes = try document.bytes(options.format)
    if options.output == "-" { status.release() }
    try AtomicFile.write(bytes, to: options.output)
    status.release()
    if options.format == .csv, !options.quiet {
      let notes = document.diagnostics.filter { $0.severity > .note }
      for note in notes { StandardError.write("\(note.severity.rawValue): \(note.message)\n") }
    }
    if options.strict, document.severity > .note { throw ExitCode(1) }
  }
}
