public import CohortTables
public import Estimation

/// What a check of cohort files found: what the files hold, findings, what is missing.
///
/// Findings of other checks join those of this one: see ``adding(_:rules:)``.
public struct CheckReport: Sendable {
  /// What one file holds.
  public struct File: Sendable {
    /// Where it came from.
    public let source: TableSource
    /// What its rows are.
    public let kind: CohortFileKind
    /// Which columns were taken for which part.
    public let parts: [(part: String, column: String)]
    /// The unit of visits' times or of durations, if it is known.
    public let unit: TimeUnit?
    /// The known questionnaires by column.
    public let scales: [(column: String, scale: Instrument)]
    /// Rows.
    public let rows: Int
    /// Columns.
    public let columns: Int
    /// People; nil where no column identifies them.
    public let people: Int?
    /// How many rows people have (with a time, in files of visits); nil without people.
    public let rowsPerPerson: Spread?
    /// Events and rows with a known status; nil for files that are not of episodes.
    public let events: (count: Int, known: Int)?
  }

  /// The least, middle and greatest of some counts.
  public struct Spread: Sendable, Equatable {
    /// The least.
    public let minimum: Int
    /// The middle one, or the mean of the two in the middle.
    public let median: Double
    /// The greatest.
    public let maximum: Int
  }

  /// The files, in the order given.
  public let files: [File]
  /// What was found: the gravest first, then by file, check and column.
  public let findings: [Finding]
  /// What is missing, file by file.
  public let missingness: [Missingness]
  /// The test of digit preference of every column of scores, also where it was not made.
  public let digitPreference: [DigitPreference]
  /// The rules by which was judged, in sentences.
  public let rules: [String]

  /// A report; findings are put in order of gravity and otherwise stay as given.
  public init(
    files: [File], findings: [Finding], missingness: [Missingness] = [],
    digitPreference: [DigitPreference] = [],
    rules: [String] = []
  ) {
    self.files = files
    self.findings = [Diagnostic.Severity.serious, .caution, .note].flatMap { severity in
      findings.filter { $0.severity == severity }
    }
    self.missingness = missingness
    self.digitPreference = digitPreference
    self.rules = rules
  }

  /// The same report with findings of other checks, such as a declared schema or a screen for identifiers.
  public func adding(_ further: [Finding], rules more: [String] = []) -> CheckReport {
    let told = further.map { finding in
      // What an analysis would do that does not read such a file is no consequence.
      guard let file = files.first(where: { $0.source.displayName == finding.file }) else { return finding }
      return finding.with(finding.consequences.filter { file.kind.readers.contains($0.analysis) })
    }
    return CheckReport(
      files: files, findings: findings + told, missingness: missingness, digitPreference: digitPreference,
      rules: rules + more)
  }

  /// The gravest severity; nil when nothing was found.
  public var severity: Diagnostic.Severity? { findings.map(\.severity).max() }

  /// How many findings have a severity.
  public func count(_ severity: Diagnostic.Severity) -> Int { findings.count { $0.severity == severity } }

  /// The analyses that would refuse a file as it is.
  ///
  /// A single model is not among them: whether it refuses a column depends on its formula.
  public var refusals: [Consequence.Analysis] {
    [.trends, .compare, .relapse].filter { analysis in
      findings.contains { finding in
        finding.severity == .serious
          && finding.consequences.contains { $0.analysis == analysis && $0.effect == .refused }
      }
    }
  }

  /// One line on what was checked and what came of it.
  public var verdict: String {
    let rows = files.reduce(0) { $0 + $1.rows }
    let what = "\(Words.count(files.count, "file", "files")), \(Words.count(rows, "row", "rows")) checked: "
    guard !findings.isEmpty else { return what + "nothing was found." }
    let counts = [
      (count(.serious), "serious finding", "serious findings"), (count(.caution), "caution", "cautions"),
      (count(.note), "note", "notes"),
    ].filter { $0.0 > 0 }.map { Words.count($0.0, $0.1, $0.2) }
    let refused = refusals.map(\.rawValue)
    return what + counts.joined(separator: ", ")
      + (refused.isEmpty ? "." : "; \(Words.series(refused)) would refuse a file as it is.")
  }
}
