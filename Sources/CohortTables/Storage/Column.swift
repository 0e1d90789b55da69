/// The cells of a column: numbers, or codes into levels.
public enum ColumnValues: Sendable {
  /// Numbers; NaN is missing.
  case numeric(NumericValues)
  /// Categories.
  case category(CategoryValues)
}

/// A named column of a table.
public struct Column: Sendable {
  /// The name in the header.
  public let name: String
  /// The cells.
  public let values: ColumnValues
  /// How the type was found when the column was read from a file; nil for columns made in memory.
  public let inference: ColumnInference?
  /// The file or in-memory table that the column belongs to, for messages.
  let tableName: String
  /// The values of a numeric column as categories, once they have been asked for.
  private let categories: CategoryCache

  /// A column made in memory.
  public init(name: String, values: ColumnValues) {
    self.init(name: name, values: values, inference: nil, tableName: "table")
  }

  init(
    name: String, values: ColumnValues, inference: ColumnInference?, tableName: String,
    categories: CategoryCache = CategoryCache()
  ) {
    self.categories = categories
    self.name = name
    self.values = values
    self.inference = inference
    self.tableName = tableName
  }

  /// Whether the column holds numbers that are stored otherwise than as an array of doubles.
  var isPacked: Bool {
    guard case .numeric(let values) = values else { return false }
    if case .array = values.storage { return false }
    return true
  }

  /// A numeric column; NaN is missing.
  public static func numeric(_ name: String, _ values: [Double]) -> Column {
    Column(name: name, values: .numeric(NumericValues(values)))
  }

  /// A category column; nil is missing.
  public static func category(_ name: String, _ values: [String?]) -> Column {
    Column(name: name, values: .category(CategoryValues(strings: values)))
  }

  /// The number of rows.
  public var count: Int {
    switch values {
    case .numeric(let numbers): numbers.count
    case .category(let categories): categories.count
    }
  }

  /// The number of rows whose value is missing.
  ///
  /// - Complexity: O(rows).
  public var missingCount: Int {
    switch values {
    case .numeric(let numbers): numbers.missingCount
    case .category(let categories): categories.missingCount
    }
  }

  /// Whether the column holds numbers.
  public var isNumeric: Bool {
    if case .numeric = values { true } else { false }
  }

  /// Whether the value of a row is missing.
  public func isMissing(row: Int) -> Bool {
    switch values {
    case .numeric(let numbers): numbers[row].isNaN
    case .category(let categories): categories.codes[row] < 0
    }
  }

  /// A row's value as text, or nil where it is missing; numbers are in shortest form.
  public func text(row: Int) -> String? {
    switch values {
    case .numeric(let numbers): numbers[row].isNaN ? nil : NumberLevels.text(numbers[row])
    case .category(let categories): categories.text(row: row)
    }
  }

  /// The numbers of a numeric column as they are stored.
  ///
  /// - Throws: As ``numericValues()``.
  public func numbers() throws -> NumericValues {
    switch values {
    case .numeric(let numbers): return numbers
    case .category(let categories): throw notNumericError(categories)
    }
  }

  /// The numbers of a numeric column in one array, NaN where missing.
  ///
  /// - Throws: ``TableError`` with code ``TableError/Code/notANumber`` for a category column; it
  ///   names the file, the line and the text of the first cell that is not a number.
  public func numericValues() throws -> [Double] {
    switch values {
    case .numeric(let numbers): return numbers.array()
    case .category(let categories): throw notNumericError(categories)
    }
  }

  /// The column's values as categories.
  ///
  /// The levels of a numeric column are its distinct values in ascending order, in shortest form;
  /// 0 and -0 are one level.
  ///
  /// - Complexity: O(1) for a category column; for numbers the first time O(n + k log k) for n rows and k levels.
  public func asCategories() -> CategoryValues {
    switch values {
    case .category(let categories): categories
    case .numeric(let numbers): categories.values { NumberLevels.categories(of: numbers.array()) }
    }
  }

  /// The same column under another name.
  public func renamed(_ name: String) -> Column {
    Column(name: name, values: values, inference: inference, tableName: tableName, categories: categories)
  }

  /// The same values in another storage.
  func storing(_ values: ColumnValues) -> Column {
    Column(name: name, values: values, inference: inference, tableName: tableName, categories: categories)
  }

  /// The chosen rows, in the order given; levels stay as they are.
  public func selecting(rows: [Int]) -> Column {
    let chosen: ColumnValues
    switch values {
    case .numeric(let numbers): chosen = .numeric(NumericValues(rows.map { numbers[$0] }))
    case .category(let categories): chosen = .category(categories.selecting(rows: rows))
    }
    return Column(name: name, values: chosen, inference: inference, tableName: tableName)
  }

  /// The column with its table's name for messages; one read from a file keeps that file's name.
  func belonging(to tableName: String) -> Column {
    guard inference == nil else { return self }
    return Column(
      name: name, values: values, inference: inference, tableName: tableName, categories: categories)
  }

  // MARK: - Texts and messages

  private func notNumericError(_ categories: CategoryValues) -> TableError {
    if let inference, let offender = inference.firstOffender {
      return inference.notNumericError(offender, column: name)
    }
    let offender = categories.levels.first { NumberText.parse($0) == nil }
    let text = offender.map { TableError.excerpt($0) }
    return TableError(
      .notANumber, file: tableName, column: .name(name), text: text,
      found: text.map { "'\($0)' is not a number" } ?? "the column holds categories",
      expected: "a numeric column")
  }
}
