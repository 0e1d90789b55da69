extension TableSchema {
  /// The schema that a table fulfils, to be read and sharpened by its owner.
  ///
  /// - Numbers are `integer` if all are whole, with the lowest and the highest value as limits.
  /// - Texts that are ISO dates throughout are `date`, with the first and the last day as limits.
  /// - A column is an `identifier` if it is called `id` or its name ends in `_id`, if it has integers with
  ///   leading zeros or of more than 15 digits, or if it has more than 100 levels. Every other column is a
  ///   `category` with its levels.
  /// - Values may be missing where some are.
  /// - The key is the first identifier by name if it differs between any two rows, otherwise that identifier
  ///   and the first column of visits' times (a date, or a name such as `week` or `visit`) that does so
  ///   together with it.
  ///
  /// The observed limits are those of this file, not of the questionnaire: a later file may need wider ones.
  ///
  /// - Parameters:
  ///   - table: The table.
  ///   - options: How it was read, for its missing codes.
  /// - Returns: The schema, with the columns in the table's order.
  /// - Complexity: O(rows x columns).
  public static func inferred(from table: Table, options: CSVOptions = CSVOptions()) -> TableSchema {
    let columns = table.columns.map { column in
      var rule = inferredRule(column)
      rule.missingCodes = options.missingCodesByColumn[column.name].map { $0.sorted() }
      return rule
    }
    let codes =
      options.missingCodes == CSVOptions.defaultMissingCodes
      ? nil : options.missingCodes.filter { !$0.isEmpty }.sorted()
    return TableSchema(columns: columns, key: inferredKey(table, columns), missingCodes: codes)
  }

  /// What the owner of an inferred schema should look at: columns that a few slips kept from being numbers or
  /// dates.
  ///
  /// Each note begins with the file and the line of the first slip.
  public static func notes(onInferring table: Table) -> [String] {
    table.columns.compactMap { column in
      let name = TableError.excerpt(column.name)
      if let inference = column.inference, inference.isNearlyNumeric, let offender = inference.firstOffender {
        return
          "\(table.source.displayName):\(offender.line): column '\(name)': '\(offender.text)' keeps the column from being numbers "
          + "(\(inference.numberCount ?? 0) of \(inference.presentCount) values are numbers)"
      }
      guard DateColumn.isMeant(by: column), !DateColumn.isHeld(by: column) || DateColumn.mixesClocks(column)
      else { return nil }
      do {
        _ = try DateColumn(table, column.name)
        return nil
      } catch { return "\(error)" }
    }
  }

  private static func inferredRule(_ column: Column) -> ColumnRule {
    let allowsMissing = column.missingCount > 0
    if column.isNumeric, let values = try? column.numericValues() {
      if isIdentifierName(column.name) {
        return ColumnRule(column.name, .identifier, allowsMissing: allowsMissing)
      }
      let (low, high, isWhole) = span(of: values)
      // A column that is missing throughout has no limits.
      let limits: Limits? = low.isFinite && high.isFinite ? .numbers(from: low, to: high) : nil
      let kind: ColumnKind = isWhole && limits != nil ? .integer : .number
      return ColumnRule(column.name, kind, limits: limits, allowsMissing: allowsMissing)
    }
    if DateColumn.isHeld(by: column), !DateColumn.mixesClocks(column) {
      let days = column.asCategories().droppingUnusedLevels().levels.compactMap { CalendarDay(iso: $0) }
      return ColumnRule(
        column.name, .date, limits: .dates(from: days.min(), to: days.max()), allowsMissing: allowsMissing)
    }
    let levels = column.asCategories().droppingUnusedLevels().levels
    let reason = column.inference?.reason
    let isIdentifier =
      isIdentifierName(column.name) || reason == .leadingZeros || reason == .longInteger || levels.count > 100
    return isIdentifier
      ? ColumnRule(column.name, .identifier, allowsMissing: allowsMissing)
      : ColumnRule(column.name, .category, levels: Array(levels), allowsMissing: allowsMissing)
  }

  private static func span(of values: [Double]) -> (low: Double, high: Double, isWhole: Bool) {
    var low = Double.infinity
    var high = -Double.infinity
    var isWhole = true
    for value in values where !value.isNaN {
      low = min(low, value)
      high = max(high, value)
      if value != value.rounded() { isWhole = false }
    }
    return (low, high, isWhole)
  }

  private static func isIdentifierName(_ name: String) -> Bool {
    let name = name.lowercased()
    return name == "id" || name.hasSuffix("_id")
  }

  private static func isTimeName(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["week", "day", "month", "year", "visit", "wave", "time", "date"].contains { name.contains($0) }
  }

  private static func inferredKey(_ table: Table, _ rules: [ColumnRule]) -> [String] {
    func isKey(_ names: [String]) -> Bool {
      names.allSatisfy { table.column($0)?.missingCount == 0 } && KeyCheck(names, table).violation() == nil
    }
    guard let person = rules.first(where: { isIdentifierName($0.name) })?.name, table.rowCount > 0 else {
      return []
    }
    if isKey([person]) { return [person] }
    let times = rules.filter { $0.kind == .date || isTimeName($0.name) }.map(\.name)
    return times.first { $0 != person && isKey([person, $0]) }.map { [person, $0] } ?? []
  }
}
