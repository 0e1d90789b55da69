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
        tandem trends visits.csv --columns subject,slope,std_error,p_value --format jsonl
        tandem trends visits.csv --on-track --visit-flags flags.csv
        tandem trends diary.csv --subject pid --time day --outcome mood
      """)

  @Argument(
    help: "CSV files, plain, .gz or .zst, read as one table with one row a visit; - is standard input.")
  var files: [String]

  @OptionGroup var roles: RoleOptions
  @OptionGroup var reading: ReadOptions
  @OptionGroup var disclosure: GateOption
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "The level of confidence limits.")
  var confLevel = 0.95

  @Option(
    name: .long,
    help:
      "Comma-separated columns of the rows of persons, in the order given, or all: \(TrendColumn.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var columns: String?

  @OptionGroup var progress: ProgressOptions

  func validate() throws {
    try ConfidenceLevel.check(confLevel)
    try progress.validate(confLevel)
    _ = try chosenColumns()
  }

  private func chosenColumns() throws -> [TrendColumn] {
    guard let columns else { return TrendColumn.standard + (progress.isAsked ? TrendColumn.progress : []) }
    if columns == "all" { return TrendColumn.allCases }
    return try ListOption.texts(columns).map { name in
      guard let column = TrendColumn(rawValue: name) else {
        throw ValidationError(
          "--columns: there is no column '\(name)'; there are "
            + TrendColumn.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return column
    }
  }

  func run() throws {
    let status = StatusLine(quiet: output.quiet)
    let table = try reading.table(
      files, threads: output.threads, status, hasProvenance: output.format.hasProvenance
    ) { roles.columns(among: $0) }
    let visits = try roles.visits(table, status)
    let bands = try progress.bands(visits, executor: output.executor)
    let trends = try PersonTrends(visits, confidenceLevel: confLevel, bands: bands, executor: output.executor)
    let gate = disclosure.gate(.off, status)
    status.say("rows of persons are given, as this command asks for them")
    let delivery = Delivery(options: output, status: status, gate: gate)
    let rows = TidyTable(trends, columns: try chosenColumns())
    let tracked = try progress.isAsked || !Set(chosenColumns()).isDisjoint(with: TrendColumn.progress)
    try progress.write(trends, visits, executor: output.executor)
    if tracked, !output.quiet {
      for note in trends.progressNotes { status.say(note.message) }
    }
    let others = tracked ? ["by_arm", "on_track_calibration"] : ["by_arm"]
    if try delivery.deliver(rowsOfPersons: rows, beside: others) { return }
    let provenance = Provenance(version: tandemVersion, inputs: [table.source])
    try delivery.deliver(
      ResultDocument(trends, people: rows, tracked: tracked, provenance: provenance, gate: gate))
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
