import ArgumentParser
import Tandem

/// The command `tandem check`.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Data quality: what is in the files, what is wrong with them, and what each analysis does about it.",
    discussion: """
      Files of visits and of episodes are told apart by their columns. Files that
      are named together are one cohort: people in one of them only are a finding.
      The files that one pattern matches are one table, as everywhere.
      Findings do not change the exit code unless --strict is given.

        tandem check visits.csv episodes.csv --html check.html
        tandem check 'visits-*.csv' episodes.csv --start start_date --end end_date
        tandem check visits.csv --format json -o check.json --strict
      """)

  @Argument(
    help:
      "CSV files, plain, .gz or .zst, with one row a visit, an episode, or anything else; the files of a pattern are one table; - is standard input."
  )
  var files: [String]

  @Option(name: .long, help: "Also write the report as a page, with figures, to this file.")
  var html: String?

  @Option(
    name: .long, help: "Write a schema that the file satisfies, to be edited and declared with --schema.")
  var writeSchema: String?

  @Option(name: .long, help: "The column with the time to relapse or to the end of follow-up.")
  var duration: String?

  @Option(name: .long, help: "The column that is 1 for a relapse and 0 for the end of follow-up.")
  var event: String?

  @Option(
    name: .long,
    help: "The column with the start of an episode; with --end the date from which time is counted.")
  var start: String?

  @Option(name: .long, help: "The column with the date of the relapse or of the end of follow-up.")
  var end: String?

  @Option(
    name: .long,
    help: "A change between two visits is implausible from this many reliable changes on.")
  var jumpMultiple = 2.5

  @Option(
    name: .long,
    help: "Where no reliable change is known: from this share of the scale's range on.")
  var jumpShare = 0.55

  @Option(name: .long, help: "Only changes between visits at most so many weeks apart are implausible.")
  var jumpWeeks = 1.0

  @OptionGroup var roles: RoleOptions
  @OptionGroup var reading: ReadOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    for (name, value) in [
      ("--jump-multiple", jumpMultiple), ("--jump-share", jumpShare), ("--jump-weeks", jumpWeeks),
    ] where !(value > 0) {
      throw ValidationError("\(name) must be above 0")
    }
    guard files.count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("standard input can be named once")
    }
    guard files.count == 1 || (writeSchema == nil && reading.schema == nil) else {
      throw ValidationError(
        "--schema and --write-schema are for a single file, or for the files of one pattern")
    }
    guard end == nil || start != nil else { throw ValidationError("--start and --end go together") }
    guard end == nil || duration == nil else {
      throw ValidationError(
        "--duration is a time that the file has; --start and --end are the dates between which it lies")
    }
    guard writeSchema == nil || reading.schema == nil else {
      throw ValidationError("--write-schema writes what --schema would declare: give one of them")
    }
    if let html, html == output.output {
      throw ValidationError("--html \(html): --output names the same file")
    }
  }

  func run() throws {
    let status = StatusLine(quiet: output.quiet)
    let instrument = try roles.chosenInstrument()
    let schema = try reading.schema.map { try SchemaText.read($0) }
    let reader = reading.csvOptions(threads: output.threads)
    var repeated: [Finding] = []
    let tables = try files.map { name in
      let table = try reading.unscreened([name], threads: output.threads, status) { paths, options in
        try schema.map { try Table(csv: paths, violating: $0, options: options) }
          ?? Table(csv: paths, options: options)
      }
      // Here they are findings like any other.
      repeated += Finding.repeated(status.cautions, in: table)
      status.cautions = []
      return table
    }
    hint(tables, status)
    let options = CheckOptions(
      roles: ColumnRoles(
        subject: roles.subject, time: roles.time, outcome: roles.outcome, arm: roles.arm,
        indexDate: roles.indexDate),
      timeUnit: roles.timeUnit, instrument: instrument, duration: duration, event: event, start: start,
      end: end, missingCodes: schema?.missingCodes.map(Set.init) ?? reader.missingCodes,
      jump: JumpRule(
        reliableChangeMultiple: jumpMultiple, rangeShare: jumpShare, withinWeeks: jumpWeeks))
    let report = try status.during("checking") {
      let declared = tables.flatMap { table in
        Finding.identifying(reading.screen.findings(in: table), in: table)
          + Finding.violations(schema?.violations(in: table) ?? [], in: table)
      }
      return try CohortCheck(options).report(on: tables).adding(repeated + declared)
    }
    for file in report.files where !file.parts.isEmpty {
      let parts = file.parts.map { "\($0.part) = \($0.column)" }.joined(separator: ", ")
      status.say("\(file.source.displayName): taken as \(file.kind.rawValue): \(parts)")
    }
    status.say("lines of the files are named, people are not: not gated for disclosure")
    let provenance = Provenance(version: tandemVersion, inputs: tables.map(\.source))
    if let html {
      let page = try ReportPage(Report(report, provenance: provenance)).html()
      try AtomicFile.write(Array(page.utf8), to: html)
    }
    if let writeSchema, let table = tables.first {
      try SchemaDraft(table, report.findings, options: reader).write(to: writeSchema, status)
    }
    try Delivery(options: output, status: status, gate: .off).deliver(
      ResultDocument(report, provenance: provenance))
  }

  /// Files of the same columns that were named one by one may have been meant as one table.
  private func hint(_ tables: [Table], _ status: StatusLine) {
    for (index, table) in tables.enumerated() {
      guard let same = tables[..<index].first(where: { Set($0.columnNames) == Set(table.columnNames) }) else {
        continue
      }
      status.say(
        "\(same.source.displayName) and \(table.source.displayName) have the same columns and are compared as two files; a pattern "
          + "in quotes, such as 'visits-*.csv', is read as one table")
      return
    }
  }
}
