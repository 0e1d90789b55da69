/// Looks for columns that tell who someone is, before anything is computed.
///
/// Every column is judged by its name and by its distinct values; the rules, with the least number of values that must
/// match, are stated in the article <doc:Identifiers>. Pseudonymous columns (codes
/// of people and sites, arms, visit dates, ages, scores) pass. The screen finds what is usual; it
/// proves nothing about a file that passes.
///
/// Names refuse a column unless its values are flags (yes and no, 0 and 1) or all missing. Values are judged
/// on at most 100,000 distinct ones of a category column, evenly spread, and on 512 rows of a numeric one; where there
/// are more than 1,000, a look at 200 of them rules out what is far from its share.
///
/// - Complexity: O(distinct values) a column; independent of the number of rows but for columns of numbers as text.
public struct IdentifierScreen: Sendable, Equatable {
  /// Columns that may hold identifiers.
  public var allowed: Set<String>

  /// A screen that lets the named columns pass.
  public init(allowing allowed: Set<String> = []) {
    self.allowed = allowed
  }

  /// What is found in a table, in the order of its columns; columns that are allowed are found too.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - header: All names of the file's header, where not every column was read: those are judged by name.
  /// - Returns: One finding a column.
  public func findings(in table: Table, header: [String] = []) -> [IdentifierFinding] {
    let read = Set(table.columnNames)
    let columns = table.columns.map { ($0, DistinctValues($0, rowCount: table.rowCount)) }
    return columns.compactMap { Self.finding($0.0, $0.1, table) }
      + Self.births(columns, table)
      + header.filter { !read.contains($0) }.compactMap { name in
        IdentifierNames.kind(of: name).map {
          IdentifierFinding(
            kind: $0, column: name, line: 1, reason: "the name speaks of \($0.noun)", maskedExample: nil)
        }
      }
  }

  /// Refuses a table with identifying columns that are not allowed.
  ///
  /// - Returns: What was found in the columns that are allowed.
  /// - Throws: ``TableError`` with code ``TableError/Code/identifyingColumn``, which names all of them, and
  ///   ``TableError/Code/missingColumn`` for an allowed column that the table does not have.
  @discardableResult
  public func check(_ table: Table, header: [String] = []) throws -> [IdentifierFinding] {
    for name in allowed.sorted() where !header.contains(name) { _ = try table.requireColumn(name) }
    let found = findings(in: table, header: header)
    let refused = found.filter { !allowed.contains($0.column) }
    guard let first = refused.first else { return found }
    throw Self.error(first, refused, in: table)
  }

  private static func error(
    _ first: IdentifierFinding, _ all: [IdentifierFinding], in table: Table
  ) -> TableError {
    var found = first.reason
    if let example = first.maskedExample { found = "'\(TableError.excerpt(example))': \(found)" }
    let others = all.dropFirst().map { "'\(TableError.excerpt($0.column))' (\($0.kind.noun))" }
    if !others.isEmpty { found += "; also \(others.joined(separator: ", "))" }
    let names = all.map(\.column).joined(separator: ",")
    return TableError(
      .identifyingColumn, file: table.source.displayName, line: first.line, column: .name(first.column),
      text: first.maskedExample, found: found,
      expected:
        "data that tell of no one who they are: drop what identifies, or name it in --allow-identifiers "
        + names)
  }

  // MARK: - One column

  private static func finding(
    _ column: Column, _ values: DistinctValues, _ table: Table
  ) -> IdentifierFinding? {
    guard !values.levels.isEmpty else { return nil }
    if let kind = IdentifierNames.kind(of: column.name), !values.contradict(kind, name: column.name) {
      return found(kind, column, table, "the column's name speaks of \(kind.noun)") { _ in true }
    }
    let judged =
      values.isNumeric
      ? IdentifierContent.national(values.levels)
      : IdentifierContent.judge(
        values.levels, present: column.inference?.presentCount ?? table.rowCount, name: column.name)
    guard let judged else { return nil }
    let share =
      "\(judged.matches) of \(values.levels.count) different values\(values.isSample ? " looked at" : "")"
    return found(judged.kind, column, table, "looks like \(judged.looks): \(share)", judged.isMatch)
  }

  /// Dates of birth among the date columns: those that lie decades before the latest of them.
  private static func births(
    _ columns: [(Column, DistinctValues)], _ table: Table
  ) -> [IdentifierFinding] {
    let dates = columns.compactMap { column, values -> (Column, WrittenDates)? in
      WrittenDates(values.levels).map { (column, $0) }
    }
    guard let latest = dates.map({ $0.1.quantile(0.5) }).max() else { return [] }
    return dates.compactMap { column, own in
      guard IdentifierNames.kind(of: column.name) == nil, !IdentifierNames.isOtherDate(column.name),
        own.areBirths(for: latest) || own.areOld
      else { return nil }
      let why = own.areBirths(for: latest) ? "lie decades before the other dates" : "span decades, as ages do"
      return found(.birthDate, column, table, "looks like dates of birth: the dates \(why)") {
        WrittenDate($0) != nil
      }
    }
  }

  /// The finding with the first value that matches.
  private static func found(
    _ kind: IdentifierKind, _ column: Column, _ table: Table, _ reason: String, _ isMatch: (String) -> Bool
  ) -> IdentifierFinding {
    var example: (row: Int, text: String)?
    for row in 0..<table.rowCount {
      guard let text = column.text(row: row), isMatch(text) else { continue }
      example = (row, text)
      break
    }
    return IdentifierFinding(
      kind: kind, column: column.name, line: example.flatMap { table.lineNumber(ofRow: $0.row) },
      reason: reason, maskedExample: example.map { IdentifierFinding.masked($0.text) })
  }
}

/// Distinct values of a column, or an even sample of them.
private struct DistinctValues {
  let levels: [String]
  let isNumeric: Bool
  let isSample: Bool

  init(_ column: Column, rowCount: Int) {
    isNumeric = column.isNumeric
    if column.isNumeric {
      // Numbers have no list of distinct values: an even sample of rows is enough for a check digit.
      let step = max(1, rowCount / 512)
      isSample = step > 1
      levels = Set(stride(from: 0, to: rowCount, by: step).compactMap { column.text(row: $0) }).sorted()
      return
    }
    let all = column.asCategories().levels
    let step = max(1, all.count / 100_000)
    isSample = step > 1
    levels = stride(from: 0, to: all.count, by: step).map { all[$0] }
  }

  /// Whether the values cannot be what the column's name says.
  func contradict(_ kind: IdentifierKind, name: String) -> Bool {
    if levels.allSatisfy({ Self.flags.contains($0.lowercased()) }) { return true }
    switch kind {
    case .birthDate:
      if IdentifierNames.isBareBirth(name), !levels.contains(where: { WrittenDate($0) != nil }) {
        return true
      }
      // A year of birth, or an age: no date.
      return levels.allSatisfy { level in
        NumberText.parse(level).map { $0 < 200 || (1800...2200).contains($0) } ?? false
      }
    case .address:
      // The outward half of a postcode, or three digits of one: an area, not an address.
      return levels.allSatisfy { $0.utf8.count <= 4 && $0.utf8.contains { (0x30...0x39).contains($0) } }
    case .email, .personName:
      // How many there were, not which.
      return levels.allSatisfy { NumberText.parse($0) != nil }
    case .phone:
      return levels.allSatisfy { $0.utf8.count < 6 && NumberText.parse($0) != nil }
    default: return false
    }
  }

  private static let flags: Set<String> = [
    "0", "1", "2", "8", "9", "y", "n", "yes", "no", "true", "false", "t", "f", "ja", "nein", "nej", "nei",
    "oui", "non",
    "si", "unknown", "missing", "given", "not given", "none", "refused",
  ]
}
