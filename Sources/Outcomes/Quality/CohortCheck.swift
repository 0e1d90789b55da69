public import CohortTables
import Estimation

/// Looks through the files of a cohort for what an analysis would trip over or take on trust.
///
/// A file with a person and a time is one of visits, one with a duration and an event is one of episodes; any
/// other has its columns and rows checked. Every finding says what each analysis that reads such a file does
/// about it. Nothing is changed and nothing is left out.
///
/// ```swift
/// let report = try CohortCheck().report(on: [Table(csv: "visits.csv"), Table(csv: "episodes.csv")])
/// print(report.verdict)
/// for finding in report.findings { print(finding.severity, finding.kind, finding.lines, finding.message) }
/// ```
public struct CohortCheck: Sendable {
  /// What is taken for granted and where limits lie.
  public let options: CheckOptions

  /// A check.
  public init(_ options: CheckOptions = CheckOptions()) {
    self.options = options
  }

  /// A family of findings about one file.
  private typealias Check = @Sendable (CheckedFile, CheckOptions) -> [Finding]

  private static let checks: [Check] = [
    TimeChecks.findings, DateChecks.findings, ScoreChecks.findings, EpisodeChecks.findings,
    ArmChecks.findings,
    RowChecks.findings, ColumnChecks.findings,
  ]

  /// Checks files that belong together.
  ///
  /// - Throws: `TableError` when a column that the options name is in none of the files.
  /// - Complexity: O(cells) and O(rows log(rows per person)) for files whose rows are out of order.
  public func report(on tables: [Table]) throws -> CheckReport {
    try requireNamedColumns(in: tables)
    let files = tables.map { CheckedFile($0, options) }
    var findings: [Finding] = []
    var missingness: [Missingness] = []
    var digits: [DigitPreference] = []
    for file in files {
      let missing = Missingness(file)
      let tests = DigitPreference.tests(file)
      findings += Self.checks.flatMap { $0(file, options) }
      findings += DigitPreference.findings(tests, file, options)
      findings += MissingChecks.findings(file, missing, options)
      missingness.append(missing)
      digits += tests
    }
    findings += LinkChecks.findings(files, options)
    return CheckReport(
      files: files.map(CheckReport.File.init), findings: findings, missingness: missingness,
      digitPreference: digits, rules: rules(files))
  }

  /// A named column may stand in some of the files only, but not in none.
  private func requireNamedColumns(in tables: [Table]) throws {
    let roles = options.roles
    let named = [
      roles.subject, roles.time, roles.outcome, roles.arm, options.duration, options.event, options.start,
      options.end, roles.indexDate,
    ].compactMap { $0 }
    for name in named where tables.allSatisfy({ $0.column(name) == nil }) {
      for table in tables { _ = try table.requireColumn(name) }
    }
  }

  private func rules(_ files: [CheckedFile]) -> [String] {
    let scales = files.flatMap(\.scales).map(\.scale).reduce(into: [Instrument]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    return scales.map {
      "range of the \($0.name): \(Words.number($0.minimum)) to \(Words.number($0.maximum)); \($0.range.source)"
    } + [
      options.jump.statement,
      "digit preference: multiples of 5 against their neighbours, for at least \(DigitPreference.fewestValues) whole scores that span at "
        + "least \(DigitPreference.fewestSteps) steps; a finding from a quarter of the scores on, with p below "
        + Words.number(options.digitPreferenceLevel),
      "far outside: at most 1% of the values (or a single one), beyond a gap wider than the range of all others",
      "missing values are a caution from \(PlainNumber.percent(options.missingShare)) on; between arms from a difference of 10 points with "
        + "p below 0.05",
    ]
  }
}

extension CheckReport.File {
  init(_ file: CheckedFile) {
    source = file.table.source
    kind = file.kind
    parts = file.parts.named
    unit = file.unit
    scales = file.scales
    rows = file.table.rowCount
    columns = file.table.columns.count
    people = file.people.map { groups in (0..<groups.count).count { groups.size($0) > 0 } }
    rowsPerPerson = (file.visits ?? file.people).flatMap(CheckReport.Spread.init)
    let codes =
      file.kind == .episodes
      ? file.parts.event.flatMap(file.table.column).map { EventCodes($0).isEvent } : nil
    events = codes.map { codes in (codes.count { $0 == true }, codes.count { $0 != nil }) }
  }
}

extension CheckReport.Spread {
  /// The rows of people; nil where no one has any.
  init?(_ groups: PersonGroups) {
    var people: [Int: Int] = [:]
    for person in 0..<groups.count where groups.size(person) > 0 {
      people[groups.size(person), default: 0] += 1
    }
    let sizes = people.sorted { $0.key < $1.key }
    guard let least = sizes.first?.key, let greatest = sizes.last?.key else { return nil }
    let total = sizes.reduce(0) { $0 + $1.value }
    func place(_ index: Int) -> Double {
      var before = 0
      for (size, count) in sizes {
        before += count
        if index < before { return Double(size) }
      }
      return Double(greatest)
    }
    self.init(
      minimum: least, median: (place((total - 1) / 2) + place(total / 2)) / 2, maximum: greatest)
  }
}
