import Tandem
import Yams

/// A batch: many files, outcomes and analyses, written in YAML.
///
/// Paths are relative to the plan. Every key is checked; what is not known is an error with its line.
struct BatchPlan {
  var title = "Outcomes"
  var introduction = ""
  var cohorts: [CohortPlan] = []
  /// Counts below it are not shown; 0 shows all.
  var disclosureThreshold = DisclosureGate.standardThreshold

  init(path: String) throws {
    let text = try PlanText.read(path)
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw PlanError(error, file: path)
    }
    guard let node else { throw PlanError(file: path, line: 1, "the plan is empty") }
    let root = PlanNode(node, file: path, name: "plan")
    let members = try root.members(["title", "introduction", "disclosure_threshold", "cohorts"])
    if let value = members["title"] { title = try value.text() }
    if let value = members["introduction"] { introduction = try value.text() }
    if let value = members["disclosure_threshold"] {
      guard let threshold = Int(exactly: try value.number()), threshold >= 0 else {
        throw value.failure("\(value.name): expected a whole number of at least 0; 0 shows all counts")
      }
      disclosureThreshold = threshold
    }
    guard let list = members["cohorts"] else { throw root.failure("plan: 'cohorts' is missing") }
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
    cohorts = try list.elements().map { try CohortPlan($0, folder: folder) }
    guard !cohorts.isEmpty else { throw list.failure("plan.cohorts: there is no cohort") }
    for (index, cohort) in cohorts.enumerated()
    where cohorts[..<index].contains(where: { $0.name == cohort.name }) {
      throw list.failure("plan.cohorts: the name '\(cohort.name)' is used twice")
    }
  }
}

/// One cohort of a plan.
struct CohortPlan {
  var name: String
  var title: String
  var description = ""
  var assignment: [TreatmentAssignment] = []
  var visits: VisitsPlan?
  var episodes: EpisodesPlan?
  var fits: [FitPlan] = []

  init(_ node: PlanNode, folder: String) throws {
    let members = try node.members([
      "name", "title", "description", "assignment", "visits", "episodes", "fits",
    ])
    guard let name = try members["name"]?.text() else {
      throw node.failure("\(node.name): 'name' is missing")
    }
    self.name = try node.checkedName(name, of: "a folder")
    title = try members["title"]?.text() ?? name
    description = try members["description"]?.text() ?? ""
    assignment = try members["assignment"]?.elements().map(Self.assignment) ?? []
    visits = try members["visits"].map { try VisitsPlan($0, folder: folder) }
    episodes = try members["episodes"].map { try EpisodesPlan($0, folder: folder) }
    fits = try members["fits"]?.elements().map { try FitPlan($0, folder: folder) } ?? []
    guard visits != nil || episodes != nil || !fits.isEmpty else {
      throw node.failure("\(node.name): nothing to do; give visits, episodes or fits")
    }
    for (index, fit) in fits.enumerated() {
      // Names are file names: a second one would overwrite the first one's results.
      let isTaken =
        ["trends", "compare", "relapse"].contains(fit.name) || fits[..<index].contains { $0.name == fit.name }
      if isTaken {
        throw node.failure("\(node.name).fits: the name '\(fit.name)' is used twice in this cohort")
      }
    }
  }

  private static func assignment(_ node: PlanNode) throws -> TreatmentAssignment {
    let members = try node.members(["treatment", "randomised"])
    guard let treatment = try members["treatment"]?.text(), let randomised = try members["randomised"]?.flag()
    else {
      throw node.failure("\(node.name): expected 'treatment' and 'randomised'")
    }
    return TreatmentAssignment(treatment: treatment, isRandomised: randomised)
  }
}

/// Visits and what is asked of them.
struct VisitsPlan {
  var files: [String]
  var roles = ColumnRoles()
  var unit: TimeUnit?
  var instrument: Instrument?
  var missing: [String]?
  var schema: PlannedSchema?
  /// Columns of the file that may tell who someone is.
  var allowIdentifiers: Set<String> = []
  var personLevelTrends: Bool?
  /// The columns of the rows of persons; nil for the usual ones.
  var trendColumns: [TrendColumn]?
  /// Whether to tell who is not on track.
  var tracksProgress = false
  var comparison: ComparisonQuestion?

  init(_ node: PlanNode, folder: String) throws {
    let members = try node.members([
      "file", "subject", "time", "index_date", "outcome", "arm", "time_unit", "instrument", "missing",
      "schema", "allow_identifiers",
      "trends", "compare",
    ])
    guard let files = try members["file"]?.files(in: folder) else {
      throw node.failure("\(node.name): 'file' is missing")
    }
    self.files = files
    roles = ColumnRoles(
      subject: try members["subject"]?.text(), time: try members["time"]?.text(),
      outcome: try members["outcome"]?.text(), arm: try members["arm"]?.text(),
      indexDate: try members["index_date"]?.text())
    unit = try members["time_unit"]?.choice(TimeUnit.self)
    if let value = members["instrument"] {
      guard let known = Instrument.named(try value.text()) else {
        throw value.failure(
          "\(value.name): unknown; known are \(Instrument.known.map(\.name).joined(separator: ", "))")
      }
      instrument = known
    }
    missing = try members["missing"]?.texts()
    schema = try PlannedSchema(members, folder: folder)
    allowIdentifiers = Set(try members["allow_identifiers"]?.texts() ?? [])
    if let trends = members["trends"] {
      let asked = try trends.members(["person_level", "columns", "on_track"])
      personLevelTrends = try asked["person_level"]?.flag() ?? false
      tracksProgress = try asked["on_track"]?.flag() ?? false
      trendColumns = try asked["columns"].map { node in
        try node.texts().map { name in
          guard let column = TrendColumn(rawValue: name) else {
            throw node.failure("\(node.name): there is no column '\(name)'")
          }
          return column
        }
      }
    }
    comparison = try members["compare"].map(Self.comparison)
    guard personLevelTrends != nil || comparison != nil else {
      throw node.failure("\(node.name): nothing to do; give trends or compare")
    }
  }

  private static func comparison(_ node: PlanNode) throws -> ComparisonQuestion {
    let members = try node.members([
      "focus", "horizons", "window", "baseline", "covariates", "adjust", "conf_level", "higher_is_better",
    ])
    guard let focus = try members["focus"]?.text() else {
      throw node.failure("\(node.name): 'focus' is missing")
    }
    var question = ComparisonQuestion(focus: focus)
    question.horizons = try members["horizons"]?.numbers() ?? []
    question.window = try members["window"]?.number() ?? 0
    guard question.window >= 0 else { throw node.failure("\(node.name).window: must be at least 0") }
    question.covariates = try members["covariates"]?.texts() ?? []
    question.confidenceLevel = try members["conf_level"]?.level() ?? 0.95
    if let adjust = members["adjust"] {
      question.adjustment = try adjust.choice(MultiplicityAdjustment.self)
      guard question.adjustment != .tukey else {
        throw adjust.failure(
          "\(adjust.name): tukey is for all pairs; comparisons with one arm take dunnett or holm")
      }
    }
    switch try members["baseline"]?.text() {
    case nil, "zero": question.baseline = .lastVisitUpToZero
    case "first": question.baseline = .firstVisit
    case let name?: question.baseline = .column(name)
    }
    return question
  }
}

/// Episodes and what is asked of them.
struct EpisodesPlan {
  var files: [String]
  var question: RelapseAnalysis.Question
  var unit: TimeUnit
  var missing: [String]?
  var schema: PlannedSchema?
  /// The dates between which the time lies, in place of a column of times.
  var dates: (start: String, end: String)?
  /// Columns of the file that may tell who someone is.
  var allowIdentifiers: Set<String> = []
  /// What happens, as it stands in sentences: "relapsed".
  var eventVerb = "relapsed"
  /// What happens, as a noun: "relapse".
  var eventNoun = "relapse"

  init(_ node: PlanNode, folder: String) throws {
    let members = try node.members([
      "file", "subject", "time", "event", "arm", "time_unit", "missing", "allow_identifiers", "focus",
      "covariates", "horizons", "conf_level", "event_verb", "event_noun", "start", "end", "schema",
    ])
    if let start = try members["start"]?.text(), let end = try members["end"]?.text(), members["time"] == nil
    {
      dates = (start, end)
    } else if let extra = members["start"] ?? members["end"] {
      throw extra.failure("\(node.name): 'start' and 'end' go together, in place of 'time'")
    }
    guard let files = try members["file"]?.files(in: folder),
      let time = try members["time"]?.text() ?? dates?.end,
      let event = try members["event"]?.text()
    else { throw node.failure("\(node.name): expected 'file', 'time' (or 'start' and 'end') and 'event'") }
    self.files = files
    let named = dates == nil ? TimeUnit.recognised(from: time) : nil
    unit = try members["time_unit"]?.choice(TimeUnit.self) ?? named ?? .day
    missing = try members["missing"]?.texts()
    schema = try PlannedSchema(members, folder: folder)
    allowIdentifiers = Set(try members["allow_identifiers"]?.texts() ?? [])
    eventVerb = try members["event_verb"]?.text() ?? eventVerb
    eventNoun = try members["event_noun"]?.text() ?? eventNoun
    question = RelapseAnalysis.Question(
      time: time, event: event, arm: try members["arm"]?.text(), focus: try members["focus"]?.text(),
      covariates: try members["covariates"]?.texts() ?? [],
      horizons: try members["horizons"]?.numbers() ?? [],
      options: ModelOptions(
        subject: try members["subject"]?.text(), confidenceLevel: try members["conf_level"]?.level() ?? 0.95))
  }
}
