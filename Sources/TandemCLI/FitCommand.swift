import ArgumentParser
import Tandem

/// The command `tandem fit`.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract:
      "A single model: linear, mixed, generalised linear, Cox, or survival curves, as the formula says.",
    discussion: """
      Surv( ) on the left is a Cox model, or with --curve Kaplan-Meier curves; otherwise a linear model, with random terms such
      as (week | id) a mixed one, or with --family a generalised linear (or mixed) one. The rows of a person may go together: with
      --mmrm their residuals are correlated (mixed model for repeated measures), with --gee working correlations are. With
      --test a test of groups.

        tandem fit 'phq9 ~ week*modality + age' visits.csv --reference modality=medication --vcov hc3
        tandem fit 'phq9 ~ ns(week, 3) + modality' visits.csv --cluster site
        tandem fit 'bdi ~ bdi_pre + modality' month2.csv --means modality --contrast reference --adjust dunnett
        tandem fit 'response ~ modality + phq9_pre' people.csv --family binomial --limits profile
        tandem fit 'response ~ modality + phq9_pre' people.csv --family binomial --effects modality
        tandem fit 'modality ~ age + sex' people.csv --family multinomial --reference modality=medication
        tandem fit 'phq9 ~ modality' month2.csv --test welch --groups combined,medication
        tandem fit 'phq9 ~ week*modality + (week | id)' visits.csv --means modality --slopes week --contrast pairwise
        tandem fit 'phq9 ~ week*modality + (week | id)' visits.csv --random-effects people.csv
        tandem fit 'remission ~ week*modality + (1 | id)' visits.csv --family binomial --quadrature 15
        tandem fit 'phq9 ~ factor(week)*modality' visits.csv --mmrm us --subject id --visit week --df kenward-roger
        tandem fit 'phq9 ~ factor(week)*arm' trial.csv --mmrm us --subject id --visit week --constrained-baseline 0
        tandem fit 'response ~ week*modality' visits.csv --gee ar1 --subject id --visit week --family binomial
        tandem fit 'Surv(days, relapse) ~ modality + strata(site)' episodes.csv --format json
        tandem fit 'phq9 ~ week*modality' visits.csv --time visit_date --time-unit week

      A formula that starts with a minus sign needs -- in front of it.
      """)

  @Argument(help: "The model, such as 'y ~ a*b'.")
  var formula: String

  @Argument(help: "CSV files, plain, .gz or .zst, read as one table; - is standard input.")
  var files: [String]

  @Flag(
    name: .long,
    help:
      "Pass over the files in blocks rather than hold the columns in memory, for a linear model; files of 2 GB and more are."
  )
  var inBlocks = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A CSV file to which predicted effects of single groups, such as people, are written, with prediction error and conditional variances; for models with random terms.",
      valueName: "file"))
  var randomEffects: String?

  @OptionGroup var question: FitQuestion
  @OptionGroup var reading: ReadOptions
  @OptionGroup var disclosure: GateOption
  @OptionGroup var output: OutputOptions

  func run() throws {
    let analysis = try FitAnalysis(formula, question)
    if inBlocks, analysis.kind != .linear {
      throw ValidationError("--in-blocks is for linear models")
    }
    if let randomEffects {
      guard analysis.kind.predictsEffects else {
        throw ValidationError("--random-effects goes with random terms such as (week | id)")
      }
      guard randomEffects != "-", randomEffects != output.output else {
        throw ValidationError("--random-effects needs a file of its own, other than that of --output")
      }
    }
    let status = StatusLine(quiet: output.quiet)
    let needed = BlockedReading(analysis)
    if analysis.kind == .linear, try needed.isWanted(files, schema: reading.schema, isForced: inBlocks) {
      guard question.model.robust == nil else {
        throw ValidationError("--robust needs all rows at once, and the files are read in blocks")
      }
      return try Delivery(options: output, status: status, gate: disclosure.gate(.off, status)).deliver(
        try fitInBlocks(needed, analysis, status))
    }
    let read = try reading.table(files, threads: output.threads, status) { needed.columns(among: $0) }
    let (table, options, axis) = try analysis.prepare(read, status)
    let gate = disclosure.gate(.off, status)
    let document = try status.during("fitting") {
      try analysis.document(
        table, options, gate: gate, executor: output.executor, tellsPeople: randomEffects != nil)
    }
    let (result, people) = document.separatingPeople
    if let randomEffects, let people {
      try people.write(to: randomEffects)
      status.say("\(randomEffects): \(people.rows.count) rows of single groups, not gated for disclosure")
    }
    try Delivery(options: output, status: status, gate: gate).deliver(axis.map(result.stating) ?? result)
  }

  /// Fits a linear model to files that are not held in memory.
  private func fitInBlocks(
    _ needed: BlockedReading, _ analysis: FitAnalysis, _ status: StatusLine
  ) throws -> ResultDocument {
    let model = question.model
    let paths = try FileNames.expanded(files)
    status.cautions += FileNames.repetitions(paths)
    var csv = reading.csvOptions(threads: output.threads)
    csv.columns = needed.columns(
      among: try Table.columnNames(ofCSV: paths[0], options: csv), countsPeople: false)
    let blocks = try status.during("surveying \(FileNames.summary(paths))") {
      try TableBlocks(csv: paths, options: csv)
    }
    _ = try reading.screen.check(blocks.shape, header: blocks.source.columnNames)
    status.say(
      "\(blocks.source.displayName): read in \(blocks.blockCount) block\(blocks.blockCount == 1 ? "" : "s"), \(blocks.rowCount) rows"
        + (model.subject == nil ? "; people are counted only where --subject names them" : ""))
    var options = try model.options(blocks.shape, status, weightsAre: analysis.kind.usualWeights)
    // To count people their identifiers would have to be held.
    if model.subject == nil { options.subject = nil }
    return try status.during("fitting") {
      try blocks.shape.naming {
        let fit = try LinearModel(formula, options: options, robust: try model.errors()).fit(
          blocks, diagnostics: uncounted(blocks), executor: output.executor)
        let (means, contrasts) = try question.inference.apply(to: fit)
        return ResultDocument(
          fit, means: means, contrasts: contrasts,
          provenance: Provenance(version: tandemVersion, inputs: [blocks.source])
        ).adding(try question.effects.apply(to: fit, in: nil, means, contrasts), of: fit)
      }
    }
  }

  /// Whether people may have several rows is not known where they are not counted.
  private func uncounted(_ blocks: TableBlocks) -> [Diagnostic] {
    guard question.model.subject == nil,
      let subject = ColumnRoles().recognised(among: blocks.source.columnNames).roles.subject
    else { return [] }
    return [
      Diagnostic(
        .dependence, .caution, terms: [subject],
        "people were not counted, since the file is read in blocks: if '\(subject)' has several rows a person, these are "
          + "taken as independent and standard errors are usually too small; --subject \(subject) counts them"
      )
    ]
  }
}
