import Foundation
import Tandem

/// One analysis of a batch: what it is called and how it ended.
struct AnalysisStatus {
  enum Outcome: String {
    case fitted
    case fittedWithCautions = "fitted_with_cautions"
    case failed
  }

  var cohort: String
  var analysis: String
  var outcome: Outcome
  var message: String
}

/// Runs a plan: every analysis in turn, each with its files, then the report.
///
/// An analysis that fails is one row of the status and one line of the report; the others go on.
struct BatchRun {
  let plan: BatchPlan
  let folder: ResultFolder
  let executor: ThreadedExecutor
  let status: StatusLine

  private(set) var statuses: [AnalysisStatus] = []
  private(set) var inputs: [TableSource] = []
  private var tables: [String: Table] = [:]
  private let started = Date()
  private var done = 0

  init(plan: BatchPlan, folder: ResultFolder, executor: ThreadedExecutor, status: StatusLine) {
    self.plan = plan
    self.folder = folder
    self.executor = executor
    self.status = status
  }

  /// Runs everything and writes the files.
  mutating func run() throws {
    var sections: [Report.Cohort] = []
    for cohort in plan.cohorts { sections.append(try run(cohort)) }
    status.progress(total, of: total, since: started, "report")
    let report = Report(
      title: plan.title, introduction: plan.introduction, cohorts: sections,
      provenance: ["Tandem \(tandemVersion)"]
        + inputs.map { "\($0.fileName): \($0.rowCount) rows, SHA-256 \($0.sha256 ?? "-")" })
    try folder.write(Array(try ReportPage(report).html().utf8), to: "report.html")
    try folder.write(statusTable.csv, to: "status.csv")
  }

  private var total: Int {
    plan.cohorts.reduce(0) { count, cohort in
      count
        + (cohort.visits.map { ($0.personLevelTrends == nil ? 0 : 1) + ($0.comparison == nil ? 0 : 1) } ?? 0)
        + (cohort.episodes == nil ? 0 : 1) + cohort.fits.count
    }
  }

  private var statusTable: TidyTable {
    TidyTable(
      name: "status", title: "Analyses", columns: ["cohort", "analysis", "status", "message"],
      rows: statuses.map {
        [.text($0.cohort), .text($0.analysis), .text($0.outcome.rawValue), .text($0.message)]
      })
  }

  // MARK: - One cohort

  private mutating func run(_ cohort: CohortPlan) throws -> Report.Cohort {
    var section = Report.Cohort(
      name: cohort.name, title: cohort.title, description: cohort.description,
      assignment: cohort.assignment.map(\.statement))
    if let plan = cohort.visits { try runVisits(plan, cohort, &section) }
    if let plan = cohort.episodes {
      try attempt("relapse", cohort, &section) { run, section in try run.relapse(plan, cohort, &section) }
    }
    for fit in cohort.fits {
      try attempt(fit.name, cohort, &section) { run, section in try run.fit(fit, cohort, &section) }
    }
    section.notes = section.notes.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
      .sorted { $0.severity > $1.severity }
    return section
  }

  private mutating func runVisits(
    _ plan: VisitsPlan, _ cohort: CohortPlan, _ section: inout Report.Cohort
  ) throws {
    if let personLevel = plan.personLevelTrends {
      try attempt("trends", cohort, &section) { run, section in
        let visits = try run.visits(plan)
        let trends = try PersonTrends(visits, executor: run.executor)
        let document = ResultDocument(
          trends, personLevel: personLevel, provenance: run.provenance(visits.table))
        try run.write(document, named: "trends", cohort)
        section.add(
          trends, visits: visits, trajectories: try MeanTrajectory.byArm(visits),
          file: run.file(document.tables.first { $0.name == "by_arm" }, "trends", cohort))
        return document
      }
    }
    if let question = plan.comparison {
      try attempt("compare", cohort, &section) { run, section in
        var question = question
        question.assignment = cohort.assignment
        let visits = try run.visits(plan)
        let comparison = try TreatmentComparison(visits, question, executor: run.executor)
        let document = ResultDocument(
          comparison, answer: ComparisonAnswer(comparison), provenance: run.provenance(visits.table))
        try run.write(document, named: "compare", cohort)
        section.add(comparison, file: run.file(document.tables.first, "compare", cohort))
        return document
      }
    }
  }

  private mutating func relapse(
    _ plan: EpisodesPlan, _ cohort: CohortPlan, _ section: inout Report.Cohort
  ) throws -> ResultDocument {
    var table = try table(plan.file, missing: plan.missing, schema: plan.schema)
    var question = plan.question
    let duration = try plan.dates.map { dates in
      try table.addingDuration(from: dates.start, to: dates.end, unit: plan.unit)
    }
    if let duration { (table, question.time) = (duration.table, duration.column) }
    let analysis = try table.naming { [table] in try RelapseAnalysis(table, question, executor: executor) }
    let answer = RelapseAnswer(
      analysis, event: plan.eventVerb, unit: plan.unit, assignment: cohort.assignment)
    var document = ResultDocument(
      analysis, statements: answer.statements + [answer.caveat], provenance: provenance(table))
    if let axis = duration?.axis {
      document = document.stating(axis)
      section.state(axis)
    }
    try write(document, named: "relapse", cohort)
    section.add(
      analysis, answer: answer, unit: plan.unit, eventVerb: plan.eventVerb, eventName: plan.eventNoun,
      file: file(document.tables.first, "relapse", cohort))
    return document
  }

  private mutating func fit(
    _ plan: FitPlan, _ cohort: CohortPlan, _ section: inout Report.Cohort
  ) throws -> ResultDocument {
    let read = try table(plan.file, missing: plan.missing, schema: plan.schema)
    let derived = try plan.time.map { try $0.added(to: read, subject: plan.options.subject) }
    let table = derived?.0 ?? read
    var document = try table.naming { try fitted(plan, table) }
    if let axis = derived?.1 { document = document.stating(axis) }
    try write(document, named: plan.name, cohort)
    section.add(document, name: plan.name, file: file(document.tables.first, plan.name, cohort))
    return document
  }

  private func fitted(_ plan: FitPlan, _ table: Table) throws -> ResultDocument {
    let provenance = provenance(table)
    if case .value = try Formula(plan.formula).response {
      let model = try LinearModel(plan.formula, options: plan.options, robust: plan.robust)
      return ResultDocument(try model.fit(table, executor: executor), provenance: provenance)
    }
    guard plan.curve else {
      let model = try CoxModel(plan.formula, options: plan.options)
      return ResultDocument(try model.fit(table, executor: executor), provenance: provenance)
    }
    let curves = try KaplanMeier(plan.formula, options: plan.options).fit(table, executor: executor)
    let test =
      curves.curves.count > 1
      ? try LogRankTest(plan.formula, table, options: plan.options, executor: executor) : nil
    return ResultDocument(curves, logRank: test, provenance: provenance)
  }

  // MARK: - Parts

  /// Runs one analysis; what it throws becomes its status.
  private mutating func attempt(
    _ name: String, _ cohort: CohortPlan, _ section: inout Report.Cohort,
    _ body: (inout BatchRun, inout Report.Cohort) throws -> ResultDocument
  ) throws {
    status.progress(done, of: total, since: started, "\(cohort.name): \(name)")
    defer { done += 1 }
    do {
      let document = try body(&self, &section)
      status.release()
      let isClean = document.severity == .note
      statuses.append(
        AnalysisStatus(
          cohort: cohort.name, analysis: name, outcome: isClean ? .fitted : .fittedWithCautions,
          message: document.diagnostics.filter { $0.severity > .note }.map(\.message).joined(separator: "; "))
      )
    } catch {
      statuses.append(
        AnalysisStatus(cohort: cohort.name, analysis: name, outcome: .failed, message: "\(error)"))
      section.failures.append("\(name): \(error)")
      status.say("\(cohort.name): \(name) failed: \(error)")
    }
  }

  private mutating func visits(_ plan: VisitsPlan) throws -> VisitTable {
    try VisitTable(
      try table(plan.file, missing: plan.missing, schema: plan.schema), roles: plan.roles, unit: plan.unit,
      instrument: plan.instrument)
  }

  /// A file is read once, however many analyses use it.
  private mutating func table(_ file: String, missing: [String]?, schema: PlannedSchema?) throws -> Table {
    let path = URL(filePath: file).standardizedFileURL.path
    let key = "\(path)|\(missing?.joined(separator: ",") ?? "-")|\(schema?.path ?? "-")"
    if let table = tables[key] { return table }
    var options = CSVOptions(delimiter: nil)
    if let missing { options.missingCodes = Set(missing) }
    let choice = schema.map { SchemaChoice.declared($0.schema) } ?? .inferred
    options.threads = executor.threads
    let table = try Table(csv: try FileNames.expanded([file]), schema: choice, options: options)
    tables[key] = table
    inputs.append(table.source)
    return table
  }

  private func provenance(_ table: Table) -> Provenance {
    Provenance(version: tandemVersion, inputs: [table.source])
  }

  private func write(_ document: ResultDocument, named name: String, _ cohort: CohortPlan) throws {
    try folder.write(try document.json.bytes(), to: "\(cohort.name)/\(name).json")
    for table in document.tables {
      try folder.write(table.csv, to: Self.path(table, name, cohort))
    }
  }

  private func file(_ table: TidyTable?, _ name: String, _ cohort: CohortPlan) -> String? {
    table.map { Self.path($0, name, cohort) }
  }

  private static func path(_ table: TidyTable, _ name: String, _ cohort: CohortPlan) -> String {
    table.name == name ? "\(cohort.name)/\(name).csv" : "\(cohort.name)/\(name)_\(table.name).csv"
  }
}
