extension TableSchema {
  /// Checks a table, in one pass a column.
  ///
  /// - Throws: ``TableError`` for the first violation in file order: by line, then by column.
  /// - Complexity: O(rows x columns); categories and dates are judged by level.
  public func check(_ table: Table) throws {
    if let first = violations(in: table).first { throw first.error }
  }

  /// All violations, counted by kind and column, in the order of the first row that each is found in.
  ///
  /// What concerns the header comes first, then what a row violates, from left to right. A value that is not
  /// of its column's type counts once, as that. Rows whose key is incomplete are counted as missing values
  /// and not compared with others.
  ///
  /// - Complexity: O(rows x columns) time; O(rows) space for one column at a time and the key.
  public func violations(in table: Table) -> [SchemaViolation] {
    var found = headerViolations(in: table)
    let places = Dictionary(uniqueKeysWithValues: table.columnNames.enumerated().map { ($1, $0) })
    let rules = columns.filter { places[$0.name] != nil }
      .sorted { (places[$0.name] ?? 0) < (places[$1.name] ?? 0) }
    var byPlace: [(place: Int, violation: SchemaViolation)] = []
    for rule in rules {
      guard let column = table.column(rule.name) else { continue }
      let check = ColumnCheck(
        rule: rule, mayBeMissing: rule.allowsMissing && !key.contains(rule.name), column: column, table: table
      )
      byPlace += check.violations().map { (places[rule.name] ?? 0, $0) }
    }
    if !key.isEmpty, key.allSatisfy({ places[$0] != nil }), let violation = KeyCheck(key, table).violation() {
      byPlace.append((table.columns.count, violation))
    }
    // The sort is stable in effect: one place has one violation a row.
    found += byPlace.sorted {
      ($0.violation.rows.first ?? -1, $0.place) < ($1.violation.rows.first ?? -1, $1.place)
    }.map(\.violation)
    return found
  }

  /// Declared columns that are not there, then columns that are not declared.
  private func headerViolations(in table: Table) -> [SchemaViolation] {
    let names = table.columnNames
    let missing = columns.map(\.name).filter { table.column($0) == nil }
    let declared = Set(columns.map(\.name))
    let extra = allowsExtraColumns ? [] : names.filter { !declared.contains($0) }
    return missing.map { name in
      SchemaViolation(
        kind: .missingColumn, column: name, count: 1, rows: [],
        error: Self.absent(name, among: extra.isEmpty ? names : extra, file: table.source.displayName))
    }
      + extra.map { name in
        SchemaViolation(
          kind: .undeclaredColumn, column: name, count: 1, rows: [],
          error: TableError(
            .undeclaredColumn, file: table.source.displayName, line: table.lineNumbers == nil ? nil : 1,
            column: .name(name), text: TableError.excerpt(name),
            found: "the schema does not declare this column",
            expected: "only declared columns, or a schema that allows extra ones"))
      }
  }

  /// The error for a declared column that the file does not have.
  static func absent(_ name: String, among others: [String], file: String) -> TableError {
    let nearest = NearestName.nearest(to: name, among: others)
    return TableError(
      .missingColumn, file: file, line: 1, column: .name(name),
      found: "the schema declares this column, but there is no such column"
        + (nearest.map { " (did you mean '\(TableError.excerpt($0))'?)" } ?? ""),
      expected: "every declared column")
  }
}
