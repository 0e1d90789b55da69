import ArgumentParser
import Tandem

/// How much of small counts is shown.
struct GateOption: ParsableArguments {
  @Option(
    name: .long,
    help:
      "Hide counts below this number, and what is computed from them; 0 shows all (5 for compare and run)."
  )
  var disclosureThreshold: Int?

  func validate() throws {
    if let disclosureThreshold, disclosureThreshold < 0 {
      throw ValidationError("--disclosure-threshold must be at least 0; 0 shows all counts")
    }
  }

  /// The gate that was asked for, or the command's own; a gate that is off says so.
  func gate(_ usual: DisclosureGate, _ status: StatusLine) -> DisclosureGate {
    let gate = disclosureThreshold.map(DisclosureGate.init(threshold:)) ?? usual
    if !gate.isOn { status.say(DisclosureGate.offStatement) }
    return gate
  }
}

/// Hands a result over and turns its gravity into an exit code.
///
/// Every result of a single command leaves through here, and so through a gate.
struct Delivery {
  let options: OutputOptions
  let status: StatusLine
  let gate: DisclosureGate

  /// Writes a result in the format asked.
  ///
  /// - Throws: `ExitCode(1)` when `--strict` was given and the result carries a caution.
  func deliver(_ ungated: ResultDocument) throws {
    let document = gate.pass(ungated.adding(status.cautions))
    let bytes = try document.bytes(options.format)
    if options.output == "-" { status.release() }
    try AtomicFile.write(bytes, to: options.output)
    status.release()
    if [.csv, .jsonl].contains(options.format), !options.quiet {
      if let left = document.tablesBesideCSV { sayLeft(left.shown, left.others) }
      let notes = document.diagnostics.filter { $0.severity > .note }
      for note in notes { StandardError.write("\(note.severity.rawValue): \(note.message)\n") }
    }
    if options.strict, document.severity > .note { throw ExitCode(1) }
  }

  /// Writes the rows of persons alone, made and written some at a time; nil where the format asked holds more.
  ///
  /// - Parameters:
  ///   - table: The rows.
  ///   - others: The names of the tables that other formats hold beside it.
  /// - Returns: Whether the rows were written.
  /// - Throws: `ExitCode(1)` when `--strict` was given and there is a caution.
  func deliver(rowsOfPersons table: TidyTable, beside others: [String]) throws -> Bool {
    precondition(table.holdsPersons, "the gate lets rows of persons pass, and no others")
    guard let form = options.format.rowForm else { return false }
    if options.output == "-" { status.release() }
    try table.write(form, to: options.output, executor: options.executor)
    status.release()
    if !options.quiet {
      sayLeft(table.name, others)
      for note in status.cautions { StandardError.write("\(note.severity.rawValue): \(note.message)\n") }
    }
    if options.strict, status.cautions.contains(where: { $0.severity > .note }) { throw ExitCode(1) }
    return true
  }

  private func sayLeft(_ shown: String, _ others: [String]) {
    let format = options.format == .csv ? "CSV" : "file"
    status.say(
      "the \(format) holds the \(shown) alone; not in it: \(others.joined(separator: ", ")) (--format json has "
        + "all, and a plan for 'tandem run' writes each as a CSV)")
  }
}

extension OutputFormat {
  /// Whether the output tells the files that it comes from.
  var hasProvenance: Bool { rowForm == nil }

  /// How rows are written, in formats that hold one table.
  fileprivate var rowForm: TidyTable.RowForm? {
    switch self {
    case .csv: .csv
    case .jsonl: .jsonLines
    case .text, .json, .markdown: nil
    }
  }
}
