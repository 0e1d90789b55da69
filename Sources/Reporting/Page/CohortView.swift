import Estimation
import Figures
import Outcomes

/// One cohort's part of the page.
struct CohortView {
  let id: String
  let cohortTitle: String
  let about: String?
  let assignment: ListView?
  let answers: [AnswerView]
  /// What stands in place of answers where there are none.
  let withoutAnswers: String?
  /// What to read before relying on the answers.
  let warnings: Group<Warning>?
  let findings: Group<FindingView>?
  let figures: Group<FigureView>?
  let tables: Group<TableEntryView>?
  let accounting: Group<AccountingView>?
  let notes: Group<NoteView>?
  let failures: ListView?
  let methods: ListView?

  init(_ cohort: Report.Cohort, _ gate: DisclosureGate, _ numbering: inout Numbering) {
    let id = numbering.identifier(cohort.name)
    self.id = id
    cohortTitle = PageText.unlessBlank(cohort.title) ?? PageText.unlessBlank(cohort.name) ?? "Cohort"
    about = PageText.unlessBlank(cohort.description)
    assignment = ListView(cohort.assignment)
    answers = cohort.answers.map(AnswerView.init)
    withoutAnswers =
      !answers.isEmpty
      ? nil
      : cohort.findings.isEmpty && cohort.tables.isEmpty
        ? "No question could be answered for this cohort."
        : "No question of course, relapse or treatment was asked; the models that were fitted are below."
    findings = Group(cohort.findings.map(FindingView.init))
    figures = Group(
      cohort.figures.enumerated().map { index, entry in
        FigureView(entry, id: "\(id)--figure-\(index + 1)", number: numbering.nextFigure())
      })
    tables = Group(
      cohort.tables.enumerated().map { index, entry in
        TableEntryView(entry, id: "\(id)--table-\(index + 1)", number: numbering.nextTable())
      })
    accounting = Group(
      cohort.accounting.enumerated().map {
        AccountingView($1, gate, cohort.hiddenTotals, id: "\(id)--rows-\($0 + 1)")
      })
    notes = Group(NoteView.sorted(cohort.notes))
    failures = ListView(cohort.failures)
    methods = ListView(cohort.methods)
    warnings = Group(Self.warnings(cohort, failures: failures?.items.count ?? 0))
  }

  private static func warnings(_ cohort: Report.Cohort, failures: Int) -> [Warning] {
    func count(_ severity: Diagnostic.Severity) -> Int { cohort.notes.count { $0.severity == severity } }
    func found(_ severity: Diagnostic.Severity) -> Int { cohort.findings.count { $0.severity == severity } }
    let counts: [(Int, String, String, String)] = [
      (found(.serious), "serious finding", "serious findings", "findings"),
      (found(.caution), "finding to mind", "findings to mind", "findings"),
      (failures, "analysis could not be done", "analyses could not be done", "failures"),
      (count(.serious), "serious note", "serious notes", "notes"),
      (count(.caution), "caution", "cautions", "notes"),
    ]
    return counts.filter { $0.0 > 0 }.map {
      Warning(warning: PageText.count($0.0, $0.1, $0.2), part: $0.3)
    }
  }
}

/// The members of a part of the page that is there only when it has any.
struct Group<Member> {
  let members: [Member]

  init?(_ members: [Member]) {
    if members.isEmpty { return nil }
    self.members = members
  }
}

/// A link to what limits the answers.
struct Warning {
  let warning: String
  let part: String
}

/// A question with its answer.
struct AnswerView {
  let question: String
  let lead: String?
  let further: ListView?
  let caveat: String?

  init(_ answer: Report.Answer) {
    question = PageText.unlessBlank(answer.question) ?? "Answer"
    let statements = answer.statements.compactMap(PageText.unlessBlank)
    lead = statements.first
    further = ListView(Array(statements.dropFirst()))
    caveat = PageText.unlessBlank(answer.caveat)
  }
}

/// A figure with its number and caption.
struct FigureView {
  let figureLabel: String
  let figureTitle: String
  let caption: String?
  let drawing: String

  init(_ entry: Report.FigureEntry, id: String, number: Int) {
    figureLabel = "Figure \(number)"
    figureTitle = PageText.clean(entry.figure.title)
    caption = PageText.unlessBlank(entry.caption)
    drawing = entry.figure.html(idPrefix: id)
  }
}

/// A table with what is said below it.
struct TableEntryView {
  let table: TableView
  let tableNote: String?
  let file: FileView?

  init(_ entry: Report.TableEntry, id: String, number: Int) {
    table = TableView(entry.table, id: id, label: "Table \(number)", level: entry.confidenceLevel)
    tableNote = PageText.unlessBlank(entry.note)
    file = entry.file.flatMap(FileView.init)
  }
}

/// A file beside the page.
struct FileView {
  let fileName: String
  let link: String?

  init?(_ path: String) {
    guard let name = PageText.unlessBlank(path) else { return nil }
    fileName = name
    link = PageText.relativeLink(path)
  }
}

/// A note with its severity in words and as a shape.
struct NoteView {
  let severity: String
  let severityClass: String
  let isSerious: Bool
  let isCaution: Bool
  let isNote: Bool
  let message: String
  let terms: String?

  init(_ note: Diagnostic) {
    severity = note.severity.rawValue.prefix(1).uppercased() + note.severity.rawValue.dropFirst()
    severityClass = note.severity.rawValue
    isSerious = note.severity == .serious
    isCaution = note.severity == .caution
    isNote = note.severity == .note
    message = PageText.clean(note.message)
    terms = PageText.unlessBlank(note.terms.joined(separator: ", "))
  }

  /// The gravest first, otherwise in the order given.
  static func sorted(_ notes: [Diagnostic]) -> [NoteView] {
    [Diagnostic.Severity.serious, .caution, .note].flatMap { severity in
      notes.filter { $0.severity == severity }.map(NoteView.init)
    }
  }
}
