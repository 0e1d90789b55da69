import CohortTables
import Estimation

/// Checks of single columns: constant, empty, almost numeric, codes for missing values, numbers far outside.
enum ColumnChecks {
  static func findings(_ file: CheckedFile, _ options: CheckOptions) -> [Finding] {
    file.table.columns.flatMap { column -> [Finding] in
      if file.table.rowCount > 0, column.missingCount == column.count { return [empty(file, column)] }
      return
        ([constant(file, column)] + types(file, column) + numbers(file, column, options))
        .compactMap { $0 }
    }
  }

  // MARK: - Empty and constant

  private static func empty(_ file: CheckedFile, _ column: Column) -> Finding {
    let required =
      ["person", "time", "score", "duration", "event"] + (file.parts.end == nil ? [] : ["start", "end"])
    let part = file.parts.named.first { $0.column == column.name }?.part
    let isRequired = part.map(required.contains) ?? false
    let refuses = "ends with an error: no row can be used"
    let effect: [Consequence]
    if isRequired {
      effect = [.trends, .compare, .relapse].map { Consequence($0, .refused, refuses) }
    } else if part == "arm" {
      effect = [
        Consequence(.trends, .used, "describes all people together"),
        Consequence(.compare, .refused, "ends with an error: there are no arms"),
        Consequence(.relapse, .refused, refuses),
      ]
    } else {
      effect = [
        Consequence(
          .compare, .refused, "ends with an error where the column is held equal: no one has a value"),
        Consequence(.relapse, .notComputed, "marks what holds the column equal as not computed"),
      ]
    }
    return Finding(
      .emptyColumn, isRequired ? .serious : .note, file: file.name, column: column.name, rows: column.count,
      people: file.people.map { people in (0..<people.count).count { people.size($0) > 0 } },
      message: "no row has a value",
      consequences: (effect
        + [Consequence(.fit, .refused, "ends with an error where the column is named: no row can be used")])
        .filter { file.analyses.contains($0.analysis) }.uniqued)
  }

  private static func constant(_ file: CheckedFile, _ column: Column) -> Finding? {
    guard column.count - column.missingCount > 1, let text = onlyValue(of: column) else { return nil }
    let part = file.parts.named.first { $0.column == column.name }?.part
    // A study may end on one day for everyone.
    guard part.map({ !["start", "end", "index_date"].contains($0) }) ?? true else { return nil }
    let rows = (0..<Int32(column.count)).filter { !column.isMissing(row: Int($0)) }
    let isText = !column.isNumeric
    let fit =
      isText
      ? Consequence(.fit, .refused, "ends with an error where the column is named: a factor needs two levels")
      : Consequence(.fit, .used, "aliases the column with the intercept where it is named")
    return file.finding(
      .constantColumn, part == nil || part == "arm" ? .note : .caution, column: column.name, rows: rows,
      "every value is '\(Words.excerpt(text))'",
      constantConsequences(file, part, text, isText: isText) + [fit])
  }

  /// The text of the only value that a column has; nil where there are two, or none.
  private static func onlyValue(of column: Column) -> String? {
    guard let first = (0..<column.count).first(where: { !column.isMissing(row: $0) }) else { return nil }
    if column.isNumeric, let numbers = try? column.numericValues() {
      return numbers.allSatisfy { $0.isNaN || $0 == numbers[first] } ? column.text(row: first) : nil
    }
    let codes = CodedColumn(column).codes
    return codes.allSatisfy { $0 < 0 || $0 == codes[first] } ? column.text(row: first) : nil
  }

  private static func constantConsequences(
    _ file: CheckedFile, _ part: String?, _ text: String, isText: Bool
  ) -> [Consequence] {
    switch part {
    case "arm":
      return [
        Consequence(.trends, .used, "describes the one arm"),
        Consequence(.compare, .refused, "ends with an error: a comparison needs two arms"),
        Consequence(.relapse, .used, "draws one curve; tests and hazard ratios are marked as not computed"),
      ]
    case "event":
      let never = ["0", "no", "false"].contains(text.lowercased())
      return [
        never
          ? Consequence(.relapse, .refused, "ends with an error: no one has the event")
          : Consequence(.relapse, .used, "counts every row as an event")
      ]
    case "time":
      return [
        Consequence(.trends, .used, "gives no slopes: all visits are at one time"),
        Consequence(.compare, .used, "has either baselines or follow-up, never both, and ends with an error"),
      ].map { $0.analysis == .compare ? Consequence(.compare, .refused, $0.message) : $0 }
    case "score":
      return [
        Consequence(.trends, .used, "gives slopes of 0 without a test"),
        Consequence(.compare, .used, "finds differences of 0: the scores are all the same"),
      ]
    case nil:
      return isText
        ? covariateConsequences(
          .notComputed, "marks what holds the column equal as not computed: a factor needs two levels")
        : covariateConsequences(.used, "aliases the column with the intercept where it is held equal")
    default:
      return []
    }
  }

  /// What the analysis that takes covariates does; trends take none.
  private static func covariateConsequences(
    _ effect: Consequence.Effect, _ message: String
  ) -> [Consequence] {
    [Consequence(.compare, effect, message), Consequence(.relapse, effect, message)]
  }

  // MARK: - Types

  private static func types(_ file: CheckedFile, _ column: Column) -> [Finding?] {
    guard !column.isNumeric, column.name != file.parts.subject else { return [] }
    if DateChecks.isMeant(column, in: file) { return [] }
    let needsNumbers = [file.parts.time, file.parts.outcome, file.parts.duration].contains(column.name)
    let isNearly = column.inference?.isNearlyNumeric ?? false
    guard needsNumbers || isNearly else { return [] }
    let offenders = notNumbers(column)
    let example = offenders.first.flatMap { column.text(row: Int($0)) } ?? ""
    let refuses = "refuses the file at the first text"
    let asLevels = "takes each text and each number as a level of a factor"
    let consequences =
      needsNumbers
      ? [.trends, .compare, .relapse].map { Consequence($0, .refused, refuses) }
        + [Consequence(.fit, .used, "\(asLevels); refuses the column as response or in arithmetic")]
      : covariateConsequences(.used, asLevels)
        + [Consequence(.fit, .used, "\(asLevels); refuses the column as response or in arithmetic")]
    let present = column.count - column.missingCount
    return [
      file.finding(
        isNearly ? .nearlyNumeric : .notNumeric, needsNumbers ? .serious : .caution, column: column.name,
        rows: offenders,
        "\(Words.grouped(offenders.count)) of \(Words.count(present, "value is", "values are")) not a number, first '\(Words.excerpt(example))'",
        consequences)
    ]
  }

  /// The rows whose text is not a number.
  private static func notNumbers(_ column: Column) -> [Int32] {
    let coded = CodedColumn(column)
    let isNumber = coded.values.levels.map { NumberText.parse($0) != nil }
    return coded.codes.indices.filter { coded.codes[$0] >= 0 && !isNumber[Int(coded.codes[$0])] }
      .map { Int32($0) }
  }

  // MARK: - Numbers

  private static func numbers(_ file: CheckedFile, _ column: Column, _ options: CheckOptions) -> [Finding?] {
    guard column.isNumeric, column.name != file.parts.subject, let values = try? column.numericValues()
    else { return [] }
    let codes = file.missingCodes[column.name]?.values ?? []
    // What a questionnaire can give is known: its scores have a finding of their own. Dates are far from nothing.
    let hasScale = file.scales.contains { $0.column == column.name }
    let isDate = DisguisedDates.isCalledDate(column.name) && DisguisedDates(values) != nil
    let far = hasScale || isDate ? nil : FarNumbers(values, ignoring: codes)
    return codes.map { code in missingCode(file, column.name, values, code, options) } + [
      far.flatMap { farOutside(file, column.name, values, $0) }
    ]
  }

  private static func missingCode(
    _ file: CheckedFile, _ column: String, _ values: [Double], _ code: Double, _ options: CheckOptions
  ) -> Finding? {
    let rows = values.indices.filter { values[$0] == code }.map { Int32($0) }
    let text = Words.number(code)
    let scale = file.scales.first { $0.column == column }?.scale
    let isRefused = scale != nil && column == file.parts.outcome
    let advice = missingAdvice(file, column, code, options)
    let why = scale.map { "outside the range of the \($0.name)" } ?? "unlike all others"
    return file.finding(
      .likelyMissingCode, scale == nil ? .caution : .serious, column: column, rows: rows,
      "\(Words.count(rows.count, "value is", "values are")) \(text), \(why): probably a code for a missing value",
      (isRefused
        ? [.trends, .compare].map {
          Consequence($0, .refused, "refuses the file at the first of them; \(advice)")
        }
        : []) + consequences(file, column, "uses \(text) as a number; \(advice)"))
  }

  /// How every code of the file is named at once: `--missing` takes the place of the codes that were used so far, and
  /// holds for all columns.
  private static func missingAdvice(
    _ file: CheckedFile, _ column: String, _ code: Double, _ options: CheckOptions
  ) -> String {
    func isValue(_ code: Double) -> String? {
      file.table.columnNames.first { name in
        file.missingCodes[name].map { $0.occurring.contains(code) && !$0.values.contains(code) } ?? false
      }
    }
    if let other = isValue(code) {
      return
        "'\(other)' has values of \(Words.number(code)) that are none, so a schema has to name the code for this column alone"
    }
    let found = Set(file.missingCodes.values.flatMap(\.values)).filter { isValue($0) == nil }
    let list = options.missingCodes.filter { !$0.isEmpty }.sorted() + found.sorted().map(Words.number)
    let all = list.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: ",")
    return "with --missing '\(all)' it is missing, like every other code of the file"
  }

  private static func farOutside(
    _ file: CheckedFile, _ column: String, _ values: [Double], _ far: FarNumbers
  ) -> Finding? {
    guard let rest = far.rest, let first = far.rows.first else { return nil }
    let example = Words.number(values[Int(first)])
    return file.finding(
      .farOutside, .note, column: column, rows: far.rows,
      "\(Words.count(far.rows.count, "value lies", "values lie")) far outside \(Words.number(rest.lowerBound)) to "
        + "\(Words.number(rest.upperBound)), where all others are, first \(example)",
      consequences(file, column, "uses \(far.rows.count == 1 ? "it" : "them") as any number"))
  }

  /// What the analyses that read a numeric column do; those whose range check refuses it say so elsewhere.
  private static func consequences(_ file: CheckedFile, _ column: String, _ message: String) -> [Consequence]
  {
    let isPart = file.parts.named.contains { $0.column == column }
    let isOutOfRange = file.scales.contains { $0.column == column }
    return Consequence.Analysis.allCases.filter { analysis in
      if analysis == .trends { return isPart && !(isOutOfRange && column == file.parts.outcome) }
      return !(analysis == .compare && isOutOfRange && column == file.parts.outcome)
    }.map { Consequence($0, .used, message) }
  }
}

extension [Consequence] {
  /// The first consequence of each analysis.
  var uniqued: [Consequence] {
    reduce(into: []) { result, one in
      if !result.contains(where: { $0.analysis == one.analysis }) { result.append(one) }
    }
  }
}
