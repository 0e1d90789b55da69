import ArgumentParser
import Tandem

/// The command `tandem fit`.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "A single model: linear, generalised linear, Cox, or survival curves, as the formula says.",
    discussion: """
      Surv( ) on the left is a Cox model, or with --curve Kaplan-Meier curves; otherwise a linear model, or with
      --family a generalised linear one; with --gee the rows of a person may go together.

        tandem fit 'phq9 ~ week*modality + age' visits.csv --reference modality=medication --vcov hc3
        tandem fit 'phq9 ~ ns(week, 3) + modality' visits.csv --cluster site
        tandem fit 'bdi ~ bdi_pre + modality' month2.csv --means modality --contrast reference --adjust dunnett
        tandem fit 'response ~ modality + phq9_pre' people.csv --family binomial --limits profile
        tandem fit 'response ~ modality + phq9_pre' people.csv --family binomial --effects modality
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

  @OptionGroup var model: ModelOptionsGroup
  @OptionGroup var generalized: GeneralizedOptions
  @OptionGroup var estimating: EstimatingOptions
  @OptionGroup var dates: FitTimeOptions
  @OptionGroup var inference: InferenceOptions
  @OptionGroup var effects: EffectOptions
  @OptionGroup var unbuilt: UnbuiltOptions
  @OptionGroup var reading: ReadOptions
  @OptionGroup var disclosure: GateOption
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try model.check(isEstimating: estimating.isWanted)
    try generalized.check()
    try estimating.check(model: model, generalized: generalized)
    try unbuilt.refuse()
    try dates.check()
    try effects.check()
  }

  func run() throws {
    let parsed = try Formula(formula)
    let kind = try ModelKind(parsed, model: model, generalized: generalized, estimating: estimating)
    try model.checkReferences(in: parsed, responseToo: kind == .generalized || kind == .estimating)
    if case .curves = kind, !inference.isEmpty || !effects.isEmpty {
      throw ValidationError(
        "--means, --contrast, --adjust and --at need a model with coefficients; --curve has none")
    }
    let status = StatusLine(quiet: output.quiet)
    let needed = BlockedReading(formula: parsed, model: model, dates: dates, visit: estimating.visit)
    if case .linear = kind {
    } else if inBlocks {
      throw ValidationError("--in-blocks is for linear models")
    }
    try model.checkDegreesOfFreedom(kind)
    if kind != .linear, model.robust != nil {
      throw ValidationError("--robust is for linear models")
    }
    if case .linear = kind, try needed.isWanted(files, schema: reading.schema, isForced: inBlocks) {
      guard model.robust == nil else {
        throw ValidationError("--robust needs all rows at once, and the files are read in blocks")
      }
      return try Delivery(options: output, status: status, gate: disclosure.gate(.off, status)).deliver(
        try fitInBlocks(needed, parsed, kind, status))
    }
    let read = try reading.table(files, threads: output.threads, status) { needed.columns(among: $0) }
    let options = try model.options(read, status, weightsAre: kind.usualWeights)
    let (table, axis) = try dates.derive(read, subject: options.subject, status)
    let provenance = Provenance(version: tandemVersion, inputs: [table.source])
    let gate = disclosure.gate(.off, status)
    let document = try status.during("fitting") {
      try table.naming {
        switch kind {
        case .linear: try linear(table, options, provenance)
        case .generalized: try generalized(table, options, provenance)
        case .estimating: try estimating(table, options, provenance)
        case .cox: try cox(table, options, provenance)
        case .curves: try curves(table, options, provenance, gate)
        }
      }
    }
    try Delivery(options: output, status: status, gate: gate).deliver(axis.map(document.stating) ?? document)
  }

  /// Fits a linear model to files that are not held in memory.
  private func fitInBlocks(
    _ needed: BlockedReading, _ formula: Formula, _ kind: ModelKind, _ status: StatusLine
  ) throws -> ResultDocument {
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
      "\(blocks.source.displayName): read in \(blocks.blockCount) blocks, \(blocks.rowCount) rows"
        + (model.subject == nil ? "; people are counted only where --subject names them" : ""))
    var options = try model.options(blocks.shape, status, weightsAre: kind.usualWeights)
    // To count people their identifiers would have to be held.
    if model.subject == nil { options.subject = nil }
    return try status.during("fitting") {
      try blocks.shape.naming {
        let fit = try LinearModel(self.formula, options: options, robust: try model.errors()).fit(
          blocks, diagnostics: uncounted(blocks), executor: output.executor)
        let (means, contrasts) = try inference.apply(to: fit)
        return ResultDocument(
          fit, means: means, contrasts: contrasts,
          provenance: Provenance(version: tandemVersion, inputs: [blocks.source])
        ).adding(try effects.apply(to: fit, in: nil, means, contrasts), of: fit)
      }
    }
  }

  /// Whether people may have several rows is not known where they are not counted.
  private func uncounted(_ blocks: TableBlocks) -> [Diagnostic] {
    guard model.subject == nil,
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

  private func linear(_ table: Table, _ options: ModelOptions, _ provenance: Provenance) throws
    -> ResultDocument
  {
    if let weighting = model.robust {
      let fit = try RobustLinearModel(formula, weighting: weighting, options: options).fit(
        table, executor: output.executor)
      let (means, contrasts) = try inference.apply(to: fit, in: table)
      return ResultDocument(fit, means: means, contrasts: contrasts, provenance: provenance).adding(
        try effects.apply(to: fit, in: table, means, contrasts), of: fit)
    }
    let fit = try LinearModel(formula, options: options, robust: try model.errors()).fit(
      table, executor: output.executor)
    let (means, contrasts) = try inference.apply(to: fit, in: table)
    return ResultDocument(fit, means: means, contrasts: contrasts, provenance: provenance).adding(
      try effects.apply(to: fit, in: table, means, contrasts) {
        try fit.likelihoodRatioTests(in: table, executor: output.executor)
      }, of: fit)
  }

  private func generalized(_ table: Table, _ options: ModelOptions, _ provenance: Provenance) throws
    -> ResultDocument
  {
    let fit = try generalized.model(
      formula, options: options, robust: try model.errors(), usesSatterthwaite: model.df == "satterthwaite"
    ).fit(table, executor: output.executor)
    let (means, contrasts) = try inference.apply(to: fit, in: table)
    return ResultDocument(fit, means: means, contrasts: contrasts, provenance: provenance).adding(
      try effects.apply(to: fit, in: table, means, contrasts) {
        try fit.likelihoodRatioTests(in: table, executor: output.executor)
      }, of: fit)
  }

  private func estimating(_ table: Table, _ options: ModelOptions, _ provenance: Provenance) throws
    -> ResultDocument
  {
    let fit = try estimating.model(formula, options: options, model: model, generalized: generalized).fit(
      table, executor: output.executor)
    let (means, contrasts) = try inference.apply(to: fit, in: table)
    return ResultDocument(fit, means: means, contrasts: contrasts, provenance: provenance).adding(
      try effects.apply(to: fit, in: table, means, contrasts) {
        throw ValidationError(
          "--tests lr needs a likelihood, and estimating equations have none: II and III are")
      }, of: fit)
  }

  private func cox(_ table: Table, _ options: ModelOptions, _ provenance: Provenance) throws -> ResultDocument
  {
    let fit = try CoxModel(formula, ties: try model.tieMethod(), options: options).fit(
      table, executor: output.executor)
    let (means, contrasts) = try inference.apply(to: fit, in: table)
    return ResultDocument(fit, means: means, contrasts: contrasts, provenance: provenance).adding(
      try effects.apply(to: fit, in: table, means, contrasts) {
        try fit.likelihoodRatioTests(in: table, executor: output.executor)
      }, of: fit)
  }

  private func curves(
    _ table: Table, _ options: ModelOptions, _ provenance: Provenance, _ gate: DisclosureGate
  ) throws -> ResultDocument {
    let curves = try KaplanMeier(formula, transform: model.transform, options: options).fit(
      table, executor: output.executor)
    let test =
      curves.curves.count > 1
      ? try LogRankTest(formula, table, options: options, executor: output.executor) : nil
    let told = curves.coarsened(least: gate.threshold).curves
    return ResultDocument(told, logRank: test, provenance: provenance)
  }
}

/// Which model a formula and the options ask for.
enum ModelKind {
  case linear
  case generalized
  case estimating
  case cox
  case curves

  /// What weights mean where nothing is said.
  var usualWeights: WeightKind { self == .cox || self == .curves ? .frequency : .precision }

  init(
    _ formula: Formula, model: ModelOptionsGroup, generalized: GeneralizedOptions,
    estimating: EstimatingOptions
  ) throws {
    if let random = formula.randomTerms.first {
      throw formula.error(
        at: random.offset, "mixed models are not built yet: the random term \(random.text) cannot be fitted")
    }
    switch formula.response {
    case .value:
      guard !model.curve else { throw ValidationError("--curve needs Surv(time, status) as response") }
      guard model.ties == nil else { throw ValidationError("--ties needs Surv(time, status) as response") }
      self = estimating.isWanted ? .estimating : generalized.isWanted ? .generalized : .linear
    case .survival, .countingProcess:
      guard !estimating.isWanted else {
        throw ValidationError("--gee needs a number as response, not Surv( )")
      }
      guard !generalized.isWanted else {
        throw ValidationError(
          "--family, --link, --firth and --limits go with a number as response, not Surv( )")
      }
      guard model.cluster == nil else {
        throw ValidationError("--cluster is not built yet for survival models")
      }
      guard model.vcov == nil || model.vcov == "model" else {
        throw ValidationError("--vcov \(model.vcov ?? "") is not built yet for survival models; model is")
      }
      guard !model.curve || model.ties == nil else {
        throw ValidationError("--ties is for Cox models; --curve asks for Kaplan-Meier curves")
      }
      self = model.curve ? .curves : .cox
    }
  }
}
