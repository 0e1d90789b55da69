import ArgumentParser
import Tandem

/// The command `tandem compare`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "One treatment arm against each other: differences in scores, crude and adjusted, with the answer in words.",
    discussion: """
      The headline takes each person's mean of the scores at the horizons, so that everyone seen at one of them counts. Comparisons at
      single times use complete cases and are marked so. Weighted comparisons are not built yet.

        tandem compare visits.csv --focus combined --horizons 12,26,52 --window 3 --covariates age,sex,condition
        tandem compare btheb.csv --time month --outcome bdi --focus combined --horizons 2,3,5,8 \\
          --randomised "therapy programme" --not-randomised "antidepressant use"
      """)

  @Argument(help: "CSV files, plain, .gz or .zst, read as one table with one row a visit; - is standard input.")
  var files: [String]

  @Option(name: .long, help: "The arm that is compared with each other one.")
  var focus = "combined"

  @Option(name: .long, help: "Comma-separated times at which scores are compared.")
  var horizons = ""

  @Option(name: .long, help: "How far from a horizon a visit may be.")
  var window = 0.0

  @Option(
    name: .long,
    help: "Which score is the baseline: zero (last at time 0 or before), first, or a column's name.")
  var baseline = "zero"

  @Option(name: .long, help: "Comma-separated columns that are held equal besides the baseline.")
  var covariates = ""

  @Option(name: .long, help: "dunnett, holm, hochberg, sidak, bonferroni, bh or none.")
  var adjust: MultiplicityAdjustment = .dunnett

  @Option(name: .long, help: "A part of the treatment that was assigned at random; may be repeated.")
  var randomised: [String] = []

  @Option(name: .long, help: "A part of the treatment that was chosen; may be repeated.")
  var notRandomised: [String] = []

  @Flag(name: .long, help: "Higher scores are better; otherwise lower ones are.")
  var higherIsBetter = false

  @Option(name: .long, help: "The level of confidence limits.")
  var confLevel = 0.95

  @OptionGroup var roles: RoleOptions
  @OptionGroup var reading: ReadOptions
  @OptionGroup var disclosure: GateOption
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try ConfidenceLevel.check(confLevel)
    _ = try ListOption.numbers(horizons, "--horizons")
    try AssignmentOptions.check(randomised, notRandomised)
    guard window >= 0 else { throw ValidationError("--window must be at least 0") }
    guard adjust != .tukey else {
      throw ValidationError("--adjust tukey is for all pairs; comparisons with one arm take dunnett or holm")
    }
  }

  func run() throws {
    let status = StatusLine(quiet: output.quiet)
    let table = try reading.table(files, threads: output.threads, status)
    let visits = try roles.visits(table, status)
    let rule: BaselineRule =
      switch baseline {
      case "zero": .lastVisitUpToZero
      case "first": .firstVisit
      default: .column(baseline)
      }
    let question = ComparisonQuestion(
      focus: focus, horizons: try ListOption.numbers(horizons, "--horizons"), window: window, baseline: rule,
      covariates: ListOption.texts(covariates), adjustment: adjust,
      assignment: randomised.map { TreatmentAssignment(treatment: $0, isRandomised: true) }
        + notRandomised.map { TreatmentAssignment(treatment: $0, isRandomised: false) },
      isHigherBetter: higherIsBetter,
      confidenceLevel: confLevel)
    let comparison = try TreatmentComparison(visits, question, executor: output.executor)
    let provenance = Provenance(version: tandemVersion, inputs: [table.source])
    let gate = disclosure.gate(.standard, status)
    try Delivery(options: output, status: status, gate: gate).deliver(
      ResultDocument(
        comparison, answer: ComparisonAnswer(comparison, least: gate.threshold), provenance: provenance))
  }
}
