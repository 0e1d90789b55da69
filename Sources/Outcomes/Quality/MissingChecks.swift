import CohortTables
import Distributions
import Estimation

/// Findings about missing values: in the columns that play a part, in others, and unequally over the arms.
enum MissingChecks {
  static func findings(_ file: CheckedFile, _ missingness: Missingness, _ options: CheckOptions) -> [Finding]
  {
    let parts = file.parts.named.filter { $0.part != "start" || file.parts.end != nil }
    let own = parts.compactMap { part, column in
      missingness.columns.first { $0.column == column }.flatMap { missing(file, part, $0, options) }
    }
    return own + [others(file, missingness, options), byArm(file, missingness)].compactMap { $0 }
  }

  // MARK: - Columns

  private static func missing(
    _ file: CheckedFile, _ part: String, _ count: Missingness.ColumnCount, _ options: CheckOptions
  ) -> Finding? {
    // A column without any value is a finding of its own.
    guard count.missing > 0, count.missing < count.rows, let column = file.table.column(count.column) else {
      return nil
    }
    let rows = Missingness.missing(column).enumerated().filter(\.element).map { Int32($0.offset) }
    let leaves = "leaves these rows out and counts them"
    return file.finding(
      .missingValues, count.share >= options.missingShare ? .caution : .note, column: count.column,
      rows: rows,
      "\(Words.grouped(count.missing)) of \(Words.count(count.rows, "value is", "values are")) missing (\(PlainNumber.percent(count.share)))",
      part == "arm"
        ? armConsequences
        : [
          Consequence(.trends, .leftOut, leaves), Consequence(.compare, .leftOut, leaves),
          Consequence(.relapse, .leftOut, leaves),
          Consequence(
            .fit, .leftOut, part == "person" ? leaves : "\(leaves) where the formula names the column"),
        ])
  }

  private static let armConsequences = [
    Consequence(
      .trends, .used,
      "takes the arm of the person's other visits; without any, the person counts among all people only"),
    Consequence(
      .compare, .leftOut,
      "takes the arm of the person's other visits; people without any are left out and counted"),
    Consequence(.relapse, .leftOut, "leaves these rows out and counts them"),
    Consequence(.fit, .leftOut, "leaves these rows out and counts them where the formula names the column"),
  ]

  /// Other columns of which much is missing, in one finding: each would say the same.
  private static func others(
    _ file: CheckedFile, _ missingness: Missingness, _ options: CheckOptions
  ) -> Finding? {
    let parts = file.parts.named.map(\.column)
    let columns = missingness.columns.filter {
      !parts.contains($0.column) && $0.missing < $0.rows && $0.share >= options.missingShare
    }
    guard !columns.isEmpty else { return nil }
    var isMissing = [Bool](repeating: false, count: file.table.rowCount)
    for count in columns {
      guard let column = file.table.column(count.column) else { continue }
      for (row, missing) in Missingness.missing(column).enumerated() where missing { isMissing[row] = true }
    }
    let rows = isMissing.indices.filter { isMissing[$0] }.map { Int32($0) }
    let leaves = "leaves out rows without a value where the column is named"
    let names = columns.map { "\($0.column) (\(PlainNumber.percent($0.share)))" }.joined(separator: ", ")
    return file.finding(
      .missingValues, .note, rows: rows,
      "at least \(PlainNumber.percent(options.missingShare)) of the values are missing in "
        + "\(Words.count(columns.count, "further column", "further columns")): \(names)",
      [
        Consequence(.compare, .leftOut, "leaves out people without a value where the column is held equal"),
        Consequence(.relapse, .leftOut, leaves), Consequence(.fit, .leftOut, leaves),
      ])
  }

  // MARK: - Arms

  /// Scores, or outcomes of episodes, that are missing more often in one arm than in another.
  ///
  /// People are compared, by Pearson's chi-squared test of arms by whether anything is missing; a difference
  /// below 10 points, or with p of at least 0.05, is no finding.
  private static func byArm(_ file: CheckedFile, _ missingness: Missingness) -> Finding? {
    guard let name = file.kind == .episodes ? file.parts.timeToEvent : file.parts.outcome,
      let column = file.table.column(name), let arm = file.arm, let people = file.people,
      arm.levelCount <= Missingness.mostArms
    else { return nil }
    let isMissing = Missingness.missing(column)
    var counts = [(people: Int, missing: Int)](repeating: (0, 0), count: arm.levelCount)
    var rows: [Int32] = []
    for person in 0..<people.count {
      guard let code = people[person].lazy.map({ arm.codes[Int($0)] }).first(where: { $0 >= 0 }) else {
        continue
      }
      let without = people[person].filter { isMissing[Int($0)] }
      counts[Int(code)].people += 1
      if !without.isEmpty { counts[Int(code)].missing += 1 }
      rows += without
    }
    let present = counts.indices.filter { counts[$0].people > 0 }
    let shares = present.map { Double(counts[$0].missing) / Double(counts[$0].people) }
    guard let low = shares.min(), let high = shares.max(), high - low >= 0.1,
      let p = pValue(present.map { counts[$0] }), p < 0.05
    else { return nil }
    let list = zip(present, shares).map { "\(arm.level(Int32($0))) \(PlainNumber.percent($1))" }
    let warns = "leaves out what is missing: differences between arms may be differences in who is left"
    return file.finding(
      .missingByArm, .caution, column: name, rows: rows,
      "people with a missing value, by arm: \(list.joined(separator: ", ")) (chi-squared test, p "
        + "\(p < 0.001 ? "< 0.001" : "= " + PlainNumber.fixed(p, decimals: 3)))",
      file.analyses.map { Consequence($0, .leftOut, warns) })
  }

  /// Pearson's test of a table of arms by missing or not; nil where an expected count is below 1.
  private static func pValue(_ counts: [(people: Int, missing: Int)]) -> Double? {
    let total = Double(counts.reduce(0) { $0 + $1.people })
    let missing = Double(counts.reduce(0) { $0 + $1.missing })
    guard counts.count > 1, missing > 0, missing < total else { return nil }
    var statistic = 0.0
    for count in counts {
      let (n, m) = (Double(count.people), Double(count.missing))
      for (observed, expected) in [(m, n * missing / total), (n - m, n * (total - missing) / total)] {
        guard expected >= 1 else { return nil }
        statistic += (observed - expected) * (observed - expected) / expected
      }
    }
    return ChiSquared(degreesOfFreedom: Double(counts.count - 1)).upperTail(statistic)
  }
}
