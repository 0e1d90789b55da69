import ArgumentParser
import Tandem

/// The command `tandem relapse`.
struct RelapseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relapse",
    abstract:
      "Risk of relapse over time and by arm: curves, log-rank test, hazard ratios crude and adjusted.",
    discussion: """
      One row a person: the time from remission to relapse or to the end of follow-up, and which it was.

        tandem relapse episodes.csv --start remission_date --end last_date --event relapse
        tandem relapse episodes.csv --focus combined --covariates age,sex,prior_episodes --horizons 182,365
      """)

  @Argument(help: "CSV files, plain, .gz or .zst, read as one table with one row an episode; - is standard input.")
  var files: [String]

  @Option(name: .long, help: "The column with the time to relapse or to the end of follow-up.")
  var time: String?

  @Option(name: .long, help: "The column with the date from which time is counted, in place of --time.")
  var start: String?

  @Option(name: .long, help: "The column with the date of the relapse or of the end of follow-up.")
  var end: String?

  @Option(name: .long, help: "The column that is 1 for a relapse and 0 for the end of follow-up.")
  var event: String?

  @Option(name: .long, help: "The column with the treatment arm.")
  var arm: String?

  @Option(name: .long, help: "The arm that is compared with each other one.")
  var focus: String?

  @Option(name: .long, help: "Comma-separated columns that are held equal.")
  var covariates = ""

  @Option(name: .long, help: "Comma-separated times at which risks are given.")
  var horizons = ""

  @Option(name: .long, help: "The column that identifies people.")
  var subject: String?

  @Option(name: .long, help: "The unit of time: day, week, month or year.")
  var timeUnit: TimeUnit?

  @Option(
    name: .long, help: "What happens, as a verb in the past: 'relapsed', 'used a substance again'.")
  var eventVerb: String?

  @Option(name: .long, help: "A part of the treatment that was assigned at random; may be repeated.")
  var randomised: [String] = []

  @Option(name: .long, help: "A part of the treatment that was chosen; may be repeated.")
  var notRandomised: [String] = []

  @Option(name: .long, help: "The level of confidence limits.")
  var confLevel = 0.95

  @OptionGroup var reading: ReadOptions
  @OptionGroup var disclosure: GateOption
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try ConfidenceLevel.check(confLevel)
    try AssignmentOptions.check(randomised, notRandomised)
    _ = try ListOption.numbers(horizons, "--horizons")
    guard (start == nil) == (end == nil) else { throw ValidationError("--start and --end go together") }
    guard start == nil || time == nil else {
      throw ValidationError(
        "--time is a time that the file has; --start and --end are the dates between which it lies")
    }
  }

  func run() throws {
    let status = StatusLine(quiet: output.quiet)
    var table = try reading.table(files, threads: output.threads, status)
    var taken: [String] = []
    func find(_ part: String, _ given: String?, _ names: [String]) throws -> String {
      if let given { return try table.requireColumn(given).name }
      guard let found = names.first(where: { table.column($0) != nil }) else {
        throw OutcomesError(
          "\(table.source.displayName):1: no column was recognised as the \(part); name it with --\(part); there are "
            + table.columnNames.joined(separator: ", "))
      }
      taken.append("\(part) = \(found)")
      return found
    }
    let duration = try duration(in: table, status)
    if let duration { table = duration.table }
    let time = try duration?.column ?? find("time", self.time, RelapseAnalysis.timeNames)
    let event = try find("event", self.event, RelapseAnalysis.eventNames)
    let (roles, found) = ColumnRoles(subject: subject, arm: arm).recognised(in: table)
    taken += found.filter { $0.part == "arm" || $0.part == "person" }.map { "\($0.part) = \($0.column)" }
    if !taken.isEmpty { status.say("taken: " + taken.joined(separator: ", ")) }
    let question = RelapseAnalysis.Question(
      time: time, event: event, arm: roles.arm, focus: focus, covariates: ListOption.texts(covariates),
      horizons: try ListOption.numbers(horizons, "--horizons"),
      options: ModelOptions(subject: roles.subject, confidenceLevel: confLevel))
    let gate = disclosure.gate(.off, status)
    let analysis = try table.naming { [table] in
      try RelapseAnalysis(table, question, executor: output.executor).coarsened(least: gate.threshold)
    }
    let unit = duration?.axis.unit ?? timeUnit ?? TimeUnit.recognised(from: time) ?? .day
    let answer = RelapseAnswer(
      analysis, event: eventVerb ?? Self.verb(for: event), unit: unit,
      assignment: randomised.map { TreatmentAssignment(treatment: $0, isRandomised: true) }
        + notRandomised.map { TreatmentAssignment(treatment: $0, isRandomised: false) },
      least: gate.threshold)
    let provenance = Provenance(version: tandemVersion, inputs: [table.source])
    let document = ResultDocument(
      analysis, statements: answer.statements + [answer.caveat], provenance: provenance)
    try Delivery(options: output, status: status, gate: gate).deliver(
      duration.map { document.stating($0.axis) } ?? document)
  }

  /// The table with the durations that two dates give, where no column gives them.
  private func duration(in table: Table, _ status: StatusLine) throws
    -> (table: Table, column: String, axis: TimeAxis)?
  {
    let hasTime = time != nil || RelapseAnalysis.timeNames.contains { table.column($0) != nil }
    guard let dates = EpisodeDates(start, end, in: table, hasTime: hasTime) else { return nil }
    let duration = try table.addingDuration(from: dates.start, to: dates.end, unit: timeUnit ?? .day)
    status.say("derived: \(duration.axis.statement)")
    return duration
  }

  /// A column whose name speaks of relapse is relapse; any other event is called by its column.
  private static func verb(for event: String) -> String {
    let name = event.lowercased()
    return name.contains("relaps") || name.contains("recur") ? "relapsed" : "had the event (\(event))"
  }
}

/// Options that hold several values.
enum ListOption {
  static func texts(_ text: String) -> [String] {
    text.split(separator: ",").map { part in
      var part = part.drop { $0 == " " }
      while part.last == " " { part.removeLast() }
      return String(part)
    }.filter { !$0.isEmpty }
  }

  static func numbers(_ text: String, _ option: String) throws -> [Double] {
    try texts(text).map { part in
      guard let value = NumberText.parse(part) else {
        throw ValidationError(
          "\(option): '\(part)' is not a number; write numbers with commas between them, such as 12,26")
      }
      return value
    }
  }
}
