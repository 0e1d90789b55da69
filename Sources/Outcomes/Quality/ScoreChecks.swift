import CohortTables
import Estimation

/// Checks of the scores of known questionnaires: range, whole points, jumps.
enum ScoreChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    unrecognised(file)
      + file.scales.flatMap { column, scale -> [Finding] in
        guard let scores = try? file.table.column(column)?.numericValues() else { return [] }
        return [
          outOfRange(file, column, scale, scores), fractional(file, column, scale, scores),
          jumps(file, column, scale, scores, options),
        ].compactMap { $0 }
      }
  }

  private static func unrecognised(_ file: CheckedFile) -> [Finding] {
    guard file.kind == .visits, file.parts.outcome == nil else { return [] }
    let asks = "ends with an error until --outcome names the column"
    return [
      Finding(
        .noScoreColumn, .note, file: file.name, rows: file.table.rowCount,
        message: "no column is recognised as the score, so scores are not checked: name it with --outcome",
        consequences: [
          Consequence(.trends, .refused, asks), Consequence(.compare, .refused, asks),
          Consequence(.fit, .notAffected, "takes the columns of its formula"),
        ])
    ]
  }

  private static func outOfRange(
    _ file: CheckedFile, _ column: String, _ scale: Instrument, _ scores: [Double]
  ) -> Finding? {
    var rows: [Int32] = []
    var (low, high) = (Double.infinity, -Double.infinity)
    // A code for missing values is a finding of its own, and counted there.
    let codes = file.missingCodes[column]?.values ?? []
    var coded = 0
    for (row, score) in scores.enumerated() where score < scale.minimum || score > scale.maximum {
      guard !codes.contains(score) else {
        coded += 1
        continue
      }
      rows.append(Int32(row))
      (low, high) = (min(low, score), max(high, score))
    }
    guard !rows.isEmpty else { return nil }
    let range = "\(Words.number(scale.minimum)) to \(Words.number(scale.maximum))"
    let values = low == high ? Words.number(low) : "from \(Words.number(low)) to \(Words.number(high))"
    let asNumbers = "uses them like any number"
    let isRefused = column == file.parts.outcome
    let ofScores =
      isRefused
      ? (Consequence.Effect.refused, "refuses the file at the first of them")
      : (
        .used, "uses them like any number where the column is named"
      )
    return file.finding(
      .scoreOutOfRange, .serious, column: column, rows: rows,
      "\(Words.count(rows.count, "score lies", "scores lie")) outside \(range), the range of the \(scale.name): \(values)"
        + (coded == 0
          ? ""
          : "; \(Words.count(coded, "further one is", "further ones are")) told as \(FindingKind.likelyMissingCode)"),
      [
        Consequence(.trends, ofScores.0, ofScores.1), Consequence(.compare, ofScores.0, ofScores.1),
        Consequence(.relapse, .used, "uses them like any number where the column is held equal"),
        Consequence(.fit, .used, asNumbers),
      ])
  }

  private static func fractional(
    _ file: CheckedFile, _ column: String, _ scale: Instrument, _ scores: [Double]
  ) -> Finding? {
    // Means of items are rarely whole.
    if case .mean = scale.items?.scoring { return nil }
    let rows = scores.indices.filter { !scores[$0].isNaN && scores[$0] != scores[$0].rounded() }.map {
      Int32($0)
    }
    let used = "uses them as they are"
    return file.finding(
      .fractionalScores, .note, column: column, rows: rows,
      "\(Words.count(rows.count, "score is", "scores are")) not whole, though the \(scale.name) adds whole points: "
        + "means of items, scores filled in, or another scale",
      file.analyses.map { Consequence($0, .used, used) })
  }

  /// Changes between consecutive scores of a person; scores out of range are told apart from jumps.
  private static func jumps(
    _ file: CheckedFile, _ column: String, _ scale: Instrument, _ scores: [Double], _ options: CheckOptions
  ) -> Finding? {
    guard file.kind == .visits, let weeks = file.unit?.weeks, let time = file.time, let visits = file.visits
    else { return nil }
    // Decimal times and scores are not exact.
    let limit = options.jump.limit(scale) * (1 - 1e-9)
    let within = options.jump.withinWeeks * (1 + 1e-9)
    var rows: [Int32] = []
    for person in 0..<visits.count {
      var last: (time: Double, score: Double)?
      for row in visits[person] {
        let now = (time: time[Int(row)], score: scores[Int(row)])
        guard now.score >= scale.minimum, now.score <= scale.maximum else { continue }
        if let last, abs(now.score - last.score) >= limit, (now.time - last.time) * weeks <= within {
          rows.append(row)
        }
        last = now
      }
    }
    let points = Words.number((options.jump.limit(scale) * 1e6).rounded() / 1e6)
    let used = "uses both scores; nothing is left out"
    return file.finding(
      .implausibleJump, .caution, column: column, rows: rows,
      "\(Words.count(rows.count, "score differs", "scores differ")) from the one before by \(points) points of the \(scale.name) or "
        + "more, at most \(Words.number(options.jump.withinWeeks)) \(options.jump.withinWeeks == 1 ? "week" : "weeks") later",
      [
        Consequence(.trends, .used, used), Consequence(.compare, .used, used),
        Consequence(.fit, .used, "uses every row"),
      ])
  }
}
