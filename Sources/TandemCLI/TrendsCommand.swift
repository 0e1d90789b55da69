import ArgumentParser
import Tandem

/// The command `tandem trends`.
struct TrendsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trends",
    abstract: "One row a person: how the scores moved, how sure that is, and what it means clinically.",
    discussion: """
      Rows of persons are the point of this command, so they are always given; --disclosure-threshold hides small counts in
      the summary beside them.

        tandem trends visits.csv --format csv -o trends.csv
        tandem trends diary.csv --subject pid --time day --outcome mood
      """)

  @Argument(help: "CSV files, plain, .gz or .zst, read as one table with one row a visit; - is standard input.")
  var files: [String]

  @OptionGroup var roles: RoleOptions
  @OptionGroup var reading: ReadOptions
  @OptionGroup var disclosure: GateOption
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "The level of confidence limits.")
  var confLevel = 0.95

  func validate() throws { try ConfidenceLevel.check(confLevel) }

  func run() throws {
    let status = StatusLine(quiet: output.quiet)
    let table = try reading.table(files, threads: output.threads, status)
    let visits = try roles.visits(table, status)
    let trends = try PersonTrends(visits, confidenceLevel: confLevel, executor: output.executor)
    let gate = disclosure.gate(.off, status)
    status.say("rows of persons are given, as this command asks for them")
    let provenance = Provenance(version: tandemVersion, inputs: [table.source])
    try Delivery(options: output, status: status, gate: gate).deliver(
      ResultDocument(trends, personLevel: true, provenance: provenance, gate: gate))
  }
}

/// Checks of `--conf-level`.
enum ConfidenceLevel {
  static func check(_ level: Double) throws {
    guard level > 0, level < 1 else {
      throw ValidationError("--conf-level must lie between 0 and 1, such as 0.95")
    }
  }
}
