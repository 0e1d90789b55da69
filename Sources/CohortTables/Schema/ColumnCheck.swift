/// Judges one column by its rule.
struct ColumnCheck {
  let rule: TableSchema.ColumnRule
  let mayBeMissing: Bool
  let column: Column
  let table: Table

  /// What is wrong with a level or number; nil where nothing is.
  private typealias Verdict = SchemaViolation.Kind

  func violations() -> [SchemaViolation] {
    switch rule.kind {
    case .number, .integer:
      if column.isNumeric, let values = try? column.numericValues() { return numbers(values) }
      let limits = numericLimits
      return levels { text in
        guard let value = NumberText.parse(text.trimmingSpaces) else { return .notANumber }
        if rule.kind == .integer, value != value.rounded() { return .notAnInteger }
        return value < limits.low || value > limits.high ? .outOfRange : nil
      }
    case .date:
      return dates()
    case .category:
      guard let allowed = rule.levels.map(Set.init) else { return levels { _ in nil } }
      return levels { allowed.contains($0) ? nil : .unknownLevel }
    case .identifier:
      return levels { _ in nil }
    }
  }

  // MARK: - Numbers

  private var numericLimits: (low: Double, high: Double) {
    guard case .numbers(let from, let to) = rule.limits else { return (-.infinity, .infinity) }
    return (from ?? -.infinity, to ?? .infinity)
  }

  /// One pass that only counts; rows are looked for where there is something to find.
  private func numbers(_ values: [Double]) -> [SchemaViolation] {
    let (low, high) = numericLimits
    let mustBeWhole = rule.kind == .integer
    var isClean = true
    for value in values {
      // NaN fails every comparison but those of the first part.
      let isMissing = value.isNaN
      let isBad =
        isMissing ? !mayBeMissing : value < low || value > high || (mustBeWhole && value != value.rounded())
      isClean = isClean && !isBad
    }
    guard !isClean else { return [] }
    var missing = ViolatingRows()
    var fractional = ViolatingRows()
    var outside = ViolatingRows()
    for (row, value) in values.enumerated() {
      if value.isNaN {
        if !mayBeMissing { missing.append(row) }
      } else if mustBeWhole, value != value.rounded() {
        fractional.append(row)
      } else if value < low || value > high {
        outside.append(row)
      }
    }
    return found(.missingValue, missing) + found(.notAnInteger, fractional) + found(.outOfRange, outside)
  }

  // MARK: - Levels

  /// Judges each level once and then counts the rows that hold a bad one.
  private func levels(_ judge: (String) -> SchemaViolation.Kind?) -> [SchemaViolation] {
    let categories = column.asCategories()
    let verdicts = categories.levels.map(judge)
    let codes = Array(categories.codes)
    let kinds = SchemaViolation.Kind.allCases.filter { kind in verdicts.contains { $0 == kind } }
    let isAnyMissing = !mayBeMissing && column.missingCount > 0
    guard !kinds.isEmpty || isAnyMissing else { return [] }
    // One number a level: 0 is good, otherwise the kind's place plus one.
    let places = verdicts.map { verdict in kinds.firstIndex { $0 == verdict }.map { $0 + 1 } ?? 0 }
    var missing = ViolatingRows()
    var bad = [ViolatingRows](repeating: ViolatingRows(), count: kinds.count)
    for (row, code) in codes.enumerated() {
      if code < 0 {
        if isAnyMissing { missing.append(row) }
      } else if places[Int(code)] > 0 {
        bad[places[Int(code)] - 1].append(row)
      }
    }
    return found(.missingValue, missing) + zip(kinds, bad).flatMap { found($0, $1) }
  }

  // MARK: - Dates

  private func dates() -> [SchemaViolation] {
    guard !column.isNumeric else {
      // Numbers are no dates; a column that is missing throughout is read as numbers.
      return levels { _ in .notADate }
    }
    var low = CalendarDay.first
    var high = CalendarDay.last
    if case .dates(let from, let to) = rule.limits { (low, high) = (from ?? low, to ?? high) }
    let found = levels { text in
      guard let day = CalendarDay(iso: text) else { return .notADate }
      return day < low || day > high ? .outOfRange : nil
    }
    // A column of which every date can be read may still mix clocks.
    guard !found.contains(where: { $0.kind == .notADate }) else { return found }
    let categories = column.asCategories()
    let shared = DateColumn.sharedClock(categories.levels.map { DateText.read($0) }, Array(categories.codes))
    guard let mixed = shared.mixed else { return found }
    let error = table.mixedClocks(row: mixed.row, earlier: mixed.earlier, column: column.name)
    return found + [
      SchemaViolation(kind: .notADate, column: column.name, count: 1, rows: [mixed.row], error: error)
    ]
  }

  // MARK: - Messages

  private func found(_ kind: SchemaViolation.Kind, _ rows: ViolatingRows) -> [SchemaViolation] {
    [rows.violation(kind, column.name) { error(kind, row: $0) }].compactMap { $0 }
  }

  private func error(_ kind: SchemaViolation.Kind, row: Int) -> TableError {
    let text = column.text(row: row) ?? ""
    func error(_ code: TableError.Code, _ found: String, _ expected: String) -> TableError {
      TableError(
        code, file: table.source.displayName, line: table.lineNumber(ofRow: row), column: .name(column.name),
        text: TableError.excerpt(text), found: found, expected: expected)
    }
    let quoted = "'\(TableError.excerpt(text))'"
    switch kind {
    case .missingValue:
      return error(.missingValue, "the value is missing", "a value in every row, as the schema says")
    case .notANumber:
      return error(.notANumber, "\(quoted) is not a number", ColumnInference.numberExpected(for: text))
    case .notAnInteger:
      return error(.invalidValue, "\(quoted) is not a whole number", "a whole number, as the schema says")
    case .unknownLevel:
      return error(
        .unknownLevel, "\(quoted) is not a declared level\(hint(for: text))", "one of \(listedLevels)")
    case .outOfRange:
      return error(.invalidValue, "\(quoted) is out of range", rangeExpected)
    case .notADate:
      if case .failure(let refusal) = DateText.read(text) {
        return table.notADate(row: row, column: column.name, column.isNumeric ? refusal.orNumber : refusal)
      }
      return error(.notADate, "\(quoted) is not a date", "a date")
    case .missingColumn, .undeclaredColumn, .duplicateKey:
      return error(.invalidValue, "\(quoted) is not allowed", "what the schema declares")
    }
  }

  /// What a level was probably meant to be.
  private func hint(for text: String) -> String {
    let levels = rule.levels ?? []
    if levels.contains(text.trimmingSpaces) { return " (there are spaces around it)" }
    return NearestName.nearest(to: text, among: levels).map { " (did you mean '\(TableError.excerpt($0))'?)" }
      ?? ""
  }

  private var listedLevels: String {
    let levels = rule.levels ?? []
    let shown = levels.prefix(20).map { "'\(TableError.excerpt($0))'" }.joined(separator: ", ")
    return levels.count > 20 ? "\(shown), ... (\(levels.count) in all)" : shown
  }

  private var rangeExpected: String {
    func between(_ from: String?, _ to: String?) -> String {
      switch (from, to) {
      case (let from?, let to?): "from \(from) to \(to)"
      case (let from?, nil): "of at least \(from)"
      case (nil, let to?): "of at most \(to)"
      case (nil, nil): "of any size"
      }
    }
    switch rule.limits {
    case .numbers(let from, let to):
      let what = rule.kind == .integer ? "a whole number" : "a number"
      let limits = between(from.map(NumberText.shortest), to.map(NumberText.shortest))
      return "\(what) \(limits)\(rule.unit.map { " (\($0))" } ?? "")"
    case .dates(let from, let to):
      return "a date \(between(from?.description, to?.description))"
    case nil:
      return "a value within limits"
    }
  }
}

extension String {
  /// The text without the spaces and tabs around it.
  var trimmingSpaces: String {
    var text = Substring(self)
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
