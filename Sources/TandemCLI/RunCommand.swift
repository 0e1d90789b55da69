import ArgumentParser
import Foundation
import Tandem

/// The command `tandem run`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "A batch: the cohorts and analyses of a plan, into a folder of results with a report.",
    discussion: """
      Writes tidy CSV and JSON for every analysis, status.csv, and one self-contained report.html. The files are the
      same bytes for any number of threads; times and the machine stand in run.json. Rows of persons (trends, predicted
      effects of mixed models) are written only where the plan says person_level: true. Counts below the plan's
      disclosure_threshold (5 unless it says otherwise) are hidden everywhere, and so is what is computed from them.

        tandem run Data/demo/plan.yaml -o results
      """)

  @Argument(help: "A plan in YAML.")
  var plan: String

  @Option(name: [.customShort("o"), .long], help: "The folder to write to; it appears whole or not at all.")
  var output: String

  @Option(
    name: .long,
    help: "Hide counts below this number, in place of the plan's disclosure_threshold; 0 shows all.")
  var disclosureThreshold: Int?

  @Option(name: .long, help: "How many threads work at once; results are the same for any number.")
  var threads: Int?

  @Flag(name: .long, help: "Say nothing on standard error but errors.")
  var quiet = false

  @Flag(name: .long, help: "End with exit code 1 when a result carries a caution.")
  var strict = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
    if let disclosureThreshold, disclosureThreshold < 0 {
      throw ValidationError("--disclosure-threshold must be at least 0; 0 shows all counts")
    }
  }

  func run() throws {
    let start = Date()
    let status = StatusLine(quiet: quiet)
    let parsed = try BatchPlan(path: plan)
    let gate = DisclosureGate(threshold: disclosureThreshold ?? parsed.disclosureThreshold)
    if !gate.isOn { status.say(DisclosureGate.offStatement) }
    let workers = threads ?? Machine.processorCount
    let folder = try ResultFolder(output, kind: .batch)
    var batch = BatchRun(
      plan: parsed, gate: gate, folder: folder, executor: ThreadedExecutor(threads: workers), status: status)
    try batch.run()
    try folder.write(
      try record(batch, files: folder.written, start: start, threads: workers), to: ResultFolder.recordName)
    let failed = batch.statuses.count { $0.outcome == .failed }
    guard failed < batch.statuses.count else {
      let reasons = batch.statuses.reduce(into: [String]()) {
        if !$0.contains($1.message) { $0.append($1.message) }
      }
      throw OutcomesError(
        "\(reasons.joined(separator: "; ")); no analysis of \(plan) could be done, nothing was written")
    }
    try folder.commit()
    status.release()
    let cautions = batch.statuses.count { $0.outcome == .fittedWithCautions }
    status.say(
      "\(batch.statuses.count) \(batch.statuses.count == 1 ? "analysis" : "analyses"): \(batch.statuses.count - failed - cautions) without caution, \(cautions) with cautions, "
        + "\(failed) failed")
    status.say("report: \(URL(filePath: output).appending(path: "report.html").relativePath)")
    if failed > 0 || (strict && cautions > 0) { throw ExitCode(1) }
  }

  /// Times and the machine: what may differ between runs of the same plan.
  private func record(_ batch: BatchRun, files: [String], start: Date, threads: Int) throws -> [UInt8] {
    try JSONValue.object([
      "schema": .string("tandem.run/1"), "files": .array(files.map(JSONValue.string)),
      "tandem": .string(tandemVersion), "plan": .string(plan),
      "disclosure_threshold": .integer(batch.gate.threshold),
      "started": .string(start.ISO8601Format()), "seconds": .number(Date().timeIntervalSince(start)),
      "threads": .integer(threads), "processors": .integer(Machine.processorCount),
      "analyses": .array(
        batch.statuses.map {
          .object([
            "cohort": .string($0.cohort), "analysis": .string($0.analysis),
            "status": .string($0.outcome.rawValue),
            "message": .string($0.message),
          ])
        }),
    ]).bytes()
  }
}
