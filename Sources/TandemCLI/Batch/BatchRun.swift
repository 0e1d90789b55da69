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
  /// What every result passes before it is written.
  let gate: DisclosureGate
  let folder: ResultFolder
  let executor: ThreadedExecutor
  let status: StatusLine

  private(set) var statuses: [AnalysisStatus] = []
  private(set) var inputs: [TableSource] = []
  private var tables: [String: Table] = [:]
  /// What must be known of how each table was read, and of the one that was asked for last.
  private var repetitions: [String: [Diagnostic]] = [:]
  private var cautions: [Diagnostic] = []
  private let started = Date()
  private var done = 0

  init(
    plan: BatchPlan, gate: DisclosureGate, folder: ResultFolder, executor: ThreadedExecutor,
    status: StatusLine
  ) {
    self.plan = plan
    self.gate = gate
    self.folder = folder
    self.executor = executor
    self.status = status
  }

  /// Screens every file, runs everything and writes the files.
  ///
  /// - Throws: `TableError` when a file has identifying columns: then nothing is computed.
  mutating func run() throws {
    try screenFiles()
    var sections: [Report.Cohort] = []
    for cohort in plan.cohorts { sections.append(try run(cohort)) }
    status.progress(total, of: total, since: started, "report")
    let report = Report(
      title: plan.title, introduction: plan.introduction, cohorts: sections,
      provenance: ["Tandem \(tandemVersion)"]
        + inputs.map { "\($0.fileName): \($0.rowCount) rows, SHA-256 \($0.sha256 ?? "-")" },
      gate: gate)
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
        let document = try run.write(
          ResultDocument(
            trends,
            people: personLevel
              ? TidyTable(
                trends,
                columns: plan.trendColumns
                  ?? TrendColumn.standard + (plan.tracksProgress ? TrendColumn.progress : [])) : nil,
            tracked: plan.tracksProgress, provenance: run.provenance(visits.table),
            gate: run.gate),
          named: "trends", cohort)
        section.add(
          trends, visits: visits, trajectories: try MeanTrajectory.byArm(visits),
          file: run.file(document.tables.first { $0.name == "by_arm" }, "trends", cohort),
          tracked: plan.tracksProgress, gate: run.gate)
        return document
      }
    }
    if let question = plan.comparison {
      try attempt("compare", cohort, &section) { run, section in
        var question = question
        question.assignment = cohort.assignment
        let visits = try run.visits(plan)
        let comparison = try TreatmentComparison(visits, question, executor: run.executor)
        let document = try run.write(
          ResultDocument(
            comparison, answer: ComparisonAnswer(comparison, least: run.gate.threshold),
            provenance: run.provenance(visits.table)),
          named: "compare", cohort)
        section.add(
          comparison, file: run.file(document.tables.first, "compare", cohort), gate: run.gate)
        return document
      }
    }
  }

  private mutating func relapse(
    _ plan: EpisodesPlan, _ cohort: CohortPlan, _ section: inout Report.Cohort
  ) throws -> ResultDocument {
    var table = try table(plan.input)
    var question = plan.question
    let duration = try plan.dates.map { dates in
      try table.addingDuration(from: dates.start, to: dates.end, unit: plan.unit)
    }
    if let duration { (table, question.time) = (duration.table, duration.column) }
    let analysis = try table.naming { [table] in
      try RelapseAnalysis(table, question, executor: executor).coarsened(least: gate.threshold)
    }
    let answer = RelapseAnswer(
      analysis, event: plan.eventVerb, unit: plan.unit, assignment: cohort.assignment, least: gate.threshold)
    var ungated = ResultDocument(
      analysis, statements: answer.statements + [answer.caveat], provenance: provenance(table))
    if let axis = duration?.axis {
      ungated = ungated.stating(axis)
      section.state(axis)
    }
    let document = try write(ungated, named: "relapse", cohort)
    section.add(
      analysis, answer: answer, unit: plan.unit, eventVerb: plan.eventVerb, eventName: plan.eventNoun,
      file: file(document.tables.first, "relapse", cohort), gate: gate)
    return document
  }

  private mutating func fit(
    _ plan: FitPlan, _ cohort: CohortPlan, _ section: inout Report.Cohort
  ) throws -> ResultDocument {
    let read = try table(plan.input)
    let (table, options, axis) = try plan.placing { try $0.prepare(read, nil) }
    var ungated = try plan.placing {
      try $0.document(table, options, gate: gate, executor: executor, tellsPeople: plan.personLevel)
    }
    if let axis { ungated = ungated.stating(axis) }
    let document = try write(ungated, named: plan.name, cohort)
    section.add(document, name: plan.name, file: file(document.tables.first, plan.name, cohort))
    return document
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
      let message = gate.pass("\(error)")
      statuses.append(
        AnalysisStatus(cohort: cohort.name, analysis: name, outcome: .failed, message: message))
      section.failures.append("\(name): \(message)")
      status.say("\(cohort.name): \(name) failed: \(message)")
    }
  }

  private mutating func visits(_ plan: VisitsPlan) throws -> VisitTable {
    try VisitTable(
      try table(plan.input),
      roles: plan.roles, unit: plan.unit,
      instrument: plan.instrument)
  }

  /// Looks for identifying columns in every file of the plan; what else is wrong with one is its analyses' matter.
  private mutating func screenFiles() throws {
    for cohort in plan.cohorts {
      let files =
        [cohort.visits?.input, cohort.episodes?.input].compactMap(\.self) + cohort.fits.map(\.input)
      for file in files {
        do {
          _ = try table(file)
        } catch let error as TableError where error.code == .identifyingColumn {
          throw error
        } catch {
          continue
        }
      }
    }
  }

  /// A file is read once, however many analyses use it.
  private mutating func table(_ input: PlannedFile) throws -> Table {
    cautions = repetitions[input.key] ?? []
    if let table = tables[input.key] { return table }
    var options = CSVOptions(delimiter: nil)
    options.threads = executor.threads
    if let missing = input.missing { options.missingCodes = Set(missing) }
    let choice = input.schema.map { SchemaChoice.declared($0.schema) } ?? .inferred
    let paths = try FileNames.expanded(input.files)
    let table = try Table(csv: paths, schema: choice, options: options)
    let found = try IdentifierScreen(allowing: input.allowIdentifiers).check(table)
    if !found.isEmpty {
      status.say(
        "\(FileNames.summary(input.files)): identifying columns allowed: "
          + found.map { "'\($0.column)' (\($0.kind.noun))" }.joined(separator: ", "))
    }
    cautions = FileNames.repetitions(paths)
    repetitions[input.key] = cautions
    for caution in cautions { status.say("caution: \(caution.message)") }
    tables[input.key] = table
    inputs.append(table.source)
    return table
  }

  private func provenance(_ table: Table) -> Provenance {
    Provenance(version: tandemVersion, inputs: [table.source])
  }

  /// Writes a result that has passed the gate: the one way in which a result reaches the folder.
  ///
  /// - Returns: The result as it was written.
  private func write(
    _ ungated: ResultDocument, named name: String, _ cohort: CohortPlan
  ) throws -> ResultDocument {
    let document = gate.pass(ungated.adding(cautions))
    try folder.write(try document.json.bytes(), to: "\(cohort.name)/\(name).json")
    var written: [String: Int] = [:]
    for table in document.tables {
      written[table.name, default: 0] += 1
      // Such as the average effects of several columns: each has a file of its own.
      let number = written[table.name].flatMap { $0 > 1 ? "_\($0)" : nil } ?? ""
      let path = Self.path(table, name, cohort)
      try folder.write(table.csv, to: "\(path.dropLast(".csv".count))\(number).csv")
    }
    return document
  }

  private func file(_ table: TidyTable?, _ name: String, _ cohort: CohortPlan) -> String? {
    table.map { Self.path($0, name, cohort) }
  }

  private static func path(_ table: TidyTable, _ name: String, _ cohort: CohortPlan) -> String {
    table.name == name ? "\(cohort.name)/\(name).csv" : "\(cohort.name)/\(name)_\(table.name).csv"
  }
}
