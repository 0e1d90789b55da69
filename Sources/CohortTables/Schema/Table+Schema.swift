extension Table {
  /// Reads a CSV file by a schema, or with types found from the file; "-" is standard input.
  ///
  /// - Throws: ``TableError`` for what is wrong with the file, and for the first violation of a declared
  ///   schema in file order. To find it, a file with text in a column of numbers is read once more; standard
  ///   input cannot be, and that text is then reported first.
  /// - Complexity: O(bytes).
  public init(csv path: String, schema: SchemaChoice, options: CSVOptions = CSVOptions()) throws {
    try self.init(csv: [path], schema: schema, options: options)
  }

  /// Reads several CSV files with the same columns by a schema, as one table.
  ///
  /// - Throws: As ``init(csv:schema:options:)-(String,_,_)``.
  /// - Complexity: O(bytes).
  public init(csv paths: [String], schema: SchemaChoice, options: CSVOptions = CSVOptions()) throws {
    guard case .declared(let schema) = schema else {
      self = try Table(csv: paths, options: options)
      return
    }
    do {
      self = try schema.read(numbersAreText: false, options) { try Table(csv: paths, options: $0) }
    } catch let error as TableError where error.code == .notANumber && !paths.contains("-") {
      self = try schema.read(numbersAreText: true, options) { try Table(csv: paths, options: $0) }
    } catch let error as TableError where error.code == .missingColumn {
      throw schema.rephrased(error)
    }
    try schema.check(self)
  }

  /// Reads a CSV file so that a schema's violations can be counted: what differs from the schema is kept.
  ///
  /// Columns of numbers that hold text become categories, and declared columns may be missing. Use
  /// ``TableSchema/violations(in:)`` on the table.
  ///
  /// - Throws: ``TableError`` for a file that is no CSV file.
  public init(csv path: String, violating schema: TableSchema, options: CSVOptions = CSVOptions()) throws {
    try self.init(csv: [path], violating: schema, options: options)
  }

  /// Reads several CSV files with the same columns, as one table, so that a schema's violations can be counted.
  ///
  /// - Throws: As ``init(csv:violating:options:)-(String,_,_)``.
  public init(csv paths: [String], violating schema: TableSchema, options: CSVOptions = CSVOptions()) throws {
    do {
      self = try schema.read(numbersAreText: true, options) { try Table(csv: paths, options: $0) }
    } catch let error as TableError where error.code == .missingColumn {
      // A type was given for a column that is not there: the missing column is a violation to be counted.
      self = try schema.applyingMissingCodes(
        to: Table(csv: paths, options: schema.options(options, numbersAreText: true, typed: false)))
    }
  }
}

extension TableSchema {
  /// The options that read a file by this schema: types of columns and missing codes.
  public func options(from options: CSVOptions = CSVOptions()) -> CSVOptions {
    self.options(options, numbersAreText: false, typed: true)
  }

  /// The options; `numbersAreText` leaves columns of numbers to the reader, which then takes text for a
  /// category rather than refuse it, and without `typed` no types are given at all.
  func options(_ given: CSVOptions, numbersAreText: Bool, typed: Bool) -> CSVOptions {
    var options = given
    if let missingCodes { options.missingCodes = Set(missingCodes) }
    for rule in columns {
      if let own = rule.missingCodes { options.missingCodesByColumn[rule.name] = Set(own) }
      guard typed else { continue }
      switch rule.kind {
      case .category, .date, .identifier: options.columnTypes[rule.name] = .category
      // Text among numbers may be the column's own missing code.
      case .number, .integer:
        if !numbersAreText, rule.missingCodes == nil { options.columnTypes[rule.name] = .numeric }
      }
    }
    return options
  }

  func read(
    numbersAreText: Bool, _ options: CSVOptions, _ table: (CSVOptions) throws -> Table
  ) throws -> Table {
    try applyingMissingCodes(to: table(self.options(options, numbersAreText: numbersAreText, typed: true)))
  }

  /// The reader's error for a type without a column, as the schema's.
  func rephrased(_ error: TableError) -> TableError {
    guard let name = error.column, rule(for: name) != nil else { return error }
    return TableError(
      .missingColumn, file: error.file, line: 1, column: .name(name),
      found: "the schema declares this column, but there is no such column", expected: error.expected)
  }

  // MARK: - Missing codes of single columns

  /// Makes missing what a column's own codes say is missing, and numbers of what is left in a column of
  /// numbers.
  ///
  /// A reader that has applied ``CSVOptions/missingCodesByColumn`` leaves nothing to do here but the second
  /// part.
  func applyingMissingCodes(to table: Table) throws -> Table {
    var replaced: [String: Column] = [:]
    for rule in columns {
      guard let own = rule.missingCodes, let column = table.column(rule.name),
        let cleaned = Self.cleaned(column, Set(own), isNumber: rule.kind == .number || rule.kind == .integer)
      else { continue }
      replaced[rule.name] = cleaned
    }
    guard !replaced.isEmpty else { return table }
    var result = table
    for name in replaced.keys.sorted() {
      guard let column = replaced[name] else { continue }
      result = try result.removing(name).adding(column)
    }
    return try result.selecting(columns: table.columnNames)
  }

  /// The column with its codes made missing; nil if that changes nothing.
  private static func cleaned(_ column: Column, _ codes: Set<String>, isNumber: Bool) -> Column? {
    if column.isNumeric, let values = try? column.numericValues() {
      // Few codes: comparing with each is quicker than hashing every value.
      let numbers = codes.compactMap { NumberText.parse($0) }
      guard !numbers.isEmpty, values.contains(where: numbers.contains) else { return nil }
      return .numeric(column.name, values.map { numbers.contains($0) ? .nan : $0 })
    }
    let categories = column.asCategories()
    let levels = Array(categories.levels)
    let isMissing = levels.map { codes.contains($0.trimmingSpaces) }
    let rows = Array(categories.codes)
    if isNumber {
      let values = levels.indices.map { isMissing[$0] ? .nan : NumberText.parse(levels[$0].trimmingSpaces) }
      // Text that is no number stays, so that it is found and named.
      if values.allSatisfy({ $0 != nil }) {
        return .numeric(column.name, rows.map { $0 < 0 ? .nan : (values[Int($0)] ?? .nan) })
      }
    }
    guard isMissing.contains(true) else { return nil }
    let cleaned = CategoryValues(
      codes: rows.map { $0 < 0 || isMissing[Int($0)] ? CategoryValues.missingCode : $0 }, levels: levels)
    return Column(name: column.name, values: .category(cleaned.droppingUnusedLevels()))
  }
}
