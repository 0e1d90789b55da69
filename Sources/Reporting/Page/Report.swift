public import Estimation
public import Figures
public import Outcomes

/// What a report page shows: answers first, then figures, tables, row accounting and methods.
public struct Report: Sendable {
  /// The page's title.
  public var title: String
  /// What the report is about, in a sentence or two.
  public var introduction: String
  /// One section a cohort.
  public var cohorts: [Cohort]
  /// How the report was made: the program's version and the input files.
  public var provenance: [String]
  /// What the page passes before it is drawn.
  public var gate: DisclosureGate

  /// A report; small counts are hidden unless a gate that is off is given.
  public init(
    title: String, introduction: String, cohorts: [Cohort], provenance: [String],
    gate: DisclosureGate = .standard
  ) {
    self.title = title
    self.introduction = introduction
    self.cohorts = cohorts
    self.provenance = provenance
    self.gate = gate
  }

  /// One cohort's part of the report.
  public struct Cohort: Sendable {
    /// A short name, unique in the report, for links.
    public var name: String
    /// The cohort's title.
    public var title: String
    /// What the cohort is.
    public var description: String
    /// How each part of the treatment came about, such as "therapy programme: randomised".
    public var assignment: [String]
    /// The answers, in plain words.
    public var answers: [Answer]
    /// What a check of the data found, gravest first.
    public var findings: [Finding]
    /// The figures with their captions.
    public var figures: [FigureEntry]
    /// Tables for reading, with a heading each.
    public var tables: [TableEntry]
    /// Rows read, used and left out by each analysis.
    public var accounting: [AccountingEntry]
    /// What a reader must know, gravest first.
    public var notes: [Diagnostic]
    /// How each analysis was done.
    public var methods: [String]
    /// Analyses that could not be done and why.
    public var failures: [String]
    /// What the gate keeps back of the accounting.
    var hiddenTotals = HiddenTotals()

    /// A section.
    public init(
      name: String, title: String, description: String = "", assignment: [String] = [],
      answers: [Answer] = [], findings: [Finding] = [],
      figures: [FigureEntry] = [], tables: [TableEntry] = [], accounting: [AccountingEntry] = [],
      notes: [Diagnostic] = [], methods: [String] = [], failures: [String] = []
    ) {
      self.name = name
      self.title = title
      self.description = description
      self.assignment = assignment
      self.answers = answers
      self.findings = findings
      self.figures = figures
      self.tables = tables
      self.accounting = accounting
      self.notes = notes
      self.methods = methods
      self.failures = failures
    }
  }

  /// A question and what the data say to it.
  public struct Answer: Sendable, Equatable {
    /// The question, such as "How have symptoms moved?".
    public var question: String
    /// The answer, sentence by sentence; the first is the most important.
    public var statements: [String]
    /// How sure one can be, and why not surer.
    public var caveat: String

    /// An answer.
    public init(question: String, statements: [String], caveat: String = "") {
      self.question = question
      self.statements = statements
      self.caveat = caveat
    }
  }

  /// A figure and its caption.
  public struct FigureEntry: Sendable {
    /// The figure.
    public var figure: any Figure
    /// What to see in it.
    public var caption: String

    /// A figure with a caption.
    public init(_ figure: any Figure, caption: String) {
      self.figure = figure
      self.caption = caption
    }
  }

  /// A table with a heading.
  public struct TableEntry: Sendable {
    /// The table.
    public var table: TidyTable
    /// What it is and what to mind, such as that it holds complete cases only.
    public var note: String
    /// The file that holds it with full precision, relative to the report.
    public var file: String?
    /// The level of the confidence limits in it, such as 0.95; named in the heading of the intervals.
    public var confidenceLevel: Double?

    /// A table with a note.
    public init(_ table: TidyTable, note: String = "", file: String? = nil, confidenceLevel: Double? = nil) {
      self.table = table
      self.note = note
      self.file = file
      self.confidenceLevel = confidenceLevel
    }
  }

  /// The row accounting of one analysis.
  public struct AccountingEntry: Sendable {
    /// The analysis.
    public var analysis: String
    /// Its rows.
    public var rows: RowAccounting

    /// An accounting.
    public init(_ analysis: String, _ rows: RowAccounting) {
      self.analysis = analysis
      self.rows = rows
    }
  }
}
