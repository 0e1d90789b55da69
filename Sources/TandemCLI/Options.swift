public import ArgumentParser
public import Tandem

/// Where the answer goes and how the work is done.
struct OutputOptions: ParsableArguments {
  @Option(name: .long, help: "text, csv, json, jsonl (the main table, one object a line) or markdown.")
  var format: OutputFormat = .text

  @Option(
    name: [.customShort("o"), .long],
    help: "Write to a file instead of standard output; - is standard output.")
  var output = "-"

  @Option(name: .long, help: "How many threads work at once; results are the same for any number.")
  var threads: Int?

  @Flag(name: .long, help: "Say nothing on standard error but errors.")
  var quiet = false

  @Flag(name: .long, help: "End with exit code 1 when a result carries a caution.")
  var strict = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
  }

  var executor: ThreadedExecutor { ThreadedExecutor(threads: threads ?? Machine.processorCount) }
}

extension OutputFormat: ExpressibleByArgument {}
extension TimeUnit: ExpressibleByArgument {}
extension WeightKind: ExpressibleByArgument {}
extension MomentDivisor: ExpressibleByArgument {}
extension ContrastCoding: ExpressibleByArgument {}
extension RobustWeighting: ExpressibleByArgument {}
extension BandTransform: ExpressibleByArgument {}
extension Link: ExpressibleByArgument {}
extension LimitMethod: ExpressibleByArgument {}
extension MultiplicityAdjustment: ExpressibleByArgument {}

/// How a CSV file is read.
struct ReadOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help:
      "Comma-separated texts that mean a missing value, in place of NA, NaN, null and a dot; empty cells always do."
  )
  var missing: String?

  @Option(name: .long, help: "A schema in YAML; what differs from it is refused, with its line.")
  var schema: String?

  @Option(
    name: .long,
    help:
      "Comma-separated columns that may hold names, addresses, numbers, birth dates or free text; others that seem to are refused."
  )
  var allowIdentifiers = ""

  func validate() throws {
    if schema != nil, missing != nil {
      throw ValidationError("--missing and --schema: the schema says which codes are missing")
    }
  }

  /// How the reader is to read.
  func csvOptions(threads: Int?) -> CSVOptions {
    var options = CSVOptions(delimiter: nil)
    options.threads = threads
    if let missing {
      options.missingCodes = Set(missing.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init))
    }
    return options
  }

  /// Refuses columns that may tell who someone is, but for those that are allowed.
  var screen: IdentifierScreen { IdentifierScreen(allowing: Set(ListOption.texts(allowIdentifiers))) }

  /// Reads files as one table whose columns tell nobody's identity.
  ///
  /// `columns` chooses those to read from the names in the header. An output without provenance needs no digest of one file.
  func table(
    _ given: [String], threads: Int?, _ status: StatusLine, hasProvenance: Bool = true,
    columns: (([String]) -> Set<String>)? = nil
  ) throws -> Table {
    let table = try unscreened(given, threads: threads, status) { paths, given in
      if let schema {
        return try Table(csv: paths, schema: .declared(SchemaText.read(schema)), options: given)
      }
      var options = given
      options.computesDigest = hasProvenance || paths.count > 1
      if let columns, paths.allSatisfy(FileNames.isRegularFile) {
        options.columns = columns(try Table.columnNames(ofCSV: paths[0], options: options))
      }
      return try Table(csv: paths, options: options)
    }
    if let schema { status.say("\(table.source.displayName): as the schema \(schema) declares") }
    let allowed = try screen.check(table, header: table.source.columnNames)
    if !allowed.isEmpty {
      status.say(
        "identifying columns allowed: "
          + allowed.map { "'\($0.column)' (\($0.kind.noun))" }.joined(separator: ", "))
    }
    return table
  }

  /// Reads files as one table, whatever its columns tell.
  func unscreened(
    _ given: [String], threads: Int?, _ status: StatusLine, _ read: ([String], CSVOptions) throws -> Table
  ) throws -> Table {
    let paths = try FileNames.expanded(given)
    let table = try status.during("reading \(FileNames.summary(paths))") {
      try read(paths, csvOptions(threads: threads))
    }
    status.cautions += FileNames.repetitions(paths)
    if paths.count > 1 { status.say("read as one table: \(paths.count) files, \(table.rowCount) rows") }
    if table.source.delimiter != .comma, let delimiter = table.source.delimiter {
      status.say(
        "\(table.source.displayName): columns are separated by \(delimiter == .tab ? "tabs" : "semicolons")")
    }
    return table
  }
}

/// Which columns play which part.
struct RoleOptions: ParsableArguments {
  @Option(name: .long, help: "The column that identifies people.")
  var subject: String?

  @Option(
    name: .long, help: "The column with the time of the visits: numbers, or dates such as 2024-03-31.")
  var time: String?

  @Option(
    name: .long,
    help: "The column with the date from which each person's time is counted; otherwise their first date.")
  var indexDate: String?

  @Option(name: .long, help: "The column with the score.")
  var outcome: String?

  @Option(name: .long, help: "The column with the treatment arm.")
  var arm: String?

  @Option(
    name: .long,
    help: "The unit of time: day, week, month, year, or visit for counted visits; dates are counted in days.")
  var timeUnit: TimeUnit?

  @Option(
    name: .long,
    help: "The questionnaire: PHQ-9, GAD-7, BDI or PCL-5; otherwise told by the score's column name.")
  var instrument: String?

  private var named: ColumnRoles {
    ColumnRoles(subject: subject, time: time, outcome: outcome, arm: arm, indexDate: indexDate)
  }

  /// The columns that visits are read from.
  func columns(among names: [String]) -> Set<String> {
    let roles = named.recognised(among: names).roles
    let parts = [roles.subject, roles.time, roles.outcome, roles.arm, roles.indexDate]
    // Where none is found, the message about it names them all.
    let found = Set(parts.compactMap(\.self)).intersection(names)
    return found.isEmpty ? Set(names) : found
  }

  func visits(_ table: Table, _ status: StatusLine) throws -> VisitTable {
    let (roles, taken) = named.recognised(in: table)
    let visits = try VisitTable(table, roles: roles, unit: timeUnit, instrument: try chosenInstrument())
    var parts = taken.map { "\($0.part) = \($0.column)" }
    parts.append("time in \(visits.unit.rawValue)s")
    if let instrument = visits.instrument { parts.append("instrument \(instrument.name)") }
    status.say("taken: " + parts.joined(separator: ", "))
    if let axis = visits.timeAxis { status.say("derived: " + axis.statement) }
    return visits
  }

  func chosenInstrument() throws -> Instrument? {
    guard let instrument else { return nil }
    guard let known = Instrument.named(instrument) else {
      throw ValidationError(
        "unknown instrument '\(instrument)'; known are \(Instrument.known.map(\.name).joined(separator: ", "))"
      )
    }
    return known
  }
}

/// Checks of `--randomised` and `--not-randomised`.
enum AssignmentOptions {
  static func check(_ randomised: [String], _ notRandomised: [String]) throws {
    for text in randomised + notRandomised where text.allSatisfy(\.isWhitespace) {
      throw ValidationError(
        "--randomised and --not-randomised name a part of the treatment, such as 'therapy programme'")
    }
    if let both = randomised.first(where: notRandomised.contains) {
      throw ValidationError("'\(both)' cannot be both --randomised and --not-randomised")
    }
  }
}
