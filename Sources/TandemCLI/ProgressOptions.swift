import ArgumentParser
import Tandem

/// Who is not on track, and by which norm.
struct ProgressOptions: ParsableArguments {
  @Flag(
    name: .long,
    help:
      "Add columns that tell who is not on track: worse than expected of such a first score, so long after it."
  )
  var onTrack = false

  @Option(name: .long, help: "The share of people with the same first score that is on track.")
  var trackLevel: Double?

  @Option(
    name: .long,
    help:
      "A CSV file of expected scores, with baseline_from, baseline_to, week, expected, limit; otherwise the cohort is its own norm, cross-fitted."
  )
  var norm: String?

  @Option(name: .long, help: "Write the cohort's expected scores to this CSV file, for --norm elsewhere.")
  var writeNorm: String?

  @Option(name: .long, help: "Write each visit with its expected score, limit and flag to this CSV file.")
  var visitFlags: String?

  /// Whether anything of it is asked for.
  var isAsked: Bool { onTrack || trackLevel != nil || norm != nil || visitFlags != nil }

  /// Checks the options.
  func validate(_ level: Double) throws {
    if let trackLevel, !(trackLevel > 0.5 && trackLevel < 1) {
      throw ValidationError("--track-level must lie between 0.5 and 1, such as 0.9")
    }
    if norm != nil, trackLevel != nil {
      throw ValidationError(
        "--track-level goes with a norm that the cohort itself is; --norm has its own limits")
    }
  }

  /// The bands that were asked for; nil where the cohort's own at the usual level will do.
  func bands(_ visits: VisitTable, executor: some FoldExecutor) throws -> RecoveryBands? {
    if let norm { return try RecoveryBands(norm: Table(csv: norm), for: visits) }
    return try trackLevel.map { try RecoveryBands(visits, level: $0, executor: executor) }
  }

  /// Writes the files that were asked for beside the rows of persons.
  func write(_ trends: PersonTrends, _ visits: VisitTable, executor: some FoldExecutor) throws {
    if let writeNorm {
      let norm = try RecoveryNorm(visits, level: trackLevel ?? 0.9, executor: executor)
      try TidyTable(norm).write(to: writeNorm)
    }
    if let visitFlags {
      guard trends.bands != nil else {
        throw OutcomesError(trends.progressNotes.map(\.message).joined(separator: "; "))
      }
      let header = ["subject", "week", "score", "expected", "limit", "not_on_track"]
      try AtomicFile.write(to: visitFlags) { file throws(TableError) in
        try file.append(CSVWriter(header: header).bytes)
        for chunk in trends.chunks {
          try file.append(CSVWriter.lines(trends.trackedVisits(of: chunk) ?? []))
        }
      }
    }
  }
}
