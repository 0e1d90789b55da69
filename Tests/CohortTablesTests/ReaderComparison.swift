import CohortTables

/// What reading a file gave: a table or the reason for none.
enum ReaderOutcome {
  case table(Table)
  case refused(TableError)
  case otherError(String)

  init(_ bytes: [UInt8], _ options: CSVOptions) {
    self.init { try Table(csvBytes: bytes, name: "t.csv", options: options) }
  }

  init(_ read: () throws -> Table) {
    do {
      self = .table(try read())
    } catch let error as TableError {
      self = .refused(error)
    } catch {
      self = .otherError(String(describing: error))
    }
  }
}

/// Compares what the fast scanner and the scalar reference make of one file.
///
/// The fuzzer in `Tests/Fuzz` compiles this file too.
enum ReaderComparison {
  /// How the fast scanner and the reference differ on a file, or nil if they agree in everything.
  static func difference(_ bytes: [UInt8], _ options: CSVOptions, chunkBytes: Int?) -> String? {
    difference(bytes, options, chunkBytes: chunkBytes, reference(bytes, options))
  }

  /// What the scalar reference makes of a file.
  static func reference(_ bytes: [UInt8], _ options: CSVOptions) -> ReaderOutcome {
    var options = options
    options.scanner = .scalar
    return ReaderOutcome(bytes, options)
  }

  /// The same with the reference's outcome at hand, for many sizes of chunks.
  static func difference(
    _ bytes: [UInt8], _ options: CSVOptions, chunkBytes: Int?, _ reference: ReaderOutcome,
    scanner: CSVOptions.Scanner = .automatic
  ) -> String? {
    var options = options
    options.scanner = scanner
    options.chunkBytes = chunkBytes
    return difference(ReaderOutcome(bytes, options), reference).map {
      "\(scanner), chunks of \(chunkBytes.map(String.init) ?? "the usual size"): \($0), in "
        + String(decoding: bytes, as: UTF8.self).debugDescription
    }
  }

  /// How two outcomes differ, or nil; `comparesFiles` says whether the files must be the same bytes.
  static func difference(
    _ fast: ReaderOutcome, _ reference: ReaderOutcome, comparesFiles: Bool = true
  ) -> String? {
    switch (fast, reference) {
    case (.table(let fast), .table(let reference)):
      return difference(fast, reference, comparesFiles: comparesFiles)
    case (.refused(let fast), .refused(let reference)):
      return fast == reference
        ? nil
        : "'\(fast)' with '\(fast.offendingText ?? "")', not '\(reference)' with '\(reference.offendingText ?? "")'"
    case (.otherError(let fast), .otherError(let reference)):
      return fast == reference ? nil : "error \(fast), not \(reference)"
    case (.table, _): return "read what must be refused: \(reference)"
    case (_, .table): return "refused what must be read: \(fast)"
    default: return "\(fast), not \(reference)"
    }
  }

  // MARK: - Tables

  private static func difference(_ fast: Table, _ reference: Table, comparesFiles: Bool) -> String? {
    guard fast.columnNames.map({ Array($0.utf8) }) == reference.columnNames.map({ Array($0.utf8) })
    else { return "names \(fast.columnNames), not \(reference.columnNames)" }
    guard fast.source.delimiter == reference.source.delimiter,
      fast.source.skippedBlankLines == reference.source.skippedBlankLines,
      fast.source == reference.source || !comparesFiles
    else { return "source \(fast.source), not \(reference.source)" }
    guard fast.rowCount == reference.rowCount else {
      return "\(fast.rowCount) rows, not \(reference.rowCount)"
    }
    for row in 0..<fast.rowCount where fast.lineNumber(ofRow: row) != reference.lineNumber(ofRow: row) {
      let lines = [fast, reference].map { $0.lineNumber(ofRow: row) ?? 0 }
      return "row \(row) on line \(lines[0]), not \(lines[1])"
    }
    for (column, other) in zip(fast.columns, reference.columns) {
      if let difference = difference(column, other, rows: fast.rowCount) {
        return "column '\(column.name)': \(difference)"
      }
    }
    return nil
  }

  private static func difference(_ fast: Column, _ reference: Column, rows: Int) -> String? {
    guard fast.isNumeric == reference.isNumeric else { return "numeric: \(fast.isNumeric)" }
    guard fast.inference == reference.inference else {
      return "inferred \(String(describing: fast.inference)), not \(String(describing: reference.inference))"
    }
    guard fast.missingCount == reference.missingCount else {
      return "\(fast.missingCount) missing, not \(reference.missingCount)"
    }
    for row in 0..<rows {
      let (text, other) = (fast.text(row: row), reference.text(row: row))
      guard fast.isMissing(row: row) == (text == nil) else {
        return "row \(row): missing, and yet \(text ?? "")"
      }
      guard text.map({ Array($0.utf8) }) == other.map({ Array($0.utf8) }) else {
        return "row \(row): '\(text ?? "missing")', not '\(other ?? "missing")'"
      }
    }
    return fast.isNumeric ? numbers(fast, reference) : levels(fast, reference)
  }

  private static func numbers(_ fast: Column, _ reference: Column) -> String? {
    guard let values = try? fast.numericValues(), let others = try? reference.numericValues() else {
      return "no numbers"
    }
    guard values.count == others.count else { return "\(values.count) numbers, not \(others.count)" }
    for (row, (value, other)) in zip(values, others).enumerated() where value.bitPattern != other.bitPattern {
      return "row \(row): bits of \(value), not \(other)"
    }
    return nil
  }

  private static func levels(_ fast: Column, _ reference: Column) -> String? {
    let (categories, others) = (fast.asCategories(), reference.asCategories())
    let levels = categories.levels.map { Array($0.utf8) }
    guard levels == others.levels.map({ Array($0.utf8) }) else {
      return "levels \(Array(categories.levels)), not \(Array(others.levels))"
    }
    guard Array(categories.codes) == Array(others.codes) else { return "other codes" }
    let (problem, other) = (notNumeric(fast), notNumeric(reference))
    return problem == other ? nil : "'\(problem)', not '\(other)'"
  }

  /// What is said when the numbers of a category column are asked for.
  private static func notNumeric(_ column: Column) -> String {
    do {
      return "\(try column.numericValues().count) numbers"
    } catch {
      return String(describing: error)
    }
  }
}
