public import Estimation

/// What kind of trouble a finding is: a code that keeps its name between versions.
///
/// Other checks add their own kinds in an extension.
public struct FindingKind: Sendable, Hashable, CustomStringConvertible {
  /// The code, in snake case.
  public let code: String

  /// A kind of finding.
  public init(_ code: String) { self.code = code }

  /// The code.
  public var description: String { code }
}

extension FindingKind {
  /// Visits without a column that is known to hold the score.
  public static let noScoreColumn = FindingKind("no_score_column")
  /// Rows beyond the first of the same person at the same time.
  public static let duplicateTimes = FindingKind("duplicate_times")
  /// Rows that repeat an earlier one in every column.
  public static let duplicateRows = FindingKind("duplicate_rows")
  /// Rows of a person that stand below a later one.
  public static let unsortedTimes = FindingKind("unsorted_times")
  /// Visits before time 0.
  public static let negativeTimes = FindingKind("negative_times")
  /// People without a score at time 0 or before.
  public static let noBaseline = FindingKind("no_baseline")
  /// Scores that the questionnaire cannot give.
  public static let scoreOutOfRange = FindingKind("score_out_of_range")
  /// Fractional scores of a questionnaire that adds whole points.
  public static let fractionalScores = FindingKind("fractional_scores")
  /// Changes between consecutive visits that are too large for the time between them.
  public static let implausibleJump = FindingKind("implausible_jump")
  /// Scores that stand at multiples of 5 (or of 5 steps) too often.
  public static let digitPreference = FindingKind("digit_preference")
  /// People whose arm changes within a file.
  public static let armChanges = FindingKind("arm_changes")
  /// Levels that differ only by case, spaces or separators.
  public static let spellingVariants = FindingKind("spelling_variants")
  /// Columns in which every present value is the same.
  public static let constantColumn = FindingKind("constant_column")
  /// Columns without any value.
  public static let emptyColumn = FindingKind("empty_column")
  /// Columns of numbers with a few other texts.
  public static let nearlyNumeric = FindingKind("nearly_numeric")
  /// Text in a column whose part needs numbers.
  public static let notNumeric = FindingKind("not_numeric")
  /// Cells of a column of dates that are none.
  public static let notADate = FindingKind("not_a_date")
  /// Numbers in a column of dates: a spreadsheet's count of days, or dates without hyphens.
  public static let dateAsNumber = FindingKind("date_as_number")
  /// Index dates that differ between the rows of a person.
  public static let indexDateDiffers = FindingKind("index_date_differs")
  /// Episodes without a column that is known to hold the event.
  public static let noEventColumn = FindingKind("no_event_column")
  /// Numbers that usually stand for a missing value.
  public static let likelyMissingCode = FindingKind("likely_missing_code")
  /// Numbers beyond a gap wider than the range of all others.
  public static let farOutside = FindingKind("far_outside")
  /// Missing values of a column.
  public static let missingValues = FindingKind("missing_values")
  /// Missing scores that are unequally spread over the arms.
  public static let missingByArm = FindingKind("missing_by_arm")
  /// Times to an event below 0.
  public static let negativeDuration = FindingKind("negative_duration")
  /// Events at time 0: no time at risk came before them.
  public static let eventWithoutTimeAtRisk = FindingKind("event_without_time_at_risk")
  /// Censored rows at time 0.
  public static let noTimeAtRisk = FindingKind("no_time_at_risk")
  /// Codes of the event column that are neither event nor censoring.
  public static let unknownEventCode = FindingKind("unknown_event_code")
  /// Several rows of a person in a file of episodes.
  public static let severalEpisodes = FindingKind("several_episodes")
  /// Episodes of a person that share time.
  public static let overlappingEpisodes = FindingKind("overlapping_episodes")
  /// People of a file of episodes whom no file of visits holds.
  public static let noVisits = FindingKind("people_without_visits")
  /// People of a file of visits whom no file of episodes holds.
  public static let noEpisodes = FindingKind("people_without_episodes")
  /// People who stand in two files of the same kind.
  public static let peopleInSeveralFiles = FindingKind("people_in_several_files")
  /// People whose arm differs between files.
  public static let armDiffersBetweenFiles = FindingKind("arm_differs_between_files")
}

/// What an analysis does about a finding.
public struct Consequence: Sendable, Equatable {
  /// The analyses, by the command that runs them.
  public enum Analysis: String, Sendable, CaseIterable {
    /// A single model.
    case fit
    /// Trends of people.
    case trends
    /// Risk of relapse.
    case relapse
    /// Comparison of arms.
    case compare
  }

  /// What becomes of the rows.
  public enum Effect: String, Sendable, CaseIterable {
    /// The analysis ends with an error that names the place.
    case refused
    /// A part of the analysis is marked as not computed.
    case notComputed = "not_computed"
    /// The rows are left out and counted.
    case leftOut = "left_out"
    /// The rows are used.
    case used
    /// The finding makes no difference.
    case notAffected = "not_affected"
  }

  /// The analysis.
  public let analysis: Analysis
  /// What becomes of the rows.
  public let effect: Effect
  /// The same in words.
  public let message: String

  /// What an analysis does.
  public init(_ analysis: Analysis, _ effect: Effect, _ message: String) {
    self.analysis = analysis
    self.effect = effect
    self.message = message
  }
}

/// One kind of trouble in one column of one file: how much of it, where, and what follows from it.
public struct Finding: Sendable, Equatable {
  /// What kind of trouble it is.
  public let kind: FindingKind
  /// How much it matters.
  public let severity: Diagnostic.Severity
  /// The file's name.
  public let file: String
  /// The column; nil where the trouble is one of whole rows.
  public let column: String?
  /// How many rows are concerned.
  public let rows: Int
  /// How many people these belong to; nil where no column identifies them.
  public let people: Int?
  /// The first lines of the file, up to ``mostLines``; empty for tables made in memory.
  public let lines: [Int]
  /// The file of each of these lines, where the table was read from several; empty for a single file.
  public let lineFiles: [String]
  /// What was found, in a sentence.
  public let message: String
  /// What each analysis that reads such a file does about it.
  public let consequences: [Consequence]

  /// How many lines are named.
  public static let mostLines = 5

  /// A finding.
  public init(
    _ kind: FindingKind, _ severity: Diagnostic.Severity, file: String, column: String? = nil, rows: Int,
    people: Int? = nil, lines: [Int] = [], lineFiles: [String] = [], message: String,
    consequences: [Consequence] = []
  ) {
    self.kind = kind
    self.severity = severity
    self.file = file
    self.column = column
    self.rows = rows
    self.people = people
    self.lines = lines
    self.lineFiles = lineFiles
    self.message = message
    self.consequences = consequences
  }

  /// The same finding with other consequences.
  func with(_ consequences: [Consequence]) -> Finding {
    Finding(
      kind, severity, file: file, column: column, rows: rows, people: people, lines: lines,
      lineFiles: lineFiles, message: message, consequences: consequences)
  }

  /// The consequences, those with the same words together, in the order of the analyses given.
  public var groupedConsequences: [(analyses: [Consequence.Analysis], message: String)] {
    consequences.reduce(into: []) { parts, consequence in
      if let index = parts.firstIndex(where: { $0.message == consequence.message }) {
        parts[index].analyses.append(consequence.analysis)
      } else {
        parts.append(([consequence.analysis], consequence.message))
      }
    }
  }

  /// All consequences in one line: `trends, compare: ... | fit: ...`.
  public var consequence: String {
    groupedConsequences.map { part in
      "\(part.analyses.map(\.rawValue).joined(separator: ", ")): \(part.message)"
    }.joined(separator: " | ")
  }
}
