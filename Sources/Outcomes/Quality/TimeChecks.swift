import Estimation

/// Checks of visits' times: the same time twice, order, times before 0, people without a baseline.
enum TimeChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    guard file.kind == .visits, let column = file.parts.time, let time = file.time, let visits = file.visits
    else { return [] }
    return [
      duplicates(file, column, time, visits), unsorted(file, column, time), negative(file, column, time),
      withoutBaseline(file, column, time, visits, options),
    ].compactMap { $0 }
  }

  private static func duplicates(
    _ file: CheckedFile, _ column: String, _ time: [Double], _ visits: PersonGroups
  ) -> Finding? {
    var rows: [Int32] = []
    for person in 0..<visits.count {
      let own = visits[person]
      for index in own.indices.dropFirst() where time[Int(own[index])] == time[Int(own[index - 1])] {
        rows.append(own[index])
      }
    }
    return file.finding(
      .duplicateTimes, .caution, column: column, rows: rows,
      "\(Words.count(rows.count, "row has", "rows have")) the person and the '\(column)' of an earlier row",
      [
        Consequence(
          .trends, .used,
          "counts every row as a visit; of rows at one time the upper one stands as the first score and the lowest one as the last"
        ),
        Consequence(
          .compare, .used,
          "of rows at one time takes the lowest as baseline (with --baseline first the uppermost) and the uppermost at a horizon; a mean "
            + "over all scores counts each"),
        Consequence(.fit, .used, "uses every row"),
      ])
  }

  private static func unsorted(_ file: CheckedFile, _ column: String, _ time: [Double]) -> Finding? {
    guard let people = file.people else { return nil }
    var rows: [Int32] = []
    for person in 0..<people.count {
      var latest = -Double.infinity
      for row in people[person] where !time[Int(row)].isNaN {
        if time[Int(row)] < latest { rows.append(row) }
        latest = max(latest, time[Int(row)])
      }
    }
    let sorts = "sorts each person's visits by time"
    return file.finding(
      .unsortedTimes, .note, column: column, rows: rows,
      "\(Words.count(rows.count, "row stands", "rows stand")) below a later visit of the same person",
      [
        Consequence(.trends, .notAffected, sorts), Consequence(.compare, .notAffected, sorts),
        Consequence(.fit, .notAffected, "does not look at the order of rows"),
      ])
  }

  private static func negative(_ file: CheckedFile, _ column: String, _ time: [Double]) -> Finding? {
    // A code for a missing time is another finding.
    let codes = MissingCodes(time, isTime: true).values
    let rows = time.indices.filter { time[$0] < 0 && !codes.contains(time[$0]) }.map { Int32($0) }
    return file.finding(
      .negativeTimes, .note, column: column, rows: rows,
      "\(Words.count(rows.count, "visit is", "visits are")) before time 0",
      [
        Consequence(.trends, .used, "counts them like other visits: change and slope begin there"),
        Consequence(
          .compare, .used,
          "takes the last score at time 0 or before as baseline; visits before time 0 are never follow-up"),
        Consequence(.fit, .used, "uses them as numbers"),
      ])
  }

  private static func withoutBaseline(
    _ file: CheckedFile, _ column: String, _ time: [Double], _ visits: PersonGroups, _ options: CheckOptions
  ) -> Finding? {
    guard let score = file.score, file.arm != nil else { return nil }
    var rows: [Int32] = []
    var (seen, without) = (0, 0)
    for person in 0..<visits.count {
      let scored = visits[person].filter { !score[Int($0)].isNaN }
      guard let first = scored.first else { continue }
      seen += 1
      if time[Int(first)] > 0 {
        without += 1
        rows += scored
      }
    }
    let isEveryone = without == seen
    let share = Double(without) / Double(max(seen, 1))
    let other = "--baseline first, or a column such as --baseline COL, is another choice"
    return file.finding(
      .noBaseline, share >= options.missingShare ? .caution : .note, column: file.parts.outcome, rows: rows,
      "\(Words.grouped(without)) of \(Words.count(seen, "person has", "people have")) no score at '\(column)' 0 or before",
      [
        Consequence(.trends, .notAffected, "starts from each person's first score"),
        isEveryone
          ? Consequence(.compare, .refused, "has no baseline for anyone and ends with an error; \(other)")
          : Consequence(.compare, .leftOut, "leaves these people out and counts them; \(other)"),
        Consequence(.fit, .notAffected, "knows no baseline"),
      ])
  }
}
