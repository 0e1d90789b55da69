/// Types one column from all its cells and reads its values.
struct ColumnReader {
  let file: String
  let name: String
  let column: Int
  let requested: CSVOptions.ColumnType?
  let missing: MissingCodeMatcher

  /// What one cell is, when it is asked for a number.
  private enum Cell {
    case missing
    case number(ParsedNumber)
    case text
  }

  /// Why the column cannot be numeric.
  private struct Refusal {
    var record: Int
    var reason: ColumnInference.Reason
  }

  func read(_ bytes: Span<UInt8>, _ index: CellIndex) throws -> Column {
    var refusal: Refusal?
    if requested != .category {
      var numbers: [Double] = []
      refusal = readNumbers(bytes, index, into: &numbers)
      if refusal == nil {
        let present = numbers.reduce(0) { $0 + ($1.isNaN ? 0 : 1) }
        let reason: ColumnInference.Reason = present == 0 ? .allMissing : .numbers
        let inference = ColumnInference(
          reason: requested == nil ? reason : .requested, presentCount: present,
          numberCount: present, firstOffender: nil)
        return Column(
          name: name, values: .numeric(numbers), inference: inference, tableName: file)
      }
    }
    let offender = refusal.map { describe($0.record, bytes, index) }
    if requested == .numeric, let offender { throw notNumericError(offender) }
    return readCategories(
      bytes, index, reason: requested == nil ? refusal?.reason ?? .text : .requested, offender)
  }

  // MARK: - Numbers

  /// Reads numbers up to the first cell that keeps the column from being numeric, if there is one.
  private func readNumbers(
    _ bytes: Span<UInt8>, _ index: CellIndex, into numbers: inout [Double]
  ) -> Refusal? {
    let recordCount = index.recordEnds.count
    numbers.reserveCapacity(recordCount - 1)
    for record in 1..<recordCount {
      switch classify(bytes, index.cell(record: record, column: column)) {
      case .missing:
        numbers.append(.nan)
      case .number(let number):
        if requested == nil {
          if number.hasLeadingZeros { return Refusal(record: record, reason: .leadingZeros) }
          if number.isLongInteger { return Refusal(record: record, reason: .longInteger) }
        }
        numbers.append(number.value)
      case .text:
        return Refusal(record: record, reason: .text)
      }
    }
    return nil
  }

  private func classify(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Cell {
    let content: Range<Int>
    if CellText.isQuoted(bytes, cell) {
      content = cell.lowerBound + 1..<cell.upperBound - 1
      if CellText.hasDoubledQuotes(bytes, content) {
        // A number has no quotes; a missing code might.
        let text = CellText.unescaped(bytes, content)
        return missing.matches(text.span, text.indices) ? .missing : .text
      }
    } else {
      content = CellText.trimmed(bytes, cell)
    }
    if missing.matches(bytes, content) { return .missing }
    return NumberParser.parse(bytes, content).map(Cell.number) ?? .text
  }

  // MARK: - Categories

  private func readCategories(
    _ bytes: Span<UInt8>, _ index: CellIndex, reason: ColumnInference.Reason,
    _ offender: ColumnInference.Offender?
  ) -> Column {
    let recordCount = index.recordEnds.count
    var levels = LevelTable()
    var codes: [Int32] = []
    codes.reserveCapacity(recordCount - 1)
    var numbers = 0
    for record in 1..<recordCount {
      let cell = index.cell(record: record, column: column)
      let code = code(bytes, cell, &levels)
      codes.append(code)
      if code >= 0, isPaddedNumber(bytes, cell) { numbers += 1 }
    }
    var present = 0
    let isNumber = levels.texts.map { NumberText.parse($0) != nil }
    for code in codes where code >= 0 {
      present += 1
      if isNumber[Int(code)] { numbers += 1 }
    }
    let inference = ColumnInference(
      reason: reason, presentCount: present, numberCount: numbers, firstOffender: offender)
    return Column(
      name: name, values: .category(levels.categories(codes)), inference: inference,
      tableName: file)
  }

  /// The code of a cell's text, which keeps the spaces around it; missing codes are compared without.
  private func code(
    _ bytes: Span<UInt8>, _ cell: Range<Int>, _ levels: inout LevelTable
  ) -> Int32 {
    guard CellText.isQuoted(bytes, cell) else {
      if missing.matches(bytes, CellText.trimmed(bytes, cell)) { return CategoryValues.missingCode }
      return levels.code(bytes, cell)
    }
    let content = cell.lowerBound + 1..<cell.upperBound - 1
    guard CellText.hasDoubledQuotes(bytes, content) else {
      return missing.matches(bytes, content)
        ? CategoryValues.missingCode : levels.code(bytes, content)
    }
    let text = CellText.unescaped(bytes, content)
    return missing.matches(text.span, text.indices)
      ? CategoryValues.missingCode : levels.code(text.span, text.indices)
  }

  /// Whether an unquoted cell is a number once the spaces around it, which its level keeps, are gone.
  private func isPaddedNumber(_ bytes: Span<UInt8>, _ cell: Range<Int>) -> Bool {
    let trimmed = CellText.trimmed(bytes, cell)
    return trimmed != cell && NumberParser.parse(bytes, trimmed) != nil
  }

  // MARK: - Messages

  private func describe(
    _ record: Int, _ bytes: Span<UInt8>, _ index: CellIndex
  ) -> ColumnInference.Offender {
    let text = CellText.decode(bytes, index.cell(record: record, column: column))
    return ColumnInference.Offender(
      row: record - 1, line: index.recordLines[record], text: TableError.excerpt(text))
  }

  private func notNumericError(_ offender: ColumnInference.Offender) -> TableError {
    return TableError(
      .notANumber, file: file, line: offender.line, column: .name(name), text: offender.text,
      found: "'\(offender.text)' is not a number",
      expected: ColumnInference.numberExpected(for: offender.text)
        + ", because the column's type is given as numeric")
  }
}
